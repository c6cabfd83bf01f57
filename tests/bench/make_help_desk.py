#!/usr/bin/python3
"""Fills a database of the project's schema with a help desk of a realistic shape. The same seed and sizes give the same rows.

    bin/migrate desk --socket=/run/mysqld/mysqld.sock
    tests/bench/make_help_desk.py --socket /run/mysqld/mysqld.sock --database desk
    tests/bench/make_help_desk.py --tickets 10000 --customers 1000 --entries 50000     # in a server of its own, to measure
    tests/bench/make_help_desk.py --help

Without --socket it starts a server, MariaDB or the one that HELPDESK_MYSQLD names, and removes it at the end. It prints how long it took
and how large the tables are.
"""

import argparse
import datetime
import os
import pathlib
import resource
import sys
import time

import pymysql

from help_desk.fill import UNTIL, Sizes, fill

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from servers import DATABASE, MYSQLD, MariaDB  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--socket", help="of the server to fill")
    parser.add_argument("--user", default="root", help="of that server (default: root); MYSQL_PWD has the password, if there is one")
    parser.add_argument("--database", default=DATABASE, help="of that server (default: %(default)s); migrated, and without tickets")
    parser.add_argument("--customers", type=int, default=Sizes.customers, help="(default: %(default)s)")
    parser.add_argument("--tickets", type=int, default=Sizes.tickets, help="(default: %(default)s)")
    parser.add_argument("--entries", type=int, default=Sizes.entries, help="of the history (default: %(default)s)")
    parser.add_argument("--with-index", action="store_true", help="write the index of words, too, by which keywords find tickets")
    parser.add_argument("--seed", type=int, default=1, help="(default: %(default)s)")
    parser.add_argument("--until", type=datetime.date.fromisoformat, default=UNTIL, help="the date at which it ends (default: %(default)s)")
    parser.add_argument("--buffer-pool", default="2G", help="memory for data, of a server of its own (default: %(default)s)")
    options = parser.parse_args()
    try:
        options.sizes = Sizes(options.customers, options.tickets, options.entries)
    except ValueError as error:
        parser.error(f"--{error}")
    return options


def connect(socket, user, database):
    return pymysql.connect(unix_socket=socket, user=user, password=os.environ.get("MYSQL_PWD", ""), database=database, charset="utf8mb4",
                           autocommit=True)


def fill_and_measure(connection, options):
    begin = time.monotonic()
    fill(connection, options.sizes, options.seed, options.until, with_index=options.with_index)
    print(f"filled in {time.monotonic() - begin:.0f} s, with {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB of memory")
    with connection.cursor() as cursor:
        cursor.execute("SELECT TABLE_NAME, DATA_LENGTH, INDEX_LENGTH FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() "
                       "AND DATA_LENGTH + INDEX_LENGTH > 1000000 ORDER BY DATA_LENGTH DESC")
        for table, data, indexes in cursor.fetchall():
            print(f"{table}: {data / 1e6:,.0f} MB, and indexes of {indexes / 1e6:,.0f} MB")


def main():
    options = arguments()
    if options.socket:
        try:
            fill_and_measure(connect(options.socket, options.user, options.database), options)
        except (ValueError, pymysql.err.Error) as error:
            sys.exit(f"make_help_desk: {error}")
        return
    redo_log = "--innodb-redo-log-capacity=1G" if MYSQLD else "--innodb-log-file-size=1G"
    server = MariaDB("--skip-networking", f"--innodb-buffer-pool-size={options.buffer_pool}", redo_log)
    try:
        fill_and_measure(connect(str(server.socket), "root", DATABASE), options)
    finally:
        server.remove()


if __name__ == "__main__":
    main()
