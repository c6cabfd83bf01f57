-- Counts the changes of a customer, for entity tags: who read it can make a change depend on that nobody changed it since.
-- There if: EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'customers' AND COLUMN_NAME = 'version')

ALTER TABLE customers
    ADD COLUMN version INT UNSIGNED NOT NULL DEFAULT 1;
