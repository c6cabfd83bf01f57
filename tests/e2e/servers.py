"""The servers that the tests run against: a real MariaDB and a real nginx, each in a folder of its own.

Both are started by us, on a unix socket or a random free port, and stopped by pid.
"""

import os
import pathlib
import random
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import pymysql

from api import remember_secret

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULE = pathlib.Path(os.environ.get("HELPDESK_MODULE", ROOT / "build/module/ngx_http_helpdesk_module.so"))
SANITIZE = os.environ.get("HELPDESK_SANITIZE") == "1"
# A MySQL server to start instead of MariaDB.
MYSQLD = os.environ.get("HELPDESK_MYSQLD") or None
DATABASE = "helpdesk"

# What the servers of this run logged, by file. Kept when a server goes, to be searched for secrets at the end.
LOGS = {}


def keep_logs(folder):
    for path in folder.glob("*.log"):
        LOGS[f"{folder.name}/{path.name}"] = path.read_text(errors="replace")


def wait_for(condition, what, seconds=30, pause=0.02):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(pause)


def free_port():
    """Below the ports that the kernel gives to clients: one of another test's could take it before the server does."""
    while True:
        port = random.randrange(12000, 32000)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def stop_process(process, sent=signal.SIGTERM, seconds=20):
    if process.poll() is None:
        process.send_signal(sent)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class MariaDB:
    """A private server with the project's schema, on a unix socket only unless `options` say otherwise.

    With `disk`, its data is on a disk of so many bytes, which root can mount. For root it runs as nobody, as nginx's workers do,
    and nobody else gets at it: its folder is closed, and its administrator is the system's root, by the socket.
    """

    def __init__(self, *options, disk=None):
        self.options = options or ("--skip-networking",)
        # Short, since a unix socket's path may have about a hundred bytes.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hd-db-"))
        self.socket = self.folder / "sql.sock"
        self.password = remember_secret(secrets.token_hex(16))
        self.process = None
        self.user = ["--user=nobody"] if os.geteuid() == 0 else []
        # Its own, since a server that starts removes temporary tables that it finds, and another's may be in use.
        (self.folder / "tmp").mkdir()
        (self.folder / "data").mkdir()
        self.mounted = disk is not None
        if self.mounted:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={disk}", "tmpfs", self.folder / "data"], check=True)
        (self.folder / "files").mkdir()
        self.give_folder_to_server()
        self.environment = {**os.environ, "TMPDIR": str(self.folder / "tmp")}
        root = "socket" if os.geteuid() == 0 else "normal"
        install = ([MYSQLD, "--no-defaults", "--initialize-insecure", "--innodb-redo-log-capacity=8M"] if MYSQLD else
                   ["mariadb-install-db", "--no-defaults", f"--auth-root-authentication-method={root}", "--auth-root-socket-user=root",
                    "--skip-test-db", "--skip-name-resolve", "--innodb-log-file-size=4M"])
        subprocess.run([*install, f"--datadir={self.folder}/data", *self.user], check=True, capture_output=True, env=self.environment)
        self.start()
        if MYSQLD and os.geteuid() == 0:
            self.execute("ALTER USER root@localhost IDENTIFIED WITH auth_socket")
        self.execute(f"CREATE DATABASE {DATABASE}")
        self.execute(f"CREATE USER helpdesk@localhost IDENTIFIED BY '{self.password}'")
        self.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {DATABASE}.* TO helpdesk@localhost")
        self.migrate()

    def give_folder_to_server(self):
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", "nobody", self.folder], check=True)

    def migrate(self, database=DATABASE, **environment):
        return subprocess.run(
            [ROOT / "bin/migrate", database, f"--socket={self.socket}", "--user=root"],
            check=not environment, capture_output=True, text=True, env={**os.environ, **environment})

    def start(self):
        # MariaDB takes secure-file-priv=NULL for a folder of that name, and does not start.
        program = ([MYSQLD, "--no-defaults", "--mysqlx=OFF", "--innodb-redo-log-capacity=32M", "--disable-log-bin",
                    "--plugin-load-add=auth_socket.so"] if MYSQLD else
                   ["/usr/sbin/mariadbd", "--no-defaults", "--innodb-log-file-size=32M", f"--secure-file-priv={self.folder}/files"])
        with open(self.folder / "error.log", "a") as log:
            self.process = subprocess.Popen(
                [*program, f"--datadir={self.folder}/data", f"--socket={self.socket}", "--innodb-buffer-pool-size=64M", *self.options,
                 *self.user],
                stdout=log, stderr=log, env=self.environment)
        wait_for(self.answers, "MariaDB to start")

    def answers(self):
        if self.process.poll() is not None:
            raise RuntimeError((self.folder / "error.log").read_text())
        try:
            self.connect(database=None).close()
            return True
        except pymysql.err.OperationalError:
            return False

    def stop(self):
        stop_process(self.process)

    def kill(self):
        stop_process(self.process, signal.SIGKILL)

    def restart(self):
        self.stop()
        self.start()

    def freeze(self):
        """Holds it up, until SIGCONT. A thread may run on for a while after the signal was sent to its process."""
        self.process.send_signal(signal.SIGSTOP)
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task")
        wait_for(lambda: all(stat.read_text().rpartition(")")[2].split()[0] == "T" for stat in tasks.glob("*/stat")),
                 "all threads to stop")

    def remove(self):
        self.stop()
        if self.mounted:
            subprocess.run(["umount", self.folder / "data"], check=True)
        keep_logs(self.folder)
        shutil.rmtree(self.folder)

    def connect(self, database=DATABASE, **options):
        return pymysql.connect(unix_socket=str(self.socket), user="root", database=database, charset="utf8mb4",
                               autocommit=options.pop("autocommit", True), cursorclass=pymysql.cursors.DictCursor, **options)

    def execute(self, sql):
        with self.connect(database=None) as connection, connection.cursor() as cursor:
            cursor.execute(sql)

    def waiting(self, state):
        """How many threads of the server are in this state."""
        with self.connect(database=None) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) AS n FROM information_schema.PROCESSLIST WHERE STATE = %s", (state,))
            return cursor.fetchone()["n"]


class Nginx:
    """nginx with our module. What a test file puts at its head stands inside `http { … }`."""

    FRAME = """
%(user)s
daemon off;
load_module %(module)s;
error_log %(folder)s/error.log info;
pid %(folder)s/nginx.pid;
worker_processes %(workers)s;
%(main)s
thread_pool narrow threads=1 max_queue=1;
thread_pool helpdesk threads=8 max_queue=1024;
thread_pool helpdesk_hash threads=2 max_queue=256;
events { worker_connections 1024; }
http {
    log_format helpdesk '$remote_addr "$helpdesk_request" $status $helpdesk_key_name $helpdesk_action $helpdesk_outcome';
    access_log %(folder)s/access.log helpdesk;
    %(temp_paths)s
    %(config)s
}
"""

    def __init__(self, mariadb, key_hash, workers=2):
        self.mariadb = mariadb
        self.key_hash = key_hash
        self.workers = workers
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hd-nginx-"))
        self.folder.chmod(0o755)
        (self.folder / "password").write_text(mariadb.password + "\n")
        (self.folder / "password").chmod(0o600)
        self.port = free_port()
        self.process = None

    def temp_paths(self):
        return " ".join(f"{name}_temp_path {self.folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))

    def expand(self, config):
        """Fills in the blocks that nearly every test needs."""
        database = (f"helpdesk_database {{ socket {self.mariadb.socket}; user helpdesk; "
                    f"password_file {self.folder}/password; name {DATABASE}; }}")
        key_and_pools = (f"helpdesk_key test {{ sha256 {self.key_hash}; }} helpdesk_thread_pool helpdesk; "
                         "helpdesk_hash_thread_pool helpdesk_hash;")
        defaults = f"{database} {key_and_pools} helpdesk_bcrypt_cost 4;"
        for name, text in {"DEFAULTS": defaults, "DATABASE": database, "KEY_AND_POOLS": key_and_pools, "PORT": str(self.port), "KEY_HASH": self.key_hash,
                           "FOLDER": str(self.folder), "SOCKET": str(self.mariadb.socket)}.items():
            config = config.replace(f"%%{name}%%", text)
        return config

    def write(self, config, name="nginx.conf", main=""):
        path = self.folder / name
        path.write_text(self.FRAME % {
            "user": "user nobody nogroup;" if os.geteuid() == 0 else "", "module": MODULE, "folder": self.folder,
            "workers": self.workers, "main": main, "temp_paths": self.temp_paths(),
            "config": self.expand(config)})
        return path

    def command(self, path, *more):
        return ["nginx", "-p", str(self.folder), "-c", str(path), "-e", str(self.folder / "error.log"), *more]

    def environment(self):
        if not SANITIZE:
            return dict(os.environ)
        # nginx itself is plain C and not built to be checked: the sanitizer must come first, and with it the C++
        # library whose exceptions it watches.
        libraries = [subprocess.run(["g++", f"-print-file-name={name}"], check=True, capture_output=True, text=True).stdout.strip()
                     for name in ("libasan.so", "libstdc++.so.6")]
        return {**os.environ, "LD_PRELOAD": " ".join(libraries), "ASAN_OPTIONS": "detect_leaks=0",
                "UBSAN_OPTIONS": "print_stacktrace=1"}

    def test(self, config):
        """`nginx -t`: whether it passed, and what it printed."""
        return self.check(self.write(config, "test.conf"))

    def check(self, path):
        result = subprocess.run(["nginx", "-t", "-p", self.folder, "-c", path, "-e", "stderr"], capture_output=True, text=True,
                                env=self.environment())
        return result.returncode == 0, result.stderr

    def start(self, config, main=""):
        path = self.write(config, main=main)
        with open(self.folder / "stderr.log", "a") as log:
            self.process = subprocess.Popen(self.command(path), stderr=log, env=self.environment())
        wait_for(self.answers, "nginx to start")

    def answers(self):
        if self.process.poll() is not None:
            raise RuntimeError(self.log("error.log") + self.log("stderr.log"))
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def worker_pids(self):
        master = self.process.pid
        return [int(pid) for pid in pathlib.Path(f"/proc/{master}/task/{master}/children").read_text().split()]

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def log(self, name="error.log"):
        path = self.folder / name
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self, sent=signal.SIGQUIT):
        if self.process is not None:
            stop_process(self.process, sent)

    def complaints(self):
        """Lines in the logs that no test run may leave."""
        signs = ("[alert]", "[emerg]", "exited on signal", "AddressSanitizer", "runtime error:", "terminate called")
        lines = (self.log("error.log") + self.log("stderr.log")).splitlines()
        return [line for line in lines if any(sign in line for sign in signs)]

    def remove(self):
        self.stop()
        keep_logs(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)
