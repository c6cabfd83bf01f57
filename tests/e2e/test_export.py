"""Exports: all records of a selection, sent page by page, as an import takes them."""

import concurrent.futures
import csv
import io
import json
import pathlib
import re
import socket
import subprocess

import pytest
import requests

from api import Api
from servers import SANITIZE, wait_for

WORKERS = 1
CONFIG = """
log_format times '$helpdesk_action $helpdesk_rows $helpdesk_database_time';
server {
    listen 127.0.0.1:%%PORT%% sndbuf=16k;
    access_log %%FOLDER%%/access.log helpdesk;
    access_log %%FOLDER%%/times.log times;
    listen unix:%%FOLDER%%/http2.sock http2;
    client_max_body_size 16m;
    location / { %%DEFAULTS%% helpdesk_api; }
    location /zipped/ { %%DEFAULTS%% gzip on; gzip_types *; helpdesk_api; }
    location /slow/ { %%DEFAULTS%% limit_rate 1m; helpdesk_api; }
    location /impatient/ { %%DEFAULTS%% send_timeout 1s; helpdesk_api; }
}
"""
MANY = 3300  # more pages than one
TABLES = ("customer_contracts", "customer_categories", "customer_emails", "customer_phones")
NEW = ("id", "date_added", "last_updated", "version")  # what a customer that was imported has of its own


def export(api, format="csv", path="/", **variables):
    answer = api.get("export_customers", path=path, format=format, **{"cid": "*", **variables})
    assert answer.status == 200, answer
    return answer


def records(text, format="csv"):
    if format == "ndjson":
        return [json.loads(line) for line in text.split("\n")[:-1]]
    return list(csv.DictReader(io.StringIO(text, newline="")))


def cids(*arguments, **variables):
    return [record["cid"] for record in records(export(*arguments, **variables).text)]


def fill(db, count, notes=""):
    for first in range(0, count, 1000):
        rows = ",".join(f"('c{i:05}', '{notes}', 1)" for i in range(first, min(count, first + 1000)))
        db.query(f"INSERT INTO customers (cid, notes, portal_id) VALUES {rows}")


def stored(db):
    """All that is stored of the customers, by their cid."""
    customers = db.query("SELECT * FROM customers ORDER BY cid")
    kept = [{name: value for name, value in row.items() if name not in NEW} for row in customers]
    lists = [db.query(f"SELECT c.cid, t.* FROM {table} t JOIN customers c ON c.id = t.customer_id ORDER BY c.cid, position") for table in TABLES]
    return kept, [[{name: value for name, value in row.items() if name not in ("id", "customer_id")} for row in rows] for rows in lists]


DIFFICULT = [
    dict(cid="plain", contact="Jane", company="Acme", email="jane@example.com", latitude="71.234566789", longitude="-12.5"),
    dict(cid="=cmd|' /C calc'!A0", contact="+49 1", notes="-1", city="@home", state="\tx", zip="\rx", address="'=quoted", country="''+", phone="'plain"),
    dict(cid='quo"ted, with comma', contact='"', notes='line 1\nline 2\r\nline 3\r"', city=" blanks ", state=",", zip="\n"),
    dict(cid="Ünïcödé 😀", contact="日本", company="Café", selectable_categories="Été,Hardware", notes="\ufeffmark"),
    dict(cid="lists", contracts="3,1", sc_start_dates="2024-02-29,1/31/2025", email2="a@b.de,c@d.de", phone2="+1,=2,3"),
    dict(cid="names like IDs", portal="3", group="5", support="N", chat="N", encrypt="Y", viewable_tickets="COMPANY"),
    dict(cid="empty"),
]


@pytest.mark.parametrize("format, content_type", [("csv", "text/csv"), ("ndjson", "application/x-ndjson")])
def test_what_was_exported_can_be_imported(api, db, format, content_type):
    for customer in DIFFICULT:
        assert api.add(**customer).status == 200
    before = stored(db)
    text = export(api, format).text
    db.query("DELETE FROM customers")
    for mode, counts in (("add", "7 0 0 0"), ("upsert", "0 7 0 0"), ("update", "0 7 0 0"), ("add", "0 0 7 0")):
        answer = api.raw_post(text.encode(), content_type, f"action=import_customers&format=json&mode={mode}")
        assert [answer.json[0][name] for name in ("added", "updated", "existing", "failed")] == counts.split(), answer
        assert stored(db) == before
        assert "X-Helpdesk-Ignored" not in answer.headers
    assert [record["contact"] for record in records(export(api, format).text, format)] == [record["contact"] for record in records(text, format)]


def test_no_cell_is_a_formula(api):
    for customer in DIFFICULT:
        assert api.add(**customer).status == 200
    text = export(api).text
    cells = [cell for record in records(text) for cell in record.values()]
    assert not [cell for cell in cells if cell[:1] in "=+-@\t\r" and cell]
    assert {"'=cmd|' /C calc'!A0", "'+49 1", "'-1", "'@home", "'\tx", "'\rx", "''=quoted", "'''+", "'plain", "'-12.5"} <= set(cells)
    assert not [cell for record in records(export(api, "ndjson").text, "ndjson") for cell in record.values() if cell.startswith("'=cmd")]


def test_the_answer(api):
    assert api.add("x", contact="Jane").status == 200
    answer = export(api)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8" and answer.headers["Transfer-Encoding"] == "chunked"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="customers.csv"'
    assert answer.text.split("\r\n")[0] == ",".join(api.get("get_customers", cid="x").records[0])
    assert records(answer.text) == api.get("get_customers", cid="x").records
    assert export(api, None).text == answer.text
    answer = export(api, "NDJSON")
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="customers.ndjson"'
    assert records(answer.text, "ndjson") == api.get("get_customers", cid="x").records
    assert export(api, cid="nobody").text.count("\r\n") == 1 and export(api, "ndjson", cid="nobody").text == ""


def test_selectors(api, db):
    for cid in ("a", "b", "c", "d"):
        assert api.add(cid, email=f"{cid}@x.de", **({"latitude": "1", "longitude": "1"} if cid == "a" else {})).status == 200
    db.query("UPDATE customers SET last_updated = '2024-05-05', date_added = '2024-05-05' WHERE cid = 'b'")
    assert cids(api) == ["a", "b", "c", "d"]
    assert cids(api, cid="d,b") == ["b", "d"]
    assert cids(api, cid=None, start_cid="b", end_cid="c") == ["b", "c"]
    assert cids(api, cid=None, after_cid="b") == ["c", "d"]
    assert cids(api, cid=None, email="c@x.de") == ["c"]
    assert cids(api, cid=None, updated_since="2025-01-01") == ["a", "c", "d"]
    assert cids(api, cid=None, updated_since="2025-01-01", after_cid="a") == ["c", "d"]
    assert cids(api, cid=None, end_date="2024-05-05") == ["b"]
    assert cids(api, cid=None, geocoded="Y") == ["a"]
    first = api.get("get_customers", cid="b").records[0]["id"]
    assert cids(api, cid=None, id=first) == ["b"]


@pytest.mark.parametrize("variables, problem", [
    ({}, ("cid", "required")), ({"id": "x"}, ("id", "invalid_number")), ({"cid": "*", "format": "xml"}, ("format", "invalid_format"))])
def test_refusals(api, variables, problem):
    answer = api.get("export_customers", headers={"Accept": "application/json"}, **{"format": "csv", **variables})
    assert (answer.status, answer.problems) == (400, [problem])


def test_other_refusals(api):
    headers = {"Accept": "application/json"}
    assert api.get("export_customers", format=None, headers=headers, cid="*", key="wrong").json[0]["code"] == "wrong_key"
    assert api.get("export_customers", format="csv", headers={**headers, "If-Match": '"x"'}, cid="*").problems == [("If-Match", "bad_request")]
    assert api.get("export_customers", cid="*", count="1").headers["X-Helpdesk-Ignored"] == "count"


@pytest.mark.parametrize("path", ["/", "/zipped/", "/slow/"])
@pytest.mark.parametrize("count", [499, 500, 501, MANY])
def test_many_pages(api, db, path, count):
    fill(db, count, "n" * 100)
    assert cids(api, path=path) == [f"c{i:05}" for i in range(count)]
    assert len(records(export(api, "ndjson", path=path).text, "ndjson")) == count


@pytest.mark.parametrize("rate", ["1G", "10M"])
def test_http2(api, db, nginx, rate):
    """Where a client holds up one stream, not its connection."""
    fill(db, MANY, "n" * 2000)
    result = subprocess.run(["curl", "-sS", "--fail", "--http2-prior-knowledge", "--limit-rate", rate, "--unix-socket", nginx.folder / "http2.sock",
                             "-H", f"X-API-Key: {api.key}", "http://x/?action=export_customers&cid=*"], capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stderr) == (0, "")
    assert [record["cid"] for record in records(result.stdout)] == [f"c{i:05}" for i in range(MANY)]


def test_it_waits_for_its_client_and_serves_others(api, db, nginx, key):
    """The worker neither reads on nor holds a thread while a client takes nothing."""
    fill(db, MANY, "n" * 2000)

    def resident():
        (pid,) = nginx.worker_pids()
        return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) * 1024

    assert len(cids(api)) == MANY
    before = resident()
    queries = lambda: int(db.query("SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'")[0]["Value"])
    clients = []
    for _ in range(2):
        client = socket.create_connection(("127.0.0.1", nginx.port))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        client.sendall(f"GET /?action=export_customers&cid=* HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key: {key}\r\n\r\n".encode())
        clients.append(client)
    seen = []
    wait_for(lambda: seen.append(queries()) or (len(seen) > 5 and len(set(seen[-5:])) == 1), "the exports to stand still", pause=0.1)
    assert api.add("meanwhile").status == 200
    # Each holds a page, about a megabyte, of seven. The sanitizer keeps what was freed.
    assert SANITIZE or resident() - before < 2 * 3_500_000
    for client in clients:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        text = b""
        while piece := client.recv(1 << 16):
            text += piece
        assert text.count(b"\r\nc0") + text.count(b",c0") > MANY - 1 and text.endswith(b"0\r\n\r\n")
        client.close()


def test_what_a_log_says_of_an_export(api, db, nginx):
    """All its pages count."""
    fill(db, MANY)
    assert len(cids(api)) == MANY
    wait_for(lambda: f"export_customers {MANY} " in nginx.log("times.log"), "the line in the log")


def test_clients_that_go_away(api, db, nginx, key):
    fill(db, MANY, "n" * 500)
    for size in (0, 1, 10_000, 300_000):
        with socket.create_connection(("127.0.0.1", nginx.port)) as client:
            client.sendall(f"GET /?action=export_customers&cid=* HTTP/1.1\r\nHost: x\r\nX-API-Key: {key}\r\n\r\n".encode())
            while size > 0:
                size -= len(client.recv(min(size, 1 << 16)))
    assert len(cids(api)) == MANY


def test_a_client_that_takes_nothing_is_left(api, db, nginx, key):
    fill(db, MANY, "n" * 2000)
    with socket.create_connection(("127.0.0.1", nginx.port)) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        client.sendall(f"GET /impatient/?action=export_customers&cid=* HTTP/1.1\r\nHost: x\r\nX-API-Key: {key}\r\n\r\n".encode())
        wait_for(lambda: "client timed out" in nginx.log(), "nginx to give up")
    assert len(cids(api)) == MANY


def test_an_export_that_breaks_off_is_seen_to_be_incomplete(api, db, mariadb, nginx, key):
    """The connection ends without the last chunk, and the log says why."""
    fill(db, MANY, "n" * 2000)
    with requests.get(f"{api.base}/", params={"action": "export_customers", "cid": "*"}, headers={"X-API-Key": key}, stream=True, timeout=60) as answer:
        assert answer.status_code == 200
        pieces = answer.iter_content(1000)
        text = next(pieces)
        mariadb.kill()
        try:
            with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
                for piece in pieces:
                    text += piece
        finally:
            mariadb.start()
    assert b"c00000" in text and f"c{MANY - 1:05}".encode() not in text
    wait_for(lambda: "the answer was broken off after" in nginx.log(), "the line in the log")
    wait_for(lambda: re.search(r"200 test export_customers database_unavailable$", nginx.log("access.log"), re.M), "the line in the access log")
    assert len(cids(api)) == MANY


def test_records_that_come_and_go_meanwhile(api, db, nginx, key):
    """Whatever is there from begin to end is in it, once, in order."""
    fill(db, MANY)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        sent = pool.submit(cids, Api(nginx.port, key), path="/slow/")
        for i in range(0, MANY, 100):
            db.query("DELETE FROM customers WHERE cid BETWEEN %s AND %s", f"c{i:05}", f"c{i + 9:05}")
            db.query("INSERT INTO customers (cid, notes, portal_id) VALUES (%s, '', 1)", f"c{i + 50:05}+")
        seen = sent.result()
    assert seen == sorted(seen) and len(set(seen)) == len(seen)
    assert {f"c{i:05}" for i in range(MANY) if i % 100 >= 10} <= set(seen)
