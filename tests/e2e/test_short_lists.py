"""Lists that may have all threads read little, wherever their records are among the others."""

import pytest

from conftest import Database, numbers
from test_scale import CONFIG, rows_read, statements  # noqa: F401

MANY = 20_000
EARLY = MANY * 2 // 5


@pytest.fixture(scope="module")
def many(mariadb, session_api):
    """What most of the tickets have, the first of them do not. The tables that they refer to have few rows."""
    database = Database(mariadb)
    database.reset()
    database.query("INSERT INTO customers (id, cid, notes) VALUES (1, 'early', ''), (2, 'late', '')")
    for table, name in (("companies", "name"), ("tech_groups", "name"), ("technicians", "uid")):
        database.query(f"INSERT INTO {table} (id, {name}) VALUES (11, 'early'), (12, 'late')")
    late = f"(seq > {EARLY})"
    time = f"'2020-01-01' + INTERVAL seq + 1000000 * {late} MINUTE"
    database.query(
        "INSERT INTO tickets (id, customer_id, company_id, technician_id, group_id, subject, email, description, status_id, source_id, priority_id, "
        f"escalation_level_id, open_date, close_date, due_date) SELECT seq, 1 + {late}, 11 + {late}, 11 + {late}, 11 + {late}, IF({late}, 'late', 'early'), "
        f"IF({late}, 'late@x.com', 'early@x.com'), '', 1 + {late}, 1 + {late}, 1 + {late}, 1 + {late}, {time}, {time}, {time} FROM {numbers(MANY)} AS n ORDER BY seq")
    database.query("INSERT INTO ticket_history (id, ticket_id, date, type, notes) "
                   f"SELECT seq, {MANY} + 1 - seq, {time}, IF({late}, 'N', 'R'), '' FROM {numbers(MANY)} AS n ORDER BY seq")
    database.query(f"INSERT INTO ticket_history (ticket_id, date, type, notes) SELECT 5, {time}, 'N', '' FROM {numbers(1000)} AS n ORDER BY seq")
    for table in ("tickets", "ticket_history", "customers"):
        database.query(f"ANALYZE TABLE {table}")
    return database


TICKETS_BY = [
    {}, {"cid": "late"}, {"company": "late"}, {"company": "12"}, {"assigned_to": "late"}, {"assigned_group": "late"}, {"subject": "late"},
    {"email": "late@x.com"}, {"status": 2}, {"source": 2}, {"priority": 2}, {"escalation_level": 2},
    {"after_id": "5"}, {"start_tid": str(EARLY), "end_tid": str(EARLY + 50)}, {"deleted": "N"}]
ENTRIES_BY = [{}, {"tid": "5"}, {"type": "N"}, {"after_id": str(EARLY)}]
TABLES = {"status": "ticket_statuses", "source": "ticket_sources", "priority": "ticket_priorities", "escalation_level": "escalation_levels"}
# Each with the number of records that it selects.
LISTS = ([("get_tickets", one, 10) for one in TICKETS_BY] + [("get_history", one, 10) for one in ENTRIES_BY] + [
    ("get_tickets", {"deleted": "Y"}, 0), ("get_tickets", {"tid": "5,6,7", "email": "early@x.com"}, 3), ("get_tickets", {"message_id": "m"}, 0),
    ("get_history", {"message_id": "m"}, 0)])


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("action, variables, count", LISTS, ids=str)
def test_they_read_little(session_api, many, action, variables, count, direction):
    chosen = {name: many.query(f"SELECT name FROM {TABLES[name]} WHERE id = 2")[0]["name"] if value == 2 else value for name, value in variables.items()}
    if "after_id" not in chosen:
        chosen["order_direction"] = direction
    answer, ran = statements(many, lambda: session_api.get(action, count="10", **chosen))
    assert answer.status == 200 and len(answer.records) == count
    assert ran
    for sql in ran:
        # The records, what they refer to, and how many entries they have, of which one has a thousand.
        assert rows_read(many, sql) <= 2000, sql
