"""A connection inherits nothing from the server: what it relies on it sets, a server that cannot give it is refused by name,
and the error log's advice fits what the server said."""

import contextlib
import json
import re

import pymysql
import pytest
import requests

from api import Api
from servers import DATABASE, MYSQLD, MariaDB, wait_for
from test_grouping import add, get, run  # noqa: F401, a fixture

# One thread of one worker, so that all calls go through one connection.
CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    client_max_body_size 32m;
    %%DATABASE%%
    helpdesk_key test { sha256 %%KEY_HASH%%; }
    helpdesk_thread_pool narrow;
    helpdesk_hash_thread_pool helpdesk_hash;
    location / { helpdesk_api; }
    location = /health { helpdesk_health; }
}
"""


@pytest.fixture(scope="module")
def mariadb():
    server = MariaDB("--skip-networking", "--log-bin", "--server-id=1")
    yield server
    server.remove()


@pytest.fixture
def connect(own_nginx, db, key):
    """Starts nginx, whose connections find the server as it is now."""

    def start():
        own_nginx.workers = 1
        own_nginx.start(CONFIG)
        return Api(own_nginx.port, key)

    return start


@contextlib.contextmanager
def server_has(mariadb, **settings):
    """Global variables for a while."""
    with mariadb.connect() as connection, connection.cursor() as cursor:
        before = {}
        for name, value in settings.items():
            cursor.execute(f"SELECT @@GLOBAL.{name} AS value")
            before[name] = cursor.fetchone()["value"]
            cursor.execute(f"SET GLOBAL {name} = %s", (value,))
        try:
            yield
        finally:
            for name, value in before.items():
                cursor.execute(f"SET GLOBAL {name} = %s", (value,))


def health(api):
    return requests.get(api.base + "/health", timeout=30)


# text


@pytest.mark.parametrize("init_connect", [
    "SET collation_connection = utf8mb3_unicode_ci", "SET NAMES latin1", "SET character_set_results = latin1",
    "SET character_set_client = latin1", "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'", "SET autocommit = 0",
])
def test_text_is_stored_and_shown_as_it_was_sent(mariadb, db, connect, init_connect):
    db.query("INSERT INTO customers (cid, contact, notes) VALUES ('older', 'Zoë 🍣', '')")
    with server_has(mariadb, init_connect=init_connect):
        api = connect()
        assert api.add("🍣", contact="Zoë 🍣").status == 200
        assert api.add("🍺").status == 200
        assert db.customer("🍣")["contact"] == "Zoë 🍣" and db.customer("🍺")
        shown = {record["cid"]: record["contact"] for record in api.get("get_customers", cid="*").records}
        assert shown == {"older": "Zoë 🍣", "🍣": "Zoë 🍣", "🍺": ""}


def test_text_that_is_not_utf_8_is_an_error_of_its_record_alone(own_nginx, db, connect, run):  # noqa: F811
    db.query("ALTER TABLE customers MODIFY COLUMN contact VARBINARY(255) NOT NULL DEFAULT ''")
    try:
        db.query("INSERT INTO customers (id, cid, notes, contact) VALUES (7001, 'bad', '', X'5AEB'), (7002, 'good', '', 'Zoë')")
        api = connect()
        answer = api.get("get_customers", cid="bad")
        assert (answer.status, answer.problems) == (500, [("", "internal_error")])
        assert ("helpdesk: the database holds text that is not UTF-8 in contact of the ID 7001; correct it there; the client gets 500"
                in own_nginx.log())
        assert api.get("get_customers", cid="good").records[0]["contact"] == "Zoë"
        assert api.get("get_customers", cid="*").status == 500
        assert [status for status, _ in run([[get("bad"), get("good")]], "grouped")] == [500, 200]
    finally:
        db.query("DELETE FROM customers")
        db.query("ALTER TABLE customers MODIFY COLUMN contact VARCHAR(255) NOT NULL DEFAULT ''")


# transactions


def test_what_was_acknowledged_is_there(mariadb, db, own_nginx, connect):
    with server_has(mariadb, completion_type="CHAIN"):
        api = connect()
        assert api.add("first", email2="a@x.y,b@x.y").status == 200
        assert [api.add(f"c{number}").status for number in range(5)] == [200] * 5
        own_nginx.stop()
    assert db.count("customers") == 6


@pytest.mark.parametrize("settings", [
    {"autocommit": 0}, {"sql_select_limit": 1}, {"group_concat_max_len": 8}, {"max_join_size": 1}, {"sql_safe_updates": 1},
    {"tx_read_only" if not MYSQLD else "transaction_read_only": 1}, {"foreign_key_checks": 0}, {"sql_auto_is_null": 1},
    {"wait_timeout": 1}, {"time_zone": "+05:00"}, {"max_sort_length": 64},
    {"sql_mode": "ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES"},
], ids=lambda settings: next(iter(settings)))
def test_a_setting_of_the_server_changes_nothing(mariadb, db, connect, settings):
    with server_has(mariadb, **settings):
        api = connect()
        numbers = ",".join(str(number) for number in range(100))
        assert api.add("a", phone2=numbers, contracts="1,2", company="Acme").status == 200
        assert api.add("b").status == 200
        assert api.update("b", phone2=numbers).status == 200
        assert [record["phone2"] for record in api.get("get_customers", cid="*").records] == [numbers] * 2
        assert api.post("delete_company", name="Acme").problems == [("name", "in_use")]
        assert health(api).status_code == 200
    assert db.count("customers") == 2 and db.count("customer_phones") == 200


def test_a_ring_is_found_however_long_it_is(mariadb, db, connect):
    with server_has(mariadb, **{"cte_max_recursion_depth" if MYSQLD else "max_recursive_iterations": 3}):
        api = connect()
        for number in range(8):
            assert api.post("add_tech", uid=f"t{number}", supervisor=f"t{number - 1}" if number else "").status == 200
        assert api.post("update_tech", uid="t0", supervisor="t7").problems == [("supervisor", "ring")]


# servers that are refused

MEGABYTE = 1024 * 1024


def refused(api, nginx, reason):
    answer = api.add("x")
    assert (answer.status, answer.problems) == (503, [("", "database_unsuitable")])
    assert reason in nginx.log()
    assert "; correct the server's configuration, see server.md in the manual; the client gets 503 database_unsuitable; nothing was changed" in nginx.log()
    wait_for(lambda: health(api).json()["code"] == "database_unsuitable", "health to say so")
    assert health(api).json()["reason"] == "the database server has settings that this service cannot work with; its error log names them"


def test_a_server_that_does_not_take_a_setting_is_refused(mariadb, own_nginx, connect):
    options = mariadb.options
    mariadb.options = (*options, "--maximum-group-concat-max-len=4096")
    mariadb.restart()
    try:
        refused(connect(), own_nginx, f"helpdesk: database server unix:{mariadb.socket} did not take a setting: group_concat_max_len = 4096 "
                                      "instead of 16777216")
        result = mariadb.migrate(HELPDESK_MIGRATE_WAIT="1")
        assert result.returncode == 1
        assert "migrate: the server did not take a setting: group_concat_max_len = 4096 instead of 16777216" in result.stderr
    finally:
        mariadb.options = options
        mariadb.restart()


def test_a_binary_log_of_statements_is_refused(mariadb, own_nginx, connect):
    with server_has(mariadb, binlog_format="STATEMENT"):
        api = connect()
        refused(api, own_nginx, "has binlog_format = STATEMENT, which must be ROW or MIXED")
    with server_has(mariadb, binlog_format="MIXED"):
        wait_for(lambda: api.add("x").status == 200, "the server to be used")


def test_a_server_that_leads_to_another_database_is_refused(mariadb, own_nginx, connect):
    with server_has(mariadb, init_connect="USE information_schema"):
        refused(connect(), own_nginx, "uses the database information_schema instead of helpdesk, perhaps because of its init_connect")


def test_a_server_that_takes_no_more_than_short_statements_is_refused(mariadb, own_nginx, connect):
    with server_has(mariadb, max_allowed_packet=MEGABYTE // 2):
        refused(connect(), own_nginx, "has max_allowed_packet = 524288, which must be at least 1048576")


def test_a_server_whose_clock_stands_during_a_statement_is_refused(mariadb, own_nginx, connect):
    options = mariadb.options
    mariadb.options = (*options, "--sysdate-is-now")
    mariadb.restart()
    try:
        refused(connect(), own_nginx, f"helpdesk: database server unix:{mariadb.socket} runs with --sysdate-is-now")
    finally:
        mariadb.options = options
        mariadb.restart()


# values that are too large


def test_a_value_that_is_too_large_is_named(mariadb, db, own_nginx, connect):
    with server_has(mariadb, max_allowed_packet=MEGABYTE):
        api = connect()
        problem = (413, [("notes", "payload_too_large")])
        for size in (20 * MEGABYTE, MEGABYTE):
            answer = api.add("large", notes="n" * size, email2="a@x.y")
            assert (answer.status, answer.problems) == problem
            assert answer.json[0]["error"] == "notes: is larger than the database server accepts, 1048576 bytes in all"
        rehearsed = api.raw_post("cid,notes\r\nlarge," + "n" * MEGABYTE + "\r\n", "text/csv",
                                 "action=import_customers&dry_run=Y&format=json")
        assert (rehearsed.json[0]["added"], rehearsed.json[1]["code"]) == ("0", "payload_too_large")
        assert db.count("customers") == 0 and db.count("customer_emails") == 0
        assert api.add("x", notes="n" * (MEGABYTE - 1000)).status == 200
        answer = api.update("x", contact="new", notes="n" * 2 * MEGABYTE)
        assert (answer.status, answer.problems) == problem
        answer = api.post("upsert_customer", cid="y", notes="n" * 2 * MEGABYTE, headers={"Idempotency-Key": "one"})
        assert (answer.status, answer.problems) == problem
        assert db.count("customers") == 1 and db.customer("x")["contact"] == ""
        assert len(api.get("get_customers", cid="x").records[0]["notes"]) == MEGABYTE - 1000
    assert "database error" not in own_nginx.log()


def test_values_that_are_too_large_together_are_not_sent(mariadb, db, connect):
    """The server would end the connection."""

    def connections():
        return [row["ID"] for row in db.query("SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'helpdesk'")]

    with server_has(mariadb, max_allowed_packet=MEGABYTE):
        api = connect()
        assert api.add("a").status == 200
        before = connections()
        names = ",".join(f"{chr(0x1F600) * 251}{number:0>4}" for number in range(1000))
        answer = api.post("get_customers", email="x", cid=names, start_cid="n")
        assert (answer.status, answer.problems) == (413, [("cid", "payload_too_large")])
        assert api.add("c").status == 200
        assert connections() == before


def test_the_longest_list_is_shown_whole(mariadb, db, connect):
    """MariaDB cuts off what is longer than max_allowed_packet."""
    addresses = ",".join(f"{number:0>4}{chr(0x1F600 + number % 32) * 248}@x" for number in range(1000))
    with server_has(mariadb, max_allowed_packet=MEGABYTE):
        api = connect()
        assert api.add("a", email2=addresses).status == 200
        assert api.get("get_customers", cid="a").records[0]["email2"] == addresses


@pytest.mark.parametrize("dry_run", ["N", "Y"])
def test_a_row_that_is_too_large_fails_alone(mariadb, db, connect, dry_run):
    rows = [{"cid": f"c{number}", "notes": "n" * (2 * MEGABYTE if number == 7 else 100_000)} for number in range(20)]
    with server_has(mariadb, max_allowed_packet=MEGABYTE):
        answer = connect().raw_post("".join(json.dumps(row) + "\n" for row in rows).encode(), "application/x-ndjson",
                                    f"action=import_customers&format=json&dry_run={dry_run}")
        totals, problem = answer.json
        assert (totals["added"], totals["failed"]) == ("19", "1")
        assert (problem["line"], problem["cid"], problem["variable"], problem["code"]) == ("8", "c7", "notes", "payload_too_large")
    assert db.count("customers") == (19 if dry_run == "N" else 0)


def test_a_group_that_is_too_large_is_written_apart(mariadb, db, run):  # noqa: F811
    calls = [add(f"c{number}", notes="n" * (2 * MEGABYTE if number == 5 else 100_000)) for number in range(32)]
    with server_has(mariadb, max_allowed_packet=MEGABYTE):
        assert [status for status, _ in run([calls], "grouped")] == [200] * 5 + [413] + [200] * 26
    assert db.count("customers") == 31


# advice


@contextlib.contextmanager
def all_connections_taken(mariadb):
    with server_has(mariadb, max_connections=10):
        taken = []
        try:
            while True:
                taken.append(pymysql.connect(unix_socket=str(mariadb.socket), user="helpdesk", password=mariadb.password))
        except pymysql.err.OperationalError:
            yield
        finally:
            for connection in taken:
                connection.close()


@contextlib.contextmanager
def between(mariadb, before, after):
    mariadb.execute(before)
    try:
        yield
    finally:
        mariadb.execute(after)


GRANT = f"INSERT ON {DATABASE}.* TO helpdesk@localhost"
ADVICE = {
    1040: (all_connections_taken, "raise max_connections"),
    1142: (lambda server: between(server, "REVOKE " + GRANT.replace(" TO ", " FROM "), "GRANT " + GRANT), "grant the user of helpdesk_database"),
    1146: (lambda server: between(server, f"RENAME TABLE {DATABASE}.customers TO {DATABASE}.elsewhere",
                                  f"RENAME TABLE {DATABASE}.elsewhere TO {DATABASE}.customers"), "apply all migrations"),
    1184: (lambda server: server_has(server, init_connect="NONSENSE"), "see the server's own error log; correct its init_connect"),
    1226: (lambda server: between(server, "ALTER USER helpdesk@localhost WITH MAX_QUERIES_PER_HOUR 6",
                                  "ALTER USER helpdesk@localhost WITH MAX_QUERIES_PER_HOUR 0"), "raise that limit of the user"),
    1461: (lambda server: server_has(server, max_prepared_stmt_count=0), "raise max_prepared_stmt_count"),
}


@pytest.mark.parametrize("error", ADVICE)
def test_advice_fits_the_error(mariadb, own_nginx, connect, error):
    breaks, advice = ADVICE[error]
    with breaks(mariadb):
        api = connect()
        # Of a transaction, whose BEGIN and COMMIT are what the limit on queries counts.
        answers = [api.add(f"c{number}", email2="a@x.y") for number in range(6)]
        code = "internal_error" if error in (1142, 1146) else "database_unavailable"
        assert answers[-1].problems == [("", code)]
    (line, *_) = re.findall(rf"helpdesk: database error {error} .*", own_nginx.log())
    assert f"; {advice}" in line and f"the client gets {answers[-1].status} {code}" in line
    others = [text for number, (_, text) in ADVICE.items() if number != error] + ["start the server"]
    assert not any(text in line for text in others)
