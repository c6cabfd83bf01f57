-- Finds the former customers in entries from before by the names that the entries have. Who was renamed or removed since is not found.

UPDATE ticket_history AS entry
JOIN customers AS customer
  ON customer.cid = CASE WHEN JSON_VALID(entry.changes) THEN JSON_UNQUOTE(JSON_EXTRACT(entry.changes, '$.cid[0]')) END
 SET entry.former_customer_id = customer.id
WHERE entry.type = 'S' AND entry.changes LIKE '%"cid"%' AND entry.former_customer_id IS NULL;
