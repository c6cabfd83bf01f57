ticket.id = ?
