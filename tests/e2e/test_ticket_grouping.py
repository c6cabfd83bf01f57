"""Tickets and entries that are added together share statements, and are what they would be one by one."""

import pytest

from test_grouping import executed, run  # noqa: F401


@pytest.fixture(autouse=True)
def people(db):
    db.query("INSERT INTO technicians (uid, name) VALUES ('ann', 'Ann Example')")
    db.query("INSERT INTO customers (id, cid, contact, portal_id, notes) VALUES (1, 'c', 'Carl', 1, ''), (2, 'd', 'Dora', 1, '')")


def statements(db, run, calls):
    before = executed(db)
    answers = run([calls], "module")
    assert [status for status, _ in answers] == [200] * len(calls), answers
    return executed(db) - before, [list(body["response"][0].values())[0] for _, body in answers]


def test_adds_of_tickets_share_statements(db, run):
    calls = [{"action": "add_ticket", "cid": "c" if i % 2 else "d", "subject": f"s{i}", "description": f"d{i}"} for i in range(32)]
    count, tids = statements(db, run, calls)
    assert count <= 16, count
    for i, tid in enumerate(tids):
        (ticket,) = db.query("SELECT subject, contact FROM tickets WHERE id = %s", tid)
        assert (ticket["subject"], ticket["contact"]) == (f"s{i}", "Carl" if i % 2 else "Dora")
        assert [row["notes"] for row in db.query("SELECT notes FROM ticket_history WHERE ticket_id = %s", tid)] == [f"d{i}"]
        (text,) = db.query("SELECT words FROM ticket_texts WHERE ticket_id = %s", tid)
        assert text["words"].decode() == f" d{i} s{i}"


def test_adds_of_entries_share_statements(db, run):
    _, tids = statements(db, run, [{"action": "add_ticket", "cid": "c"} for _ in range(4)])
    calls = [{"action": "add_history", "tid": tids[i % 4], "uid": "ann", "notes": f"n{i}"} for i in range(32)]
    count, ids = statements(db, run, calls)
    assert count <= 16, count
    for i, number in enumerate(ids):
        (entry,) = db.query("SELECT ticket_id, notes, author FROM ticket_history WHERE id = %s", number)
        assert (str(entry["ticket_id"]), entry["notes"], entry["author"]) == (tids[i % 4], f"n{i}", "Ann Example")


def test_a_mail_that_is_sent_twice_does_not_hold_the_rest(db, run):
    _, (tid,) = statements(db, run, [{"action": "add_ticket", "cid": "c"}])
    _, first = statements(db, run, [{"action": "add_history", "tid": tid, "notes": "x", "message_id": f"m{i}"} for i in range(8)])
    calls = [{"action": "add_history", "tid": tid, "notes": "y", "message_id": f"m{i}"} for i in range(16)]
    _, again = statements(db, run, calls)
    assert again[:8] == first and len(set(again)) == 16
    _, twice = statements(db, run, [{"action": "add_history", "tid": tid, "notes": "z", "message_id": "new"} for _ in range(8)])
    assert len(set(twice)) == 1
    assert db.count("ticket_history") == 17


def test_an_entry_that_changes_its_ticket_does_not_hold_the_rest(db, run):
    _, tids = statements(db, run, [{"action": "add_ticket", "cid": "c", "status": "Closed" if i == 2 else "New"} for i in range(4)])
    calls = [{"action": "add_history", "tid": tid, "notes": "x", "cid": "c"} for tid in tids]
    calls += [{"action": "add_history", "tid": tids[0], "notes": "x", "cid": "c", "status": "Pending"}]
    statements(db, run, calls)
    assert [db.query("SELECT status_id FROM tickets WHERE id = %s", tid)[0]["status_id"] for tid in tids] == [3, 1, 1, 1]
    assert db.count("ticket_history") == 5 + 2


def test_look_ups_share_a_statement(db, run):
    _, tids = statements(db, run, [{"action": "add_ticket", "cid": "c", "subject": str(i)} for i in range(8)])
    db.query("UPDATE tickets SET deleted = 'Y' WHERE id = %s", tids[3])
    before = executed(db)
    answers = run([[{"action": "get_tickets", "tid": tid, "format": "json"} for tid in tids]], "module")
    assert executed(db) - before == 1
    assert [[record["subject"] for record in body["tickets"]] for _, body in answers] == [[str(i)] if i != 3 else [] for i in range(8)]
