"""The core on many threads at once, seen by ThreadSanitizer, while the first of two servers goes and comes back."""

import os
import pathlib
import subprocess

import pytest

from conftest import Database
from servers import MariaDB, wait_for

CHECK = os.environ["HELPDESK_THREAD_CHECK"]
SUPPRESSIONS = pathlib.Path(__file__).with_name("tsan.supp")


@pytest.fixture
def servers():
    first, second = MariaDB(), MariaDB()
    second.execute(f"SET PASSWORD FOR helpdesk@localhost = PASSWORD('{first.password}')")
    for server, city in ((first, "first"), (second, "second")):
        Database(server).reset()
        Database(server).query("INSERT INTO customers (cid, notes, city) VALUES ('where', '', %s)", city)
    yield first, second
    first.remove()
    second.remove()


def test_no_data_race(servers, tmp_path):
    first, second = servers
    output = tmp_path / "output"
    with open(output, "w") as out, open(tmp_path / "errors", "w") as errors:
        process = subprocess.Popen([CHECK, first.password, first.socket, second.socket], stdin=subprocess.PIPE, stdout=out, stderr=errors,
                                   env={**os.environ, "TSAN_OPTIONS": f"suppressions={SUPPRESSIONS} print_suppressions=0"})

    def generations():
        return output.read_text().splitlines()

    def wait_for_generation(where):
        seen = len(generations())
        wait_for(lambda: process.poll() is not None or any(line.startswith(where) for line in generations()[seen:]),
                 f"calls to be answered by the {where} server", seconds=60)

    try:
        wait_for_generation("first")
        first.kill()
        wait_for_generation("second")
        first.start()
        wait_for_generation("first")
    finally:
        process.stdin.close()
        try:
            process.wait(60)
        finally:
            process.kill()
    report = (tmp_path / "errors").read_text()
    print(output.read_text() + report)
    assert report == ""
    assert process.returncode == 0
