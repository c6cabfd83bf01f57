-- What was answered to writes that had an Idempotency-Key, so that a repeat does nothing and gets the same answer. Written in
-- the transaction of the write. Rows older than a day count no more, and are deleted as others come.

CREATE TABLE IF NOT EXISTS idempotency_keys (
    key_hash     BINARY(32)        NOT NULL PRIMARY KEY, -- SHA-256 of the name of the API key and of the Idempotency-Key
    request_hash BINARY(32)        NOT NULL,             -- HMAC-SHA-256 of the request, keyed by the Idempotency-Key
    answer       VARCHAR(255)      NOT NULL,
    added        TINYINT           NOT NULL,             -- whether an upsert added the record
    used_at      DATETIME          NOT NULL,
    repeats      INT UNSIGNED      NOT NULL DEFAULT 0,
    KEY idempotency_keys_used_at (used_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
