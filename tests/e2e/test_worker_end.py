"""A worker that is told to end while its threads work: nothing that they use is destroyed under them."""

import concurrent.futures
import os
import signal
import subprocess
import threading
import time

import pytest
from requests.exceptions import RequestException

from api import Api
from conftest import numbers
from servers import wait_for
from test_waiting import locked

WORKERS = 1
MAIN = "thread_pool without_queue threads=3 max_queue=0; thread_pool usual threads=3 max_queue=64;"

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    client_max_body_size 16m;
    %%DEFAULTS%%
    location /usual/ { helpdesk_thread_pool usual; helpdesk_api; }
    location /without_queue/ { helpdesk_thread_pool without_queue; helpdesk_api; }
}
"""


def call(api, path, action, **variables):
    return Api(api.port, api.key).request("POST", path, data=api.variables({"action": action, **variables}))


def end(nginx):
    """Tells the worker to end at once, and returns its ID."""
    (worker,) = nginx.worker_pids()
    os.kill(worker, signal.SIGTERM)
    return worker


def has_ended_well(nginx, worker):
    return f"worker process {worker} exited with code 0" in nginx.log()


def fails(future):
    try:
        return not future.result()
    except RequestException:
        return True


def test_nginx_waits_for_a_thread(api, db, nginx, mariadb):
    with concurrent.futures.ThreadPoolExecutor(1) as pool, locked(mariadb, "support_contracts"):
        busy = pool.submit(call, api, "/usual/", "get_support_contracts", order="name")
        wait_for(lambda: mariadb.waiting("Waiting for table metadata lock") == 1, "a thread to wait")
        worker = end(nginx)
        # The module waits for a second.
        with pytest.raises(TimeoutError):
            wait_for(lambda: has_ended_well(nginx, worker), "the worker to end", seconds=2)
    wait_for(lambda: has_ended_well(nginx, worker), "the worker to end")
    assert fails(busy)


@pytest.fixture
def slow_nginx(own_nginx, tmp_path):
    """Its workers take a second from the end of our objects to their own, in which a thread that is still there would use them."""
    library = tmp_path / "slow_end.so"
    source = "#include <unistd.h>\n__attribute__((destructor)) static void rest(void) { sleep(1); }\n"
    subprocess.run(["gcc", "-x", "c", "-", "-shared", "-fPIC", "-o", library], input=source, text=True, check=True)
    usual = own_nginx.environment()
    own_nginx.environment = lambda: {**usual, "LD_PRELOAD": f"{usual.get('LD_PRELOAD', '')} {library}"}
    own_nginx.workers = 1
    own_nginx.start(CONFIG, main=MAIN)
    return own_nginx


def test_nginx_does_not_wait_for_a_pool_without_a_queue(db, key, slow_nginx, mariadb):
    api = Api(slow_nginx.port, key)
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        with locked(mariadb, "support_contracts"):
            # All threads of the pool work, so that nginx cannot tell one to end.
            busy = []
            for i in range(1, 4):
                busy.append(pool.submit(call, api, "/without_queue/", "get_support_contracts", id=str(i)))
                wait_for(lambda: mariadb.waiting("Waiting for table metadata lock") == i, "one more thread to wait")
            worker = end(slow_nginx)
            # The module has waited for a second. If the worker is still there, its threads go on now.
            time.sleep(1.5)
        wait_for(lambda: has_ended_well(slow_nginx, worker), "the worker to end")
        assert all(fails(each) for each in busy)
    assert slow_nginx.complaints() == []


@pytest.mark.parametrize("path", ["/usual/", "/without_queue/"])
def test_under_load(db, key, slow_nginx, path):
    api, nginx = Api(slow_nginx.port, key), slow_nginx
    db.query("INSERT INTO customers (cid, notes, portal_id) SELECT CONCAT('c', seq), REPEAT('n', 100), 1 FROM " + numbers(3000) + " AS numbers")
    rows = "cid,city,contracts\n" + "".join(f"r{i},Rome,1\n" for i in range(1000))
    over = threading.Event()

    def work(kind):
        while not over.is_set():
            client = Api(api.port, api.key)
            try:
                if kind == "import":
                    client.request("POST", f"{path}?action=import_customers&format=json&mode=upsert", data=rows,
                                   headers={"Content-Type": "text/csv", "X-API-Key": api.key})
                elif kind == "list":
                    call(api, path, "get_customers", cid="*", count="3000", order="cid")
                else:
                    call(api, path, "update_customer", cid="c1", city=kind, contracts="1", **{"pass": "some-password"})
            except RequestException:
                pass

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        clients = [pool.submit(work, kind) for kind in ("import", "list", "list", "Rome", "Oslo", "Bonn")]
        try:
            for _ in range(6):
                wait_for(lambda: db.query("SELECT 1 FROM information_schema.PROCESSLIST WHERE user = 'helpdesk' AND command = 'Execute'"),
                         "a thread to work")
                worker = end(nginx)
                wait_for(lambda: has_ended_well(nginx, worker) and len(nginx.worker_pids()) == 1, "the worker to end")
        finally:
            over.set()
        for each in clients:
            each.result()
    assert nginx.complaints() == []
