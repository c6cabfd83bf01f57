-- The indexes of lists by time. A walk by last_updated goes by its second, as answers show it, and then by ID.
-- One statement, so that it happens whole or not at all.

ALTER TABLE customers
    MODIFY COLUMN last_updated DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    ADD KEY customers_date_added (date_added),
    ADD KEY customers_last_updated (last_updated);
