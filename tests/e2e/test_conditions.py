"""ETag and If-Match: a change that depends on that nobody changed the customer since it was read."""

import pytest

from test_transactions import at_once

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
    location /legacy/ { %%DEFAULTS%% helpdesk_api; helpdesk_error_status legacy; }
}
"""


def tag_of(api, cid):
    return api.get("get_customers", cid=cid).headers["ETag"]


def update(api, tag, cid="x", **variables):
    return api.post("update_customer", cid=cid, headers={"If-Match": tag}, **variables)


@pytest.fixture
def tag(api, db):
    api.add("x", city="Rome")
    return tag_of(api, "x")


def test_an_update_of_nothing_keeps_the_tag(api, db, tag):
    answer = update(api, tag)
    assert (answer.status, answer.headers["ETag"]) == (200, tag)
    assert tag_of(api, "x") == tag
    assert update(api, tag, city="Oslo").headers["ETag"] == tag_of(api, "x") != tag


def test_every_change_makes_another_tag(api, db, tag):
    tags = {tag}
    for change in ({"city": "Oslo"}, {"city": "Oslo"}, {"contracts": "1"}, {"email2": ""}, {"latitude": "1", "longitude": "2"}):
        api.update("x", **change)
        tags.add(tag_of(api, "x"))
    api.post("upsert_customer", cid="x", city="Bonn")
    tags.add(tag_of(api, "x"))
    api.post("delete_customer", cid="x")
    api.add("x")
    tags.add(tag_of(api, "x"))
    assert len(tags) == 8


def test_one_customer_has_a_tag_however_it_is_read(api, db, tag):
    number = db.customer("x")["id"]
    for call in ({"id": number}, {"cid": "X"}, {"cid": "x", "format": "xml"}, {"cid": "x", "format": "url"}):
        assert api.get("get_customers", **call).headers["ETag"] == tag
    for call in ({"cid": "x,y"}, {"cid": "*"}, {"start_cid": "x"}, {"cid": "x", "count_only": "Y"}, {"cid": "nobody"}):
        assert "ETag" not in api.get("get_customers", **call).headers
    assert "ETag" not in api.get("get_portals", id="1").headers


def test_tags_of_reads_that_share_a_statement(api, db):
    for i in range(40):
        api.add(f"c{i}")
        for _ in range(i % 3):
            api.update(f"c{i}", city="Rome")
    ids = {f"c{i}": db.customer(f"c{i}")["id"] for i in range(40)}
    tags = at_once(40, lambda i: tag_of(api, f"c{i}"))
    assert tags == [f'"{ids[f"c{i}"]}-{1 + i % 3}"' for i in range(40)]


def test_an_update_of_what_was_read(api, db, tag):
    answer = update(api, tag, city="Oslo")
    assert (answer.status, answer.json) == (200, [{"updated_customer": "x"}])
    # The next one can follow at once.
    assert answer.headers["ETag"] == tag_of(api, "x") != tag
    assert update(api, answer.headers["ETag"], city="Bonn", contracts="1").status == 200
    assert db.customer("x")["city"] == "Bonn"


def test_a_lost_race(api, db, tag):
    api.update("x", city="Oslo")
    answer = update(api, tag, city="Bonn", contracts="1")
    assert (answer.status, answer.problems) == (412, [("If-Match", "precondition_failed")])
    assert db.customer("x")["city"] == "Oslo" and db.count("customer_contracts") == 0
    assert "ETag" not in answer.headers
    legacy = api.request("POST", "/legacy/", data=api.variables({"action": "update_customer", "cid": "x"}), headers={"If-Match": tag})
    assert (legacy.status, legacy.problems) == (200, [("If-Match", "precondition_failed")])


def test_of_many_with_one_tag_one_wins(api, db, tag):
    for _ in range(10):
        before = tag_of(api, "x")
        answers = at_once(8, lambda i: update(api, before, contact=str(i)))
        assert sorted(answer.status for answer in answers) == [200] + [412] * 7
        winner = [i for i, answer in enumerate(answers) if answer.status == 200][0]
        assert db.customer("x")["contact"] == str(winner)


@pytest.mark.parametrize("form", ["*", '"0-0", {}', "W/{}", "{},\"a\"", '"a, b" , {}'])
def test_forms_of_the_header(api, tag, form):
    assert update(api, form.format(tag), city="Oslo").status == 200


@pytest.mark.parametrize("form", ["17-3", "'x'", '"x', "*, *", ","])
def test_what_is_no_such_header(api, db, tag, form):
    assert update(api, form, city="Oslo").problems == [("If-Match", "bad_request")]
    assert db.customer("x")["city"] == "Rome"


def test_deleting_what_was_read(api, db, tag):
    api.update("x", city="Oslo")
    delete = lambda tag: api.post("delete_customer", cid="x", headers={"If-Match": tag})
    assert delete(tag).status == 412 and db.count("customers") == 1
    answer = delete(tag_of(api, "x"))
    assert answer.status == 200 and "ETag" not in answer.headers
    assert delete("*").problems == [("cid", "not_found")]


def test_an_upsert_of_what_was_read_adds_nothing(api, db, tag):
    upsert = lambda cid, tag: api.post("upsert_customer", cid=cid, city="Oslo", headers={"If-Match": tag})
    assert upsert("x", tag).status == 200
    assert upsert("x", tag).status == 412
    assert upsert("new", "*").problems == [("cid", "not_found")]
    assert db.count("customers") == 1


def test_reading_what_was_read(api, tag):
    get = lambda cid, tag: api.get("get_customers", cid=cid, headers={"If-Match": tag})
    assert get("x", tag).records[0]["city"] == "Rome"
    api.update("x", city="Oslo")
    assert (get("x", tag).status, get("x", tag).problems) == (412, [("If-Match", "precondition_failed")])
    assert get("nobody", "*").status == 412


@pytest.mark.parametrize("action, variables", [
    ("add_customer", {"cid": "y"}), ("get_customers", {"cid": "*"}), ("update_company", {"id": "1", "city": "Rome"}),
    ("get_portals", {"id": "1"})])
def test_where_there_is_no_tag_the_header_is_refused(api, db, action, variables):
    before = [db.count("customers"), db.query("SELECT * FROM companies")]
    answer = api.post(action, headers={"If-Match": "*"}, **variables)
    assert (answer.status, answer.problems) == (400, [("If-Match", "bad_request")])
    assert [db.count("customers"), db.query("SELECT * FROM companies")] == before
