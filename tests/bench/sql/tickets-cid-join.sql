JOIN customers AS customer ON customer.id = ticket.customer_id
