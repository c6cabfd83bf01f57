"""Several servers of one database: one that takes no writes is not used, and one that comes back only with `failback on`."""

import concurrent.futures
import time

import pytest

from api import Api
from conftest import Database
from servers import wait_for
from two_servers import CONFIG, api, backup, failback_api, failback_nginx, fill, fresh, mariadb, nginx, places, running_nginx, start_with, switch_over, where  # noqa: F401


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
