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

# With so small pools, nginx allocates nearly everything by itself. What still goes into a block differs with the size of the block, so
# that in one of these servers it is the first in a new one.
SIZES = range(112, 256, 16)
LOCATIONS = """
    helpdesk_geocoder /geocoder;
    location / { helpdesk_api; }
    location /too_long/ { helpdesk_api; helpdesk_geocoder /long_geocoder; }
    location = /sign-in { helpdesk_auth; helpdesk_auth_cache off; }
    location = /openapi.json { helpdesk_openapi /; }
    location = /status { helpdesk_status html; }
    location = /health { helpdesk_health; }
    location = /page.html { ssi on; root %%FOLDER%%; }
    location = /geocoder { proxy_pass http://unix:%%FOLDER%%/geocoder.sock; }
    location = /long_geocoder { proxy_pass http://unix:%%FOLDER%%/geocoder.sock; subrequest_output_buffer_size 16; }
"""
CONFIG = """
%%DEFAULTS%%
server { listen 127.0.0.1:%%PORT%%; }
server { listen unix:%%FOLDER%%/geocoder.sock; default_type application/json; return 200 '[{"lat":"1.25","lon":"-2.5"}]'; }
""" + "".join(f"server {{ listen 127.0.0.{size}:%%PORT%%; request_pool_size {size}; {LOCATIONS} }}" for size in SIZES)


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


def send(api, allocation, number, size, method, path, body=None, **headers):
    """The status of a call whose N-th allocation fails, and whether it got that far. None if nginx closed the connection."""
    client = http.client.HTTPConnection(f"127.0.0.{size}", api.port, timeout=60)
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


def statuses(api, nginx, allocation, size, *call, **headers):
    """Those of one call after the other, whose first, second, third … allocation fails. The last needs no more of them."""
    workers = nginx.worker_pids()
    seen, reached = [], True
    while reached:
        status, reached = send(api, allocation, len(seen) + 1, size, *(part.format(len(seen) + 1) if part else part for part in call), **headers)
        seen.append(status)
        assert nginx.worker_pids() == workers, len(seen)
    return seen


def add_with_address(api, db, nginx, allocation, size, path):
    """The customers' latitudes, in a dict. Each is stored at most once, and whatever its client was told."""
    seen = statuses(api, nginx, allocation, size, "GET", path + "?action=add_customer&cid=c{}&city=Rome&country=IT")
    assert set(seen) <= {200, 500, 503, None} and seen[-1] == 200
    rows = {row["cid"]: row["latitude"] for row in db.query("SELECT cid, latitude FROM customers")}
    assert {f"c{number + 1}" for number, status in enumerate(seen) if status == 200} <= set(rows)
    return rows


@pytest.mark.parametrize("size", SIZES)
def test_an_address_is_looked_up(api, db, nginx, allocation, size):
    latitudes = add_with_address(api, db, nginx, allocation, size, "/").values()
    assert {latitude is None for latitude in latitudes} == {True, False}


@pytest.mark.parametrize("size", SIZES)
def test_a_geocoders_answer_is_too_long(api, db, nginx, allocation, size):
    """There is something to say about it, which takes memory."""
    assert set(add_with_address(api, db, nginx, allocation, size, "/too_long/").values()) == {None}


@pytest.mark.parametrize("size", SIZES)
def test_another_part_of_the_request_goes_on(api, db, nginx, allocation, size):
    """It keeps the request alive when one part has failed, whose look-up may still be out."""
    (nginx.folder / "page.html").write_text("".join(
        f'<!--#include virtual="/?action=add_customer&cid={name}$arg_number&city=Rome&country=IT" -->' for name in "ab"))
    seen = statuses(api, nginx, allocation, size, "GET", "/page.html?number={}")
    assert set(seen) <= {200, 500, None} and seen[-1] == 200


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
    seen = statuses(api, nginx, allocation, SIZES[0], *call, **headers)
    assert set(seen) <= {status, 500, 503, None} and seen[-1] == status
    assert {500, None} & set(seen)
