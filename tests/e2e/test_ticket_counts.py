"""Tickets that are counted by what they have in common, compared with a model that counts them one by one."""

import datetime
import math
import random
import statistics

import pytest

from test_ticket_history import CONFIG, add, add_ticket, people  # noqa: F401

OUTPUTS = ["value", "count", "closed", "close_median", "close_percentile_90", "answer_median", "answer_percentile_90"]
START = datetime.datetime(2024, 1, 1)


def counts(api, by, **variables):
    answer = api.get("get_tickets", count_by=by, **variables)
    assert answer.status == 200, answer.text
    return answer.records


def model(rows, key):
    """What the records should be, from the rows of the tickets and the times of their first answers."""
    groups = {}
    for row in rows:
        groups.setdefault(key(row) or "", []).append(row)
    records = []
    for value, members in groups.items():
        record = {"value": value, "count": str(len(members)), "closed": str(sum(row["closed"] == "Y" for row in members))}
        for name, end in (("close", "close_date"), ("answer", "answered")):
            minutes = sorted(max(0, math.floor((row[end] - row["open_date"]).total_seconds() / 60)) for row in members if row[end])
            middle = statistics.median(minutes) if minutes else ""
            record[f"{name}_median"] = f"{middle:g}" if minutes else ""
            record[f"{name}_percentile_90"] = str(minutes[math.ceil(0.9 * len(minutes)) - 1]) if minutes else ""
        records.append(record)
    return sorted(records, key=lambda record: record["value"].lower())


@pytest.fixture
def tickets(api, db):
    """200 tickets at random; some closed, some answered, by notes that nobody sees or by customers, too; some answers are older than the ticket."""
    chance = random.Random(7)
    db.query("INSERT INTO ticket_statuses (id, name, closed, position) VALUES (9, 'Solved', 'Y', 9)")
    customers = {row["cid"]: row["id"] for row in db.query("SELECT id, cid FROM customers")}
    technicians = [row["id"] for row in db.query("SELECT id FROM technicians ORDER BY id")]
    for number in range(200):
        opened = START + datetime.timedelta(seconds=chance.randrange(80 * 86400))
        closed = opened + datetime.timedelta(seconds=chance.randrange(5 * 86400)) if chance.random() < 0.6 else None
        db.query("INSERT INTO tickets (id, customer_id, company_id, source_id, open_date, close_date, category_id, technician_id, group_id, "
                 "escalation_level_id, status_id, priority_id, description, subject, deleted) "
                 "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '', %s, %s)",
                 1000 + number, chance.choice(list(customers.values())), chance.choice([None, 1, 2]), chance.choice([1, 2, 5]), opened, closed,
                 chance.choice([None, 1, 2, 3]), chance.choice([None] + technicians), chance.choice([None, 1]), chance.choice([1, 2, 3]),
                 chance.choice([4, 9]) if closed else chance.choice([None, 1, 2]), chance.choice([1, 2, 3]), chance.choice("ab"),
                 "Y" if chance.random() < 0.1 else "N")
        for _ in range(chance.randrange(4)):
            db.query("INSERT INTO ticket_history (ticket_id, date, type, technician_id, customer_id, customer_viewable, notes) "
                     "VALUES (%s, %s, 'N', %s, NULL, %s, '')", 1000 + number,
                     opened + datetime.timedelta(seconds=chance.randrange(-3600, 100000)), chance.choice([None] + technicians), chance.choice("YN"))
    return db.query(
        "SELECT t.*, c.cid, company.name AS company, source.name AS source, category.name AS category, technician.uid AS assigned_to, "
        "team.name AS assigned_group, level.name AS escalation_level, status.name AS status, status.closed, priority.name AS priority, "
        "(SELECT MIN(date) FROM ticket_history h WHERE h.ticket_id = t.id AND h.technician_id IS NOT NULL AND customer_viewable = 'Y') AS answered "
        "FROM tickets t JOIN customers c ON c.id = customer_id LEFT JOIN companies company ON company.id = t.company_id "
        "LEFT JOIN ticket_sources source ON source.id = source_id LEFT JOIN categories category ON category.id = category_id "
        "LEFT JOIN technicians technician ON technician.id = technician_id LEFT JOIN tech_groups team ON team.id = t.group_id "
        "LEFT JOIN escalation_levels level ON level.id = escalation_level_id LEFT JOIN ticket_statuses status ON status.id = status_id "
        "LEFT JOIN ticket_priorities priority ON priority.id = priority_id WHERE t.deleted = 'N'")


def monday(time):
    return (time - datetime.timedelta(days=time.weekday())).strftime("%Y-%m-%d")


KEYS = {name: lambda row, name=name: row[name] for name in ("status", "source", "category", "priority", "escalation_level", "assigned_to",
                                                            "assigned_group", "cid", "company")} | {
    "day": lambda row: row["open_date"].strftime("%Y-%m-%d"), "week": lambda row: monday(row["open_date"]),
    "month": lambda row: row["open_date"].strftime("%Y-%m-01")}


def test_counts_equal_a_model(api, tickets):
    for by, key in KEYS.items():
        found = counts(api, by)
        assert sorted(found, key=lambda record: record["value"].lower()) == model(tickets, key), by
        assert found and list(found[0]) == OUTPUTS
    assert [record["value"] for record in counts(api, "STATUS")] == ["", "Closed", "New", "Open", "Solved"]


def test_with_selectors(api, db, tickets):
    def check(chosen, **selectors):
        assert chosen
        assert counts(api, "priority", **selectors) == model(chosen, KEYS["priority"]), selectors

    check([row for row in tickets if row["subject"] == "a"], subject="a")
    check([row for row in tickets if row["cid"] == "c" and row["closed"] == "Y"], cid="c", closed="Y")
    check([row for row in tickets if row["cid"] == "c"], viewable_by="c", cid="c")
    check([row for row in tickets if row["id"] > 1100], after_id="1100")
    check([row for row in tickets if row["id"] > 1100], updated_since="1/1/2024", start_tid="1101")
    check([row for row in tickets if row["open_date"] >= datetime.datetime(2024, 2, 1)], start_date="2024-02-01")
    assert sum(int(record["count"]) for record in counts(api, "month", deleted="Y")) == db.query(
        "SELECT COUNT(*) AS n FROM tickets WHERE deleted = 'Y'")[0]["n"]
    assert counts(api, "status", subject="none") == []
    tid = add_ticket(api, subject="needle in hay")
    assert counts(api, "status", keyword="needle hay") == [dict(zip(OUTPUTS, ["New", "1", "0", "", "", "", ""]))]
    assert counts(api, "status", keyword="needle", tid=tid, keyword_match="part")[0]["count"] == "1"


def test_a_first_answer(api):
    """An answer is an entry of a technician that the customer may see: no note, no entry of the customer, no change."""
    tid = add_ticket(api, open_date="3/1/2024 10:00:00", description="help")
    assert counts(api, "cid")[0]["answer_median"] == ""
    add(api, tid, uid="ann", date="3/1/2024 10:05:00")
    add(api, tid, cid="c", date="3/1/2024 10:10:00")
    api.post("update_ticket", tid=tid, uid="ann", subject="x")
    assert counts(api, "cid")[0]["answer_median"] == ""
    add(api, tid, uid="ann", type="R", date="3/1/2024 10:20:59")
    add(api, tid, uid="bob", type="R", date="3/1/2024 10:40:00")
    assert counts(api, "cid")[0]["answer_median"] == "20"
    add_ticket(api, open_date="3/2/2024", close_date="3/2/2024 00:10:00", opened_by="ann", description="by phone")
    (record,) = counts(api, "cid")
    assert (record["answer_median"], record["answer_percentile_90"]) == ("10", "20")
    assert (record["count"], record["closed"], record["close_median"]) == ("2", "0", "10")


def test_formats_and_limits(api, tickets):
    xml = api.get("get_tickets", count_by="status", format="xml").xml
    assert (xml.tag, xml[0].tag, [field.tag for field in xml[0]]) == ("ticket_counts", "count", OUTPUTS)
    assert '"ticket_counts"' in api.get("get_tickets", count_by="status").text
    url = api.get("get_tickets", count_by="status", format="url")
    assert url.records == counts(api, "status")
    days = counts(api, "day")
    answer = api.get("get_tickets", count_by="day", count="5")
    assert (answer.records, answer.more) == (days[:5], "Y")
    assert api.get("get_tickets", count_by="day", count=str(len(days))).more is None


@pytest.mark.parametrize("variables, problem", [
    ({"count_by": "?"}, ("count_by", "invalid_choice")), ({"count_by": "subject"}, ("count_by", "invalid_choice")),
    ({"count_by": "day", "order": "subject"}, ("order", "ambiguous")), ({"count_by": "day", "order_direction": "ASC"}, ("order_direction", "ambiguous")),
    ({"count_by": "day", "tid": "*", "page": "1", "count": "5"}, ("page", "ambiguous")), ({"count_by": "day", "count_only": "Y"}, ("count_only", "ambiguous")),
    ({"count_by": "day", "count": "10001"}, ("count", "out_of_range")), ({"count_by": "day", "cid": "x" * 256}, ("cid", "too_long"))])
def test_what_is_refused(api, variables, problem):
    answer = api.get("get_tickets", **variables)
    assert (answer.status, answer.problems) == (400, [problem])
