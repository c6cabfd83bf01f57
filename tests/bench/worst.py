#!/usr/bin/python3
"""Measures the requests that cost a worker most: how long it stands still, and how much memory it takes beyond what it had.

    tests/bench/worst.py                                            # this build
    tests/bench/worst.py --module old/ngx_http_helpdesk_module.so build/module/ngx_http_helpdesk_module.so
    tests/bench/worst.py --help

Each line of the table is one request to a fresh worker, the medians of the turns. The worker is asked over a second connection for
`return 200` all the while; it stood still for as long as the slowest of these took. In brackets is for how much of this its event loop
computed: otherwise it waited for a processor. Two modules, before and after, take turns. Not a test.
"""

import argparse
import contextlib
import datetime
import hashlib
import os
import pathlib
import resource
import secrets
import socket
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from requests.exceptions import RequestException  # noqa: E402

import servers  # noqa: E402
from api import Api  # noqa: E402
from conftest import numbers  # noqa: E402
from test_bodies import BODIES, CONFIG, JSON, Watch, memory  # noqa: E402

SILENT = 100  # clients that read nothing
GIB = 1 << 30


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--module", nargs="+", default=[str(servers.MODULE)], help="ngx_http_helpdesk_module.so")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--memory", type=int, default=8, metavar="GIB", help="that the worker may take (default: 8), so that the machine lives")
    options = parser.parse_args()
    for module in options.module:
        if not pathlib.Path(module).is_file():
            parser.error(f"--module: {module} is no file")
    if len(options.module) > 2:
        parser.error("--module: at most two, before and after")
    return options


def post(body, content_type, **headers):
    def send(api):
        answer = api.request("POST", "/", data=body, headers={"Content-Type": content_type, **headers})
        return f"{answer.status}, {len(answer.text):,} bytes"
    return send


def silent(query):
    """Many clients at once, none of which reads its answer."""
    def send(api):
        clients = []
        for _ in range(SILENT):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", api.port))
            client.sendall(f"GET /?key={api.key}&{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            clients.append(client)
        time.sleep(20)
        for client in clients:
            client.close()
        return "not read"
    return send


def requests(key):
    arrays = BODIES["arrays"][1]()
    numbers_ = BODIES["numbers"][1]()
    elements = BODIES["elements"][1]()
    row = ("{" + ",".join(f'"v{i}":[]' for i in range(900)) + "}\n").encode()
    rows = row * (16_000_000 // len(row))
    yield "16 MB `{\"0\":[],…}`, no key", post(arrays, JSON)
    yield "16 MB `{\"0\":[],…}`, wrong key in a header", post(arrays, JSON, **{"X-API-Key": "wrong"})
    yield "16 MB `{\"0\":[],…}`, right key", post(arrays, JSON, **{"X-API-Key": key})
    yield "16 MB `{\"0\":1,…}`, no key", post(numbers_, JSON)
    yield "16 MB `{\"a\":[1,1,…]}`, no key", post(elements, JSON)
    yield "import of 16 MB of such rows", lambda api: str(api.request(
        "POST", "/?action=import_customers", data=rows, headers={"Content-Type": "application/x-ndjson", "X-API-Key": key}).status)
    yield f"{SILENT} lists of 100,000 records that nobody reads", silent("action=get_customers&cid=*&count=100000&format=json")
    yield f"{SILENT} exports of 40 notes of 8 MB that nobody reads", silent("action=export_customers&start_cid=long&end_cid=long")


@contextlib.contextmanager
def bounded_memory(size):
    """Of what is started meanwhile."""
    usual = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, usual)


def measure(mariadb, key, module, send, most):
    """Seconds, of these computed, bytes, and what the client was told."""
    servers.MODULE = pathlib.Path(module)
    nginx = servers.Nginx(mariadb, hashlib.sha256(key.encode()).hexdigest(), 1)
    try:
        with bounded_memory(most * GIB):
            nginx.start(CONFIG)
        api = Api(nginx.port, key)
        api.get("get_customers", cid="c1")
        (pid,) = nginx.worker_pids()
        pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")
        before = memory(pid, "VmRSS")
        with Watch(nginx.port, pid) as watch:
            try:
                told = send(api)
            except RequestException as error:
                told = type(error).__name__
        if nginx.worker_pids() != [pid]:
            return watch.longest, watch.computed, most * GIB, "the worker ended"
        return watch.longest, watch.computed, memory(pid, "VmHWM") - before, told
    finally:
        nginx.stop()
        nginx.remove()


def fill(mariadb):
    with mariadb.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SET GLOBAL max_allowed_packet = 64 << 20")
        cursor.execute("INSERT INTO customers (cid, contact, notes, portal_id) SELECT CONCAT('c', seq), CONCAT('Contact ', seq), "
                       f"REPEAT('n', 100), 1 FROM {numbers(100_000)} AS numbers")
    with mariadb.connect() as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO customers (cid, notes) SELECT CONCAT('long', seq), REPEAT('n', 8000000) FROM "
                       f"{numbers(40)} AS numbers")


def machine(options):
    cpu = next(line.partition(":")[2].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    return (f"{datetime.date.today().isoformat()}, {os.cpu_count()} cores of {cpu}; medians of {options.turns} turns, load average before: "
            f"{os.getloadavg()[0]:.1f}. A worker may take {options.memory} GiB.")


def line(name, results):
    """A line of the table, with the results of each turn for each module."""
    columns = [list(zip(*turns)) for turns in results]
    told = list(dict.fromkeys(column[3][-1] for column in columns))
    still = [f"{statistics.median(column[0]) * 1000:,.0f} ({statistics.median(column[1]) * 1000:,.0f}) ms" for column in columns]
    grown = [f"{statistics.median(column[2]) / 1e6:,.0f} MB" for column in columns]
    return f"| {name} | {'; then '.join(told)} | {' | '.join(still + grown)} |"


def main():
    options = arguments()
    key = secrets.token_urlsafe(32)
    names = ["before", "after"] if len(options.module) == 2 else [""]
    print(machine(options) + "\n")
    print("| request | answer | " + " | ".join(f"{what} {name}".strip() for what in ("stood still", "memory") for name in names) + " |")
    print("|---|---|" + "--:|" * 2 * len(names), flush=True)
    mariadb = servers.MariaDB("--skip-networking", "--max-allowed-packet=64M", "--innodb-log-file-size=512M")
    try:
        fill(mariadb)
        for name, send in requests(key):
            turns = [[measure(mariadb, key, module, send, options.memory) for module in options.module] for _ in range(options.turns)]
            print(line(name, zip(*turns)), flush=True)
    finally:
        mariadb.remove()


if __name__ == "__main__":
    main()
