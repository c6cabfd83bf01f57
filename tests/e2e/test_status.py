"""The numbers of all workers: counted once, whichever answers, and kept when nginx is reloaded."""

import concurrent.futures
import os
import signal

import pytest
import requests

from api import Api
from servers import wait_for

CONFIG = """
limit_req_zone $helpdesk_key_name zone=one:1m rate=1r/m;
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
    location /limited/ { %%DEFAULTS%% helpdesk_api; limit_req zone=one; limit_req_status 429; }
    location = /status { helpdesk_status html; }
    location = /status.json { helpdesk_status json; }
    location = /metrics { helpdesk_status prometheus; }
}
"""


@pytest.fixture
def api(own_nginx, db, key):
    own_nginx.start(CONFIG)
    yield Api(own_nginx.port, key)
    own_nginx.stop()
    assert [line for line in own_nginx.complaints() if "exited on signal 9" not in line] == []


def status(api):
    answer = requests.get(api.base + "/status.json", timeout=30)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json()


def counted(api):
    return {(each["action"], each["key"], each["outcome"]): each["value"] for each in status(api)["helpdesk_requests_total"]}


def values(api, name):
    return {each["server"]: each["value"] for each in status(api)[name]}


def test_requests_by_action_key_and_outcome(api, own_nginx):
    for number in range(20):
        # A connection each, for either worker.
        assert Api(own_nginx.port, api.key).add(f"c{number}").status == 200
    assert api.add("c1").status == 409
    assert api.get("get_customers", cid="c1").status == 200
    assert api.post("add_customer", cid="x", key="wrong").status == 401
    assert api.post("nonsense").status == 400
    assert requests.get(api.base + "/limited/", params={"key": api.key, "action": "get_customers", "cid": "c1"}, timeout=30).status_code == 200
    assert requests.get(api.base + "/limited/", params={"key": api.key, "action": "get_customers", "cid": "c1"}, timeout=30).status_code == 429
    wait_for(lambda: sum(counted(api).values()) == 26, "the last request to be counted")
    numbers = counted(api)
    assert numbers == {
        ("add_customer", "test", "ok"): 20,
        ("add_customer", "test", "already_exists"): 1,
        ("get_customers", "test", "ok"): 2,
        ("get_customers", "test", "too_many_requests"): 1,
        ("add_customer", "", "wrong_key"): 1,
        ("", "test", "unknown_action"): 1,
    }


def histogram(api, name, **labels):
    (found,) = [each for each in status(api)[name] if labels.items() <= each.items()]
    counts = [bucket["count"] for bucket in found["buckets"]]
    assert counts == sorted(counts) and counts[-1] <= found["count"]
    return found


def test_where_the_time_goes(api, own_nginx):
    for number in range(3):
        assert api.add(f"c{number}", **{"pass": "password"}).status == 200
    assert api.get("get_customers", cid="c1").status == 200
    wait_for(lambda: sum(counted(api).values()) == 4, "the last request to be counted")
    assert histogram(api, "helpdesk_request_seconds", action="add_customer")["count"] == 3
    assert histogram(api, "helpdesk_database_seconds", action="add_customer")["count"] == 3
    assert histogram(api, "helpdesk_database_seconds", action="get_customers")["count"] == 1
    assert histogram(api, "helpdesk_hash_seconds")["count"] == 3
    assert histogram(api, "helpdesk_queue_seconds", pool="hash")["count"] == 3
    assert histogram(api, "helpdesk_queue_seconds", pool="database")["count"] == 4
    assert histogram(api, "helpdesk_group_size", kind="write")["sum"] == 3
    assert histogram(api, "helpdesk_group_size", kind="read")["sum"] == 1
    whole = histogram(api, "helpdesk_request_seconds", action="add_customer")["sum"]
    assert whole > histogram(api, "helpdesk_database_seconds", action="add_customer")["sum"] + histogram(api, "helpdesk_hash_seconds")["sum"]


def test_what_waits_and_what_is_open(api, own_nginx, mariadb):
    server = f"unix:{mariadb.socket}"
    assert api.add("x").status == 200
    assert values(api, "helpdesk_database_connections")[server] >= 1
    with mariadb.connect(autocommit=False) as holder, holder.cursor() as cursor, concurrent.futures.ThreadPoolExecutor(8) as pool:
        cursor.execute("SELECT * FROM customers WHERE cid = 'x' FOR UPDATE")
        calls = [pool.submit(Api(own_nginx.port, api.key).update, "x", contracts="") for _ in range(3)]
        # As many as one worker lets through of one of two databases.
        wait_for(lambda: values(api, "helpdesk_database_connections_busy").get(server) == 3, "three calls at the database")
        assert values(api, "helpdesk_database_connections")[server] >= 3
        holder.rollback()
        assert [each.result().status for each in calls] == [200] * 3
    assert values(api, "helpdesk_database_connections_busy") == {server: 0}
    assert {each["pool"]: each["value"] for each in status(api)["helpdesk_queue_depth"]} == {"database": 0}
    # A worker that ends closes what it had.
    before = set(own_nginx.worker_pids())
    own_nginx.reload()
    wait_for(lambda: not before & set(own_nginx.worker_pids()), "the old workers to end")
    assert values(api, "helpdesk_database_connections") == {server: 0}


def test_a_killed_worker_leaves_nothing_open(api, own_nginx, mariadb):
    assert api.add("x").status == 200
    before = own_nginx.worker_pids()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not set(before) & set(own_nginx.worker_pids()) and len(own_nginx.worker_pids()) == 2, "new workers")
    # The first of them may answer before the other has begun.
    wait_for(lambda: values(api, "helpdesk_database_connections") == {f"unix:{mariadb.socket}": 0}, "no connection to be open")


def test_numbers_outlive_a_reload(api, own_nginx):
    assert api.add("x").status == 200
    wait_for(lambda: counted(api), "the request to be counted")
    before = set(own_nginx.worker_pids())
    own_nginx.reload()
    wait_for(lambda: not before & set(own_nginx.worker_pids()) and own_nginx.worker_pids(), "new workers")
    assert counted(api) == {("add_customer", "test", "ok"): 1}
    assert api.get("get_customers", cid="x").status == 200
    wait_for(lambda: len(counted(api)) == 2, "the request to be counted")


def test_the_database_server(api, mariadb):
    server = f"unix:{mariadb.socket}"
    assert values(api, "helpdesk_database_up") == {}
    assert api.add("x").status == 200
    assert values(api, "helpdesk_database_up") == {server: 1}
    assert values(api, "helpdesk_database_durable") == {server: 1}
    assert values(api, "helpdesk_database_connections_total")[server] >= 1
    assert values(api, "helpdesk_database_failures_total") == {}
    mariadb.stop()
    try:
        wait_for(lambda: api.add("y").status == 503 and values(api, "helpdesk_database_up") == {server: 0}, "the loss to be seen")
        assert values(api, "helpdesk_database_failures_total")[server] >= 1
    finally:
        mariadb.start()
    assert api.add("z").status == 200
    assert values(api, "helpdesk_database_up") == {server: 1}


def test_settings_that_can_lose_a_commit(api, mariadb):
    mariadb.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 2")
    try:
        assert api.add("x").status == 200
        assert values(api, "helpdesk_database_durable") == {f"unix:{mariadb.socket}": 0}
    finally:
        mariadb.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 1")


def test_prometheus(api):
    assert api.add("x").status == 200
    wait_for(lambda: counted(api), "the request to be counted")
    answer = requests.get(api.base + "/metrics", timeout=30)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/plain; version=0.0.4")
    assert 'helpdesk_requests_total{action="add_customer",key="test",outcome="ok"} 1\n' in answer.text
    assert "# TYPE helpdesk_database_up gauge\n" in answer.text


def test_page(api):
    answer = requests.get(f"{api.base}/status", timeout=30)
    assert (answer.status_code, answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (200, "text/html", "no-store")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.text.endswith("</html>\n")
    numbers = requests.get(f"{api.base}/status?json", timeout=30)
    assert numbers.headers["Content-Type"] == "application/json" and numbers.json().keys() == status(api).keys()
    assert "Content-Security-Policy" not in numbers.headers
    assert requests.get(f"{api.base}/status?json=1", timeout=30).text == answer.text


def test_only_reading(api):
    for path in ("/metrics", "/status"):
        assert requests.head(api.base + path, timeout=30).status_code == 200
        assert requests.post(api.base + path, timeout=30).status_code == 405
