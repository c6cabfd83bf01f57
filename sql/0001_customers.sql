-- The customer and everything a customer refers to.
--
-- Text compares case-insensitively, accents count, trailing blanks count. MariaDB and MySQL name that
-- collation differently: each server reads its own kind of executable comment and skips the other's.

CREATE TABLE IF NOT EXISTS companies (
    id           BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name         VARCHAR(255)    NOT NULL,
    date_added   DATETIME(6)     NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    last_updated DATETIME(6)     NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    UNIQUE KEY companies_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;

CREATE TABLE IF NOT EXISTS portals (
    id   BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(255)    NOT NULL,
    url  VARCHAR(255)    NOT NULL DEFAULT '',
    UNIQUE KEY portals_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;

CREATE TABLE IF NOT EXISTS customer_groups (
    id   BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(255)    NOT NULL,
    UNIQUE KEY customer_groups_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;

CREATE TABLE IF NOT EXISTS categories (
    id   BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(255)    NOT NULL,
    UNIQUE KEY categories_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;

CREATE TABLE IF NOT EXISTS support_contracts (
    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name        VARCHAR(255)    NOT NULL,
    description VARCHAR(255)    NOT NULL DEFAULT '',
    active      ENUM('Y', 'N')  NOT NULL DEFAULT 'Y',
    UNIQUE KEY support_contracts_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;

-- An empty text column says "no value"; only numbers and references are NULL without one.
CREATE TABLE IF NOT EXISTS customers (
    id                BIGINT UNSIGNED              NOT NULL AUTO_INCREMENT PRIMARY KEY,
    cid               VARCHAR(255)                 NOT NULL,
    company_id        BIGINT UNSIGNED              NULL,
    contact           VARCHAR(255)                 NOT NULL DEFAULT '',
    password_hash     VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
    portal_id         BIGINT UNSIGNED              NULL,
    support           ENUM('Y', 'N')               NOT NULL DEFAULT 'Y',
    chat              ENUM('Y', 'N')               NOT NULL DEFAULT 'Y',
    encrypt           ENUM('Y', 'N')               NOT NULL DEFAULT 'N',
    latitude          DECIMAL(11, 9)               NULL,
    longitude         DECIMAL(12, 9)               NULL,
    viewable_tickets  ENUM('PERSONAL', 'COMPANY')  NOT NULL DEFAULT 'PERSONAL',
    viewable_invoices ENUM('PERSONAL', 'COMPANY')  NOT NULL DEFAULT 'PERSONAL',
    viewable_assets   ENUM('PERSONAL', 'COMPANY')  NOT NULL DEFAULT 'PERSONAL',
    email             VARCHAR(255)                 NOT NULL DEFAULT '',
    address           VARCHAR(255)                 NOT NULL DEFAULT '',
    city              VARCHAR(255)                 NOT NULL DEFAULT '',
    state             VARCHAR(255)                 NOT NULL DEFAULT '',
    zip               VARCHAR(255)                 NOT NULL DEFAULT '',
    country           VARCHAR(255)                 NOT NULL DEFAULT '',
    phone             VARCHAR(255)                 NOT NULL DEFAULT '',
    group_id          BIGINT UNSIGNED              NULL,
    notes             LONGTEXT                     NOT NULL,
    date_added        DATETIME(6)                  NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    last_updated      DATETIME(6)                  NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    UNIQUE KEY customers_cid (cid),
    KEY customers_email (email),
    KEY customers_phone (phone),
    CONSTRAINT customers_company FOREIGN KEY (company_id) REFERENCES companies (id),
    CONSTRAINT customers_portal  FOREIGN KEY (portal_id)  REFERENCES portals (id),
    CONSTRAINT customers_group   FOREIGN KEY (group_id)   REFERENCES customer_groups (id),
    CONSTRAINT customers_coordinates CHECK ((latitude IS NULL) = (longitude IS NULL)),
    CONSTRAINT customers_latitude    CHECK (latitude BETWEEN -90 AND 90),
    CONSTRAINT customers_longitude   CHECK (longitude BETWEEN -180 AND 180)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;

-- The lists of a customer; position keeps the order in which the client gave them.
CREATE TABLE IF NOT EXISTS customer_contracts (
    customer_id BIGINT UNSIGNED NOT NULL,
    contract_id BIGINT UNSIGNED NOT NULL,
    position    INT UNSIGNED    NOT NULL,
    start_date  DATETIME        NOT NULL,
    PRIMARY KEY (customer_id, contract_id),
    CONSTRAINT customer_contracts_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
    CONSTRAINT customer_contracts_contract FOREIGN KEY (contract_id) REFERENCES support_contracts (id)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS customer_categories (
    customer_id BIGINT UNSIGNED NOT NULL,
    category_id BIGINT UNSIGNED NOT NULL,
    position    INT UNSIGNED    NOT NULL,
    PRIMARY KEY (customer_id, category_id),
    CONSTRAINT customer_categories_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
    CONSTRAINT customer_categories_category FOREIGN KEY (category_id) REFERENCES categories (id)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS customer_emails (
    customer_id BIGINT UNSIGNED NOT NULL,
    position    INT UNSIGNED    NOT NULL,
    email       VARCHAR(255)    NOT NULL,
    PRIMARY KEY (customer_id, position),
    KEY customer_emails_email (email),
    CONSTRAINT customer_emails_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;

CREATE TABLE IF NOT EXISTS customer_phones (
    customer_id BIGINT UNSIGNED NOT NULL,
    position    INT UNSIGNED    NOT NULL,
    phone       VARCHAR(255)    NOT NULL,
    PRIMARY KEY (customer_id, position),
    KEY customer_phones_phone (phone),
    CONSTRAINT customer_phones_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;
