"""Tickets: adding, updating and listing, and what the rules fill in and refuse."""

import json
import random
import threading

import pytest

from test_ticket_history import CONFIG  # noqa: F401

TICKET = ["id", "tid", "cid", "company", "company_id", "contact", "phone", "email", "source", "open_date", "close_date", "category", "sub_category",
          "assigned_to", "assigned_to_name", "assigned_group", "assigned_group_id", "escalation_level", "status", "closed", "subject",
          "customer_group", "customer_group_id", "priority", "due_date", "overdue", "description", "opened_by", "portal", "portal_id", "contract", "tags",
          "history_count", "merged_into", "date_added", "last_updated"]


@pytest.fixture(autouse=True)
def people(api, db):
    db.query("INSERT INTO tech_groups (id, name) VALUES (1, 'First line'), (2, '1')")
    db.query("INSERT INTO technicians (uid, name, active) VALUES ('ann', 'Ann Example', 'Y'), ('bob', '', 'Y'), ('eve', 'Eve', 'N')")
    db.query("INSERT INTO sub_categories (category_id, name) VALUES (1, 'Printer'), (2, 'Editor')")
    api.post("add_customer", cid="c", company="Acme", contact="Carl", phone="12", email="c@example.com", group="Retail", portal="Partners")
    api.post("add_customer", cid="d", contact="Dora", phone="34", email="d@example.com", group="Wholesale", portal="3")
    api.post("add_customer", cid="n", support="N")


def add(api, **variables):
    answer = api.post("add_ticket", **{"cid": "c"} | variables)
    assert answer.status == 200, answer.text
    return answer.json[0]["added_ticket"]


def ticket(api, tid, **variables):
    (record,) = api.get("get_tickets", tid=tid, **variables).records
    return record


def entries(db, tid):
    return db.query("SELECT h.*, t.uid FROM ticket_history h LEFT JOIN technicians t ON t.id = h.technician_id WHERE ticket_id = %s ORDER BY id", tid)


def test_every_variable_comes_back(api, db):
    given = {"cid": "C", "company": "Café", "contact": "x", "phone": "1", "email": "x@example.com", "source": "phone", "open_date": "3/1/2024",
             "close_date": "2024-03-02 10:00:00", "category": "hardware", "sub_category": "printer", "assigned_to": "ANN", "assigned_group": "First line",
             "escalation_level": "2", "status": "closed", "subject": "Smoke", "customer_group": "Wholesale", "priority": "high", "due_date": "3/5/2024",
             "message": "It burns", "opened_by": "bob", "portal": "Main", "contract": "1", "tags": "a, b,A"}
    api.post("update_customer", cid="c", contracts="1", sc_start_dates="1/1/2024")
    tid = add(api, **given)
    record = ticket(api, tid)
    assert list(record) == TICKET
    assert {name: record[name] for name in TICKET[:-2]} == {
        "id": tid, "tid": tid, "cid": "c", "company": "Café", "company_id": "2", "contact": "x", "phone": "1", "email": "x@example.com",
        "source": "Phone", "open_date": "3/1/2024 12:00:00 AM", "close_date": "3/2/2024 10:00:00 AM", "category": "Hardware",
        "sub_category": "Printer", "assigned_to": "ann", "assigned_to_name": "Ann Example", "assigned_group": "First line",
        "assigned_group_id": "1", "escalation_level": "2", "status": "Closed", "closed": "Y", "subject": "Smoke",
        "customer_group": "Wholesale", "customer_group_id": "2", "priority": "High", "due_date": "3/5/2024 12:00:00 AM",
        "overdue": "N", "description": "It burns", "opened_by": "bob", "portal": "Main", "portal_id": "1", "contract": "1", "tags": "a,b",
        "history_count": "1", "merged_into": ""}
    for format in ("xml", "url"):
        assert list(api.get("get_tickets", tid=tid, format=format).records[0]) == TICKET
    (entry,) = entries(db, tid)
    assert (entry["notes"], entry["type"], entry["uid"], entry["author"]) == ("It burns", "N", "bob", "bob")


def test_what_is_omitted(api, db):
    tid = add(api, description="Help")
    record = ticket(api, tid)
    assert [record[name] for name in ("company", "contact", "phone", "email", "customer_group", "portal")] == [
        "Acme", "Carl", "12", "c@example.com", "Retail", "Partners"]
    assert [record[name] for name in ("source", "category", "sub_category", "priority", "escalation_level", "status", "closed", "close_date", "due_date")] == [
        "API", "", "", "Normal", "1", "New", "N", "", ""]
    assert record["open_date"]
    (entry,) = entries(db, tid)
    assert (entry["type"], entry["author"], entry["customer_viewable"]) == ("R", "Carl", "Y")
    db.query("UPDATE ticket_statuses SET is_default = 'N', position = IF(id = 3, 1, NULL)")
    assert ticket(api, add(api))["status"] == "Pending"


@pytest.mark.parametrize("given, opened_by, entry", [
    ({"uid": "ann"}, "ann", ("N", "ann", "Ann Example")), ({"uid": "bob", "opened_by": "ann"}, "ann", ("N", "bob", "bob")),
    ({"opened_by": "bob"}, "bob", ("N", "bob", "bob")), ({"uid": "", "opened_by": ""}, "", ("R", None, "Carl"))])
def test_who_adds_a_ticket(api, db, given, opened_by, entry):
    """The technician in uid wrote the text, and opened the ticket unless the call names another one."""
    tid = add(api, description="Help", **given)
    assert ticket(api, tid)["opened_by"] == opened_by
    (first,) = entries(db, tid)
    assert (first["type"], first["uid"], first["author"]) == entry


def test_a_new_customer_is_copied_anew(api, db):
    tid = add(api, phone="mine")
    assert api.post("update_ticket", tid=tid, cid="d", phone="yours").status == 200
    record = ticket(api, tid)
    assert [record[name] for name in ("cid", "company", "contact", "phone", "email", "customer_group", "portal_id")] == [
        "d", "", "Dora", "yours", "d@example.com", "Wholesale", "3"]
    (entry,) = entries(db, tid)
    assert json.loads(entry["changes"]) == {
        "cid": ["c", "d"], "company": ["Acme", ""], "contact": ["Carl", "Dora"], "phone": ["mine", "yours"],
        "email": ["c@example.com", "d@example.com"], "customer_group": ["Retail", "Wholesale"], "portal": ["Partners", "7"]}


def test_the_same_customer_is_not_copied_again(api, db):
    """The ticket keeps what the customer was, also where an update names the customer as it is."""
    tid = add(api)
    assert api.post("update_customer", cid="c", contact="Carla", phone="34", company="").status == 200
    before = ticket(api, tid)
    assert api.post("update_ticket", tid=tid, cid="C", subject="a").status == 200
    assert ticket(api, tid) == before | {"subject": "a", "history_count": "1", "last_updated": ticket(api, tid)["last_updated"]}
    assert (before["contact"], before["phone"], before["company"]) == ("Carl", "12", "Acme")


@pytest.mark.parametrize("variables, status, problem", [
    ({"cid": ""}, 400, ("cid", "required")), ({"cid": "?"}, 400, ("cid", "unknown_customer")), ({"cid": "n"}, 409, ("cid", "support_disabled")),
    ({"company": "?"}, 400, ("company", "unknown_company")), ({"source": "?"}, 400, ("source", "unknown_source")),
    ({"status": "?"}, 400, ("status", "unknown_status")), ({"priority": "?"}, 400, ("priority", "unknown_priority")),
    ({"category": "?"}, 400, ("category", "unknown_category")), ({"escalation_level": "9"}, 400, ("escalation_level", "unknown_escalation_level")),
    ({"category": "Hardware", "sub_category": "Editor"}, 400, ("sub_category", "unknown_sub_category")),
    ({"assigned_to": "?"}, 400, ("assigned_to", "unknown_tech")), ({"assigned_to": "eve"}, 409, ("assigned_to", "inactive_technician")),
    ({"assigned_group": "?"}, 400, ("assigned_group", "unknown_group")), ({"opened_by": "?"}, 400, ("opened_by", "unknown_tech")),
    ({"uid": "?"}, 400, ("uid", "unknown_tech")), ({"subject": "x" * 256}, 400, ("subject", "too_long")),
    ({"open_date": "3/2/2024", "close_date": "3/1/2024"}, 400, ("close_date", "invalid_date")),
    ({"open_date": "3/2/2024", "due_date": "3/1/2024"}, 400, ("due_date", "invalid_date"))])
def test_what_is_refused(api, db, variables, status, problem):
    answer = api.post("add_ticket", **{"cid": "c"} | variables)
    assert (answer.status, answer.problems) == (status, [problem])
    assert db.count("tickets") == 0


def test_dates_follow_from_status_and_priority(api, db):
    db.query("UPDATE ticket_priorities SET due_hours = 30 WHERE name = 'High'")
    tid = add(api, priority="High", open_date="2/28/2024 20:00:00")
    assert ticket(api, tid)["due_date"] == "3/1/2024 2:00:00 AM"
    given = add(api, priority="High", open_date="2/28/2024 20:00:00", due_date="2/28/2024 21:00:00")
    assert ticket(api, given)["due_date"] == "2/28/2024 9:00:00 PM"
    api.post("update_ticket", tid=tid, status="Closed")
    assert ticket(api, tid)["close_date"] != ""
    api.post("update_ticket", tid=tid, status="Open")
    assert ticket(api, tid)["close_date"] == ""
    api.post("update_ticket", tid=tid, status="Closed", close_date="")
    assert [ticket(api, tid)[name] for name in ("closed", "close_date")] == ["Y", ""]
    api.post("update_ticket", tid=tid, status="Open", close_date="3/1/2024")
    assert ticket(api, tid)["close_date"] == "3/1/2024 12:00:00 AM"
    assert api.post("update_ticket", tid=tid, open_date="").problems == [("open_date", "required")]
    assert api.post("update_ticket", tid=tid, cid="").problems == [("cid", "required")]


def test_a_customer_who_once_had_a_ticket_can_be_deleted(api, db):
    for cid in ("once", "now"):
        assert api.add(cid).status == 200
    tid = add(api, cid="once")
    assert api.post("update_ticket", tid=tid, cid="now").status == 200
    assert api.post("delete_customer", cid="once").status == 200


def test_an_update_that_changes_nothing_leaves_no_trace(api, db):
    tid = add(api, subject="a")
    before = api.get("get_tickets", tid=tid)
    assert api.post("update_ticket", ticket_id=tid, subject="a", status="NEW", uid="ann").json == [{"updated_ticket": tid}]
    after = api.get("get_tickets", tid=tid)
    assert (entries(db, tid), after.headers["ETag"]) == ((), before.headers["ETag"])
    api.post("update_ticket", tid=tid, subject="b", uid="ann")
    api.post("update_ticket", tid=tid, group="1", tags="x")
    first, second = entries(db, tid)
    assert (first["type"], first["uid"], first["author"], json.loads(first["changes"])) == ("S", "ann", "Ann Example", {"subject": ["a", "b"]})
    assert second["uid"] is None and second["author"] != ""
    assert json.loads(second["changes"]) == {"assigned_group": ["", "First line"], "tags": ["", "x"]}


def test_lists(api, db):
    first = add(api, subject="a", status="Closed", category="Hardware", sub_category="Printer", assigned_to="ann", assigned_group="First line",
                escalation_level="2", source="Phone", priority="Low", tags="red", open_date="1/1/2024", email="q@example.com")
    second = add(api, cid="d", open_date="2/1/2024")

    def listed(**variables):
        answer = api.get("get_tickets", **variables)
        assert answer.status == 200, answer.text
        return [record["tid"] for record in answer.records]

    assert listed() == listed(tid="*") == listed(tid=f"{second},{first}") == [first, second]
    for name, value in {"cid": "c", "end_cid": "c", "company": "acme", "email": "q@example.com", "source": "phone", "status": "closed", "closed": "Y",
                        "category": "hardware", "sub_category": "printer", "assigned_to": "ann", "uid": "ann", "group": "first line", "assigned_group": "1", "escalation": "2",
                        "subject": "a", "priority": "low", "tag": "red", "end_date": "1/1/2024", "end_tid": first, "start_close_date": "1/1/2024",
                        "ticket_id": first}.items():
        assert listed(**{name: value}) == [first], name
    for name, value in {"start_cid": "d", "start_date": "1/2/2024", "start_tid": second, "after_id": first, "closed": "N"}.items():
        assert listed(**{name: value}) == [second], name


def test_many_at_once(api, db):
    """Each acknowledged change stands in one entry, with the true old value; one after the other they give the ticket as it is."""
    tid = add(api, subject="start")
    choices = {"subject": ["a", "b", "c"], "status": ["New", "Open", "Closed"], "priority": ["Low", "High"], "assigned_to": ["ann", "bob", ""]}
    failed = []

    def work(seed):
        chance = random.Random(seed)
        for _ in range(10):
            name = chance.choice(list(choices))
            answer = api.post("update_ticket", tid=tid, **{name: chance.choice(choices[name])})
            if answer.status != 200:
                failed.append(answer.text)

    threads = [threading.Thread(target=work, args=[seed]) for seed in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert failed == []
    state = {"subject": "start", "status": "New", "priority": "Normal", "assigned_to": ""}
    for entry in entries(db, tid):
        for name, (old, new) in json.loads(entry["changes"]).items():
            if name in state:
                assert state[name] == old != new
                state[name] = new
    record = ticket(api, tid)
    assert {name: record[name] for name in state} == state
