-- The indexes of lists by time. One statement, so that it happens whole or not at all.

ALTER TABLE customers
    ADD KEY customers_date_added (date_added),
    ADD KEY customers_last_updated (last_updated);
