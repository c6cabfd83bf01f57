SELECT record.id AS ticket_id, CAST(record.close_date AS CHAR) AS close_date,
       (SELECT uid FROM technicians WHERE id = record.technician_id) AS assigned_to,
       (SELECT name FROM ticket_statuses WHERE id = record.status_id) AS status, given.*
  FROM (SELECT status.id AS status_id, status.name AS new_status, status.closed AS closed, technician.id AS technician_id,
               technician.uid AS new_assigned_to, technician.active AS active, doer.id AS doer_id,
               COALESCE(NULLIF(doer.name, ''), doer.uid) AS doer_name, CAST(NOW() AS CHAR) AS now
          FROM (SELECT 1) AS one
          LEFT JOIN ticket_statuses AS status ON status.name = :status
          LEFT JOIN technicians AS technician ON technician.uid = :assigned_to
          LEFT JOIN technicians AS doer ON doer.uid = :uid) AS given
  LEFT JOIN tickets AS record ON record.id = :tid AND record.deleted = 'N'
   FOR UPDATE
