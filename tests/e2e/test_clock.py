"""A walk by updated_since on a server whose clock stands still, or is set back while the walk waits for the end of a second."""

import concurrent.futures
import pathlib
import subprocess
import sys
import time

import pytest

from servers import MariaDB, wait_for

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    %%DEFAULTS%%
    location / { helpdesk_api; }
}
"""


@pytest.fixture(scope="module")
def clock(tmp_path_factory):
    """The file that says what the server's clock shows, and the library that shows it."""
    folder = tmp_path_factory.mktemp("clock")
    for path in (folder, folder.parent):
        path.chmod(0o755)
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", folder / "clock.so", pathlib.Path(__file__).with_name("stopped_clock.c")], check=True)
    file = folder / "clock"
    file.write_bytes(bytes(8))
    file.chmod(0o644)
    return file


@pytest.fixture(scope="module")
def mariadb(clock):
    server = MariaDB()
    server.stop()
    server.environment |= {"LD_PRELOAD": str(clock.parent / "clock.so"), "HELPDESK_CLOCK": str(clock)}
    server.start()
    yield server
    server.remove()


@pytest.fixture
def set_clock(clock):
    def to(number):
        with clock.open("r+b", buffering=0) as file:
            file.write(number.to_bytes(8, sys.byteorder, signed=True))

    yield to
    to(0)


def test_a_clock_that_stands_still_ends_the_walk(api, nginx, db, set_clock):
    db.query("INSERT INTO customers (cid, notes, last_updated) VALUES ('c', '', UTC_TIMESTAMP())")
    set_clock(int(time.time()))
    db.query("UPDATE customers SET last_updated = UTC_TIMESTAMP()")
    answer = api.get("get_customers", updated_since="2020-01-01")
    assert (answer.status, answer.problems) == (503, [("", "database_unsuitable")])
    assert "the clock of the database server has stopped" in nginx.log()


def test_a_walk_does_not_wait_until_the_clock_has_caught_up(api, db, mariadb, set_clock):
    db.query("INSERT INTO customers (cid, notes, last_updated) VALUES ('c', '', UTC_TIMESTAMP())")

    def asked():
        return int(db.query("SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'")[0]["Value"])

    api.get("get_customers", cid="c")
    time.sleep(-time.time() % 1 + 0.02)
    db.query("UPDATE customers SET last_updated = UTC_TIMESTAMP()")
    before = asked()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        walk = pool.submit(api.get, "get_customers", updated_since="2020-01-01")
        # The clock was asked, and the records.
        wait_for(lambda: asked() >= before + 2, "the walk to pause")
        set_clock(-3600)
        answer = walk.result()
    assert answer.status == 200
