"""Large bodies: nothing is read of who may not come in, nothing is made of a body before its key is known, and no body holds
the worker up."""

import contextlib
import json
import pathlib
import socket
import threading
import time

import pytest
import requests

from servers import SANITIZE

WORKERS = 1

CONFIG = """
client_max_body_size 16m;
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
    location = /idle { return 200 idle; }
    location = /read { mirror /nothing; empty_gif; }
    location = /nothing { internal; return 204; }
}
"""

SIZE = 1_000_000 if SANITIZE else 16_000_000  # the sanitizers make everything slow
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def repeated(before, piece, after=""):
    """As many numbered pieces as fit into the size."""
    text, size, i = [before], len(before) + len(after), 0
    while size < SIZE:
        one = piece.format(i=i)
        text.append(one)
        size += len(one)
        i += 1
    return "".join(text).rstrip(",") + after


def multipart(name, value):
    return f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'


BODIES = {
    "arrays": (JSON, lambda: repeated("{", '"{i}":[],', "}")),
    "numbers": (JSON, lambda: repeated("{", '"{i}":1,', "}")),
    "elements": (JSON, lambda: '{"a":[' + "1," * (SIZE // 2) + "1]}"),
    "depth": (JSON, lambda: "[" * SIZE),
    "one text": (JSON, lambda: '{"notes":"' + "x" * SIZE + '"}'),
    "a form's pairs": (FORM, lambda: repeated("", "a{i}=1&")),
    "a form's empty pairs": (FORM, lambda: "&" * SIZE),
    "one value of a form": (FORM, lambda: "notes=" + "%41" * (SIZE // 3)),
    "parts": ("multipart/form-data; boundary=b", lambda: repeated("", multipart("a{i}", "1"), "--b--\r\n")),
    "parameters of a part": ("multipart/form-data; boundary=b", lambda: multipart('a"; ' + "b=1;" * (SIZE // 4) + 'c="', "1") + "--b--\r\n"),
    "names of a part": ("multipart/form-data; boundary=b", lambda: multipart('"; ' + "name=;" * (SIZE // 6) + 'c="', "1") + "--b--\r\n"),
    "headers of a part": ("multipart/form-data; boundary=b",
                          lambda: multipart('a"\r\n' + "X: y\r\n" * (SIZE // 6) + 'Z: "', "1") + "--b--\r\n"),
    "charsets of a part": ("multipart/form-data; boundary=b",
                           lambda: multipart('a"\r\nContent-Type: text/plain' + ";charset=utf8" * (SIZE // 13) + '; b="', "1") + "--b--\r\n"),
}


CSV = "text/csv"
NDJSON = "application/x-ndjson"
IMPORTS = {
    "columns": (CSV, lambda: "cid," + "," * SIZE + "\n", "a header may have at most 1000 columns"),
    "names of columns": (CSV, lambda: repeated("cid,", "a{i},") + "\n", "a header may have at most 1000 columns"),
    "cells": (CSV, lambda: "cid,contact\n" + "," * SIZE + "x\n", f"the row has {SIZE + 1} cells, but the header has 2"),
    "members": (NDJSON, lambda: repeated("{", '"{i}":[],', "}"), "at most 1000 variables"),
    "elements": (NDJSON, lambda: '{"a":[' + "1," * (SIZE // 2) + "1]}", "at most 1000 variables"),
    "lists": (NDJSON, lambda: '{"a":[' + "[]," * (SIZE // 3) + "1]}\n", "at most 1000 variables"),
    "depth": (NDJSON, lambda: '{"a":' + "[" * SIZE, "is not valid JSON"),
    "no line breaks": (NDJSON, lambda: '{"cid":"a"}' * (SIZE // 11), "has no line break"),
}
# One ticket, with very many entries, or one after the other with as many as it may have, all of them wrong.
HEADER = "tid,cid,entry_date,entry_type,entry_uid,entry_cid,entry_author,entry_notes,entry_status,entry_to,entry_message_id\n"
WRONG = '{"cid":"c","history":[' + '{"a":[]},' * 9_999 + "{}]}\n"
TICKETS = {
    "rows of an entry": (CSV, lambda: "entry_notes,cid,tid\nx,c,1\n" + "x\n" * (SIZE // 2), "and more problems"),
    "good rows of an entry": (CSV, lambda: "entry_notes,cid,tid\nx,c,1\n" + "x,,\n" * (SIZE // 4), "has more than 10000 entries"),
    "rows of many cells": (CSV, lambda: HEADER + "1,c,,,,,,x,,,\n" + ",,,,,,,x,,,\n" * (SIZE // 12), "has more than 10000 entries"),
    "entries": (NDJSON, lambda: '{"cid":"c","history":[' + "{}," * (SIZE // 3) + "{}]}\n", "has more than 10000 entries"),
    "entries that are wrong": (NDJSON, lambda: WRONG * (SIZE // len(WRONG)), "and more problems"),
    "rows that do not fit": (CSV, lambda: "cid,entry_notes\nc,x\n" + '"",x,\n' * 9_999, "and more problems"),
}


def memory(pid, name):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split(f"{name}:")[1].split()[0]) * 1024


def computed(pid):
    """How long the process's first thread has had a processor, in seconds. A worker's event loop is that thread."""
    return int(pathlib.Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0]) / 1e9


class Watch:
    """Asks the worker for something that takes it no time, over and over, and keeps for how long its event loop computed at most before
    it answered. What else the machine has to do does not count."""

    def __init__(self, port, pid):
        self.port = port
        self.pid = pid
        self.most = 0
        self.over = False

    def __enter__(self):
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.thread.join()

    def run(self):
        with socket.create_connection(("127.0.0.1", self.port)) as client, contextlib.suppress(ConnectionError):
            while not self.over:
                before = computed(self.pid)
                client.sendall(b"GET /idle HTTP/1.1\r\nHost: x\r\n\r\n")
                received = b""
                while not received.endswith(b"idle"):
                    received = client.recv(4096)
                    if not received:
                        return  # the worker has ended
                self.most = max(self.most, computed(self.pid) - before)
                time.sleep(0.001)


@pytest.fixture(scope="module")
def reading(nginx):
    """For how long the event loop computes, on this machine, to read a large body and nothing more."""
    (pid,) = nginx.worker_pids()

    def read():
        before = computed(pid)
        assert requests.post(f"http://127.0.0.1:{nginx.port}/read", data=b"x" * SIZE, timeout=60).status_code == 405
        return computed(pid) - before
    return min(read() for _ in range(5))


class Sent:
    """A large body, its answer, for how long the worker was held up, and how much memory it took."""

    def __init__(self, api, nginx, body, headers, path="/"):
        (pid,) = nginx.worker_pids()
        pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")
        before = memory(pid, "VmRSS")

        def send():
            with Watch(nginx.port, pid) as watch:
                answer = api.request("POST", path, data=body, headers=headers)
            return answer, watch.most

        self.answer, self.held_up = send()
        self.grown = memory(pid, "VmHWM") - before
        self.again = lambda: send()[1]

    def assert_that_the_worker_went_on(self, reading):
        """It may read a body, and no more: what scans one once takes as long again or longer."""
        tries = 1
        while not SANITIZE and self.held_up > 2 * reading and tries < 5:
            self.held_up = min(self.held_up, self.again())
            tries += 1
        assert SANITIZE or self.held_up <= 2 * reading, (self.held_up, reading)


@pytest.mark.parametrize("kind", BODIES)
def test_a_large_body_without_a_key(api, nginx, db, reading, kind):
    content_type, make = BODIES[kind]
    body = make()
    sent = Sent(api, nginx, body, {"Content-Type": content_type})
    assert sent.answer.status == 401 and 'code="missing_key"' in sent.answer.text
    sent.assert_that_the_worker_went_on(reading)
    if not SANITIZE:
        assert sent.grown < len(body) + 4_000_000


@pytest.mark.parametrize("kind", BODIES)
def test_a_large_body_with_a_wrong_key(api, nginx, db, reading, kind):
    """In a header: then not even the body is kept."""
    content_type, make = BODIES[kind]
    sent = Sent(api, nginx, make(), {"Content-Type": content_type, "X-API-Key": "wrong"})
    assert sent.answer.status == 401 and 'code="wrong_key"' in sent.answer.text
    sent.assert_that_the_worker_went_on(reading)
    if not SANITIZE:
        assert sent.grown < 4_000_000


@pytest.mark.parametrize("kind", BODIES)
def test_a_large_body_with_a_key(api, nginx, db, reading, kind):
    content_type, make = BODIES[kind]
    body = make()
    sent = Sent(api, nginx, body, {"Content-Type": content_type, "X-API-Key": api.key},
                "/?action=add_customer&cid=x" if "one" in kind else "/?action=get_customers")
    assert sent.answer.status == (200 if "one" in kind else 400), sent.answer
    assert len(sent.answer.text) < 100_000
    sent.assert_that_the_worker_went_on(reading)
    if not SANITIZE:
        assert sent.grown < 8 * len(body)
    if "one" in kind:
        assert db.query("SELECT LENGTH(notes) AS n FROM customers")[0]["n"] in (SIZE, SIZE // 3)


@pytest.mark.parametrize("kind, content_type, before, after", [
    ("json", JSON, '{"notes":"', '","KEY":"%s","action":"add_customer","cid":"x"}'),
    ("escaped", JSON, '{"notes":"', '","\\u006bey":"%s","action":"add_customer","cid":"x"}'),
    ("form", FORM, "notes=", "&%%6Bey=%s&action=add_customer&cid=x"),
    ("multipart", "multipart/form-data; boundary=b", '--b\r\nContent-Disposition: form-data; name="notes"\r\n\r\n',
     "\r\n" + multipart("Key", "%s") + multipart("action", "add_customer") + multipart("cid", "x") + "--b--\r\n"),
])
def test_a_key_in_a_large_body(api, db, kind, content_type, before, after):
    for key, status in ((api.key, 200), ("wrong-key", 401)):
        body = before + "x" * 200_000 + after % key
        assert api.request("POST", "/", data=body, headers={"Content-Type": content_type}).status == status
        assert db.count("customers") == 1


def test_who_may_not_come_in_is_told_before_the_body_is_sent(nginx):
    """The answer does not wait for the body."""
    with socket.create_connection(("127.0.0.1", nginx.port)) as client:
        client.sendall(b"POST /?action=import_customers HTTP/1.1\r\nHost: x\r\nX-API-Key: wrong\r\n"
                       b"Content-Type: text/csv\r\nContent-Length: 16000000\r\n\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.1 401 ")


def test_an_answer_tells_of_a_hundred_problems(api, db):
    body = "{" + ",".join(f'"v{i}":[]' for i in range(900)) + ',"action":"add_customer","format":"json"}'
    answer = api.request("POST", "/", data=body, headers={"Content-Type": JSON, "X-API-Key": api.key})
    assert answer.status == 400
    problems = answer.json
    assert len(problems) == 101 and problems[0]["variable"] == "v0"
    assert problems[-1]["error"].startswith("and 8") and problems[-1]["error"].endswith(" more problems")


@pytest.mark.parametrize("kind", IMPORTS)
def test_a_large_import(api, nginx, db, reading, kind):
    content_type, make, why = IMPORTS[kind]
    body = make()
    sent = Sent(api, nginx, body, {"Content-Type": content_type, "X-API-Key": api.key},
                "/?action=import_customers&format=json")
    assert (sent.answer.status, sent.answer.json[0].get("failed")) in ((400, None), (200, "1")), sent.answer
    assert any(why in one.get("error", "") for one in sent.answer.json), sent.answer
    sent.assert_that_the_worker_went_on(reading)
    if not SANITIZE:
        assert sent.grown < 4 * len(body)


@pytest.mark.parametrize("dry_run", ["Y", "N"])
@pytest.mark.parametrize("kind", TICKETS)
def test_a_large_import_of_tickets(api, nginx, db, reading, kind, dry_run):
    content_type, make, why = TICKETS[kind]
    body = make()
    sent = Sent(api, nginx, body, {"Content-Type": content_type, "X-API-Key": api.key},
                f"/?action=import_tickets&format=json&dry_run={dry_run}")
    assert sent.answer.status == 200, sent.answer
    totals, *problems = sent.answer.json
    assert totals["failed"] == totals["rows"] and len(problems) <= 11 * int(totals["rows"])
    assert any(why in one["error"] for one in problems), sent.answer
    assert {(one["variable"], one["code"]) for one in problems if "10000" in one["error"]} <= {("history", "too_many_values")}
    sent.assert_that_the_worker_went_on(reading)
    if not SANITIZE:
        assert sent.grown < 4 * len(body) + 4_000_000


# What a rule reads of an entry of an import, in the text of what was changed.
CHANGES = {
    "lists": lambda: "[" + "[]," * (SIZE // 3) + "[]]",
    "objects": lambda: "[" + "{}," * (SIZE // 3) + "{}]",
    "members": lambda: '{"cid":[' + "[]," * (SIZE // 3) + "[]]}",
    "one text": lambda: '{"cid":["' + "x" * SIZE + '"]}',
}


@pytest.mark.parametrize("dry_run", ["Y", "N"])
@pytest.mark.parametrize("kind", CHANGES)
def test_large_changes_of_an_imported_entry(api, nginx, db, reading, kind, dry_run):
    api.add("c")
    row = {"cid": "c", "history": [{"type": "S", "changes": CHANGES[kind]()}]}
    body = json.dumps(row) + "\n"
    sent = Sent(api, nginx, body, {"Content-Type": NDJSON, "X-API-Key": api.key},
                f"/?action=import_tickets&format=json&dry_run={dry_run}")
    assert sent.answer.status == 200 and sent.answer.json[0]["rows"] == "1", sent.answer
    sent.assert_that_the_worker_went_on(reading)
    if not SANITIZE:
        assert sent.grown < 8 * len(body)


def test_an_import_tells_of_ten_problems_of_a_row(api, nginx, db, reading):
    """However many rows there are, and however many members each has."""
    row = "{" + ",".join(f'"v{i}":[]' for i in range(900)) + "}\n"
    sent = Sent(api, nginx, row * (SIZE // len(row)), {"Content-Type": "application/x-ndjson", "X-API-Key": api.key},
                "/?action=import_customers&format=json")
    assert sent.answer.status == 200 and sent.answer.json[0]["failed"] == str(SIZE // len(row))
    assert [one["error"] for one in sent.answer.json if one.get("line") == "1"][-1].endswith(" more problems")
    assert len([one for one in sent.answer.json if one.get("line") == "1"]) == 11
    assert len(sent.answer.text) < 3_000_000
    sent.assert_that_the_worker_went_on(reading)
    if not SANITIZE:
        assert sent.grown < 8 * SIZE
