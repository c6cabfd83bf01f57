"""Technicians and their groups: adding, updating, listing, deleting and signing in."""

import json

import pytest
import requests

from api import remember_secret

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    helpdesk_database { socket %%SOCKET%%; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; }
    %%KEY_AND_POOLS%%
    helpdesk_bcrypt_cost 4;
    location / { helpdesk_api; }
    location = /desk { helpdesk_auth technicians "Service desk"; }
    location = /portal { helpdesk_auth; }
    location = /who { auth_request /desk; add_header X-Who $helpdesk_technician; empty_gif; }
}
"""

TECH = ["id", "uid", "name", "group", "customer_groups", "chat_queues", "phone", "email", "supervisor", "rights", "viewable_tickets", "extension",
        "active", "date_added", "last_updated"]


@pytest.fixture(autouse=True)
def groups(db):
    db.query("INSERT INTO tech_groups (id, name) VALUES (1, 'First line'), (2, 'Second line')")


def records(answer, root):
    assert answer.status == 200, answer
    return json.loads(answer.text)[root]


def tech(api, uid):
    return records(api.get("get_techs", uid=uid), "techs")[0]


def test_every_variable_comes_back(api, db):
    answer = api.post("add_tech", uid=" Ann ", name="Ann Example", **{"pass": remember_secret("pass-of-ann")}, group="2,1", customer_groups="5",
                      chat_queues="2,1", phone="1", email="ann@example.com", rights="power user", viewable_tickets="own", extension="12", active="y")
    assert answer.json == [{"added_tech": "Ann"}]
    record = tech(api, "ann")
    assert list(record) == TECH
    assert {name: record[name] for name in TECH[1:-2]} == {
        "uid": "Ann", "name": "Ann Example", "group": "2,1", "customer_groups": "5", "chat_queues": "2,1", "phone": "1",
        "email": "ann@example.com", "supervisor": "", "rights": "Power User", "viewable_tickets": "OWN", "extension": "12", "active": "Y"}


def test_a_supervisor(api, db):
    api.post("add_tech", uid="boss")
    api.post("add_tech", uid="t", supervisor="BOSS")
    assert tech(api, "t")["supervisor"] == "boss"
    assert api.post("update_tech", uid="t", supervisor="nobody").problems == [("supervisor", "unknown_tech")]
    assert api.post("delete_tech", uid="boss").problems == [("uid", "in_use")]
    api.post("update_tech", uid="t", supervisor="")
    assert api.post("delete_tech", uid="boss").json == [{"deleted_tech": "boss"}]


def test_defaults(api, db):
    api.post("add_tech", uid="t")
    record = tech(api, "t")
    assert (record["rights"], record["viewable_tickets"], record["active"], record["group"]) == ("User", "ALL", "Y", "")


@pytest.mark.parametrize("variables, problem", [
    ({"rights": "root"}, ("rights", "invalid_choice")), ({"viewable_tickets": "SOME"}, ("viewable_tickets", "invalid_choice")),
    ({"active": "maybe"}, ("active", "invalid_choice")), ({"group": "9"}, ("group", "unknown_group")),
    ({"customer_groups": "1,9"}, ("customer_groups", "unknown_group")), ({"chat_queues": "9"}, ("chat_queues", "unknown_chat_queue")),
    ({"name": "x" * 256}, ("name", "too_long")), ({"extension": "x" * 256}, ("extension", "too_long")), ({"uid": ""}, ("uid", "required"))])
def test_a_right_is_never_guessed(api, db, variables, problem):
    """Nor is anything else that a technician is given."""
    assert api.post("add_tech", **{"uid": "t"} | variables).problems == [problem]
    assert db.count("technicians") == 0


def test_users_is_user(api, db):
    api.post("add_tech", uid="t", rights="USERS")
    assert tech(api, "t")["rights"] == "User"


def test_an_upsert_adds_and_updates(api, db):
    assert api.post("upsert_tech", uid="t", name="a").json == [{"added_tech": "t"}]
    assert api.post("upsert_tech", uid="T", name="b").json == [{"updated_tech": "t"}]
    assert tech(api, "t")["name"] == "b"


def test_a_change_needs_the_version_that_was_read(api, db):
    api.post("add_tech", uid="t")
    tag = api.get("get_techs", uid="t").headers["ETag"]
    assert api.request("POST", data=api.variables({"action": "update_tech", "uid": "t", "phone": "1"}), headers={"If-Match": tag}).status == 200
    again = api.request("POST", data=api.variables({"action": "update_tech", "uid": "t", "phone": "2"}), headers={"If-Match": tag})
    assert (again.status, tech(api, "t")["phone"]) == (412, "1")


def test_lists(api, db):
    for number, (uid, rights, active) in enumerate([("ann", "Admin", "Y"), ("bob", "User", "N"), ("bill", "User", "Y")], 1):
        api.post("add_tech", uid=uid, rights=rights, active=active, email=f"{uid}@example.com")
        db.query("UPDATE technicians SET date_added = %s WHERE uid = %s", f"2024-01-0{number}", uid)

    def listed(**variables):
        return [record["uid"] for record in records(api.get("get_techs", **variables), "techs")]

    assert listed() == listed(uid="*") == listed(id="*") == ["ann", "bob", "bill"]
    assert listed(uid="BOB,ann") == ["ann", "bob"]
    assert listed(start_uid="b", end_uid="bi") == ["bill"]
    assert listed(start_date="1/2/2024", end_date="1/2/2024") == ["bob"]
    assert listed(email="bill@example.com") == ["bill"]
    assert listed(rights="user") == ["bob", "bill"]
    assert listed(rights="user", active="Y") == ["bill"]
    ids = [record["id"] for record in records(api.get("get_techs"), "techs")]
    assert listed(id=f"{ids[2]},{ids[0]}") == ["ann", "bill"]
    assert listed(after_id=ids[0], count="1") == ["bob"]
    assert listed(order="UID", order_direction="DESC") == ["bob", "bill", "ann"]
    assert listed(updated_since="2020-01-01") == ["ann", "bob", "bill"]
    assert records(api.get("get_techs", rights="User", count_only="Y"), "techs") == [{"count": "2"}]
    assert listed(uid="*", count="2", page="2") == ["bill"]


def test_lists_by_group_and_supervisor(api, db):
    api.post("add_tech", uid="boss", group="1")
    for uid, variables in (("ann", {"group": "2,1", "supervisor": "boss"}), ("bob", {"group": "2"}), ("cy", {"supervisor": "ann", "active": "N"}),
                           ("di", {"group": "2", "supervisor": "Boss"})):
        assert api.post("add_tech", uid=uid, **variables).status == 200

    def listed(**variables):
        return [record["uid"] for record in records(api.get("get_techs", **variables), "techs")]

    assert listed(group="1") == ["boss", "ann"]
    assert listed(group="02,1") == ["boss", "ann", "bob", "di"]
    assert listed(group="1,2", order="uid DESC", count="2") == ["di", "boss"]
    assert listed(group="9") == listed(group="9", supervisor="boss") == []
    assert listed(supervisor="BOSS") == ["ann", "di"]
    assert listed(supervisor="boss, ann") == ["ann", "cy", "di"]
    assert listed(supervisor="boss", group="1") == ["ann"]
    assert listed(supervisor="ann", active="Y") == listed(supervisor="nobody") == []
    assert records(api.get("get_techs", group="2", count_only="Y"), "techs") == [{"count": "3"}]
    assert api.get("get_techs", group="Second line").problems == [("group", "invalid_number")]


def test_what_others_name_stays(api, db):
    api.add("cid")
    for uid in ("ann", "bob", "cy"):
        api.post("add_tech", uid=uid)
    api.post("update_tech", uid="bob", supervisor="ann")
    api.post("add_group", name="x", manager="bob")
    db.query("INSERT INTO tickets (customer_id, description, technician_id) SELECT c.id, '', t.id FROM customers c, technicians t WHERE t.uid = 'cy'")
    for uid in ("ann", "bob", "cy"):
        answer = api.post("delete_tech", uid=uid)
        assert (answer.status, answer.problems) == (409, [("uid", "in_use")])
    db.query("DELETE FROM tickets")
    api.post("update_group", name="x", manager="")
    for uid in ("bob", "ann", "cy"):
        assert api.post("delete_tech", uid=uid).json == [{"deleted_tech": uid}]
    assert db.count("technicians") == 0


@pytest.mark.parametrize("action, number, group, tech", [
    ("delete_ticket_source", "1", {"sources": "Phone"}, {}), ("delete_category", "1", {"categories": "Hardware"}, {}),
    ("delete_customer_group", "5", {"customer_groups": "1"}, {}), ("delete_customer_group", "5", {}, {"customer_groups": "5"}),
    ("delete_chat_queue", "2", {}, {"chat_queues": "1,2"}), ("delete_group", "1", {}, {"group": "1"})])
def test_what_a_group_or_a_technician_names_stays(api, db, action, number, group, tech):
    api.post("add_group", name="x", **group)
    api.post("add_tech", uid="t", **tech)
    answer = api.post(action, id=number)
    assert (answer.status, answer.problems) == (409, [("id", "in_use")])
    api.post("delete_tech", uid="t")
    api.post("delete_group", name="x")
    assert api.post(action, id=number).status == 200


def test_an_update_changes_what_it_supplies(api, db):
    everything = {"name": "Ann", "group": "1", "customer_groups": "5", "chat_queues": "2", "phone": "1", "email": "a@example.com", "rights": "Admin",
                  "viewable_tickets": "OWN", "extension": "12", "active": "N"}
    api.post("add_tech", uid="boss")
    api.post("add_tech", uid="t", supervisor="boss", **everything)
    before = tech(api, "t")
    for name, value in {"name": "", "group": "2,1", "customer_groups": "", "chat_queues": "", "phone": "2", "email": "", "supervisor": "",
                        "rights": "users", "viewable_tickets": "all", "extension": "", "active": "y"}.items():
        assert api.post("update_tech", uid="T", **{name: value}).json == [{"updated_tech": "t"}]
        after = tech(api, "t")
        assert {one for one in TECH if after[one] != before[one]} - {"last_updated"} == {name}
        before = after
    assert (before["rights"], before["viewable_tickets"], before["active"], before["group"]) == ("User", "ALL", "Y", "2,1")
    for name in ("rights", "viewable_tickets", "active"):
        assert api.post("update_tech", uid="t", **{name: ""}).problems == [(name, "invalid_choice")]
    assert tech(api, "t") == before


def test_a_group(api, db):
    api.post("add_tech", uid="boss")
    number = api.post("add_tech_group", name="Field", sources="Phone,api", categories="Été", customer_groups="Retail", email="f@example.com", manager="boss").json[0]["added_group"]
    record = records(api.get("get_groups", id=number), "tech_groups")[0]
    assert list(record) == ["id", "name", "sources", "categories", "customer_groups", "email", "manager", "members", "date_added", "last_updated"]
    assert (record["name"], record["sources"], record["categories"], record["customer_groups"], record["email"], record["manager"]) == (
        "Field", "Phone,API", "Été", "Retail", "f@example.com", "boss")
    assert api.post("update_group", id=number, sources="").json == [{"updated_group": number}]
    assert records(api.get("get_tech_groups", name="field"), "tech_groups")[0]["sources"] == ""
    assert api.post("add_group", name="x", sources="Fax").problems == [("sources", "unknown_source")]
    api.post("add_tech", uid="t", group=number)
    assert api.post("delete_group", id=number).problems == [("id", "in_use")]
    api.post("delete_tech", uid="t")
    assert api.post("delete_tech_group", id=number).json == [{"deleted_group": number}]


def test_the_members_of_a_group(api, db):
    def members():
        return {group["name"]: group["members"] for group in records(api.get("get_tech_groups"), "tech_groups")}

    assert members() == {"First line": "", "Second line": ""}
    for uid, groups in (("cy", "2,1"), ("ann", "1"), ("Bob", "1,2")):
        api.post("add_tech", uid=uid, group=groups)
    assert members() == {"First line": "ann,Bob,cy", "Second line": "Bob,cy"}
    api.post("update_tech", uid="cy", group="")
    api.post("delete_tech", uid="ann")
    assert members() == {"First line": "Bob", "Second line": "Bob"}
    # They are told here, and set there.
    api.post("update_group", id="1", members="cy")
    api.post("add_group", name="x", members="cy")
    assert members() == {"First line": "Bob", "Second line": "Bob", "x": ""}


def test_lists_of_groups(api, db):
    db.query("UPDATE tech_groups SET last_updated = '2020-01-01'")

    def listed(**variables):
        return [record["id"] for record in records(api.get("get_tech_groups", **variables), "tech_groups")]

    assert listed() == listed(id="*") == listed(name="*") == listed(id="2,1") == ["1", "2"]
    assert listed(name="first LINE") == listed(end_name="f") == listed(count="1") == ["1"]
    assert listed(start_name="s") == listed(after_id="1") == listed(order="name", order_direction="DESC", count="1") == ["2"]
    assert records(api.get("get_groups", id="*", count_only="Y"), "tech_groups") == [{"count": "2"}]
    api.post("update_group", id="1", email="f@example.com")
    assert listed(updated_since="2020-01-01") == ["2", "1"]
    assert listed(updated_since="2020-01-01", after_id="2") == listed(updated_since="2020-01-02") == ["1"]


@pytest.mark.parametrize("variables, problem", [
    ({"name": "FIRST line"}, ("name", "already_exists")), ({"name": ""}, ("name", "required")), ({"name": "x" * 256}, ("name", "too_long")),
    ({"manager": "nobody"}, ("manager", "unknown_tech")), ({"categories": "None"}, ("categories", "unknown_category")),
    ({"customer_groups": "None"}, ("customer_groups", "unknown_group")), ({"sources": "Phone,None"}, ("sources", "unknown_source"))])
def test_what_is_wrong_with_a_group_changes_nothing(api, db, variables, problem):
    before = db.query("SELECT * FROM tech_groups")
    assert api.post("add_group", **{"name": "x"} | variables).problems == [problem]
    assert db.query("SELECT * FROM tech_groups") == before


def test_a_technician_is_changed_or_deleted_as_it_was_read(api, db):
    api.post("add_tech", uid="t")

    def tag():
        return api.get("get_techs", uid="t").headers["ETag"]

    def call(action, condition, **variables):
        return api.post(action, headers={"If-Match": condition}, uid="t", **variables)

    old = tag()
    # A list is a part of it, too.
    answer = call("update_tech", old, group="1")
    assert (answer.status, answer.headers["ETag"]) == (200, tag())
    for action, variables in (("update_tech", {"phone": "1"}), ("upsert_tech", {"phone": "1"}), ("update_tech", {"supervisor": ""}), ("delete_tech", {})):
        answer = call(action, old, **variables)
        assert (answer.status, answer.problems) == (412, [("If-Match", "precondition_failed")])
    assert (tech(api, "t")["phone"], tech(api, "t")["group"]) == ("", "1")
    assert call("upsert_tech", f'"x", {tag()}', phone="1").status == 200
    assert api.get("get_techs", uid="t", headers={"If-Match": tag()}).status == 200
    assert api.get("get_techs", uid="t", headers={"If-Match": old}).status == 412
    assert call("update_tech", "*", supervisor="t").problems == [("supervisor", "ring")]
    assert call("delete_tech", tag()).status == 200
    assert call("upsert_tech", "*", phone="1").status in (404, 412)
    assert db.count("technicians") == 0


@pytest.mark.parametrize("action, variables, table", [
    ("add_tech", {"uid": "t", "group": "1", "pass": "pass-of-the-new"}, "technicians"), ("upsert_tech", {"uid": "t"}, "technicians"),
    ("add_group", {"name": "x", "sources": "Phone"}, "tech_groups"), ("add_ticket_status", {"name": "x", "is_default": "Y"}, "ticket_statuses"),
    ("add_sub_category", {"name": "x", "category": "1"}, "sub_categories"), ("add_kb_category", {"name": "x"}, "kb_categories")])
def test_a_write_that_is_sent_again_is_done_once(api, db, action, variables, table):
    before = db.count(table)
    answers = [api.post(action, headers={"Idempotency-Key": "k"}, **variables) for _ in range(2)]
    assert [(answer.status, answer.text, answer.headers.get("Idempotent-Replayed")) for answer in answers] == [
        (200, answers[0].text, None), (200, answers[0].text, "true")]
    assert db.count(table) == before + 1
    other = {name: value + "2" for name, value in list(variables.items())[:1]}
    answer = api.post(action, headers={"Idempotency-Key": "k"}, **{**variables, **other})
    assert (answer.status, answer.problems) == (422, [("Idempotency-Key", "idempotency_key_reused")])
    assert db.count(table) == before + 1


def test_an_update_that_is_sent_again_is_done_once(api, db):
    for uid in "ab":
        api.post("add_tech", uid=uid)
    headers = {"Idempotency-Key": "k"}
    assert api.post("update_tech", headers=headers, uid="a", supervisor="b").status == 200
    api.post("update_tech", uid="a", supervisor="")
    again = api.post("update_tech", headers=headers, uid="a", supervisor="b")
    assert (again.status, again.headers["Idempotent-Replayed"], tech(api, "a")["supervisor"]) == (200, "true", "")
    # What was refused may be sent again, when it is right.
    headers = {"Idempotency-Key": "k2"}
    api.post("update_tech", uid="b", supervisor="a")
    assert api.post("update_tech", headers=headers, uid="a", supervisor="b").problems == [("supervisor", "ring")]
    api.post("update_tech", uid="b", supervisor="")
    assert api.post("update_tech", headers=headers, uid="a", supervisor="b").status == 200


def test_who_is_verified(api, db):
    password = remember_secret("pass-of-ann")
    nobody = [{"verified_tech": "N", "rights": "", "viewable_tickets": ""}]
    api.post("add_tech", uid="Ann", **{"pass": password}, rights="power user")
    api.post("add_tech", uid="without")
    api.post("add_customer", cid="cid", **{"pass": password})
    assert api.post("verify_tech", uid="ANN", **{"pass": password}).json == [
        {"verified_tech": "Y", "rights": "Power User", "viewable_tickets": "ALL"}]
    assert [api.post("verify_tech", uid=uid, **{"pass": password}).json for uid in ("nobody", "cid", "without")] == [nobody] * 3
    assert api.post("verify_customer", cid="ann", **{"pass": password}).json[0]["verified_customer"] == "N"
    assert api.post("verify_tech").problems == [("uid", "required"), ("pass", "required")]
    xml = api.post("verify_tech", uid="ann", **{"pass": password}, format="xml").xml
    assert [(field.tag, field.text) for field in xml] == [("verified_tech", "Y"), ("rights", "Power User"), ("viewable_tickets", "ALL")]
    # An empty password leaves the one that there is; another one takes its place.
    api.post("update_tech", uid="ann", **{"pass": ""})
    assert api.post("verify_tech", uid="ann", **{"pass": password}).json[0]["verified_tech"] == "Y"
    api.post("upsert_tech", uid="ann", **{"pass": remember_secret("new-pass-of-ann")})
    assert api.post("verify_tech", uid="ann", **{"pass": password}).json == nobody
    assert "pass" not in json.dumps(records(api.get("get_techs", uid="ann"), "techs"))


def test_verify(api, db):
    api.post("add_tech", uid="Ann", **{"pass": remember_secret("pass-of-ann")}, rights="Admin", viewable_tickets="OWN")
    assert api.post("verify_tech", uid="ann", **{"pass": "pass-of-ann"}).json == [
        {"verified_tech": "Y", "rights": "Admin", "viewable_tickets": "OWN"}]
    assert api.post("verify_tech", uid="ann", **{"pass": remember_secret("another-pass")}).json == [
        {"verified_tech": "N", "rights": "", "viewable_tickets": ""}]
    api.post("update_tech", uid="ann", active="N")
    # As for a customer without support, who has the right password: what else is known is told.
    assert api.post("verify_tech", uid="ann", **{"pass": "pass-of-ann"}).json == [
        {"verified_tech": "N", "rights": "Admin", "viewable_tickets": "OWN"}]


def test_technicians_sign_in_where_they_may(api, db, nginx):
    password = remember_secret("pass-of-ann")
    api.post("add_tech", uid="Ann", **{"pass": password})
    api.post("add_customer", cid="Cid", **{"pass": remember_secret("pass-of-cid")})

    def sign_in(path, name, secret):
        return requests.get(f"http://127.0.0.1:{nginx.port}{path}", auth=(name, secret), timeout=30)

    answer = sign_in("/desk", "ann", password)
    assert (answer.status_code, answer.headers.get("X-Helpdesk-Technician"), answer.headers.get("X-Helpdesk-Customer")) == (204, "Ann", None)
    assert sign_in("/portal", "ann", password).status_code == 401
    refused = sign_in("/desk", "cid", "pass-of-cid")
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, 'Basic realm="Service desk", charset="UTF-8"')
    assert "no technician who may sign in" in nginx.log()
    assert sign_in("/who", "ann", password).headers["X-Who"] == "Ann"
    api.post("update_tech", uid="ann", active="N")
    assert sign_in("/desk", "ann", password).status_code == 401
