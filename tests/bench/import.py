#!/usr/bin/python3
"""Measures bin/helpdesk-import against servers of its own: rows a second, and the largest resident memory of nginx's workers and
of the command. Nothing that imports can be faster than the floor: MariaDB's own LOAD DATA of the same file, one statement.

    tests/bench/import.py [--rows N] [--modes MODE …]

Says the same of an export of all that was imported. Not a test: it takes a minute for each hundred thousand rows at most.
"""

import argparse
import hashlib
import os
import pathlib
import re
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from servers import MODULE, ROOT, MariaDB, Nginx  # noqa: E402

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
    location = /openapi.json { helpdesk_openapi /; }
}
"""
HEADER = "cid,contact,company,portal,support,email,address,city,state,zip,country,phone,notes\n"
CITIES = ("Atlanta", "Orléans", "Köln", "東京")


def arguments():
    parser = argparse.ArgumentParser(formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--modes", nargs="+", choices=("add", "update", "upsert"), default=["add", "upsert"], help="one after the other, on the same rows")
    parser.add_argument("--parallel", type=int, default=4)
    parser.add_argument("--buffer-pool", default="512M", help="MariaDB's memory for data")
    return parser.parse_args()


def write_rows(path, rows):
    with open(path, "w") as file:
        file.write(HEADER)
        for i in range(rows):
            file.write(f'c{i:08},"Smith, John {i}",{"Acme" if i % 3 else ""},{i % 4},Y,john.smith{i}@companyname.com,'
                       f'{i} Main Street,{CITIES[i % len(CITIES)]},GA,{i % 100_000:05},USA,404-{i % 10_000_000:07},"note {i}, ""quoted"""\n')


def load_data(mariadb, path):
    """Seconds that it takes, in a database of its own."""
    mariadb.execute("CREATE DATABASE floor")
    mariadb.migrate("floor")
    with mariadb.connect("floor", local_infile=True) as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO companies (name) VALUES ('Acme')")
        begin = time.monotonic()
        cursor.execute(f"LOAD DATA LOCAL INFILE '{path}' INTO TABLE customers CHARACTER SET utf8mb4 FIELDS TERMINATED BY ',' "
                       "OPTIONALLY ENCLOSED BY '\"' ESCAPED BY '' IGNORE 1 LINES (cid, contact, @company, @portal, support, email, address, city, "
                       "state, zip, country, phone, notes) SET company_id = IF(@company = '', NULL, (SELECT id FROM companies)), portal_id = 1")
        seconds = time.monotonic() - begin
        cursor.execute("DROP DATABASE floor")
    return seconds


def largest_memory(pids):
    """Of each process since it began, in megabytes."""
    return [int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) // 1024 for pid in pids]


def main():
    options = arguments()
    key = secrets.token_hex(24)
    mariadb = MariaDB("--skip-networking", f"--innodb-buffer-pool-size={options.buffer_pool}", "--innodb-log-file-size=512M")
    nginx = Nginx(mariadb, hashlib.sha256(key.encode()).hexdigest())
    with tempfile.TemporaryDirectory(prefix="hd-import-") as folder:
        try:
            nginx.start(CONFIG)
            mariadb.execute("INSERT INTO helpdesk.companies (name) VALUES ('Acme')")
            path = pathlib.Path(folder, "customers.csv")
            write_rows(path, options.rows)
            print(f"{options.rows} rows, {path.stat().st_size / 1e6:.1f} MB, {options.parallel} pieces at once, module {MODULE}")
            seconds = load_data(mariadb, path)
            print(f"the floor: {seconds:.1f} s, {options.rows / seconds:.0f} rows/s")
            for mode in options.modes:
                begin = time.monotonic()
                command = subprocess.Popen([ROOT / "bin/helpdesk-import", path, "--resource", "customers", "--mode", mode, "--parallel", str(options.parallel)],
                                           env={**os.environ, "HELPDESK_URL": f"http://127.0.0.1:{nginx.port}/", "HELPDESK_KEY": key})
                _, status, usage = os.wait4(command.pid, 0)
                seconds = time.monotonic() - begin
                if status != 0:
                    sys.exit("the import failed")
                print(f"{mode}: {seconds:.1f} s, {options.rows / seconds:.0f} rows/s, nginx's workers {largest_memory(nginx.worker_pids())} MB at most, "
                      f"the command {usage.ru_maxrss // 1024} MB")
            for format in ("csv", "ndjson"):
                begin, size = time.monotonic(), 0
                request = urllib.request.Request(f"http://127.0.0.1:{nginx.port}/?action=export_customers&cid=*&format={format}", headers={"X-API-Key": key})
                with urllib.request.urlopen(request) as answer:
                    while piece := answer.read(1 << 16):
                        size += len(piece)
                seconds = time.monotonic() - begin
                print(f"export of {format}: {seconds:.1f} s, {options.rows / seconds:.0f} rows/s, {size / 1e6:.1f} MB, "
                      f"nginx's workers {largest_memory(nginx.worker_pids())} MB at most")
        finally:
            nginx.remove()
            mariadb.remove()


if __name__ == "__main__":
    main()
