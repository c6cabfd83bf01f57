-- Counts the changes of a customer, for entity tags: who read it can make a change depend on that nobody changed it since.

ALTER TABLE customers
    ADD COLUMN version INT UNSIGNED NOT NULL DEFAULT 1;
