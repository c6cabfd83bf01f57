"""Whatever clients do to a ticket at once, its history tells what became of it."""

import json
import random
import threading

from test_ticket_history import CONFIG, people  # noqa: F401

CLIENTS = 16
CALLS = 12
CHOICES = {"subject": ["a", "b", "c", ""], "status": ["New", "Open", "Pending", "Closed"], "priority": ["Low", "Normal", "High"],
           "assigned_to": ["ann", "bob", ""], "assigned_group": ["First line", ""], "tags": ["red", "red,blue", ""], "contact": ["x", "y"],
           "category": ["Hardware", "Software", ""], "due_date": ["2099-01-01 00:00:00", "2099-06-01 12:00:00", ""]}
OF_ENTRIES = ["status", "priority", "assigned_to", "assigned_group", "due_date"]


def test_each_change_is_in_one_entry(api, db):
    """The values that a client sends name it, so that an entry tells whose change it is."""
    tid = api.post("add_ticket", cid="c", subject="start", phone="0").json[0]["added_ticket"]
    acknowledged = []
    failed = []

    def work(client):
        chance = random.Random(client)
        for call in range(CALLS):
            marker = f"{client}.{call}"
            with_entry = chance.random() < 0.3
            names = chance.sample(OF_ENTRIES if with_entry else list(CHOICES), chance.randint(1, 3))
            values = {name: chance.choice(CHOICES[name]) for name in names}
            if with_entry:
                answer = api.post("add_history", tid=tid, uid="ann", notes=marker, **values)
            else:
                # Each has a phone number of its own, so that it changes something.
                values["phone"] = marker
                answer = api.post("update_ticket", tid=tid, uid="bob", **values)
                acknowledged.append(marker)
            if answer.status != 200:
                failed.append(answer.text)

    threads = [threading.Thread(target=work, args=[client]) for client in range(CLIENTS)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert failed == []

    state = {name: "" for name in CHOICES} | {"subject": "start", "phone": "0", "status": "New", "priority": "Normal", "contact": "Carl", "close_date": ""}
    found = []
    for row in db.query("SELECT changes FROM ticket_history WHERE ticket_id = %s AND type = 'S' ORDER BY id", tid):
        changes = json.loads(row["changes"])
        assert changes
        for name, (old, new) in changes.items():
            assert state[name] == old != new, (name, changes)
            state[name] = new
        if "phone" in changes:
            found.append(changes["phone"][1])
    assert sorted(found) == sorted(acknowledged)
    (record,) = api.get("get_tickets", tid=tid).records
    assert {name: record[name] for name in state if "date" not in name} == {name: state[name] for name in state if "date" not in name}
    (stored,) = db.query("SELECT COALESCE(DATE_FORMAT(due_date, '%%Y-%%m-%%d %%T'), '') AS due_date, "
                         "COALESCE(DATE_FORMAT(close_date, '%%Y-%%m-%%d %%T'), '') AS close_date FROM tickets WHERE id = %s", tid)
    assert stored == {name: state[name] for name in stored}
    assert (state["close_date"] != "") == (state["status"] == "Closed")
