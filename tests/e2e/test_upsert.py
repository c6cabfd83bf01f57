"""upsert_customer: adds a customer or changes it, whichever it takes."""

import pytest

from test_transactions import at_once

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
}
"""


def upsert(api, cid, **variables):
    return api.post("upsert_customer", cid=cid, **variables)


def test_adds_with_the_defaults_of_an_add(api, db):
    assert upsert(api, "x", city="Rome", contracts="2,1", company="create_new", new_company="New").json == [{"added_customer": "x"}]
    row = db.customer("x")
    assert (row["city"], row["support"], row["encrypt"], row["viewable_tickets"], row["portal_id"]) == ("Rome", "Y", "N", "PERSONAL", 1)
    assert db.list("customer_contracts", "contract_id", "x") == [2, 1]
    assert db.query("SELECT name FROM companies WHERE id = %s", row["company_id"])[0]["name"] == "New"


def test_changes_only_what_is_supplied(api, db):
    api.add("x", city="Rome", contact="Ada", support="N", portal="2", email2="a@b.c", contracts="1", sc_start_dates="1/2/2003")
    assert upsert(api, "X", city="Oslo", contact="", contracts="1,2").json == [{"updated_customer": "x"}]
    row = db.customer("x")
    assert (row["city"], row["contact"], row["support"], row["portal_id"]) == ("Oslo", "", "N", 2)
    assert db.list("customer_emails", "email", "x") == ["a@b.c"]
    assert str(db.list("customer_contracts", "start_date", "x")[0]) == "2003-01-02 00:00:00"
    assert db.count("customers") == 1


def test_a_cid_alone(api, db):
    assert upsert(api, "x").json == [{"added_customer": "x"}]
    assert upsert(api, "X").json == [{"updated_customer": "x"}]


@pytest.mark.parametrize("format_, added, updated", [
    ("xml", "<added_customer>x</added_customer>", "<updated_customer>x</updated_customer>"),
    ("url", "added_customer=x", "updated_customer=x")])
def test_says_which_it_was(api, format_, added, updated):
    assert added in upsert(api, "x", format=format_).text
    assert updated in upsert(api, "x", format=format_).text


def test_passwords(api, db):
    upsert(api, "x", **{"pass": "the first one"})
    assert api.post("verify_customer", cid="x", **{"pass": "the first one"}).json[0]["verified_customer"] == "Y"
    upsert(api, "x", **{"pass": "the second one"})
    assert api.post("verify_customer", cid="x", **{"pass": "the second one"}).json[0]["verified_customer"] == "Y"
    before = db.customer("x")["password_hash"]
    upsert(api, "x", city="Rome", **{"pass": ""})
    assert db.customer("x")["password_hash"] == before


def test_bad_input_changes_nothing(api, db):
    answer = upsert(api, "x", city="Rome", company="nowhere", contracts="99")
    assert (answer.status, answer.problems) == (400, [("company", "unknown_company"), ("contracts", "unknown_contract")])
    assert db.count("customers") == 0
    api.add("x", city="Oslo")
    assert upsert(api, "x", city="Rome", company="nowhere").problems == [("company", "unknown_company")]
    # Not a matter of what is stored, unlike with an update.
    assert upsert(api, "x", latitude="1").problems == [("longitude", "incomplete_coordinates")]
    assert db.customer("x")["city"] == "Oslo"


def test_many_of_one_new_customer_at_once(api, db):
    for round_ in range(20):
        answers = at_once(6, lambda i: upsert(api, f"x-{round_}", **({"contact": str(i)} if i % 2 else {"city": str(i), "contracts": "1"})))
        assert [answer.status for answer in answers] == [200] * 6
        assert sorted(next(iter(answer.json[0])) for answer in answers) == ["added_customer"] + ["updated_customer"] * 5
    assert db.count("customers") == 20


def test_there_is_none_for_records_known_by_id(api):
    assert api.post("upsert_company", name="x", address="y").problems == [("action", "unknown_action")]
