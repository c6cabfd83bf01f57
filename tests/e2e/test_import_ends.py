"""Imports that end before their last row, with their client or with their worker."""

import contextlib
import json
import socket

from api import Api
from servers import wait_for

WORKERS = 1
CONFIG = """
client_max_body_size 16m;
server {
    listen 127.0.0.1:%%PORT%%;
    %%DEFAULTS%%
    location / { helpdesk_api; }
}
"""

# An import writes 1,000 rows at once, and then asks whether it is to go on.
SLICE = 1000
COUNT = 5 * SLICE

# The most entries that a ticket may bring.
ENTRIES = 10_000


def rows(name):
    """Names of no other test: near one that was deleted, a row may wait for its neighbour."""
    return "cid,contact\n" + "".join(f"{name}{i},x\n" for i in range(COUNT))


def upload(api, body, size):
    """A client that has sent so many bytes of its import."""
    what, content_type = ("tickets", "application/x-ndjson") if body.startswith("{") else ("customers", "text/csv")
    client = socket.create_connection(("127.0.0.1", api.port))
    client.sendall((f"POST /?action=import_{what}&format=json HTTP/1.1\r\nHost: x\r\nX-API-Key: {api.key}\r\nContent-Type: {content_type}\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n{body[:size]}").encode())
    return client


@contextlib.contextmanager
def held_in_second_slice(api, db, mariadb, name):
    """A client whose import waits for a row, which is not there in the end."""
    body = rows(name)
    with mariadb.connect(autocommit=False) as holder:
        holder.cursor().execute("INSERT INTO customers (cid, notes) VALUES (%s, '')", (f"{name}{SLICE + SLICE // 2}",))
        with upload(api, body, len(body)) as client:
            db.wait_for_lock()
            yield client
            holder.rollback()


@contextlib.contextmanager
def among_entries(api, db):
    """A client whose import stores the entries of its second ticket, of which there are so many that it takes long."""
    api.add("c")
    entries = [{"notes": " ".join(f"{i}w{j}" for j in range(40))} for i in range(ENTRIES)]
    body = "".join(json.dumps(row) + "\n" for row in [{"tid": "1", "cid": "c"}, {"tid": "2", "cid": "c", "history": entries}])
    with upload(api, body, len(body)) as client:
        wait_for(lambda: (db.query("SELECT MAX(trx_rows_modified) AS n FROM information_schema.INNODB_TRX")[0]["n"] or 0) > 200,
                 "entries to be stored", pause=0.2)
        yield client


def run(api, body):
    """The totals of an import that was carried out."""
    answer = Api(api.port, api.key).request("POST", "/?action=import_customers&format=json", data=body.encode(),
                                            headers={"X-API-Key": api.key, "Content-Type": "text/csv"})
    assert answer.status == 200, answer
    return [int(answer.json[0][name]) for name in ("rows", "added", "updated", "existing", "failed")]


def test_a_client_goes_in_the_middle_of_its_body(api, db, nginx):
    body = rows("body")
    before = nginx.log("access.log").count(" import_customers ")
    upload(api, body, len(body) // 2).close()
    wait_for(lambda: nginx.log("access.log").count(" import_customers ") > before, "the end of the request")
    assert db.count("customers") == 0


def test_a_client_goes_in_the_middle_of_the_work(api, db, mariadb, nginx):
    """The slice that has begun is written, and no other. Sent again, the import tells what is there apart."""
    with held_in_second_slice(api, db, mariadb, "work") as client:
        client.close()
    wait_for(lambda: "the import stopped" in nginx.log(), "the import to end")
    (line,) = [line for line in nginx.log().splitlines() if "the import stopped" in line]
    assert f"helpdesk: the client has gone: the import stopped before its end, with {2 * SLICE} added and 0 updated; it can be sent again" in line
    assert db.count("customers") == 2 * SLICE
    assert run(api, rows("work")) == [COUNT, COUNT - 2 * SLICE, 0, 2 * SLICE, 0]
    assert db.count("customers") == COUNT


def test_a_worker_leaves_in_the_middle_of_the_work(api, db, mariadb, nginx):
    """The slice that has begun is written, and no other. The client is told how far it came."""
    log = len(nginx.log())
    with held_in_second_slice(api, db, mariadb, "left") as client:
        nginx.reload()
        wait_for(lambda: "gracefully shutting down" in nginx.log()[log:], "the worker to be told")
        answer = client.makefile("rb")
    text = answer.read().decode()
    api.session.close()
    assert text.startswith("HTTP/1.1 503 ") and '"code":"overloaded"' in text.replace(" ", ""), text
    assert f"the import stopped before its end, with {2 * SLICE} added and 0 updated; it can be sent again" in text
    assert db.count("customers") == 2 * SLICE


def test_a_client_goes_in_the_middle_of_a_ticket(api, db, nginx):
    """A ticket is stored with all its entries or not at all, and holds its customer no longer."""
    with among_entries(api, db) as client:
        log = len(nginx.log())
        client.close()
        wait_for(lambda: "the import stopped" in nginx.log()[log:], "the import to end", seconds=60)
    (line,) = [line for line in nginx.log()[log:].splitlines() if "the import stopped" in line]
    assert "helpdesk: the client has gone: the import stopped before its end, with 1 added and 0 updated; it can be sent again" in line
    assert [row["id"] for row in db.query("SELECT id FROM tickets")] == [1]
    assert db.count("ticket_history") == 0
    assert api.post("update_customer", cid="c", contact="x").status == 200


def test_a_worker_leaves_in_the_middle_of_a_ticket(api, db, nginx):
    workers = nginx.worker_pids()
    with among_entries(api, db) as client:
        nginx.reload()
        text = client.makefile("rb").read().decode()
    assert text.startswith("HTTP/1.1 503 ") and '"code":"overloaded"' in text.replace(" ", ""), text
    assert "the import stopped before its end, with 1 added and 0 updated; it can be sent again" in text
    assert [row["id"] for row in db.query("SELECT id FROM tickets")] == [1]
    api.session.close()
    wait_for(lambda: not set(workers) & set(nginx.worker_pids()), "the worker to leave")
