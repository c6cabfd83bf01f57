"""Erasures that end before their last piece, with their client or with their worker."""

import contextlib
import socket

import pytest

from servers import wait_for
from test_customer_erasure import MARK, erase, found, many_tickets

WORKERS = 1
CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    %%DEFAULTS%%
    location / { helpdesk_api; }
}
"""

# A piece is 32 tickets.
PIECE = 32
COUNT = 5 * PIECE


@contextlib.contextmanager
def held_in_second_piece(api, db, mariadb):
    """A client whose erasure waits for a ticket, which is free in the end."""
    assert api.add("who", contact=MARK).status == 200
    many_tickets(db, "who", COUNT)
    body = f"action=erase_customer&cid=who&format=json&key={api.key}".encode()
    with mariadb.connect(autocommit=False) as holder, socket.create_connection(("127.0.0.1", api.port)) as client:
        holder.cursor().execute("SELECT id FROM tickets WHERE id = %s FOR UPDATE", (PIECE + PIECE // 2,))
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                       b"Content-Length: %d\r\n\r\n" % len(body) + body)
        db.wait_for_lock()
        yield client
        holder.rollback()


def assert_that_a_repeat_does_the_rest(api, db):
    """Beside the pieces that were erased, everything is as it was."""
    assert db.customer("who")["contact"] == MARK
    assert [row["id"] for row in db.query("SELECT id FROM tickets WHERE contact = '' ORDER BY id")] == list(range(1, 2 * PIECE + 1))
    erase(api, "who")
    assert found(db, MARK) == {}


def test_a_client_goes_between_two_pieces(api, db, mariadb, nginx):
    log = len(nginx.log())
    with held_in_second_piece(api, db, mariadb) as client:
        client.close()
    wait_for(lambda: "the erasure stopped" in nginx.log()[log:], "the erasure to end")
    (line,) = [line for line in nginx.log()[log:].splitlines() if "the erasure stopped" in line]
    assert f"helpdesk: the client has gone: the erasure stopped before its end, with {2 * PIECE} records done; it can be sent again" in line
    assert_that_a_repeat_does_the_rest(api, db)


def test_a_worker_leaves_between_two_pieces(api, db, mariadb, nginx):
    log = len(nginx.log())
    workers = nginx.worker_pids()
    with held_in_second_piece(api, db, mariadb) as client:
        nginx.reload()
        wait_for(lambda: "gracefully shutting down" in nginx.log()[log:], "the worker to be told")
        answer = client.makefile("rb")
    text = answer.read().decode()
    assert text.startswith("HTTP/1.1 503 ") and '"code":"overloaded"' in text.replace(" ", ""), text
    assert f"the erasure stopped before its end, with {2 * PIECE} records done; it can be sent again" in text
    api.session.close()
    wait_for(lambda: not set(workers) & set(nginx.worker_pids()), "the worker to leave")
    assert_that_a_repeat_does_the_rest(api, db)


@pytest.mark.parametrize("entries", [3000])
def test_a_client_goes_between_two_pieces_of_one_ticket(api, db, mariadb, nginx, entries):
    """No ticket is done when the first piece is, and still the erasure has begun."""
    assert api.add("who", contact=MARK).status == 200
    many_tickets(db, "who", 1, entries)
    log = len(nginx.log())
    body = f"action=erase_customer&cid=who&format=json&key={api.key}".encode()
    with mariadb.connect(autocommit=False) as holder, socket.create_connection(("127.0.0.1", api.port)) as client:
        holder.cursor().execute("SELECT id FROM ticket_history ORDER BY id DESC LIMIT 1 FOR UPDATE")
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                       b"Content-Length: %d\r\n\r\n" % len(body) + body)
        db.wait_for_lock()
        client.close()
        holder.rollback()
    wait_for(lambda: "the erasure stopped" in nginx.log()[log:], "the erasure to end")
    assert "with 0 records done" in nginx.log()[log:]
    assert 0 < db.query("SELECT COUNT(*) AS n FROM ticket_history WHERE notes = '[erased]'")[0]["n"] < entries
    erase(api, "who")
    assert found(db, MARK) == {}
