"""The connection to the database, encrypted and checked."""

import hashlib
import os
import pathlib
import shutil
import ssl
import subprocess
import tempfile

import pytest

from api import Api
from servers import MYSQLD, MariaDB, Nginx, free_port

LOCATIONS = {
    "off": "tls off;",
    "on": "tls on;",
    "verified": "tls verify; tls_ca %%FOLDER%%/ca.pem;",
    "wrong_authority": "tls verify; tls_ca %%FOLDER%%/other.pem;",
    "unknown_authority": "tls verify;",
}

LOCATION = """
location /{name}/ {{
    helpdesk_database {{ host {host}; port {port}; user secure; password_file %%FOLDER%%/password; name helpdesk; {tls} }}
    helpdesk_key test {{ sha256 %%KEY_HASH%%; }}
    helpdesk_thread_pool helpdesk;
    helpdesk_hash_thread_pool helpdesk_hash;
    helpdesk_api;
}}
"""


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates():
    """An authority, a server's certificate of it for `localhost`, and an authority that signed nothing."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hd-tls-"))
    for name in ("ca", "other"):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.pem")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", f"{folder}/server.key",
            "-out", f"{folder}/server.csr")
    openssl("x509", "-req", "-days", "2", "-in", f"{folder}/server.csr", "-CA", f"{folder}/ca.pem", "-CAkey", f"{folder}/ca.key",
            "-CAcreateserial", "-out", f"{folder}/server.pem")
    # The server reads its key as the user that it runs as, nginx its authorities before it has workers.
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "nobody")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def mariadb(certificates):
    port = free_port()
    server = MariaDB("--bind-address=127.0.0.1,127.0.0.2", f"--port={port}", f"--ssl-ca={certificates}/ca.pem",
                     f"--ssl-cert={certificates}/server.pem", f"--ssl-key={certificates}/server.key")
    server.port = port
    server.execute(f"CREATE USER secure@'%' IDENTIFIED BY '{server.password}' REQUIRE SSL")
    server.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON helpdesk.* TO secure@'%'")
    yield server
    server.remove()


@pytest.fixture(scope="module")
def plain_port(mariadb):
    """Of a server that encrypts nothing, with the same user."""
    port = free_port()
    server = MariaDB("--bind-address=127.0.0.1", f"--port={port}", *(["--tls-version="] if MYSQLD else ["--skip-ssl"]))
    server.execute(f"CREATE USER secure@'%' IDENTIFIED BY '{mariadb.password}'")
    server.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON helpdesk.* TO secure@'%'")
    yield port
    server.remove()


@pytest.fixture(scope="module")
def nginx(mariadb, plain_port, key, certificates):
    server = Nginx(mariadb, hashlib.sha256(key.encode()).hexdigest())
    for name in ("ca.pem", "other.pem"):
        (server.folder / name).write_bytes((certificates / name).read_bytes())
    locations = [LOCATION.format(name=name, host="localhost", port=mariadb.port, tls=tls) for name, tls in LOCATIONS.items()]
    # Not 127.0.0.1, whose name libmariadb from 3.4 on does not compare.
    locations.append(LOCATION.format(name="wrong_host", host="127.0.0.2", port=mariadb.port, tls=LOCATIONS["verified"]))
    locations += [LOCATION.format(name="plain", host="localhost", port=plain_port, tls=LOCATIONS["off"]),
                  LOCATION.format(name="not_encrypted", host="localhost", port=plain_port, tls=LOCATIONS["on"])]
    server.start("server { listen 127.0.0.1:%%PORT%%; " + "".join(locations) + "}")
    yield server
    server.stop()
    assert server.complaints() == []
    server.remove()


class TrustingNginx(Nginx):
    """nginx on a system whose authorities are those of a folder of ours."""

    authorities = None

    def command(self, path, *more):
        certificates = ssl.get_default_verify_paths().openssl_capath
        script = f"mount --bind {self.authorities} {certificates} && exec \"$@\""
        return ["unshare", "--mount", "sh", "-c", script, "sh", *super().command(path, *more)]


@pytest.fixture
def trusting_nginx(mariadb, key, certificates, tmp_path):
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
        pytest.skip("nothing can be mounted here")
    tmp_path.chmod(0o755)
    (tmp_path / "ca.pem").write_bytes((certificates / "ca.pem").read_bytes())
    openssl("rehash", str(tmp_path))
    server = TrustingNginx(mariadb, hashlib.sha256(key.encode()).hexdigest())
    server.authorities = tmp_path
    yield server
    server.stop()
    server.remove()


@pytest.mark.parametrize("host, status", [("localhost", 200), ("127.0.0.2", 503)])
def test_without_tls_ca_the_systems_authorities_vouch_for_a_server(trusting_nginx, mariadb, key, db, host, status):
    location = LOCATION.format(name="system", host=host, port=mariadb.port, tls=LOCATIONS["unknown_authority"])
    trusting_nginx.start("server { listen 127.0.0.1:%%PORT%%; " + location + "}")
    assert Api(trusting_nginx.port, key).get("add_customer", cid="x", path="/system/").status == status
    assert db.count("customers") == (status == 200)


@pytest.mark.parametrize("name", ["on", "verified"])
def test_encrypted(api, db, name):
    """The user may come by TLS only."""
    assert api.get("add_customer", cid="x", path=f"/{name}/").status == 200
    assert db.customer("x") is not None


@pytest.mark.parametrize("name", ["off", "wrong_authority", "unknown_authority", "wrong_host"])
def test_refused(api, db, name):
    answer = api.get("add_customer", cid="x", path=f"/{name}/")
    assert (answer.status, answer.problems) == (503, [("", "database_unavailable")])
    assert db.count("customers") == 0


def test_a_server_that_does_not_encrypt(api):
    assert api.get("add_customer", cid="x", path="/plain/").status == 200
    answer = api.get("add_customer", cid="y", path="/not_encrypted/")
    assert (answer.status, answer.problems) == (503, [("", "database_unavailable")])
