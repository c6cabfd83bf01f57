"""The schema, and the script that brings a database to it."""

import shutil

import pymysql
import pytest

from servers import ROOT


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
