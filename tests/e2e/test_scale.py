"""Lists over many customers: the work they make, and that none is lost or met twice."""

import concurrent.futures
import json
import re
import threading
import time

import pytest

from conftest import Database, numbers
from servers import SANITIZE

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
}
"""

MANY = 100_000


@pytest.fixture(scope="module")
def many(mariadb, session_api):
    """100,000 customers; every tenth with a second address, number, contract and category."""
    database = Database(mariadb)
    database.reset()
    database.query(
        "INSERT INTO customers (cid, contact, email, phone, portal_id, company_id, notes, date_added, last_updated) "
        "SELECT CONCAT('c', seq), CONCAT('Contact ', seq %% 1000), CONCAT('u', seq, '@example.com'), CONCAT('+1 ', seq), 1, 1, '', "
        "'2020-01-01' + INTERVAL seq MINUTE, '2021-01-01' + INTERVAL seq MINUTE "
        f"FROM {numbers(MANY)} AS numbers ORDER BY seq")
    for sql in ("customer_emails (customer_id, position, email) SELECT id, 1, CONCAT('second-', email)",
                "customer_phones (customer_id, position, phone) SELECT id, 1, CONCAT('second ', phone)",
                "customer_contracts (customer_id, contract_id, position, start_date) SELECT id, 1, 1, '2020-01-01'",
                "customer_categories (customer_id, category_id, position) SELECT id, 1, 1"):
        database.query(f"INSERT INTO {sql} FROM customers WHERE id %% 10 = 0")
    database.query("INSERT INTO companies (name) SELECT CONCAT('Company ', seq) "
                   f"FROM {numbers(10_000)} AS numbers ORDER BY seq")
    for table in ("customers", "customer_emails", "customer_phones", "companies"):
        database.query(f"ANALYZE TABLE {table}")
    return database


def records(answer, root="customers"):
    assert answer.status == 200, answer
    return json.loads(answer.text)[root]


def statements(database, call):
    """What the server ran for a call, its parameters filled in."""
    database.query("TRUNCATE mysql.general_log")
    database.query("SET GLOBAL log_output = 'TABLE'")
    database.query("SET GLOBAL general_log = 1")
    try:
        answer = call()
    finally:
        database.query("SET GLOBAL general_log = 0")
    rows = database.query("SELECT CONVERT(argument USING utf8mb4) AS sql_text FROM mysql.general_log WHERE command_type = 'Execute' "
                          "ORDER BY event_time")
    return answer, [row["sql_text"] for row in rows]


def rows_read(database, sql):
    """The rows that the engine gives while it runs the statement."""
    with database.mariadb.connect() as connection, connection.cursor() as cursor:
        cursor.execute("FLUSH STATUS")
        cursor.execute(sql)
        cursor.fetchall()
        cursor.execute("SHOW SESSION STATUS LIKE 'Handler_read%'")
        return sum(int(row["Value"]) for row in cursor.fetchall())


# Each with the number of customers that it selects.
SELECTIONS = [
    ({"cid": "c77777"}, 1), ({"cid": "C5,c50,c500"}, 3), ({"id": "FIRST"}, 1), ({"cid": "nobody"}, 0),
    ({"email": "u5000@example.com"}, 1), ({"email": "second-u"}, 0), ({"phone": "+1 5000"}, 1), ({"phone": "+1 777", "cid": "c777"}, 1),
    ({"start_cid": "c5", "count": "50"}, 50), ({"start_cid": "c77", "end_cid": "c77", "count": "200"}, 200),
    ({"end_cid": "c2", "count": "10"}, 10), ({"start_cid": "c999", "end_cid": "c999"}, 111),
    ({"after_cid": "c5", "count": "50"}, 50), ({"after_cid": "", "count": "200"}, 200),
    ({"start_date": "2020-01-05", "count": "20"}, 20), ({"end_date": "2020-01-01", "count": "20"}, 20),
    ({"start_date": "1/3/2020 10:00:00 AM", "end_date": "1/3/2020 10:30:00 AM"}, 31),
    ({"updated_since": "2021-01-20", "count": "100"}, 100), ({"updated_since": "2021-02-01", "after_id": "FIRST", "count": "70"}, 70),
    ({"cid": "*", "count": "100"}, 100), ({"cid": "*", "count": "20", "page": "3"}, 20),
    ({"cid": "*", "count": "20", "order": "id DESC"}, 20), ({"cid": "*", "count": "20", "order": "cid"}, 20),
    ({"cid": "*", "count": "20", "order": "email desc"}, 20), ({"cid": "*", "count": "20", "order": "last_updated DESC"}, 20),
]


@pytest.mark.parametrize("variables, count", SELECTIONS, ids=[str(selection[0]) for selection in SELECTIONS])
def test_the_work_does_not_grow_with_the_table(session_api, many, variables, count):
    first = many.query("SELECT MIN(id) AS id FROM customers")[0]["id"]
    variables = {name: value.replace("FIRST", str(first)) for name, value in variables.items()}
    answer, ran = statements(many, lambda: session_api.get("get_customers", **variables))
    assert len(records(answer)) == count
    # The clock and the IDs, twice if the walk comes to its end, and the records by 64, which a walk locks first.
    assert 1 <= len(ran) <= 3 + (2 if "updated_since" in variables else 1) * ((count + 63) // 64)
    for sql in ran:
        for row in many.query("EXPLAIN FORMAT=TRADITIONAL " + sql.replace("%", "%%")):
            if row["table"] == "record":
                assert row["type"] in ("const", "eq_ref", "ref", "range") or (row["type"] == "index" and "ORDER BY" in sql), (sql, row)
        # A record, its portal and company, its lists, and for paging the pages before.
        assert rows_read(many, sql) <= 40 + 14 * (count + 2 + 20 * int(variables.get("page", 0))), sql


def test_companies_by_name(session_api, many):
    for variables in ({"name": "company 5000"}, {"start_name": "Company 50", "end_name": "Company 50", "count": "10"}, {"id": "5"}):
        _, ran = statements(many, lambda chosen=variables: session_api.get("get_companies", **chosen))
        for sql in ran:
            assert rows_read(many, sql) < 60, sql


def pages(api, **variables):
    while True:
        page = api.get("get_customers", **variables)
        found = [record["cid"] for record in records(page)]
        yield found
        if "X-Helpdesk-More" not in page.headers:
            return
        if "page" in variables:
            variables["page"] = str(int(variables["page"]) + 1)
        else:
            variables["after_cid"] = found[-1]


def test_paging_meets_each_once(session_api, many):
    every = {row["cid"] for row in many.query("SELECT cid FROM customers WHERE cid LIKE 'c1%%' OR cid LIKE 'c2%%' OR cid LIKE 'c3%%'")}
    assert len(every) > 25_000
    by_number = [cid for page in pages(session_api, cid="*", start_cid="c1", end_cid="c3", count="2500", page="1") for cid in page]
    assert len(by_number) == len(every) and set(by_number) == every
    by_key = [cid for page in pages(session_api, after_cid="c", end_cid="c3", count="1000") for cid in page if cid[:2] in ("c1", "c2", "c3")]
    assert len(by_key) == len(every) and set(by_key) == every


def test_keyset_paging_beside_adds_and_deletes(session_api, many):
    many.query("INSERT INTO customers (cid, notes) SELECT CONCAT('p', seq * 2), '' "
               f"FROM {numbers(25_000)} AS numbers ORDER BY seq")
    stop = threading.Event()

    def disturb():
        number = 1
        while not stop.is_set():
            many.query(f"INSERT INTO customers (cid, notes) VALUES ('p{number}', '')")
            many.query(f"DELETE FROM customers WHERE cid = 'p{number - 200}'")
            number += 1002

    with concurrent.futures.ThreadPoolExecutor() as pool:
        disturbing = pool.submit(disturb)
        try:
            met = [cid for page in pages(session_api, after_cid="p", end_cid="p", count="500") for cid in page]
        finally:
            stop.set()
        disturbing.result()
    assert len(met) == len(set(met))
    assert {f"p{i * 2}" for i in range(1, 25001)} <= set(met)
    many.query("DELETE FROM customers WHERE cid LIKE 'p%%'")


def test_a_walk_beside_writers_misses_nothing(session_api, many):
    """Writers change customers, some in transactions that stay open for a while; a client walks along."""
    since = many.query("SELECT DATE_FORMAT(UTC_TIMESTAMP(), '%%Y-%%m-%%d %%H:%%i:%%s') AS now")[0]["now"]
    many.query(f"INSERT INTO customers (cid, notes) SELECT CONCAT('w', seq), '' FROM {numbers(40)} AS numbers ORDER BY seq")
    stop = threading.Event()
    changes = [0] * 40

    def write(first):
        with many.mariadb.connect(autocommit=False) as connection, connection.cursor() as cursor:
            while not stop.is_set():
                for i in range(first, 40, 4):
                    cursor.execute("UPDATE customers SET contact = %s, last_updated = SYSDATE() WHERE cid = %s",
                                   (f"change {changes[i] + 1}", f"w{i + 1}"))
                    if i % 8 == 0:
                        time.sleep(0.03)
                    connection.commit()
                    changes[i] += 1

    def api_writer():
        number = 0
        while not stop.is_set():
            number += 1
            session_api.__class__(session_api.port, session_api.key).update(f"w{1 + number % 40}", city=str(number))

    seen, at, after = {}, since, None

    def step():
        nonlocal at, after
        page = session_api.get("get_customers", updated_since=at, after_id=after, count="7")
        found = records(page)
        for record in found:
            seen[record["cid"]] = (record["contact"], record["city"])
        if found:
            at, after = found[-1]["last_updated"], found[-1]["id"]
        return "X-Helpdesk-More" in page.headers

    with concurrent.futures.ThreadPoolExecutor() as pool:
        writing = [pool.submit(write, first) for first in range(4)] + [pool.submit(api_writer)]
        try:
            end = time.monotonic() + 4
            while time.monotonic() < end:
                step()
        finally:
            stop.set()
        for writer in writing:
            writer.result()
    while step():
        pass
    assert sum(changes) > 40
    stored = {row["cid"]: (row["contact"], row["city"]) for row in many.query("SELECT * FROM customers WHERE cid LIKE 'w%%'")}
    assert {cid: seen.get(cid) for cid in stored} == stored
    many.query("DELETE FROM customers WHERE cid LIKE 'w%%'")


def test_memory_of_a_long_list(session_api, nginx, many):
    """Ten thousand customers with notes of a kilobyte: little more than the answer itself is held."""
    many.query("UPDATE customers SET notes = REPEAT('n', 1000) WHERE id <= (SELECT * FROM (SELECT MIN(id) + 9999 FROM customers) AS first)")

    def peak():
        pids = nginx.worker_pids()
        return sum(int(re.search(r"VmHWM:\s+(\d+) kB", open(f"/proc/{pid}/status").read())[1]) for pid in pids)

    session_api.get("get_customers", cid="*", count="200")
    before = peak()
    answer, ran = statements(many, lambda: session_api.get("get_customers", cid="*", count="10000"))
    grown = (peak() - before) * 1024
    assert len(records(answer)) == 10_000
    # A page of the answer ends after so many bytes, and a statement reads no more records than a page is likely to hold.
    assert len(ran) <= 1 + 10_000 // 32
    print(f"answer {len(answer.body) >> 20} MiB, peak memory grew by {grown >> 20} MiB")
    if not SANITIZE:
        assert grown < len(answer.body) + (8 << 20)
