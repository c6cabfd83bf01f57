INSERT INTO ticket_texts (ticket_id, words) VALUES (?, ?) ON DUPLICATE KEY UPDATE words = CONCAT(words, VALUES(words))
