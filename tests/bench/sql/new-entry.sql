SELECT ticket.id AS ticket_id, ticket.status_id AS status_id, doer.id AS technician_id,
       COALESCE(NULLIF(doer.name, ''), doer.uid) AS author, CAST(NOW() AS CHAR) AS date
  FROM (SELECT 1) AS one
  LEFT JOIN tickets AS named ON named.id = :tid AND named.deleted = 'N'
  LEFT JOIN tickets AS ticket ON ticket.id = COALESCE(named.merged_into_id, named.id) AND ticket.deleted = 'N'
  LEFT JOIN technicians AS doer ON doer.uid = :uid
