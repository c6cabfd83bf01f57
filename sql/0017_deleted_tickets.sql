-- The index of deleted tickets, which are few among all. A list without them meets the others in the order of any index.
-- There if: EXISTS (SELECT 1 FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'tickets' AND INDEX_NAME = 'tickets_deleted')

ALTER TABLE tickets
    ADD KEY tickets_deleted (deleted);
