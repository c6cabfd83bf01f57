-- The record that an answer kept for repeats is about, so that the answer can be found when the record is erased or goes into another
-- one. Answers from before have none; they count no more after a day.
-- There if: EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'idempotency_keys' AND COLUMN_NAME = 'resource')

ALTER TABLE idempotency_keys
    ADD COLUMN resource VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
    ADD COLUMN number   BIGINT UNSIGNED NOT NULL DEFAULT 0,
    ADD KEY idempotency_keys_record (resource, number);
