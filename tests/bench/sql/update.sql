UPDATE customers SET last_updated = SYSDATE(6), {assignments} WHERE cid = ?
