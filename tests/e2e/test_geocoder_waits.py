"""What happens while a look-up is out: others are served, and addresses change, and nginx is reloaded, and clients leave."""

import concurrent.futures
import subprocess

import pytest

from api import Api
from servers import wait_for
from test_geocoder import CONFIG, NOWHERE, ROME, add, geocoder, geocoder_server, locate, place, stored, update  # noqa: F401, fixtures


class HeldCall:
    """A call whose look-up has begun."""

    def __init__(self, geocoder, call):
        self.geocoder = geocoder
        geocoder.hold()
        self.pool = concurrent.futures.ThreadPoolExecutor(1)
        self.answer = self.pool.submit(call)
        wait_for(lambda: geocoder.requests, "the look-up")

    def release(self):
        self.geocoder.open.set()
        answer = self.answer.result()
        self.pool.shutdown()
        return answer


def test_others_are_served(api, nginx, db, geocoder):  # noqa: F811
    held = HeldCall(geocoder, lambda: add(Api(nginx.port, api.key), **ROME))
    for number in range(20):
        assert api.add(f"quick {number}").status == 200
    assert db.customer("x") is None
    assert held.release().status == 200
    assert stored(db) == place("Rome", "IT")


@pytest.mark.parametrize("change,after", [
    ("zip = '00178', latitude = NULL, longitude = NULL", NOWHERE), ("zip = '00178', latitude = 5, longitude = 6", NOWHERE),
    ("contact = 'Ann'", "found"), ("city = 'Oslo', latitude = 5, longitude = 6", "found"), ("city = 'Rome', latitude = 5, longitude = 6", (5, 6))])
def test_another_changes_the_address_meanwhile(api, nginx, db, geocoder, change, after):  # noqa: F811
    """Coordinates are never those of another address than the one that is left."""
    db.query("INSERT INTO customers (cid, notes, city, country, latitude, longitude) VALUES ('x', '', 'Bonn', 'IT', 50, 7)")
    held = HeldCall(geocoder, lambda: update(Api(nginx.port, api.key), city="Rome"))
    db.query(f"UPDATE customers SET {change}")
    assert held.release().status == 200
    assert db.customer("x")["city"] == "Rome"
    assert stored(db) == (place("Rome", "IT") if after == "found" else after)


def test_the_customer_goes_meanwhile(api, nginx, db, geocoder):  # noqa: F811
    add(api, city="Bonn")
    geocoder.reset()
    held = HeldCall(geocoder, lambda: update(Api(nginx.port, api.key), city="Rome"))
    db.query("DELETE FROM customers")
    assert held.release().problems == [("cid", "not_found")]


def test_nginx_is_reloaded_meanwhile(api, nginx, db, geocoder):  # noqa: F811
    held = HeldCall(geocoder, lambda: add(Api(nginx.port, api.key), **ROME))
    before = set(nginx.worker_pids())
    nginx.reload()
    # With two processes for the cache.
    wait_for(lambda: len(set(nginx.worker_pids()) - before) >= 3, "new workers")
    assert add(Api(nginx.port, api.key), "y", latitude="1", longitude="2", **ROME).status == 200
    assert held.release().status == 200
    assert stored(db) == place("Rome", "IT")
    wait_for(lambda: not set(nginx.worker_pids()) & before, "the old workers to leave")


@pytest.mark.parametrize("protocol", ["1.1", "2"])
def test_a_client_leaves_meanwhile(api, nginx, db, geocoder, protocol):  # noqa: F811
    geocoder.hold()
    client = subprocess.Popen(
        ["curl", "-s", "--unix-socket", nginx.folder / "http2.sock", "--http2-prior-knowledge", f"http://x/?key={api.key}&action=add_customer&cid=x&city=Rome&country=IT"]
        if protocol == "2" else ["curl", "-s", f"{api.base}/?key={api.key}&action=add_customer&cid=x&city=Rome&country=IT"])
    wait_for(lambda: geocoder.requests, "the look-up")
    client.kill()
    client.wait()
    geocoder.open.set()
    # Whatever became of it, it is whole.
    assert add(api, "y", **ROME).status == 200
    wait_for(lambda: api.request("GET", "/status.json").status == 200, "nginx")
    row = db.customer("x")
    assert row is None or stored(db) == place("Rome", "IT")


def test_an_address_that_changes_while_it_is_located(api, nginx, db, geocoder):  # noqa: F811
    db.query("INSERT INTO customers (cid, notes, city, country) VALUES ('x', '', 'Rome', 'IT')")
    held = HeldCall(geocoder, lambda: locate(Api(nginx.port, api.key)))
    db.query("UPDATE customers SET city = 'Oslo'")
    answer = held.release()
    assert (answer.status, answer.problems) == (503, [("", "overloaded")])
    assert stored(db) == NOWHERE
