UPDATE tickets SET version = version + 1, technician_id = :technician_id, status_id = :status_id, close_date = :close_date,
                   last_updated = SYSDATE()
 WHERE id = :ticket_id
