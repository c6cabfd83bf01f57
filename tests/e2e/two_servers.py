"""Two servers of one database, and nginx that uses the first of them that takes writes.

Each has rows of its own, as if it were behind, which tell where a call went.
"""

import concurrent.futures
import contextlib
import hashlib
import os
import pathlib
import signal

import pytest
import requests

from api import Api
from conftest import Database
from servers import MariaDB, Nginx, wait_for

# connect_timeout is so long that a test notices a call that waits for it.
CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / {
        helpdesk_database { server unix:%%BACKUP%% backup; server unix:%%SOCKET%%; user helpdesk; password_file %%FOLDER%%/password;
                            name helpdesk; connect_timeout 30s; read_timeout 2s; %%MORE%% }
        %%KEY_AND_POOLS%%
        helpdesk_api;
        location = /numbers { helpdesk_status json; }
    }
}
"""


@pytest.fixture(scope="module")
def mariadb():
    server = MariaDB("--skip-networking", "--innodb-flush-log-at-trx-commit=2", "--log-bin", "--sync-binlog=100")
    yield server
    server.remove()


@pytest.fixture(scope="module")
def backup(mariadb):
    server = MariaDB()
    server.execute(f"ALTER USER helpdesk@localhost IDENTIFIED BY '{mariadb.password}'")
    yield server
    server.remove()


@contextlib.contextmanager
def running_nginx(mariadb, backup, key, more="", first=None, workers=2, config=CONFIG):
    server = Nginx(mariadb, hashlib.sha256(key.encode()).hexdigest(), workers)
    server.config = config.replace("%%BACKUP%%", str(backup.socket)).replace("%%MORE%%", more)
    if first is not None:
        server.config = server.config.replace("%%SOCKET%%", str(first))
    try:
        server.start(server.config)
        yield server
        server.stop()
        assert server.complaints() == []
    finally:
        server.remove()


@pytest.fixture(scope="module")
def nginx(mariadb, backup, key):
    with running_nginx(mariadb, backup, key) as server:
        yield server


@pytest.fixture(scope="module")
def failback_nginx(mariadb, backup, key):
    with running_nginx(mariadb, backup, key, "failback on;") as server:
        yield server


def fill(mariadb, backup):
    for server, city in ((mariadb, "first"), (backup, "second")):
        Database(server).reset()
        Database(server).query("INSERT INTO customers (cid, notes, city) VALUES ('where', '', %s)", city)


@pytest.fixture
def api(nginx, key, mariadb, backup):
    fill(mariadb, backup)
    api = Api(nginx.port, key)
    switch_over(api, backup, "first")
    return api


@pytest.fixture
def failback_api(failback_nginx, key, mariadb, backup):
    fill(mariadb, backup)
    api = Api(failback_nginx.port, key)
    wait_for(lambda: where(api) == "first", "the first server to be used")
    return api


def where(api):
    answer = api.get("get_customers", cid="where")
    return answer.records[0]["city"] if answer.status == 200 else None


def places(api, count=40):
    """Where so many calls at once went, by many threads and, most likely, all workers."""
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return set(pool.map(lambda _: where(Api(api.port, api.key)), range(count)))


def open_connections(api, server, count):
    """Has at least so many calls at the server at once, whose connections are kept.

    Calls that come together share a task and its connection, so each is sent after a look at those before it.
    """
    calls = []

    def enough():
        if len(calls) < 40:
            calls.append(pool.submit(where, fresh(api)))
        return number(api, "helpdesk_database_connections_busy", server) >= count

    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        with server.connect() as holder:
            holder.cursor().execute("LOCK TABLES customers WRITE")
            wait_for(enough, "many connections")
        assert {each.result() for each in calls} == {"first"}


def switch_over(api, old, new):
    """As an operator does: the old server takes no more writes, and calls go to the one that does."""
    old.execute("SET GLOBAL read_only = 1")
    try:
        wait_for(lambda: where(api) == new, f"the {new} server to be used")
    finally:
        old.execute("SET GLOBAL read_only = 0")


def number(api, name, server=None):
    values = requests.get(f"{api.base}/numbers", timeout=30).json().get(name, [])
    return sum(value["value"] for value in values if server is None or value["server"] == f"unix:{server.socket}")


def start_with(server, *options):
    """Starts it with more options, this time only."""
    usual = server.options
    server.options = (*usual, *options)
    try:
        server.start()
    finally:
        server.options = usual


def only(worker, workers):
    """Lets that worker alone take calls."""
    for pid in workers:
        os.kill(pid, signal.SIGCONT if pid == worker else signal.SIGSTOP)
    # One that runs on for a while after the signal was sent could still accept a connection.
    tasks = [task for pid in workers if pid != worker for task in pathlib.Path(f"/proc/{pid}/task").glob("*/stat")]
    wait_for(lambda: all(task.read_text().rpartition(")")[2].split()[0] == "T" for task in tasks), "the other workers to stop")


def fresh(api):
    """A client without a connection that a worker may hold."""
    return Api(api.port, api.key)
