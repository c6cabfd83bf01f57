"""A connection inherits neither a transaction, nor locks, nor a clock, nor an identifier from the server's init_connect."""

import datetime

import pytest
import requests

from servers import MYSQLD
from test_server import connect, health, mariadb, refused, server_has  # noqa: F401, fixtures


@pytest.mark.parametrize("begun", [
    "START TRANSACTION", "BEGIN", "SET autocommit = 0; SELECT cid FROM helpdesk.customers", "SET TRANSACTION READ ONLY",
    "START TRANSACTION READ ONLY", "SET completion_type = 'CHAIN'; START TRANSACTION", "START TRANSACTION WITH CONSISTENT SNAPSHOT",
    "LOCK TABLES helpdesk.customers READ", "LOCK TABLES helpdesk.companies WRITE", "SET autocommit = 0; LOCK TABLES helpdesk.customers WRITE",
])
def test_what_was_acknowledged_is_there(mariadb, db, own_nginx, connect, begun):  # noqa: F811
    mariadb.execute("GRANT LOCK TABLES ON helpdesk.* TO helpdesk@localhost")
    with server_has(mariadb, init_connect=begun):
        api = connect()
        assert [api.add(f"c{number}").status for number in range(20)] == [200] * 20
        assert health(api).status_code == 200
        own_nginx.stop()
    assert db.count("customers") == 20


def test_a_transaction_that_does_not_end_is_an_unsuitable_server(mariadb, db, own_nginx, connect):  # noqa: F811
    with server_has(mariadb, init_connect="XA START 'x'"):
        refused(connect(), own_nginx, "does not end what its init_connect began: ")
        own_nginx.stop()
    assert db.count("customers") == 0


def test_another_database_is_an_unsuitable_server(mariadb, db, own_nginx, connect):  # noqa: F811
    with server_has(mariadb, init_connect="USE information_schema"):
        refused(connect(), own_nginx, "uses the database information_schema instead of helpdesk, perhaps because of its init_connect")
        own_nginx.stop()
    assert db.count("customers") == 0


def test_the_clock_goes(mariadb, db, connect):  # noqa: F811
    with server_has(mariadb, init_connect="SET timestamp = 1000000000"):
        api = connect()
        assert api.add("c").status == 200
        walk = requests.get(api.base, params={"action": "get_customers", "updated_since": "2020-01-01"}, headers={"X-API-Key": api.key}, timeout=30)
        assert walk.status_code == 200
    age = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) - db.customer("c")["date_added"]
    assert abs(age) < datetime.timedelta(minutes=10)


def test_the_server_chooses_the_identifier(mariadb, db, own_nginx, connect):  # noqa: F811
    with server_has(mariadb, init_connect="SET insert_id = 5000000"):
        if MYSQLD:
            return refused(connect(), own_nginx, "did not take a setting: insert_id = 5000000 instead of -")
        assert connect().add("c").status == 200
    assert db.customer("c")["id"] < 5000000


@pytest.mark.skipif(MYSQLD is not None, reason="an option of MariaDB")
def test_a_server_that_lets_nobody_set_the_clock_is_used(mariadb, db, connect):  # noqa: F811
    options = mariadb.options
    mariadb.options = (*options, "--secure-timestamp=YES")
    mariadb.restart()
    try:
        assert connect().add("c").status == 200
    finally:
        mariadb.options = options
        mariadb.restart()


@pytest.mark.skipif(MYSQLD is not None, reason="an option of MariaDB")
def test_a_limit_of_memory_is_no_read_only_server(mariadb, own_nginx, connect):  # noqa: F811
    with server_has(mariadb, max_session_mem_used=65536):
        answer = connect().get("get_customers", cid="*")
    assert answer.status in (500, 503), answer
    assert "the server is read-only" not in own_nginx.log()
    assert "max-session-mem-used" in own_nginx.log() and "correct the option of the server that the message names" in own_nginx.log()
