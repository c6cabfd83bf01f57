SELECT customer.id AS customer_id, customer.company_id AS company_id, customer.contact AS contact, customer.phone AS phone,
       customer.email AS email, customer.support AS support, customer.group_id AS customer_group_id,
       COALESCE(customer.portal_id, (SELECT MIN(id) FROM portals)) AS portal_id,
       (SELECT id FROM ticket_sources ORDER BY is_default = 'Y' DESC, position IS NULL, position, id LIMIT 1) AS source_id,
       (SELECT id FROM escalation_levels ORDER BY is_default = 'Y' DESC, position IS NULL, position, id LIMIT 1) AS escalation_level_id,
       priority.id AS priority_id, status.id AS status_id, CAST(NOW() AS CHAR) AS open_date,
       CAST(IF(status.closed = 'Y', NOW(), NULL) AS CHAR) AS close_date,
       CAST(NOW() + INTERVAL priority.due_hours HOUR AS CHAR) AS due_date
  FROM (SELECT 1) AS one
  LEFT JOIN customers AS customer ON customer.cid = :cid
  LEFT JOIN (SELECT id, closed FROM ticket_statuses
              ORDER BY is_default = 'Y' DESC, position IS NULL, position, id LIMIT 1) AS status ON TRUE
  LEFT JOIN (SELECT id, due_hours FROM ticket_priorities
              ORDER BY is_default = 'Y' DESC, position IS NULL, position, id LIMIT 1) AS priority ON TRUE
