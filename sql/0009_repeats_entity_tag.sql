-- The ETag of an answer that is given again to a repeat: empty where the first answer had none.

ALTER TABLE idempotency_keys
    ADD COLUMN entity_tag VARCHAR(64) NOT NULL DEFAULT '';
