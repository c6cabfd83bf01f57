"""Clients that leave while their calls wait for a thread: nothing is done for them, whatever they speak and however they leave."""

import base64
import concurrent.futures
import contextlib
import hashlib
import re
import socket
import ssl
import struct
import subprocess

import pytest

from servers import Nginx, wait_for
from test_waiting import DATABASE, call, locked, stuck, waiting

MAIN = "thread_pool single threads=1 max_queue=1024;"
LOCATIONS = """
    """ + DATABASE + """
    helpdesk_key test { sha256 %%KEY_HASH%%; }
    helpdesk_thread_pool single;
    helpdesk_hash_thread_pool helpdesk_hash;
    helpdesk_bcrypt_cost 4;
    location / { helpdesk_api; }
    location = /sign-in { helpdesk_auth; helpdesk_auth_cache off; }
    location = /status.json { helpdesk_status json; }
"""
CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    """ + LOCATIONS + """
}
server {
    listen 127.0.0.2:%%PORT%% http2;
    """ + LOCATIONS + """
}
server {
    listen 127.0.0.3:%%PORT%% ssl;
    ssl_certificate %%FOLDER%%/tls.pem;
    ssl_certificate_key %%FOLDER%%/tls.pem;
    """ + LOCATIONS + """
}
"""


def requests_of(name):
    """One for each kind of work: (method, path, headers, body)."""
    credentials = base64.b64encode(f"{name}:some-password".encode()).decode()
    return [
        ("GET", "/?action=get_portals&id=1", {}, ""),
        ("GET", "/sign-in", {"authorization": f"Basic {credentials}"}, ""),
        ("GET", f"/?action=add_customer&cid={name}-adds", {}, ""),
        ("POST", "/?action=import_customers", {"content-type": "text/csv"}, f"cid\n{name}-imports\n"),
    ]


class Plain:
    """A client of HTTP/1.1."""

    ADDRESS = "127.0.0.1"

    def __init__(self, nginx):
        self.socket = socket.create_connection((self.ADDRESS, nginx.port))

    def send(self, key, method, path, headers, body):
        headers = {"host": "x", "x-api-key": key, "content-length": len(body), **headers}
        self.socket.sendall((f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
                             + "\r\n" + body).encode())

    def leave(self):
        self.socket.close()

    def close(self):
        self.socket.close()

    def is_answered(self):
        return self.socket.recv(9) == b"HTTP/1.1 "


class Pipelining(Plain):
    """Another request has begun behind the first: there is something to read, and then the end."""

    def leave(self):
        self.socket.sendall(b"G")
        self.socket.shutdown(socket.SHUT_WR)


class Tls(Plain):
    """It ends its session, which is something to read, too."""

    ADDRESS = "127.0.0.3"

    def __init__(self, nginx):
        super().__init__(nginx)
        context = ssl.create_default_context(cafile=nginx.folder / "tls.pem")
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost")

    def leave(self):
        self.socket.setblocking(False)
        with contextlib.suppress(ssl.SSLWantReadError):
            self.socket.unwrap()
        self.socket.shutdown(socket.SHUT_WR)


class CutTls(Tls):
    def leave(self):
        self.socket.close()


class Http2(Plain):
    """A client of HTTP/2 that resets its stream, and keeps the connection."""

    ADDRESS = "127.0.0.2"
    DATA, HEADERS, RESET, SETTINGS = 0, 1, 3, 4
    END_STREAM, END_HEADERS, CANCEL = 1, 4, 8

    def __init__(self, nginx):
        super().__init__(nginx)
        self.socket.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + self.frame(self.SETTINGS, 0, b"", stream=0))

    @staticmethod
    def frame(kind, flags, payload, stream=1):
        return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload

    def send(self, key, method, path, headers, body):
        headers = {":method": method, ":scheme": "http", ":path": path, ":authority": "x", "x-api-key": key, **headers}
        # None is in the table of names, and none is longer than 126 bytes.
        block = b"".join(b"\0" + bytes([len(text)]) + text.encode() if i == 0 else bytes([len(text)]) + text.encode()
                         for header in headers.items() for i, text in enumerate(header))
        self.socket.sendall(self.frame(self.HEADERS, self.END_HEADERS | (0 if body else self.END_STREAM), block)
                            + (self.frame(self.DATA, self.END_STREAM, body.encode()) if body else b""))

    def leave(self):
        self.socket.sendall(self.frame(self.RESET, 0, struct.pack(">I", self.CANCEL)))

    def is_answered(self):
        """Whether HEADERS come, after what frames there may be."""
        stream = self.socket.makefile("rb")
        while len(head := stream.read(9)) == 9:
            stream.read(int.from_bytes(head[:3], "big"))
            if head[3] == self.HEADERS:
                return True
        return False


class ClosingHttp2(Http2):
    def leave(self):
        self.socket.close()


CLIENTS = (Plain, Pipelining, Tls, CutTls, Http2, ClosingHttp2)


@pytest.fixture(scope="module", params=["", "deferred"])
def nginx(request, mariadb, key):
    """With `deferred`, nginx finds the request when it accepts the connection, and then waits for no event of it that could tell of a
    client that leaves."""
    server = Nginx(mariadb, hashlib.sha256(key.encode()).hexdigest(), workers=1)
    try:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=DNS:localhost", "-keyout", server.folder / "tls.pem", "-out", server.folder / "cert.pem"],
                       check=True, capture_output=True)
        with open(server.folder / "tls.pem", "a") as file:
            file.write((server.folder / "cert.pem").read_text())
        server.start(CONFIG.replace("%%PORT%%", f"%%PORT%% {request.param}"), main=MAIN)
        yield server
        server.stop()
        assert server.complaints() == []
    finally:
        server.remove()


@contextlib.contextmanager
def busy_thread(api, mariadb):
    """The only thread waits for a lock."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with locked(mariadb, "support_contracts"):
            busy = pool.submit(call, api, "/", "get_support_contracts", order="name")
            wait_for(lambda: stuck(mariadb, 1), "the only thread to wait")
            yield
        assert busy.result().status == 200


@pytest.mark.parametrize("client", CLIENTS)
def test_what_nobody_waits_for_is_dropped(api, db, mariadb, nginx, client):
    """What somebody still waits for is not."""
    with contextlib.ExitStack() as stack:
        def send(name):
            clients = [stack.enter_context(contextlib.closing(client(nginx))) for _ in requests_of(name)]
            for one, request in zip(clients, requests_of(name)):
                one.send(api.key, *request)
            return clients

        with busy_thread(api, mariadb):
            stay, leave = send("stay"), send("leave")
            wait_for(lambda: waiting(api, "database") == len(stay) + len(leave), "the calls to wait")
            for one in leave:
                one.leave()
            wait_for(lambda: waiting(api, "database") == len(stay), "the calls that nobody waits for to be dropped")
        assert all(one.is_answered() for one in stay)
    assert {row["cid"] for row in db.query("SELECT cid FROM customers")} == {"stay-adds", "stay-imports"}


@pytest.mark.parametrize("client", CLIENTS)
def test_clients_that_leave_at_once(api, db, mariadb, nginx, client):
    """They may have left before nginx reads what they sent."""
    log = len(nginx.log("access.log"))
    requests = 3 * requests_of("leave")
    with contextlib.ExitStack() as stack, busy_thread(api, mariadb):
        for request in requests:
            one = stack.enter_context(contextlib.closing(client(nginx)))
            one.send(api.key, *request)
            one.leave()
        wait_for(lambda: len(re.findall("action=|/sign-in", nginx.log("access.log")[log:])) == len(requests), "the calls to be dropped")
    assert db.count("customers") == 0
