"""Several servers of one database: the first that takes writes is used, and stays in use until it fails.

Each has rows of its own here, as if it were behind, which tell where a call went.
"""

import concurrent.futures
import contextlib
import hashlib
import os
import pathlib
import signal
import time

import pytest
import requests

from api import Api
from conftest import Database
from link import Link
from locks import holding
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


# a server fails


def test_a_read_after_a_rest_does_not_go_to_a_server_that_was_demoted(api, mariadb):
    """A call within 0.1 s of the one before may, and within a second of the last look at the server."""
    assert places(api) == {"first"}
    mariadb.execute("SET GLOBAL read_only = 1")
    try:
        time.sleep(0.15)
        assert places(api) == {"second"}
    finally:
        mariadb.execute("SET GLOBAL read_only = 0")


def test_a_server_that_is_away(api, nginx, mariadb, backup):
    before = number(api, "helpdesk_database_failovers_total", mariadb), number(api, "helpdesk_database_failures_total", mariadb)
    told = nginx.log().count(f"database server unix:{mariadb.socket} is left for unix:{backup.socket}: database error 2002")
    mariadb.stop()
    try:
        assert where(api) == "second"
        assert api.add("x").status == 200
        assert places(api) == {"second"}
        assert number(api, "helpdesk_database_up", mariadb) == 0
    finally:
        mariadb.start()
    # One decision, however many threads and workers.
    assert number(api, "helpdesk_database_failovers_total", mariadb) == before[0] + 1
    assert number(api, "helpdesk_database_failures_total", mariadb) > before[1]
    assert nginx.log().count(f"database server unix:{mariadb.socket} is left for unix:{backup.socket}: database error 2002") == told + 1


def test_a_server_that_hangs_is_left_at_once(api, nginx, mariadb):
    """After the first call that it did not answer, no thread waits for it: neither on its connection nor for another."""
    wait_for(lambda: places(api) == {"first"}, "the first server to be used")
    open_connections(api, mariadb, 8)
    workers = nginx.worker_pids()
    try:
        only(workers[0], workers)
        mariadb.freeze()
        # Unless its thread has no connection yet, and waits for one.
        answer = fresh(api).get("get_customers", cid="where")
        assert answer.status == 200 or answer.problems == [("", "database_timeout")]
        begin = time.monotonic()
        assert where(fresh(api)) == "second"
        only(workers[1], workers)
        assert where(fresh(api)) == "second"
        for worker in workers:
            os.kill(worker, signal.SIGCONT)
        assert places(api) == {"second"}
        assert time.monotonic() - begin < 25
    finally:
        mariadb.process.send_signal(signal.SIGCONT)
        for worker in workers:
            os.kill(worker, signal.SIGCONT)


def test_a_server_that_hangs_in_a_statement_is_left_at_once(api, nginx, mariadb):
    workers = nginx.worker_pids()
    try:
        only(workers[0], workers)
        assert where(fresh(api)) == "first"
        with mariadb.connect() as holder, concurrent.futures.ThreadPoolExecutor(1) as pool:
            holder.cursor().execute("LOCK TABLES customers WRITE")
            called = pool.submit(fresh(api).get, "get_customers", cid="where")
            wait_for(lambda: mariadb.waiting("Waiting for table metadata lock"), "the statement to wait")
            mariadb.freeze()
            assert called.result().problems == [("", "database_timeout")]
            begin = time.monotonic()
            assert where(fresh(api)) == "second"
            assert time.monotonic() - begin < 25
            mariadb.process.send_signal(signal.SIGCONT)
    finally:
        mariadb.process.send_signal(signal.SIGCONT)
        for worker in workers:
            os.kill(worker, signal.SIGCONT)


@pytest.fixture
def linked(mariadb, backup, key):
    """An nginx of one worker whose first server stands behind a link, and the link."""
    fill(mariadb, backup)
    link = Link(mariadb.folder / "link.sock", mariadb.socket)
    try:
        with running_nginx(mariadb, backup, key, first=link.place, workers=1) as server:
            yield Api(server.port, key), link
    finally:
        link.close()


def keep_back_the_answer_to(link, text):
    """Gives a list that is no longer empty once the statement with that parameter was sent. Its answer, one packet, does not come back."""
    sent, kept = [], []

    def sees(packet):
        if packet.is_execution() and text in packet.data:
            sent.append(packet)
        elif sent and not kept and not packet.to_server:
            kept.append(packet)
            return b""
        return packet.data

    link.sees = sees
    return sent


def test_a_server_that_acknowledged_a_write_is_not_left_for_another_that_hung(linked, mariadb):
    api, link = linked
    assert api.add("before").status == 200
    sent = keep_back_the_answer_to(link, b"unanswered")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        hung = pool.submit(fresh(api).add, "unanswered")
        wait_for(lambda: sent, "the write to be sent")
        while not hung.done():
            assert fresh(api).post("upsert_customer", cid="x", city="Rome").status == 200
        assert hung.result().problems == [("", "outcome_unknown")]
    assert places(api) == {"first"}
    assert number(api, "helpdesk_database_failovers_total") == 0


def helpdesk_connections(mariadb):
    rows = Database(mariadb).query("SELECT id FROM information_schema.PROCESSLIST WHERE user = 'helpdesk'")
    return {row["id"] for row in rows}


def test_no_connection_from_before_a_server_was_left_is_used_again(linked, mariadb, backup):
    """Though the server stays in use, because no other works."""
    api, link = linked

    def scene():
        sent = keep_back_the_answer_to(link, b"unanswered")
        with holding(Database(mariadb), "SELECT * FROM customers WHERE cid = 'x' FOR UPDATE") as holder:
            hung = holder.threads.submit(fresh(api).add, "unanswered")
            wait_for(lambda: sent, "the write to be sent")
            late = holder.begin(fresh(api).update, "x", city="Rome")
            old = {row["trx_mysql_thread_id"] for row in Database(mariadb).query(
                "SELECT trx_mysql_thread_id FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'")}
            hung.result()
            holder.rollback()
            # On a slow machine it may have given up before.
            return old if late.result().status == 200 else None

    assert api.add("x").status == 200
    backup.stop()
    try:
        old = []
        wait_for(lambda: old.append(scene()) or old[-1], "a call that is still at the server when it is left")
        wait_for(lambda: not old[-1] & helpdesk_connections(mariadb), "its connection to be closed", seconds=10)
        assert where(api) == "first"
    finally:
        backup.start()


def test_connections_from_before_a_failover_are_not_used_after_the_return(api, mariadb, backup):
    wait_for(lambda: places(api) == {"first"}, "the first server to be used")
    open_connections(api, mariadb, 8)
    old = helpdesk_connections(mariadb)
    assert len(old) >= 8
    switch_over(api, mariadb, "second")
    switch_over(api, backup, "first")
    # Long before their idle_timeout.
    wait_for(lambda: places(api) == {"first"} and not old & helpdesk_connections(mariadb), "the old connections to be closed")


def test_none_that_takes_writes(api, nginx, mariadb, backup):
    for server in (mariadb, backup):
        server.execute("SET GLOBAL read_only = 1")
    try:
        answer = api.add("x")
        assert (answer.status, answer.problems) == (503, [("", "database_unavailable")])
        assert answer.headers["Retry-After"] == "1"
        wait_for(lambda: where(api) is None, "reads to be refused as well")
        assert any(f"unix:{server.socket}: it is read-only; the client gets 503" in nginx.log() for server in (mariadb, backup))
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
    wait_for(lambda: where(api) in ("first", "second"), "a server to be used again")


def test_a_server_without_a_connection_left_is_not_a_failed_one(api, mariadb):
    """Its other connections go on writing. The call that gets none is told to try again."""
    mariadb.execute("ALTER USER helpdesk@localhost WITH MAX_USER_CONNECTIONS 1")
    try:
        wait_for(lambda: None in places(api), "a call that gets no connection")
        assert places(api) <= {"first", None}
    finally:
        mariadb.execute("ALTER USER helpdesk@localhost WITH MAX_USER_CONNECTIONS 0")
    wait_for(lambda: places(api) == {"first"}, "all calls to be answered again")


# a server takes no writes


def test_a_server_that_takes_no_writes(api, mariadb, backup):
    mariadb.execute("SET GLOBAL read_only = 1")
    try:
        assert api.add("x").status == 200
        assert places(api) == {"second"}
        assert {record["cid"] for record in api.get("get_customers", cid="*").records} == {"where", "x"}
    finally:
        mariadb.execute("SET GLOBAL read_only = 0")
    assert Database(backup).customer("x") is not None
    assert Database(mariadb).customer("x") is None
    assert places(api) == {"second"}


def test_a_server_that_takes_no_writes_is_not_read_from_either(api, mariadb):
    """Though all calls are reads, and none of the connections ever rests."""
    stop = []
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        def read():
            client, seen = fresh(api), []
            while not stop:
                seen.append(where(client))
            return seen

        readers = [pool.submit(read) for _ in range(4)]
        try:
            time.sleep(0.5)
            mariadb.execute("SET GLOBAL read_only = 1")
            time.sleep(1.5)
        finally:
            stop.append(True)
            mariadb.execute("SET GLOBAL read_only = 0")
        for reader in readers:
            seen = reader.result()
            assert set(seen) == {"first", "second"} and seen == sorted(seen)


def test_a_server_whose_tables_take_no_writes(api, mariadb):
    """It may still say of itself that it is not read-only."""
    mariadb.stop()
    start_with(mariadb, "--innodb-read-only")
    try:
        assert where(api) == "second"
        assert places(api) == {"second"}
    finally:
        mariadb.restart()


# a server comes back


def calls_for(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.01)


@pytest.mark.parametrize("which", ["api", "failback_api"])
def test_a_server_that_comes_back_read_only_and_behind(request, which, mariadb):
    """All calls are answered by the server that acknowledged the writes."""
    api = request.getfixturevalue(which)
    mariadb.stop()
    try:
        assert api.add("x").status == 200
    finally:
        start_with(mariadb, "--read-only=1")
    try:
        for _ in calls_for(2.5):
            assert api.update("x", contact="y").status == 200
            assert [record["contact"] for record in api.get("get_customers", cid="x").records] == ["y"]
        assert places(api) == {"second"}
    finally:
        mariadb.execute("SET GLOBAL read_only = 0")


def test_a_server_that_comes_back_is_not_used_again(api, nginx, mariadb, backup):
    """It lacks what the other acknowledged. A write with an Idempotency-Key is not carried out twice."""
    headers = {"Idempotency-Key": "key-of-the-first-write"}
    mariadb.stop()
    try:
        assert api.post("add_customer", cid="x", headers=headers).status == 200
    finally:
        mariadb.start()
    for _ in calls_for(2.5):
        answer = fresh(api).post("add_customer", cid="x", headers=headers)
        assert (answer.status, answer.headers.get("Idempotent-Replayed")) == (200, "true")
    assert Database(mariadb).customer("x") is None and Database(backup).customer("x") is not None
    assert places(api) == {"second"}
    assert "all calls go there and do not go back by themselves" in nginx.log()


def test_with_failback_it_is_used_again(failback_api, failback_nginx, mariadb):
    api = failback_api
    mariadb.stop()
    try:
        assert api.add("x").status == 200
    finally:
        mariadb.start()
    wait_for(lambda: where(api) == "first", "the first server to be used again")
    assert places(api) == {"first"}
    assert f"database server unix:{mariadb.socket} is back; all calls go to it again" in failback_nginx.log()


BUSY = """
    location /first_alone/ {
        helpdesk_database { server unix:%%SOCKET%%; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; read_timeout 60s; }
        %%KEY_AND_POOLS%%
        helpdesk_api;
    }
}
"""


def test_no_call_waits_for_room_to_look_at_a_better_server(key, mariadb, backup):
    """Another database has all connections to that one: the call has a server that works."""
    fill(mariadb, backup)
    config = CONFIG.replace("%%BACKUP%% backup; server unix:%%SOCKET%%", "%%SOCKET%%; server unix:%%BACKUP%%").rpartition("}")[0] + BUSY
    with (running_nginx(mariadb, backup, key, "failback on; connections 1;", workers=1, config=config) as nginx,
          concurrent.futures.ThreadPoolExecutor(1) as pool, mariadb.connect() as holder):
        api = Api(nginx.port, key)
        mariadb.execute("SET GLOBAL read_only = 1")
        try:
            assert where(api) == "second"
            holder.cursor().execute("LOCK TABLES portals WRITE")
            busy = pool.submit(Api(api.port, key).get, "get_portals", path="/first_alone/", id="1")
            wait_for(lambda: mariadb.waiting("Waiting for table metadata lock") == 1, "the only connection to be busy")
        finally:
            mariadb.execute("SET GLOBAL read_only = 0")
        begin = time.monotonic()
        for _ in range(5):
            assert where(api) == "second"
            time.sleep(0.3)
        assert time.monotonic() - begin < 30
        holder.cursor().execute("UNLOCK TABLES")
        assert busy.result().status == 200
        wait_for(lambda: where(api) == "first", "the first server to be used again")


def test_the_operator_switches_over(api, mariadb, backup):
    switch_over(api, mariadb, "second")
    assert places(api) == {"second"}
    switch_over(api, backup, "first")
    assert places(api) == {"first"}


# all workers use the same server


def test_a_worker_follows_another_to_the_next_server(api, nginx, mariadb):
    """Its own connection to the first server works all the while."""
    workers = nginx.worker_pids()
    try:
        for worker in workers:
            only(worker, workers)
            assert where(fresh(api)) == "first"
        only(workers[0], workers)
        mariadb.execute("SET GLOBAL read_only = 1")
        wait_for(lambda: where(fresh(api)) == "second", "the second server to be used")
        mariadb.execute("SET GLOBAL read_only = 0")
        only(workers[1], workers)
        assert fresh(api).add("x").status == 200
        assert where(fresh(api)) == "second"
    finally:
        mariadb.execute("SET GLOBAL read_only = 0")
        for worker in workers:
            os.kill(worker, signal.SIGCONT)
    assert Database(mariadb).customer("x") is None


def test_a_worker_that_lost_its_connection_follows_another(api, nginx, mariadb):
    workers = nginx.worker_pids()
    try:
        for worker in workers:
            only(worker, workers)
            assert where(fresh(api)) == "first"
        only(workers[0], workers)
        mariadb.kill()
        assert where(fresh(api)) == "second"
        mariadb.start()
        only(workers[1], workers)
        assert where(fresh(api)) == "second"
    finally:
        for worker in workers:
            os.kill(worker, signal.SIGCONT)


def new_workers(nginx, old):
    return not set(old) & set(nginx.worker_pids())


def test_a_transaction_does_not_go_on_when_another_server_is_in_use(api, nginx, mariadb, backup):
    """One worker has begun it on the first server; the other cannot connect there, and moves all calls to the second."""
    old = nginx.worker_pids()
    nginx.reload()
    wait_for(lambda: len(nginx.worker_pids()) == 2 and new_workers(nginx, old), "workers without connections")
    workers = nginx.worker_pids()
    hidden = mariadb.socket.with_name("hidden.sock")
    only(workers[0], workers)
    assert where(fresh(api)) == "first"
    with mariadb.connect(autocommit=False) as holder, concurrent.futures.ThreadPoolExecutor(1) as pool:
        holder.cursor().execute("INSERT INTO customers (cid, notes) VALUES ('x', '')")
        called = pool.submit(fresh(api).add, "x", contracts="1")
        Database(mariadb).wait_for_lock()
        mariadb.socket.rename(hidden)
        try:
            only(workers[1], workers)
            assert where(fresh(api)) == "second"
            holder.rollback()
            only(workers[0], workers)
            assert called.result().status == 200
        finally:
            hidden.rename(mariadb.socket)
            for worker in workers:
                os.kill(worker, signal.SIGCONT)
    assert Database(mariadb).customer("x") is None
    assert Database(backup).list("customer_contracts", "contract_id", "x") == [1]


def test_a_reload_keeps_the_server_in_use(api, nginx, mariadb, backup):
    switch_over(api, mariadb, "second")
    reordered = nginx.config.replace(f"server unix:{backup.socket} backup; server unix:%%SOCKET%%;",
                                     f"server unix:%%SOCKET%%; server unix:{backup.socket}; server unix:/nonexistent;")
    for config in (nginx.config, reordered, nginx.config):
        old = nginx.worker_pids()
        nginx.write(nginx.expand(config))
        nginx.reload()
        wait_for(lambda: new_workers(nginx, old), "the new workers")
        assert where(fresh(api)) == "second"
        assert places(api) == {"second"}


def test_a_restart_begins_with_the_first_server(api, nginx, mariadb):
    switch_over(api, mariadb, "second")
    nginx.stop()
    nginx.start(nginx.config)
    assert where(fresh(api)) == "first"


# configuration


def test_failback(nginx):
    def complaint(more):
        passed, output = nginx.test(nginx.config.replace("connect_timeout", more + " connect_timeout"))
        return None if passed else output

    assert complaint("failback on;") is None
    assert complaint("failback off;") is None
    assert '"failback" must be "on" or "off", not "maybe"' in complaint("failback maybe;")
    assert '"failback" is duplicate' in complaint("failback on; failback off;")
    assert '"failback" takes one value' in complaint("failback;")


def test_settings_that_can_lose_acknowledged_writes_are_told_once(api, nginx, mariadb):
    for i in range(3):
        assert api.add(f"c{i}").status == 200
    pids = {line.split("#")[0].split()[-1] for line in nginx.log().splitlines() if "acknowledged" in line}
    told = [line for line in nginx.log().splitlines() if "acknowledged" in line]
    assert 1 <= len(told) == len(pids)  # by each worker that connected
    assert "[warn] " in told[0]
    assert (f"helpdesk: database server unix:{mariadb.socket} has innodb_flush_log_at_trx_commit = 2 and sync_binlog = 100: "
            "a crash of its machine may lose changes that were acknowledged") in told[0]
