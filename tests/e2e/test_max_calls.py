"""How many calls with a key may be under way at once."""

import concurrent.futures
import hashlib
import re
import secrets
import socket

import pytest

from api import Api, remember_secret
from locks import holding
from servers import wait_for

# Each worker counts for itself.
WORKERS = 1

KEYS = {name: remember_secret(secrets.token_urlsafe(32)) for name in ("two", "one", "free")}
BLOCKS = {name: f"helpdesk_key {name} {{ sha256 {hashlib.sha256(KEYS[name].encode()).hexdigest()}; {rule} }}"
          for name, rule in {"two": "max_calls 2;", "one": "max_calls 1;", "free": ""}.items()}

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    %%DEFAULTS%%
    """ + " ".join(BLOCKS.values()) + """
    access_log %%FOLDER%%/access.log helpdesk;
    location / { helpdesk_api; }
    location /again/ { helpdesk_api; }
    location /legacy/ { helpdesk_api; helpdesk_error_status legacy; }
}
"""

MANY = 3000


@pytest.fixture(autouse=True)
def nobody_waits(db):
    """Also by the server's table of transactions, which it renews only when nobody read it for 0.1 s."""
    wait_for(lambda: not db.query("SELECT 1 FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'"), "all locks to be free", pause=0.2)


def refused(answer):
    return (answer.status, answer.problems) == (429, [("", "too_many_requests")])


def update(api, path="/", key="two", **variables):
    return api.request("POST", path, data=api.variables({"key": KEYS[key], "action": "update_customer", "cid": "x", **variables}))


def test_one_more_than_it_may(api, db, nginx):
    assert api.add("x").status == 200
    with holding(db, "SELECT * FROM customers WHERE cid = 'x' FOR UPDATE") as holder:
        # Of no list and no new row: grouped, and so not more than two.
        calls = [holder.begin(update, api, city="Rome", contracts="1"), holder.begin(update, api, city="Oslo", contracts="2")]
        answer = update(api, city="Bonn")
        assert refused(answer) and answer.headers["Retry-After"] == "1"
        # A location counts with the others that have the key, and every action counts.
        assert refused(update(api, "/again/", city="Bonn"))
        assert refused(api.get("get_customers", key=KEYS["two"], cid="*"))
        answer = update(api, "/legacy/", city="Bonn")
        assert (answer.status, answer.problems, answer.headers["Retry-After"]) == (200, [("", "too_many_requests")], "1")
        # Bad input is told first, and other keys have places of their own.
        assert update(api, city="x" * 300).status == 400
        for key in ("one", "free"):
            assert api.get("get_customers", key=KEYS[key], cid="*").status == 200
        wait_for(lambda: "429 two update_customer too_many_requests" in nginx.log("access.log"), "the line in the log")
        assert 'refused: the key "two" has 2 calls under way' in nginx.log()
        holder.rollback()
        assert [call.result().status for call in calls] == [200, 200]
    for _ in range(5):
        assert update(api, city="Rome").status == 200


@pytest.mark.parametrize("variables, status", [({"cid": ""}, 400), ({"action": "no_action"}, 400), ({"cid": "nobody"}, 404), ({"city": "Rome"}, 200)])
def test_a_place_is_free_after_any_answer(api, db, variables, status):
    api.add("x")
    for _ in range(4):
        assert update(api, key="one", **variables).status == status


def test_a_client_that_goes_away_frees_its_place(api, db, nginx):
    api.add("x")
    with holding(db, "SELECT * FROM customers WHERE cid = 'x' FOR UPDATE") as holder:
        with socket.create_connection(("127.0.0.1", nginx.port)) as client:
            client.sendall(f"GET /?action=update_customer&cid=x&city=Rome&contracts=1 HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEYS['one']}\r\n\r\n".encode())
            db.wait_for_lock()
            assert refused(update(api, key="one"))
        holder.rollback()
    wait_for(lambda: update(api, key="one", city="Oslo").status == 200, "the place to be free")


def test_an_import_is_one_call(api, db):
    api.add("x")
    with holding(db, "SELECT * FROM customers WHERE cid = 'x' FOR UPDATE") as holder:
        send = lambda: api.raw_post(b"cid,contact\na,1\nx,2\nb,3\n", "text/csv", query="action=import_customers&mode=upsert&format=json", **{"X-API-Key": KEYS["one"]})
        running = holder.begin(send)
        assert refused(send())
        holder.rollback()
        assert running.result().status == 200
    assert send().status == 200


@pytest.mark.parametrize("leaves", [False, True])
def test_an_export_is_one_call_until_its_end(api, db, nginx, leaves):
    db.query("INSERT INTO customers (cid, contact, notes, date_added, last_updated) SELECT CONCAT('c', seq), '', REPEAT('n', 5000), NOW(), NOW() "
             f"FROM (SELECT @n := @n + 1 AS seq FROM information_schema.COLUMNS a, information_schema.COLUMNS b, (SELECT @n := 0) c LIMIT {MANY}) d")
    head = f"GET /?action=export_customers&cid=* HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key: {KEYS['one']}\r\n\r\n"
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        client.connect(("127.0.0.1", nginx.port))
        client.sendall(head.encode())
        assert b"200 OK" in client.recv(100)
        assert api.get("export_customers", key=KEYS["one"], cid="*", format="csv").status == 429
        if not leaves:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            while client.recv(1 << 16):
                pass
    wait_for(lambda: api.get("get_customers", key=KEYS["one"], cid="c1").status == 200, "the place to be free")


def test_many_at_once(api, db):
    """Whatever the order of begins and ends, no place is lost."""
    api.add("x")
    with concurrent.futures.ThreadPoolExecutor(12) as threads:
        clients = [Api(api.port, api.key) for _ in range(12)]
        answers = list(threads.map(lambda i: update(clients[i % 12], city=str(i)), range(300)))
    assert {answer.status for answer in answers} <= {200, 429} and any(answer.status == 200 for answer in answers)
    with holding(db, "SELECT * FROM customers WHERE cid = 'x' FOR UPDATE") as holder:
        calls = [holder.begin(update, Api(api.port, api.key), city=str(i), contracts="1") for i in range(2)]
        assert refused(update(api, city="Bonn"))
        holder.rollback()
        assert [call.result().status for call in calls] == [200, 200]


@pytest.mark.parametrize("value", ["0", "-1", "x", "1000001", "2 3", "1.5"])
def test_a_bad_number(nginx, value):
    passed, output = nginx.test(CONFIG.replace("max_calls 2;", f"max_calls {value};"))
    assert not passed and re.search(r'"max_calls" (must be a number from 1 to 1000000|takes one value)', output)
