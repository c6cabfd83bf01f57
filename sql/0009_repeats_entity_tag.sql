-- The ETag of an answer that is given again to a repeat: empty where the first answer had none.
-- There if: EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'idempotency_keys' AND COLUMN_NAME = 'entity_tag')

ALTER TABLE idempotency_keys
    ADD COLUMN entity_tag VARCHAR(64) NOT NULL DEFAULT '';
