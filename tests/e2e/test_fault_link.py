"""The connection to the database is cut at each packet of each kind of call, and the answers tell the truth.

Each round cuts the link in place of one packet, or in the middle of it. The packets before it tell what the database has done by then.
"""

import itertools
import json
import os
import re
import subprocess
import urllib.parse

import pytest
import requests

from conftest import numbers
from cuts import UNAVAILABLE, UNKNOWN, Commit, cut_everywhere, places, told, up_to_clean_up
from link import Link
from servers import DATABASE, SANITIZE, wait_for

pytestmark = pytest.mark.skipif(SANITIZE, reason="many rounds, too slow with sanitizers")

WORKERS = 1
CONFIG = """
log_format rows '$helpdesk_action $helpdesk_outcome $helpdesk_rows';
server {
    listen 127.0.0.1:%%PORT%%;
    access_log %%FOLDER%%/rows.log rows;
    helpdesk_database { socket %%FOLDER%%/link.sock; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; }
    helpdesk_key test { sha256 %%KEY_HASH%%; }
    helpdesk_thread_pool narrow;
    helpdesk_hash_thread_pool helpdesk_hash;
    helpdesk_bcrypt_cost 4;
    location / { helpdesk_api; }
    location /located/ { helpdesk_api; helpdesk_geocoder /geocoder; }
    location = /geocoder { default_type application/json; return 200 '[{"lat":"1.25","lon":"-2.5"}]'; }
}
"""
LISTED = 70  # more than are read at once
EXPORTED = 502  # more than a page
@pytest.fixture(scope="module")
def link_of_all(nginx, mariadb):
    link = Link(nginx.folder / "link.sock", mariadb.socket)
    yield link
    link.close()


@pytest.fixture
def link(link_of_all):
    link_of_all.pass_all()
    yield link_of_all
    link_of_all.pass_all()


@pytest.fixture
def stored(mariadb, db):
    """A function that gives all that is stored of the customer with this cid, and how many companies have its name."""
    with mariadb.connect() as connection, connection.cursor() as cursor:
        def of(cid):
            cursor.execute(
                "SELECT version, city, notes, latitude, (SELECT COUNT(*) FROM companies WHERE name = %s) AS companies, "
                "company_id IS NOT NULL AS has_company, group_id, "
                "(SELECT GROUP_CONCAT(contract_id ORDER BY position) FROM customer_contracts WHERE customer_id = customers.id) AS contracts, "
                "(SELECT GROUP_CONCAT(email ORDER BY position) FROM customer_emails WHERE customer_id = customers.id) AS emails "
                "FROM (SELECT 1) AS one LEFT JOIN customers ON cid = %s", (cid, cid))
            return cursor.fetchone()
        yield of


def call(api, action, path="/", headers=None, **variables):
    return api.request("POST", path, data=api.variables({"action": action, **variables}), headers=headers)


LISTS = {"contracts": "1,2", "email2": "a@b.c,d@e.f"}
NEW = {
    "add": lambda api, cid: call(api, "add_customer", cid=cid, city="Rome"),
    "add that refers": lambda api, cid: call(api, "add_customer", cid=cid, company="Acme", group="Retail"),
    "add with lists": lambda api, cid: call(api, "add_customer", cid=cid, company="create_new", new_company=cid, **LISTS),
    "upsert": lambda api, cid: call(api, "upsert_customer", cid=cid, city="Rome"),
    "upsert with lists": lambda api, cid: call(api, "upsert_customer", cid=cid, **LISTS),
    "located add": lambda api, cid: call(api, "add_customer", cid=cid, city="Rome", path="/located/"),
    "repeatable add": lambda api, cid: call(api, "add_customer", cid=cid, headers={"Idempotency-Key": cid}, **LISTS),
}
THERE = {
    "update": lambda api, cid: call(api, "update_customer", cid=cid, city="Rome"),
    "update with lists": lambda api, cid: call(api, "update_customer", cid=cid, city="Rome", **LISTS),
    "conditional update": lambda api, cid: call(api, "update_customer", cid=cid, city="Rome", headers={"If-Match": "*"}),
    "located update": lambda api, cid: call(api, "update_customer", cid=cid, city="Rome", path="/located/"),
    "locate": lambda api, cid: call(api, "locate_customer", cid=cid, path="/located/"),
    "upsert that updates": lambda api, cid: call(api, "upsert_customer", cid=cid, city="Rome"),
    "delete": lambda api, cid: call(api, "delete_customer", cid=cid),
    "repeatable update": lambda api, cid: call(api, "update_customer", cid=cid, city="Rome", headers={"Idempotency-Key": cid}),
    "repeatable delete": lambda api, cid: call(api, "delete_customer", cid=cid, headers={"Idempotency-Key": cid}),
}
WRITES = {**NEW, **THERE}


@pytest.mark.parametrize("kind", WRITES)
def test_a_write(api, db, link, stored, kind):
    cids = (f"c{number:04}" for number in itertools.count())
    repeatable = kind.startswith("repeatable")

    def write():
        cid = next(cids)
        if kind in THERE:
            db.query("INSERT INTO customers (cid, notes, city, portal_id) VALUES (%s, 'kept', 'Oslo', 1)", cid)
        before = stored(cid)
        return cid, WRITES[kind](api, cid), before, stored(cid)

    cut_everywhere(link, write, stored, (lambda cid: WRITES[kind](api, cid)) if repeatable else None)


@pytest.mark.parametrize("kind", WRITES)
def test_a_write_on_a_connection_that_was_cut_a_moment_ago(api, db, link, stored, kind):
    """Its statement does not leave, so that it can be sent again."""
    for number in range(4):
        cid = f"c{number}"
        if kind in THERE:
            db.query("INSERT INTO customers (cid, notes, city, portal_id) VALUES (%s, 'kept', 'Oslo', 1)", cid)
        assert WRITES[kind](api, cid).status == 200
        link.cut()


READS = {
    "get": (1, lambda api: call(api, "get_customers", cid="c0001")),
    "list": (LISTED, lambda api: call(api, "get_customers", cid="*")),
    "page": (66, lambda api: call(api, "get_customers", cid="*", count="66")),
    "list by a value": (LISTED, lambda api: call(api, "get_customers", email="all@b.c")),
    "walk": (66, lambda api: call(api, "get_customers", updated_since="2024-01-01", count="66")),
    "count": (0, lambda api: call(api, "get_customers", cid="*", count_only="Y")),
    "verify": (0, lambda api: call(api, "verify_customer", cid="c0001", **{"pass": "the password"})),
    "export": (EXPORTED, lambda api: call(api, "export_customers", cid="*", format="ndjson", headers={"Accept": "application/json"})),
}


@pytest.mark.parametrize("kind", READS)
def test_a_read(api, db, link, nginx, kind):
    """It is whole, nothing in it is twice; or it fails."""
    length, call_once = READS[kind]
    many = EXPORTED if kind == "export" else LISTED
    db.query("INSERT INTO customers (cid, notes, portal_id, date_added, last_updated) "
             "SELECT CONCAT('c', LPAD(seq, 4, '0')), 'n', 1, '2024-05-05', '2024-05-05' FROM " + numbers(many) + " AS numbers")
    db.query("INSERT INTO customer_emails (customer_id, position, email) SELECT id, 1, 'all@b.c' FROM customers")
    if kind == "verify":
        assert call(api, "update_customer", cid="c0001", **{"pass": "the password"}).status == 200

    def read():
        try:
            return call_once(api)
        except requests.exceptions.ChunkedEncodingError:
            return None  # an export that was broken off on its way

    logged_before = len(nginx.log("rows.log"))
    assert read().status == 200
    packets = link.record()
    whole = read()
    assert whole.status == 200
    assert whole.text.count('"cid":') == length
    for number, (half, down) in zip(list(places(packets)), itertools.cycle([(False, False), (False, True), (True, False), (False, True)])):
        passed = link.cut_at(number, half, down)
        answer = read()
        where = (number, half, down, answer)
        assert len(passed) == number + 1, where
        link.pass_all()
        if not down:
            assert (answer.status, answer.text) == (200, whole.text), where
            assert [answer.headers.get(name) for name in ("ETag", "X-Helpdesk-More")] == [
                whole.headers.get(name) for name in ("ETag", "X-Helpdesk-More")], where
        else:
            assert answer is None or told(answer) == UNAVAILABLE, where
            wait_for(lambda: read().status == 200, "the connection")
    if kind != "verify":
        lines = nginx.log("rows.log")[logged_before:].splitlines()
        assert {line.split()[2] for line in lines if line.split()[1] == "ok" and line.split()[0] != "update_customer"} == {str(length)}


def test_an_import(api, db, link):
    """Of each row the database has all or nothing; a second import completes the first."""
    def send(name):
        body = "cid,city,pass\n" + "".join(f"{name}-{i},Rome,{'a password' if i == 2 else ''}\n" for i in range(5)) + f"{name}-0,Oslo,\n"
        return api.request("POST", "/?action=import_customers&format=json&mode=upsert", data=body,
                           headers={"X-API-Key": api.key, "Content-Type": "text/csv"})

    def there(name):
        rows = db.query("SELECT cid, city, version FROM customers WHERE cid LIKE %s ORDER BY cid", name + "-%")
        return {row["cid"][len(name) + 1:]: (row["city"], row["version"]) for row in rows}

    names = (f"n{number:04}" for number in itertools.count())
    counts = ("rows", "added", "updated", "existing", "failed")
    whole = {"0": ("Oslo", 2), **{str(i): ("Rome", 1) for i in range(1, 5)}}
    assert send(next(names)).status == 200
    packets = link.record()
    name = next(names)
    answer = send(name)
    assert [answer.json[0][one] for one in counts] == ["6", "5", "1", "0", "0"] and there(name) == whole
    outcomes = set()
    for number, down in itertools.product(range(len(packets)), [False, True]):
        half = not down and number % 2 == 1
        # Prepares all statements, so that the packets are those of the round that was counted.
        assert send(next(names)).status == 200
        name = next(names)
        link.cut_at(number, half, down)
        answer = send(name)
        where = (number, half, down, answer)
        link.pass_all()
        rows = there(name)
        assert all(value in (whole[i], ("Rome", 1)) for i, value in rows.items()), where
        outcomes.add((down, *map(str, told(answer))))
        if answer.status == 200:
            assert not down and rows == whole, where
            assert [answer.json[0][one] for one in counts] == ["6", "5", "1", "0", "0"], where
        else:
            assert told(answer) == UNKNOWN or down and told(answer) == UNAVAILABLE, where
            done = re.search(r"with (\d+) added and (\d+) updated", answer.json[0]["error"])
            added, updated = map(int, done.groups()) if done else (0, 0)
            # What it tells of is there; beyond that only what it does not know.
            unknown = 1 if told(answer) == UNKNOWN else 0
            assert added <= len(rows) <= added + 4 * unknown and updated <= (rows.get("0") == whole["0"]) <= updated + unknown, where
        wait_for(lambda: send(name).status == 200, "the connection")
        assert {i: city for i, (city, _) in there(name).items()} == {i: city for i, (city, _) in whole.items()}, where
    assert len(outcomes) == 4


GROUPS = {
    "adds": [{"action": "add_customer", "cid": "n{}"} for _ in range(8)],
    "adds that refer": [{"action": "add_customer", "cid": "n{}", "company": "Acme"} for _ in range(8)],
    "updates": [{"action": "update_customer", "cid": "t{}", "city": "Rome"} for _ in range(8)],
    "updates that refer": [{"action": "update_customer", "cid": "t{}", "company": "Acme"} for _ in range(8)],
    "adds that are refused": [{"action": "add_customer", "cid": "n{}", "company": "nowhere"} for _ in range(8)],
    "look-ups": [{"action": "get_customers", "cid": "t{}"} for _ in range(8)],
}


@pytest.mark.parametrize("kind", GROUPS)
def test_calls_that_share_statements(api, db, link, kind):
    """They have one outcome. The program opens its connection first, which the link cuts, too."""
    calls = [{name: value.format(i) for name, value in call.items()} for i, call in enumerate(GROUPS[kind])]
    reads = kind in ("adds that are refused", "look-ups")

    def set_up():
        db.query("DELETE FROM customers")
        db.query("INSERT INTO customers (cid, notes, portal_id) SELECT CONCAT('t', seq - 1), '', 1 FROM " + numbers(8) + " AS numbers")

    def rows():
        return db.query("SELECT cid, city, company_id, version FROM customers ORDER BY cid")

    def run():
        set_up()
        result = subprocess.run([os.environ["HELPDESK_GROUP_CHECK"], link.place, "root", "", DATABASE, "grouped"], capture_output=True,
                                input="\n".join(map(urllib.parse.urlencode, calls)), text=True, check=True)
        answers = {(int(status), tuple((one.get("variable"), one.get("code")) for one in json.loads(body).get("response", []) if "error" in one))
                   for status, body in (line.split(" ", 1) for line in result.stdout.splitlines())}
        return answers, rows()

    set_up()
    before = rows()
    link.overlook()
    packets = link.record()
    (clean,), after = run()
    assert clean == ((400, (("company", "unknown_company"),)) if kind == "adds that are refused" else (200, ()))
    (end_of_opening,) = [number for number, packet in enumerate(packets) if packet.is_preparation()][:1]
    commit = Commit(packets)
    answered = max(number for number, packet in enumerate(up_to_clean_up(packets)) if not packet.to_server)
    for number in (place for place in places(packets) if place <= answered):
        link.overlook()
        passed = link.cut_at(number)
        answers, is_now = run()
        where = (number, answers)
        sent, arrived = not reads and commit.is_in(passed), not reads and commit.is_in(passed[:-1])
        if number < end_of_opening:
            # What is lost before the server is known to work is told; what is lost then is tried again.
            expected = [(503, (("", "database_unavailable"),)), clean]
        else:
            expected = [(503, (("", "outcome_unknown"),)) if sent else clean]
        assert len(answers) == 1 and answers <= set(expected), where
        assert is_now == (after if arrived or answers == {clean} else before), where
