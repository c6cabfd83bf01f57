status.closed = ?
