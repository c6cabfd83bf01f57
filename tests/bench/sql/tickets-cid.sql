customer.cid = ?
