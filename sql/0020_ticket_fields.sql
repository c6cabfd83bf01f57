-- The fields that a shop adds to tickets, and what tickets have in them.
--
-- A value is the text that selectors compare: a time as SQL writes it, a number without needless zeros. The key of values serves the
-- selector of a field; a text that is longer than its beginning there is compared in the row. A field with values stays.

CREATE TABLE IF NOT EXISTS ticket_fields (
    id                BIGINT UNSIGNED                                              NOT NULL AUTO_INCREMENT PRIMARY KEY,
    label             VARCHAR(50)                                                  NOT NULL,
    type              ENUM('text', 'textarea', 'list')                             NOT NULL,
    visible           ENUM('visible')                                              NULL,
    customer_viewable ENUM('Y', 'N')                                               NOT NULL DEFAULT 'N',
    required          ENUM('Y', 'N')                                               NOT NULL DEFAULT 'N',
    size              INT UNSIGNED                                                 NULL,
    max_size          INT UNSIGNED                                                 NULL,
    `rows`            INT UNSIGNED                                                 NULL,
    cols              INT UNSIGNED                                                 NULL,
    default_state     ENUM('visible')                                              NULL,
    display_overview  ENUM('Y', 'N')                                               NOT NULL DEFAULT 'N',
    data_type         ENUM('Text', 'Number', 'Decimal', 'Date/Time', 'Large Text') NOT NULL,
    options           TEXT                                                         NOT NULL DEFAULT (''),
    position          INT UNSIGNED                                                 NULL,
    UNIQUE KEY ticket_fields_label (label)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;

CREATE TABLE IF NOT EXISTS ticket_field_values (
    ticket_id BIGINT UNSIGNED NOT NULL,
    field_id  BIGINT UNSIGNED NOT NULL,
    value     TEXT            NOT NULL,
    PRIMARY KEY (ticket_id, field_id),
    KEY ticket_field_values_value (field_id, value(255)),
    CONSTRAINT ticket_field_values_ticket FOREIGN KEY (ticket_id) REFERENCES tickets (id) ON DELETE CASCADE,
    CONSTRAINT ticket_field_values_field  FOREIGN KEY (field_id)  REFERENCES ticket_fields (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  COLLATE = /*M!101000 utf8mb4_uca1400_nopad_as_ci */ /*!80000 utf8mb4_0900_as_ci */;
