"""The lists that tickets refer to."""

STATUSES = {"New": "N", "Open": "N", "Pending": "N", "Closed": "Y"}
# The weights say how many tickets have each. A priority has the hours after which such a ticket is due.
SOURCES = {"Phone": 25, "Email": 45, "Web": 20, "Chat": 7, "API": 3}
PRIORITIES = {"Low": (20, 240), "Normal": (60, 72), "High": (15, 24), "Urgent": (5, 4)}
ESCALATION_LEVELS = ("1", "2", "3")
CUSTOMER_GROUPS = ("Retail", "Wholesale", "Public sector", "Partners", "Internal", "Trial", "Education", "Health")
PORTALS = ("Customer Portal", "Partner Portal")
CONTRACTS = ("Standard support", "Extended support", "Around the clock")
CHAT_QUEUES = ("Sales", "Support")
GROUPS = ("Service desk", "Field service", "Networks", "Servers", "Applications", "Accounts", "Billing", "Security")
# The group that most of a category's tickets go to, and its sub categories. The first categories have the most tickets.
CATEGORIES = {
    "Software": ("Applications", ("Installation", "Update", "Crash", "License", "Office", "Browser", "Other")),
    "Hardware": ("Field service", ("Laptop", "Desktop", "Printer", "Monitor", "Dock", "Phone", "Other")),
    "Access": ("Accounts", ("Password", "New user", "Leaver", "Rights", "Token")),
    "Network": ("Networks", ("Wireless", "VPN", "Cabling", "Firewall", "Name service")),
    "E-mail": ("Servers", ("Mailbox", "Delivery", "Calendar", "Distribution list")),
    "General": ("Service desk", ("Question", "Complaint", "Praise")),
    "Servers": ("Servers", ("Disk", "Backup", "Database", "Virtual machine", "Update")),
    "Billing": ("Billing", ("Invoice", "Payment", "Refund")),
    "Security": ("Security", ("Phishing", "Malware", "Lost device", "Certificate")),
    "Moves": ("Field service", ("Desk", "Office")),
    "Training": ("Service desk", ()),
    "Website": ("Applications", ("Content", "Fault", "Form")),
}
TAGS = tuple(f"{first}-{second}" for second in ("case", "site", "wave", "batch", "check")
             for first in ("vip", "onsite", "waiting", "vendor", "warranty", "recall", "rollout", "audit", "café", "remote", "loaner", "bulk"))


def ids_of(cursor, table, names, **values):
    """Adds what the list lacks, and returns the IDs by name. `values` are those of its other columns, by name of the row."""
    ids = {}
    for name in names:
        cursor.execute(f"SELECT id FROM {table} WHERE name = %s", name)
        row = cursor.fetchone()
        if row is None:
            columns = ", ".join(["name", *values])
            cursor.execute(f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * (1 + len(values)))})",
                           (name, *(column[name] for column in values.values())))
            ids[name] = cursor.lastrowid
        else:
            ids[name] = row[0]
    return ids


def sub_category_ids(cursor, categories):
    """The IDs by the names of the category and the sub category."""
    ids = {}
    for category, (_, names) in CATEGORIES.items():
        for name in names:
            cursor.execute("INSERT IGNORE INTO sub_categories (category_id, name) VALUES (%s, %s)", (categories[category], name))
            cursor.execute("SELECT id FROM sub_categories WHERE category_id = %s AND name = %s", (categories[category], name))
            ids[category, name] = cursor.fetchone()[0]
    return ids


class Lists:
    """The IDs of all lists, by name."""

    def __init__(self, cursor):
        self.status = ids_of(cursor, "ticket_statuses", STATUSES, closed=STATUSES)
        self.source = ids_of(cursor, "ticket_sources", SOURCES)
        self.priority = ids_of(cursor, "ticket_priorities", PRIORITIES)
        self.escalation_level = ids_of(cursor, "escalation_levels", ESCALATION_LEVELS)
        self.category = ids_of(cursor, "categories", CATEGORIES)
        self.sub_category = sub_category_ids(cursor, self.category)
        self.customer_group = list(ids_of(cursor, "customer_groups", CUSTOMER_GROUPS).values())
        self.portal = list(ids_of(cursor, "portals", PORTALS).values())
        self.contract = list(ids_of(cursor, "support_contracts", CONTRACTS).values())
        self.chat_queue = list(ids_of(cursor, "chat_queues", CHAT_QUEUES).values())
