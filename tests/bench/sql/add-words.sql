INSERT INTO ticket_words (word, ticket_id) VALUES {rows} ON DUPLICATE KEY UPDATE word = word
