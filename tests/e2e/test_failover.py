"""Several servers of one database: the first that takes writes is used, and stays in use until it fails."""

import concurrent.futures
import os
import signal
import time

import pytest

from api import Api
from conftest import Database
from link import Link
from locks import holding
from servers import wait_for
from two_servers import api, backup, fill, fresh, mariadb, nginx, number, only, open_connections, places, running_nginx, switch_over, where  # noqa: F401


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
