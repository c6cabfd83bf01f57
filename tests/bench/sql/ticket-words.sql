SELECT words FROM ticket_texts WHERE ticket_id = ? FOR UPDATE
