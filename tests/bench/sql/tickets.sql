SELECT record.id AS id, record.id AS tid, of_customer.cid AS cid, of_company.name AS company, record.company_id AS company_id,
       record.contact AS contact, record.phone AS phone, record.email AS email, of_source.name AS source,
       CAST(record.open_date AS CHAR) AS open_date, CAST(record.close_date AS CHAR) AS close_date,
       of_category.name AS category, of_sub_category.name AS sub_category, of_technician.uid AS assigned_to,
       of_technician.name AS assigned_to_name, of_group.name AS assigned_group, record.group_id AS assigned_group_id,
       of_level.name AS escalation_level, of_status.name AS status, of_status.closed AS closed, record.subject AS subject,
       of_customer_group.name AS customer_group, record.customer_group_id AS customer_group_id, of_priority.name AS priority,
       CAST(record.due_date AS CHAR) AS due_date,
       IF(record.due_date < NOW() AND record.close_date IS NULL AND COALESCE(of_status.closed, 'N') = 'N', 'Y', 'N') AS overdue,
       record.description AS description, of_opener.uid AS opened_by, of_portal.name AS portal, record.portal_id AS portal_id,
       record.contract_id AS contract,
       (SELECT GROUP_CONCAT(item.tag ORDER BY item.position SEPARATOR ',') FROM ticket_tags AS item
         WHERE item.ticket_id = record.id) AS tags,
       (SELECT COUNT(*) FROM ticket_history AS item WHERE item.ticket_id = record.id) AS history_count,
       record.merged_into_id AS merged_into, CAST(record.date_added AS CHAR) AS date_added,
       CAST(record.last_updated AS CHAR) AS last_updated
  FROM (SELECT ticket.id FROM {found} WHERE ticket.deleted = 'N'{conditions} ORDER BY ticket.id LIMIT {limit}) AS page
  JOIN tickets AS record ON record.id = page.id
  LEFT JOIN customers AS of_customer ON of_customer.id = record.customer_id
  LEFT JOIN companies AS of_company ON of_company.id = record.company_id
  LEFT JOIN ticket_sources AS of_source ON of_source.id = record.source_id
  LEFT JOIN categories AS of_category ON of_category.id = record.category_id
  LEFT JOIN sub_categories AS of_sub_category ON of_sub_category.id = record.sub_category_id
  LEFT JOIN technicians AS of_technician ON of_technician.id = record.technician_id
  LEFT JOIN tech_groups AS of_group ON of_group.id = record.group_id
  LEFT JOIN escalation_levels AS of_level ON of_level.id = record.escalation_level_id
  LEFT JOIN ticket_statuses AS of_status ON of_status.id = record.status_id
  LEFT JOIN customer_groups AS of_customer_group ON of_customer_group.id = record.customer_group_id
  LEFT JOIN ticket_priorities AS of_priority ON of_priority.id = record.priority_id
  LEFT JOIN technicians AS of_opener ON of_opener.id = record.opened_by_id
  LEFT JOIN portals AS of_portal ON of_portal.id = record.portal_id
 ORDER BY record.id
