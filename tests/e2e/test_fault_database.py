"""The database dies, hangs or fills up under 32 writers: what was acknowledged is there, nothing twice.

`pytest -s` shows the figures.
"""

import hashlib
import os
import signal
import subprocess
import time

import pytest

from api import Api
from conftest import Database
from servers import MYSQLD, SANITIZE, MariaDB, Nginx, wait_for
from writers import Writers

pytestmark = pytest.mark.skipif(SANITIZE, reason="a test of the database's faults, too slow with sanitizers")

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / {
        helpdesk_database { socket %%SOCKET%%; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; connect_timeout 1s;
                            read_timeout 2s; }
        %%KEY_AND_POOLS%%
        helpdesk_api;
    }
}
"""

# Room for the server's own files, and a little for customers.
DISK = 160 * 1024 * 1024


def customers(db):
    return db.query("SELECT cid, contact FROM customers")


def test_killed_five_times(api, db, mariadb):
    with Writers(api) as writers:
        returns = []
        for _ in range(5):
            writers.go_on(200)
            writers.note("the database is killed")
            mariadb.kill()
            time.sleep(0.2)
            mariadb.start()
            writers.note("the database is back")
            returns.append(writers.go_on())
    print(f"\nkilled five times: {writers.figures()}; first success after the server's return: "
          + ", ".join(f"{seconds:.2f} s" for seconds in returns))
    assert writers.dropped == 0, writers.history(writers.suspects)
    writers.check(customers(db))


def test_hung_for_a_while(api, db, mariadb):
    with Writers(api) as writers:
        writers.go_on()
        mariadb.freeze()
        try:
            end = time.monotonic() + 6
            while time.monotonic() < end:
                # What needs no database goes on.
                assert api.add("", city="x").status == 400
                time.sleep(0.05)
        finally:
            mariadb.process.send_signal(signal.SIGCONT)
        first = writers.go_on()
    print(f"\nhung for 6 s: {writers.figures()}; first success after that: {first:.2f} s")
    assert writers.dropped == 0, writers.history(writers.suspects)
    assert {"database_timeout", "outcome_unknown"} & set(writers.errors)
    writers.check(customers(db))


def can_mount(folder):
    mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True).returncode == 0
    return mounted and subprocess.run(["umount", folder]).returncode == 0


@pytest.fixture(scope="module")
def small(key, tmp_path_factory):
    """A MariaDB on a disk that is soon full, and an nginx before it."""
    if not can_mount(tmp_path_factory.mktemp("disk")):
        pytest.skip("a small disk cannot be mounted here")
    server = MariaDB("--skip-networking", *([] if MYSQLD else ["--innodb-log-file-size=4M"]), disk=DISK)
    nginx = Nginx(server, hashlib.sha256(key.encode()).hexdigest())
    try:
        nginx.start(CONFIG.replace("read_timeout 2s", "read_timeout 1m"))
        yield server, nginx
    finally:
        nginx.stop()
        nginx.remove()
        server.remove()


def test_a_full_disk(small, key):
    mariadb, nginx = small
    api, db = Api(nginx.port, key), Database(mariadb)
    db.reset()
    filler = mariadb.folder / "data" / "filler"
    room = os.statvfs(mariadb.folder / "data")
    with open(filler, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, room.f_bavail * room.f_bsize - 8 * 1024 * 1024))
    added = []
    answer = None
    for number in range(5000):
        # Short enough to stand in its row: MariaDB 10.11 ends itself when there is no room for a longer one's pages.
        answer = api.add(f"c{number}", notes="n" * 7_000)
        if answer.status != 200:
            break
        added.append(f"c{number}")
    print(f"\nfull disk: {len(added)} customers went in, then {answer}")
    assert (answer.status, answer.problems) == (503, [("", "database_full")])
    assert api.get("get_customers", cid=added[0]).status == 200
    filler.unlink()
    wait_for(lambda: api.add("after").status == 200, "room")
    assert {row["cid"] for row in customers(db)} == {*added, "after"}
    assert nginx.complaints() == []
