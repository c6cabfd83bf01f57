"""What happens to calls while the database or nginx comes and goes."""

import concurrent.futures
import signal
import socket
import time

import pytest
import requests

from api import Api
from link import Link
from locks import holding
from servers import MYSQLD, free_port, wait_for

# One worker, so that a pool of one thread is one thread.
WORKERS = 1
LINK_PORT = free_port()

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
    location /narrow/ {
        %%DATABASE%%
        helpdesk_key test { sha256 %%KEY_HASH%%; }
        helpdesk_thread_pool narrow;
        helpdesk_hash_thread_pool helpdesk_hash;
        helpdesk_api;
    }
    location /impatient/ {
        helpdesk_database { socket %%SOCKET%%; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; read_timeout 2s;
                            connect_timeout 1s; }
        helpdesk_key test { sha256 %%KEY_HASH%%; }
        helpdesk_thread_pool narrow;
        helpdesk_hash_thread_pool helpdesk_hash;
        helpdesk_api;
    }
    location /linked/ {
        helpdesk_database { socket %%FOLDER%%/link.sock; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; }
        helpdesk_key test { sha256 %%KEY_HASH%%; }
        helpdesk_thread_pool narrow;
        helpdesk_hash_thread_pool helpdesk_hash;
        helpdesk_api;
    }
    location /tcp/ {
        helpdesk_database { host 127.0.0.1; port %%LINK_PORT%%; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; }
        helpdesk_key test { sha256 %%KEY_HASH%%; }
        helpdesk_thread_pool narrow;
        helpdesk_hash_thread_pool helpdesk_hash;
        helpdesk_api;
    }
    location /narrow_hash/ {
        helpdesk_database { socket %%SOCKET%%; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; }
        helpdesk_key test { sha256 %%KEY_HASH%%; }
        helpdesk_thread_pool helpdesk;
        helpdesk_hash_thread_pool narrow;
        helpdesk_bcrypt_cost 10;
        helpdesk_api;
    }
}
""".replace("%%LINK_PORT%%", str(LINK_PORT))


def call(api, path, action, **variables):
    return api.request("POST", path, data=api.variables({"action": action, **variables}))


@pytest.fixture
def slow_customer(api, db, mariadb):
    """Adds of the cid `slow` wait inside the database until the fixture's function is called."""
    holder = mariadb.connect(autocommit=False)
    cursor = holder.cursor()
    cursor.execute("INSERT INTO customers (cid, notes) VALUES ('slow', '')")
    yield holder.rollback
    holder.close()


def test_a_restart_of_mariadb_between_two_calls(api, db, mariadb):
    for i in range(20):
        assert api.add(f"before-{i}").status == 200
    mariadb.restart()
    for i in range(20):
        assert api.add(f"after-{i}", contracts="1" if i % 2 else None).status == 200
    assert db.count("customers") == 40


def test_an_add_without_lists_takes_two_round_trips_at_most(api, db):
    """One statement that asks all there is to ask, if there is, and one that commits by itself; both prepared once."""
    def statements():
        rows = db.query("SHOW GLOBAL STATUS WHERE Variable_name LIKE 'Com\\_stmt\\_%%' OR Variable_name IN ('Com_begin', 'Com_commit')")
        return {row["Variable_name"]: int(row["Value"]) for row in rows}

    call(api, "/narrow/", "add_customer", cid="first", company="Acme", group="1")
    before = statements()
    for i in range(10):
        assert call(api, "/narrow/", "add_customer", cid=f"x-{i}", company="Acme", group="2").status == 200
    after = statements()
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {"Com_stmt_execute": 20}

    call(api, "/narrow/", "add_customer", cid="second", city="Rome")
    before = statements()
    for i in range(10):
        assert call(api, "/narrow/", "add_customer", cid=f"y-{i}", city="Rome").status == 200
    after = statements()
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {"Com_stmt_execute": 10}


def test_a_connection_keeps_a_bounded_number_of_prepared_statements(api, db):
    """A client that tries all mixes of variables does not fill the server's memory."""
    names = ["contact", "city", "state", "zip", "country", "phone", "address"]
    prepared = lambda: int(db.query("SHOW GLOBAL STATUS LIKE 'Prepared_stmt_count'")[0]["Value"])
    assert call(api, "/narrow/", "add_customer", cid="x").status == 200
    counts = []
    for mix in range(1, 128):
        assert call(api, "/narrow/", "update_customer", cid="x", **{name: "y" for i, name in enumerate(names) if mix >> i & 1}).status == 200
        counts.append(prepared())
    # From one to 64, and anew.
    assert max(counts) - min(counts) == 63


def test_a_killed_connection_is_replaced(api, db):
    api.add("x")
    for row in db.query("SELECT id FROM information_schema.PROCESSLIST WHERE user = 'helpdesk'"):
        db.query(f"KILL {row['id']}")
    assert [api.update("x", city=str(i)).status for i in range(20)] == [200] * 20


def test_while_mariadb_is_away(api, db, mariadb):
    api.add("x")
    mariadb.stop()
    try:
        answer = api.add("y")
        assert (answer.status, answer.problems) == (503, [("", "database_unavailable")])
        assert answer.headers["Retry-After"] == "1"
        assert api.add("y", key="wrong").status == 401
    finally:
        mariadb.start()
    assert api.add("y").status == 200


def test_a_hung_database_is_given_up(api, db, mariadb):
    api.add("x")
    assert call(api, "/impatient/", "update_customer", cid="x", city="a").status == 200
    mariadb.freeze()
    try:
        answer = call(api, "/impatient/", "update_customer", cid="x", city="b")
        # The connection was given up with the answer: there is a new one to make.
        second = call(api, "/impatient/", "update_customer", cid="x", city="c")
        assert api.add("", city="checked without the database").status == 400
    finally:
        mariadb.process.send_signal(signal.SIGCONT)
    assert (answer.status, answer.problems) == (504, [("", "database_timeout")])
    assert (second.status, second.problems) == (503, [("", "database_unavailable")])
    # A server that took so long to fail is left alone for as long, a second at most.
    wait_for(lambda: call(api, "/impatient/", "update_customer", cid="x", city="d").status == 200, "the database's return")
    assert db.customer("x")["city"] == "d"


def wait_for_execute(db, running):
    """Until a prepared statement runs, or none does. A trigger's are those of the user who made it."""
    wait_for(lambda: running == bool(db.query("SELECT 1 FROM information_schema.PROCESSLIST WHERE command = 'Execute'")),
             "the statement")


def test_a_ping_that_hangs_is_the_last_attempt(api, db, mariadb):
    """It took all the time that a call has. A new connection would take that of connect_timeout besides, and tell of no database."""
    assert api.add("x").status == 200
    assert call(api, "/impatient/", "update_customer", cid="x", city="a").status == 200
    # So long that the connection is asked whether it lives.
    time.sleep(0.15)
    mariadb.freeze()
    try:
        answer = call(api, "/impatient/", "update_customer", cid="x", city="b")
    finally:
        mariadb.process.send_signal(signal.SIGCONT)
    assert (answer.status, answer.problems) == (504, [("", "database_timeout")])
    wait_for(lambda: call(api, "/impatient/", "get_customers", cid="x").status == 200, "the database's return")
    assert db.customer("x")["city"] == "a"


@pytest.mark.skipif(MYSQLD is not None, reason="MySQL ends no writes")
def test_a_statement_that_takes_too_long(api, db):
    """The server ends it before the read timeout is over, so that it is known that nothing was done."""
    db.query("CREATE TRIGGER slow BEFORE INSERT ON customers FOR EACH ROW DO SLEEP(100)")
    try:
        answer = call(api, "/impatient/", "add_customer", cid="x")
        assert (answer.status, answer.problems) == (504, [("", "database_timeout")])
        wait_for_execute(db, False)
    finally:
        db.query("DROP TRIGGER slow")
    assert db.count("customers") == 0
    assert call(api, "/impatient/", "add_customer", cid="x").status == 200


# What a trigger does to the second statement of an add, and what its client is told.
HALVES = {
    "timeout": ("DO SLEEP(30)", (504, "database_timeout")),
    "full": ("SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114", (503, "database_full")),
    "conflict": ("SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1205", (503, "overloaded")),
    "duplicate": ("SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1062", (409, "already_exists")),
    "refused": ("SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1836", (503, "database_unavailable")),
    "other": ("SIGNAL SQLSTATE '45000'", (500, "internal_error")),
}


@pytest.mark.parametrize("failure", HALVES)
def test_the_half_of_a_failed_write_is_not_stored_with_the_next(api, db, failure):
    """The thread's next transaction begins with a statement that commits what it finds begun."""
    if failure == "timeout" and MYSQLD:
        pytest.skip("MySQL ends no writes")
    action, (status, code) = HALVES[failure]
    db.query(f"CREATE TRIGGER fail BEFORE INSERT ON customer_contracts FOR EACH ROW BEGIN IF NEW.contract_id = 3 THEN {action}; END IF; END")
    try:
        answer = call(api, "/impatient/", "add_customer", cid="x", contracts="3")
        wait_for(lambda: call(api, "/impatient/", "upsert_customer", cid="y", contracts="1").status == 200, "the next")
    finally:
        db.query("DROP TRIGGER fail")
    assert (answer.status, [code for _, code in answer.problems]) == (status, [code])
    assert [row["cid"] for row in db.query("SELECT cid FROM customers")] == ["y"]


@pytest.fixture
def link(nginx, mariadb):
    link = Link(nginx.folder / "link.sock", mariadb.socket)
    yield link
    link.close()


def test_a_connection_that_died_while_it_rested(api, db, mariadb):
    """Over TCP a statement still leaves on it: so it is asked first whether it lives."""
    link = Link(LINK_PORT, mariadb.socket)
    try:
        for number in range(4):
            assert call(api, "/tcp/", "add_customer", cid=f"c{number}").status == 200
            link.cut()
            time.sleep(0.15)
    finally:
        link.close()


@pytest.mark.parametrize("lists", [{}, {"contracts": "1"}])
def test_a_commit_that_is_not_confirmed(api, db, link, lists):
    """The statement that commits by itself, or COMMIT, is lost on its way: done or not, nobody knows."""
    assert call(api, "/linked/", "add_customer", cid="before", **lists).status == 200
    link.keep_back_answers_from(lambda packet: packet.is_commit() if lists else packet.is_execution())
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        called = pool.submit(call, api, "/linked/", "add_customer", cid="x", **lists)
        wait_for(lambda: db.customer("x"), "the customer")
        link.pass_all()
        link.cut()
        answer = called.result()
    assert (answer.status, answer.problems) == (503, [("", "outcome_unknown")])
    assert db.count("customers") == 2


def test_a_statement_before_the_commit_that_is_not_answered(api, db, mariadb):
    """It is not done."""
    db.query("CREATE TRIGGER slow BEFORE INSERT ON customers FOR EACH ROW DO SLEEP(1)")
    try:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            called = pool.submit(call, api, "/impatient/", "add_customer", cid="x", contracts="1")
            wait_for_execute(db, True)
            mariadb.freeze()
            try:
                answer = called.result()
            finally:
                mariadb.process.send_signal(signal.SIGCONT)
        assert (answer.status, answer.problems) == (504, [("", "database_timeout")])
        wait_for_execute(db, False)
    finally:
        db.query("DROP TRIGGER slow")
    assert db.count("customers") == 0


def test_a_row_that_somebody_holds(api, db, slow_customer):
    """The call tries a few times, then gives up, and says so."""
    answer = call(api, "/impatient/", "add_customer", cid="slow")
    assert (answer.status, answer.problems) == (503, [("", "overloaded")])
    slow_customer()
    assert api.add("slow").status == 200


def test_a_row_that_somebody_holds_has_less_time_than_its_statement(api, db):
    """An update is tried three times, though read_timeout is only as long as two of its waits."""
    assert api.add("x").status == 200
    with holding(db, "SELECT * FROM customers FOR UPDATE"):
        answer = call(api, "/impatient/", "update_customer", cid="x", contact="1")
    assert (answer.status, answer.problems) == (503, [("", "overloaded")])


def test_others_do_not_wait_for_two_held_rows(api, db):
    """Two shared statements are out at most, but a call waits only for a moment to be in one of them."""
    for cid in "abc":
        api.add(cid)
    with holding(db, "SELECT * FROM customers WHERE cid IN ('a', 'b') FOR UPDATE") as holder:
        held = [holder.begin(Api(api.port, api.key).update, cid, contact="1") for cid in "ab"]
        assert api.update("c", contact="1").status == 200
        # They would have given up before, had it waited for them.
        assert not any(one.done() for one in held)
        holder.rollback()
        assert [one.result().status for one in held] == [200, 200]


def test_how_long_others_wait_for_two_held_rows(api, db):
    """Hundredths of a second, not until the queue is swept."""
    for cid in "abc":
        api.add(cid)

    def is_quick():
        with holding(db, "SELECT * FROM customers WHERE cid IN ('a', 'b') FOR UPDATE") as holder:
            held = [holder.begin(Api(api.port, api.key).update, cid, contact="1") for cid in "ab"]
            begin = time.monotonic()
            assert api.update("c", contact="1").status == 200
            took = time.monotonic() - begin
            holder.rollback()
            assert [one.result().status for one in held] == [200, 200]
        return took < 0.5
    # It takes longer on a machine that is busy with other things.
    assert any(is_quick() for _ in range(10))


def test_a_client_that_leaves_does_not_undo_its_call(api, db, nginx, slow_customer):
    with socket.create_connection(("127.0.0.1", nginx.port)) as client:
        client.sendall(f"GET /?key={api.key}&action=add_customer&cid=slow HTTP/1.0\r\n\r\n".encode())
        db.wait_for_lock()
    slow_customer()
    wait_for(lambda: db.customer("slow"), "the customer")
    assert api.add("next").status == 200


def test_a_full_queue_is_told_at_once(api, db, slow_customer):
    """A pool of one thread and a queue of one: one call runs, two wait at most before it does, and all others are too many."""
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        calls = [pool.submit(call, api, "/narrow/", "add_customer", cid="slow") for _ in range(12)]
        try:
            wait_for(lambda: sum(each.done() for each in calls) >= 9, "answers while the others wait")
            answers = [each.result() for each in calls if each.done()]
        finally:
            slow_customer()
        statuses = sorted(each.result().status for each in calls)
    for answer in answers:
        assert (answer.status, answer.problems, answer.headers["Retry-After"]) == (503, [("", "overloaded")], "1")
    assert statuses[0] == 200 and set(statuses[1:]) <= {409, 503}


def test_hashing_does_not_hold_up_other_calls(api, db):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        slow = pool.submit(call, api, "/narrow_hash/", "add_customer", cid="hashed", **{"pass": "a-password"})
        others = [api.add(f"quick-{i}").status for i in range(20)]
        assert slow.result().status == 200
    assert others == [200] * 20


@pytest.mark.parametrize("command", ["reload", "quit"])
def test_a_stopping_worker_answers_first(api, db, nginx, slow_customer, command):
    """nginx 1.22 lets a worker go while its threads work, unless a timer holds it."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        added = pool.submit(api.add, "slow")
        db.wait_for_lock()
        if command == "reload":
            nginx.reload()
        else:
            nginx.process.send_signal(signal.SIGQUIT)
        time.sleep(0.5)
        slow_customer()
        try:
            assert added.result().json == [{"added_customer": "slow"}]
        finally:
            if command == "quit":
                nginx.process.wait(20)
                nginx.start(CONFIG)
    assert db.customer("slow") is not None
    api.session.close()
    assert api.add("next").status == 200


def test_worker_shutdown_timeout_ends_a_waiting_request(api, db, nginx, slow_customer):
    """The connection is closed under the call: no crash, and the worker is gone once the thread is done."""
    nginx.stop()
    nginx.start(CONFIG, main="worker_shutdown_timeout 1s;")
    try:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            added = pool.submit(api.add, "slow")
            db.wait_for_lock()
            nginx.process.send_signal(signal.SIGQUIT)
            time.sleep(2)
            slow_customer()
            with pytest.raises(requests.exceptions.ConnectionError):
                added.result()
        nginx.process.wait(20)
        assert nginx.process.returncode == 0
        wait_for(lambda: db.customer("slow"), "the customer")
    finally:
        nginx.stop()
        nginx.start(CONFIG)


def test_connections_are_closed_when_workers_leave(api, db, nginx):
    api.add("x")
    nginx.reload()
    wait_for(lambda: "exited with code 0" in nginx.log(), "the old workers to leave")
    aborted = db.query("SHOW GLOBAL STATUS LIKE 'Aborted_clients'")[0]["Value"]
    nginx.reload()
    api.session.close()
    assert api.add("y").status == 200
    time.sleep(1)
    assert db.query("SHOW GLOBAL STATUS LIKE 'Aborted_clients'")[0]["Value"] == aborted
