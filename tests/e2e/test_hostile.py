"""Requests that mean harm: a clear error and an unchanged database, or the value stored as it stands; never a 5xx."""

import functools
import json
import random
import re
import socket
import urllib.parse

import pytest

from conftest import TABLES
from servers import wait_for

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    client_max_body_size 8m;
    location / { %%DEFAULTS%% helpdesk_api; }
    location /legacy/ { %%DEFAULTS%% helpdesk_api; helpdesk_error_status legacy; }
    location = /openapi.json { helpdesk_openapi /; }
}
"""

FORM = "application/x-www-form-urlencoded"
INJECTIONS = [
    "' OR '1'='1", "x'); DELETE FROM customers; -- ", '" OR ""="', "1 OR 1=1", "\\", "x\\'; DROP TABLE customers; #",
    "1 UNION SELECT password_hash FROM customers", "%", "(SELECT cid FROM customers LIMIT 1)", "*/ ? :x @@version ${x} /*!1*/"]
# Whatever ends or begins something in XML, JSON, forms, headers and SQL.
METACHARACTERS = ("]]><![CDATA[x]]>&amp;<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>&e;&#0;</customer><?x?><!-- -->"
                  "'\\u0000\\\"}],{\"a\":1} %41%00+&=;#\t\r\n\r\nX-Evil: 1\r\n`--/**/ é\u2028\ufeff\U0001f4a5 end")


@functools.cache
def document(base):
    import requests
    return requests.get(base + "/openapi.json", timeout=30).json()


class Action:
    """An action as the API describes it, and the variables of a call that is good."""

    def __init__(self, name, described):
        parameters = {each["name"]: each["schema"] for each in described["get"]["parameters"] if each["in"] == "query"}
        self.name = name
        self.verb = name.split("_")[0]
        (self.plural,) = described["get"]["tags"]
        self.identifier = {"customers": "cid", "techs": "uid"}.get(self.plural, "name")
        self.variables = {each: schema for each, schema in parameters.items() if each not in ("key", "action", "format")}
        self.texts = [each for each, schema in self.variables.items() if re.search(r"(^|\. )[Tt]ext\b", schema.get("description", ""))]

    def good(self, record):
        required = {each: "x" for each, schema in self.variables.items() if each == "address" and self.name == "add_company"}
        known = {"add": {self.identifier: record, **required}, "update": {self.identifier: record}, "upsert": {self.identifier: record},
                 "get": {},
                 "delete": {self.identifier: "nobody"}, "verify": {self.identifier: record, "pass": "wrong"}, "locate": {"cid": record},
                 "merge": {"cid": "nobody", "into_cid": record}, "erase": {"cid": "nobody"}}
        return known[self.verb]

    def __repr__(self):
        return self.name


@pytest.fixture
def actions(api):
    # An import has its variables in its rows, test_import.py is about those; an export has the selectors of a list. A sub category is
    # found by its number only, and so are fields, tickets and entries, which test_ticket_fields.py and test_ticket_hostile.py are about.
    return [Action(path[1:], described) for path, described in document(api.base)["paths"].items()
            if not path.startswith(("/import_", "/export_")) and "sub_categor" not in path and "ticket_field" not in path
            and not path.endswith(("_ticket", "_tickets", "_history"))]


@pytest.fixture(autouse=True)
def no_worker_is_lost(nginx):
    wait_for(lambda: len(nginx.worker_pids()) == nginx.workers, "all workers to be there")
    before = nginx.worker_pids()
    yield
    assert nginx.worker_pids() == before


@pytest.fixture
def state(mariadb, db):
    """The checksums of all tables."""
    connection = mariadb.connect()

    def checksums():
        with connection.cursor() as cursor:
            cursor.execute("CHECKSUM TABLE " + ", ".join(TABLES))
            return {row["Table"]: row["Checksum"] for row in cursor.fetchall()}

    yield checksums
    connection.close()


def records(api, action, **variables):
    return api.post("get_" + action.plural, **{action.identifier: "*", **variables}).records


def find(api, action, name):
    return next((record for record in records(api, action) if record[action.identifier] == name), None)


def remove(api, action, record):
    name = "delete_" + action.name.split("_", 1)[1]
    named = {action.identifier: record[action.identifier]} if action.plural in ("customers", "techs") else {"id": record["id"]}
    assert api.post(name, **named).status == 200


def without_space(value):
    return ",".join(item.strip() for item in value.split(","))


def check_stored(record, variable, value):
    """As it stands, or the default where the reference takes that for what it does not know."""
    defaults = {"support": "Y", "chat": "Y", "encrypt": "N", "active": "Y", "portal": "Main", "viewable_tickets": "PERSONAL",
                "viewable_invoices": "PERSONAL", "viewable_assets": "PERSONAL"}
    name = variable.removeprefix("new_")
    if name != "pass":
        assert without_space(record[name]) == defaults.get(name, without_space(value))


# SQL


def test_injections_into_every_variable_of_a_write(api, state, actions):
    for action in actions:
        if action.verb not in ("add", "update", "upsert"):
            continue
        add = next(each for each in actions if (each.verb, each.plural) == ("add", action.plural))
        clean = state()
        for variable in action.variables:
            for value in INJECTIONS:
                variables = {**action.good("the record"), variable: value}
                if variable == "new_company":
                    variables["company"] = "create_new"
                if action.verb == "update" and not find(api, action, "the record"):
                    assert api.post(add.name, **add.good("the record")).status == 200
                before = state()
                answer = api.post(action.name, **variables)
                called = f"{action} {variable}={value!r}: {answer}"
                assert answer.status in (200, 400, 404), called
                if answer.status != 200:
                    assert state() == before, called
                    continue
                named = value if variable in ("new_name", "new_cid", action.identifier) else "the record"
                record = find(api, action, named.strip())
                assert record is not None, called
                check_stored(record, "company" if variable == "new_company" else variable, value.strip() if named == value else value)
                remove(api, action, record)
                if variable == "new_company":
                    assert api.post("delete_company", name=value.strip()).status == 200
                assert state() == clean, called
        if action.verb == "update" and (record := find(api, action, "the record")):
            remove(api, action, record)
        assert state() == clean


def test_injections_into_every_variable_of_other_calls(api, state, actions):
    assert api.add("a customer", **{"pass": "its-password"}).status == 200
    before = state()
    for action in actions:
        if action.verb in ("add", "update", "upsert"):
            continue
        for variable in action.variables:
            for value in INJECTIONS:
                answer = api.post(action.name, **{**action.good("a customer"), variable: value})
                called = f"{action} {variable}={value!r}: {answer}"
                # There is no geocoder here.
                assert answer.status in {"delete": (400, 404), "merge": (400, 404), "erase": (400, 404), "locate": (400, 503)}.get(action.verb, (200, 400)), called
                if answer.status == 200 and action.verb == "verify":
                    assert answer.json[0][action.name.replace("verify", "verified")] == "N", called
                elif answer.status == 200 and variable not in ("count_only", "order_direction", "after_cid"):
                    # A range may hold what is there, a name must not: nothing is named so.
                    assert variable.startswith(("start_", "end_")) or answer.records == [], called
                assert "its-password" not in answer.text and "$2b$" not in answer.text
    assert state() == before


def test_injections_into_what_every_call_has(api, state):
    before = state()
    for value in INJECTIONS + [METACHARACTERS]:
        assert api.post(value, cid="x").problems == [("action", "unknown_action")]
        assert api.post("add_customer", cid="x", key=value).status == 401
        assert api.post("add_customer", cid="x", format=value).status == 400
        answer = api.post("add_customer", cid="", headers={"Accept": urllib.parse.quote(value, safe="'\"();,=/* ")})
        assert answer.status == 400
        assert api.get("add_customer", cid="x", key=None, headers={"Authorization": "Bearer " + urllib.parse.quote(value)}).status == 401
    assert state() == before


# markup


@pytest.mark.parametrize("way", ["post", "post_json", "post_multipart"])
def test_metacharacters_come_back_as_they_are(api, db, actions, way):
    for action in actions:
        if action.verb != "add":
            continue
        # The end of those that do not fit.
        values = {each: f"{METACHARACTERS} {each}"[-action.variables[each].get("maxLength", 0):].strip() for each in action.texts}
        assert getattr(api, way)(action.name, **values).status == 200
        for format_ in ("xml", "json", "url"):
            record = next(each for each in records(api, action, format=format_) if each[action.identifier] == values[action.identifier])
            for variable in action.texts:
                assert record.get(variable, values[variable]) == values[variable], (action, variable, format_)


@pytest.mark.parametrize("path", ["/", "/legacy/"])
def test_metacharacters_in_an_error(api, state, path):
    before = state()
    variables = {"action": "add_customer", "cid": "x", "company": METACHARACTERS, "selectable_categories": METACHARACTERS}
    for format_ in ("xml", "json", "url"):
        answer = api.request("POST", path, data=api.variables({**variables, "format": format_}))
        assert answer.status == (400 if path == "/" else 200)
        if format_ == "xml":
            problems = [(error.get("code"), error.text) for error in answer.xml]
        else:
            problems = [(error["code"], error["error"]) for error in (answer.json if format_ == "json" else answer.url)]
        assert [code for code, _ in problems] == ["unknown_company", "unknown_category", "unknown_category"]
        assert METACHARACTERS in problems[0][1]
        assert "X-Evil" not in answer.headers
    assert state() == before


# size


def test_overlong_values_of_every_variable(api, state, actions):
    assert api.add("a customer").status == 200
    before = state()
    for action in actions:
        for variable, schema in action.variables.items():
            for value in ("\U0001f4a5" * 256, "1" * 200_000, "1," * 100_000, "," * 200_000 + "a" * 256):
                variables = {**action.good("a customer"), variable: value}
                if variable == "new_company":
                    variables["company"] = "create_new"
                if action.verb == "add" and schema.get("maxLength") is None and variable != action.identifier:
                    # May be good: then nothing else is.
                    variables[action.identifier] = ""
                answer = api.post(action.name, **variables)
                called = f"{action} {variable}={value[:4]!r}…: {answer}"
                if action.verb in ("get", "verify"):
                    assert answer.status in (200, 400), called
                elif action.verb in ("update", "upsert") and answer.status == 200:
                    # Of no length, or a choice that has a default.
                    assert "maxLength" not in schema, called
                    before = state()
                else:
                    assert answer.status in (400, 503 if action.verb == "locate" else 404), called
                    assert state() == before, called


def test_overlong_names_and_heads(api, nginx, state):
    before = state()
    name = "n" * 1_000_000
    answer = api.raw_post(f"{name}=1&{name}=2", FORM, "action=add_customer&cid=x&format=json")
    assert answer.problems == [("n" * 64, "duplicate_variable")]
    for head in (f"GET /?action=add_customer&cid={'x' * 100_000} HTTP/1.1\r\nHost: x\r\n\r\n",
                 f"GET / HTTP/1.1\r\nHost: x\r\nX-API-Key: {'k' * 100_000}\r\n\r\n",
                 "GET / HTTP/1.1\r\nHost: x\r\n" + "X-A: b\r\n" * 50_000 + "\r\n"):
        assert 400 <= status(exchange(nginx.port, head.encode())) < 500
    answer = api.post("add_customer", cid="x", notes="n" * 9_000_000)
    assert answer.status == 413 and 'code="payload_too_large"' in answer.text
    assert state() == before


@pytest.mark.parametrize("way", ["post_json", "post_multipart"])
def test_10000_variables(api, state, way):
    before = state()
    answer = getattr(api, way)("add_customer", cid="x", **{f"v{i}": "1" for i in range(10_000)})
    assert answer.status == 400
    # The format that the request asks for is in what was not read.
    assert 'code="too_many_variables"' in answer.text or answer.problems[0][1] == "too_many_variables"
    assert state() == before


HOSTILE_JSON = [
    '{"a":' * 100_000, '{"a":' * 2_000 + "1" + "}" * 2_000, '{"contracts":' + "[" * 2_000 + "]" * 2_000 + "}",
    '{"cid":' + "9" * 100_000 + "}", '{"cid":1e400.}', '{"cid":"' + "\\u0000" * 1_000 + '"}', '{"a\\u0000b":1}', '{"":{}}']


@pytest.mark.parametrize("body", HOSTILE_JSON, ids=[body[:20] for body in HOSTILE_JSON])
def test_hostile_json(api, state, body):
    before = state()
    answer = api.raw_post(body, "application/json", "action=add_customer&format=json")
    assert answer.status == 400
    assert {code for _, code in answer.problems} <= {"malformed_body", "invalid_characters", "required", "too_long"}
    assert state() == before


# bodies that were damaged on the way


def multipart(**variables):
    parts = [f'--B-42\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in variables.items()]
    return "".join(parts) + "--B-42--\r\n", 'multipart/form-data; boundary="B-42"'


BODIES = {
    "json": (json.dumps({"action": "update_customer", "cid": "x", "city": "Orléans", "zip": 45000}), "application/json"),
    "multipart": multipart(action="update_customer", cid="x", city="Orléans", zip="45000"),
    "form": (urllib.parse.urlencode({"action": "update_customer", "cid": "x", "city": "Orléans", "zip": "45000"}), FORM)}


@pytest.mark.parametrize("kind", ["json", "multipart"])
def test_a_body_that_was_cut(api, state, kind):
    text, content_type = BODIES[kind]
    body = text.encode().rstrip()
    assert api.add("x").status == 200
    before = state()
    for length in range(1, len(body)):
        answer = api.raw_post(body[:length], content_type, "format=json")
        assert (answer.status, answer.problems) == (400, [("", "malformed_body")]), length
    assert state() == before
    assert api.raw_post(body, content_type, "format=json").status == 200


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_with_wrong_bytes(api, state, kind):
    text, content_type = BODIES[kind]
    assert api.add("x").status == 200
    chance = random.Random(kind)
    statuses = set()
    for _ in range(300):
        body = bytearray(text.encode())
        for _ in range(chance.randint(1, 3)):
            body[chance.randrange(len(body))] = chance.choice([0, 10, 13, 34, 37, 38, 44, 45, 61, 92, 123, 125, 128, 195, 255])
        before = state()
        answer = api.raw_post(bytes(body), content_type, "format=json")
        statuses.add(answer.status)
        assert answer.status in (200, 400, 404), (bytes(body), answer)
        assert answer.status == 200 or state() == before, (bytes(body), answer)
    assert 400 in statuses


# names


@pytest.mark.parametrize("name", [
    "a%0D%0AX-Evil%3A%201", "%00", "a%00b", "%FF%FE", "%C3", "%C0%80", "%E2%80%A8", "%22%3E%3Cb%3E", "%2C", "%25"])
def test_names_that_are_no_text(api, nginx, name):
    """They are unknown variables, shown as they came."""
    query = f"key={api.key}&action=get_customers&cid=*&format=json"
    for request in (f"GET /?{query}&{name}=1 HTTP/1.0\r\n\r\n",
                    f"POST / HTTP/1.0\r\nContent-Type: {FORM}\r\nContent-Length: {len(query) + len(name) + 3}\r\n\r\n{query}&{name}=1"):
        head, _, body = exchange(nginx.port, request.encode()).partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        assert lines[0] == b"HTTP/1.1 200 OK"
        assert f"X-Helpdesk-Ignored: {name}".lower() in head.decode("ascii").lower()
        assert not any(line.lower().startswith(b"x-evil") for line in lines)
        assert body == b'{"customers":[]}'


# HTTP


def exchange(port, data):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        received = b""
        try:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            while chunk := client.recv(65536):
                received += chunk
        except ConnectionError:
            # nginx may close before it has read all: what it said before that counts.
            pass
        return received


def status(received):
    return int(received.split(b" ", 2)[1])


@pytest.mark.parametrize("headers", [
    "Content-Length: -1", "Content-Length: 0x10", "Content-Length: 99999999999999999999999", "Content-Length: 20, 20",
    "Content-Length: 20\r\nContent-Length: 20", "Content-Length: 20\r\nContent-Length: 21",
    "Content-Length: 20\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "Content-Length: +20", "Content-Length: "])
def test_a_wrong_content_length(api, nginx, state, headers):
    before = state()
    request = (f"POST /?action=add_customer&format=json HTTP/1.1\r\nHost: x\r\nX-API-Key: {api.key}\r\nContent-Type: {FORM}\r\n"
               f"{headers}\r\nConnection: close\r\n\r\ncid=y&city=Rome&zip=1")
    assert 400 <= status(exchange(nginx.port, request.encode())) < 500
    assert state() == before


def test_a_body_longer_than_it_says(api, nginx, state):
    """What is left over is another request, and no good one."""
    before = state()
    request = (f"POST /?action=add_customer&format=json HTTP/1.1\r\nHost: x\r\nX-API-Key: {api.key}\r\nContent-Type: {FORM}\r\n"
               "Content-Length: 9\r\n\r\ncity=Rome&cid=x")
    received = exchange(nginx.port, request.encode())
    assert status(received) == 400 and b'"variable":"cid"' in received
    assert received.count(b"HTTP/1.1 400 ") == 2
    assert state() == before


@pytest.mark.parametrize("chunks", [
    b"FFFFFFFFFFFFFFFFF\r\ncid=x\r\n0\r\n\r\n", b"-5\r\ncid=x\r\n0\r\n\r\n", b"5\r\ncid=xyz\r\n0\r\n\r\n", b"5cid=x\r\n0\r\n\r\n",
    b"FFFFFFF\r\ncid=x\r\n0\r\n\r\n"])
def test_chunks_that_are_none(api, nginx, state, chunks):
    before = state()
    head = (f"POST /?action=add_customer&format=json HTTP/1.1\r\nHost: x\r\nX-API-Key: {api.key}\r\nContent-Type: {FORM}\r\n"
            "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
    received = exchange(nginx.port, head.encode() + chunks)
    assert 400 <= status(received) < 500
    assert state() == before


def test_head_does_nothing(api, state, actions):
    assert api.add("a customer").status == 200
    before = state()
    for action in actions:
        answer = api.request("HEAD", params=api.variables({"action": action.name, **action.good("a customer")}))
        assert (answer.status, answer.text) == (405, ""), action
    assert state() == before
