JOIN ticket_statuses AS status ON status.id = ticket.status_id
