"""What an operator sees of a call: its ID, its variables in a log, the error log's first aid; and helpdesk_health."""

import concurrent.futures
import json
import re
import time

import pytest
import requests

from api import Api
from servers import wait_for

WORKERS = 1

CONFIG = """
log_format times escape=json '{"id":"$request_id","action":"$helpdesk_action","outcome":"$helpdesk_outcome",'
    '"error":"$helpdesk_error_code","queue":"$helpdesk_queue_time","database":"$helpdesk_database_time",'
    '"hash":"$helpdesk_hash_time","rows":"$helpdesk_rows"}';
server {
    listen 127.0.0.1:%%PORT%%;
    client_max_body_size 1k;
    access_log %%FOLDER%%/access.log helpdesk;
    access_log %%FOLDER%%/times.log times;
    %%DEFAULTS%%
    location / { helpdesk_api; }
    location /plain/ { return 204; }
    location = /health { helpdesk_health; }
}
"""


def logged(nginx, answer):
    """The line of the log with the answer's ID."""
    request = answer.headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", request)
    wait_for(lambda: request in nginx.log("times.log"), "the request to be logged")
    (line,) = [line for line in nginx.log("times.log").splitlines() if request in line]
    return json.loads(line)


def test_every_answer_has_an_id_of_its_own(api):
    answers = [api.add("x"), api.add("x"), api.get("get_customers", cid="*"), api.get("nothing"), api.get("add_customer", key="wrong"),
               api.request("PUT", "/"), api.request("POST", "/", data=b"x" * 2_000)]
    assert [answer.status for answer in answers] == [200, 409, 200, 400, 401, 405, 413]
    assert len({answer.headers["X-Request-ID"] for answer in answers}) == len(answers)
    assert "X-Request-ID" not in api.request("GET", "/plain/").headers


def test_the_error_log_has_the_answers_id(api, nginx):
    answer = api.get("add_customer", key="another-key")
    (line,) = [line for line in nginx.log().splitlines() if answer.headers["X-Request-ID"] in line]
    assert line.endswith(f', request ID: "{answer.headers["X-Request-ID"]}"')
    assert ("helpdesk: refused: no helpdesk_key has this key; the client gets 401 wrong_key; compare the client's key with sha256 of "
            "helpdesk_key; if somebody is guessing keys, limit_req slows them down, client: 127.0.0.1") in line


def test_what_a_log_says_of_a_call(api, nginx):
    line = logged(nginx, api.add("x", **{"pass": "some-password"}))
    assert (line["action"], line["outcome"], line["error"], line["rows"]) == ("add_customer", "ok", "", "1")
    assert all(re.fullmatch(r"\d+\.\d{6}", line[name]) and float(line[name]) > 0 for name in ("queue", "database", "hash"))
    for cid in ("y", "z"):
        api.add(cid)
    line = logged(nginx, api.get("get_customers", cid="x,y,nobody"))
    assert (line["rows"], line["hash"]) == ("2", "0.000000") and float(line["database"]) > 0
    assert logged(nginx, api.get("get_customers", cid="*", count_only="Y"))["rows"] == "0"
    line = logged(nginx, api.add("x"))
    assert (line["outcome"], line["error"], line["rows"]) == ("already_exists", "already_exists", "0")
    line = logged(nginx, api.get("get_customers", key="wrong"))
    assert (line["error"], line["queue"], line["database"]) == ("wrong_key", "0.000000", "0.000000")


def health(api, method="GET"):
    return requests.request(method, api.base + "/health", timeout=30)


def test_health(api):
    answer = health(api)
    assert (answer.status_code, answer.json(), answer.headers["Content-Type"]) == (200, {"status": "ok"}, "application/json")
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["X-Request-ID"]
    answer = health(api, "HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert health(api, "POST").status_code == 405


def test_health_without_a_database(api, nginx, mariadb):
    mariadb.stop()
    try:
        wait_for(lambda: health(api).status_code == 503, "the loss to be seen")
        answer = health(api)
        assert answer.json() == {"status": "unavailable", "code": "database_unavailable",
                                 "reason": "the database is not available, try again"}
        # The database is asked anew each second.
        for _ in range(3):
            time.sleep(1.1)
            assert health(api).status_code == 503
    finally:
        mariadb.start()
    wait_for(lambda: health(api).status_code == 200, "the database to be seen")
    # Once, however many asked and however often.
    (line,) = [line for line in nginx.log().splitlines() if "helpdesk: database error" in line]
    assert ("; start the server, or correct helpdesk_database; the client gets 503 database_unavailable; nothing was changed, the client may "
            "try again") in line


@pytest.mark.parametrize("break_it, mend_it, code", [
    ("SET GLOBAL read_only = 1", "SET GLOBAL read_only = 0", "database_unavailable"),
    ("RENAME TABLE helpdesk.schema_migrations TO helpdesk.elsewhere", "RENAME TABLE helpdesk.elsewhere TO helpdesk.schema_migrations",
     "internal_error"),
])
def test_health_is_that_of_writes(api, mariadb, break_it, mend_it, code):
    wait_for(lambda: health(api).status_code == 200, "good health")
    mariadb.execute(break_it)
    try:
        wait_for(lambda: health(api).status_code == 503, "bad health")
        assert health(api).json()["code"] == code
        assert api.get("get_customers", cid="*").status == 200
    finally:
        mariadb.execute(mend_it)
    wait_for(lambda: health(api).status_code == 200, "good health")


def test_health_asks_the_database_once_a_second(api, db):
    def questions():
        return int(db.query("SHOW GLOBAL STATUS LIKE 'Com_delete'")[0]["Value"])

    def state_of_health(_):
        answer = health(api)
        return answer.status_code, answer.elapsed.total_seconds()

    before = questions()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(state_of_health, range(100)))
    assert {status for status, _ in answers} == {200}
    assert questions() - before <= 2 + sum(seconds for _, seconds in answers)


def test_a_database_that_hangs_holds_one_thread(api, mariadb):
    """All the others answer calls that need no such lock."""
    lock = "Waiting for table metadata lock"
    checks = []
    with mariadb.connect() as holder, holder.cursor() as cursor, concurrent.futures.ThreadPoolExecutor(20) as pool:
        cursor.execute("LOCK TABLES schema_migrations WRITE")

        def one_waits():
            checks.append(pool.submit(health, api))
            return mariadb.waiting(lock)

        wait_for(one_waits, "a question that waits")
        checks += [pool.submit(health, api) for _ in range(16)]
        assert api.add("x").status == 200
        assert mariadb.waiting(lock) == 1
        cursor.execute("UNLOCK TABLES")
        assert {each.result().status_code for each in checks} == {200}
