INSERT INTO ticket_history (ticket_id, date, type, technician_id, customer_id, author, notes, customer_viewable, status_id, changes,
                            words, last_updated)
VALUES (:ticket_id, :date, :type, :technician_id, :customer_id, :author, :notes, :customer_viewable, :status_id, :changes, :words,
        SYSDATE())
