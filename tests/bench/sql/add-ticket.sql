INSERT INTO tickets (customer_id, company_id, contact, phone, email, source_id, open_date, close_date, escalation_level_id, status_id,
                     subject, customer_group_id, priority_id, due_date, description, portal_id, last_updated)
VALUES (:customer_id, :company_id, :contact, :phone, :email, :source_id, :open_date, :close_date, :escalation_level_id, :status_id,
        :subject, :customer_group_id, :priority_id, :due_date, :description, :portal_id, SYSDATE())
