"""A server whose settings are as unlike the usual ones as they can be, over TCP, answers each call as the usual one does."""

import datetime
import hashlib
import json
import re

import pytest
import requests

from api import Api
from conftest import Database
from servers import DATABASE, MYSQLD, MariaDB, Nginx, free_port

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    %%KEY_AND_POOLS%%
    helpdesk_bcrypt_cost 4;
    location /usual/ { %%DATABASE%% helpdesk_api; }
    location = /usual/health { %%DATABASE%% helpdesk_health; }
    location /hostile/ { helpdesk_database { host 127.0.0.1; port %%HOSTILE%%; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; }
                         helpdesk_api; }
    location = /hostile/health { helpdesk_database { host 127.0.0.1; port %%HOSTILE%%; user helpdesk; password_file %%FOLDER%%/password;
                                                     name helpdesk; }
                                 helpdesk_health; }
}
"""

SETTINGS = {
    "time_zone": "'+05:00'",
    "sql_mode": "'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,IGNORE_SPACE,NO_AUTO_VALUE_ON_ZERO,HIGH_NOT_PRECEDENCE"
                + ("'" if MYSQLD else ",EMPTY_STRING_IS_NULL'"),
    "group_concat_max_len": "4", "completion_type": "'CHAIN'", "autocommit": "0", "sql_select_limit": "1", "max_join_size": "1",
    "sql_safe_updates": "1", "foreign_key_checks": "0", "unique_checks": "0", "sql_auto_is_null": "1", "max_sort_length": "64",
    "wait_timeout": "1", "net_read_timeout": "1", "innodb_lock_wait_timeout": "1", "lock_wait_timeout": "1",
    "transaction_isolation" if MYSQLD else "tx_isolation": "'SERIALIZABLE'",
    "transaction_read_only" if MYSQLD else "tx_read_only": "1",
    "cte_max_recursion_depth" if MYSQLD else "max_recursive_iterations": "3", "div_precision_increment": "0",
    "init_connect": "'SET NAMES latin1'",
}
if not MYSQLD:
    SETTINGS |= {"check_constraint_checks": "0", "idle_transaction_timeout": "1"}


class HostileServer(MariaDB):
    """Its own connections, for the test's eyes, are as usual."""

    def connect(self, *arguments, **options):
        usual = ("SET SESSION autocommit = 1, completion_type = 'NO_CHAIN', sql_mode = '', sql_select_limit = 18446744073709551615, "
                 "max_join_size = 18446744073709551615, sql_safe_updates = 0, "
                 "foreign_key_checks = 1, unique_checks = 1, time_zone = '+00:00', "
                 + ("transaction_read_only = 0" if MYSQLD else "tx_read_only = 0"))
        return super().connect(*arguments, init_command=usual, **options)


@pytest.fixture(scope="module")
def hostile(mariadb):
    port = free_port()
    server = HostileServer("--bind-address=127.0.0.1", f"--port={port}")
    server.port = port
    server.execute(f"ALTER USER helpdesk@localhost IDENTIFIED BY '{mariadb.password}'")
    for name, value in SETTINGS.items():
        server.execute(f"SET GLOBAL {name} = {value}")
    yield server
    server.remove()


@pytest.fixture(scope="module")
def nginx(mariadb, hostile, key):
    server = Nginx(mariadb, hashlib.sha256(key.encode()).hexdigest())
    server.start(CONFIG.replace("%%HOSTILE%%", str(hostile.port)))
    yield server
    server.stop()
    assert server.complaints() == []
    server.remove()


LONG = "a\\'\"b||c%s?;-- ü 🍣 " * 12
EMAILS = ",".join(f"{number}@example.com" for number in range(300))
FULL = {"contact": "Zoë 🍣", "company": "Acme", "contracts": "2,1", "sc_start_dates": "1/2/2020,2021-03-04 15:06:07", "email2": EMAILS,
        "phone2": "1,2,3", "selectable_categories": "Software,été", "latitude": "1.5", "longitude": "-2.5", "notes": LONG,
        "pass": "some-password", "group": "Retail", "portal": "Partners"}
CALLS = [
    ("add_customer", {"cid": "🍣", **FULL}),
    ("add_customer", {"cid": "🍺"}),
    ("add_customer", {"cid": "🍺"}),
    ("add_customer", {"cid": "b", "address": "1 Main Street"}),
    ("add_customer", {"cid": "c", "new_company": "New & Co"}),
    ("add_customer", {"cid": "d", "company": "nobody"}),
    ("update_customer", {"cid": "b", "new_cid": "B2", "contact": "", "email2": "x@y.z,é@y.z"}),
    ("update_customer", {"cid": "🍣", "contracts": "1,3"}),
    ("update_customer", {"cid": "nobody", "contact": "x"}),
    ("upsert_customer", {"cid": "up", "contact": LONG}),
    ("upsert_customer", {"cid": "UP", "contact": "again"}),
    ("verify_customer", {"cid": "🍣", "pass": "some-password"}),
    ("verify_customer", {"cid": "🍣", "pass": "wrong-password"}),
    ("get_customers", {"cid": "*"}),
    ("get_customers", {"cid": "🍣,c,B2"}),
    ("get_customers", {"cid": "*", "count_only": "Y"}),
    ("get_customers", {"cid": "*", "order": "contact", "order_direction": "desc", "count": "3", "page": "1"}),
    ("get_customers", {"email": "299@example.com"}),
    ("get_customers", {"start_cid": "b", "end_cid": "u"}),
    # One record: the order of more depends on whether they were changed in one second.
    ("get_customers", {"updated_since": "2020-01-01", "cid": "🍣"}),
    ("get_customers", {"updated_since": "2020-01-01", "count_only": "Y"}),
    ("get_companies", {"name": "*"}),
    ("delete_company", {"name": "Acme"}),
    ("delete_customer", {"cid": "c"}),
    ("delete_customer", {"cid": "c"}),
    ("get_customers", {"cid": "*"}),
]


def calls(api, name):
    """The answers to all of them, without what tells the time."""
    path = f"/{name}/"
    answers = []
    for action, variables in CALLS:
        answers.append(api.request("POST", path, data=api.variables({"action": action, **variables})))
    for _ in range(2):
        answers.append(api.request("POST", path, data=api.variables({"action": "add_customer", "cid": "once", "email2": "a@x.y,b@x.y"}),
                                   headers={"Idempotency-Key": "key"}))
        assert answers[-1].status == 200
    rows = "".join(json.dumps({"cid": f"row{number}", "contact": LONG, "email2": "a@x.y,b@x.y"}) + "\n" for number in range(40))
    answers.append(api.request("POST", f"{path}?action=import_customers&format=json", data=rows.encode(),
                               headers={"X-API-Key": api.key, "Content-Type": "application/x-ndjson"}))
    answers.append(api.request("POST", path, data=api.variables({"action": "export_customers", "cid": "*", "format": "ndjson"})))
    return [(answer.status, re.sub(r'("(?:date_added|last_updated)": ?)"[^"]*"', r"\1", answer.text)) for answer in answers]


def test_the_same_answers(nginx, key, mariadb, hostile):
    databases = Database(mariadb), Database(hostile)
    for database in databases:
        database.reset()
    api = Api(nginx.port, key)
    usual, same = calls(api, "usual"), calls(api, "hostile")
    for index, (one, other) in enumerate(zip(usual, same)):
        assert other == one, CALLS[index] if index < len(CALLS) else index
    statuses = [status for status, _ in usual]
    assert statuses.count(200) == len(usual) - 5 and set(statuses) == {200, 400, 404, 409}
    for table in ("customers", "customer_emails", "customer_contracts", "idempotency_keys", "companies"):
        assert databases[1].count(table) == databases[0].count(table), table
    # Stored, not only shown.
    assert databases[1].customer("🍣")["notes"] == databases[0].customer("🍣")["notes"]
    added = databases[1].customer("🍣")["date_added"]
    assert abs(added - datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)) < datetime.timedelta(minutes=10)
    assert requests.get(f"{api.base}/hostile/health", timeout=30).json() == {"status": "ok"}


def test_the_same_schema(mariadb, hostile):
    """The migrations are carried out there, and again where their record was lost."""
    hostile.execute("CREATE DATABASE another")

    def tables(server, database):
        rows = Database(server).query("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = %s ORDER BY 1", database)
        made = {row["name"]: Database(server).query(f"SHOW CREATE TABLE {database}.{row['name']}")[0]["Create Table"] for row in rows}
        return {name: re.sub(r" AUTO_INCREMENT=\d+", "", text) for name, text in made.items()}

    for _ in range(2):
        result = hostile.migrate("another", HELPDESK_MIGRATE_WAIT="60")
        assert result.returncode == 0, result.stderr
        assert tables(hostile, "another") == tables(mariadb, DATABASE)
        hostile.execute("DELETE FROM another.schema_migrations WHERE version <> 2")
