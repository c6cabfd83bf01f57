"""A database server that is not the right one, and asks for the password."""

import contextlib
import pathlib
import socket
import ssl
import struct
import subprocess
import threading

import pytest

from api import Api

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
NUMBERS = {"caching_sha2_password": b"n" * 20 + b"\0", "client_ed25519": b"n" * 32, "mysql_native_password": b"n" * 20 + b"\0"}


class RogueServer:
    """Asks whoever connects to change to a plugin that tells the password, and keeps all that it receives."""

    def __init__(self, plugin, certificate=None):
        self.plugin = plugin
        self.tls = None
        if certificate is not None:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate)
        self.received = b""
        self.answers = []
        self.asked = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

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
                  + b"\x2d" + struct.pack("<HH", 2, capabilities >> 16) + b"\x15" + b"\0" * 10 + b"ijklmnopqrst\0mysql_native_password\0")
        number = self.receive(client)
        if self.tls:
            client = self.tls.wrap_socket(client, server_side=True)
            number = self.receive(client)
        if not number:
            return
        self.send(client, number + 1, b"\xfe" + self.plugin.encode() + b"\0" + (PLUGINS | NUMBERS)[self.plugin])
        self.asked += 1
        # All that comes until the client goes.
        for _ in range(3):
            self.receive(client)

    def close(self):
        self.listener.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    path = tmp_path_factory.mktemp("rogue") / "server.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", path,
                    "-out", f"{path}.crt"], check=True, capture_output=True)
    path.write_text(path.read_text() + pathlib.Path(f"{path}.crt").read_text())
    return path


@pytest.mark.parametrize("tls, encrypts", [("off", False), ("on", False), ("on", True), ("verify", False), ("verify", True)])
@pytest.mark.parametrize("plugin", PLUGINS)
def test_nobody_who_is_not_known_gets_the_password(own_nginx, mariadb, key, certificate, plugin, tls, encrypts):
    server = RogueServer(plugin, certificate if encrypts else None)
    own_nginx.start("server { listen 127.0.0.1:%%PORT%%; "
                    + LOCATION.format(name="API", server=f"server 127.0.0.1:{server.port};", tls=tls) + "}")
    answer = Api(own_nginx.port, key).get("add_customer", cid="x", path="/API/")
    server.close()
    assert (answer.status, answer.problems) == (503, [("", "database_unavailable")])
    assert (server.asked > 0) == (tls != "verify")
    assert mariadb.password.encode() not in server.received


@pytest.mark.parametrize("plugin, proof", [("caching_sha2_password", 32), ("client_ed25519", 64), ("mysql_native_password", 20)])
def test_a_plugin_that_proves_the_password(own_nginx, mariadb, key, plugin, proof):
    """The server sends a number that the client signs with the password, or hashes with it."""
    server = RogueServer(plugin)
    own_nginx.start("server { listen 127.0.0.1:%%PORT%%; "
                    + LOCATION.format(name="API", server=f"server 127.0.0.1:{server.port};", tls="off") + "}")
    assert Api(own_nginx.port, key).get("add_customer", cid="x", path="/API/").status == 503
    server.close()
    assert proof in map(len, server.answers)
    assert mariadb.password.encode() not in server.received


@pytest.mark.parametrize("server, tls, warns", [
    ("server db.example.net;", "off", True), ("server db.example.net;", "on", True), ("server db.example.net;", "verify", False),
    ("host 192.0.2.1;", "off", True), ("server [2001:db8::1];", "off", True), ("host 2001:db8::1;", "off", True),
    ("server 127.0.0.1;", "off", False), ("host localhost;", "off", False), ("server [::1];", "off", False), ("host ::1;", "off", False),
    ("socket /nonexistent;", "off", False), ("server 127.0.0.1; server 192.0.2.7 backup;", "off", True)])
def test_a_server_beyond_this_machine_that_nobody_verifies(own_nginx, server, tls, warns):
    passed, output = own_nginx.test("server { " + LOCATION.format(name="API", server=server, tls=tls) + "}")
    assert passed
    assert ('[warn]' in output and 'without "tls verify"' in output) == warns, output
