-- Technicians and their groups. The second of them refer to the first: the members of a group are its technicians' lists.

CREATE TABLE IF NOT EXISTS technicians (
    id               BIGINT UNSIGNED                     NOT NULL AUTO_INCREMENT PRIMARY KEY,
    uid              VARCHAR(255)                        NOT NULL,
    name             VARCHAR(255)                        NOT NULL DEFAULT '',
    password_hash    VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
    phone            VARCHAR(255)                        NOT NULL DEFAULT '',
    email            VARCHAR(255)                        NOT NULL DEFAULT '',
    supervisor_id    BIGINT UNSIGNED                     NULL,
    rights           ENUM('Admin', 'User', 'Power User') NOT NULL DEFAULT 'User',
    viewable_tickets ENUM('ALL', 'OWN')                  NOT NULL DEFAULT 'ALL',
    extension        VARCHAR(255)                        NOT NULL DEFAULT '',
    active           ENUM('Y', 'N')                      NOT NULL DEFAULT 'Y',
    version          INT UNSIGNED                        NOT NULL DEFAULT 1,
    date_added       DATETIME(6)                         NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    last_updated     DATETIME                            NOT NULL DEFAULT CURRENT_TIMESTAMP,
    -- First, as with customers: a walk meets a row that waits rather than passes it.
    UNIQUE KEY technicians_last_updated (last_updated, id),
    UNIQUE KEY technicians_uid (uid),
    KEY technicians_email (email),
    KEY technicians_date_added (date_added),
    KEY technicians_rights (rights),
    KEY technicians_active (active),
    CONSTRAINT technicians_supervisor FOREIGN KEY (supervisor_id) REFERENCES technicians (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;

CREATE TABLE IF NOT EXISTS tech_groups (
    id           BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name         VARCHAR(255)    NOT NULL,
    email        VARCHAR(255)    NOT NULL DEFAULT '',
    manager_id   BIGINT UNSIGNED NULL,
    date_added   DATETIME(6)     NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    last_updated DATETIME        NOT NULL DEFAULT CURRENT_TIMESTAMP,
    UNIQUE KEY tech_groups_last_updated (last_updated, id),
    UNIQUE KEY tech_groups_name (name),
    CONSTRAINT tech_groups_manager FOREIGN KEY (manager_id) REFERENCES technicians (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;

-- What the tickets must have that a group sees; an empty list is no condition.
CREATE TABLE IF NOT EXISTS tech_group_sources (
    group_id          BIGINT UNSIGNED NOT NULL,
    source_id         BIGINT UNSIGNED NOT NULL,
    position          INT UNSIGNED    NOT NULL,
    PRIMARY KEY (group_id, source_id),
    CONSTRAINT tech_group_sources_owner FOREIGN KEY (group_id) REFERENCES tech_groups (id) ON DELETE CASCADE,
    CONSTRAINT tech_group_sources_item FOREIGN KEY (source_id) REFERENCES ticket_sources (id)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS tech_group_categories (
    group_id          BIGINT UNSIGNED NOT NULL,
    category_id       BIGINT UNSIGNED NOT NULL,
    position          INT UNSIGNED    NOT NULL,
    PRIMARY KEY (group_id, category_id),
    CONSTRAINT tech_group_categories_owner FOREIGN KEY (group_id) REFERENCES tech_groups (id) ON DELETE CASCADE,
    CONSTRAINT tech_group_categories_item FOREIGN KEY (category_id) REFERENCES categories (id)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS tech_group_customer_groups (
    group_id          BIGINT UNSIGNED NOT NULL,
    customer_group_id BIGINT UNSIGNED NOT NULL,
    position          INT UNSIGNED    NOT NULL,
    PRIMARY KEY (group_id, customer_group_id),
    CONSTRAINT tech_group_customer_groups_owner FOREIGN KEY (group_id) REFERENCES tech_groups (id) ON DELETE CASCADE,
    CONSTRAINT tech_group_customer_groups_item FOREIGN KEY (customer_group_id) REFERENCES customer_groups (id)
) ENGINE = InnoDB;

-- The lists of a technician.
CREATE TABLE IF NOT EXISTS technician_groups (
    technician_id     BIGINT UNSIGNED NOT NULL,
    group_id          BIGINT UNSIGNED NOT NULL,
    position          INT UNSIGNED    NOT NULL,
    PRIMARY KEY (technician_id, group_id),
    CONSTRAINT technician_groups_owner FOREIGN KEY (technician_id) REFERENCES technicians (id) ON DELETE CASCADE,
    CONSTRAINT technician_groups_item FOREIGN KEY (group_id) REFERENCES tech_groups (id)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS technician_customer_groups (
    technician_id     BIGINT UNSIGNED NOT NULL,
    customer_group_id BIGINT UNSIGNED NOT NULL,
    position          INT UNSIGNED    NOT NULL,
    PRIMARY KEY (technician_id, customer_group_id),
    CONSTRAINT technician_customer_groups_owner FOREIGN KEY (technician_id) REFERENCES technicians (id) ON DELETE CASCADE,
    CONSTRAINT technician_customer_groups_item FOREIGN KEY (customer_group_id) REFERENCES customer_groups (id)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS technician_chat_queues (
    technician_id     BIGINT UNSIGNED NOT NULL,
    queue_id          BIGINT UNSIGNED NOT NULL,
    position          INT UNSIGNED    NOT NULL,
    PRIMARY KEY (technician_id, queue_id),
    CONSTRAINT technician_chat_queues_owner FOREIGN KEY (technician_id) REFERENCES technicians (id) ON DELETE CASCADE,
    CONSTRAINT technician_chat_queues_item FOREIGN KEY (queue_id) REFERENCES chat_queues (id)
) ENGINE = InnoDB;
