"""A web host's nginx: many databases on one server, whose connections the workers share out."""

import collections
import concurrent.futures
import itertools
import os
import subprocess
import threading
import time

import pymysql
import pytest
import requests

from api import Api
from servers import DATABASE, MariaDB, wait_for

# The long variant makes the databases of a large host, and measures what a noisy one costs the others.
LONG = bool(os.environ.get("HELPDESK_LONG"))
DATABASES = 500 if LONG else 40
WORKERS = 4 if LONG else 2
CONNECTIONS = 25 if LONG else 5  # of a worker
THREADS = 8  # of a worker
SHARE = THREADS // 2  # that one database may have
MOST = 151 if LONG else 40  # that the server takes; a busy one counts a closed connection for a while
NAMES = [f"t{number}" for number in range(DATABASES)]


def location(name, parameters):
    return (f"location /{name}/ {{ helpdesk_database {{ socket %%SOCKET%%; user helpdesk; password_file %%FOLDER%%/password; name {name}; "
            f"{parameters} }} helpdesk_api; }}\n")


def config(names, parameters):
    return ("server { listen 127.0.0.1:%%PORT%%; %%KEY_AND_POOLS%% location = /numbers { helpdesk_status json; }\n"
            + "".join(location(name, parameters) for name in names) + "}")


CONFIG = config(NAMES, f"connections {CONNECTIONS}; idle_timeout 2s;")


def copy_database(server, names):
    """Makes databases like the one that was migrated."""
    options = [f"--socket={server.socket}", "--user=root"]
    dump = subprocess.run(["mariadb-dump", *options, DATABASE], check=True, capture_output=True, text=True).stdout
    sql = "".join(f"CREATE DATABASE {name};\nUSE {name};\n{dump}" for name in names)
    subprocess.run(["mariadb", *options], check=True, input=sql, text=True)


@pytest.fixture(scope="module")
def mariadb():
    server = MariaDB("--skip-networking", f"--max-connections={MOST}", *(["--innodb-flush-method=nosync", "--debug-no-sync"] if LONG else []))
    try:
        server.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON `t%`.* TO helpdesk@localhost")
        copy_database(server, NAMES)
        yield server
    finally:
        server.remove()


@pytest.fixture
def db(mariadb):
    for name in NAMES:
        mariadb.execute(f"DELETE FROM {name}.customers")
    # An earlier test's nginx may still have its connections.
    wait_for(lambda: ours(mariadb) == [], "no connection to be open")


def ours(mariadb):
    """The databases of the connections that nginx has."""
    with mariadb.connect(database=None) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT db FROM information_schema.PROCESSLIST WHERE user = 'helpdesk'")
        return [row["db"] for row in cursor.fetchall()]


def status(mariadb, name):
    with mariadb.connect(database=None) as connection, connection.cursor() as cursor:
        cursor.execute(f"SHOW GLOBAL STATUS LIKE '{name}'")
        return int(cursor.fetchone()["Value"])


def call(api, name, action, **variables):
    return api.request("POST", f"/{name}/", data=api.variables({"action": action, **variables}))


def numbers(api, metric):
    """By database."""
    values = collections.Counter()
    for each in requests.get(f"{api.base}/numbers", timeout=30).json()[metric]:
        values[each["database"]] += each.get("value", each.get("count", 0))
    return values


def work(port, key, names):
    """Three calls to each database, from the client of one thread; the statuses of their answers."""
    api = Api(port, key)
    answers = [call(api, name, action, cid=f"{threading.get_ident()}", **more) for name in names
               for action, more in (("upsert_customer", {"contracts": ""}), ("update_customer", {"city": "Rome"}), ("get_customers", {}))]
    return collections.Counter(answer.status for answer in answers)


def test_all_are_served_on_few_connections(api, nginx, mariadb):
    mariadb.execute("FLUSH STATUS")
    clients = 32 if LONG else 16
    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        rounds = [pool.submit(work, nginx.port, api.key, NAMES[begin::clients] + NAMES[:begin]) for begin in range(clients)]
        open_at_once = []
        while not all(each.done() for each in rounds):
            open_at_once.append(sum(numbers(api, "helpdesk_database_connections").values()))
    total = sum((each.result() for each in rounds), collections.Counter())
    assert set(total) == {200}
    assert max(open_at_once) <= WORKERS * CONNECTIONS
    assert status(mariadb, "Max_used_connections") < MOST
    assert "1040" not in nginx.log()


def test_connections_that_nobody_uses_are_closed(api, nginx, mariadb):
    """Also when no call comes any more that could see it."""
    aborted = status(mariadb, "Aborted_clients")
    for name in NAMES[:3]:
        assert call(api, name, "upsert_customer", cid="x").status == 200
    assert set(ours(mariadb)) <= set(NAMES[:3]) and ours(mariadb)
    wait_for(lambda: ours(mariadb) == [], "the connections to be closed")
    assert status(mariadb, "Aborted_clients") == aborted


@pytest.mark.parametrize("longer", [0, 1])
def test_connections_to_another_server_are_closed_as_well(db, mariadb, own_nginx, key, longer):
    """By two names it looks like two: those to one are all closed while those to the other may still be used."""
    (own_nginx.folder / "other.sock").symlink_to(mariadb.socket)
    first, second = (location(f"t{i}", f"idle_timeout {3 if i == longer else 1}s;") for i in range(2))
    own_nginx.workers = 1
    own_nginx.start("server { listen 127.0.0.1:%%PORT%%; %%KEY_AND_POOLS%%\n" + first
                    + second.replace("%%SOCKET%%", "%%FOLDER%%/other.sock") + "}")
    api = Api(own_nginx.port, key)
    for i in range(2):
        assert call(api, f"t{i}", "upsert_customer", cid="x").status == 200
    wait_for(lambda: ours(mariadb) == [], "the connections to be closed")


def test_numbers_tell_databases_apart(api, nginx):
    before = numbers(api, "helpdesk_database_call_seconds"), numbers(api, "helpdesk_database_queue_seconds")
    for name, calls in (("t1", 2), ("t2", 3)):
        for _ in range(calls):
            assert call(api, name, "upsert_customer", cid="x").status == 200
    assert numbers(api, "helpdesk_database_call_seconds") - before[0] == {"t1": 2, "t2": 3}
    assert numbers(api, "helpdesk_database_queue_seconds") - before[1] == {"t1": 2, "t2": 3}
    assert numbers(api, "helpdesk_database_connections")["t1"] >= 1
    assert numbers(api, "helpdesk_database_connections_busy")["t1"] == 0


@pytest.fixture
def one_worker(own_nginx, key):
    """Starts nginx with one worker and these parameters of each database."""
    def start(parameters=""):
        own_nginx.workers = 1
        own_nginx.start(config(NAMES[:8], parameters))
        return Api(own_nginx.port, key)
    yield start
    own_nginx.stop()
    assert own_nginx.complaints() == []


def take_all(mariadb, leave=0):
    """Connections until the server takes no more."""
    taken = []
    try:
        while True:
            taken.append(mariadb.connect(database=None))
    except pymysql.err.OperationalError as error:
        assert error.args[0] == 1040
    for connection in taken[len(taken) - leave:]:
        connection.close()
    return taken[:len(taken) - leave]


def test_a_server_without_a_connection_left(db, mariadb, one_worker, own_nginx):
    api = one_worker()
    taken = take_all(mariadb)
    try:
        answer = call(api, "t0", "upsert_customer", cid="x")
        assert (answer.status, answer.problems) == (503, [("", "database_unavailable")])
        assert "above connections of helpdesk_database times all workers" in own_nginx.log()
    finally:
        for connection in taken:
            connection.close()
    wait_for(lambda: call(api, "t0", "upsert_customer", cid="x").status == 200, "the server to take connections again")


def test_idle_connections_make_room_where_the_server_has_none(db, mariadb, one_worker, own_nginx):
    api = one_worker()
    for name in ("t0", "t1", "t2"):
        assert call(api, name, "upsert_customer", cid="x").status == 200
    taken = take_all(mariadb)
    try:
        # The connection that the server keeps for administrators counts, too.
        assert call(api, "t3", "upsert_customer", cid="x").status == 200
        assert call(api, "t3", "get_customers", cid="x").status == 200
    finally:
        for connection in taken:
            connection.close()
    assert ours(mariadb) == ["t3"]


def test_two_databases_take_turns_on_the_last_connection(db, mariadb, one_worker):
    """The server may still count the one that was closed for the next."""
    api = one_worker("connections 1;")
    assert call(api, "t0", "upsert_customer", cid="x").status == 200
    taken = take_all(mariadb, leave=1)  # the one that the server keeps for administrators
    try:
        assert [call(api, f"t{turn % 2}", "upsert_customer", cid="x").status for turn in range(30)] == [200] * 30
    finally:
        for connection in taken:
            connection.close()


def test_a_server_without_room_for_prepared_statements(db, mariadb, one_worker):
    api = one_worker()
    names = ["contact", "city", "state", "zip"]
    mixes = [mix for length in range(1, 5) for mix in itertools.combinations(names, length)]
    for mix in mixes[:5]:
        assert call(api, "t0", "upsert_customer", cid="x", **dict.fromkeys(mix, "y")).status == 200
    before = status(mariadb, "Prepared_stmt_count")
    assert before >= 5
    mariadb.execute(f"SET GLOBAL max_prepared_stmt_count = {before}")
    try:
        assert [call(api, "t0", "upsert_customer", cid="x", **dict.fromkeys(mix, "z")).status for mix in mixes] == [200] * len(mixes)
        # A new connection has none of its own to drop.
        mariadb.execute(f"SET GLOBAL max_prepared_stmt_count = {status(mariadb, 'Prepared_stmt_count')}")
        assert call(api, "t1", "upsert_customer", cid="x", contracts="").status == 200
    finally:
        mariadb.execute("SET GLOBAL max_prepared_stmt_count = DEFAULT")


def hold(mariadb, name):
    """Whoever writes the customer `held` of the database waits until this connection rolls back."""
    mariadb.execute(f"INSERT INTO {name}.customers (cid, notes) VALUES ('held', '')")
    holder = mariadb.connect(database=name, autocommit=False)
    with holder.cursor() as cursor:
        cursor.execute("SELECT * FROM customers WHERE cid = 'held' FOR UPDATE")
    return holder


def test_a_call_waits_for_a_connection_and_then_no_longer(db, mariadb, one_worker, own_nginx):
    api = one_worker("connections 1; connect_timeout 3s; read_timeout 20s;")
    holder = hold(mariadb, "t0")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        busy = pool.submit(call, Api(own_nginx.port, api.key), "t0", "update_customer", cid="held", city="Rome")
        wait_for(lambda: numbers(api, "helpdesk_database_connections_busy")["t0"] == 1, "the call to have the connection")
        answer = call(api, "t1", "get_customers", cid="x")
        assert (answer.status, answer.problems) == (503, [("", "overloaded")])
        assert not busy.done()
        waiting = pool.submit(call, Api(own_nginx.port, api.key), "t1", "get_customers", cid="x")
        holder.rollback()
        assert busy.result().status == 200
        assert waiting.result().status == 200
    holder.close()
    assert "all 1 connections to database server" in own_nginx.log()


def test_what_waits_for_a_connection_holds_no_thread(db, mariadb, own_nginx, key):
    """The same server under another name counts as another server."""
    own_nginx.workers = 1
    link = own_nginx.folder / "other.sock"
    link.symlink_to(mariadb.socket)
    waits = "connections 1; connect_timeout 60s; read_timeout 60s;"
    own_nginx.start("server { listen 127.0.0.1:%%PORT%%; %%KEY_AND_POOLS%% location = /numbers { helpdesk_status json; }"
                    + "".join(location(name, waits) for name in NAMES[:3]) + location("t3", "").replace("%%SOCKET%%", str(link)) + "}")
    api = Api(own_nginx.port, key)
    holder = hold(mariadb, "t0")
    with concurrent.futures.ThreadPoolExecutor(2 * THREADS + 1) as pool:
        calls = [pool.submit(call, Api(own_nginx.port, key), "t0", "update_customer", cid="held", city="Rome")]
        wait_for(lambda: numbers(api, "helpdesk_database_connections_busy")["t0"] == 1, "the call to have the connection")
        for name in THREADS * ("t1", "t2"):
            calls.append(pool.submit(call, Api(own_nginx.port, key), name, "upsert_customer", cid="x", contracts=""))
        wait_for(lambda: sum(each["value"] for each in requests.get(f"{api.base}/numbers", timeout=30).json()["helpdesk_queue_depth"]) > 0,
                 "calls to wait")
        assert call(api, "t3", "upsert_customer", cid="x").status == 200
        assert not any(each.done() for each in calls)
        holder.rollback()
        assert {each.result().status for each in calls} == {200}
    holder.close()


def test_a_noisy_database_leaves_a_connection_to_the_others(db, mariadb, one_worker, own_nginx):
    api = one_worker("connections 2; connect_timeout 60s; read_timeout 60s;")
    holder = hold(mariadb, "t0")
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        noisy = [pool.submit(call, Api(own_nginx.port, api.key), "t0", "update_customer", cid="held", contracts="") for _ in range(THREADS)]
        wait_for(lambda: numbers(api, "helpdesk_database_connections_busy")["t0"] == 1, "a call to have its connection")
        assert set(work(own_nginx.port, api.key, NAMES[1:5])) == {200}
        assert not any(each.done() for each in noisy)
        holder.rollback()
        assert {each.result().status for each in noisy} == {200}
    holder.close()


def test_the_smallest_number_counts(db, mariadb, own_nginx, key):
    own_nginx.workers = 1
    own_nginx.start("server { listen 127.0.0.1:%%PORT%%; %%KEY_AND_POOLS%%" + location("t0", "connections 9;") + location("t1", "connections 1;")
                    + location("t2", "") + "}")
    api = Api(own_nginx.port, key)
    for name in ("t0", "t2", "t1", "t0", "t2"):
        assert call(api, name, "upsert_customer", cid="x").status == 200
    wait_for(lambda: ours(mariadb) == ["t2"], "the last one only")


def test_the_default_is_less_where_there_are_more_workers(db, mariadb, own_nginx, key):
    own_nginx.workers = 8
    own_nginx.start(config(NAMES[:12], ""))
    # One connection of a client, so one worker.
    api = Api(own_nginx.port, key)
    for name in NAMES[:12]:
        assert call(api, name, "upsert_customer", cid="x").status == 200
    wait_for(lambda: sorted(ours(mariadb)) == sorted(NAMES[4:12]), "the last eight only")


def test_a_noisy_database_leaves_room_for_the_others(db, api, nginx, mariadb):
    """Its calls wait for a row that somebody holds, more of them than there are threads and connections."""
    def busy():
        return numbers(api, "helpdesk_database_connections_busy")["t0"]

    holder = hold(mariadb, "t0")
    noise = 60
    with concurrent.futures.ThreadPoolExecutor(noise) as pool:
        noisy = [pool.submit(call, Api(nginx.port, api.key), "t0", "update_customer", cid="held", contracts="") for _ in range(noise)]
        wait_for(lambda: busy() >= WORKERS * SHARE, "threads to be taken")
        assert set(work(nginx.port, api.key, NAMES[1:9])) == {200}
        assert busy() <= WORKERS * SHARE
        assert not all(each.done() for each in noisy)
        holder.rollback()
        assert {each.result().status for each in noisy} <= {200, 503}
    holder.close()


def test_a_noisy_database_leaves_room_for_those_that_had_no_call_yet(db, mariadb, one_worker, own_nginx):
    """As after a reload: the new worker has seen none but the noisy one."""
    api = one_worker()
    holder = hold(mariadb, "t0")
    noise = 16
    with concurrent.futures.ThreadPoolExecutor(noise) as pool:
        noisy = [pool.submit(call, Api(own_nginx.port, api.key), "t0", "update_customer", cid="held", contracts="") for _ in range(noise)]
        wait_for(lambda: numbers(api, "helpdesk_database_connections_busy")["t0"] >= SHARE, "threads to be taken")
        assert set(work(own_nginx.port, api.key, NAMES[1:5])) == {200}
        assert numbers(api, "helpdesk_database_connections_busy")["t0"] == SHARE
        holder.rollback()
        assert {each.result().status for each in noisy} == {200}
    holder.close()


def test_all_connections_are_closed_at_the_end(db, mariadb, one_worker, own_nginx):
    api = one_worker()
    for name in NAMES[:8]:
        assert call(api, name, "upsert_customer", cid="x").status == 200
    assert sorted(ours(mariadb)) == sorted(NAMES[:8])
    aborted = status(mariadb, "Aborted_clients")
    api.session.close()
    own_nginx.stop()
    wait_for(lambda: ours(mariadb) == [], "the connections to be closed")
    assert status(mariadb, "Aborted_clients") == aborted


def rate(port, key, names, clients, seconds):
    """Answers per second that so many clients get, which call these databases in turn. Each changes a row of its own."""
    end = time.monotonic() + seconds

    def run(begin):
        api, done = Api(port, key), 0
        for name in itertools.cycle(names[begin::clients]):
            if time.monotonic() >= end:
                return done
            assert call(api, name, "upsert_customer", cid=f"c{begin}", city=str(done), contracts="").status == 200
            done += 1
    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        return sum(pool.map(run, range(clients))) / seconds


@pytest.mark.skipif(not LONG, reason="it measures, for which a busy machine is no place")
def test_a_noisy_database_costs_the_others_no_more_than_half(api, nginx, mariadb):
    quiet = NAMES[1:200]
    alone = rate(nginx.port, api.key, quiet, 8, 10)
    # Slow at the server: what the noise takes of this machine's processors is not the question. So slow that a thread which the noise
    # has would come too late for the others: they need threads that it may not have.
    mariadb.execute("CREATE TRIGGER t0.slow BEFORE UPDATE ON t0.customers FOR EACH ROW DO SLEEP(1)")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        noise = pool.submit(rate, nginx.port, api.key, ["t0"] * 64, 64, 14)
        time.sleep(2)
        beside = rate(nginx.port, api.key, quiet, 8, 10)
        noisy = noise.result()
    mariadb.execute("DROP TRIGGER t0.slow")
    print(f"{alone:.0f} calls a second alone, {beside:.0f} beside {noisy:.0f} of a noisy database")
    assert beside >= alone / 2
