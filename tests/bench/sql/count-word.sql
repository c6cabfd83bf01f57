(SELECT COUNT(*) FROM (SELECT 1 FROM ticket_words WHERE word LIKE CONCAT(?, '%') LIMIT 20001) AS counted)
