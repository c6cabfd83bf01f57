"""Lists over many tickets and entries: the work that they make."""

import json
import os

import pytest

from conftest import Database
from conftest import numbers as from_one
from test_scale import CONFIG, rows_read, statements  # noqa: F401

TICKETS = 1_000_000 if os.environ.get("HELPDESK_LONG") else 40_000
ENTRIES = 2 * TICKETS
CUSTOMERS = TICKETS // 40


def numbers(count):
    return f"(SELECT seq - 1 AS seq FROM {from_one(count)} AS counted)"


@pytest.fixture(scope="module")
def many(mariadb, session_api):
    """Customers with 40 tickets each, most of them closed, which have two entries each. 20 technicians in 4 groups; t1 sees what is his."""
    database = Database(mariadb)
    database.reset()
    database.query("INSERT INTO customers (id, cid, company_id, portal_id, viewable_tickets, notes) SELECT seq + 1, CONCAT('c', seq), "
                   f"IF(seq %% 10, NULL, 1), 1, IF(seq %% 2, 'PERSONAL', 'COMPANY'), '' FROM {numbers(CUSTOMERS)} AS numbers")
    database.query("INSERT INTO sub_categories (id, category_id, name) VALUES (1, 1, 'Printer')")
    database.query("INSERT INTO tech_groups (id, name) VALUES (1, 'g1'), (2, 'g2'), (3, 'g3'), (4, 'g4')")
    database.query("INSERT INTO technicians (id, uid, viewable_tickets) SELECT seq + 1, CONCAT('t', seq), IF(seq %% 2, 'OWN', 'ALL') "
                   f"FROM {numbers(20)} AS numbers")
    database.query("INSERT INTO technician_groups (technician_id, group_id, position) SELECT id, id %% 4 + 1, 1 FROM technicians")
    database.query("INSERT INTO tech_group_categories (group_id, category_id, position) VALUES (1, 1, 1), (1, 2, 2)")
    database.query(
        "INSERT INTO tickets (id, customer_id, company_id, source_id, open_date, close_date, category_id, technician_id, group_id, "
        "status_id, subject, email, priority_id, escalation_level_id, sub_category_id, due_date, description, last_updated) "
        f"SELECT seq + 1, seq %% {CUSTOMERS} + 1, IF(seq %% 10, NULL, 1), IF(seq %% 4, 1, 2), '2020-01-01' + INTERVAL seq MINUTE, IF(seq %% 20, '2021-01-01' + INTERVAL seq "
        "MINUTE, NULL), seq %% 3 + 1, IF(seq %% 5, seq %% 20 + 1, NULL), IF(seq %% 5, seq %% 4 + 1, NULL), IF(seq %% 20, 4, 1), "
        "CONCAT('s', seq), CONCAT('c', seq %% 10000, '@example.com'), seq %% 3 + 1, seq %% 3 + 1, IF(seq %% 6, NULL, 1), IF(seq %% 100, NULL, '2022-01-01'), '', '2021-01-01' + INTERVAL seq MINUTE "
        f"FROM {numbers(TICKETS)} AS numbers ORDER BY seq")
    database.query(f"INSERT INTO ticket_tags (ticket_id, position, tag) SELECT seq + 1, 1, CONCAT('t', seq %% 5000) FROM {numbers(TICKETS)} AS numbers "
                   "WHERE seq %% 3 = 0")
    database.query("INSERT INTO ticket_fields (id, label, type, data_type) VALUES (1, 'Rare', 'text', 'Text'), (2, 'Common', 'text', 'Text')")
    database.query(f"INSERT INTO ticket_field_values (ticket_id, field_id, value) SELECT seq + 1, 1, CONCAT('v', seq %% 5000) FROM {numbers(TICKETS)} AS numbers "
                   "WHERE seq %% 3 = 0")
    database.query("INSERT INTO ticket_field_values (ticket_id, field_id, value) SELECT seq + 1, 2, IF(seq %% 2, 'Red', 'Green') "
                   f"FROM {numbers(TICKETS)} AS numbers")
    database.query("UPDATE tickets SET deleted = 'Y' WHERE id IN (20011, 30022, 39033)")
    database.query("INSERT INTO ticket_history (id, ticket_id, date, type, technician_id, notes, message_id, last_updated) "
                   "SELECT seq + 1, seq DIV 2 + 1, '2021-01-01' + INTERVAL seq MINUTE, IF(seq %% 2, 'N', 'R'), seq %% 20 + 1, '', CONCAT('m', seq), "
                   f"'2021-01-01' + INTERVAL seq MINUTE FROM {numbers(ENTRIES)} AS numbers ORDER BY seq")
    database.query("UPDATE ticket_history SET type = 'C' WHERE id IN (50011, 60022, 79033)")
    for table in ("tickets", "ticket_history", "ticket_field_values", "customers", "technicians"):
        database.query(f"ANALYZE TABLE {table}")
    return database


# Each with the number of records that it selects.
TICKETS_BY = [
    ({"tid": "777"}, 1), ({"tid": "5,50,500"}, 3), ({"cid": "c5"}, 40), ({"cid": "c0", "closed": "N"}, 40), ({"start_tid": "500", "count": "50"}, 50),
    ({"subject": "s5"}, 1), ({"message_id": "m500"}, 1), ({"after_id": "500", "count": "50"}, 50), ({"start_date": "2020-01-05", "count": "50"}, 50),
    ({"updated_since": "2021-01-20", "count": "50"}, 50), ({"start_close_date": "2021-01-20", "count": "50"}, 50),
    ({"due_date": "1/1/2022", "count": "50"}, 50), ({"overdue": "Y", "count": "50"}, 50), ({"unassigned": "Y", "count": "50"}, 50),
    ({"visible_to": "t0", "count": "50"}, 50), ({"visible_to": "t3", "count": "50"}, 50), ({"viewable_by": "c5", "tid": "6"}, 1),
    ({"visible_to": "t2", "cid": "c5"}, 40), ({"deleted": "Y"}, 3), ({"deleted": "Y", "order": "open_date"}, 3), ({"order": "open_date", "count": "50"}, 50),
    ({"count": "50"}, 50), ({"company": "Acme", "count": "50"}, 50),
    ({"email": "c77@example.com", "count": "3"}, 3), ({"source": "Email", "count": "50"}, 50), ({"category": "Hardware", "count": "50"}, 50),
    ({"assigned_to": "t3", "count": "50"}, 50),
    ({"assigned_group": "g2", "count": "50"}, 50), ({"priority": "High", "count": "50"}, 50),
    ({"escalation_level": "3", "count": "50"}, 50), ({"status": "New", "count": "50"}, 50), ({"status": "New", "priority": "Low", "count": "50"}, 50),
    ({"tag": "t9"}, 3), ({"field_1": "v9", "count": "3"}, 3), ({"field_2": "Red", "count": "50"}, 50),
    ({"field_1": "v9", "field_2": "Red", "count": "1"}, 1),
    ({"start_cid": "c999", "count": "50"}, 40), ({"end_date": "2020-01-05", "count": "50"}, 50), ({"end_close_date": "2021-01-20", "count": "50"}, 50),
    ({"end_tid": "500", "count": "50"}, 50), ({"cid": "c5", "status": "Closed", "start_date": "2020-01-01"}, 40), ({"status": "New", "after_id": "500", "count": "50"}, 50)]
ENTRIES_BY = [
    ({"id": "777"}, 1), ({"tid": "777"}, 2), ({"tid": "5,50,500"}, 6), ({"message_id": "m500"}, 1), ({"after_id": "500", "count": "50"}, 50),
    ({"updated_since": "2021-01-20", "count": "50"}, 50), ({"start_entry_date": "2021-01-20", "count": "50"}, 50), ({"count": "50"}, 50),
    ({"tid": "777", "visible_to": "t0"}, 2), ({"type": "C"}, 3), ({"type": "N", "count": "50"}, 50), ({"customer_viewable": "N", "count": "50"}, 50),
    ({"type": "C", "after_id": "500"}, 3), ({"cid": "c5"}, 80),
    ({"author_uid": "t3", "count": "50"}, 50), ({"start_tid": "500", "count": "50"}, 50),
    ({"end_tid": "500", "count": "50"}, 50), ({"end_entry_date": "2021-01-20", "count": "50"}, 50)]


@pytest.mark.parametrize("action, variables, count", [("get_tickets", *one) for one in TICKETS_BY] + [("get_history", *one) for one in ENTRIES_BY],
                         ids=lambda value: str(value))
def test_the_work_does_not_grow_with_the_table(session_api, many, action, variables, count):
    answer, ran = statements(many, lambda: session_api.get(action, **variables))
    assert answer.status == 200 and len(answer.records) == count
    assert ran
    for sql in ran:
        # A record, what it refers to, and what is asked of who sees it.
        assert rows_read(many, sql) <= 200 + 60 * (count + 2), sql


def import_entries(api, count):
    row = {"cid": "c5", "history": [{"notes": f"word{i}"} for i in range(count)]}
    return api.request("POST", "/?action=import_tickets&format=json", data=json.dumps(row).encode(),
                       headers={"X-API-Key": api.key, "Content-Type": "application/x-ndjson"})


@pytest.mark.parametrize("write", [
    lambda api: api.post("add_ticket", cid="c5", description="new"), lambda api: api.post("add_history", tid="777", notes="new"),
    lambda api: api.post("add_history", tid="777", notes="new", message_id="new"), lambda api: import_entries(api, 100)],
    ids=["add_ticket", "add_history", "an e-mail", "import_tickets"])
def test_the_work_of_a_write_does_not_grow_with_the_table(session_api, many, write):
    answer, ran = statements(many, lambda: write(session_api))
    assert answer.status == 200, answer
    questions = [sql for sql in ran if sql.startswith("SELECT")]
    assert questions
    for sql in questions:
        # Up to 32 entries, and what they refer to.
        assert rows_read(many, sql) <= 32 * 20, sql


def test_what_many_entries_have_in_common_is_asked_once(session_api, many):
    """To know which of their words are new, all words of the ticket are read."""
    answer, ran = statements(many, lambda: import_entries(session_api, 1000))
    assert answer.json[0]["added"] == "1", answer
    assert len([sql for sql in ran if "FROM `ticket_texts`" in sql]) <= 2
    assert not [sql for sql in ran if "UNION ALL" in sql]
    assert len([sql for sql in ran if sql.startswith("INSERT INTO `ticket_history`")]) < 1000 / 32 + 8
