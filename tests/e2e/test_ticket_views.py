"""Which tickets are seen: those that wait, and what a technician or a customer may see, as a naive model says."""

import random
from datetime import datetime, timedelta, timezone

import pytest

from test_ticket_history import CONFIG  # noqa: F401

SOURCES, CATEGORIES, GROUPS, CUSTOMER_GROUPS = [1, 2, 5], [1, 2, 3], [1, 2, 3, 4], [1, 2, 5]


def some(chance, items, most=2):
    return set(chance.sample(items, chance.choice([0, 0, *range(1, most + 1)])))


class Desk:
    """A random help desk, in the database and as Python sees it."""

    def __init__(self, db, seed):
        chance = random.Random(seed)
        self.db = db
        self.groups = {number: {"sources": some(chance, SOURCES), "categories": some(chance, CATEGORIES), "customer_groups": some(chance, CUSTOMER_GROUPS)}
                       for number in GROUPS}
        self.technicians = {number: {"uid": f"t{number}", "active": chance.random() < 0.85, "own": chance.random() < 0.5,
                                     "groups": some(chance, GROUPS), "customer_groups": some(chance, CUSTOMER_GROUPS)} for number in range(1, 13)}
        self.customers = {number: {"cid": f"c{number}", "support": chance.random() < 0.8, "company": chance.choice([None, 1, 2]),
                                   "all": chance.random() < 0.5} for number in range(1, 9)}
        self.tickets = {}
        for number in range(1, 81):
            customer = chance.choice(list(self.customers))
            self.tickets[number] = {
                "customer": customer, "company": chance.choice([self.customers[customer]["company"], None, 1]),
                "technician": chance.choice([None, *self.technicians]), "group": chance.choice([None, None, *GROUPS]),
                "source": chance.choice([None, *SOURCES]), "category": chance.choice([None, *CATEGORIES]),
                "customer_group": chance.choice([None, *CUSTOMER_GROUPS])}
        self.store()

    def store(self):
        for number, group in self.groups.items():
            self.db.query("INSERT INTO tech_groups (id, name) VALUES (%s, %s)", number, f"g{number}")
            self.store_list("tech_group_sources", "group_id", number, "source_id", group["sources"])
            self.store_list("tech_group_categories", "group_id", number, "category_id", group["categories"])
            self.store_list("tech_group_customer_groups", "group_id", number, "customer_group_id", group["customer_groups"])
        for number, technician in self.technicians.items():
            self.db.query("INSERT INTO technicians (id, uid, active, viewable_tickets) VALUES (%s, %s, %s, %s)", number, technician["uid"],
                          "Y" if technician["active"] else "N", "OWN" if technician["own"] else "ALL")
            self.store_list("technician_groups", "technician_id", number, "group_id", technician["groups"])
            self.store_list("technician_customer_groups", "technician_id", number, "customer_group_id", technician["customer_groups"])
        for number, customer in self.customers.items():
            self.db.query("INSERT INTO customers (id, cid, support, company_id, portal_id, viewable_tickets, notes) VALUES (%s, %s, %s, %s, 1, %s, '')", number,
                          customer["cid"], "Y" if customer["support"] else "N", customer["company"], "COMPANY" if customer["all"] else "PERSONAL")
        for number, ticket in self.tickets.items():
            self.db.query("INSERT INTO tickets (id, customer_id, company_id, technician_id, group_id, source_id, category_id, customer_group_id, "
                          "description, last_updated) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '', NOW() - INTERVAL 1 HOUR)", number, *ticket.values())
            for entry, viewable in ((number * 2, "Y"), (number * 2 + 1, "N")):
                self.db.query("INSERT INTO ticket_history (id, ticket_id, notes, customer_viewable) VALUES (%s, %s, '', %s)", entry, number, viewable)

    def store_list(self, table, owner, number, column, items):
        for position, item in enumerate(sorted(items), 1):
            self.db.query(f"INSERT INTO {table} ({owner}, {column}, position) VALUES (%s, %s, %s)", number, item, position)

    def technician_sees(self, number, ticket):
        technician = self.technicians[number]
        mine = ticket["technician"] == number or ticket["group"] in technician["groups"]
        nobodys = ticket["technician"] is None and ticket["group"] is None
        if not technician["active"] or (technician["own"] and not mine and not nobodys):
            return False
        if technician["customer_groups"] and ticket["customer_group"] not in technician["customer_groups"]:
            return False

        def group_sees(group):
            return all(not group[f"{name}s" if name != "category" else "categories"] or
                       ticket[name] in group[f"{name}s" if name != "category" else "categories"]
                       for name in ("source", "category", "customer_group"))

        return not technician["groups"] or any(group_sees(self.groups[group]) for group in technician["groups"])

    def customer_sees(self, number, ticket):
        customer = self.customers[number]
        companys = customer["all"] and customer["company"] is not None and ticket["company"] == customer["company"]
        return customer["support"] and (ticket["customer"] == number or companys)


def tickets(api, **selectors):
    answer = api.get("get_tickets", count="1000", **selectors)
    assert answer.status == 200, answer.text
    return [int(record["tid"]) for record in answer.records]


def entries(api, **selectors):
    answer = api.get("get_history", count="1000", order="id", **selectors)
    assert answer.status == 200, answer.text
    return [int(record["id"]) for record in answer.records]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_who_sees_what(api, db, seed):
    desk = Desk(db, seed)
    for number, technician in desk.technicians.items():
        seen = [tid for tid, ticket in desk.tickets.items() if desk.technician_sees(number, ticket)]
        assert tickets(api, visible_to=technician["uid"].upper()) == seen, technician
        assert tickets(api, visible_to=technician["uid"], cid="c1") == [tid for tid in seen if desk.tickets[tid]["customer"] == 1]
        assert entries(api, visible_to=technician["uid"]) == [tid * 2 + i for tid in seen for i in (0, 1)]
    for number, customer in desk.customers.items():
        seen = [tid for tid, ticket in desk.tickets.items() if desk.customer_sees(number, ticket)]
        assert tickets(api, viewable_by=customer["cid"]) == seen, customer
        assert entries(api, viewable_by=customer["cid"]) == [tid * 2 for tid in seen]
        assert tickets(api, viewable_by=customer["cid"], visible_to="t1") == [tid for tid in seen if desk.technician_sees(1, desk.tickets[tid])]
    assert tickets(api, visible_to="nobody") == tickets(api, viewable_by="nobody") == entries(api, viewable_by="nobody") == []
    unassigned = [tid for tid, ticket in desk.tickets.items() if ticket["technician"] is None and ticket["group"] is None]
    assert tickets(api, unassigned="Y") == unassigned
    assert tickets(api, unassigned="n") == [tid for tid in desk.tickets if tid not in unassigned]


def test_what_is_due(api, db):
    db.query("INSERT INTO customers (id, cid, portal_id, notes) VALUES (1, 'c', 1, '')")
    now = datetime.now(timezone.utc)
    due = {1: None, 2: now - timedelta(days=2), 3: now + timedelta(days=2), 4: now - timedelta(days=2)}
    for number, time in due.items():
        db.query("INSERT INTO tickets (id, customer_id, open_date, due_date, close_date, description, last_updated) "
                 "VALUES (%s, 1, '2020-01-01', %s, %s, '', NOW() - INTERVAL %s HOUR)", number, time and time.strftime("%Y-%m-%d %H:%M:%S"),
                 "2030-01-01" if number == 4 else None, number)
    assert tickets(api, overdue="Y") == [2]
    assert tickets(api, overdue="N", order="id") == [1, 3, 4]
    assert tickets(api, due_date=due[2].strftime("%m/%d/%Y")) == [2, 4]
    assert tickets(api, due_date=due[2].strftime("%m/%d/%Y %H:%M:%S")) == [2, 4]
    assert tickets(api, due_date=(due[2] - timedelta(seconds=1)).strftime("%m/%d/%Y %H:%M:%S")) == []
    assert tickets(api, due_date=due[3].strftime("%m/%d/%Y")) == [3]
    assert tickets(api, due_date=due[3].strftime("%m/%d/%Y %H:%M:%S")) == [2, 4, 3]
    for name in ("overdue", "unassigned", "deleted"):
        assert api.get("get_tickets", **{name: "?"}).problems == [(name, "invalid_choice")]
