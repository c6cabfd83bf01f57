-- The index of the types of entries, some of which are rare, in the order of a list. customer_viewable has none: both of its values are
-- common, so that a list meets enough of them in the order of any index.
-- There if: EXISTS (SELECT 1 FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'ticket_history' AND INDEX_NAME = 'ticket_history_type')

ALTER TABLE ticket_history
    ADD KEY ticket_history_type (type, date, id);
