"""What tickets refer to: it stays while they do, and what they copied of it stays as it was."""

import threading

import pytest

from test_ticket_history import CONFIG, add, add_ticket, changes, history, people, ticket  # noqa: F401
from test_ticket_life import listed

USED = {
    "status": ("delete_ticket_status", "name", "Pending"), "priority": ("delete_ticket_priority", "name", "High"),
    "source": ("delete_ticket_source", "name", "Phone"), "escalation_level": ("delete_escalation_level", "name", "3"),
    "category": ("delete_category", "name", "Software"), "sub_category": ("delete_sub_category", "id", "1"),
    "customer_group": ("delete_customer_group", "name", "Wholesale"), "company": ("delete_company", "name", "Used"),
    "portal": ("delete_portal", "name", "Partners"), "assigned_group": ("delete_group", "id", "1"), "opened_by": ("delete_tech", "uid", "bob"),
    "contract": ("delete_support_contract", "name", "Gold"),
}


@pytest.fixture
def used(db):
    db.query("INSERT INTO sub_categories (id, category_id, name) VALUES (1, 1, 'Printer')")
    db.query("INSERT INTO companies (name) VALUES ('Used')")


@pytest.mark.parametrize("variable", USED)
def test_what_a_ticket_names_stays(api, db, used, variable):
    action, key, name = USED[variable]
    given = {"sub_category": {"category": "Hardware", "sub_category": "Printer"}}.get(variable, {variable: name})
    if variable == "contract":
        api.post("update_customer", cid="alone", contracts="1", sc_start_dates="1/1/2024")
        given = {"cid": "alone", "contract": "1"}
    tid = add_ticket(api, **given)
    assert api.post("update_customer", cid="alone", contracts="").status == 200
    answer = api.post(action, **{key: name})
    assert (answer.status, answer.problems) == (409, [(key, "in_use")]), answer.text
    shown = ticket(api, tid)
    # Also while it is deleted, since it may be restored.
    api.post("delete_ticket", tid=tid)
    assert api.post(action, **{key: name}).problems == [(key, "in_use")]
    api.post("restore_ticket", tid=tid)
    assert {name: value for name, value in ticket(api, tid).items() if name != "last_updated"} == {
        name: value for name, value in shown.items() if name != "last_updated"}
    api.post("delete_ticket", tid=tid)
    api.post("purge_ticket", tid=tid)
    assert api.post(action, **{key: name}).status == 200


def test_the_author_of_an_entry_stays(api):
    tid = add_ticket(api)
    number = add(api, tid, uid="bob")
    assert api.post("delete_tech", uid="bob").problems == [("uid", "in_use")]
    api.post("delete_history", id=number)
    assert api.post("delete_tech", uid="bob").status == 200


def test_a_status_that_is_renamed_is_renamed_everywhere(api):
    tid = add_ticket(api, status="Pending")
    number = add(api, tid)
    api.post("update_ticket_status", name="Pending", new_name="Waiting")
    assert ticket(api, tid)["status"] == history(api, id=number)[0]["status"] == "Waiting"
    assert listed(api, status="waiting") == [tid] and listed(api, status="pending") == []


def test_a_change_of_the_customer_rewrites_no_ticket(api):
    api.post("update_customer", cid="c", phone="1", email="a@example.com", group="Retail", portal="Partners")
    tid = add_ticket(api)
    before = ticket(api, tid)
    assert [before[name] for name in ("company", "contact", "phone", "email", "customer_group", "portal")] == [
        "Acme", "Carl", "1", "a@example.com", "Retail", "Partners"]
    api.post("update_customer", cid="c", company="Café", contact="Other", phone="2", email="b@example.com", group="Wholesale", portal="Main")
    assert ticket(api, tid) == before
    api.post("update_ticket", tid=tid, cid="c", subject="the same customer")
    after = ticket(api, tid)
    assert {name for name in after if after[name] != before[name]} <= {"subject", "history_count", "last_updated"}


def test_names_and_numbers(api, db):
    """Digits are a number first. Company 1 is Acme; customer group 5 is called 1, which is the number of Retail."""
    tid = add_ticket(api, company="2", customer_group="5", assigned_group="1", portal="7")
    record = ticket(api, tid)
    assert [record[name] for name in ("company", "customer_group", "assigned_group", "portal_id")] == ["Café", "1", "First line", "7"]
    other = add_ticket(api, cid="alone", customer_group="1")
    assert ticket(api, other)["customer_group"] == "Retail"
    assert listed(api, company="2") == listed(api, company="CAFÉ") == [tid]
    assert listed(api, company="1") == [] and listed(api, group="1") == [tid]
    entry = add(api, tid)
    assert [one["id"] for one in history(api, group="1")] == [one["id"] for one in history(api, group="first line")] == [entry]


@pytest.mark.parametrize("action", ["add_ticket", "update_ticket"])
def test_a_tag_has_255_characters_at_most(api, db, action):
    tid = add_ticket(api)
    longest = "é" * 255
    variables = {"cid": "c"} if action == "add_ticket" else {"tid": tid}
    answer = api.post(action, **variables, tags=f"a,{longest}é")
    assert (answer.status, answer.problems) == (400, [("tags", "too_long")])
    assert db.count("tickets") == 1 and db.count("ticket_tags") == 0
    number = list(api.post(action, **variables, tags=f"a,{longest}").json[0].values())[0]
    assert ticket(api, number)["tags"] == f"a,{longest}"


def test_the_end_of_a_range_of_close_dates(api):
    first = add_ticket(api, open_date="1/1/2024", close_date="1/2/2024 10:00:00")
    second = add_ticket(api, open_date="1/1/2024", close_date="1/3/2024")
    add_ticket(api)
    assert listed(api, end_close_date="1/2/2024") == [first]
    assert listed(api, end_close_date="1/2/2024 09:59:59") == []
    assert listed(api, start_close_date="1/2/2024 10:00:01", end_close_date="1/3/2024") == [second]


def test_no_ticket_is_closed_before_it_was_opened(api, db):
    tid = add_ticket(api, open_date="3/2/2024")
    before = ticket(api, tid)
    for given, variable in (({"close_date": "3/1/2024"}, "close_date"), ({"close_date": "3/3/2024", "open_date": "3/4/2024"}, "close_date"),
                            ({"due_date": "3/1/2024"}, "due_date")):
        answer = api.post("update_ticket", tid=tid, **given)
        assert (answer.status, answer.problems) == (400, [(variable, "invalid_date")])
        assert ticket(api, tid) == before
    api.post("update_ticket", tid=tid, close_date="3/2/2024")
    assert api.post("update_ticket", tid=tid, open_date="3/3/2024").problems == [("close_date", "invalid_date")]


def test_no_update_makes_an_entry_a_change(api):
    number = add(api, add_ticket(api))
    answer = api.post("update_history", id=number, type="S")
    assert (answer.status, answer.problems) == (400, [("type", "invalid_choice")])
    assert history(api, id=number)[0]["type"] == "N"


def test_pages_and_counts(api):
    tids = [add_ticket(api, subject=str(number % 2)) for number in range(7)]
    assert listed(api, tid="*", count="3", page="2") == tids[3:6]
    assert listed(api, tid="*", count="3", page="3") == tids[6:]
    assert '"count":"4"' in api.get("get_tickets", subject="0", count_only="Y").text


def test_a_walk_while_others_write(api):
    """Who walks by updated_since, again and again while others write, has every ticket as it is in the end."""
    tids = [add_ticket(api, subject="start") for _ in range(10)]
    failed = []

    def write(seed):
        for number in range(25):
            tid = tids[(seed + number) % len(tids)]
            calls = [("update_ticket", {"tid": tid, "subject": f"{seed} {number}"}), ("add_history", {"tid": tid, "notes": "x", "priority": ["Low", "High"][number % 2]}),
                     ("add_ticket", {"cid": "c", "subject": f"new {seed} {number}"})]
            action, variables = calls[number % 3]
            answer = api.post(action, **variables)
            if answer.status != 200:
                failed.append(answer.text)

    known = {}
    position = {"updated_since": "1/1/2024"}

    def walk_on():
        while True:
            answer = api.get("get_tickets", count="7", **position)
            assert answer.status == 200, answer.text
            for record in answer.records:
                known[record["tid"]] = record
                position.update(updated_since=record["last_updated"], after_id=record["tid"])
            if not answer.more:
                return

    threads = [threading.Thread(target=write, args=[seed]) for seed in range(4)]
    [thread.start() for thread in threads]
    while any(thread.is_alive() for thread in threads):
        walk_on()
    [thread.join() for thread in threads]
    walk_on()
    assert failed == []
    now = {record["tid"]: record for record in api.get("get_tickets").records}
    # An entry that changes nothing of the ticket leaves it as it is, but is counted.
    for records in (known, now):
        for record in records.values():
            record.pop("history_count")
    assert known == now and len(now) > len(tids)
