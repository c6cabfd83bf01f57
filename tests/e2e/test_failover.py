"""Several servers of one database: the first that works is used, and used again when it is back.

Each has rows of its own here, which tell where a call went.
"""

import hashlib
import signal

import pytest

from api import Api
from conftest import Database
from servers import MariaDB, Nginx, wait_for

# One thread, so that its connection is the only one.
CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / {
        helpdesk_database { server unix:%%BACKUP%% backup; server unix:%%SOCKET%%; user helpdesk; password_file %%FOLDER%%/password;
                            name helpdesk; connect_timeout 1s; read_timeout 2s; }
        helpdesk_key test { sha256 %%KEY_HASH%%; }
        helpdesk_thread_pool narrow;
        helpdesk_hash_thread_pool helpdesk_hash;
        helpdesk_api;
    }
}
"""


@pytest.fixture(scope="module")
def mariadb():
    server = MariaDB("--skip-networking", "--innodb-flush-log-at-trx-commit=2", "--log-bin", "--sync-binlog=0")
    yield server
    server.remove()


@pytest.fixture(scope="module")
def backup(mariadb):
    server = MariaDB()
    server.execute(f"ALTER USER helpdesk@localhost IDENTIFIED BY '{mariadb.password}'")
    yield server
    server.remove()


@pytest.fixture(scope="module")
def nginx(mariadb, backup, key):
    server = Nginx(mariadb, hashlib.sha256(key.encode()).hexdigest(), workers=1)
    server.start(CONFIG.replace("%%BACKUP%%", str(backup.socket)))
    yield server
    server.stop()
    assert server.complaints() == []
    server.remove()


@pytest.fixture
def api(nginx, key, mariadb, backup):
    for server, city in ((mariadb, "first"), (backup, "second")):
        Database(server).reset()
        Database(server).query("INSERT INTO customers (cid, notes, city) VALUES ('where', '', %s)", city)
    api = Api(nginx.port, key)
    wait_for(lambda: where(api) == "first", "the first server to be used")
    return api


def where(api):
    answer = api.get("get_customers", cid="where")
    return answer.records[0]["city"] if answer.status == 200 else None


def test_a_server_that_is_away(api, nginx, mariadb):
    mariadb.stop()
    try:
        assert where(api) == "second"
        assert api.add("x").status == 200
    finally:
        mariadb.start()
    wait_for(lambda: where(api) == "first", "the first server to be used again")
    assert api.get("get_customers", cid="x").records == []
    log = nginx.log()
    assert f"database server unix:{mariadb.socket} is left for another: database error 2002" in log
    assert f"database server unix:{mariadb.socket} is back" in log


def test_a_server_that_hangs(api, mariadb):
    mariadb.freeze()
    try:
        assert api.get("get_customers", cid="where").problems in ([("", "database_timeout")], [("", "database_unavailable")])
        wait_for(lambda: where(api) == "second", "the backup to be used")
    finally:
        mariadb.process.send_signal(signal.SIGCONT)
    wait_for(lambda: where(api) == "first", "the first server to be used again")


def test_a_server_that_takes_no_writes(api, mariadb, backup):
    mariadb.execute("SET GLOBAL read_only = 1")
    try:
        assert api.add("x").status == 200
    finally:
        mariadb.execute("SET GLOBAL read_only = 0")
    assert Database(backup).customer("x") is not None
    assert Database(mariadb).customer("x") is None


def test_none_that_takes_writes(api, mariadb, backup):
    for server in (mariadb, backup):
        server.execute("SET GLOBAL read_only = 1")
    try:
        answer = api.add("x")
        assert (answer.status, answer.problems) == (503, [("", "database_unavailable")])
        assert answer.headers["Retry-After"] == "1"
    finally:
        for server in (mariadb, backup):
            server.execute("SET GLOBAL read_only = 0")
    wait_for(lambda: api.add("x").status == 200, "writes to be taken again")


def test_all_away(api, mariadb, backup):
    for server in (mariadb, backup):
        server.stop()
    try:
        assert api.get("get_customers", cid="where").problems == [("", "database_unavailable")]
    finally:
        for server in (mariadb, backup):
            server.start()
    wait_for(lambda: where(api) == "first", "the first server to be used again")


def test_settings_that_can_lose_acknowledged_writes_are_told_once(api, nginx, mariadb, backup):
    for i in range(3):
        assert api.add(f"c{i}").status == 200
    told = [line for line in nginx.log().splitlines() if "acknowledged" in line]
    assert len(told) == 1
    assert "[warn] " in told[0]
    assert (f"helpdesk: database server unix:{mariadb.socket} has innodb_flush_log_at_trx_commit = 2 and sync_binlog = 0: "
            "a crash of its machine may lose changes that were acknowledged") in told[0]
