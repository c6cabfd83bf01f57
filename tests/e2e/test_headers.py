"""Headers that ask for something are kept or refused, never passed over: empty ones, and those that come twice."""

import http.client
import subprocess
import urllib.parse

import pytest
import requests

from api import Answer

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    listen unix:%%FOLDER%%/http2.sock http2;
    location / { %%DEFAULTS%% helpdesk_api; }
}
"""

FORM = ("Content-Type", "application/x-www-form-urlencoded")


def send(api, action, *headers, content=FORM, body=None, **variables):
    """A POST with these headers as they are, in their order, however often they come."""
    if body is None:
        body = urllib.parse.urlencode(api.variables({"action": action, **variables})).encode()
    connection = http.client.HTTPConnection("127.0.0.1", api.port, timeout=60)
    connection.putrequest("POST", "/API/default.aspx?format=json" if content != FORM else "/API/default.aspx")
    for name, value in [content, ("Content-Length", str(len(body))), *headers]:
        connection.putheader(name, value)
    connection.endheaders(body)
    response = connection.getresponse()
    answer = Answer(response.status, requests.structures.CaseInsensitiveDict(response.getheaders()), response.read())
    connection.close()
    return answer


@pytest.fixture
def unchanged(api, db):
    """After the test, the one customer must be as it was, and the only one."""
    api.add("x", city="Rome")
    before = db.customer("x")
    yield
    assert db.customer("x") == before and db.count("customers") == 1 and db.count("idempotency_keys") == 0


@pytest.mark.parametrize("name", ["If-Match", "Idempotency-Key"])
@pytest.mark.parametrize("value", ["", " ", "\t "])
def test_an_empty_protection(api, unchanged, name, value):
    for action, cid in (("update_customer", "x"), ("upsert_customer", "x"), ("delete_customer", "x"), ("get_customers", "x"),
                        ("add_customer", "y"), ("verify_customer", "x")):
        answer = send(api, action, (name, value), cid=cid, city="Oslo", **({"pass": "a-password"} if action == "verify_customer" else {}))
        assert (answer.status, answer.problems[0]) == (400, (name, "bad_request"))


@pytest.mark.parametrize("second", ["k1", "k2", ""])
def test_two_idempotency_keys(api, unchanged, second):
    answer = send(api, "update_customer", ("Idempotency-Key", "k1"), ("Idempotency-Key", second), cid="x", city="Oslo")
    assert (answer.status, answer.problems) == (400, [("Idempotency-Key", "bad_request")])


def test_two_of_what_nginx_itself_takes_once(api, unchanged):
    # At level info nginx logs the second one with its value.
    for name, value in (("If-Match", "*"), ("Authorization", "Bearer none")):
        assert send(api, "update_customer", (name, value), (name, value), cid="x", city="Oslo").status == 400


def test_two_keys(api, unchanged):
    for first, second in ((api.key, "other-key"), ("other-key", api.key), (api.key, api.key), (api.key, ""), ("", api.key)):
        answer = send(api, "update_customer", ("X-API-Key", first), ("X-API-Key", second), cid="x", city="Oslo", key=None)
        assert (answer.status, answer.problems) == (400, [("X-API-Key", "bad_request")])
        # Nor beside a good one in the body; and whoever has none learns nothing else.
        assert send(api, "update_customer", ("X-API-Key", first), ("X-API-Key", second), cid="x", city="Oslo").status == 400


def test_an_empty_key(api, unchanged):
    for name in ("X-API-Key", "Authorization"):
        answer = send(api, "update_customer", (name, ""), cid="x", city="Oslo", key=None)
        assert (answer.status, answer.problems) == (401, [("key", "missing_key")])


@pytest.mark.parametrize("name, value", [("If-None-Match", "*"), ("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"), ("If-None-Match", "")])
def test_conditions_that_no_change_keeps(api, unchanged, name, value):
    for action, cid in (("update_customer", "x"), ("upsert_customer", "x"), ("delete_customer", "x"), ("add_customer", "y")):
        answer = send(api, action, (name, value), cid=cid, city="Oslo")
        assert (answer.status, answer.problems) == (400, [(name, "bad_request")])
    # A read answers with what there is.
    assert send(api, "get_customers", (name, value), cid="x").status == 200


def test_if_match_where_there_is_no_tag(api, unchanged):
    answer = send(api, "verify_customer", ("If-Match", '"1-1"'), cid="x", **{"pass": "a-password"})
    assert (answer.status, answer.problems) == (400, [("If-Match", "bad_request")])


def test_http_2(api, nginx, unchanged):
    """The same rules hold."""
    def curl(*headers):
        options = [option for header in headers for option in ("-H", header)]
        return subprocess.run(["curl", "-s", "--http2-prior-knowledge", "--unix-socket", nginx.folder / "http2.sock", "-H", f"X-API-Key: {api.key}",
                               *options, "-w", " %{http_code}", "-d", "city=Oslo", "http://x/?action=update_customer&cid=x&format=url"],
                              capture_output=True, text=True, check=False).stdout

    for name in ("If-Match", "Idempotency-Key"):
        assert f"variable={name}" in curl(f"{name};") and curl(f"{name};").endswith(" 400")
    assert "variable=Idempotency-Key" in curl("Idempotency-Key: k1", "Idempotency-Key: k2")
    assert "variable=X-API-Key" in curl("X-API-Key: other-key")
    # nginx may end the stream before the body has come, which curl then tells instead.
    assert not curl("If-Match: *", "If-Match: *").endswith(" 200")


def test_accept_is_one_list(api):
    def accepted(*values):
        answer = send(api, "add_customer", *[("Accept", value) for value in values], cid="x", format=None)
        return answer.headers["Content-Type"].split(";")[0]

    assert accepted("image/png", "application/json") == accepted("application/json") == "application/json"
    assert accepted("text/xml;q=0.1", "application/json") == "application/json"


@pytest.mark.parametrize("content, more, names", [
    (("Content-Type", "text/plain"), [], ["Content-Type", '"text/plain"']),
    (("Content-Type", ""), [], ["Content-Type", "media type"]),
    (("X", ""), [], ["Content-Type", "required"]),
    (("Content-Type", "application/json; charset=iso-8859-1"), [], ["Content-Type", 'charset "iso-8859-1"']),
    (("Content-Type", "application/x-www-form-urlencoded; charset=windows-1252"), [], ["Content-Type", 'charset "windows-1252"']),
    (("Content-Type", "multipart/form-data; boundary=x; charset=utf-16"), [], ["Content-Type", 'charset "utf-16"']),
    (("Content-Type", "application/json; charset=utf-8; charset=latin1"), [], ["Content-Type", 'charset "latin1"']),
    (("Content-Type", "application/json"), [("Content-Encoding", "gzip")], ["Content-Encoding", '"gzip"']),
    (("Content-Type", "application/json"), [("Content-Encoding", "identity"), ("Content-Encoding", "gzip")], ["Content-Encoding", '"gzip"']),
    (("Content-Type", "application/json"), [("Content-Encoding", "")], ["Content-Encoding", '""']),
    (("Content-Type", "application/json"), [("Content-Type", "application/json")], ["Content-Type", "once"]),
    (("Content-Type", "application/json"), [("Content-Type", "text/plain")], ["Content-Type", "once"]),
    (("Content-Type", "text/csv"), [], ["Content-Type", "import"])])
def test_a_body_that_is_not_read(api, db, content, more, names):
    answer = send(api, None, *more, content=content, body=b'{"action":"add_customer","cid":"x"}')
    assert (answer.status, answer.problems) == (415, [(names[0], "unsupported_media_type")])
    assert names[1] in answer.json[0]["error"]
    assert db.count("customers") == 0


@pytest.mark.parametrize("charset", ["utf8", "UTF8", '"utf8"', "UTF-8", '"Utf-8"', "us-ascii"])
def test_names_of_utf_8(api, charset):
    body = f'{{"action":"add_customer","cid":"x","key":"{api.key}"}}'.encode()
    assert send(api, None, content=("Content-Type", f"application/json; charset={charset}"), body=body).json == [{"added_customer": "x"}]


def test_a_byte_order_mark(api, db):
    body = f'\ufeff{{"action":"add_customer","cid":"x","key":"{api.key}"}}'.encode()
    assert send(api, None, content=("Content-Type", "application/json"), body=body).json == [{"added_customer": "x"}]
