-- What the bench changes in the help desk that it measures on.

-- The 50 customers with the most tickets get 30 open ones, so that a page of them is full.
CREATE TEMPORARY TABLE reopened (id BIGINT UNSIGNED NOT NULL PRIMARY KEY)
SELECT id FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY id DESC) AS place FROM tickets
                 WHERE deleted = 'N' AND merged_into_id IS NULL
                   AND customer_id IN (SELECT customer_id FROM (SELECT customer_id FROM tickets GROUP BY customer_id
                                                                 ORDER BY COUNT(*) DESC, customer_id LIMIT 50) AS busiest)) AS numbered
 WHERE place <= 30;
UPDATE tickets SET status_id = (SELECT id FROM ticket_statuses WHERE name = 'Open'), close_date = NULL
 WHERE id IN (SELECT id FROM reopened);
DROP TEMPORARY TABLE reopened;
ANALYZE TABLE tickets;

-- However small the help desk, a customer of it has no support.
UPDATE customers SET support = 'N' ORDER BY id DESC LIMIT 1;
