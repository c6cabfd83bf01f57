"""One MariaDB for a test file, one nginx with the configuration at the head of the file."""

import hashlib
import secrets
import shutil
import tempfile
import time

import pymysql
import pytest

from api import Api, remember_secret, secret_in
from servers import LOGS, MariaDB, Nginx, wait_for

# Those that refer to others come first.
TABLES = ("ticket_words", "ticket_texts", "ticket_history", "ticket_tags", "ticket_field_values", "tickets", "ticket_fields", "technician_groups", "technician_customer_groups", "technician_chat_queues",
          "tech_group_sources", "tech_group_categories", "tech_group_customer_groups", "tech_groups", "technicians", "customer_contracts", "customer_categories", "customer_emails", "customer_phones", "customers", "companies",
          "customer_groups", "portals", "sub_categories", "categories", "support_contracts", "ticket_statuses", "ticket_sources",
          "ticket_priorities", "escalation_levels", "chat_queues", "billing_categories", "time_categories", "schedule_categories", "kb_categories",
          "idempotency_keys")
# What the tests refer to, with the same IDs each time.
FIRST_ROWS = {
    "portals (id, name)": "(1, 'Main'), (2, 'Partners'), (3, '7'), (7, 'Seven')",
    "categories (id, name)": "(1, 'Hardware'), (2, 'Software'), (3, 'Été')",
    "support_contracts (id, name)": "(1, 'Gold'), (2, 'Silver'), (3, 'Bronze')",
    "customer_groups (id, name)": "(1, 'Retail'), (2, 'Wholesale'), (5, '1')",
    "companies (id, name)": "(1, 'Acme'), (2, 'Café')",
    "ticket_statuses (id, name, closed, reopen, is_default, position)":
        "(1, 'New', 'N', 'N', 'Y', 1), (2, 'Open', 'N', 'N', 'N', 2), (3, 'Pending', 'N', 'N', 'N', 3), (4, 'Closed', 'Y', 'Y', 'N', 4)",
    "ticket_sources (id, name, is_default, position)": "(1, 'Phone', 'N', 1), (2, 'Email', 'N', 2), (5, 'API', 'Y', 5)",
    "ticket_priorities (id, name, is_default, position)": "(1, 'Low', 'N', 1), (2, 'Normal', 'Y', 2), (3, 'High', 'N', 3)",
    "escalation_levels (id, name, is_default, position)": "(1, '1', 'Y', 1), (2, '2', 'N', 2), (3, '3', 'N', 3)",
    "chat_queues (id, name)": "(1, 'Sales'), (2, 'Support')",
    "billing_categories (id, name)": "(1, 'Travel'), (2, 'Work')",
    "time_categories (id, name)": "(1, 'On site'), (2, 'Remote')",
    "schedule_categories (id, name)": "(1, 'Meeting'), (2, 'Visit')",
}


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Temporary folders of this run's own: those that pytest shares among runs are closed to other users by each run that begins."""
    if config.option.basetemp is None:
        config.option.basetemp = tempfile.mkdtemp(prefix="hd-pytest-")
        config.add_cleanup(lambda: shutil.rmtree(config.option.basetemp, ignore_errors=True))


def numbers(count):
    """1 to `count` as `seq`: a table for any of the servers, in no order."""
    digits = range(len(f"{count:o}"))
    digit = " UNION ALL ".join(f"SELECT {value} AS value" for value in range(8))
    return (f"(SELECT 1 + {' + '.join(f'{8 ** i} * d{i}.value' for i in digits)} AS seq "
            f"FROM {', '.join(f'({digit}) AS d{i}' for i in digits)} HAVING seq <= {count})")


class Database:
    def __init__(self, mariadb):
        self.mariadb = mariadb

    def query(self, sql, *arguments):
        with self.mariadb.connect() as connection, connection.cursor() as cursor:
            cursor.execute(sql, arguments)
            return cursor.fetchall()

    def customer(self, cid):
        rows = self.query("SELECT * FROM customers WHERE cid = %s", cid)
        return rows[0] if rows else None

    def count(self, table):
        return self.query(f"SELECT COUNT(*) AS n FROM {table}")[0]["n"]

    def list(self, table, column, cid):
        rows = self.query(f"SELECT t.{column} FROM {table} t JOIN customers c ON c.id = t.customer_id "
                          "WHERE c.cid = %s ORDER BY position", cid)
        return [row[column] for row in rows]

    def wait_for_lock(self, count=1):
        """Waits until so many transactions wait for rows. The server renews this table when nobody read it for 0.1 s.

        Before that it may still show the waits of the test before.
        """
        time.sleep(0.2)
        wait_for(lambda: len(self.query("SELECT 1 FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'")) >= count,
                 "a transaction to wait for a lock", pause=0.2)

    def empty(self, cursor):
        """False when a call that its client left is still writing."""
        try:
            for column in ("tickets SET merged_into_id", "technicians SET supervisor_id", "kb_categories SET parent_id"):
                cursor.execute(f"UPDATE {column} = NULL")
            for table in TABLES:
                cursor.execute(f"DELETE FROM {table}")
            return True
        except pymysql.err.IntegrityError:
            return False

    def reset(self):
        """Every table empty but for the first rows."""
        with self.mariadb.connect() as connection, connection.cursor() as cursor:
            wait_for(lambda: self.empty(cursor), "a call of the test before to end", seconds=10)
            for columns, rows in FIRST_ROWS.items():
                cursor.execute(f"INSERT INTO {columns} VALUES {rows}")


@pytest.fixture(scope="session", autouse=True)
def no_log_holds_a_secret():
    """Of any server of the whole run: it looks when all of them are gone."""
    yield
    leaks = {name: secret_in(text) for name, text in LOGS.items()}
    assert not any(leaks.values()), f"secrets in logs: {leaks}"


@pytest.fixture(scope="module")
def mariadb():
    server = MariaDB()
    yield server
    server.remove()


@pytest.fixture(scope="module")
def key():
    return remember_secret(secrets.token_urlsafe(32))


@pytest.fixture(scope="module")
def nginx(request, mariadb, key):
    """Started with the file's CONFIG, if it has one. Its logs must be clean at the end."""
    server = Nginx(mariadb, hashlib.sha256(key.encode()).hexdigest(), getattr(request.module, "WORKERS", 2))
    try:
        if hasattr(request.module, "CONFIG"):
            server.start(request.module.CONFIG, main=getattr(request.module, "MAIN", ""))
        yield server
        server.stop()
        assert server.complaints() == []
    finally:
        server.remove()


@pytest.fixture
def own_nginx(mariadb, key):
    """One that a test starts itself, and whose log and numbers are its own."""
    server = Nginx(mariadb, hashlib.sha256(key.encode()).hexdigest())
    yield server
    server.stop()
    server.remove()


@pytest.fixture(scope="module")
def browser(nginx, tmp_path_factory):
    """It ends before nginx does, which waits for the end of its connections."""
    from browser import Browser  # few files need what it loads

    browser = Browser(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.quit()


@pytest.fixture(scope="module")
def session_api(nginx, key):
    return Api(nginx.port, key)


@pytest.fixture
def db(mariadb):
    database = Database(mariadb)
    database.reset()
    return database


@pytest.fixture
def api(session_api, db):
    return session_api
