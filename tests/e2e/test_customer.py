"""Each variable of add_customer and update_customer: its limit, its default, what an empty value means."""

import datetime
import decimal

import pytest

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    client_max_body_size 8m;
    location / { %%DEFAULTS%% helpdesk_api; }
    location /strict/ { %%DEFAULTS%% helpdesk_api; helpdesk_email_check on; }
}
"""

TEXTS = ["contact", "address", "city", "state", "zip", "country", "phone", "email"]
EMOJI = "\U0001F600"


def today():
    return datetime.datetime.combine(datetime.datetime.now(datetime.timezone.utc).date(), datetime.time())


# cid


def test_cid_is_required(api, db):
    assert api.post("add_customer", contact="x").problems == [("cid", "required")]
    assert api.add("  \t ").problems == [("cid", "required")]
    assert api.post("update_customer", contact="x").problems == [("cid", "required")]
    assert db.count("customers") == 0


def test_cid_is_trimmed_and_stored_as_given(api, db):
    assert api.add(" \t Émile Zola\u00a0 ").json == [{"added_customer": "Émile Zola"}]
    assert db.customer("Émile Zola")["cid"] == "Émile Zola"


def test_cid_compares_without_case_but_with_accents(api, db):
    api.add("demo")
    answer = api.add("DEMO")
    assert (answer.status, answer.problems) == (409, [("cid", "already_exists")])
    assert api.add("démo").status == 200
    assert api.add("DÉMO").status == 409
    assert api.update("dEmO", city="Rome").json == [{"updated_customer": "demo"}]
    assert db.customer("demo")["city"] == "Rome"


def test_unknown_cid_on_update(api, db):
    answer = api.update("nobody", city="Rome")
    assert (answer.status, answer.problems) == (404, [("cid", "not_found")])
    assert db.count("customers") == 0


# text


@pytest.mark.parametrize("name", ["cid", "new_company", *TEXTS])
def test_255_characters_of_four_bytes_fit_and_256_do_not(api, db, name):
    variables = {"cid": "x"} | ({"company": "create_new"} if name == "new_company" else {})
    assert api.post("add_customer", **(variables | {name: EMOJI * 256})).problems == [(name, "too_long")]
    assert db.count("customers") == 0
    assert api.post("add_customer", **(variables | {name: EMOJI * 255})).status == 200
    if name == "new_company":
        assert db.query("SELECT name FROM companies WHERE name LIKE %s", EMOJI + "%")[0]["name"] == EMOJI * 255
    else:
        assert db.query("SELECT * FROM customers")[0][name] == EMOJI * 255


@pytest.mark.parametrize("name", [*TEXTS, "notes"])
def test_texts_are_stored_changed_and_cleared(api, db, name):
    value = "Größe <&> 'x' \"y\" \\ % 漢字\r\n\tnext"
    assert api.add("x", **{name: value}).status == 200
    assert db.customer("x")[name] == value
    assert api.update("x", **{name: "other"}).status == 200
    assert db.customer("x")[name] == "other"
    assert api.update("x", **{name: ""}).status == 200
    assert db.customer("x")[name] == ""


def test_every_variable_at_once(api, db):
    """All 28, and an update of one leaves the other 27 alone."""
    assert api.add(
        "all", company="create_new", new_company="Fresh", contact="c", **{"pass": "secret-word"}, portal="2", support="n",
        chat="N", contracts="2,1", sc_start_dates="1/2/2020,2021-03-04", encrypt="y", latitude="1.5", longitude="-2.5",
        selectable_categories="Software,hardware", viewable_tickets="company", viewable_invoices="COMPANY",
        viewable_assets="Company", email="e@x.y", email2="a@x.y,b@x.y", address="ad", city="ci", state="st", zip="zi",
        country="co", phone="ph", phone2="1,2", group="wholesale", notes="no").status == 200
    db.query("UPDATE customers SET last_updated = '2020-01-01'")
    before = db.customer("all")
    assert api.update("all", city="elsewhere").status == 200
    after = db.customer("all")
    assert {name for name in before if before[name] != after[name]} == {"city", "last_updated", "version"}
    assert before["portal_id"] == 2 and before["group_id"] == 2 and before["encrypt"] == "Y" and before["support"] == "N"
    assert (before["viewable_tickets"], before["viewable_invoices"], before["viewable_assets"]) == ("COMPANY",) * 3
    assert db.list("customer_contracts", "contract_id", "all") == [2, 1]
    assert db.list("customer_categories", "category_id", "all") == [2, 1]
    assert db.list("customer_emails", "email", "all") == ["a@x.y", "b@x.y"]
    assert db.list("customer_phones", "phone", "all") == ["1", "2"]


def test_on_add_an_empty_value_is_an_omitted_one(api, db):
    names = [*TEXTS, "company", "new_company", "pass", "portal", "support", "chat", "contracts", "sc_start_dates", "encrypt",
             "latitude", "longitude", "selectable_categories", "viewable_tickets", "viewable_invoices", "viewable_assets", "email2",
             "phone2", "group", "notes"]
    assert len(names) == 27
    assert api.add("empty", **dict.fromkeys(names, "")).status == 200
    assert api.add("omitted").status == 200
    empty, omitted = db.customer("empty"), db.customer("omitted")
    assert {name for name in empty if empty[name] != omitted[name]} <= {"id", "cid", "date_added", "last_updated"}
    assert api.add("x", latitude="", longitude="1").problems == [("latitude", "incomplete_coordinates")]
    assert api.add("x", contracts="", sc_start_dates="1/1/2020").problems == [("sc_start_dates", "required")]


def test_an_update_of_nothing_changes_nothing(api, db):
    api.add("x", city="Rome")
    db.query("UPDATE customers SET last_updated = '2020-01-01'")
    before = db.customer("x")
    assert api.update("x").json == [{"updated_customer": "x"}]
    assert db.customer("x") == before


def test_a_megabyte_of_notes(api, db):
    notes = "é" * 512 * 1024
    for call in (api.post, api.post_json, api.post_multipart):
        assert call("add_customer", cid=call.__name__, notes=notes).status == 200
        assert db.customer(call.__name__)["notes"] == notes


# company, portal, group


def test_company_by_name(api, db):
    assert api.add("x", company="ACME").status == 200
    assert db.customer("x")["company_id"] == 1
    assert api.update("x", company="").status == 200
    assert db.customer("x")["company_id"] is None


def test_unknown_company(api, db):
    answer = api.add("x", company="Cafe")
    assert (answer.status, answer.problems) == (400, [("company", "unknown_company")])
    assert answer.json[0]["error"] == 'company: no company is named "Cafe"'
    assert db.count("customers") == 0


def test_a_company_of_more_than_255_characters(api):
    assert api.add("x", company=EMOJI * 256).problems == [("company", "too_long")]
    assert api.add("x", company=EMOJI * 255).problems == [("company", "unknown_company")]


def test_an_id_is_not_a_company_name(api):
    assert api.add("x", company="1").problems == [("company", "unknown_company")]


def test_create_new_company(api, db):
    assert api.add("x", company="create_new", new_company="New & Co").status == 200
    assert api.add("y", company="create_new", new_company="new & CO").status == 200
    assert db.customer("x")["company_id"] == db.customer("y")["company_id"]
    assert db.query("SELECT name FROM companies WHERE name = 'New & Co'") == [{"name": "New & Co"}]
    assert api.update("x", company="create_new", new_company="Third").status == 200
    assert db.query("SELECT name FROM companies WHERE id = %s", db.customer("x")["company_id"]) == [{"name": "Third"}]


def test_new_company_without_create_new_is_ignored(api, db):
    assert api.add("x", company="Acme", new_company="Z" * 300).status == 200
    assert api.add("y", new_company="Other").status == 200
    assert (db.customer("x")["company_id"], db.customer("y")["company_id"], db.count("companies")) == (1, None, 2)


def test_create_new_needs_a_name(api, db):
    for variables in ({}, {"new_company": ""}, {"new_company": "  "}):
        assert api.add("x", company="create_new", **variables).problems == [("new_company", "required")]
    assert db.count("customers") == 0


@pytest.mark.parametrize("given, portal", [
    (None, 1), ("", 1), ("2", 2), ("partners", 2), ("7", 7), ("3", 3), ("99", 1), ("nonsense", 1),
    ("99999999999999999999999", 1), ("-2", 1)])
def test_portal_by_id_then_name_then_the_first(api, db, given, portal):
    assert api.add("x", portal=given).status == 200
    assert db.customer("x")["portal_id"] == portal


def test_digits_that_are_no_id_are_a_name(api, db):
    db.query("DELETE FROM portals WHERE id = 7")
    assert api.add("x", portal="7").status == 200
    assert db.customer("x")["portal_id"] == 3


def test_portal_on_update(api, db):
    api.add("x", portal="2")
    api.update("x", city="Rome")
    assert db.customer("x")["portal_id"] == 2
    api.update("x", portal="")
    assert db.customer("x")["portal_id"] == 1


def test_no_portal_at_all(api, db):
    db.query("DELETE FROM portals")
    assert api.add("x", portal="Main").status == 200
    assert db.customer("x")["portal_id"] is None


@pytest.mark.parametrize("given, group", [(None, None), ("", None), ("2", 2), ("RETAIL", 1), ("1", 1)])
def test_group_by_id_then_name(api, db, given, group):
    assert api.add("x", group=given).status == 200
    assert db.customer("x")["group_id"] == group


def test_group_cleared_and_unknown(api, db):
    api.add("x", group="1")
    assert api.update("x", group="nobody's").problems == [("group", "unknown_group")]
    assert db.customer("x")["group_id"] == 1
    assert api.update("x", group="").status == 200
    assert db.customer("x")["group_id"] is None


# choices


@pytest.mark.parametrize("name, default, other", [
    ("support", "Y", "N"), ("chat", "Y", "N"), ("encrypt", "N", "Y"), ("viewable_tickets", "PERSONAL", "COMPANY"),
    ("viewable_invoices", "PERSONAL", "COMPANY"), ("viewable_assets", "PERSONAL", "COMPANY")])
def test_choices(api, db, name, default, other):
    api.add("omitted")
    api.add("odd", **{name: "whatever"})
    api.add("other", **{name: other.lower()})
    assert [db.customer(cid)[name] for cid in ("omitted", "odd", "other")] == [default, default, other]
    api.update("other", city="Rome")
    assert db.customer("other")[name] == other
    api.update("other", **{name: ""})
    assert db.customer("other")[name] == default


# contracts and their dates


def test_contracts_start_today(api, db):
    api.add("x", contracts="3, 1")
    assert db.list("customer_contracts", "contract_id", "x") == [3, 1]
    assert db.list("customer_contracts", "start_date", "x") == [today(), today()]


def test_dates_go_with_their_contracts(api, db):
    assert api.add("x", contracts="3,1", sc_start_dates="12/31/2024 1:02:03 PM, 2024-02-29T08:00:00").status == 200
    assert db.list("customer_contracts", "start_date", "x") == [
        datetime.datetime(2024, 12, 31, 13, 2, 3), datetime.datetime(2024, 2, 29, 8)]


def test_contracts_that_stay_keep_their_date(api, db):
    api.add("x", contracts="1,2", sc_start_dates="1/1/2020,1/1/2021")
    assert api.update("x", contracts="3,2").status == 200
    assert db.list("customer_contracts", "contract_id", "x") == [3, 2]
    assert db.list("customer_contracts", "start_date", "x") == [today(), datetime.datetime(2021, 1, 1)]
    assert api.update("x", contracts="2", sc_start_dates="5/5/2022").status == 200
    assert db.list("customer_contracts", "start_date", "x") == [datetime.datetime(2022, 5, 5)]
    assert api.update("x", city="Rome").status == 200
    assert db.list("customer_contracts", "contract_id", "x") == [2]
    assert api.update("x", contracts="").status == 200
    assert db.list("customer_contracts", "contract_id", "x") == []


@pytest.mark.parametrize("variables, problem", [
    ({"contracts": "1,99"}, ("contracts", "unknown_contract")),
    ({"contracts": "1,1"}, ("contracts", "duplicate_value")),
    ({"contracts": "Gold"}, ("contracts", "invalid_number")),
    ({"contracts": "-1"}, ("contracts", "invalid_number")),
    ({"contracts": "1,2", "sc_start_dates": "1/1/2020"}, ("sc_start_dates", "count_mismatch")),
    ({"contracts": "1", "sc_start_dates": "1/1/2020,1/2/2020"}, ("sc_start_dates", "count_mismatch")),
    ({"contracts": "1", "sc_start_dates": "2/30/2020"}, ("sc_start_dates", "invalid_date")),
    ({"contracts": "1", "sc_start_dates": "yesterday"}, ("sc_start_dates", "invalid_date")),
    ({"sc_start_dates": "1/1/2020"}, ("sc_start_dates", "required")),
])
def test_bad_contracts_change_nothing(api, db, variables, problem):
    assert api.add("new", **variables).problems == [problem]
    api.add("old", contracts="2", sc_start_dates="1/1/2019")
    assert api.update("old", city="Rome", **variables).problems == [problem]
    assert (db.count("customers"), db.customer("old")["city"]) == (1, "")
    assert db.list("customer_contracts", "contract_id", "old") == [2]


# coordinates


def test_coordinates_keep_nine_decimals(api, db):
    assert api.add("x", latitude="71.234566789", longitude="-179.999999999").status == 200
    row = db.customer("x")
    assert (row["latitude"], row["longitude"]) == (decimal.Decimal("71.234566789"), decimal.Decimal("-179.999999999"))
    assert api.add("y", latitude="-90", longitude="180.0").status == 200


@pytest.mark.parametrize("name, value, code", [
    ("latitude", "north", "invalid_number"), ("latitude", "1e1", "invalid_number"),
    ("latitude", "1.0000000001", "invalid_number"), ("latitude", "90.000000001", "out_of_range"),
    ("longitude", "-180.5", "out_of_range"), ("longitude", "9" * 30, "invalid_number")])
def test_bad_coordinates(api, db, name, value, code):
    assert api.add("x", **({"latitude": "1", "longitude": "1"} | {name: value})).problems == [(name, code)]
    assert db.count("customers") == 0


def test_one_coordinate_alone(api, db):
    assert api.add("x", latitude="1").problems == [("longitude", "incomplete_coordinates")]
    assert api.add("x", longitude="1").problems == [("latitude", "incomplete_coordinates")]
    api.add("x")
    assert api.update("x", latitude="1").problems == [("longitude", "incomplete_coordinates")]
    assert api.update("x", latitude="1", longitude="").problems == [("longitude", "incomplete_coordinates")]
    assert api.update("x", latitude="1", longitude="2").status == 200
    assert api.update("x", latitude="3").status == 200
    row = db.customer("x")
    assert (row["latitude"], row["longitude"]) == (3, 2)
    assert api.update("x", longitude="").problems == [("longitude", "incomplete_coordinates")]
    assert api.update("x", latitude="", longitude="").status == 200
    row = db.customer("x")
    assert (row["latitude"], row["longitude"]) == (None, None)
    assert api.update("x", latitude="").status == 200


def test_one_coordinate_alone_is_a_problem_beside_others(api, db):
    api.add("x")
    assert api.update("x", latitude="1", company="Nowhere").problems == [("longitude", "incomplete_coordinates"), ("company", "unknown_company")]
    assert api.update("y", latitude="1", company="Nowhere").problems == [("cid", "not_found"), ("company", "unknown_company")]


# other lists


def test_categories_by_name(api, db):
    assert api.add("x", selectable_categories="software, ÉTÉ,Software").status == 200
    assert db.list("customer_categories", "category_id", "x") == [2, 3]
    assert api.update("x", selectable_categories="Hardware,Ete,Nothing").problems == [
        ("selectable_categories", "unknown_category")] * 2
    assert db.list("customer_categories", "category_id", "x") == [2, 3]
    # Two spellings that only the database knows to be one name: the second is in full-width letters.
    assert api.update("x", selectable_categories="Hardware,\uff28\uff41\uff52\uff44\uff57\uff41\uff52\uff45").status == 200
    assert len(db.list("customer_categories", "category_id", "x")) == 1
    assert api.update("x", selectable_categories="").status == 200
    assert db.list("customer_categories", "category_id", "x") == []


@pytest.mark.parametrize("name, table, column", [
    ("email2", "customer_emails", "email"), ("phone2", "customer_phones", "phone")])
def test_further_addresses_and_numbers(api, db, name, table, column):
    assert api.add("x", **{name: " one , two,ONE,, three "}).status == 200
    assert db.list(table, column, "x") == ["one", "two", "three"]
    assert api.update("x", city="Rome").status == 200
    assert db.list(table, column, "x") == ["one", "two", "three"]
    assert api.update("x", **{name: "four"}).status == 200
    assert db.list(table, column, "x") == ["four"]
    assert api.update("x", **{name: ",".join(str(n) for n in range(77))}).status == 200
    assert db.list(table, column, "x") == [str(n) for n in range(77)]
    assert api.update("x", **{name: "ok," + EMOJI * 256}).problems == [(name, "too_long")]
    assert api.update("x", **{name: ",".join(str(n) for n in range(1001))}).problems == [(name, "too_many_values")]
    assert api.update("x", **{name: ""}).status == 200
    assert db.list(table, column, "x") == []


def test_addresses_are_checked_only_where_asked(api, db):
    bad = dict(email="nobody", email2="a@b.example,nowhere")
    assert api.add("x", **bad).status == 200
    assert db.customer("x")["email"] == "nobody"
    answer = api.request("POST", "/strict/", data=api.variables({"action": "add_customer", "cid": "y", **bad}))
    assert answer.problems == [("email", "invalid_email"), ("email2", "invalid_email")]


# all at once


def test_all_problems_are_reported_at_once(api, db):
    """Those that the request alone shows, and those that only the database knows."""
    assert api.add("", city="x" * 256, latitude="x", contracts="1,1").problems == [
        ("cid", "required"), ("contracts", "duplicate_value"), ("latitude", "invalid_number"),
        ("longitude", "incomplete_coordinates"), ("city", "too_long")]
    api.add("x")
    answer = api.add("x", company="None", group="None", contracts="8,9", selectable_categories="None")
    assert answer.status == 400
    assert sorted(answer.problems) == [
        ("cid", "already_exists"), ("company", "unknown_company"), ("contracts", "unknown_contract"),
        ("contracts", "unknown_contract"), ("group", "unknown_group"), ("selectable_categories", "unknown_category")]
    answer = api.update("nobody", company="None")
    assert answer.problems == [("cid", "not_found"), ("company", "unknown_company")]
