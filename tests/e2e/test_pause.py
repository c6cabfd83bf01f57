"""Walks that wait for the end of a second, in the worker: they hold no thread, and end with their client and with nginx."""

import concurrent.futures
import contextlib
import signal
import socket
import subprocess
import time

import pytest
import requests

from api import Api
from locks import holding
from servers import wait_for
from test_waiting import locked, stuck

# So that what waits in one worker could hold up the others, and so that the log has their order.
WORKERS = 1
MAIN = "thread_pool single threads=1 max_queue=1024;"
CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.2:%%PORT%% deferred;
    listen unix:%%FOLDER%%/http2.sock http2;
    %%DATABASE%% %%KEY_AND_POOLS%%
    location / { helpdesk_api; }
    location /single/ { helpdesk_api; helpdesk_thread_pool single; }
    location /both/ { helpdesk_api; mirror /held; }
    location = /held { set $args action=get_support_contracts&order=name; helpdesk_api; }
    location = /status.json { helpdesk_status json; }
}
"""


def begin_walks(api, pool, path="/", count=1):
    """As many requests that come to the present, at the beginning of a second."""
    time.sleep((0.02 - time.time()) % 1)
    assert api.update("old", city=str(time.time())).status == 200
    return [pool.submit(Api(api.port, api.key).get, "get_customers", path=path, updated_since="2024-01-01") for _ in range(count)]


@pytest.fixture
def old(db):
    db.query("INSERT INTO customers (cid, notes, portal_id, last_updated) VALUES ('old', '', 1, '2024-05-05')")


# Walks are lists, which have half of a pool's eight threads, so that look-ups have the others anyway.
@pytest.mark.parametrize("path, count, action, variables", [
    ("/single/", 1, "get_customers", {"cid": "old"}), ("/single/", 32, "get_customers", {"cid": "old"}),
    ("/", 8, "get_portals", {"order": "name"})])
def test_walks_that_wait_hold_no_thread(api, nginx, old, path, count, action, variables):
    """With all threads taken that the call may have, it would be answered after them, or at the end of the second with them."""
    def is_answered_first():
        log = len(nginx.log("access.log"))
        walks = begin_walks(api, pool, path, count)
        second = int(time.time())
        time.sleep(0.3)
        assert api.get(action, path=path, **variables).status == 200
        in_time = int(time.time()) == second
        assert [walk.result().status for walk in walks] == [200] * count
        # In the order of their ends: the update, and then the call or a walk.
        wait_for(lambda: len(nginx.log("access.log")[log:].splitlines()) == count + 2, "the log")
        return in_time and "updated_since" not in nginx.log("access.log")[log:].splitlines()[1]
    # It comes too late on a machine that is busy with other things for a second.
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        assert any(is_answered_first() for _ in range(10))


def leave(nginx, target, *options):
    """A client that waits for a moment."""
    subprocess.run(["curl", "-s", "--max-time", "0.3", *options, f"http://127.0.0.1:{nginx.port}{target}"], stdout=subprocess.DEVNULL)


def leave_http2(nginx, target):
    leave(nginx, target, "--unix-socket", nginx.folder / "http2.sock", "--http2-prior-knowledge")


def leave_in_the_next_request(nginx, target, address="127.0.0.1", more=1):
    """Something comes behind the request, and nobody reads it."""
    with socket.create_connection((address, nginx.port)) as client:
        client.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode() + b"G" * more)
        time.sleep(0.3)


def leave_deferred(nginx, target):
    """nginx reads the request when it accepts the connection, and registers none of its events."""
    leave_in_the_next_request(nginx, target, "127.0.0.2")


def leave_deferred_in_a_full_buffer(nginx, target):
    """What nginx reads fills its buffer, so that it takes the connection for one that has more to read."""
    leave_in_the_next_request(nginx, target, "127.0.0.2", more=4096)


@pytest.mark.parametrize("leave_it", [leave, leave_http2, leave_in_the_next_request, leave_deferred, leave_deferred_in_a_full_buffer])
def test_a_walk_without_its_client_waits_no_longer(api, nginx, old, leave_it):
    def is_noticed():
        time.sleep((0.02 - time.time()) % 1)
        assert api.update("old", city=str(time.time())).status == 200
        second = int(time.time())
        log = len(nginx.log("access.log"))
        leave_it(nginx, f"/?key={api.key}&action=get_customers&updated_since=2024-01-01")
        wait_for(lambda: "updated_since" in nginx.log("access.log")[log:], "the end of the request")
        return '" 499 ' in nginx.log("access.log")[log:] and int(time.time()) == second
    assert any(is_noticed() for _ in range(10))
    assert api.get("get_customers", cid="old").status == 200


@pytest.mark.parametrize("end, main", [("reload", ""), ("quit", ""), ("quit", "worker_shutdown_timeout 100ms;"), ("terminate", "")])
def test_nginx_ends_while_walks_wait(own_nginx, db, old, key, end, main):
    own_nginx.workers = 2
    own_nginx.start(CONFIG, main=MAIN + main)
    api = Api(own_nginx.port, key)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        walks = begin_walks(api, pool, count=8)
        time.sleep(0.3)
        before = set(own_nginx.worker_pids())
        if end == "reload":
            own_nginx.reload()
        else:
            own_nginx.process.send_signal(signal.SIGQUIT if end == "quit" else signal.SIGTERM)
        ends = [walk.exception() or walk.result().status for walk in walks]
    # Whoever is not waited for finds the connection closed.
    cut = end == "terminate" or main
    assert all(status == 200 or (cut and isinstance(status, requests.ConnectionError)) for status in ends), ends
    if end == "reload":
        wait_for(lambda: not set(own_nginx.worker_pids()) & before, "the old workers to leave")
        assert Api(own_nginx.port, key).get("get_customers", cid="old").status == 200
    else:
        assert own_nginx.process.wait(20) == 0
    assert own_nginx.complaints() == []


def begin_and_hold(api, nginx, db, pause):
    """A walk that comes to the present, whose read before or after its pause waits for a row while the client leaves. Returns its line
    in the access log."""
    log = len(nginx.log("access.log"))
    time.sleep((0.02 - time.time()) % 1)
    assert api.update("old", city=str(time.time())).status == 200
    with socket.create_connection(("127.0.0.1", nginx.port)) as client, contextlib.ExitStack() as stack:
        hold = lambda: stack.enter_context(holding(db, "UPDATE customers SET last_updated = last_updated + INTERVAL 1 HOUR WHERE cid = 'old'"))  # noqa: E731
        holder = hold() if pause == "before" else None
        client.sendall(f"GET /?key={api.key}&action=get_customers&updated_since=2024-01-01 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        if pause == "after":
            time.sleep(0.3)
            holder = hold()
        db.wait_for_lock()
        client.close()
        time.sleep(0.2)
        holder.rollback()
    wait_for(lambda: "updated_since" in nginx.log("access.log")[log:], "the end of the request")
    return nginx.log("access.log")[log:].splitlines()[-1]


def test_a_walk_whose_client_left_before_its_pause(api, nginx, db, old):
    """nginx is told once of the end of a connection, and that was while the walk read."""
    assert any('" 499 ' in begin_and_hold(api, nginx, db, "before") for _ in range(10))
    assert api.get("get_customers", cid="old").status == 200


def test_a_walk_whose_client_leaves_after_its_pause(api, nginx, db, old):
    """A thread works on it as on any other call, whose client nginx does not watch."""
    assert any('" 200 ' in begin_and_hold(api, nginx, db, "after") for _ in range(10))
    assert api.get("get_customers", cid="old").status == 200


def lists_of_customers(api):
    """How many were read to their end, whether or not somebody got them."""
    counts = requests.get(f"{api.base}/status.json", timeout=30).json().get("helpdesk_database_seconds", [])
    return sum(one["count"] for one in counts if one["action"] == "get_customers")


def test_a_walk_whose_client_leaves_while_a_thread_works_on_another_part(api, db, mariadb, old):
    """That part keeps the request, but nobody reads on for it."""
    def ends_with_its_client():
        with locked(mariadb, "support_contracts"):
            time.sleep((0.02 - time.time()) % 1)
            assert api.update("old", city=str(time.time())).status == 200
            before = lists_of_customers(api)
            with socket.create_connection(("127.0.0.1", api.port)) as client:
                client.sendall(f"GET /both/?action=get_customers&updated_since=2024-01-01 HTTP/1.1\r\nHost: x\r\nX-API-Key: {api.key}\r\n\r\n".encode())
                wait_for(lambda: stuck(mariadb, 1), "the other part to be in its thread")
            # Longer than a pause.
            time.sleep(2)
            return lists_of_customers(api) == before
    # A walk that comes at the end of a second does not pause.
    assert any(ends_with_its_client() for _ in range(5))
