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


def test_a_group(api, db):
    api.post("add_tech", uid="boss")
    number = api.post("add_tech_group", name="Field", sources="Phone,api", categories="Été", customer_groups="Retail", email="f@example.com", manager="boss").json[0]["added_group"]
    record = records(api.get("get_groups", id=number), "tech_groups")[0]
    assert list(record) == ["id", "name", "sources", "categories", "customer_groups", "email", "manager", "date_added", "last_updated"]
    assert (record["name"], record["sources"], record["categories"], record["customer_groups"], record["email"], record["manager"]) == (
        "Field", "Phone,API", "Été", "Retail", "f@example.com", "boss")
    assert api.post("update_group", id=number, sources="").json == [{"updated_group": number}]
    assert records(api.get("get_tech_groups", name="field"), "tech_groups")[0]["sources"] == ""
    assert api.post("add_group", name="x", sources="Fax").problems == [("sources", "unknown_source")]
    api.post("add_tech", uid="t", group=number)
    assert api.post("delete_group", id=number).problems == [("id", "in_use")]
    api.post("delete_tech", uid="t")
    assert api.post("delete_tech_group", id=number).json == [{"deleted_group": number}]


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
