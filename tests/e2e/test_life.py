"""What happens to calls while the database or nginx comes and goes."""

import concurrent.futures
import signal
import socket
import threading
import time

import pytest
import requests

from servers import MYSQLD, wait_for

# One worker, so that a pool of one thread is one thread.
WORKERS = 1

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
    location /narrow_hash/ {
        helpdesk_database { socket %%SOCKET%%; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; }
        helpdesk_key test { sha256 %%KEY_HASH%%; }
        helpdesk_thread_pool helpdesk;
        helpdesk_hash_thread_pool narrow;
        helpdesk_bcrypt_cost 10;
        helpdesk_api;
    }
}
"""


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


@pytest.mark.skipif(MYSQLD is not None, reason="MySQL ends no writes")
def test_a_statement_that_takes_too_long(api, db):
    """The server ends it before the read timeout is over, so that it is known that nothing was done."""
    db.query("CREATE TRIGGER slow BEFORE INSERT ON customers FOR EACH ROW DO SLEEP(30)")
    try:
        answer = call(api, "/impatient/", "add_customer", cid="x")
        assert (answer.status, answer.problems) == (504, [("", "database_timeout")])
        wait_for_execute(db, False)
    finally:
        db.query("DROP TRIGGER slow")
    assert db.count("customers") == 0
    assert call(api, "/impatient/", "add_customer", cid="x").status == 200


class Link:
    """Stands between nginx and the database, and can keep back what the database answers."""

    def __init__(self, path, target):
        self.target = target
        self.deaf = threading.Event()
        self.ends = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        path.chmod(0o666)
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self.target))
            self.ends += [client, server]
            for source, sink, passes in ((client, server, lambda: True), (server, client, lambda: not self.deaf.is_set())):
                threading.Thread(target=self.forward, args=(source, sink, passes), daemon=True).start()

    def forward(self, source, sink, passes):
        try:
            while data := source.recv(65536):
                if passes():
                    sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def cut(self):
        """Ends the connections that there are."""
        for end in self.ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()


def test_a_commit_that_is_not_confirmed(api, db, nginx, mariadb):
    """The statement that commits by itself is lost on its way: done or not, nobody knows."""
    link = Link(nginx.folder / "link.sock", mariadb.socket)
    try:
        assert call(api, "/linked/", "add_customer", cid="before").status == 200
        link.deaf.set()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            called = pool.submit(call, api, "/linked/", "add_customer", cid="x")
            wait_for(lambda: db.customer("x"), "the customer")
            link.cut()
            answer = called.result()
        assert (answer.status, answer.problems) == (503, [("", "outcome_unknown")])
        assert db.count("customers") == 2
    finally:
        link.close()


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


def test_a_client_that_leaves_does_not_undo_its_call(api, db, nginx, slow_customer):
    with socket.create_connection(("127.0.0.1", nginx.port)) as client:
        client.sendall(f"GET /?key={api.key}&action=add_customer&cid=slow HTTP/1.0\r\n\r\n".encode())
        db.wait_for_lock()
    slow_customer()
    wait_for(lambda: db.customer("slow"), "the customer")
    assert api.add("next").status == 200


def test_a_full_queue_is_told_at_once(api, db, slow_customer):
    """A pool of one thread and a queue of one: the third call is too many."""
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        calls = [pool.submit(call, api, "/narrow/", "add_customer", cid="slow") for _ in range(12)]
        done = []
        wait_for(lambda: done.extend(each for each in calls if each.done()) or done, "an answer while the others wait")
        answer = done[0].result()
        slow_customer()
        statuses = sorted(each.result().status for each in calls)
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
