(SELECT DISTINCT ticket_id AS id FROM ticket_words WHERE word LIKE CONCAT(?, '%')) AS matching JOIN tickets AS ticket ON ticket.id = matching.id
