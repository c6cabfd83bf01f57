"""A cluster of three Galera nodes under 32 writers loses the node in use: each acknowledged write is on all nodes, none twice.

`pytest -s` shows the figures.
"""

import concurrent.futures
import hashlib
import threading

import pymysql
import pytest

from api import Api
from conftest import Database
from galera import PROVIDER, Cluster
from servers import MYSQLD, SANITIZE, Nginx, wait_for
from writers import Writers

pytestmark = [pytest.mark.skipif(SANITIZE, reason="a test of the database's faults, too slow with sanitizers"),
              pytest.mark.skipif(MYSQLD is not None, reason="a cluster of MariaDB"),
              pytest.mark.skipif(not PROVIDER.exists(), reason="the package galera-4 is not installed")]

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / {
        helpdesk_database { server unix:%%NODE1%%; server unix:%%NODE2%%; server unix:%%NODE3%%; user helpdesk;
                            password_file %%FOLDER%%/password; name helpdesk; connect_timeout 1s; failback on; }
        %%KEY_AND_POOLS%%
        helpdesk_api;
    }
}
"""


@pytest.fixture(scope="module")
def cluster():
    cluster = Cluster()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="module")
def mariadb(cluster):
    return cluster.nodes[0]


@pytest.fixture(scope="module")
def nginx(cluster, key):
    server = Nginx(cluster.nodes[0], hashlib.sha256(key.encode()).hexdigest())
    config = CONFIG
    for number, node in enumerate(cluster.nodes, 1):
        config = config.replace(f"%%NODE{number}%%", str(node.socket))
    server.start(config)
    yield server
    server.stop()
    assert server.complaints() == []
    server.remove()


def check(cluster, writers):
    assert writers.dropped == 0
    for node in cluster.nodes:
        writers.check(Database(node).query("SELECT cid, contact, version FROM customers"))


def told(nginx, error):
    """How many calls failed by this error of the database."""
    return nginx.log().count(f"helpdesk: database error {error} ")


def wait_until_back(nginx, node, before=0):
    wait_for(lambda: nginx.log().count(f"database server unix:{node.socket} is back") > before, "the node to be used again")


def test_a_node_is_killed(api, cluster, nginx):
    """A commit that it was asked for may be on the others: it is not carried out again."""
    first = cluster.nodes[0]
    with Writers(api) as writers:
        writers.go_on(200)
        first.kill()
        resumed = writers.seconds_for(200)
        first.rejoin()
        cluster.wait_until_whole()
        wait_until_back(nginx, first)
        writers.go_on(200)
    print(f"\na node killed: {writers.figures()}; 200 writes more after {resumed:.1f} s")
    check(cluster, writers)
    # There were such commits. Had they been repeated, nobody would have been told.
    assert writers.errors.get("outcome_unknown", 0) > 0
    assert resumed < 30


def test_a_node_is_cut_off(api, cluster, nginx):
    """Commits that wait for the others when it notices that fail by error 1180: done or not, nobody knows."""
    first = cluster.nodes[0]
    back = f"database server unix:{first.socket} is back"
    before = nginx.log().count(back)
    lost = told(nginx, 1180)
    with Writers(api) as writers:
        writers.go_on(200)
        first.execute("SET GLOBAL wsrep_provider_options = 'gmcast.isolate=1'")
        resumed = writers.seconds_for(200)
        wait_for(lambda: first.status("wsrep_ready") == "OFF", "the node to know that it is alone")
        writers.go_on(500)
        assert nginx.log().count(back) == before
        first.execute("SET GLOBAL wsrep_provider_options = 'gmcast.isolate=0'")
        cluster.wait_until_whole()
        wait_until_back(nginx, first, before)
        writers.go_on(200)
    print(f"\na node cut off: {writers.figures()}; {told(nginx, 1180) - lost} by error 1180; 200 writes more after {resumed:.1f} s")
    check(cluster, writers)
    assert told(nginx, 1180) > lost
    assert resumed < 30


def read_until(stop, api, cid):
    """What each of these reads found, at least one of them begun after `stop`."""
    found = []
    last = False
    while not last:
        last = stop.is_set()
        found.append([record["cid"] for record in api.get("get_customers", cid=cid).records])
    return found


def test_what_one_node_acknowledged_is_seen_on_the_next(api, cluster, nginx):
    """By wsrep_sync_wait: a node that is behind lets the call wait until it is not."""
    first, second, _ = cluster.nodes
    assert api.add("before").status == 200
    cluster.wait_until_whole()
    stop = threading.Event()
    left = f"database server unix:{first.socket} is left for unix:{second.socket}"
    before = nginx.log().count(left)
    with second.connect() as holder, holder.cursor() as cursor, concurrent.futures.ThreadPoolExecutor(1) as pool:
        cursor.execute("FLUSH TABLES WITH READ LOCK")  # it applies nothing meanwhile
        assert api.add("x").status == 200
        cursor.execute("SET wsrep_sync_wait = 0")
        # The first may answer until one of its connections looks whether it still takes writes: it has the customer.
        first.execute("SET GLOBAL read_only = 1")
        try:
            reads = pool.submit(read_until, stop, Api(api.port, api.key), "x")
            try:
                wait_for(lambda: cursor.execute("SELECT * FROM information_schema.PROCESSLIST WHERE USER = 'helpdesk' AND "
                                                "INFO LIKE 'SELECT%' AND STATE <> ''"), "a read on the second node")
                cursor.execute("SELECT * FROM customers WHERE cid = 'x'")
                assert cursor.fetchall() == ()
            finally:
                cursor.execute("UNLOCK TABLES")
                wait_for(lambda: nginx.log().count(left) > before, "calls to go to the second node")
                stop.set()
            found = reads.result()
            assert found == [["x"]] * len(found)
            assert api.update("x", contact="y").status == 200
        finally:
            first.execute("SET GLOBAL read_only = 0")


def test_others_write_the_same_row_on_another_node(api, cluster, nginx):
    """Nodes find such conflicts late, some at COMMIT only: error 1213."""
    first, second, _ = cluster.nodes
    wait_for(lambda: api.add("x", email2="a@example.com").status == 200, "the cluster to take writes")
    stop = threading.Event()

    def write():
        with second.connect() as connection, connection.cursor() as cursor:
            while not stop.wait(0.001):  # leaves our calls a chance
                try:
                    cursor.execute("UPDATE customers SET city = RAND() WHERE cid = 'x'")
                except pymysql.err.OperationalError as error:
                    assert error.args[0] == 1213

    def conflicts():
        return sum(int(first.status(name)) for name in ("wsrep_local_cert_failures", "wsrep_local_bf_aborts"))

    other = threading.Thread(target=write)
    other.start()
    try:
        before = conflicts()
        statuses = []
        while conflicts() < before + 20 or 200 not in statuses:
            answer = api.update("x", contact=str(len(statuses)), email2="b@example.com,c@example.com")
            assert answer.status == 200 or answer.problems == [("", "overloaded")]
            statuses.append(answer.status)
    finally:
        stop.set()
        other.join()
    print(f"\n{conflicts() - before} conflicts: {statuses.count(200)} of {len(statuses)} updates done")
    assert api.update("x", contact="last").status == 200
    assert {Database(node).customer("x")["contact"] for node in cluster.nodes} == {"last"}
