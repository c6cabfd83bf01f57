-- What a first start needs to make a useful call; rename, change or delete the rows as you like.

INSERT INTO portals (name) SELECT 'Customer Portal' WHERE NOT EXISTS (SELECT 1 FROM portals);

INSERT INTO categories (name)
SELECT name FROM (SELECT 'General' AS name UNION SELECT 'Hardware' UNION SELECT 'Software' UNION SELECT 'Network') AS first_rows
WHERE NOT EXISTS (SELECT 1 FROM categories);

INSERT INTO support_contracts (name, description)
SELECT 'Standard support', 'Weekdays, answer within one working day' WHERE NOT EXISTS (SELECT 1 FROM support_contracts);
