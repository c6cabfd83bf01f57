-- The customer who had a ticket before, in the entry that says that it was given to another one: what changes of the ticket say from
-- before that is about the former customer, too, and must be found when that customer is erased.
-- There if: EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'ticket_history' AND COLUMN_NAME = 'former_customer_id')

ALTER TABLE ticket_history
    ADD COLUMN former_customer_id BIGINT UNSIGNED NULL AFTER customer_id,
    ADD KEY ticket_history_former_customer (former_customer_id),
    ADD CONSTRAINT ticket_history_former_customer FOREIGN KEY (former_customer_id) REFERENCES customers (id) ON DELETE SET NULL;
