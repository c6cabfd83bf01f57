-- The lists that tickets, time and articles refer to. No more than one row of a list is its default, for which the module sees:
-- it stores the new default before it clears the one before.

CREATE TABLE IF NOT EXISTS ticket_statuses (
    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name        VARCHAR(255)    NOT NULL,
    closed      ENUM('Y', 'N')  NOT NULL DEFAULT 'N',
    reopen      ENUM('Y', 'N')  NOT NULL DEFAULT 'N',
    is_default  ENUM('Y', 'N')  NOT NULL DEFAULT 'N',
    position    INT UNSIGNED    NULL,
    UNIQUE KEY ticket_statuses_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;

CREATE TABLE IF NOT EXISTS ticket_sources (
    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name        VARCHAR(255)    NOT NULL,
    is_default  ENUM('Y', 'N')  NOT NULL DEFAULT 'N',
    position    INT UNSIGNED    NULL,
    UNIQUE KEY ticket_sources_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;

CREATE TABLE IF NOT EXISTS ticket_priorities (
    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name        VARCHAR(255)    NOT NULL,
    position    INT UNSIGNED    NULL,
    due_hours   INT UNSIGNED    NULL,
    is_default  ENUM('Y', 'N')  NOT NULL DEFAULT 'N',
    UNIQUE KEY ticket_priorities_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;

CREATE TABLE IF NOT EXISTS escalation_levels (
    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name        VARCHAR(255)    NOT NULL,
    position    INT UNSIGNED    NULL,
    is_default  ENUM('Y', 'N')  NOT NULL DEFAULT 'N',
    UNIQUE KEY escalation_levels_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;

-- A sub category is known by its name within its category only. What names both refers to them by one key, so that they belong
-- together.
CREATE TABLE IF NOT EXISTS sub_categories (
    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    category_id BIGINT UNSIGNED NOT NULL,
    name        VARCHAR(255)    NOT NULL,
    UNIQUE KEY sub_categories_name (category_id, name),
    UNIQUE KEY sub_categories_id (category_id, id),
    KEY sub_categories_by_name (name),
    CONSTRAINT sub_categories_category FOREIGN KEY (category_id) REFERENCES categories (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;

CREATE TABLE IF NOT EXISTS chat_queues (
    id   BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(255)    NOT NULL,
    UNIQUE KEY chat_queues_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;

CREATE TABLE IF NOT EXISTS billing_categories (
    id   BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(50)     NOT NULL,
    rate DECIMAL(19, 4)  NULL,
    UNIQUE KEY billing_categories_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;

CREATE TABLE IF NOT EXISTS time_categories (
    id   BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(255)    NOT NULL,
    UNIQUE KEY time_categories_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;

CREATE TABLE IF NOT EXISTS schedule_categories (
    id   BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(255)    NOT NULL,
    UNIQUE KEY schedule_categories_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;

CREATE TABLE IF NOT EXISTS kb_categories (
    id        BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name      VARCHAR(255)    NOT NULL,
    parent_id BIGINT UNSIGNED NULL,
    UNIQUE KEY kb_categories_name (name),
    CONSTRAINT kb_categories_parent FOREIGN KEY (parent_id) REFERENCES kb_categories (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;
