"""A call is answered and its worker lives, whichever allocation of the event loop fails while the call is under way."""

import base64
import hashlib
import http.client
import os
import pathlib
import socket
import struct
import subprocess

import pytest

from servers import SANITIZE, Nginx

pytestmark = pytest.mark.skipif(SANITIZE, reason="the sanitizer has an allocator of its own")

WORKERS = 1

# With so small a pool, nginx allocates nearly everything by itself.
CONFIG = """
request_pool_size 256;
server {
    listen 127.0.0.1:%%PORT%%;
    %%DEFAULTS%%
    helpdesk_geocoder /geocoder;
    location / { helpdesk_api; }
    location = /sign-in { helpdesk_auth; helpdesk_auth_cache off; }
    location = /openapi.json { helpdesk_openapi /; }
    location = /status { helpdesk_status html; }
    location = /health { helpdesk_health; }
    location = /geocoder { default_type application/json; return 200 '[{"lat":"1.25","lon":"-2.5"}]'; }
}
"""


class Allocation:
    """Says which allocation of the worker fails."""

    def __init__(self, folder):
        self.path = folder / "allocation"
        self.path.write_bytes(bytes(8))
        self.library = folder / "failed_allocation.so"
        subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", self.library, pathlib.Path(__file__).with_name("failed_allocation.c")], check=True)

    def environment(self):
        return {**os.environ, "LD_PRELOAD": str(self.library), "HELPDESK_ALLOCATION": str(self.path)}

    @property
    def left(self):
        return struct.unpack("q", self.path.read_bytes())[0]

    @left.setter
    def left(self, number):
        with open(self.path, "r+b") as file:
            file.write(struct.pack("q", number))


@pytest.fixture(scope="module")
def allocation(tmp_path_factory):
    return Allocation(tmp_path_factory.mktemp("allocation"))


@pytest.fixture(scope="module")
def nginx(mariadb, key, allocation):
    server = Nginx(mariadb, hashlib.sha256(key.encode()).hexdigest(), workers=1)
    server.environment = allocation.environment
    try:
        server.start(CONFIG)
        yield server
        server.stop()
        # A connection that nobody ended would be among them.
        assert [line for line in server.complaints() if "(12: Cannot allocate memory)" not in line] == []
    finally:
        server.remove()


def send(api, allocation, number, method, path, body=None, **headers):
    """The status of a call whose N-th allocation fails, and whether it got that far. None if nginx closed the connection."""
    client = http.client.HTTPConnection("127.0.0.1", api.port, timeout=60)
    allocation.left = number
    try:
        client.request(method, path, body, {"Connection": "close", "X-API-Key": api.key, **headers})
        answer = client.getresponse()
        answer.read()
        status = answer.status
    except (http.client.HTTPException, ConnectionError):
        status = None
    finally:
        client.close()
    reached = allocation.left == 0
    allocation.left = 0
    return status, reached


def statuses(api, nginx, allocation, *call, **headers):
    """Those of one call after the other, whose first, second, third … allocation fails. The last needs no more of them."""
    workers = nginx.worker_pids()
    seen, reached = [], True
    while reached:
        status, reached = send(api, allocation, len(seen) + 1, *(part.format(len(seen) + 1) if part else part for part in call), **headers)
        seen.append(status)
        assert nginx.worker_pids() == workers, len(seen)
    return seen


def test_an_address_is_looked_up(api, db, nginx, allocation):
    """The customer is stored at most once, with coordinates if the geocoder's answer came through."""
    seen = statuses(api, nginx, allocation, "GET", "/?action=add_customer&cid=c{}&city=Rome&country=IT")
    assert set(seen) == {200, 500, None} and seen[-1] == 200
    rows = {row["cid"]: row["latitude"] for row in db.query("SELECT cid, latitude FROM customers")}
    assert {f"c{number + 1}" for number, status in enumerate(seen) if status == 200} <= set(rows)
    assert {latitude is None for latitude in rows.values()} == {True, False}


SIGN_IN = {"Authorization": "Basic " + base64.b64encode(b"nobody:some-password").decode()}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("status, call, headers", [
    (200, ("GET", "/?action=get_portals&id=1"), {}),
    (200, ("GET", "/?action=get_portals&order=name"), {}),
    (200, ("GET", "/?action=export_customers&cid=*"), {}),
    (200, ("POST", "/?action=import_customers", "cid\nx\n"), {"Content-Type": "text/csv"}),
    (200, ("POST", "/?action=get_portals", "a=" + 70_000 * "x"), FORM),
    (401, ("POST", "/?action=get_portals", "a=b"), FORM | {"X-API-Key": "wrong"}),
    (401, ("GET", "/sign-in"), SIGN_IN),
    (405, ("PUT", "/", "a=b"), {}),
    (200, ("GET", "/openapi.json"), {}),
    (200, ("GET", "/status"), {}),
    (200, ("GET", "/health"), {}),
])
def test_calls(api, db, nginx, allocation, status, call, headers):
    seen = statuses(api, nginx, allocation, *call, **headers)
    assert set(seen) <= {status, 500, 503, None} and seen[-1] == status
    assert {500, None} & set(seen)
