EXISTS (SELECT 1 FROM ticket_statuses WHERE id = ticket.status_id AND closed = ?)
