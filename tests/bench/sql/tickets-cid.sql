ticket.customer_id = (SELECT id FROM customers WHERE cid = ?)
