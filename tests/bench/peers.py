"""Those that the bench compares: ours, the peers, and the floors under all of them.

Each starts once, on a free port, and stays until the end; `load` runs one operation against it and tells what came out.
"""

import glob
import hashlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

from operations import OPERATIONS, TICKET_OPERATIONS, write_pools  # noqa: E402
from servers import DATABASE, ROOT, MariaDB, Nginx, free_port, stop_process, wait_for  # noqa: E402, F401

SQL = HERE / "sql"
BUILT = ROOT / "build/bench"
MODULE = ROOT / "build/module/ngx_http_helpdesk_module.so"
CONNECTIONS = 8  # to the database, of each process that has a pool, and threads of the bare loop
CUSTOMER_OPERATIONS = frozenset(("get", "update", "add"))
DATABASE_OPERATIONS = CUSTOMER_OPERATIONS | TICKET_OPERATIONS
BCRYPT_COST = 12


def process_tree(pid):
    pids = [pid]
    for children in glob.glob(f"/proc/{pid}/task/*/children"):
        for child in pathlib.Path(children).read_text().split():
            pids += process_tree(int(child))
    return pids


class Bench:
    """What all of them share: the database, the key, the rows, the values that calls draw, and a number for each run."""

    def __init__(self, mariadb, key, rows, pools):
        self.mariadb = mariadb
        self.key = key
        self.key_hash = hashlib.sha256(key.encode()).hexdigest()
        self.rows = rows
        self.pools = pools
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hd-bench-"))
        self.pools_file = self.folder / "pools"
        write_pools(pools, self.pools_file)
        self.runs = 0

    def remove(self):
        shutil.rmtree(self.folder)

    def next_run(self):
        self.runs += 1
        return self.runs

    def wrk(self, port, operation, connections, seconds):
        command = ["wrk", "-t", str(min(2, connections)), "-c", str(connections), "-d", f"{seconds}s", "--timeout", "60s",
                   "-s", HERE / "load.lua", f"http://127.0.0.1:{port}", "--", operation, self.key, str(self.rows),
                   str(self.next_run())]
        if operation in TICKET_OPERATIONS:
            row = OPERATIONS[operation]
            command += ["POST" if row.writes else "GET", row.action, row.template, self.pools_file]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def outcome(process):
    output, _ = process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"{process.args[0]} failed")
    return json.loads(output.splitlines()[-1])


class HttpPeer:
    operations = DATABASE_OPERATIONS

    def __init__(self, bench):
        self.bench = bench
        self.port = free_port()
        self.started = []

    def run(self, command, **options):
        self.started.append(subprocess.Popen(command, **options))

    def listens(self):
        if any(process.poll() is not None for process in self.started):
            raise RuntimeError(f"{self.title} does not start")
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        for process in self.started:
            stop_process(process)

    def load(self, operation, connections, seconds):
        return outcome(self.bench.wrk(self.port, operation, connections, seconds))

    def call(self, action, post=False, **variables):
        query = {"key": variables.pop("key", self.bench.key), "action": action, "format": "json"}
        body = urllib.parse.urlencode(variables).encode() if post else None
        query = urllib.parse.urlencode(query if post else query | variables)
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/API/default.aspx?{query}", body, timeout=60) as answer:
            return answer.read().decode()

    def post(self, action, **variables):
        return self.call(action, post=True, **variables)

    def refusal(self, action, **variables):
        try:
            self.call(action, **variables)
            return 200
        except urllib.error.HTTPError as error:
            return error.code

    def pids(self):
        return [pid for process in self.started for pid in process_tree(process.pid)]


class BenchNginx(Nginx):
    """As in the tests, with room for the load and without logs of each request."""

    FRAME = """
%(user)s
daemon off;
%(main)s
error_log %(folder)s/error.log error;
pid %(folder)s/nginx.pid;
worker_processes %(workers)s;
events { worker_connections 2048; }
http {
    access_log off;
    keepalive_requests 1000000000;
    %(temp_paths)s
    %(config)s
}
"""


class NginxPeer(HttpPeer):
    main = ""

    def __init__(self, bench):
        super().__init__(bench)
        self.nginx = BenchNginx(bench.mariadb, bench.key_hash)
        self.port = self.nginx.port

    def start(self):
        self.nginx.start(f"{self.outside()} server {{ listen 127.0.0.1:%%PORT%%; location / {{ {self.location()} }} }}", self.main)
        self.started.append(self.nginx.process)

    def outside(self):
        return ""

    def stop(self):
        super().stop()
        self.nginx.remove()


class Ours(NginxPeer):
    title = "ngx_helpdesk"
    operations = DATABASE_OPERATIONS | {"pass", "get-beside-pass"}
    module = MODULE

    @property
    def main(self):
        return (f"load_module {self.module}; thread_pool helpdesk threads={CONNECTIONS} max_queue=1024; "
                f"thread_pool helpdesk_hash threads={max(1, os.cpu_count() // 2)} max_queue=1024;")

    def location(self):
        return ("%%DATABASE%% helpdesk_key bench { sha256 %%KEY_HASH%%; } helpdesk_thread_pool helpdesk; "
                f"helpdesk_hash_thread_pool helpdesk_hash; helpdesk_bcrypt_cost {BCRYPT_COST}; helpdesk_api;")

    def load(self, operation, connections, seconds):
        if operation != "get-beside-pass":
            return super().load(operation, connections, seconds)
        beside = self.bench.wrk(self.port, "pass", 32, seconds + 1)
        result = super().load("get", connections, seconds)
        outcome(beside)
        return result


class Before(Ours):
    """The module as it was: another build, which --before names."""

    title = "ngx_helpdesk before"


class Return200(NginxPeer):
    """nginx alone, with the answers that ours gave."""

    title = "nginx return 200"
    operations = CUSTOMER_OPERATIONS

    def __init__(self, bench, answers):
        super().__init__(bench)
        self.answers = answers

    def outside(self):
        lines = " ".join(f"{OPERATIONS[operation].action} '{answer}';" for operation, answer in self.answers.items())
        return f"map $arg_action $answer {{ {lines} }}"

    def location(self):
        return "default_type application/json; add_header Cache-Control no-store; return 200 $answer;"


class Php(NginxPeer):
    title = "nginx + PHP-FPM"
    emulate = 0

    POOL = """
[global]
error_log = %(folder)s/fpm.log
daemonize = no
[bench]
%(user)s
listen = %(folder)s/fpm.sock
listen.mode = 0666
listen.backlog = 1024
pm = static
pm.max_children = 16
env[BENCH_SOCKET] = %(socket)s
env[BENCH_PASSWORD] = %(password)s
env[BENCH_KEY_SHA256] = %(key_hash)s
env[BENCH_EMULATE] = %(emulate)s
"""

    def start(self):
        folder = self.nginx.folder
        for script in ("api.php", "tickets.php"):
            shutil.copy(HERE / script, folder)
        statements = ", ".join(f"'{file.stem}' => <<<'SQL'\n{file.read_text()}\nSQL" for file in sorted(SQL.glob("*.sql")))
        (folder / "statements.php").write_text(f"<?php return [{statements}];\n")
        (folder / "fpm.conf").write_text(self.POOL % {
            "folder": folder, "user": "user = nobody\ngroup = nogroup" if os.geteuid() == 0 else "",
            "socket": self.bench.mariadb.socket, "password": self.bench.mariadb.password,
            "key_hash": self.bench.key_hash, "emulate": self.emulate})
        command = sorted(glob.glob("/usr/sbin/php-fpm[0-9]*"))[-1]
        self.run([command, "-y", folder / "fpm.conf"], stderr=subprocess.DEVNULL)
        wait_for((folder / "fpm.sock").exists, "PHP-FPM to start")
        super().start()

    def location(self):
        folder = self.nginx.folder
        return (f"include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_FILENAME {folder}/api.php; "
                f"fastcgi_pass unix:{folder}/fpm.sock;")


class PhpEmulated(Php):
    """PDO puts the values into the text: one round trip a request instead of two."""

    title = "PHP-FPM, emulated prepares"
    emulate = 1


class Node(HttpPeer):
    title = "Node.js"
    count = 1

    def start(self):
        self.run(["node", HERE / "server.js"], env={
            **os.environ, "NODE_ENV": "production", "NODE_PATH": str(BUILT / "node_modules"), "BENCH_SQL": str(SQL),
            "BENCH_PORT": str(self.port), "BENCH_PROCESSES": str(self.count), "BENCH_CONNECTIONS": str(CONNECTIONS),
            "BENCH_SOCKET": str(self.bench.mariadb.socket), "BENCH_PASSWORD": self.bench.mariadb.password,
            "BENCH_KEY_SHA256": self.bench.key_hash})
        wait_for(self.listens, "Node.js to start")


class TwoNodes(Node):
    title = "Node.js, two processes"
    count = 2


class Bare:
    """The statement alone, or bcrypt alone, without any server before it."""

    title = "bare loop"
    operations = DATABASE_OPERATIONS | {"pass"}
    program = ROOT / "build/tests/bench/helpdesk_bare"

    def __init__(self, bench):
        self.bench = bench

    def start(self):
        pass

    def stop(self):
        pass

    def pids(self):
        return []

    def load(self, operation, connections, seconds):
        if operation == "pass":
            command = ["bcrypt", os.cpu_count(), seconds, BCRYPT_COST]
        else:
            mariadb = self.bench.mariadb
            command = [operation, min(connections, CONNECTIONS), seconds, self.bench.next_run(), SQL, mariadb.socket,
                       mariadb.password, self.bench.rows]
            if operation in TICKET_OPERATIONS:
                row = OPERATIONS[operation]
                command += [row.action, row.template, self.bench.pools_file]
        return outcome(subprocess.Popen([self.program, *map(str, command)], stdout=subprocess.PIPE, text=True))


# In the order in which they take turns.
PEERS = {"ours": Ours, "before": Before, "php": Php, "php-emulated": PhpEmulated, "node": Node, "node2": TwoNodes,
         "return": Return200, "bare": Bare}
assert DATABASE == "helpdesk"  # the peers name it
