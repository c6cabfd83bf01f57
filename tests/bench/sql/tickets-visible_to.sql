EXISTS (
    SELECT 1 FROM technicians AS viewer
     WHERE viewer.uid = ? AND viewer.active = 'Y'
       AND (viewer.viewable_tickets = 'ALL' OR ticket.technician_id = viewer.id
            OR (ticket.technician_id IS NULL AND ticket.group_id IS NULL)
            OR EXISTS (SELECT 1 FROM technician_groups WHERE technician_id = viewer.id AND group_id = ticket.group_id))
       AND (NOT EXISTS (SELECT 1 FROM technician_customer_groups WHERE technician_id = viewer.id)
            OR EXISTS (SELECT 1 FROM technician_customer_groups
                        WHERE technician_id = viewer.id AND customer_group_id = ticket.customer_group_id))
       AND (NOT EXISTS (SELECT 1 FROM technician_groups WHERE technician_id = viewer.id)
            OR EXISTS (
                SELECT 1 FROM technician_groups AS member
                 WHERE member.technician_id = viewer.id
                   AND (NOT EXISTS (SELECT 1 FROM tech_group_sources WHERE group_id = member.group_id)
                        OR EXISTS (SELECT 1 FROM tech_group_sources
                                    WHERE group_id = member.group_id AND source_id = ticket.source_id))
                   AND (NOT EXISTS (SELECT 1 FROM tech_group_categories WHERE group_id = member.group_id)
                        OR EXISTS (SELECT 1 FROM tech_group_categories
                                    WHERE group_id = member.group_id AND category_id = ticket.category_id))
                   AND (NOT EXISTS (SELECT 1 FROM tech_group_customer_groups WHERE group_id = member.group_id)
                        OR EXISTS (SELECT 1 FROM tech_group_customer_groups
                                    WHERE group_id = member.group_id AND customer_group_id = ticket.customer_group_id)))))
