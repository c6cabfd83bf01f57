"""The connection to the database is cut at each packet of what writes tickets and entries, and the answers tell the truth."""

import itertools
import re

import pytest

from cuts import cut_everywhere
from servers import SANITIZE
from test_fault_link import CONFIG, WORKERS, call, link, link_of_all  # noqa: F401

pytestmark = pytest.mark.skipif(SANITIZE, reason="many rounds, too slow with sanitizers")


@pytest.fixture
def stored(mariadb, db):
    """A function that gives all that is stored of the ticket with this subject: itself, its entries, and how many words find it."""
    with mariadb.connect() as connection, connection.cursor() as cursor:
        def of(subject):
            cursor.execute(
                "SELECT version, deleted, phone, status_id, priority_id, customer_id, merged_into_id IS NOT NULL AS merged, "
                "(SELECT GROUP_CONCAT(CONCAT_WS(' ', type, notes = '', REGEXP_REPLACE(changes, '[0-9]+', 'N'), customer_viewable) ORDER BY id) FROM ticket_history "
                "WHERE ticket_id = t.id) AS entries, (SELECT COUNT(*) FROM ticket_words WHERE ticket_id = t.id) AS words "
                "FROM tickets t WHERE subject = %s", (subject,))
            return cursor.fetchall()
        yield of


def ticket(db, subject):
    """A new ticket with an entry, past the link; gives the numbers of both, and that of a ticket to merge it into."""
    for one in (subject, f"into {subject}"):
        db.query("INSERT INTO tickets (customer_id, portal_id, source_id, open_date, status_id, priority_id, escalation_level_id, subject, description) "
                 "VALUES (1, 1, 5, '2024-01-01', 1, 2, 1, %s, '')", one)
    (row,) = db.query("SELECT id FROM tickets WHERE subject = %s", subject)
    (into,) = db.query("SELECT id FROM tickets WHERE subject = %s", f"into {subject}")
    db.query("INSERT INTO ticket_history (ticket_id, date, type, notes, status_id) VALUES (%s, '2024-01-01', 'N', 'x', 1)", row["id"])
    (entry,) = db.query("SELECT id FROM ticket_history WHERE ticket_id = %s", row["id"])
    return row["id"], entry["id"], into["id"]


NEW = {
    "add_ticket": lambda api, name, headers=None: call(api, "add_ticket", cid="c", subject=name, description="some words", headers=headers),
    "repeatable add_ticket": lambda api, name: NEW["add_ticket"](api, name, {"Idempotency-Key": name}),
}
THERE = {
    "update_ticket": lambda api, tid, entry, into: call(api, "update_ticket", tid=tid, phone="1", status="Closed"),
    "add_history": lambda api, tid, entry, into: call(api, "add_history", tid=tid, notes="more words"),
    "add_history that changes": lambda api, tid, entry, into: call(api, "add_history", tid=tid, notes="y", status="Open", priority="High"),
    "update_history": lambda api, tid, entry, into: call(api, "update_history", id=entry, notes="other words"),
    "delete_history": lambda api, tid, entry, into: call(api, "delete_history", id=entry),
    "delete_ticket": lambda api, tid, entry, into: call(api, "delete_ticket", tid=tid),
    "merge_tickets": lambda api, tid, entry, into: call(api, "merge_tickets", tid=tid, into_tid=into),
}


def without_numbers(answer, name):
    return re.sub(r"\d+", "N", answer.text.replace(name, "NAME"))


@pytest.fixture(autouse=True)
def desk(db):
    db.query("INSERT INTO customers (id, cid, portal_id, notes) VALUES (1, 'c', 1, '')")


def names():
    return (f"ticket{number:04}" for number in itertools.count())


@pytest.mark.parametrize("kind", NEW)
def test_a_new_ticket(api, link, stored, kind):
    subjects = names()

    def write():
        name = next(subjects)
        before = stored(name)
        return name, NEW[kind](api, name), before, stored(name)

    cut_everywhere(link, write, stored, (lambda name: NEW[kind](api, name)) if kind.startswith("repeatable") else None, without_numbers)


@pytest.mark.parametrize("kind", THERE)
def test_a_ticket_that_is_there(api, db, link, stored, kind):
    subjects = names()

    def write():
        name = next(subjects)
        numbers = ticket(db, name)
        before = stored(name)
        return name, THERE[kind](api, *numbers), before, stored(name)

    cut_everywhere(link, write, stored, None, without_numbers)
