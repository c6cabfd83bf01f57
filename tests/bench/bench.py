"""Measures ours, the peers and the floors side by side, and prints one table; see scripts/bench --help."""

import argparse
import datetime
import json
import os
import pathlib
import resource
import secrets
import signal
import statistics
import subprocess
import sys
import time

import report
from answers import check_customers, check_tickets
from help_desk.fill import Sizes
from help_desk.fill import fill as fill_help_desk
from operations import OPERATIONS, draw_pools
from peers import BUILT, HERE, PEERS, ROOT, Bench, MariaDB

USUAL_PEERS = [name for name in PEERS if name != "before"]
CONNECTIONS = (1, 32, 256)
PASSWORD_CONNECTIONS = (32,)  # hashing is so slow that more of them would only wait longer
PASSWORD_SECONDS = 10  # at least: few end in a second
SLICE = 100_000  # customers that one transaction stores
DIRTY_PAGES = 1000  # few enough
TICK = os.sysconf("SC_CLK_TCK")


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", formatter_class=argparse.ArgumentDefaultsHelpFormatter,
                                     description="Results: build/bench/results.md, .json and .svg.")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each peer")
    parser.add_argument("--seconds", type=int, default=5, help="length of a turn")
    parser.add_argument("--rows", type=int, default=100_000, help="customers in the table, for operations about customers")
    parser.add_argument("--tickets", type=int, default=20_000,
                        help="of the help desk, for operations about tickets; it has a tenth as many customers, and five times as many entries")
    parser.add_argument("--peers", nargs="+", choices=USUAL_PEERS, default=USUAL_PEERS, metavar="PEER", help=f"of {', '.join(USUAL_PEERS)}")
    parser.add_argument("--operations", nargs="+", choices=OPERATIONS, default=list(OPERATIONS), metavar="OPERATION",
                        help=f"of {', '.join(OPERATIONS)}; pass is an add with a password, on 32 connections whatever --connections says")
    parser.add_argument("--before", type=pathlib.Path, metavar="MODULE",
                        help="another build of ngx_http_helpdesk_module.so, say of an older commit: it takes turns with the peers")
    parser.add_argument("--connections", nargs="+", type=int, default=list(CONNECTIONS), metavar="N")
    parser.add_argument("--buffer-pool", default="2G", help="MariaDB's memory for data")
    options = parser.parse_args()
    if options.before is not None:
        if not options.before.is_file():
            parser.error(f"--before: {options.before} is no file")
        PEERS["before"].module = options.before.resolve()
        options.peers = [*options.peers, "before"]
    return options


def run_sql(mariadb, text):
    subprocess.run(["mariadb", "--no-defaults", f"--socket={mariadb.socket}", "--user=root", "helpdesk"], input=text,
                   text=True, check=True, stdout=subprocess.DEVNULL)


def fill_customers(mariadb, options):
    """Gives the values that calls draw, which are none: load.lua counts the customers up itself."""
    rows = options.rows
    print(f"Making {rows} customers", flush=True)
    statements = (HERE / "customers.sql").read_text()
    for first in range(1, rows + 1, SLICE):
        text = statements.replace("{first}", str(first)).replace("{last}", str(min(rows, first + SLICE - 1)))
        run_sql(mariadb, text)
    tables = ("customers", "customer_contracts", "customer_categories", "customer_emails", "customer_phones", "portals")
    for table in tables:
        mariadb.execute(f"ANALYZE TABLE helpdesk.{table}")
    return {}


def fill_desk(mariadb, options):
    """Gives the values that calls draw."""
    print(f"Making a help desk of {options.tickets} tickets", flush=True)
    begin = time.monotonic()
    sizes = Sizes(customers=options.tickets // 10, tickets=options.tickets, entries=options.tickets * 5)
    with mariadb.connect() as connection:
        fill_help_desk(connection, sizes, with_index=True)
        run_sql(mariadb, (HERE / "desk.sql").read_text())
        pools = draw_pools(connection)
    print(f"Made in {time.monotonic() - begin:.0f} s", flush=True)
    return pools


# By what the tables hold: how they are filled, and how the answers are checked.
DATA = {"customers": (fill_customers, check_customers), "desk": (fill_desk, check_tickets)}


def settle(mariadb):
    """Until all of it is on disk, so that the server's writing does not weigh on the first turns."""
    mariadb.execute("SET GLOBAL innodb_max_dirty_pages_pct = 0")
    with mariadb.connect(database=None) as connection, connection.cursor() as cursor:
        while True:
            cursor.execute("SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'")
            if int(cursor.fetchone()["Value"]) < DIRTY_PAGES:
                break
            time.sleep(1)
    mariadb.execute("SET GLOBAL innodb_max_dirty_pages_pct = DEFAULT")


def processor_seconds(pids):
    total = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def memory(pids, field):
    """Bytes of all processes, by a line of /proc/PID/smaps_rollup: Rss counts shared pages in each, Pss once."""
    total = 0
    for pid in pids:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(f"{field}:"):
                total += int(line.split()[1]) * 1024
    return total


def turn(peer, operation, connections, seconds):
    """One run of one peer: requests a second, latencies and processor time in microseconds."""
    database = [peer.bench.mariadb.process.pid]
    pids = peer.pids()
    before = processor_seconds(pids), processor_seconds(database)
    result = peer.load(operation, connections, seconds)
    if result["errors"] or not result["requests"]:
        raise RuntimeError(f"{peer.title}: {operation} gave errors: {result}")
    own = result.get("cpu", (processor_seconds(pids) - before[0]) * 1e6)
    return {
        "rate": result["requests"] / result["seconds"], "p50": result["p50"], "p99": result["p99"],
        "cpu": own / result["requests"],
        "database_cpu": (processor_seconds(database) - before[1]) * 1e6 / result["requests"],
        "rss": memory(pids, "Rss"), "pss": memory(pids, "Pss")}


def plan(operations, options):
    """The cells of the table: operation, connections, length of a turn."""
    for operation in operations:
        slow = "pass" in operation
        for connections in PASSWORD_CONNECTIONS if slow else options.connections:
            yield operation, connections, max(options.seconds, PASSWORD_SECONDS) if slow else options.seconds


def measure(peers, operations, options):
    cells = []
    for operation, connections, seconds in plan(operations, options):
        takers = {name: peer for name, peer in peers.items() if operation in peer.operations}
        turns = {name: [] for name in takers}
        if "pass" not in operation:
            for peer in takers.values():
                peer.load(operation, connections, 1)
        for number in range(options.rounds):
            print(f"{operation}, {connections} connections, round {number + 1} of {options.rounds}", flush=True)
            for name, peer in takers.items():
                turns[name].append(turn(peer, operation, connections, seconds))
                # What one leaves to the database's own threads shall not weigh on the next.
                time.sleep(1 if OPERATIONS[operation].writes or operation == "get-beside-pass" else 0.2)
        for name, results in turns.items():
            medians = {key: statistics.median(result[key] for result in results) for key in results[0]}
            rates = [result["rate"] for result in results]
            cells.append({"operation": operation, "connections": connections, "peer": name, "title": peers[name].title,
                          **medians, "slowest": min(rates), "fastest": max(rates), "turns": results})
    return cells


def first_line(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0].strip()


def machine(options):
    cpu = next((line.partition(":")[2].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), "unknown processor")
    memory_size = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return {"date": datetime.date.today().isoformat(), "cpu": cpu, "cores": os.cpu_count(), "memory_gib": round(memory_size),
            "load_before": os.getloadavg()[0], "mariadb": first_line("mariadbd", "--version").split()[2],
            "commit": first_line("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"),
            "rows": options.rows, "tickets": options.tickets, "rounds": options.rounds, "seconds": options.seconds}


def measure_on(data, operations, options):
    """Measures these operations on a database that holds nothing but this data. Gives the cells of the table."""
    fill, check_answers = DATA[data]
    print("Starting MariaDB", flush=True)
    mariadb = MariaDB("--skip-networking", f"--innodb-buffer-pool-size={options.buffer_pool}", "--innodb-log-file-size=512M",
                      "--innodb-flush-log-at-trx-commit=1", "--max-connections=500")
    peers, bench = {}, None
    try:
        pools = fill(mariadb, options)
        settle(mariadb)
        bench = Bench(mariadb, secrets.token_hex(24), options.rows, pools)
        for name in PEERS:
            if name in options.peers and name != "return":
                peers[name] = PEERS[name](bench)
                peers[name].start()
        answers = check_answers(peers, bench)
        if "return" in options.peers and answers:
            peers["return"] = PEERS["return"](bench, answers)
            peers["return"].start()
        return measure(peers, operations, options)
    finally:
        for peer in peers.values():
            peer.stop()
        if bench:
            bench.remove()
        mariadb.remove()


def main():
    options = arguments()
    # The servers end with us, whatever ends us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    # A connection of wrk and one of nginx are two files each.
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    facts = machine(options)
    cells = []
    for data in DATA:
        operations = [name for name in options.operations if OPERATIONS[name].data == data]
        if operations:
            cells += measure_on(data, operations, options)
    BUILT.mkdir(parents=True, exist_ok=True)
    (BUILT / "results.json").write_text(json.dumps({"machine": facts, "cells": cells}, indent=1) + "\n")
    (BUILT / "results.md").write_text(report.table(facts, cells))
    (BUILT / "results.svg").write_text(report.chart(facts, cells))
    print("\n" + report.table(facts, cells))
    print("In build/bench: results.md, results.json, results.svg")


if __name__ == "__main__":
    main()
