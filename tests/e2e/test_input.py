"""Values as programs write them are taken; others are refused with what is wrong, and nothing is changed."""

import datetime

import pytest

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    %%DEFAULTS%%
    location / { helpdesk_api; }
    location /strict/ { helpdesk_api; helpdesk_unknown_variables reject; }
}
"""

BLANK = ["\u200b", "\ufeff", "\u00ad", "\u00a0", "\u3164", " \u200b\u2060 \u3000", "\u2800", "\U000e0020"]


def call(api, path, action, **variables):
    return api.request("POST", path, data=api.variables({"action": action, **variables}))


@pytest.mark.parametrize("blank", BLANK, ids=ascii)
def test_a_name_has_a_visible_character(api, db, blank):
    assert api.add("x").status == 200
    for action, variables, name in (
            ("add_customer", {"cid": blank}, "cid"), ("upsert_customer", {"cid": blank}, "cid"), ("delete_customer", {"cid": blank}, "cid"),
            ("verify_customer", {"cid": blank, "pass": "a-password"}, "cid"), ("add_portal", {"name": blank}, "name"),
            ("update_portal", {"id": "1", "new_name": blank}, "new_name"), ("add_category", {"name": blank}, "name"),
            ("add_company", {"name": "New", "address": blank}, "address"), ("add_company", {"name": blank, "address": "x"}, "name"),
            ("update_customer", {"cid": "x", "company": "create_new", "new_company": blank}, "new_company")):
        answer = api.post(action, **variables)
        assert (answer.status, answer.problems) == (400, [(name, "required")]), (action, answer)
    assert (db.count("customers"), db.count("companies"), db.count("categories"), db.count("portals")) == (1, 2, 3, 4)
    assert api.add(f"{blank}é{blank}").status == 200


@pytest.mark.parametrize("action, variables", [
    ("add_customer", {"cid": "new"}), ("update_customer", {"cid": "x", "city": "Rome"}), ("upsert_customer", {"cid": "x", "city": "Rome"}),
    ("delete_customer", {"cid": "x"}), ("erase_customer", {"cid": "x"}), ("add_ticket", {"cid": "x"}), ("add_company", {"name": "New", "address": "a"}),
    ("delete_company", {"name": "Acme"})], ids=lambda value: value if isinstance(value, str) else "")
@pytest.mark.parametrize("dry_run", ["Y", ""])
def test_a_dry_run_that_there_is_not(api, db, action, variables, dry_run):
    """Who sends it wants nothing to be changed, so it is not ignored as other unknown variables are."""
    assert api.add("x", company="Acme").status == 200
    before = [db.count(table) for table in ("customers", "companies", "tickets")]
    answer = api.post(action, **variables, dry_run=dry_run)
    assert (answer.status, answer.problems) == (400, [("dry_run", "unknown_variable")])
    assert [db.count(table) for table in ("customers", "companies", "tickets")] == before and db.customer("x")["city"] == ""
    assert api.get("get_customers", cid="x", dry_run=dry_run).headers["X-Helpdesk-Ignored"] == "dry_run"


def test_a_choice_that_is_none(api, db):
    assert call(api, "/", "add_customer", cid="x", support="0").status == 200
    assert db.customer("x")["support"] == "Y"
    for action, cid in (("add_customer", "y"), ("update_customer", "x"), ("upsert_customer", "x"), ("upsert_customer", "y")):
        answer = call(api, "/strict/", action, cid=cid, support="0", chat="false", viewable_assets="all", city="Rome")
        assert (answer.status, answer.problems) == (400, [(name, "invalid_choice") for name in ("support", "chat", "viewable_assets")])
        assert [problem["error"] for problem in answer.json] == ["support: must be Y or N", "chat: must be Y or N",
                                                                 "viewable_assets: must be PERSONAL or COMPANY"]
    assert db.count("customers") == 1 and db.customer("x")["city"] == ""
    assert call(api, "/strict/", "add_support_contract", name="New", active="1").problems == [("active", "invalid_choice")]
    assert call(api, "/strict/", "add_customer", cid="y", support="n", chat="", viewable_assets="company").status == 200
    row = db.customer("y")
    assert (row["support"], row["chat"], row["viewable_assets"]) == ("N", "Y", "COMPANY")


def test_an_empty_choice_gives_back_nothing_where_it_is_refused(api, db):
    assert api.add("x", support="N").status == 200
    for action, cid in (("update_customer", "x"), ("upsert_customer", "x"), ("upsert_customer", "y")):
        answer = call(api, "/strict/", action, cid=cid, support="", encrypt="", city="Rome")
        assert (answer.status, answer.problems) == (400, [("support", "invalid_choice"), ("encrypt", "invalid_choice")])
    assert db.count("customers") == 1 and (db.customer("x")["support"], db.customer("x")["city"]) == ("N", "")
    assert call(api, "/", "update_customer", cid="x", support="").status == 200
    assert db.customer("x")["support"] == "Y"


@pytest.mark.parametrize("text, hour, minute", [
    ("11/26/2026 0:00", 0, 0), ("11/26/2026 1:30 PM", 13, 30), ("2026-11-26T08:30:00Z", 8, 30), ("2026-11-26T08:30:00.000Z", 8, 30),
    ("2026-11-26T08:30:00+00:00", 8, 30), ("2026-11-26 08:30", 8, 30), ("2026-11-26T10:30:00+02:00", 8, 30)])
def test_dates_as_programs_write_them(api, db, text, hour, minute):
    assert api.add("x", contracts="1", sc_start_dates=text).status == 200
    moment = datetime.datetime(2026, 11, 26, hour, minute)
    assert db.list("customer_contracts", "start_date", "x") == [moment]
    db.query("UPDATE customers SET date_added = %s", moment)
    assert api.get("get_customers", start_date=text, end_date=text).records[0]["cid"] == "x"


def test_a_date_without_seconds_ends_with_its_minute(api, db):
    assert api.add("x").status == 200
    db.query("UPDATE customers SET date_added = '2026-11-26 08:30:59'")
    assert api.get("get_customers", end_date="2026-11-26 08:30").records[0]["cid"] == "x"
    assert api.get("get_customers", end_date="2026-11-26 08:30:58").records == []


@pytest.mark.parametrize("text, why", [("2026-11-26T08:30:00.5Z", ", without a fraction of a second"),
                                       ("2026-11-26T08:30:00 01:00", "; a + before an offset has to be sent as %2B in a URL or a form"),
                                       ("26.11.2026", "2024-12-31T08:30:00Z")])
def test_a_bad_date_is_explained(api, text, why):
    for answer in (api.get("get_customers", updated_since=text), api.add("x", contracts="1", sc_start_dates=text)):
        assert answer.status == 400 and answer.json[0]["code"] == "invalid_date" and answer.json[0]["error"].endswith(why), answer


@pytest.mark.parametrize("number", ["0", "-1", "+1", " 1", "1 ", "1.0", "1e3", "1,000", "x", "99999999999999999999"])
def test_a_number_is_digits(api, number):
    for action, variables, name in (("get_customers", {"cid": "*", "count": number}, "count"), ("get_customers", {"cid": "*", "count": "1", "page": number}, "page"),
                                    ("get_customers", {"id": number}, "id"), ("get_customers", {"updated_since": "1/1/2024", "after_id": number}, "after_id"),
                                    ("update_portal", {"id": number}, "id")):
        answer = api.post(action, **variables)
        assert (answer.status, answer.problems) == (400, [(name, "invalid_number")]), (action, answer)
        assert answer.json[0]["error"].startswith(f"{name}: must be a whole number from 1 to ")
    # In a list of IDs, blanks stand around the commas.
    if number not in (" 1", "1 ", "1,000"):
        assert api.post("get_portals", id=number).problems == [("id", "invalid_number")]
    for name, most in (("count", "1000000"), ("page", "1000000000")):
        answer = api.post("get_customers", **{"cid": "*", "count": "1", name: most + "0"})
        assert answer.problems == [(name, "out_of_range")] and answer.json[0]["error"] == f"{name}: must be a whole number from 1 to {most}"


def test_count_only_is_yes_or_no(api):
    for value in ("1", "true", "0"):
        assert api.get("get_customers", cid="*", count_only=value).problems == [("count_only", "invalid_choice")]
    assert api.get("get_customers", cid="*", count_only="n").records == []
