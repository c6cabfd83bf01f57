(SELECT words LIKE CONCAT('% ', ?, '%') FROM ticket_texts WHERE ticket_id = ticket.id)
