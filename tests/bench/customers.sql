-- What the customers refer to, and one slice of them: cid c1, c2 … with lists for every second or fourth.
INSERT IGNORE INTO companies (id, name) SELECT seq, CONCAT('Company ', seq) FROM seq_1_to_100;
INSERT IGNORE INTO customer_groups (id, name) SELECT seq, CONCAT('Group ', seq) FROM seq_1_to_10;
INSERT INTO customers (id, cid, company_id, contact, portal_id, latitude, longitude, email, address, city, state, zip, country,
                       phone, group_id, notes)
SELECT seq, CONCAT('c', seq), IF(seq % 2, 1 + seq % 100, NULL), CONCAT('Contact ', seq), (SELECT MIN(id) FROM portals),
       seq % 90 + 0.125, seq % 180 + 0.5, CONCAT('contact', seq, '@example.com'), CONCAT(seq % 1000, ' Main Street'),
       'Springfield', 'GA', LPAD(seq % 100000, 5, '0'), 'US', CONCAT('404-', LPAD(seq, 8, '0')), 1 + seq % 10, 'Calls on Mondays'
  FROM seq_{first}_to_{last};
INSERT INTO customer_contracts (customer_id, contract_id, position, start_date)
SELECT seq, (SELECT MIN(id) FROM support_contracts), 1, '2026-01-01' FROM seq_{first}_to_{last} WHERE seq % 4 = 0;
INSERT INTO customer_categories (customer_id, category_id, position)
SELECT seq, id, id FROM seq_{first}_to_{last} JOIN categories WHERE seq % 4 = 1 AND id <= 2;
INSERT INTO customer_emails (customer_id, position, email)
SELECT seq, 1, CONCAT('other', seq, '@example.com') FROM seq_{first}_to_{last} WHERE seq % 2 = 0;
INSERT INTO customer_phones (customer_id, position, phone)
SELECT seq, 1, CONCAT('405-', LPAD(seq, 8, '0')) FROM seq_{first}_to_{last} WHERE seq % 2 = 0;
