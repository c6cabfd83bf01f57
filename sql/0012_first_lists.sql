-- What a help desk's lists begin with; rename, change or delete the rows as you like. An empty list stays empty after
-- that, since this is carried out only once.

INSERT INTO ticket_statuses (name, closed, reopen, is_default, position)
SELECT * FROM (SELECT 'New' AS name, 'N' AS closed, 'N' AS reopen, 'Y' AS is_default, 1 AS position
               UNION SELECT 'Open', 'N', 'N', 'N', 2
               UNION SELECT 'Pending', 'N', 'N', 'N', 3
               UNION SELECT 'Closed', 'Y', 'Y', 'N', 4) AS first_rows
WHERE NOT EXISTS (SELECT 1 FROM ticket_statuses);

INSERT INTO ticket_priorities (name, is_default, position)
SELECT * FROM (SELECT 'Low' AS name, 'N' AS is_default, 1 AS position
               UNION SELECT 'Normal', 'Y', 2
               UNION SELECT 'High', 'N', 3
               UNION SELECT 'Urgent', 'N', 4) AS first_rows
WHERE NOT EXISTS (SELECT 1 FROM ticket_priorities);

INSERT INTO ticket_sources (name, is_default, position)
SELECT * FROM (SELECT 'Phone' AS name, 'N' AS is_default, 1 AS position
               UNION SELECT 'Email', 'N', 2
               UNION SELECT 'Web', 'N', 3
               UNION SELECT 'Chat', 'N', 4
               UNION SELECT 'API', 'Y', 5) AS first_rows
WHERE NOT EXISTS (SELECT 1 FROM ticket_sources);

INSERT INTO escalation_levels (name, is_default, position)
SELECT * FROM (SELECT '1' AS name, 'Y' AS is_default, 1 AS position
               UNION SELECT '2', 'N', 2
               UNION SELECT '3', 'N', 3) AS first_rows
WHERE NOT EXISTS (SELECT 1 FROM escalation_levels);
