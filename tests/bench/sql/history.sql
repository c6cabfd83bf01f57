SELECT record.id AS id, record.ticket_id AS tid, CAST(record.date AS CHAR) AS date, record.type AS type, of_technician.uid AS uid,
       of_customer.cid AS cid, record.author AS author, record.notes AS notes, record.content_type AS content_type,
       record.customer_viewable AS customer_viewable, of_status.name AS status, record.changes AS changes,
       record.mail_from AS `from`, record.mail_to AS `to`, record.mail_cc AS cc, record.message_id AS message_id,
       CAST(record.date_added AS CHAR) AS date_added, CAST(record.last_updated AS CHAR) AS last_updated
  FROM ticket_history AS record
  LEFT JOIN technicians AS of_technician ON of_technician.id = record.technician_id
  LEFT JOIN customers AS of_customer ON of_customer.id = record.customer_id
  LEFT JOIN ticket_statuses AS of_status ON of_status.id = record.status_id
 WHERE record.ticket_id = ? AND (SELECT deleted FROM tickets WHERE id = record.ticket_id) = 'N'
 ORDER BY record.date, record.id
 LIMIT {limit}
