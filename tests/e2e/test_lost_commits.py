"""The connection to the database is cut at a COMMIT, also at that of the second attempt: nobody may say that nothing was changed."""

import socket
import threading
import time

import pytest

from api import Api
from servers import wait_for

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / {
        helpdesk_database { socket %%FOLDER%%/link.sock; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; }
        %%KEY_AND_POOLS%%
        helpdesk_api;
    }
}
"""


class Link:
    """A socket that leads to the database. `passes` is asked of all data for the server."""

    def __init__(self, path, target):
        self.path, self.target = path, target
        self.passes = lambda data: True
        self.deaf = 0  # the first so many connections get nothing back from the server
        self.ends = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        path.chmod(0o666)
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self.target))
            self.ends += [client, server]
            number = len(self.ends) // 2
            threading.Thread(target=self.forward, args=(client, server, lambda data: self.passes(data)), daemon=True).start()
            threading.Thread(target=self.forward, args=(server, client, lambda data, number=number: number > self.deaf), daemon=True).start()

    def forward(self, source, sink, passes):
        try:
            while data := source.recv(65536):
                if passes(data):
                    sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def cut(self):
        """Ends the connections that there are."""
        for end in self.ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.close()
        self.path.unlink(missing_ok=True)
        self.cut()


@pytest.fixture
def link(nginx, mariadb):
    link = Link(nginx.folder / "link.sock", mariadb.socket)
    # Connections that the test before has cut are asked whether they live, and do not count as lost here.
    time.sleep(0.2)
    yield link
    link.close()


def is_commit(data):
    return data[4:5] == b"\x03" and data[5:] == b"COMMIT"


class Cuts:
    """Cuts the link at so many COMMITs, before they reach the server or when they have been carried out."""

    def __init__(self, link, db, count, before, then=lambda: None):
        self.link, self.db, self.left, self.before, self.then = link, db, count, before, then
        link.passes = self.passes

    def passes(self, data):
        if not is_commit(data) or self.left == 0:
            return True
        self.left -= 1
        if self.before:
            self.end()
            return False
        self.link.deaf = len(self.link.ends) // 2
        threading.Thread(target=self.end_when_done, daemon=True).start()
        return True

    def end_when_done(self):
        wait_for(lambda: self.db.customer("x"), "the change")
        # The second COMMIT ends a transaction that changes no customer: the server has nothing to tell it by.
        wait_for(lambda: not self.db.query("SELECT 1 FROM information_schema.INNODB_TRX"), "the end of the transaction", pause=0.15)
        self.end()

    def end(self):
        self.then()
        self.link.cut()


def add(api, **headers):
    return api.post("add_customer", cid="x", headers=headers)


KEY = {"Idempotency-Key": "key-of-the-write"}


@pytest.mark.parametrize("before", [True, False], ids=["not carried out", "carried out"])
def test_twice(api, db, nginx, link, before):
    api.post("add_customer", cid="other", headers={"Idempotency-Key": "other"})
    cuts = Cuts(link, db, 2, before)
    answer = add(api, **KEY)
    assert cuts.left == 0
    assert (answer.status, answer.problems) == (503, [("", "outcome_unknown")])
    assert "send the request again with the same Idempotency-Key" in answer.text
    (line,) = [line for line in nginx.log().splitlines() if answer.headers["X-Request-ID"] in line and "helpdesk:" in line]
    assert "503 outcome_unknown" in line and "with the same Idempotency-Key it can be sent again" in line
    assert "nothing was changed" not in line
    assert (db.customer("x") is None) == before
    answer = add(api, **KEY)
    assert (answer.status, "Idempotent-Replayed" in answer.headers) == (200, not before)
    assert db.count("customers") == 2


def test_once(api, db, link):
    """The second attempt finds out what became of the first."""
    cuts = Cuts(link, db, 1, before=False)
    answer = add(api, **KEY)
    assert cuts.left == 0
    assert (answer.status, answer.headers.get("Idempotent-Replayed")) == (200, "true")
    assert db.count("customers") == 1


def test_once_and_then_there_is_no_database(api, db, link):
    assert add(Api(api.port, api.key), **{"Idempotency-Key": "other"}).status == 200
    db.query("DELETE FROM customers")
    cuts = Cuts(link, db, 1, before=False, then=link.close)
    answer = add(api, **KEY)
    assert cuts.left == 0
    assert (answer.status, answer.problems) == (503, [("", "outcome_unknown")])
    assert db.count("customers") == 1


def test_without_a_key_it_is_not_repeated(api, db, link):
    cuts = Cuts(link, db, 1, before=True)
    answer = api.post("add_customer", cid="x", contracts="1")
    assert cuts.left == 0
    assert (answer.status, answer.problems) == (503, [("", "outcome_unknown")])
    assert "Idempotency-Key" not in answer.text
    assert db.customer("x") is None
