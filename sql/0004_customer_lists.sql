-- The indexes of lists by time. A walk by last_updated goes by its second, as answers show it, and then by ID.
-- One statement, so that it happens whole or not at all.
--
-- A row enters the indexes in their order, and waits at one in which another transaction holds its value or what
-- its foreign key names. last_updated comes before those, so that a walk meets a row that waits rather than
-- passes it: when the table is copied, the server puts unique keys first, in the order in which they stand here.
-- There if: EXISTS (SELECT 1 FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'customers' AND INDEX_NAME = 'customers_last_updated')

ALTER TABLE customers
    MODIFY COLUMN last_updated DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    DROP KEY customers_cid,
    DROP KEY customers_company,
    DROP KEY customers_portal,
    DROP KEY customers_group,
    ADD UNIQUE KEY customers_last_updated (last_updated, id),
    ADD UNIQUE KEY customers_cid (cid),
    ADD KEY customers_company (company_id),
    ADD KEY customers_portal (portal_id),
    ADD KEY customers_group (group_id),
    ADD KEY customers_date_added (date_added),
    ALGORITHM = COPY;
