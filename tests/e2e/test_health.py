"""helpdesk_health in several locations of one database that does not answer: it holds one thread."""

import concurrent.futures
import time

import requests

from api import Api
from servers import wait_for

WORKERS = 1
MAIN = "thread_pool two threads=2 max_queue=64;"
CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    %%DATABASE%% helpdesk_key test { sha256 %%KEY_HASH%%; } helpdesk_hash_thread_pool helpdesk_hash;
    helpdesk_thread_pool two;
    location / { helpdesk_api; }
    location /health1 { helpdesk_health; }
    location /health2 { helpdesk_health; }
    location /health3 { helpdesk_health; helpdesk_thread_pool helpdesk; }
}
"""


def test_health_checks_hold_one_thread(api, nginx, db, mariadb):
    db.query("INSERT INTO customers (cid, notes) VALUES ('c', '')")
    checked = []
    with concurrent.futures.ThreadPoolExecutor(3) as pool, mariadb.connect() as holder:
        # It keeps a health check from its answer, and nobody else.
        holder.cursor().execute("LOCK TABLES schema_migrations READ")
        try:
            checked = [pool.submit(requests.get, f"{api.base}/health{i}", timeout=30) for i in (1, 2, 3)]
            wait_for(lambda: mariadb.waiting("Waiting for table metadata lock"), "a health check to wait")
            time.sleep(0.3)
            assert Api(api.port, api.key).get("get_customers", cid="c").status == 200
            assert not any(check.done() for check in checked)
            assert mariadb.waiting("Waiting for table metadata lock") == 1
        finally:
            holder.cursor().execute("UNLOCK TABLES")
    assert [check.result().status_code for check in checked] == [200] * 3


def test_a_failed_check_is_remembered_for_a_second(api, db):
    def asked():
        """How many statements came to be prepared, or carried out since they had been."""
        return sum(int(row["Value"]) for row in db.query("SHOW GLOBAL STATUS WHERE Variable_name IN ('Com_stmt_prepare', 'Com_stmt_execute')"))

    db.query("RENAME TABLE schema_migrations TO elsewhere")
    try:
        time.sleep(1)  # the answer of the test before is forgotten
        before, begin = asked(), time.monotonic()
        statuses = [requests.get(f"{api.base}/health1", timeout=30).status_code for _ in range(40)]
        seconds = time.monotonic() - begin
    finally:
        db.query("RENAME TABLE elsewhere TO schema_migrations")
    assert set(statuses) == {503}
    assert 1 <= asked() - before <= seconds + 1
