SELECT record.id AS id, record.cid AS cid, of_company.name AS company, record.company_id AS company_id,
       record.contact AS contact, of_portal.name AS portal, record.portal_id AS portal_id, record.support AS support,
       record.chat AS chat,
       (SELECT GROUP_CONCAT(item.contract_id ORDER BY item.position SEPARATOR ',') FROM customer_contracts AS item
         WHERE item.customer_id = record.id) AS contracts,
       (SELECT GROUP_CONCAT(item.start_date ORDER BY item.position SEPARATOR ',') FROM customer_contracts AS item
         WHERE item.customer_id = record.id) AS sc_start_dates,
       record.encrypt AS encrypt, record.latitude AS latitude, record.longitude AS longitude,
       (SELECT GROUP_CONCAT(named.name ORDER BY item.position SEPARATOR ',') FROM customer_categories AS item
          JOIN categories AS named ON named.id = item.category_id
         WHERE item.customer_id = record.id) AS selectable_categories,
       record.viewable_tickets AS viewable_tickets, record.viewable_invoices AS viewable_invoices,
       record.viewable_assets AS viewable_assets, record.email AS email,
       (SELECT GROUP_CONCAT(item.email ORDER BY item.position SEPARATOR ',') FROM customer_emails AS item
         WHERE item.customer_id = record.id) AS email2,
       record.address AS address, record.city AS city, record.state AS state, record.zip AS zip,
       record.country AS country, record.phone AS phone,
       (SELECT GROUP_CONCAT(item.phone ORDER BY item.position SEPARATOR ',') FROM customer_phones AS item
         WHERE item.customer_id = record.id) AS phone2,
       of_group.name AS `group`, record.group_id AS group_id, record.notes AS notes,
       CAST(record.date_added AS CHAR) AS date_added, CAST(record.last_updated AS CHAR) AS last_updated
  FROM customers AS record
  LEFT JOIN companies AS of_company ON of_company.id = record.company_id
  LEFT JOIN portals AS of_portal ON of_portal.id = record.portal_id
  LEFT JOIN customer_groups AS of_group ON of_group.id = record.group_id
 WHERE record.cid = ?
