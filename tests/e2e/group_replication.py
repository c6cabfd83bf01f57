"""Three members of a MySQL group with a single primary, on this machine.

They begin as copies of one, so that none needs a whole copy of another.
"""

import os
import pathlib
import shutil
import tempfile
import uuid

import pymysql

from servers import MariaDB, free_port, wait_for

RECOVERY_USER = "recovery"


def options(number, ports, group):
    """For the member with that number, from 0."""
    port, local = ports[number]
    seeds = ",".join(f"127.0.0.1:{local}" for _, local in ports)
    return (f"--server-id={number + 1}", "--bind-address=127.0.0.1", f"--port={port}", "--report-host=127.0.0.1",
            "--log-bin=binlog", "--gtid-mode=ON", "--enforce-gtid-consistency=ON", "--plugin-load-add=group_replication.so",
            # Whoever is not the primary takes no writes, also before it joined the group.
            "--super-read-only=ON",
            f"--loose-group-replication-group-name={group}", "--loose-group-replication-start-on-boot=OFF",
            f"--loose-group-replication-local-address=127.0.0.1:{local}", f"--loose-group-replication-group-seeds={seeds}",
            "--loose-group-replication-recovery-get-public-key=ON", "--loose-group-replication-recovery-reconnect-interval=1")


class Member(MariaDB):
    def __init__(self, original, options):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hd-member-"))
        self.socket = self.folder / "sql.sock"
        self.password = original.password
        self.user = original.user
        self.process = None
        self.mounted = False
        self.options = options
        (self.folder / "tmp").mkdir()
        self.environment = {**os.environ, "TMPDIR": str(self.folder / "tmp")}
        shutil.copytree(original.folder / "data", self.folder / "data")
        (self.folder / "data" / "auto.cnf").unlink()  # the server's identity
        self.give_folder_to_server()
        self.start()

    def query(self, sql):
        with self.connect(database=None) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def join(self, bootstrap=False):
        if bootstrap:
            self.execute("SET GLOBAL group_replication_bootstrap_group = ON")
        self.execute(f"START GROUP_REPLICATION USER = '{RECOVERY_USER}', PASSWORD = '{self.password}'")
        if bootstrap:
            self.execute("SET GLOBAL group_replication_bootstrap_group = OFF")

    def online(self):
        """How many members it sees online."""
        return self.query("SELECT COUNT(*) AS n FROM performance_schema.replication_group_members WHERE MEMBER_STATE = 'ONLINE'")[0]["n"]

    def is_primary(self):
        try:
            rows = self.query("SELECT MEMBER_ROLE AS role, MEMBER_STATE AS state FROM performance_schema.replication_group_members "
                              "WHERE MEMBER_ID = @@server_uuid")
            return [(row["role"], row["state"]) for row in rows] == [("PRIMARY", "ONLINE")]
        except pymysql.err.OperationalError:
            return False

    def changes(self):
        return self.query("SELECT @@gtid_executed AS changes")[0]["changes"]


class Group:
    def __init__(self):
        # With the log from the beginning, so that all copies agree on which changes they have.
        original = MariaDB("--skip-networking", "--log-bin=binlog", "--gtid-mode=ON", "--enforce-gtid-consistency=ON", "--server-id=9")
        original.execute(f"CREATE USER {RECOVERY_USER}@'%' IDENTIFIED BY '{original.password}'")
        original.execute(f"GRANT REPLICATION SLAVE, CONNECTION_ADMIN, BACKUP_ADMIN, GROUP_REPLICATION_STREAM ON *.* TO {RECOVERY_USER}@'%'")
        original.stop()
        ports = [(free_port(), free_port()) for _ in range(3)]
        group = str(uuid.uuid4())
        self.members = [Member(original, options(number, ports, group)) for number in range(3)]
        original.remove()
        for member in self.members:
            member.join(bootstrap=member is self.members[0])
        self.wait_until_whole()

    def primary(self):
        return next((member for member in self.members if member.is_primary()), None)

    def wait_until_whole(self):
        try:
            wait_for(lambda: all(member.online() == 3 for member in self.members), "the group to be whole", seconds=120, pause=0.2)
        except TimeoutError as error:
            raise TimeoutError("\n\n".join((member.folder / "error.log").read_text()[-3000:] for member in self.members)) from error

    def wait_until_equal(self):
        """Until all members have carried out the same changes."""
        wait_for(lambda: len({member.changes() for member in self.members}) == 1, "all members to have all changes", seconds=60, pause=0.2)

    def remove(self):
        for member in self.members:
            member.remove()
