"""Checks that all peers give the same answers and store the same rows, without which a comparison means nothing."""

import datetime
import json
import random
import re

from operations import OPERATIONS, TICKET_OPERATIONS

TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
DRAWS = 20  # calls of each operation that reads tickets
# What a write about tickets leaves in the database, by the ticket's number. Numbers and times differ from peer to peer.
STORED = {
    "tickets": "SELECT * FROM tickets WHERE id = %s",
    "ticket_history": "SELECT * FROM ticket_history WHERE ticket_id = %s ORDER BY id",
    "ticket_words": "SELECT word FROM ticket_words WHERE ticket_id = %s ORDER BY word",
    "ticket_texts": "SELECT words FROM ticket_texts WHERE ticket_id = %s",
}
NUMBERS = ("id", "ticket_id")


def callers(peers):
    return {name: peer for name, peer in peers.items() if hasattr(peer, "call")}


def check_same(what, by_peer):
    """`by_peer` has what each peer gave."""
    expected = next(iter(by_peer.values()), None)
    for name, given in by_peer.items():
        if given != expected:
            raise RuntimeError(f"{name}: {what} differs:\n{given}\n{expected}")


def check_customers(peers, bench):
    """Gives the first peer's answers, by operation."""
    variables = {"get": {"cid": "c4"}, "update": {"cid": "c1", "contact": "Jane", "phone": "1", "city": "Rome"},
                 "add": {"contact": "John Smith", "city": "Atlanta"}}
    answers = {}
    for operation in variables:
        action = OPERATIONS[operation].action
        for name, peer in callers(peers).items():
            if operation == "add":
                variables["add"]["cid"] = f"check-{name}"
            body = peer.call(action, **variables[operation])
            expected = answers.setdefault(operation, body.replace(f"check-{name}", "check"))
            if json.loads(body.replace(f"check-{name}", "check")) != json.loads(expected):
                raise RuntimeError(f"{peer.title} answers {action} differently:\n{body}\n{expected}")
    stored = {}
    for name, peer in callers(peers).items():
        refusals = [peer.refusal("add_customer", cid=f"check-{name}"),
                    peer.refusal("update_customer", cid="nobody", city="Rome"),
                    peer.refusal("get_customers", cid="c1", key="wrong")]
        if refusals != [409, 404, 401]:
            raise RuntimeError(f"{peer.title} refuses with {refusals}")
        customer = json.loads(peer.call("get_customers", cid=f"check-{name}"))["customers"][0]
        stored[name] = {key: value for key, value in customer.items()
                        if key not in ("id", "cid", "date_added", "last_updated")}
    check_same("what add_customer stores", stored)
    return answers


def check_reads(peers, bench):
    choice = random.Random(1)
    for name in sorted(TICKET_OPERATIONS):
        operation = OPERATIONS[name]
        if operation.writes:
            continue
        records = 0
        for _ in range(DRAWS):
            variables = operation.draw(bench.pools, choice)
            answers = {name: json.loads(peer.call(operation.action, **variables)) for name, peer in callers(peers).items()}
            check_same(f"the answer to {operation.action} {variables}", answers)
            records += sum(len(answer[root]) for answer in answers.values() for root in answer)
        if not records:
            raise RuntimeError(f"{name} finds nothing")


def added(answer, variable):
    (record,) = json.loads(answer)["response"]
    assert list(record) == [variable], answer
    return record[variable]


def without_numbers(row):
    return {name: "a time" if isinstance(value, datetime.datetime) else TIME.sub("a time", value) if isinstance(value, str) else value
            for name, value in row.items() if name not in NUMBERS}


def write_ticket(peer, bench):
    """Makes the same calls of each peer, about a ticket of its own. Gives what they leave in the database, by table."""
    choice = random.Random(2)
    tid = added(peer.post("add_ticket", **OPERATIONS["add-ticket"].draw(bench.pools, choice)), "added_ticket")
    first, second = sorted(bench.pools["technician"])[:2]
    updates = [{"status": "Closed", "assigned_to": first}, {"status": "Closed", "assigned_to": first},
               {"status": "Open", "assigned_to": first}, {"status": "pending", "assigned_to": second.upper()}]
    for update in updates:
        assert added(peer.post("update_ticket", tid=tid, uid=second, **update), "updated_ticket") == tid
        # A ticket that stays closed keeps its time, which must not be now for that to be seen.
        bench.mariadb.execute(f"UPDATE helpdesk.tickets SET close_date = open_date + INTERVAL 1 DAY WHERE id = {tid} AND close_date IS NOT NULL")
    for _ in range(2):
        added(peer.post("add_history", **OPERATIONS["add-history"].draw(bench.pools, choice) | {"tid": tid}), "added_history")
    with bench.mariadb.connect() as connection, connection.cursor() as cursor:
        stored = {}
        for table, sql in STORED.items():
            cursor.execute(sql, tid)
            stored[table] = [without_numbers(row) for row in cursor.fetchall()]
    assert len(stored["ticket_history"]) == 6, stored["ticket_history"]
    return stored


def refusals_of(peer, bench):
    customer, technician, ticket = (bench.pools[pool][0] for pool in ("customer", "technician", "ticket"))
    change = {"tid": ticket, "status": "Open", "assigned_to": technician, "uid": technician}
    entry = {"tid": ticket, "uid": technician, "type": "R", "notes": "Hello"}
    calls = [("add_ticket", {"cid": "nobody", "subject": "a", "description": "b"}),
             ("add_ticket", {"cid": bench.pools["customer_without_support"][0], "subject": "a", "description": "b"}),
             ("add_ticket", {"cid": customer, "subject": "a", "description": "b", "key": "wrong"}),
             ("update_ticket", change | {"tid": "4000000000"}), ("update_ticket", change | {"status": "none"}),
             ("update_ticket", change | {"assigned_to": "nobody"}), ("update_ticket", change | {"uid": "nobody"}),
             ("update_ticket", change | {"assigned_to": bench.pools["former_technician"][0]}),
             ("add_history", entry | {"tid": "4000000000"}), ("add_history", entry | {"uid": "nobody"}), ("add_history", entry | {"notes": ""})]
    return [peer.refusal(action, post=True, **variables) for action, variables in calls]


def check_tickets(peers, bench):
    check_reads(peers, bench)
    check_same("what it stores", {name: write_ticket(peer, bench) for name, peer in callers(peers).items()})
    refusals = {name: refusals_of(peer, bench) for name, peer in callers(peers).items()}
    check_same("how it refuses", {"wanted": [400, 409, 401, 404, 400, 400, 400, 409, 400, 400, 400], **refusals})
    return {}
