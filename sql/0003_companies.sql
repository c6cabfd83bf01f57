-- The rest of a company. One statement, so that it happens whole or not at all.
-- There if: EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'companies' AND COLUMN_NAME = 'portal_id')

ALTER TABLE companies
    ADD COLUMN address   VARCHAR(255)    NOT NULL DEFAULT '' AFTER name,
    ADD COLUMN city      VARCHAR(255)    NOT NULL DEFAULT '' AFTER address,
    ADD COLUMN state     VARCHAR(255)    NOT NULL DEFAULT '' AFTER city,
    ADD COLUMN zip       VARCHAR(255)    NOT NULL DEFAULT '' AFTER state,
    ADD COLUMN country   VARCHAR(255)    NOT NULL DEFAULT '' AFTER zip,
    ADD COLUMN phone     VARCHAR(255)    NOT NULL DEFAULT '' AFTER country,
    ADD COLUMN email     VARCHAR(255)    NOT NULL DEFAULT '' AFTER phone,
    ADD COLUMN portal_id BIGINT UNSIGNED NULL                AFTER email,
    ADD CONSTRAINT companies_portal FOREIGN KEY (portal_id) REFERENCES portals (id);
