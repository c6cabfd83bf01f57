"""Customers who get another cid: what follows them, what is refused, and whose sign-ins end."""

import json
import secrets
import threading

import pytest

from api import remember_secret
from locks import holding
from test_grouping import run, update  # noqa: F401
from test_sign_in_ends import CONFIG, WORKERS, portal, sign_in_everywhere, workers  # noqa: F401


def names(db):
    return [row["cid"] for row in db.query("SELECT cid FROM customers ORDER BY id")]


def test_everything_follows_the_customer(api, db):
    api.add("old", company="Acme", contact="Carl", email2="c@example.com", contracts="1")
    number = db.customer("old")["id"]
    tid = api.post("add_ticket", cid="old", subject="s", description="d").json[0]["added_ticket"]
    answer = api.update("OLD", new_cid=" New ", contact="Carla")
    assert answer.json == [{"updated_customer": "New"}]
    customer = db.customer("New")
    assert (customer["id"], customer["cid"], customer["contact"]) == (number, "New", "Carla")
    assert api.get("get_customers", cid="old").records == []
    (record,) = api.get("get_customers", email="c@example.com").records
    assert (record["cid"], record["contracts"]) == ("New", "1")
    assert [ticket["tid"] for ticket in api.get("get_tickets", cid="new").records] == [tid]
    assert api.get("get_tickets", cid="old").records == []
    (ticket,) = api.get("get_tickets", viewable_by="new").records
    # What the ticket kept of its opening stays, and so does the author's name of that time.
    assert (ticket["cid"], ticket["contact"]) == ("New", "Carl")
    (entry,) = api.get("get_history", author_cid="new").records
    assert (entry["cid"], entry["author"]) == ("New", "Carl")
    assert api.update("old", city="x").problems == [("cid", "not_found")]


def test_what_is_refused(api, db):
    api.add("one")
    api.add("Größe")
    before = db.query("SELECT * FROM customers")
    for taken in ("Größe", "GRÖSSE".replace("SS", "ß"), " größe "):
        answer = api.update("one", new_cid=taken, city="x")
        assert (answer.status, answer.problems) == (409, [("new_cid", "already_exists")]), taken
    assert api.update("one", new_cid=" ", city="x").problems == [("new_cid", "required")]
    assert api.update("one", new_cid="x" * 256).problems == [("new_cid", "too_long")]
    answer = api.update("nobody", new_cid="x")
    assert (answer.status, answer.problems) == (404, [("cid", "not_found")])
    answer = api.post("update_customer", cid="one", new_cid="two", headers={"If-Match": '"0-0"'})
    assert answer.status == 412
    assert db.query("SELECT * FROM customers") == before
    # The customer's own name, in another spelling, is not taken.
    assert api.update("one", new_cid="ONE").json == [{"updated_customer": "ONE"}]
    assert names(db) == ["ONE", "Größe"]


@pytest.mark.parametrize("action", ["add_customer", "upsert_customer"])
def test_only_an_update_renames(api, db, action):
    api.add("one")
    answer = api.post(action, cid="two" if action == "add_customer" else "one", new_cid="three")
    assert (answer.status, answer.headers["X-Helpdesk-Ignored"]) == (200, "new_cid")
    assert "three" not in names(db)


@pytest.mark.parametrize("mode", ["add", "update", "upsert"])
def test_a_row_of_an_import_does_not_rename(api, db, mode):
    if mode != "add":
        api.add("one")
    for body, kind in (("cid,new_cid,city\r\none,two,Rome\r\n", "text/csv"), ('{"cid":"one","new_cid":"two","city":"Rome"}\n', "application/x-ndjson")):
        answer = api.raw_post(body, kind, f"action=import_customers&mode={mode}&format=json")
        assert (answer.status, answer.headers["X-Helpdesk-Ignored"]) == (200, "new_cid"), answer.text
        assert names(db) == ["one"] and db.customer("one")["city"] == "Rome"


def test_conditions_and_repeats(api, db):
    api.add("one")
    tag = api.get("get_customers", cid="one").headers["ETag"]
    headers = {"If-Match": tag, "Idempotency-Key": "k"}
    first, again = (api.post("update_customer", cid="one", new_cid="two", headers=headers) for _ in range(2))
    assert first.json == again.json == [{"updated_customer": "two"}]
    assert (first.headers.get("Idempotent-Replayed"), again.headers.get("Idempotent-Replayed")) == (None, "true")
    assert first.headers["ETag"] == api.get("get_customers", cid="two").headers["ETag"] != tag
    assert names(db) == ["two"]


def test_of_an_add_and_a_new_cid_at_once_one_wins(api, db):
    for turn in range(10):
        api.add(f"old{turn}")
        answers = {}
        threads = [threading.Thread(target=lambda: answers.update(add=api.add(f"new{turn}"))),
                   threading.Thread(target=lambda: answers.update(update=api.update(f"old{turn}", new_cid=f"NEW{turn}")))]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert sorted(answer.status for answer in answers.values()) == [200, 409], answers
        stays = [f"new{turn}", f"old{turn}"] if answers["add"].status == 200 else [f"NEW{turn}"]
        assert sorted(name for name in names(db) if name.endswith(str(turn))) == stays


@pytest.mark.parametrize("wins", ["add", "rename"])
def test_who_comes_first_has_the_name(api, db, wins):
    api.add("old")
    begun = ("INSERT INTO customers (cid, notes) VALUES ('new', '')",) if wins == "add" else ("UPDATE customers SET cid = 'new' WHERE cid = 'old'",)
    with holding(db, *begun) as holder:
        call = holder.begin(api.update, "old", new_cid="New") if wins == "add" else holder.begin(api.add, "NEW")
        holder.commit()
        answer = call.result()
    assert (answer.status, answer.problems) == (409, [("new_cid" if wins == "add" else "cid", "already_exists")])


def test_new_names_in_one_group(db, run):  # noqa: F811
    """Each is carried out by itself, and answers with its own new name."""
    db.query("INSERT INTO customers (cid, notes) VALUES ('a', ''), ('b', ''), ('c', ''), ('d', '')")
    calls = [update("a", new_cid="A1"), update("b", new_cid="B1"), update("c", city="x"), update("d", new_cid="b1"), update("x", new_cid="y")]
    answers = run([calls], "grouped")
    assert [status for status, _ in answers[:3]] == [200, 200, 200]
    assert [list(body["response"][0].values())[0] for _, body in answers[:3]] == ["A1", "B1", "c"]
    assert [status for status, _ in answers[3:]] == [409, 404]
    assert names(db) == ["A1", "B1", "c", "d"]


def test_the_sign_ins_of_the_old_name_end(portal, api):  # noqa: F811
    assert api.update("demo", new_cid="Other").status == 200
    workers(portal, 401)
    assert portal.status("/sign-in", "other", portal.password) == 204
    assert portal.status("/sign-in", "demo", portal.password) == 401


def test_a_repeat_ends_them_as_well(portal, api):  # noqa: F811
    """It may be the answer to an attempt whose connection was lost."""
    headers = {"Idempotency-Key": secrets.token_hex(8)}
    assert api.post("update_customer", cid="demo", new_cid="Other", headers=headers).status == 200
    new = remember_secret("new" + portal.password)
    assert api.add("Demo", **{"pass": new}).status == 200
    sign_in_everywhere(portal, new)
    before = portal.get("/known", "Demo", new).headers.get("X-Known")
    assert before == "Demo"
    assert api.post("update_customer", cid="demo", new_cid="Other", headers=headers).headers["Idempotent-Replayed"] == "true"
    assert "X-Known" not in portal.get("/known", "Demo", new).headers


def test_the_audit_of_a_ticket_keeps_the_name_of_its_time(api):
    api.add("a")
    api.add("b")
    tid = api.post("add_ticket", cid="a").json[0]["added_ticket"]
    api.post("update_ticket", tid=tid, cid="b")
    api.update("a", new_cid="z")
    (entry,) = [one for one in api.get("get_history", tid=tid).records if one["type"] == "S"]
    assert json.loads(entry["changes"])["cid"] == ["a", "b"]
