"""What the bench measures: one row for each operation, and the values that its calls draw from the database."""

import dataclasses
import random
import re
import urllib.parse

READS, WRITES = False, True


@dataclasses.dataclass(frozen=True)
class Operation:
    name: str
    data: str  # what the tables hold while it is measured: `customers` or `desk`
    action: str
    writes: bool
    # The call's variables; `{ticket}` stands for a value of that pool. load.lua itself makes the calls about customers.
    call: dict = dataclasses.field(default_factory=dict)

    @property
    def template(self):
        """The call's variables as in a form."""
        return "&".join(f"{name}={value.replace(' ', '+')}" for name, value in self.call.items())

    def draw(self, pools, random):
        """Returns the variables of one call."""
        return {name: re.sub(r"\{(\w+)\}", lambda pool: random.choice(pools[pool[1]]), value) for name, value in self.call.items()}


# Reads come before writes, which make tickets and entries more, and open lists longer.
OPERATIONS = {operation.name: operation for operation in (
    Operation("get", "customers", "get_customers", READS),
    Operation("update", "customers", "update_customer", WRITES),
    Operation("add", "customers", "add_customer", WRITES),
    Operation("pass", "customers", "add_customer", WRITES),
    Operation("get-beside-pass", "customers", "get_customers", READS),
    Operation("get-ticket", "desk", "get_tickets", READS, {"tid": "{ticket}"}),
    Operation("open-tickets", "desk", "get_tickets", READS, {"cid": "{busy_customer}", "closed": "N", "count": "20"}),
    Operation("queue", "desk", "get_tickets", READS, {"visible_to": "{technician}", "closed": "N", "count": "50"}),
    Operation("get-history", "desk", "get_history", READS, {"tid": "{ticket_of_12}"}),
    Operation("keyword", "desk", "get_tickets", READS, {"keyword": "{two_words}", "count": "20"}),
    Operation("add-ticket", "desk", "add_ticket", WRITES, {"cid": "{customer}", "subject": "{subject}", "description": "{text}"}),
    Operation("update-ticket", "desk", "update_ticket", WRITES,
              {"tid": "{ticket}", "status": "{status}", "assigned_to": "{technician}", "uid": "{technician}"}),
    Operation("add-history", "desk", "add_history", WRITES, {"tid": "{ticket}", "uid": "{technician}", "type": "R", "notes": "{text}"}),
)}
TICKET_OPERATIONS = frozenset(name for name, operation in OPERATIONS.items() if operation.data == "desk")


def two_words(words):
    """Returns two words of a ticket, neither of which begins with the other, so that it is found by both."""
    choice = random.Random(words)
    while True:
        one, other = choice.sample(words.decode().split(), 2)
        if not one.startswith(other) and not other.startswith(one):
            return f"{one} {other}"


# The tickets of some operations are none of another's, whose lists would become longer. Texts are ASCII, which is all that the peers cut
# into words.
POOLS = {
    "customer": "SELECT cid FROM customers WHERE support = 'Y'",
    "customer_without_support": "SELECT cid FROM customers WHERE support = 'N' LIMIT 1",
    "busy_customer": "SELECT MIN(customers.cid) FROM tickets JOIN customers ON customers.id = customer_id JOIN ticket_statuses AS status "
                     "ON status.id = status_id WHERE closed = 'N' GROUP BY customer_id ORDER BY COUNT(*) DESC LIMIT 50",
    "technician": "SELECT uid FROM technicians WHERE active = 'Y'",
    "former_technician": "SELECT uid FROM technicians WHERE active = 'N'",
    "status": "SELECT name FROM ticket_statuses",
    "ticket": "SELECT ticket_id FROM ticket_history JOIN tickets ON tickets.id = ticket_id "
              "WHERE deleted = 'N' AND merged_into_id IS NULL GROUP BY ticket_id HAVING COUNT(*) <> 12",
    "ticket_of_12": "SELECT ticket_id FROM ticket_history JOIN tickets ON tickets.id = ticket_id WHERE deleted = 'N' "
                    "GROUP BY ticket_id HAVING COUNT(*) = 12",
    "subject": "SELECT subject FROM tickets WHERE id % 5 = 0 AND LENGTH(subject) = CHAR_LENGTH(subject) LIMIT 2000",
    "text": "SELECT notes FROM ticket_history WHERE id % 5 = 0 AND type <> 'S' AND content_type = 'text' "
            "AND LENGTH(notes) = CHAR_LENGTH(notes) LIMIT 2000",
    "two_words": "SELECT words FROM ticket_texts JOIN tickets ON tickets.id = ticket_id WHERE deleted = 'N' AND ticket_id % 5 = 0 LIMIT 2000",
}


def draw_pools(connection):
    """Returns the values of each pool, as text."""
    pools = {}
    with connection.cursor() as cursor:
        for name, sql in POOLS.items():
            cursor.execute(sql)
            values = [next(iter(row.values())) for row in cursor.fetchall()]
            pools[name] = [two_words(value) for value in values] if name == "two_words" else [str(value) for value in values]
            if not pools[name]:
                raise RuntimeError(f"the help desk is too small: it has no {name}")
    return pools


def write_pools(pools, path):
    """Writes them for load.lua and the bare loop: a line for each value, as a form has it."""
    path.write_text("".join(f"{name}\t{urllib.parse.quote_plus(value)}\n" for name, values in pools.items() for value in values))
