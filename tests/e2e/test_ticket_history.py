"""The history of tickets: who writes what, what an entry changes, and how entries are listed."""

import json
import threading

import pytest

from locks import holding

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    helpdesk_database { socket %%SOCKET%%; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; }
    %%KEY_AND_POOLS%%
    location / { helpdesk_api; }
}
"""

ENTRY = ["id", "tid", "date", "type", "uid", "cid", "author", "notes", "content_type", "customer_viewable", "status", "changes", "from", "to",
         "cc", "message_id", "date_added", "last_updated"]


@pytest.fixture(autouse=True)
def people(api, db):
    db.query("INSERT INTO tech_groups (id, name) VALUES (1, 'First line')")
    db.query("INSERT INTO technicians (uid, name, active) VALUES ('ann', 'Ann Example', 'Y'), ('bob', '', 'Y'), ('eve', 'Eve', 'N')")
    api.post("add_customer", cid="c", company="Acme", contact="Carl")
    api.post("add_customer", cid="colleague", company="Acme")
    api.post("add_customer", cid="stranger", company="Café")
    api.post("add_customer", cid="alone")


def add_ticket(api, **variables):
    return api.post("add_ticket", **{"cid": "c"} | variables).json[0]["added_ticket"]


def add(api, tid, **variables):
    answer = api.post("add_history", **{"tid": tid, "notes": "x"} | variables)
    assert answer.status == 200, answer.text
    return answer.json[0]["added_history"]


def history(api, **variables):
    answer = api.get("get_history", **variables)
    assert answer.status == 200, answer.text
    return answer.records


def ticket(api, tid):
    (record,) = api.get("get_tickets", tid=tid).records
    return record


def changes(api, tid):
    return [json.loads(entry["changes"]) for entry in history(api, tid=tid, type="S")]


def test_every_variable_comes_back(api):
    tid = add_ticket(api)
    given = {"date": "3/1/2024", "type": "e", "uid": "ANN", "message": "<b>é</b>", "content_type": "HTML", "customer_viewable": "n",
             "from": "a@x", "to": "b@x, " * 100, "cc": "d@x", "message_id": "<1@x>"}
    number = api.post("add_history", ticket_id=tid, **given).json[0]["added_history"]
    (entry,) = history(api, id=number)
    assert list(entry) == ENTRY
    assert {name: entry[name] for name in ENTRY[:-2]} == {
        "id": number, "tid": tid, "date": "3/1/2024 12:00:00 AM", "type": "E", "uid": "ann", "cid": "", "author": "Ann Example",
        "notes": "<b>é</b>", "content_type": "html", "customer_viewable": "N", "status": "New", "changes": "", "from": "a@x", "to": "b@x, " * 100,
        "cc": "d@x", "message_id": "<1@x>"}
    for format in ("xml", "url"):
        answer = api.get("get_history", id=number, format=format)
        assert list(answer.records[0]) == ENTRY
    xml = api.get("get_history", id=number, format="xml").xml
    assert (xml.tag, xml[0].tag) == ("history", "entry")


@pytest.mark.parametrize("given, kept", [
    ({}, ("N", "N", "", "")), ({"uid": "bob"}, ("N", "N", "bob", "bob")), ({"cid": "c"}, ("R", "Y", "", "Carl")),
    ({"cid": "colleague"}, ("R", "Y", "", "colleague")), ({"type": "E"}, ("E", "Y", "", "")), ({"type": "C", "cid": "c"}, ("C", "N", "", "Carl")),
    ({"type": "N", "customer_viewable": "Y"}, ("N", "Y", "", "")), ({"uid": "ann", "type": "R"}, ("R", "Y", "ann", "Ann Example"))])
def test_what_is_omitted(api, given, kept):
    (entry,) = history(api, id=add(api, add_ticket(api), **given))
    author = entry["author"] if given.get("uid") or given.get("cid") else ""
    assert (entry["type"], entry["customer_viewable"], entry["uid"], author) == kept
    assert entry["author"] != "" and entry["date"] != "" and entry["content_type"] == "text"


@pytest.mark.parametrize("given, status, problem", [
    ({"tid": ""}, 400, ("tid", "required")), ({"tid": "99"}, 400, ("tid", "unknown_ticket")), ({"notes": ""}, 400, ("notes", "required")),
    ({"type": "S"}, 400, ("type", "invalid_choice")), ({"content_type": "rtf"}, 400, ("content_type", "invalid_choice")),
    ({"customer_viewable": "?"}, 400, ("customer_viewable", "invalid_choice")), ({"date": "?"}, 400, ("date", "invalid_date")),
    ({"uid": "?"}, 400, ("uid", "unknown_tech")), ({"cid": "?"}, 400, ("cid", "unknown_customer")),
    ({"uid": "ann", "cid": "c"}, 400, ("cid", "ambiguous")), ({"cid": "stranger"}, 400, ("cid", "unknown_customer")),
    ({"cid": "alone"}, 400, ("cid", "unknown_customer")), ({"message_id": "x" * 256}, 400, ("message_id", "too_long")),
    ({"status": "?"}, 400, ("status", "unknown_status")), ({"assigned_to": "eve"}, 409, ("assigned_to", "inactive_technician")),
    ({"assigned_to": "?"}, 400, ("assigned_to", "unknown_tech")), ({"assigned_group": "?"}, 400, ("assigned_group", "unknown_group")),
    ({"escalation_level": "?"}, 400, ("escalation_level", "unknown_escalation_level")), ({"priority": "?"}, 400, ("priority", "unknown_priority")),
    ({"due_date": "1/1/2000"}, 400, ("due_date", "invalid_date")), ({"due_date": "?"}, 400, ("due_date", "invalid_date"))])
def test_what_is_refused(api, db, given, status, problem):
    tid = add_ticket(api)
    before = ticket(api, tid)
    answer = api.post("add_history", **{"tid": tid, "notes": "x"} | given)
    assert (answer.status, answer.problems) == (status, [problem])
    assert db.count("ticket_history") == 0 and ticket(api, tid) == before


def test_it_begins_when_the_ticket_was_opened(api):
    """A ticket that was moved here from elsewhere may have older entries than the call that adds it."""
    tid = add_ticket(api, open_date="3/1/2024 09:30:00", description="first")
    add(api, tid, date="3/2/2024", notes="second")
    assert [(entry["notes"], entry["date"]) for entry in history(api, tid=tid)] == [
        ("first", "3/1/2024 9:30:00 AM"), ("second", "3/2/2024 12:00:00 AM")]


def test_an_entry_changes_its_ticket(api):
    tid = add_ticket(api)
    number = add(api, tid, uid="ann", status="closed", assigned_to="BOB", assigned_group="1", escalation_level="3", priority="high",
                 due_date="1/1/2099")
    record = ticket(api, tid)
    assert [record[name] for name in ("status", "closed", "assigned_to", "assigned_group", "escalation_level", "priority", "due_date")] == [
        "Closed", "Y", "bob", "First line", "3", "High", "1/1/2099 12:00:00 AM"]
    assert record["close_date"] != ""
    change, entry = history(api, tid=tid)
    assert (entry["id"], entry["status"], entry["changes"]) == (number, "Closed", "")
    assert (change["type"], change["uid"], change["author"], change["status"]) == ("S", "ann", "Ann Example", "Closed")
    changed = json.loads(change["changes"])
    assert changed.pop("close_date")[0] == ""
    assert changed == {"status": ["New", "Closed"], "assigned_to": ["", "bob"], "assigned_group": ["", "First line"],
                       "escalation_level": ["1", "3"], "priority": ["Normal", "High"], "due_date": ["", "2099-01-01 00:00:00"]}
    add(api, tid, status="CLOSED", assigned_to="ann")
    assert changes(api, tid)[1:] == [{"assigned_to": ["bob", "ann"]}]


def test_the_reply_of_a_customer_opens_a_ticket_again(api):
    tid = add_ticket(api, status="Closed")
    add(api, tid, uid="ann")
    add(api, tid, cid="c", status="Closed")
    assert ticket(api, tid)["status"] == "Closed" and changes(api, tid) == []
    (entry,) = history(api, id=add(api, tid, cid="c"))
    record = ticket(api, tid)
    assert (record["status"], record["close_date"], entry["status"]) == ("New", "", "New")
    (change,) = changes(api, tid)
    assert change["status"] == ["Closed", "New"] and change["close_date"][1] == ""
    add(api, tid, status="Pending")
    add(api, tid, cid="c")
    assert ticket(api, tid)["status"] == "Pending"


def test_what_a_customer_changes_is_his(api):
    """The entry of the change names the customer whose reply, or whose entry with a status, changed the ticket."""
    tid = add_ticket(api, status="Closed")
    add(api, tid, cid="c")
    add(api, tid, cid="colleague", status="Pending")
    add(api, tid, status="Open")
    assert [(entry["cid"], entry["uid"], entry["author"]) for entry in history(api, tid=tid, type="S")][:2] == [
        ("c", "", "Carl"), ("colleague", "", "colleague")]
    last = history(api, tid=tid, type="S")[2]
    assert (last["cid"], last["uid"]) == ("", "") and last["author"] not in ("", "Carl", "colleague")
    assert [entry["type"] for entry in history(api, author_cid="c")] == ["S", "R"]


def test_the_same_mail_twice_is_one_entry(api, db):
    tid = add_ticket(api)
    mail = {"cid": "c", "message_id": "<m@x>", "notes": "mail"}
    first = add(api, tid, **mail)
    again = api.post("add_history", tid=tid, **mail | {"notes": "other", "status": "Closed"})
    assert (again.status, again.json, again.headers.get("Idempotent-Replayed")) == (200, [{"added_history": first}], "true")
    assert db.count("ticket_history") == 1 and ticket(api, tid)["status"] == "New"
    assert add(api, tid, **mail | {"message_id": "<M@x>"}) != first
    add(api, tid, message_id="")
    add(api, tid, message_id="")
    assert db.count("ticket_history") == 4
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(add(api, tid, message_id="<n@x>"))) for _ in range(16)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(answers) == 16 and len(set(answers)) == 1
    assert db.count("ticket_history") == 5
    assert [entry["id"] for entry in history(api, message_id="<n@x>")] == [answers[0]]


def test_a_mail_that_comes_again_for_another_ticket_stays_where_it_is(api, db):
    """A gateway may choose another ticket for a mail that it delivers again, because the first was deleted or merged in the meantime."""
    tid, other = add_ticket(api), add_ticket(api)
    mail = {"cid": "c", "message_id": "<m@x>", "notes": "mail"}
    first = add(api, tid, **mail)

    def again():
        answer = api.post("add_history", tid=other, **mail)
        assert answer.status == 200, answer.text
        return answer.json[0]["added_history"], answer.headers.get("Idempotent-Replayed")

    assert again() == (first, "true")
    api.post("delete_ticket", tid=tid)
    assert again() == (first, "true")
    assert api.post("add_history", tid=tid, **mail).json == [{"added_history": first}]
    assert history(api, tid=other) == [] and db.count("ticket_history") == 1
    api.post("restore_ticket", tid=tid)
    assert [entry["id"] for entry in history(api, message_id="<m@x>")] == [first]
    api.post("delete_ticket", tid=tid)
    api.post("purge_ticket", tid=tid)
    assert again() != (first, "true")
    assert len(history(api, tid=other)) == 1


def test_mails_that_come_at_once_change_their_ticket_once(api, db):
    tid = add_ticket(api)
    answers = []

    def send(number):
        answers.append(add(api, tid, message_id="<m@x>", assigned_to=["ann", "bob"][number % 2], priority=["Low", "High"][number // 2 % 2]))

    threads = [threading.Thread(target=send, args=[number]) for number in range(16)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(set(answers)) == 1
    assert len(changes(api, tid)) == 1


def test_update_and_delete(api, db):
    tid = add_ticket(api)
    number = add(api, tid, uid="ann")
    assert api.post("update_history", id=number, notes="y", type="C", content_type="html", customer_viewable="Y").json == [{"updated_history": number}]
    (entry,) = history(api, id=number)
    assert [entry[name] for name in ("notes", "type", "content_type", "customer_viewable", "uid")] == ["y", "C", "html", "Y", "ann"]
    assert api.post("update_history", id=number, notes="").problems == [("notes", "required")]
    api.post("update_ticket", tid=tid, subject="b")
    (change,) = history(api, tid=tid, type="S")
    for answer in (api.post("update_history", id=change["id"], notes="y"), api.post("delete_history", id=change["id"])):
        assert (answer.status, answer.problems) == (409, [("id", "unchangeable")])
    assert history(api, tid=tid, type="S") == [change]
    assert api.post("delete_history", id=number).json == [{"deleted_history": number}]
    assert api.post("delete_history", id=number).status == 404
    assert history(api, id=number) == []


def test_lists(api):
    old = add_ticket(api, open_date="1/1/2024", assigned_to="ann", assigned_group="First line", status="Pending")
    new = add_ticket(api, cid="colleague")
    other = add_ticket(api, cid="stranger", open_date="1/2/2024")
    late = add(api, old, uid="bob", date="2/2/2024")
    early = add(api, old, uid="ann", date="2/1/2024", type="C")
    of_customer = add(api, new, cid="c", message_id="<1@x>")
    of_stranger = add(api, other)

    def listed(**variables):
        return [entry["id"] for entry in history(api, **variables)]

    assert listed() == listed(tid="*") == [early, late, of_customer, of_stranger]
    assert listed(tid=old) == listed(ticket_id=old) == [early, late]
    assert listed(tid=old, order="id") == [late, early]
    assert listed(tid=f"{old},{new}") == [early, late, of_customer]
    assert listed(id=f"{early},{of_customer}") == [early, of_customer]
    for name, value in {"status": "pending", "uid": "ann", "group": "first line", "end_tid": old, "end_date": "1/1/2024", "end_entry_date": "2/2/2024"}.items():
        assert listed(**{name: value}) == [early, late], name
    assert listed(start_entry_date="2/2/2024", end_entry_date="2/2/2024") == [late]
    assert listed(start_date="1/2/2024", end_date="1/2/2024") == listed(cid="stranger") == listed(start_tid=other) == [of_stranger]
    assert listed(author_uid="ann") == listed(type="C") == [early]
    assert listed(author_cid="c") == listed(message_id="<1@x>") == listed(customer_viewable="Y") == [of_customer]
    assert listed(after_id=late, tid=old) == [early]
    assert [record["tid"] for record in api.get("get_tickets", message_id="<1@x>").records] == [new]
    assert api.get("get_tickets", message_id="<1@X>").records == []
    assert len(listed(updated_since="1/1/2024")) == 4


def test_an_entry_has_the_status_of_the_moment_when_it_is_stored(api, db):
    """An add reads without locks; what changes before it stores the entry counts."""
    tid = add_ticket(api)
    with holding(db, "UPDATE tickets SET status_id = 3 WHERE id = %s", tid) as holder:
        call = holder.begin(api.post, "add_history", tid=tid, notes="x")
        holder.commit()
        number = call.result().json[0]["added_history"]
    assert api.get("get_history", id=number).records[0]["status"] == "Pending"
    db.query("UPDATE tickets SET status_id = NULL WHERE id = %s", tid)
    assert api.get("get_history", id=add(api, tid)).records[0]["status"] == ""
