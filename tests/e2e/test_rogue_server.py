"""A database server that is not the right one, and asks for the password."""

import contextlib
import pathlib
import socket
import ssl
import struct
import subprocess
import threading
import time

import pytest

from api import Api
from servers import MYSQLD, MariaDB, free_port

LOCATION = """
location /{name}/ {{
    helpdesk_api;
    helpdesk_database {{ {server} user helpdesk; password_file %%FOLDER%%/password; name helpdesk; connect_timeout 2s; tls {tls}; }}
    %%KEY_AND_POOLS%%
}}
"""
CAPABILITIES = 0x1 | 0x4 | 0x8 | 0x200 | 0x2000 | 0x8000 | 0x80000 | 0x200000
SSL = 0x800
# What a server sends with the switch to a plugin: `dialog` asks its question there.
PLUGINS = {"mysql_clear_password": b"\0", "dialog": b"\x04Password: \0"}
NUMBERS = {"caching_sha2_password": b"n" * 20 + b"\0", "sha256_password": b"n" * 20 + b"\0", "client_ed25519": b"n" * 32,
           "mysql_native_password": b"n" * 20 + b"\0"}
# A server answers the proof of caching_sha2_password by asking for the password itself. Without TLS the client then asks for the
# server's key, with a byte that depends on the plugin, and encrypts the password for it.
PROOF, FULL, KEY_REQUESTS, ENCRYPTED = 32, b"\x01\x04", (b"\x01", b"\x02"), 256


class RogueServer:
    """Asks whoever connects to change to a plugin that tells the password, and keeps all that it receives."""

    def __init__(self, plugin, certificate=None, host="127.0.0.1", path=None, public_key=b"", first="mysql_native_password"):
        self.plugin = plugin
        self.first = first  # the plugin that the server begins with
        self.tls = None
        if certificate is not None:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate)
        self.received = b""
        self.answers = []
        self.told = []  # after it asked for the plugin
        self.asked = 0
        self.public_key = public_key
        if path:
            self.listener = socket.create_server(str(path), family=socket.AF_UNIX)
            path.chmod(0o777)
            self.line = f"socket {path};"
        else:
            by_6 = ":" in host
            self.listener = socket.create_server((host, 0), family=socket.AF_INET6 if by_6 else socket.AF_INET)
            self.line = f"server {f'[{host}]' if by_6 else host}:{self.listener.getsockname()[1]};"
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                with client, contextlib.suppress(OSError):
                    client.settimeout(10)
                    self.talk(client)

    def send(self, client, number, payload):
        client.sendall(struct.pack("<I", len(payload))[:3] + bytes([number]) + payload)

    def receive(self, client):
        data = client.recv(65536)
        self.received += data
        self.answers.append(data[4:])
        return data[3] if len(data) > 3 else 0

    def talk(self, client):
        capabilities = CAPABILITIES | (SSL if self.tls else 0)
        self.send(client, 0, b"\x0a11.4.2-MariaDB\0" + struct.pack("<I", 1) + b"abcdefgh\0" + struct.pack("<H", capabilities & 0xFFFF)
                  + b"\x2d" + struct.pack("<HH", 2, capabilities >> 16) + b"\x15" + b"\0" * 10 + b"ijklmnopqrst\0" + self.first.encode() + b"\0")
        number = self.receive(client)
        if self.tls:
            client = self.tls.wrap_socket(client, server_side=True)
            number = self.receive(client)
        if not number:
            return
        self.ask(client, number)

    def ask(self, client, number):
        self.asked += 1  # before its client can end the test
        self.send(client, number + 1, b"\xfe" + self.plugin.encode() + b"\0" + (PLUGINS | NUMBERS)[self.plugin])
        # All that comes until the client goes.
        for _ in range(5):
            number = self.receive(client)
            told = self.answers[-1]
            self.told += [told] if told else []
            if len(told) == PROOF:
                self.send(client, number + 1, FULL)
            elif told in KEY_REQUESTS:
                self.send(client, number + 1, b"\x01" + self.public_key)

    def close(self):
        """Waits for the thread: once the listener is closed, its number may be that of another server's listener."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()


class LyingServer(RogueServer):
    """Takes any proof, does not encrypt, and says that it does."""

    OK, END = b"\0\0\0\2\0\0\0", b"\xfe\0\0\2\0"

    def ask(self, client, number):
        self.send(client, number + 1, self.OK)
        while self.receive(client) or self.answers[-1]:
            packets = [self.OK]
            if b"SHOW" in self.answers[-1]:
                column = b"\x03def\0\0\0\1x\0\x0c" + struct.pack("<HIBHB", 45, 255, 253, 0, 0) + b"\0\0"
                packets = [b"\2", column, column, self.END, b"\4name\5value", self.END]
            for number, packet in enumerate(packets):
                self.send(client, number + 1, packet)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    path = tmp_path_factory.mktemp("rogue") / "server.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", path,
                    "-out", f"{path}.crt"], check=True, capture_output=True)
    path.write_text(path.read_text() + pathlib.Path(f"{path}.crt").read_text())
    return path


@pytest.fixture(scope="module")
def public_key(certificate):
    return subprocess.run(["openssl", "pkey", "-in", certificate, "-pubout"], check=True, capture_output=True).stdout


@pytest.fixture(scope="module")
def own_address():
    """An address of this machine that is not a loopback address: its servers are not known."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            pytest.skip("this machine has no network")
        return probe.getsockname()[0]


def has_ipv6():
    with contextlib.suppress(OSError), socket.create_server(("::1", 0), family=socket.AF_INET6):
        return True
    return False


@pytest.fixture(scope="module")
def network_server(mariadb):
    """MySQL makes a certificate for itself; MariaDB does not encrypt then."""
    port = free_port()
    server = MariaDB("--bind-address=0.0.0.0", f"--port={port}")
    server.port = port
    server.execute(f"CREATE USER helpdesk@'%' IDENTIFIED BY '{mariadb.password}'")
    server.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON helpdesk.* TO helpdesk@'%'")
    yield server
    server.remove()


def call(own_nginx, key, *servers, tls="off"):
    """Starts nginx with an API for each server, and calls them in turn."""
    own_nginx.workers = 1
    own_nginx.start("server { listen 127.0.0.1:%%PORT%%; "
                    + "".join(LOCATION.format(name=f"API{number}", server=server.line, tls=tls) for number, server in enumerate(servers))
                    + "}")
    answers = [Api(own_nginx.port, key).get("add_customer", cid="x", path=f"/API{number}/") for number in range(len(servers))]
    for server in servers:
        server.close()
    print(own_nginx.log())  # shown if the test fails
    return [(answer.status, answer.problems) for answer in answers]


NOT_AVAILABLE = (503, [("", "database_unavailable")])
REFUSED = ("asks for the plugin {}, which can tell it the password, but nothing shows that it is the right server; "
           "set tls verify in helpdesk_database, or give the user mysql_native_password or ed25519")


@pytest.mark.parametrize("tls, encrypts", [("off", False), ("on", False), ("on", True)])
@pytest.mark.parametrize("plugin", ["caching_sha2_password", "sha256_password"])
def test_full_authentication_beyond_this_machine(own_nginx, mariadb, key, certificate, public_key, own_address, plugin, tls, encrypts):
    """Not even the proof of caching_sha2_password is sent, since the server decides what follows it."""
    server = RogueServer(plugin, certificate if encrypts else None, host=own_address, public_key=public_key)
    assert call(own_nginx, key, server, tls=tls) == [NOT_AVAILABLE]
    assert server.asked > 0
    assert server.told == []
    assert mariadb.password.encode() not in server.received
    assert REFUSED.format(plugin) in own_nginx.log("error.log")


@pytest.mark.parametrize("plugin", ["caching_sha2_password", "sha256_password"])
def test_full_authentication_on_this_machine(own_nginx, mariadb, key, public_key, own_address, plugin):
    """The same process refuses it to a server that is not known, before and after one that is."""
    servers = [RogueServer(plugin, public_key=public_key, **place)
               for place in ({"host": own_address}, {"host": "127.0.0.1"}, {"path": own_nginx.folder / "server.sock"}, {"host": own_address},
                             *([{"host": "::1"}] if has_ipv6() else []))]
    assert call(own_nginx, key, *servers) == [NOT_AVAILABLE] * len(servers)
    assert ENCRYPTED in map(len, servers[1].told)
    assert all(ENCRYPTED in map(len, server.told) for server in servers[4:])
    assert servers[2].told != []
    assert [server.told for server in (servers[0], servers[3])] == [[], []]
    assert all(server.asked > 0 for server in servers)


@pytest.mark.parametrize("tls", ["off", "on"])
def test_the_right_server_beyond_this_machine(own_nginx, mariadb, key, own_address, network_server, tls):
    """Its users prove the password with MariaDB. With MySQL 9 they can only have caching_sha2_password."""
    address = f"{own_address}:{network_server.port}"
    own_nginx.start("server { listen 127.0.0.1:%%PORT%%; " + LOCATION.format(name="API", server=f"server {address};", tls=tls) + "}")
    status = Api(own_nginx.port, key).get("add_customer", cid="x", path="/API/").status
    assert status == (503 if MYSQLD or tls == "on" else 200)
    assert (REFUSED.format("caching_sha2_password") in own_nginx.log("error.log")) == bool(MYSQLD)


@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_plugin_that_another_server_of_the_process_uses(own_nginx, mariadb, key, plugin):
    """A unix socket may have the password as it is. The library keeps the plugin loaded."""
    known = RogueServer(plugin, path=own_nginx.folder / "server.sock")
    unknown = RogueServer(plugin)
    assert call(own_nginx, key, known, unknown) == [NOT_AVAILABLE] * 2
    assert mariadb.password.encode() in known.received
    assert unknown.asked > 0
    assert mariadb.password.encode() not in unknown.received
    assert REFUSED.format(plugin) in own_nginx.log("error.log")


@pytest.mark.parametrize("tls, encrypts", [("off", False), ("on", False), ("on", True), ("verify", False), ("verify", True)])
@pytest.mark.parametrize("plugin", PLUGINS)
def test_nobody_who_is_not_known_gets_the_password(own_nginx, mariadb, key, certificate, plugin, tls, encrypts):
    server = RogueServer(plugin, certificate if encrypts else None)
    own_nginx.start("server { listen 127.0.0.1:%%PORT%%; "
                    + LOCATION.format(name="API", server=server.line, tls=tls) + "}")
    answer = Api(own_nginx.port, key).get("add_customer", cid="x", path="/API/")
    server.close()
    assert (answer.status, answer.problems) == (503, [("", "database_unavailable")])
    assert (server.asked > 0) == (tls != "verify")
    assert mariadb.password.encode() not in server.received


def test_a_server_that_only_says_that_it_encrypts(own_nginx, mariadb, key):
    assert call(own_nginx, key, LyingServer("mysql_native_password"), tls="on") == [NOT_AVAILABLE]
    assert "the server does not encrypt, although tls requires it" in own_nginx.log()


@pytest.mark.parametrize("plugin, proof", [("caching_sha2_password", 32), ("client_ed25519", 64), ("mysql_native_password", 20)])
def test_a_plugin_that_proves_the_password(own_nginx, mariadb, key, plugin, proof):
    """The server sends a number that the client signs with the password, or hashes with it."""
    server = RogueServer(plugin)
    own_nginx.start("server { listen 127.0.0.1:%%PORT%%; "
                    + LOCATION.format(name="API", server=server.line, tls="off") + "}")
    assert Api(own_nginx.port, key).get("add_customer", cid="x", path="/API/").status == 503
    server.close()
    assert proof in map(len, server.answers)
    assert mariadb.password.encode() not in server.received


def test_a_server_that_begins_with_a_plugin_that_the_user_has_not(own_nginx, mariadb, key, own_address):
    """MySQL 8 begins with caching_sha2_password for everybody."""
    server = RogueServer("mysql_native_password", host=own_address, first="caching_sha2_password")
    assert call(own_nginx, key, server) == [NOT_AVAILABLE]
    assert list(map(len, server.told)) == [20]


def test_a_server_that_says_nothing(own_nginx, key):
    """It is left after connect_timeout, which is 2 s here."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        own_nginx.start("server { listen 127.0.0.1:%%PORT%%; "
                        + LOCATION.format(name="API", server=f"server 127.0.0.1:{silent.getsockname()[1]};", tls="off") + "}")
        begin = time.monotonic()
        assert Api(own_nginx.port, key).get("add_customer", cid="x", path="/API/").status == 503
        assert time.monotonic() - begin < 25


@pytest.mark.parametrize("server, tls, warns", [
    ("server db.example.net;", "off", True), ("server db.example.net;", "on", True), ("server db.example.net;", "verify", False),
    ("host 192.0.2.1;", "off", True), ("server [2001:db8::1];", "off", True), ("host 2001:db8::1;", "off", True), ("host 127.example.net;", "off", True),
    ("server 127.0.0.1;", "off", False), ("host localhost;", "off", False), ("server [::1];", "off", False), ("host ::1;", "off", False),
    ("socket /nonexistent;", "off", False), ("server 127.0.0.1; server 192.0.2.7 backup;", "off", True)])
def test_a_server_beyond_this_machine_that_nobody_verifies(own_nginx, server, tls, warns):
    passed, output = own_nginx.test("server { " + LOCATION.format(name="API", server=server, tls=tls) + "}")
    assert passed
    assert ('[warn]' in output and 'without "tls verify"' in output) == warns, output
