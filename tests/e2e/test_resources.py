"""Companies, and the lists that customers refer to: adding, updating, deleting and listing each."""

import concurrent.futures
import json
import random

import pytest

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
    location /strict/ { %%DEFAULTS%% helpdesk_api; helpdesk_email_check on; }
}
"""

# singular, plural, table, what an add needs besides its name
RESOURCES = [
    ("company", "companies", "companies", {"address": "1 Main St"}),
    ("portal", "portals", "portals", {}),
    ("customer_group", "customer_groups", "customer_groups", {}),
    ("category", "categories", "categories", {}),
    ("support_contract", "support_contracts", "support_contracts", {}),
    ("ticket_status", "ticket_statuses", "ticket_statuses", {}),
    ("ticket_source", "ticket_sources", "ticket_sources", {}),
    ("ticket_priority", "ticket_priorities", "ticket_priorities", {}),
    ("escalation_level", "escalation_levels", "escalation_levels", {}),
    ("chat_queue", "chat_queues", "chat_queues", {}),
    ("billing_category", "billing_categories", "billing_categories", {}),
    ("time_category", "time_categories", "time_categories", {}),
    ("schedule_category", "schedule_categories", "schedule_categories", {}),
]

each_resource = pytest.mark.parametrize("singular, plural, table, needs", RESOURCES, ids=[row[0] for row in RESOURCES])


def records(answer, root):
    assert answer.status == 200, answer
    return json.loads(answer.text)[root]


@each_resource
def test_from_add_to_delete(api, db, singular, plural, table, needs):
    answer = api.post(f"add_{singular}", name="  Größe & Co ", **needs)
    number = answer.json[0][f"added_{singular}"]
    assert db.query(f"SELECT id FROM {table} WHERE name = 'Größe & Co'") == [{"id": int(number)}]
    assert api.post(f"update_{singular}", name="GRÖSSE & co".replace("SS", "ß"), new_name="Other").json == [{f"updated_{singular}": number}]
    assert api.post(f"update_{singular}", id=number, new_name="OTHER").json == [{f"updated_{singular}": number}]
    found = records(api.get(f"get_{plural}", name="other"), plural)
    assert [(record["id"], record["name"]) for record in found] == [(number, "OTHER")]
    assert records(api.get(f"get_{plural}", id=number), plural) == found
    assert api.get(f"delete_{singular}", id=number).json == [{f"deleted_{singular}": number}]
    assert records(api.get(f"get_{plural}", id=number), plural) == []
    again = api.post(f"add_{singular}", name="By name", **needs).json[0][f"added_{singular}"]
    assert api.post(f"delete_{singular}", name="by NAME").json == [{f"deleted_{singular}": again}]


@each_resource
def test_an_update_that_changes_nothing_has_found_its_record(api, db, singular, plural, table, needs):
    number = api.post(f"add_{singular}", name="Same", **needs).json[0][f"added_{singular}"]
    for _ in range(2):
        assert api.post(f"update_{singular}", id=number, new_name="Same", **needs).json == [{f"updated_{singular}": number}]


@each_resource
def test_names_are_required_and_unique(api, db, singular, plural, table, needs):
    before = db.query(f"SELECT * FROM {table} ORDER BY id")
    first = before[0]["name"]
    for variables in ({}, {"name": ""}, {"name": " "}):
        assert api.post(f"add_{singular}", **variables, **needs).problems == [("name", "required")]
    assert api.post(f"add_{singular}", name="x" * 256, **needs).problems == [("name", "too_long")]
    answer = api.post(f"add_{singular}", name=first.upper(), **needs)
    assert (answer.status, answer.problems) == (409, [("name", "already_exists")])
    answer = api.post(f"update_{singular}", id=str(before[1]["id"]), new_name=first)
    assert (answer.status, answer.problems) == (409, [("new_name", "already_exists")])
    assert first in answer.json[0]["error"]
    assert api.post(f"update_{singular}", name=first, new_name="").problems == [("new_name", "required")]
    assert api.post(f"update_{singular}", name=first, new_name="x" * 256).problems == [("new_name", "too_long")]
    assert db.query(f"SELECT * FROM {table} ORDER BY id") == before


@each_resource
def test_which_record(api, db, singular, plural, table, needs):
    before = db.query(f"SELECT * FROM {table} ORDER BY id")
    for verb in ("update", "delete"):
        assert api.post(f"{verb}_{singular}").problems == [("name", "required")]
        assert api.post(f"{verb}_{singular}", id="x").problems == [("id", "invalid_number")]
        assert api.post(f"{verb}_{singular}", id="1", name="x").problems == [("name", "ambiguous")]
        answer = api.post(f"{verb}_{singular}", id="999")
        assert (answer.status, answer.problems) == (404, [("id", "not_found")])
        answer = api.post(f"{verb}_{singular}", name="nobody")
        assert (answer.status, answer.problems) == (404, [("name", "not_found")])
    assert db.query(f"SELECT * FROM {table} ORDER BY id") == before


@each_resource
def test_lists(api, db, singular, plural, table, needs):
    names = [row["name"] for row in db.query(f"SELECT name FROM {table} ORDER BY id")]

    def listed(**variables):
        return [record["name"] for record in records(api.get(f"get_{plural}", **variables), plural)]

    assert listed(id="*") == listed(name="*") == names
    assert listed(id="*", count="1") == names[:1]
    assert listed(name="*", count="1", page="2") == names[1:2]
    assert listed(id="*", order="id DESC") == names[::-1]
    assert listed(name=names[1].upper()) == names[1:2]
    assert listed(start_name=names[0], end_name=names[0]) == names[:1]
    assert records(api.get(f"get_{plural}", id="*", count_only="Y"), plural) == [{"count": str(len(names))}]
    xml = api.get(f"get_{plural}", id="*", format="xml").xml
    assert (xml.tag, {element.tag for element in xml}) == (plural, {singular})
    if singular == "company":
        assert api.get(f"get_{plural}").problems == [("name", "required")]
    else:
        assert listed() == names


def test_a_company_with_everything(api, db):
    texts = {name: f"{name} ü" for name in ("address", "city", "state", "zip", "country", "phone", "email")}
    number = api.post("add_company", name="Full", portal="2", **texts).json[0]["added_company"]
    record = records(api.get("get_companies", id=number), "companies")[0]
    assert list(record) == ["id", "name", "address", "city", "state", "zip", "country", "phone", "email", "portal", "portal_id",
                            "date_added", "last_updated"]
    assert {name: record[name] for name in texts} == texts
    assert (record["portal"], record["portal_id"]) == ("Partners", "2")
    for name in texts:
        assert api.post("add_company", **({"name": "Long", "address": "x"} | {name: "x" * 256})).problems == [(name, "too_long")]
    assert api.post("update_company", id=number, city="Rome").status == 200
    after = records(api.get("get_companies", id=number), "companies")[0]
    assert {name for name in record if record[name] != after[name]} <= {"city", "last_updated"} and after["city"] == "Rome"
    assert api.post("update_company", id=number, address="", portal="").status == 200
    after = records(api.get("get_companies", id=number), "companies")[0]
    assert (after["address"], after["portal_id"]) == ("", "")


def test_a_company_needs_an_address_and_a_portal_that_is_there(api, db):
    assert api.post("add_company", name="x").problems == [("address", "required")]
    assert api.post("add_company", name="x", address="").problems == [("address", "required")]
    assert api.post("add_company", name="x", address="a", portal="99").problems == [("portal", "unknown_portal")]
    assert api.post("add_company", name="x", address="a", portal="Main").problems == [("portal", "unknown_portal")]
    assert db.count("companies") == 2
    answer = api.request("POST", "/strict/", data=api.variables({"action": "add_company", "name": "x", "address": "a", "email": "bad"}))
    assert answer.problems == [("email", "invalid_email")]


def test_a_contract(api, db):
    number = api.post("add_support_contract", name="24/7", description="day and night", active="n").json[0]["added_support_contract"]
    assert records(api.get("get_support_contracts", id=number), "support_contracts") == [
        {"id": number, "name": "24/7", "description": "day and night", "active": "N"}]
    api.post("update_support_contract", id=number, active="other")
    assert records(api.get("get_support_contracts", id=number), "support_contracts")[0]["active"] == "Y"


def test_a_portal(api, db):
    number = api.post("add_portal", name="Web", url="https://x.example/?a=b&c").json[0]["added_portal"]
    assert records(api.get("get_portals", name="web"), "portals") == [{"id": number, "name": "Web", "url": "https://x.example/?a=b&c"}]


@pytest.mark.parametrize("singular, variables, number", [
    ("company", {"company": "Acme"}, 1), ("portal", {"portal": "2"}, 2), ("customer_group", {"group": "Retail"}, 1),
    ("category", {"selectable_categories": "Hardware"}, 1), ("support_contract", {"contracts": "1"}, 1)])
def test_what_a_customer_uses_stays(api, db, singular, variables, number):
    api.add("x", **variables)
    answer = api.post(f"delete_{singular}", id=str(number))
    assert (answer.status, answer.problems) == (409, [("id", "in_use")])
    api.post("delete_customer", cid="x")
    assert api.post(f"delete_{singular}", id=str(number)).status == 200


def test_a_portal_that_a_company_uses_stays(api, db):
    api.post("add_company", name="x", address="a", portal="3")
    assert api.post("delete_portal", name="7").problems == [("name", "in_use")]


def test_delete_customer(api, db):
    api.add("Demo", contracts="1", selectable_categories="Hardware", email2="a@b.c", phone2="1")
    assert api.post("delete_customer").problems == [("cid", "required")]
    assert api.post("delete_customer", cid="DEMO").json == [{"deleted_customer": "Demo"}]
    for table in ("customers", "customer_contracts", "customer_categories", "customer_emails", "customer_phones"):
        assert db.count(table) == 0
    answer = api.post("delete_customer", cid="Demo")
    assert (answer.status, answer.problems) == (404, [("cid", "not_found")])


def test_a_name_with_a_comma_comes_back(api, db):
    api.add("x", selectable_categories="Hardware")
    api.post("update_category", name="Hardware", new_name="Hard, ware")
    assert json.loads(api.get("get_customers", cid="x").text)["customers"][0]["selectable_categories"] == "Hard, ware"


def test_a_status(api, db):
    number = api.post("add_ticket_status", name="Waiting", closed="n", reopen="Y", position="7").json[0]["added_ticket_status"]
    assert records(api.get("get_ticket_statuses", id=number), "ticket_statuses") == [
        {"id": number, "name": "Waiting", "closed": "N", "reopen": "Y", "is_default": "N", "position": "7"}]
    assert api.post("update_ticket_status", id=number, position="").status == 200
    assert records(api.get("get_ticket_statuses", name="waiting"), "ticket_statuses")[0]["position"] == ""
    assert api.post("update_ticket_status", id=number, closed="maybe", position="-1").problems == [
        ("closed", "invalid_choice"), ("position", "out_of_range")]


def test_a_priority(api, db):
    number = api.post("add_ticket_priority", name="Now", due_hours="4").json[0]["added_ticket_priority"]
    assert records(api.get("get_ticket_priorities", id=number), "ticket_priorities") == [
        {"id": number, "name": "Now", "position": "", "due_hours": "4", "is_default": "N"}]
    for hours in ("0", "87601"):
        assert api.post("update_ticket_priority", id=number, due_hours=hours).problems == [("due_hours", "out_of_range")]
    assert api.post("update_ticket_priority", id=number, due_hours="1.5").problems == [("due_hours", "invalid_number")]


def test_a_rate_is_an_exact_decimal(api, db):
    number = api.post("add_billing_category", name="x" * 50, rate="90071992547409.9301").json[0]["added_billing_category"]
    assert records(api.get("get_billing_categories", id=number), "billing_categories") == [
        {"id": number, "name": "x" * 50, "rate": "90071992547409.9301"}]
    api.post("update_billing_category", id=number, rate="12.5")
    assert records(api.get("get_billing_categories", id=number), "billing_categories")[0]["rate"] == "12.50"
    assert api.post("add_billing_category", name="x" * 51).problems == [("name", "too_long")]
    assert api.post("update_billing_category", id=number, rate="0.12345").problems == [("rate", "invalid_number")]


def test_pages_of_a_short_list_by_id(api, db):
    def ids(**variables):
        return [record["id"] for record in records(api.get("get_ticket_statuses", **variables), "ticket_statuses")]

    assert ids(id="4,2") == ["2", "4"]
    assert (ids(after_id="2", count="1"), ids(after_id="", count="2")) == (["3"], ["1", "2"])


each_list_with_default = pytest.mark.parametrize("singular, plural", [
    ("ticket_status", "ticket_statuses"), ("ticket_source", "ticket_sources"), ("ticket_priority", "ticket_priorities"),
    ("escalation_level", "escalation_levels")])


@each_list_with_default
def test_in_the_order_of_positions_those_without_one_are_last(api, db, singular, plural):
    chance = random.Random(plural)
    db.query(f"DELETE FROM {plural}")
    for i in range(40):
        db.query(f"INSERT INTO {plural} (name, position) VALUES (%s, %s)", f"n{i}", chance.choice([None, 0, 1, 2, 3, 1_000_000]))
    rows = db.query(f"SELECT id, position FROM {plural}")
    for direction in ("ASC", "DESC"):
        expected = sorted(rows, key=lambda row: (row["position"] is None, row["position"] or 0, row["id"]), reverse=direction == "DESC")
        for variables in ({"order_direction": direction}, {"order_direction": direction, "count": "7"}, {"order": f"position {direction}"}):
            found = records(api.get(f"get_{plural}", **{"order": "position"} | variables), plural)
            assert [record["id"] for record in found] == [str(row["id"]) for row in expected][:int(variables.get("count", "40"))]


@each_list_with_default
def test_clients_that_set_the_default_at_once_leave_one(api, db, singular, plural):
    ids = [str(row["id"]) for row in db.query(f"SELECT id FROM {plural}")]

    def change(seed):
        chance = random.Random(seed)
        return [api.post(f"add_{singular}", name=f"{seed}/{i}", is_default="Y") if chance.random() < 0.2 else
                api.post(f"update_{singular}", id=chance.choice(ids), is_default="Y") for i in range(3)]

    for i in range(12):
        if i % 2:
            # There is none, whose row all of them would have to change.
            db.query(f"UPDATE {plural} SET is_default = 'N'")
        with concurrent.futures.ThreadPoolExecutor(8) as clients:
            answers = [answer for answers in clients.map(change, range(8 * i, 8 * (i + 1))) for answer in answers]
        # Those that wait for each other again and again are told to try later.
        assert {answer.status for answer in answers} <= {200, 503}, answers
        assert any(answer.status == 200 for answer in answers)
        assert db.query(f"SELECT COUNT(*) AS n FROM {plural} WHERE is_default = 'Y'") == [{"n": 1}]


@each_list_with_default
def test_one_default(api, db, singular, plural):
    def defaults():
        return [record["name"] for record in records(api.get(f"get_{plural}"), plural) if record["is_default"] == "Y"]

    assert len(defaults()) == 1
    number = api.post(f"add_{singular}", name="New default", is_default="Y").json[0][f"added_{singular}"]
    assert defaults() == ["New default"]
    first = records(api.get(f"get_{plural}", count="1"), plural)[0]
    api.post(f"update_{singular}", id=first["id"], is_default="y")
    assert defaults() == [first["name"]]
    api.post(f"update_{singular}", id=first["id"], is_default="N")
    assert defaults() == []
    api.post(f"update_{singular}", id=number, new_name="other")
    assert defaults() == []
    api.post(f"update_{singular}", id=number, is_default="Y")
    assert api.post(f"delete_{singular}", id=number).status == 200
    assert defaults() == []


def test_a_sub_category_is_unique_within_its_category(api, db):
    number = api.post("add_sub_category", name="Paper", category="Hardware").json[0]["added_sub_category"]
    assert records(api.get("get_sub_categories", id=number), "sub_categories") == [
        {"id": number, "name": "Paper", "category": "Hardware", "category_id": "1"}]
    answer = api.post("add_sub_category", name="PAPER", category="1")
    assert (answer.status, answer.problems) == (409, [("name", "already_exists")])
    other = api.post("add_sub_category", name="Paper", category="Software").json[0]["added_sub_category"]
    answer = api.post("update_sub_category", id=other, category="Hardware")
    assert (answer.status, answer.problems) == (409, [("name", "already_exists")])
    assert [record["id"] for record in records(api.get("get_sub_categories", name="paper"), "sub_categories")] == [number, other]
    assert [record["id"] for record in records(api.get("get_sub_categories", category="software"), "sub_categories")] == [other]
    for variables, problem in (({"name": "x"}, ("category", "required")), ({"category": "1"}, ("name", "required")),
                               ({"name": "x", "category": "none"}, ("category", "unknown_category"))):
        assert api.post("add_sub_category", **variables).problems == [problem]
    for variables in ({"category": ""}, {"name": " "}, {"name": ""}):
        answer = api.post("update_sub_category", id=number, **variables)
        assert (answer.status, answer.problems) == (400, [(next(iter(variables)), "required")])
    assert records(api.get("get_sub_categories", id=number), "sub_categories")[0]["name"] == "Paper"
    assert api.post("delete_category", id="1").problems == [("id", "in_use")]
    assert api.post("delete_sub_category", id=number).json == [{"deleted_sub_category": number}]
    assert api.post("delete_category", id="1").status == 200


def test_a_category_of_the_knowledge_base_has_a_parent(api, db):
    top = api.post("add_kb_category", name="Top").json[0]["added_kb_category"]
    below = api.post("add_kb_category", name="Below", parent="top").json[0]["added_kb_category"]
    assert records(api.get("get_kb_categories", id=below), "kb_categories") == [
        {"id": below, "name": "Below", "parent": "Top", "parent_id": top}]
    assert api.post("add_kb_category", name="x", parent="nowhere").problems == [("parent", "unknown_category")]
    assert api.post("delete_kb_category", id=top).problems == [("id", "in_use")]
    api.post("update_kb_category", id=below, parent="")
    assert api.post("delete_kb_category", id=top).status == 200
