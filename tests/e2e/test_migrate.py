"""The schema, and the script that brings a database to it."""

import contextlib
import os
import shutil
import subprocess

import pymysql
import pytest

from servers import MYSQLD, ROOT
from test_server import server_has


def test_the_first_start_has_what_a_call_needs(mariadb):
    with mariadb.connect() as connection, connection.cursor() as cursor:
        for table in ("portals", "support_contracts", "categories"):
            cursor.execute(f"SELECT COUNT(*) AS n FROM {table}")
            assert cursor.fetchone()["n"] >= 1


def test_twice_is_once(mariadb, db):
    again = mariadb.migrate()
    assert "applied" not in again.stdout
    versions = [row["version"] for row in db.query("SELECT version FROM schema_migrations ORDER BY version")]
    assert versions == [int(path.name[:4]) for path in sorted((ROOT / "sql").glob("*.sql"))]


def test_a_migration_that_fails_is_not_recorded(mariadb, db, tmp_path):
    folder = tmp_path / "sql"
    shutil.copytree(ROOT / "sql", folder)
    broken = folder / "9001_broken.sql"
    broken.write_text("CREATE TABLE half (id INT);\nNONSENSE;\n")
    (folder / "9002_later.sql").write_text("CREATE TABLE later (id INT);\n")
    result = mariadb.migrate(HELPDESK_SQL=str(folder))
    assert result.returncode != 0 and "NONSENSE" in result.stderr
    assert db.query("SELECT version FROM schema_migrations WHERE version > 9000") == ()
    broken.write_text("DROP TABLE half;\n")
    assert mariadb.migrate(HELPDESK_SQL=str(folder)).returncode == 0
    assert len(db.query("SELECT version FROM schema_migrations WHERE version > 9000")) == 2


@contextlib.contextmanager
def new_database(mariadb):
    mariadb.execute("CREATE DATABASE another")
    try:
        yield "another"
    finally:
        mariadb.execute("DROP DATABASE another")


def recorded(mariadb, database):
    with mariadb.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT version FROM schema_migrations ORDER BY version")
        return [row["version"] for row in cursor.fetchall()]


VERSIONS = [int(path.name[:4]) for path in sorted((ROOT / "sql").glob("*.sql"))]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_migration_that_was_interrupted_before_its_record_is_taken_up(mariadb, version):
    with new_database(mariadb) as database:
        mariadb.migrate(database)
        mariadb.execute(f"DELETE FROM {database}.schema_migrations WHERE version >= {version}")
        result = mariadb.migrate(database, HELPDESK_MIGRATE_WAIT="60")
        assert (result.returncode, result.stderr) == (0, "")
        assert recorded(mariadb, database) == VERSIONS


@pytest.mark.parametrize("setting, value", [
    ("autocommit", "0"), ("completion_type", "'CHAIN'"), ("sql_select_limit", "1"), ("sql_safe_updates", "1"),
    pytest.param("sql_if_exists", "1", marks=pytest.mark.skipif(MYSQLD is not None, reason="a variable of MariaDB")),
    pytest.param("sql_mode", "'EMPTY_STRING_IS_NULL'", marks=pytest.mark.skipif(MYSQLD is not None, reason="a mode of MariaDB")),
])
def test_the_servers_settings_change_no_migration(mariadb, setting, value):
    with mariadb.connect() as connection, connection.cursor() as cursor, new_database(mariadb) as database:
        cursor.execute(f"SELECT @@GLOBAL.{setting} AS value")
        before = cursor.fetchone()["value"]
        cursor.execute(f"SET GLOBAL {setting} = {value}")
        try:
            results = [mariadb.migrate(database, HELPDESK_MIGRATE_WAIT="60") for _ in range(2)]
        finally:
            cursor.execute(f"SET GLOBAL {setting} = %s", (before,))
        assert [(result.returncode, result.stderr, "applied" in result.stdout) for result in results] == [(0, "", True), (0, "", False)]
        assert recorded(mariadb, database) == VERSIONS


def test_what_the_servers_init_connect_began_is_ended(mariadb):
    """It is for users who are no administrators."""
    with new_database(mariadb) as database:
        mariadb.execute("CREATE USER migrator@localhost IDENTIFIED BY 'm'")
        try:
            for name in (database, "helpdesk"):
                mariadb.execute(f"GRANT ALL ON {name}.* TO migrator@localhost")
            with server_has(mariadb, init_connect="LOCK TABLES helpdesk.customers READ"):
                result = subprocess.run([ROOT / "bin/migrate", database, f"--socket={mariadb.socket}", "--user=migrator", "--password=m"],
                                        capture_output=True, text=True)
        finally:
            mariadb.execute("DROP USER migrator@localhost")
        assert result.returncode == 0, result.stderr
        assert recorded(mariadb, database) == VERSIONS


def test_a_server_that_does_not_take_a_setting(mariadb, tmp_path):
    """As where something between the client and the server keeps the settings from it."""
    client = tmp_path / "mariadb"
    client.write_text(f"""#!/bin/sh\nsed -u 's/^SET SESSION .*; UNLOCK/UNLOCK/' | {shutil.which("mariadb") or shutil.which("mysql")} "$@"\n""")
    client.chmod(0o755)
    result = mariadb.migrate(PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert result.returncode == 1 and "the server did not take a setting: " in result.stderr


def test_two_at_once_are_one_after_the_other(mariadb):
    with new_database(mariadb) as database:
        command = [ROOT / "bin/migrate", database, f"--socket={mariadb.socket}", "--user=root"]
        both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
        outputs = [process.communicate(timeout=120) for process in both]
        assert [(process.returncode, error) for process, (_, error) in zip(both, outputs)] == [(0, "")] * 4
        assert sum(output.count("applied") for output, _ in outputs) == len(VERSIONS)
        assert recorded(mariadb, database) == VERSIONS


def test_one_that_waits_too_long_says_for_whom(mariadb):
    with mariadb.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK(CONCAT('helpdesk migrate ', DATABASE()), 0) AS locked, CONNECTION_ID() AS number")
        row = cursor.fetchone()
        assert row["locked"] == 1
        result = mariadb.migrate(HELPDESK_MIGRATE_WAIT="1")
    assert result.returncode == 1
    assert result.stderr == ("migrate: another migration of helpdesk runs, and did not end within 1 seconds; try again, or end its "
                             f"connection, number {row['number']}\n")


def test_it_has_the_name_that_it_was_called_by(mariadb, tmp_path):
    command = tmp_path / "helpdesk-migrate"
    command.symlink_to(ROOT / "bin/migrate")
    usage = subprocess.run([command], capture_output=True, text=True)
    assert usage.returncode == 2 and "\n  helpdesk-migrate DATABASE " in usage.stderr and "bin/" not in usage.stderr
    refused = subprocess.run([command, "nowhere", f"--socket={mariadb.socket}", "--user=root"], capture_output=True, text=True)
    assert refused.returncode == 1 and "\nhelpdesk-migrate: there is no connection to nowhere" in refused.stderr
    again = subprocess.run([command, "helpdesk", f"--socket={mariadb.socket}", "--user=root"], capture_output=True, text=True)
    assert again.returncode == 0 and again.stdout.startswith("helpdesk-migrate: 0001_customers is there\n")


@pytest.mark.parametrize("sql", [
    "INSERT INTO customers (cid, notes) VALUES ('A', ''), ('a', '')",
    "INSERT INTO companies (name) VALUES ('ACME')",
    "INSERT INTO customers (cid, notes, company_id) VALUES ('x', '', 99)",
    "INSERT INTO customers (cid, notes, portal_id) VALUES ('x', '', 99)",
    "INSERT INTO customers (cid, notes, group_id) VALUES ('x', '', 99)",
    "INSERT INTO customers (cid, notes, latitude) VALUES ('x', '', 1)",
    "INSERT INTO customers (cid, notes, latitude, longitude) VALUES ('x', '', 91, 1)",
    "INSERT INTO customers (cid, notes, latitude, longitude) VALUES ('x', '', 1, -181)",
    "INSERT INTO customers (cid, notes, support) VALUES ('x', '', 'Q')",
    "INSERT INTO customer_contracts (customer_id, contract_id, position, start_date) VALUES (1, 99, 1, '2020-01-01')",
])
def test_the_schema_states_the_rules(db, sql):
    with pytest.raises((pymysql.err.IntegrityError, pymysql.err.OperationalError, pymysql.err.DataError)):
        db.query(sql)


@pytest.mark.parametrize("sql, rule", [
    ("INSERT INTO tickets (customer_id, description, sub_category_id) VALUES (1, '', 1)", "tickets_sub_category_has_category"),
    ("INSERT INTO tickets (customer_id, description, close_date) VALUES (1, '', '2020-01-01')", "tickets_closed_after_open"),
    ("INSERT INTO tickets (customer_id, description, due_date) VALUES (1, '', '2020-01-01')", "tickets_due_after_open"),
    ("INSERT INTO ticket_history (ticket_id, notes, words, technician_id, customer_id) VALUES (1, '', '', 1, 1)", "ticket_history_one_author"),
])
def test_the_schema_states_the_rules_of_tickets(db, sql, rule):
    db.query("INSERT INTO customers (id, cid, notes) VALUES (1, 'c', '')")
    db.query("INSERT INTO technicians (id, uid) VALUES (1, 't')")
    db.query("INSERT INTO tickets (id, customer_id, description) VALUES (1, 1, '')")
    with pytest.raises((pymysql.err.IntegrityError, pymysql.err.OperationalError), match=rule):
        db.query(sql)


def test_customers_are_found_by_their_addresses_and_numbers_through_an_index(db):
    for table, column in (("customers", "email"), ("customers", "phone"), ("customer_emails", "email"), ("customer_phones", "phone")):
        indexes = db.query("SELECT index_name FROM information_schema.STATISTICS WHERE table_schema = DATABASE() AND table_name = %s "
                           "AND column_name = %s AND seq_in_index = 1", table, column)
        assert indexes, f"{table}.{column} has no index"


def test_what_a_customer_uses_cannot_go(db):
    db.query("INSERT INTO customers (id, cid, notes, company_id) VALUES (1, 'x', '', 1)")
    with pytest.raises(pymysql.err.IntegrityError):
        db.query("DELETE FROM companies WHERE id = 1")
    db.query("INSERT INTO customer_phones (customer_id, position, phone) VALUES (1, 1, '1')")
    db.query("DELETE FROM customers WHERE id = 1")
    assert db.count("customer_phones") == 0


def test_names_compare_without_case_but_with_accents_and_blanks(db):
    db.query("INSERT INTO customers (cid, notes) VALUES ('e', ''), ('é', ''), ('e ', '')")
    assert [row["cid"] for row in db.query("SELECT cid FROM customers WHERE cid = 'É'")] == ["é"]
    assert [row["cid"] for row in db.query("SELECT cid FROM customers WHERE cid = 'E'")] == ["e"]
