"""Answers that are longer than a page are read and sent page by page, lists as well as exports."""

import concurrent.futures
import contextlib
import csv
import io
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import urllib.parse

import lxml.etree
import pytest
import requests

from conftest import numbers
from servers import SANITIZE, wait_for

WORKERS = 1
CONFIG = """
log_format times '$helpdesk_action $helpdesk_rows $helpdesk_outcome $helpdesk_database_time';
server {
    listen 127.0.0.1:%%PORT%% sndbuf=128k;
    access_log %%FOLDER%%/access.log helpdesk;
    access_log %%FOLDER%%/times.log times;
    listen unix:%%FOLDER%%/http2.sock http2;
    location / { %%DEFAULTS%% helpdesk_max_records 1000000; helpdesk_api; }
    location /zipped/ { %%DEFAULTS%% gzip on; gzip_types *; helpdesk_max_records 1000000; helpdesk_api; }
    location /slow/ { %%DEFAULTS%% limit_rate 2m; helpdesk_max_records 1000000; helpdesk_api; }
    location /impatient/ { %%DEFAULTS%% send_timeout 1s; helpdesk_max_records 1000000; helpdesk_api; }
    location /held_up/ {
        helpdesk_database { socket %%SOCKET%%; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; read_timeout 60s; }
        %%KEY_AND_POOLS%% send_timeout 5s; helpdesk_max_records 1000000; helpdesk_api;
    }
    location /turns/ {
        helpdesk_database { socket %%SOCKET%%; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; read_timeout 60s; }
        %%KEY_AND_POOLS%% send_timeout 1s; helpdesk_max_records 1000000; helpdesk_api;
    }
    location /pages/ { root %%FOLDER%%; ssi on; ssi_min_file_chunk 0; }
    location /after/ { root %%FOLDER%%; add_after_body /export; }
    location /asked/ { root %%FOLDER%%; auth_request /list; }
    location /mirrored/ { root %%FOLDER%%; mirror /list; }
    location = /export { rewrite ^ /API/?action=export_customers&cid=* last; }
    location = /list { rewrite ^ /API/?action=get_customers&cid=* last; }
}
"""
FORMATS = ("json", "xml", "url")
EXPORTS = ("csv", "ndjson")
PAGE = 256 * 1024  # from which on an answer's text ends a page
LONG = 3300  # records of a list that has many pages
MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def nginx(nginx, key):
    folder = nginx.folder / "pages"
    for name in ("pages", "after", "asked", "mirrored"):
        (nginx.folder / name).mkdir()
        (nginx.folder / name / "short.html").write_text("<p>short</p>")
    return nginx


def fill(db, count, notes="''"):
    """Customers c000001 to …, all with values in the columns that a list shows."""
    db.query("INSERT INTO customers (cid, company_id, contact, portal_id, email, address, city, phone, notes, date_added, last_updated) "
             "SELECT CONCAT('c', LPAD(seq, 6, '0')), 1, 'Jane & \"J\"', 1, 'jane@example.com', '1 High Street', 'Café', '+49 1', " + notes +
             ", '2024-05-05 10:00:00', '2024-05-05 10:00:00' FROM " + numbers(count) + " AS numbers ORDER BY seq")


def expected(db, where="1"):
    """What a list shows of the customers, from SQL."""
    rows = db.query("SELECT id, cid, contact, email, address, city, phone, notes FROM customers WHERE " + where + " ORDER BY cid")
    return [{name: str(value) for name, value in row.items()} for row in rows]


def parse(body, format):
    if format == "xml":
        return [{field.tag: field.text or "" for field in record} for record in lxml.etree.fromstring(body, lxml.etree.XMLParser(huge_tree=True))]
    text = body.decode()
    if format == "json":
        (records,) = json.loads(text).values()
        return records
    if format == "url":
        return [{name: value for name, value in (field.split("=", 1) for field in line.split("&"))} for line in text.split("\n")] if text else []
    if format == "ndjson":
        return [json.loads(line) for line in text.split("\n")[:-1]]
    csv.field_size_limit(1 << 30)
    return list(csv.DictReader(io.StringIO(text, newline="")))


def value_of(text, format, output):
    """A value of a record as it was stored: URL-delimited values that have a delimiter are encoded, formulas have an apostrophe."""
    if format == "url":
        return urllib.parse.unquote(text) if "%" in text else text
    return text[1:] if format == "csv" and output != "notes" and text[:1] == "'" else text


def listed(body, format, wanted):
    return [{name: value_of(record[name], format, name) for name in wanted} for record in parse(body, format)]


def query(format, **variables):
    action = "export_customers" if format in EXPORTS else "get_customers"
    return urllib.parse.urlencode({"action": action, "format": format, "cid": "*", **({} if format in EXPORTS else {"order": "cid"}), **variables})


def get(api, format, path="/", **variables):
    return api.request("GET", path + "?" + query(format, **variables), headers={"X-API-Key": api.key})


@contextlib.contextmanager
def clients_that_read_nothing(nginx, key, count, target, buffer=4096):
    """So many calls, each by a client that takes no byte of the answer."""
    clients = []
    try:
        for _ in range(count):
            client = socket.create_connection(("127.0.0.1", nginx.port))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            client.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key: {key}\r\n\r\n".encode())
            clients.append(client)
        yield clients
    finally:
        for client in clients:
            client.close()


def status(nginx, name):
    (pid,) = nginx.worker_pids()
    return int(re.search(rf"{name}:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) * 1024


def statements(db):
    return int(db.query("SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'")[0]["Value"])


def wait_until_still(db):
    seen = []
    wait_for(lambda: seen.append(statements(db)) or (len(seen) > 10 and len(set(seen[-10:])) == 1), "all calls to wait", pause=0.1, seconds=120)


def restart(nginx):
    """A worker whose memory nobody has used yet."""
    nginx.stop()
    nginx.start(CONFIG)


MEMORY = 200 * 1_000_000


# What would take gigabytes takes some seconds to try; the long variant tries all of it.
ALL = [*((format, 100_000, "REPEAT('n', 100)") for format in (*FORMATS, "csv")), ("json", 40, "REPEAT('n', 3000000)"),
       ("csv", 40, "REPEAT('n', 3000000)")]
SOME = [("json", 30_000, "REPEAT('n', 100)"), ("csv", 12, "REPEAT('n', 3000000)")]


@pytest.mark.skipif(SANITIZE, reason="the sanitizer keeps what was freed")
@pytest.mark.parametrize("format, records, notes", ALL if os.environ.get("HELPDESK_LONG") else SOME)
def test_memory_of_calls_whose_clients_read_nothing(api, db, nginx, key, format, records, notes):
    fill(db, records, notes)
    restart(nginx)
    variables = {} if format in EXPORTS else {"count": "100000"}
    with clients_that_read_nothing(nginx, key, 100, "/?" + query(format, **variables)) as clients:
        for client in clients:
            assert client.recv(12) == b"HTTP/1.1 200"
        wait_until_still(db)
        peak = status(nginx, "VmHWM")
        print(f"peak {peak / 1e6:.0f} MB, now {status(nginx, 'VmRSS') / 1e6:.0f} MB")
        assert peak < MEMORY
        assert api.add("meanwhile").status == 200


@pytest.mark.parametrize("format", [*FORMATS, *EXPORTS])
@pytest.mark.parametrize("path", ["/", "/zipped/"])
def test_a_long_list_is_what_the_database_holds(api, db, nginx, format, path):
    fill(db, LONG, "CONCAT('note ', seq)")
    answer = get(api, format, path)
    assert answer.status == 200 and answer.headers["Transfer-Encoding"] == "chunked" and "Content-Length" not in answer.headers
    wanted = expected(db)
    assert listed(answer.body, format, wanted[0]) == wanted and len(wanted) == LONG


# Around what is read with other records, what is read whole, and what is read in pieces; characters of two to four bytes that no piece may
# cut, and those that formats write otherwise.
NOTES = ["", "x" * 65536, "x" * 65537, "=" + "x" * PAGE, "é" * (PAGE // 2 + 1), "x" + "é" * PAGE, "xx" + "€" * PAGE, "😀" * PAGE, "x" + "😀" * 200_000,
         '"' * 700_000, "&<>%=+\r\n,\t" * 70_000, "\\" * 600_000, "plain " * 150_000]


@pytest.mark.parametrize("format", [*FORMATS, *EXPORTS])
def test_long_notes(api, db, nginx, format):
    for number, notes in enumerate(NOTES):
        db.query("INSERT INTO customers (cid, contact, portal_id, notes) VALUES (%s, 'Jane', 1, %s)", f"c{number:02}", notes)
    wanted = expected(db)
    answer = get(api, format)
    assert answer.status == 200 and answer.headers["Transfer-Encoding"] == "chunked"
    got = listed(answer.body, format, wanted[0])
    assert [len(record["notes"]) for record in got][1:3] == [65536, 65537]
    if format == "csv":
        assert got[3]["notes"][:2] == "'="
        got[3]["notes"] = got[3]["notes"][1:]
    assert got == wanted
    one = get(api, format, cid="c09", order="") if format in EXPORTS else api.request("GET", "/?" + urllib.parse.urlencode(
        {"action": "get_customers", "format": format, "cid": "c09"}), headers={"X-API-Key": api.key})
    assert listed(one.body, format, wanted[0]) == [wanted[9]]
    assert one.headers.get("ETag") == (None if format in EXPORTS else f'"{wanted[9]["id"]}-1"')


@pytest.mark.parametrize("order", [None, "cid"])
def test_long_notes_in_a_list_that_one_statement_reads(api, db, nginx, order):
    """With and without a statement for the IDs before."""
    fill(db, 60, "REPEAT('n', seq * 2000)")
    wanted = sorted(expected(db), key=lambda record: int(record["id"]) if order is None else record["cid"])
    answer = api.get("get_customers", path="/", cid="*", count="50", **({"order": order} if order else {}))
    assert listed(answer.body, "json", wanted[0]) == wanted[:50] and answer.more == "Y"


def test_calls_of_one_that_share_a_statement(api, db, nginx):
    """Some are of a record whose notes are read alone."""
    fill(db, 40, "REPEAT('n', IF(MOD(seq, 4) = 0, 300000, seq))")
    wanted = {record["cid"]: record for record in expected(db)}

    def one(cid):
        answer = api.request("GET", "/?" + urllib.parse.urlencode({"action": "get_customers", "format": "json", "cid": cid}), headers={"X-API-Key": api.key})
        return cid, listed(answer.body, "json", wanted["c000001"]), answer.headers.get("ETag")

    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        for cid, records, tag in pool.map(one, list(wanted) * 5):
            assert records == [wanted[cid]] and tag == f'"{wanted[cid]["id"]}-1"'


@pytest.mark.parametrize("format", FORMATS)
def test_where_a_page_ends(api, db, nginx, format):
    """What fits a page has a length; with one record more, it comes in parts."""
    fill(db, 2000)
    texts = [len(get(api, format, count=count).body) for count in (1, 2)]
    fits = next(count for count in range(100, 2000) if texts[0] + (count - 1) * (texts[1] - texts[0]) > PAGE + 6000) - 1
    low, high = 1, fits
    while high - low > 1:  # the last count that has a length
        middle = (low + high) // 2
        low, high = (middle, high) if "Content-Length" in get(api, format, count=middle).headers else (low, middle)
    whole, parts = get(api, format, count=low), get(api, format, count=high)
    assert len(whole.body) >= PAGE - 8192 and "Transfer-Encoding" not in whole.headers
    assert parts.headers["Transfer-Encoding"] == "chunked" and parts.more == whole.more == "Y"
    wanted = expected(db)
    assert listed(whole.body, format, wanted[0]) == wanted[:low] and listed(parts.body, format, wanted[0]) == wanted[:high]
    assert {name for name in whole.headers if name not in ("Content-Length",)} == {name for name in parts.headers if name != "Transfer-Encoding"}
    everything = get(api, format)
    assert everything.more is None and len(listed(everything.body, format, wanted[0])) == 2000
    db.query("DELETE FROM customers")
    empty = get(api, format)
    assert int(empty.headers["Content-Length"]) == len(empty.body) and parse(empty.body, format) == []


def test_a_walk(api, db, nginx):
    """Its pages go on over many parts; who was changed meanwhile comes later."""
    fill(db, LONG)
    db.query("UPDATE customers SET last_updated = '2024-05-05 10:00:00' + INTERVAL MOD(id, 7) DAY")
    rows = db.query("SELECT cid FROM customers ORDER BY last_updated, id")
    answer = api.get("get_customers", path="/", updated_since="2024-01-01", count="3000")
    assert answer.headers["Transfer-Encoding"] == "chunked" and answer.more == "Y"
    assert [record["cid"] for record in answer.records] == [row["cid"] for row in rows[:3000]]
    with requests.get(f"{api.base}/slow/", params={"action": "get_customers", "format": "json", "updated_since": "2024-01-01"},
                      headers={"X-API-Key": api.key}, stream=True, timeout=60) as slow:
        pieces = slow.iter_content(1000)
        text = next(pieces)
        assert api.update(rows[-1]["cid"], city="Rome").status == 200
        text += b"".join(pieces)
    assert [record["cid"] for record in json.loads(text)["customers"]] == [row["cid"] for row in rows[:-1]]


def test_numbers_in_the_log(api, db, nginx):
    fill(db, LONG)
    assert len(get(api, "json").records) == LONG
    wait_for(lambda: f"get_customers {LONG} ok 0." in nginx.log("times.log"), "the line in the log")


@pytest.mark.parametrize("rate", ["1G", "10M"])
def test_http2(api, db, nginx, rate):
    fill(db, LONG)
    result = subprocess.run(["curl", "-sS", "--fail", "--http2-prior-knowledge", "--limit-rate", rate, "--unix-socket", nginx.folder / "http2.sock",
                             "-H", f"X-API-Key: {api.key}", "http://x/?" + query("json")], capture_output=True, timeout=60)
    assert (result.returncode, result.stderr) == (0, b"") and len(parse(result.stdout, "json")) == LONG


def receive(client):
    text = b""
    while piece := client.recv(1 << 16):
        text += piece
    return text


def broken_off(api, format, interrupt):
    """The text that came before the answer ended without its end."""
    with requests.get(f"{api.base}/?{query(format)}", headers={"X-API-Key": api.key}, stream=True, timeout=60) as answer:
        assert answer.status_code == 200
        pieces = answer.iter_content(1000)
        text = next(pieces)
        interrupt()
        with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
            for piece in pieces:
                text += piece
    return text


@pytest.mark.parametrize("format", FORMATS)
def test_a_list_whose_database_dies_is_seen_to_be_incomplete(api, db, mariadb, nginx, format):
    fill(db, 5 * LONG)
    before = nginx.log().count("the answer was broken off after")
    try:
        text = broken_off(api, format, mariadb.kill)
    finally:
        mariadb.start()
    assert b"c000001" in text and f"c{5 * LONG:06}".encode() not in text
    wait_for(lambda: nginx.log().count("the answer was broken off after") > before, "the line in the log")
    wait_for(lambda: re.search(r"200 test get_customers database_unavailable$", nginx.log("access.log"), re.M), "the line in the access log")
    assert len(get(api, "json").records) == 5 * LONG


def test_notes_that_change_while_they_are_read(api, db, nginx):
    """A value is never put together from two."""
    fill(db, 3, "REPEAT('n', 8000000)")
    text = broken_off(api, "json", lambda: db.query("UPDATE customers SET notes = REPEAT('m', 8000000), version = version + 1"))
    assert b"n" * 1000 in text and b"m" * 100 not in text
    assert "with the ID" in nginx.log() and "was changed while it was read" in nginx.log()


def test_a_reload_and_a_stop_in_the_middle(api, db, own_nginx, key):
    """The worker that has the call ends when it is done."""
    (own_nginx.folder / "pages").mkdir()
    fill(db, LONG)
    own_nginx.workers = 1
    own_nginx.start(CONFIG)
    for sent in (signal.SIGHUP, signal.SIGQUIT):
        with clients_that_read_nothing(own_nginx, key, 1, "/?" + query("json"), buffer=65536) as (client,):
            assert client.recv(12) == b"HTTP/1.1 200"
            own_nginx.process.send_signal(sent)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            assert receive(client).endswith(b"]}\r\n0\r\n\r\n")
    own_nginx.stop()
    assert own_nginx.complaints() == []


def test_a_lost_connection_between_pages(api, db, nginx):
    """The list is read on from where it was."""
    fill(db, LONG)
    wanted = [record["cid"] for record in expected(db)]
    for format in ("json", "csv"):
        with requests.get(f"{api.base}/slow/?{query(format)}", headers={"X-API-Key": api.key}, stream=True, timeout=60) as answer:
            text = b""
            for number, piece in enumerate(answer.iter_content(100_000)):
                text += piece
                if number % 3 == 0:
                    for row in db.query("SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'helpdesk'"):
                        with contextlib.suppress(Exception):
                            db.query(f"KILL {row['ID']}")
        assert [record["cid"] for record in parse(text, format)] == wanted
