-- The words of tickets, by which a keyword finds them (core/search/README.md).
--
-- ticket_words says which tickets have a word. It has no foreign key, which would need an index by ticket as large as the table.

CREATE TABLE IF NOT EXISTS ticket_words (
    word      VARBINARY(64)   NOT NULL,
    ticket_id BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (word, ticket_id)
) ENGINE = InnoDB;

-- The same words, each after a blank.
CREATE TABLE IF NOT EXISTS ticket_texts (
    ticket_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    words     LONGBLOB        NOT NULL,
    CONSTRAINT ticket_texts_ticket FOREIGN KEY (ticket_id) REFERENCES tickets (id) ON DELETE CASCADE
) ENGINE = InnoDB;
