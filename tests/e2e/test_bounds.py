"""Limits from both sides: the last value that passes and the first that does not, the sizes at which work is divided and their neighbours."""

import pytest

from conftest import numbers
from test_config import config, database
from test_export import records
from test_import import Report, lines, post, run

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    client_max_body_size 16m;
    location / { %%DEFAULTS%% helpdesk_api; }
    location /three/ { %%DEFAULTS%% helpdesk_api; helpdesk_max_records 3; }
}
"""

SIDES = {
    "helpdesk_bcrypt_cost {};": (["4", "31"], ["3", "32", "-4"]),
    "helpdesk_max_records {};": (["1", "1000000"], ["0", "1000001", "-1"]),
    "helpdesk_auth_cache {};": (["1s", "1h", "3600s"], ["0s", "3601s", "999ms"]),
    "helpdesk_geocoder /geo timeout={};": (["1ms", "60s", "60000ms"], ["0ms", "60001ms", "61s"]),
}


@pytest.mark.parametrize("directive", SIDES)
def test_numbers_in_the_configuration(nginx, directive):
    good, bad = SIDES[directive]
    for value in good:
        assert nginx.test(config(directive.format(value)))[0], value
    for value in bad:
        assert not nginx.test(config(directive.format(value)))[0], value


@pytest.mark.parametrize("name", ["connect_timeout", "read_timeout"])
def test_times_of_the_database(nginx, name):
    for value, passes in (("1s", True), ("1h", True), ("3600s", True), ("0s", False), ("3601s", False), ("1500ms", False)):
        # Its read timeout is at least a statement's.
        assert nginx.test(config(db=database(**{name: value})))[0] == passes, value


def test_a_statement_ends_with_the_read_timeout_at_the_latest(nginx):
    for value, passes in (("1ms", True), ("2s", True), ("2000ms", True), ("2001ms", False), ("0", False)):
        assert nginx.test(config(db=database(read_timeout="2s", statement_timeout=value)))[0] == passes, value


def fill(db, count):
    if count:
        db.query("INSERT INTO customers (cid, notes, portal_id) SELECT CONCAT('c', LPAD(seq, 5, '0')), '', 1 FROM " + numbers(count) + " AS numbers ORDER BY seq")


def cids(count):
    return [f"c{i:05}" for i in range(1, count + 1)]


@pytest.mark.parametrize("stored", [0, 1, 63, 64, 65, 127, 128, 129])
def test_lists_about_the_number_that_is_read_at_once(api, db, stored):
    fill(db, stored)
    for count in {1, 63, 64, 65, 127, 128, 129, stored, stored + 1} - {0}:
        for more in ({}, {"order": "cid"}):
            answer = api.get("get_customers", cid="*", count=str(count), **more)
            assert [record["cid"] for record in answer.records] == cids(stored)[:count], (count, more)
            assert answer.more == ("Y" if stored > count else None), (count, more)
    assert [record["cid"] for record in api.get("get_customers", cid="*").records] == cids(stored)


@pytest.mark.parametrize("count", [1, 63, 64, 65, 1000])
def test_lists_of_names(api, db, count):
    fill(db, 1000)
    answer = api.post("get_customers", cid=",".join(cids(count)))
    assert ([record["cid"] for record in answer.records], answer.more) == (cids(count), None)


def test_a_thousand_names_at_most(api, db):
    assert api.post("get_customers", cid=",".join(cids(1000))).status == 200
    assert api.post("get_customers", cid=",".join(cids(1001))).problems == [("cid", "too_many_values")]


def test_records_of_a_list_without_a_count(api, db):
    fill(db, 4)
    answers = [api.get("get_customers", cid="*", path="/three/", **count) for count in ({}, {"count": "2"}, {"count": "3"}, {"count": "4"})]
    assert [len(answer.records) for answer in answers] == [3, 2, 3, 4]
    assert [answer.more for answer in answers] == ["Y", "Y", "Y", None]
    db.query("DELETE FROM customers WHERE cid = 'c00004'")
    assert api.get("get_customers", cid="*", path="/three/").more is None


@pytest.mark.parametrize("stored", [0, 1, 499, 500, 501, 999, 1000, 1001])
def test_exports_about_whole_pages(api, db, stored):
    fill(db, stored)
    answer = api.get("export_customers", cid="*", format="csv")
    assert (answer.status, [record["cid"] for record in records(answer.text)]) == (200, cids(stored))


@pytest.mark.parametrize("rows", [1, 999, 1000, 1001, 2000])
def test_imports_about_whole_slices(api, db, rows):
    assert run(api, lines("cid", *cids(rows))).counts == (rows, rows, 0, 0, 0)
    assert db.count("customers") == rows


@pytest.mark.parametrize("rows", [15, 16, 17, 33])
def test_imports_about_the_number_of_passwords_that_are_hashed_at_once(api, db, rows):
    assert run(api, lines("cid,pass", *(f"{cid},password-{cid}" for cid in cids(rows)))).counts == (rows, rows, 0, 0, 0)
    for cid in (cids(rows)[0], cids(rows)[-1]):
        assert api.post("verify_customer", cid=cid, **{"pass": f"password-{cid}"}).json[0]["verified_customer"] == "Y"


def test_passwords_in_more_than_one_slice(api, db):
    """The first row has none, since an import takes 1,000 of them at most."""
    first, *others = cids(1001)
    assert run(api, lines("cid,pass", f"{first},", *(f"{cid},password-{cid}" for cid in others))).counts == (1001, 1001, 0, 0, 0)
    assert db.query("SELECT COUNT(*) AS n FROM customers WHERE password_hash LIKE '$2b$04$%%'") == [{"n": 1000}]
    assert api.post("verify_customer", cid=others[-1], **{"pass": f"password-{others[-1]}"}).json[0]["verified_customer"] == "Y"


def test_an_imports_list_of_problems(api, db):
    for failed, more in ((999, "N"), (1000, "N"), (1001, "Y")):
        report = run(api, lines("cid,company", *(f"{cid},nowhere" for cid in cids(failed))))
        assert (len(report.problems), report.totals["more_problems"], report.counts[-1]) == (min(failed, 1000), more, failed)


def test_a_row_that_is_quoted_in_an_imports_answer(api, db):
    names = ["x" * 255, "x" * 256, "é" * 127 + "x", "é" * 128, "x" + "é" * 128]
    problems = Report(post(api, lines("cid,company", *(f"{name},nowhere" for name in names)))).problems
    assert [name for _, name, _, code in problems] == ["x" * 255, "x" * 255, "é" * 127 + "x", "é" * 127, "x" + "é" * 127]


@pytest.mark.parametrize("name, table, column", [("email2", "customer_emails", "email"), ("phone2", "customer_phones", "phone")])
@pytest.mark.parametrize("count", [1, 31, 32, 33, 63, 64, 65, 1000])
def test_lists_of_values(api, db, name, table, column, count):
    items = [str(number) for number in range(count)]
    assert api.add("x", **{name: ",".join(items)}).status == 200
    assert db.list(table, column, "x") == items
    assert api.get("get_customers", cid="x").records[0][name] == ",".join(items)


def test_more_than_a_thousand_values(api, db):
    assert api.add("x", email2=",".join(str(number) for number in range(1001))).problems == [("email2", "too_many_values")]


def test_an_answer_names_twenty_variables_that_it_passed_over(api, db):
    for count in (19, 20, 21):
        answer = api.add(f"x{count}", **{f"v{i:02}": "1" for i in range(count)})
        assert answer.headers["X-Helpdesk-Ignored"].split(",") == [f"v{i:02}" for i in range(min(count, 20))]


def test_a_variables_name_is_told_up_to_64_bytes(api, db):
    for length in (63, 64, 65):
        assert api.add(f"x{length}", **{"v" * length: "1"}).headers["X-Helpdesk-Ignored"] == "v" * min(length, 64)


def test_a_thousand_variables_at_most(api, db):
    for count, status in ((1000, 200), (1001, 400)):
        variables = {f"v{i}": "1" for i in range(count - 4)}
        for post_call in (api.post, api.post_json):
            assert post_call("add_customer", cid=f"{post_call.__name__}-{count}", **variables).status == status, (count, post_call)
