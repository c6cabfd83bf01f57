INSERT INTO customers (cid, contact, email, address, city, state, zip, country, phone, notes, support, chat, encrypt,
                       viewable_tickets, viewable_invoices, viewable_assets, portal_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
        COALESCE((SELECT id FROM portals WHERE id = ?), (SELECT id FROM portals WHERE name = ?), (SELECT MIN(id) FROM portals)))
