"""Three nodes of a Galera cluster on this machine.

They begin as copies of one, so that none ever needs a whole copy of another: Debian's mariadb-server-core has no
scripts for that. A node that comes back gets what it missed from the cache of another, as with any of the scripts.
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import pymysql

from servers import MariaDB, free_port, wait_for

PROVIDER = pathlib.Path("/usr/lib/galera/libgalera_smm.so")


def options(peers):
    """For a node whose replication port is the first of `peers`."""
    return ("--skip-networking", "--binlog-format=ROW", "--innodb-autoinc-lock-mode=2", "--wsrep-on=ON",
            # Newer servers have a plugin that makes a variable of each option but gmcast.isolate, which a test sets.
            f"--wsrep-provider={PROVIDER}", "--loose-plugin-wsrep-provider=OFF", "--wsrep-sst-method=ist",
            f"--wsrep-node-address=127.0.0.1:{peers[0]}",
            # What was acknowledged by one node is seen by the next call, on whichever node.
            "--wsrep-sync-wait=7",
            "--wsrep-cluster-address=gcomm://" + ",".join(f"127.0.0.1:{port}" for port in peers),
            f"--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:{peers[0]};ist.recv_addr=127.0.0.1:{free_port()}")


class Member(MariaDB):
    def status(self, name):
        with self.connect(database=None) as connection, connection.cursor() as cursor:
            cursor.execute("SHOW GLOBAL STATUS LIKE %s", name)
            return cursor.fetchone()["Value"]

    def answers(self):
        try:
            return super().answers() and self.status("wsrep_ready") == "ON"
        except pymysql.err.OperationalError:
            return False


class Node(Member):
    def __init__(self, original, peers):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hd-node-"))
        self.socket = self.folder / "sql.sock"
        self.password = original.password
        self.user = original.user
        self.process = None
        self.mounted = False
        for name in ("tmp", "files", "bin"):
            (self.folder / name).mkdir()
        shutil.copy(pathlib.Path(__file__).parent / "wsrep_sst_ist", self.folder / "bin")
        self.environment = {**os.environ, "TMPDIR": str(self.folder / "tmp"), "PATH": f"{self.folder}/bin:{os.environ['PATH']}"}
        shutil.copytree(original.folder / "data", self.folder / "data")
        self.give_folder_to_server()
        self.cluster = options(peers)

    def join(self, *more):
        self.options = (*self.cluster, *more)
        self.start()

    def rejoin(self):
        """After a crash: from the last change that it has."""
        recovered = subprocess.run(
            ["/usr/sbin/mariadbd", "--no-defaults", f"--datadir={self.folder}/data", f"--socket={self.socket}", *self.cluster,
             *self.user, "--wsrep-recover"],
            check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self.environment).stdout
        self.join("--wsrep-start-position=" + re.search(r"WSREP: Recovered position: (\S+)", recovered).group(1))


class Cluster:
    def __init__(self):
        ports = [free_port() for _ in range(3)]
        original = Member(*options(ports), "--wsrep-new-cluster")
        original.stop()
        self.nodes = [Node(original, ports[i:] + ports[:i]) for i in range(3)]
        original.remove()
        self.nodes[0].join("--wsrep-new-cluster")
        for node in self.nodes[1:]:
            node.join()
        self.wait_until_whole()

    def wait_until_whole(self):
        wait_for(lambda: all(node.status("wsrep_cluster_size") == "3" and node.status("wsrep_local_state_comment") == "Synced"
                             for node in self.nodes), "the cluster to be whole", pause=0.2)

    def remove(self):
        for node in self.nodes:
            node.remove()
