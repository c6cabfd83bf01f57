"""helpdesk_auth: customers sign in to pages that nginx serves."""

import base64
import concurrent.futures
import contextlib
import re
import secrets
import signal
import socket
import subprocess

import pytest
import requests

from api import remember_secret
from servers import wait_for

WORKERS = 1  # each worker remembers for itself
MAIN = "thread_pool slow threads=1 max_queue=8;"

DATABASE = "helpdesk_database { socket %%SOCKET%%; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; read_timeout 60s; }"
CONFIG = """
map $helpdesk_customer $guesser { "" $binary_remote_addr; default ""; }
limit_req_zone $guesser zone=guesses:1m rate=1r/m;
server {
    listen 127.0.0.1:%%PORT%%;
    listen unix:%%FOLDER%%/http2.sock http2;
    """ + DATABASE + """
    %%KEY_AND_POOLS%%
    helpdesk_bcrypt_cost 4;
    location /API/ { helpdesk_api; }
    location = /status.json { helpdesk_status json; }
    location = /busy { stub_status; }

    location = /sign-in { helpdesk_auth "Support portal"; helpdesk_auth_cache 1h; }
    location = /sign-in/short { helpdesk_auth; helpdesk_auth_cache 1s; }
    location = /sign-in/uncached { helpdesk_auth; helpdesk_auth_cache off; }
    location = /sign-in/narrow { helpdesk_auth; helpdesk_thread_pool narrow; }
    location = /sign-in/slow { helpdesk_auth; helpdesk_hash_thread_pool slow; }
    location = /sign-in/if { helpdesk_auth "Here"; if ($arg_mark) { add_header X-Mark $arg_mark always; } }
    location = /sign-in/lost {
        helpdesk_database { socket %%FOLDER%%/none.sock; user u; name n; }
        helpdesk_auth;
    }

    auth_request_set $customer $sent_http_x_helpdesk_customer;
    add_header X-Customer $customer always;
    location /portal/ { auth_request /sign-in; empty_gif; }
    location /portal/lost/ { auth_request /sign-in/lost; empty_gif; }
    location /portal/limited/ { auth_request /sign-in; limit_req zone=guesses burst=2 nodelay; limit_req_status 429; empty_gif; }
    location /portal/API/ { auth_request /sign-in; helpdesk_api; }
}
"""


class Portal:
    def __init__(self, nginx):
        self.nginx = nginx
        self.base = f"http://127.0.0.1:{nginx.port}"

    def get(self, path, cid=None, password=None, method="GET", **options):
        if cid is not None:
            options["auth"] = (cid.encode(), password.encode())
            remember_secret(password)
            remember_secret(base64.b64encode(f"{cid}:{password}".encode()).decode())
        return requests.request(method, self.base + path, timeout=60, **options)

    def status(self, path, cid=None, password=None, **options):
        return self.get(path, cid, password, **options).status_code

    def checks(self):
        """How many passwords were hashed or checked until now."""
        return sum(item["count"] for item in requests.get(f"{self.base}/status.json", timeout=60).json()["helpdesk_hash_seconds"])

    def busy(self, count):
        """Whether so many requests are in nginx besides this one."""
        return int(re.search(r"Writing: (\d+)", requests.get(f"{self.base}/busy", timeout=60).text)[1]) == count + 1


@pytest.fixture
def portal(nginx, api):
    """With a customer whose password no test had before, so that nothing is remembered of it."""
    portal = Portal(nginx)
    portal.password = remember_secret(f"Größe:{secrets.token_hex(8)}")
    assert api.add("Demo", **{"pass": portal.password}).status == 200
    return portal


@contextlib.contextmanager
def held_up(mariadb):
    """Nobody reads a customer meanwhile."""
    with mariadb.connect() as connection, connection.cursor() as cursor:
        cursor.execute("LOCK TABLES customers WRITE")
        yield


@contextlib.contextmanager
def clients(count):
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        yield pool


@pytest.mark.parametrize("cid", ["Demo", "demo", " DEMO "])
def test_the_right_password(portal, cid):
    answer = portal.get("/portal/", cid, portal.password)
    assert (answer.status_code, answer.headers["X-Customer"]) == (200, "Demo")
    answer = portal.get("/sign-in", cid, portal.password)
    assert (answer.status_code, answer.headers["X-Helpdesk-Customer"], answer.content) == (204, "Demo", b"")
    assert answer.headers["Cache-Control"] == "no-store"
    assert portal.status("/sign-in", cid, portal.password, method="HEAD") == 204


def test_a_name_that_no_header_could_carry(portal, api):
    api.add("Jörg & Söhne", **{"pass": "password123"})
    assert portal.get("/portal/", "jörg & söhne", "password123").headers["X-Customer"] == "J%C3%B6rg%20%26%20S%C3%B6hne"


@pytest.mark.parametrize("cid, password", [("Demo", "wrong password"), ("nobody", "password123"), ("Demo", "Größe"), ("Demo", ""), (" ", "password123"),
                                           ("without", "password123"), ("unsupported", "password123"), ("De\0mo", "password123"),
                                           pytest.param("Demo", "p" * 300, id="long password"), pytest.param("x" * 300, "password123", id="long cid"),
                                           (None, None)])
def test_whoever_may_not(portal, api, cid, password):
    api.add("without")
    api.add("unsupported", support="N", **{"pass": "password123"})
    before = portal.checks()
    for path in ("/sign-in", "/portal/"):
        answer = portal.get(path, cid, password)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Basic realm="Support portal", charset="UTF-8"')
        assert "X-Helpdesk-Customer" not in answer.headers and "X-Customer" not in answer.headers
    # As much work whether or not there is such a customer.
    is_question = cid is not None and password and cid.strip() and "\0" not in cid and len(cid) <= 255
    assert portal.checks() - before == (2 if is_question else 0)


@pytest.mark.parametrize("header", ["Basic", "Basic !", "Basic RGVtbw==", "Basic OnBhc3M=", "Basic /w==", "Basic ZGVtbzr//w==", "Bearer RGVtbzpwYXNz", "Digest x"])
def test_what_is_no_credentials(portal, header):
    assert portal.status("/sign-in", headers={"Authorization": header}) == 401


def test_it_takes_no_method_but_two_and_reads_no_body(portal, api, db):
    assert portal.status("/sign-in", "Demo", portal.password, method="POST", data="x") == 405
    assert portal.status("/sign-in", "Demo", portal.password, data="x" * 100_000) == 204
    # The body of the request that it guards stays that request's.
    data = api.variables({"action": "add_customer", "cid": "x", "notes": "n" * 100_000})
    assert portal.status("/portal/API/", "Demo", "wrong password", method="POST", data=data) == 401
    assert db.customer("x") is None
    assert portal.status("/portal/API/", "Demo", portal.password, method="POST", data=data) == 200
    assert len(db.customer("x")["notes"]) == 100_000


def test_an_if_block_is_part_of_its_location(portal):
    answer = portal.get("/sign-in/if?mark=seen")
    assert (answer.status_code, answer.headers["X-Mark"], answer.headers["WWW-Authenticate"]) == (401, "seen", 'Basic realm="Here", charset="UTF-8"')


def test_each_form_of_a_letter_is_the_same_password(portal, api):
    composed, decomposed = (remember_secret(word + portal.password) for word in ("caf\u00e9", "cafe\u0301"))
    for stored in (composed, decomposed):
        api.update("Demo", **{"pass": stored})
        assert {portal.status("/sign-in", "Demo", sent) for sent in (composed, decomposed)} == {204}


def test_a_page_with_fifty_files_costs_one_check(portal):
    before = portal.checks()
    assert {portal.status("/portal/", "Demo", portal.password) for _ in range(50)} == {200}
    assert portal.checks() - before == 1
    # Nothing is remembered of a wrong one, or where nothing shall be.
    for path, password in (("/portal/", "wrong password"), ("/sign-in/uncached", remember_secret(portal.password + "~"))):
        before = portal.checks()
        assert {portal.status(path, "Demo", password) for _ in range(3)} == {401}
        assert portal.checks() - before == 3


def test_fifty_files_at_once_cost_one_check(portal, mariadb):
    before = portal.checks()
    with clients(53) as pool:
        with held_up(mariadb):
            right = [pool.submit(portal.status, "/portal/", "Demo", portal.password) for _ in range(50)]
            wrong = [pool.submit(portal.status, "/sign-in/uncached", "Demo", "wrong password") for _ in range(3)]
            wait_for(lambda: portal.busy(53), "all requests to wait")
        assert {answer.result() for answer in right} == {200}
        assert {answer.result() for answer in wrong} == {401}
    assert portal.checks() - before == 2


def test_clients_that_do_not_wait(portal, mariadb):
    command = ["curl", "-s", "-o", "/dev/null", "-u", f"Demo:{portal.password}"]
    ways = ([f"{portal.base}/portal/"], ["--http2-prior-knowledge", "--unix-socket", portal.nginx.folder / "http2.sock", "http://x/portal/"])
    with clients(1) as pool:
        with held_up(mariadb):
            gone = [subprocess.Popen([*command, *way]) for way in ways]
            wait_for(lambda: portal.busy(2), "their requests to wait")
            for client in gone:
                client.kill()
                client.wait()
            answer = pool.submit(portal.status, "/portal/", "Demo", portal.password)
            # nginx keeps the requests of those who are gone for the thread.
            wait_for(lambda: portal.busy(3), "a third to wait")
        assert answer.result() == 200


def test_http2(portal):
    before = portal.checks()
    result = subprocess.run(["h2load", "-n50", "-c1", "-m50", "-B", f"unix:{portal.nginx.folder}/http2.sock", "-H",
                             "Authorization: Basic " + base64.b64encode(f"Demo:{portal.password}".encode()).decode(), "http://x/portal/"],
                            capture_output=True, text=True, check=True)
    assert "status codes: 50 2xx" in result.stdout
    assert portal.checks() - before == 1


def test_a_changed_password(portal, api):
    path, new = "/sign-in/short", remember_secret("new" + portal.password)
    assert portal.status(path, "Demo", portal.password) == 204
    api.update("Demo", **{"pass": new})
    assert portal.status("/sign-in/uncached", "Demo", new) == 204
    wait_for(lambda: portal.status(path, "Demo", portal.password) == 401, "the old password to be forgotten", pause=0.1)
    api.update("Demo", support="N")
    assert portal.status("/sign-in/uncached", "Demo", new) == 401


def test_a_change_during_a_check(portal, api, db):
    """After the credentials were read, the check waits for the only thread, which has passwords that take long."""
    api.add("other", **{"pass": "other-password"})

    def reads():
        times = requests.get(f"{portal.base}/status.json", timeout=60).json().get("helpdesk_database_seconds", [])
        return sum(item["count"] for item in times if item["action"] == "verify_customer")

    def change_is_in_time(cost):
        """Whether the check was sure to end after the change."""
        db.query("UPDATE customers SET password_hash = REPLACE(password_hash, '$2b$04$', %s) WHERE cid = 'other'", f"$2b${cost}$")
        assert api.update("Demo", support="Y").status == 200
        read, checked = reads(), portal.checks()
        with clients(2) as pool:
            slow = pool.submit(portal.status, "/sign-in/slow", "other", f"wrong password {cost}")
            wait_for(lambda: reads() == read + 1, "the slow check to be read", pause=0)
            check = pool.submit(portal.status, "/sign-in/slow", "Demo", portal.password)
            wait_for(lambda: reads() == read + 2, "the check to be read", pause=0)
            assert api.update("Demo", support="N").status == 200
            in_time = portal.checks() == checked
            statuses = (slow.result(), check.result())
        assert statuses == (401, 401) or not in_time
        db.query("UPDATE customers SET password_hash = REPLACE(password_hash, %s, '$2b$04$') WHERE cid = 'other'", f"$2b${cost}$")
        return in_time

    assert any(change_is_in_time(cost) for cost in (12, 13, 14, 15))


def test_a_database_that_is_away(portal):
    answer = portal.get("/sign-in/lost", "Demo", portal.password)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert "code=database_unavailable" in answer.text
    assert portal.status("/portal/lost/", "Demo", portal.password) == 500
    # What is known of the customers of one database says nothing of another's.
    assert portal.status("/portal/", "Demo", portal.password) == 200
    assert portal.status("/sign-in/lost", "Demo", portal.password) == 503


def test_more_checks_than_threads_take(portal, mariadb):
    with clients(2) as pool:
        with held_up(mariadb):
            waiting = [pool.submit(portal.status, "/sign-in/narrow", "Demo", f"wrong password {i}") for i in range(2)]
            wait_for(lambda: portal.busy(2), "one to run and one to wait")
            assert portal.status("/sign-in/narrow", "Demo", "wrong password 3") == 503
        assert {answer.result() for answer in waiting} == {401}


def test_guesses_are_limited(portal):
    # Whoever has signed in is not held by the guesses of others at his address.
    assert portal.status("/portal/", "Demo", portal.password) == 200
    statuses = [portal.status("/portal/limited/", "Demo", f"wrong password {i}") for i in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    assert {portal.status("/portal/limited/", "Demo", portal.password) for _ in range(5)} == {200}


def test_a_reload(portal, mariadb, nginx):
    (old,) = nginx.worker_pids()
    with clients(2) as pool:
        with held_up(mariadb):
            answers = [pool.submit(portal.status, path, "Demo", portal.password) for path in ("/portal/", "/sign-in")]
            wait_for(lambda: portal.busy(2), "the requests to wait")
            nginx.reload()
            wait_for(lambda: len(nginx.worker_pids()) == 2, "another worker")
        assert [answer.result() for answer in answers] == [200, 204]
    wait_for(lambda: old not in nginx.worker_pids(), "the old worker to go")
    assert portal.status("/portal/", "Demo", portal.password) == 200
    assert portal.status("/portal/", "Demo", "wrong password") == 401


def test_a_shutdown_that_waits_for_nobody(portal, own_nginx, mariadb):
    """nginx gives its connections up, and keeps those requests that a thread works for until it is done."""
    own_nginx.workers = 1
    own_nginx.start(CONFIG, main=MAIN + "worker_shutdown_timeout 1s;")
    own = Portal(own_nginx)
    with clients(2) as pool:
        with held_up(mariadb), socket.create_connection(("127.0.0.1", own_nginx.port), timeout=60) as unfinished:
            unfinished.sendall(b"POST /API/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\na")
            waiting = [pool.submit(own.status, "/portal/", "Demo", portal.password) for _ in range(2)]
            wait_for(lambda: own.busy(3), "the requests to wait")
            own_nginx.process.send_signal(signal.SIGQUIT)
            assert unfinished.recv(1) == b""
        for answer in waiting:
            with pytest.raises(requests.exceptions.ConnectionError):
                answer.result()
    own_nginx.process.wait(60)
    assert own_nginx.complaints() == []
