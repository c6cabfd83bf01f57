"""What a new help desk has, and the numbers that its server gives."""

import pytest

from servers import wait_for
from test_ticket_history import CONFIG  # noqa: F401

LISTS = {
    "ticket_statuses": ["New N N Y", "Open N N N", "Pending N N N", "Closed Y Y N"],
    "ticket_priorities": ["Low N", "Normal Y", "High N", "Urgent N"],
    "ticket_sources": ["Phone N", "Email N", "Web N", "Chat N", "API Y"],
    "escalation_levels": ["1 Y", "2 N", "3 N"],
}
ACTIONS = {"ticket_statuses": "status", "ticket_priorities": "priority", "ticket_sources": "source", "escalation_levels": "escalation_level"}


def test_lists_of_a_new_desk(session_api):
    """Runs first: the other tests begin with their own rows."""
    for name, expected in LISTS.items():
        answer = session_api.get(f"get_{name}", order="position")
        assert answer.status == 200, answer.text
        rows = [" ".join(record[column] for column in ("name", "closed", "reopen", "is_default") if column in record) for record in answer.records]
        assert rows == expected, name


@pytest.mark.parametrize("table", LISTS)
def test_without_a_default_the_lowest_position_counts(api, db, table):
    db.query(f"DELETE FROM {table}")
    db.query(f"INSERT INTO {table} (id, name, position) VALUES (11, 'without', NULL), (12, 'third', 3), (13, 'second', 2), (14, 'second too', 2)")
    assert api.post("add_customer", cid="c").status == 200

    def chosen():
        tid = api.post("add_ticket", cid="c").json[0]["added_ticket"]
        return api.get("get_tickets", tid=tid).records[0][ACTIONS[table]]

    assert chosen() == "second"
    db.query(f"UPDATE {table} SET position = 0 WHERE id = 14")
    assert chosen() == "second too"
    db.query(f"UPDATE {table} SET is_default = 'Y' WHERE id = 12")
    assert chosen() == "third"
    db.query(f"UPDATE {table} SET is_default = 'N', position = NULL")
    assert chosen() == "without"


def test_a_list_that_is_empty_gives_nothing(api, db):
    for table in LISTS:
        db.query(f"DELETE FROM {table}")
    assert api.post("add_customer", cid="c").status == 200
    answer = api.post("add_ticket", cid="c")
    assert answer.status == 200, answer.text
    record = api.get("get_tickets", tid=answer.json[0]["added_ticket"]).records[0]
    assert [record[name] for name in ACTIONS.values()] == ["", "", "", ""]


def test_no_number_is_given_twice(api, db, mariadb):
    """Not even after the records with the last ones are gone, and the database has started anew."""
    def add():
        assert api.post("add_company", name="gone", address="x").status == api.post("add_customer", cid="gone").status == 200
        tid = api.post("add_ticket", cid="gone").json[0]["added_ticket"]
        entry = api.post("add_history", tid=tid, notes="x").json[0]["added_history"]
        ids = [api.get(f"get_{name}", **{by: "gone"}).records[0]["id"] for name, by in (("companies", "name"), ("customers", "cid"))]
        return [int(number) for number in (*ids, tid, entry)], tid

    numbers, tid = add()
    for action, variables in (("delete_ticket", {"tid": tid}), ("purge_ticket", {"tid": tid}), ("delete_customer", {"cid": "gone"}),
                              ("delete_company", {"name": "gone"})):
        answer = api.post(action, **variables)
        assert answer.status == 200, answer.text
    mariadb.restart()
    wait_for(lambda: api.get("get_customers", cid="nobody").status in (200, 404), "the connections")
    more, _ = add()
    assert all(later > earlier for later, earlier in zip(more, numbers)), (numbers, more)
