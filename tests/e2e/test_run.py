"""The MariaDB that scripts/run starts as root: no other user of the machine administers it, and nothing that it does is done as root.
test_smoke looks at that of the tests."""

import contextlib
import os
import pathlib
import subprocess
import tempfile

import pytest

from servers import MYSQLD, ROOT, wait_for

pytestmark = [pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user"),
              pytest.mark.skipif(bool(MYSQLD), reason="scripts/run starts MariaDB")]


class ServerOfRun:
    """What `scripts/run` starts, in a folder of its own and without all else that the script does."""

    def __init__(self, folder):
        script = (ROOT / "scripts/run").read_text()
        functions = script.partition("\ncase ${1:-start} in\n")[0]
        for old, new in (('. "$(dirname "$0")/lib.sh"', f". {ROOT}/scripts/lib.sh"), ("run=$root/build/run\n", f"run={folder}\n")):
            assert functions.count(old) == 1
            functions = functions.replace(old, new)
        self.pid_file = folder / "tmp/mariadb.pid"
        self.socket = folder / "socket/mariadb.sock"
        self.started = subprocess.run(["bash", "-c", functions + "\nsocket=$(socket_folder)/mariadb.sock\nstart_mariadb\nprepare_database"],
                                      capture_output=True, text=True)

    @property
    def pid(self):
        return int(self.pid_file.read_text())

    def stop(self):
        if not self.pid_file.exists():
            return
        os.kill(self.pid, 15)
        wait_for(lambda: not self.pid_file.exists(), "MariaDB to stop")


@contextlib.contextmanager
def open_folder():
    """A folder in which every user finds what is theirs, as that of a checkout may be."""
    with tempfile.TemporaryDirectory(prefix="hd-run-") as folder:
        os.chmod(folder, 0o755)
        yield pathlib.Path(folder)


@pytest.fixture(scope="module")
def server():
    with open_folder() as folder:
        server = ServerOfRun(folder)
        try:
            assert server.started.returncode == 0, server.started.stderr
            yield server
        finally:
            server.stop()


def query_as(user, socket, statement):
    return subprocess.run(["runuser", "-u", user, "--", "mariadb", "--no-defaults", f"--socket={socket}", "--user=root", "-e", statement],
                          capture_output=True, text=True)


@pytest.mark.parametrize("user", ["nobody", "www-data", "daemon"])
def test_no_other_user_is_its_administrator(server, user):
    """Neither the server's own user nor that of nginx's workers, which have to come to the socket, nor any other."""
    assert query_as("root", server.socket, "SELECT 1").returncode == 0
    refused = query_as(user, server.socket, "SELECT 1")
    assert refused.returncode != 0 and ("Access denied" in refused.stderr or "Permission denied" in refused.stderr or "(13)" in refused.stderr), refused


def test_others_do_not_come_to_its_socket(server):
    assert subprocess.run(["runuser", "-u", "daemon", "--", "ls", server.socket], capture_output=True).returncode != 0


def test_it_writes_no_files_elsewhere(server):
    """Not even for its administrator, in a folder where everybody may write."""
    with open_folder() as folder:
        folder.chmod(0o777)
        refused = query_as("root", server.socket, f"SELECT 'x' INTO OUTFILE '{folder}/file'")
        assert refused.returncode != 0 and "secure" in refused.stderr, refused
        assert not list(folder.iterdir())


def test_it_is_not_root(server):
    if subprocess.run(["runuser", "-u", "nobody", "--", "test", "-x", ROOT]).returncode != 0:
        pytest.skip("where nobody can go to the checkout, the servers of root are root's")
    assert pathlib.Path(f"/proc/{server.pid}").stat().st_uid != 0
