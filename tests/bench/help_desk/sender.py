"""Rows on their way to the database: many of them in one statement, sent while the next rows are made."""

import collections
import concurrent.futures

STATEMENT = 1 << 20  # characters, so that a statement stays far below max_allowed_packet
WAITING = 4  # statements, which bounds the memory


def literal(value):
    if value is None:
        return "NULL"
    if type(value) is not str:
        return str(value)
    if "'" in value or "\\" in value:
        value = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{value}'"


class Sender:
    """Use it as a context. It commits when the context ends without an error."""

    def __init__(self, connection):
        self.connection = connection
        self.cursor = connection.cursor()
        # The rows refer to each other correctly by construction. Without these checks they may arrive in any order.
        self.cursor.execute("SET SESSION sql_mode = 'STRICT_ALL_TABLES', SESSION foreign_key_checks = 0, SESSION unique_checks = 0")
        self.thread = concurrent.futures.ThreadPoolExecutor(1)
        self.waiting = collections.deque()
        self.tables = []

    def __enter__(self):
        return self

    def __exit__(self, error, *_):
        try:
            if error is None:
                for table in self.tables:
                    table.flush()
                while self.waiting:
                    self.waiting.popleft().result()
                self.connection.commit()
        finally:
            self.thread.shutdown(cancel_futures=True)

    def table(self, name, columns):
        """Returns the table's `add`, which takes the values of a row in the order of `columns`."""
        table = Table(self, f"INSERT INTO {name} ({columns}) VALUES ")
        self.tables.append(table)
        return table.add

    def send(self, statement):
        """Raises the error of an earlier statement, if one failed."""
        while len(self.waiting) >= WAITING:
            self.waiting.popleft().result()
        self.waiting.append(self.thread.submit(self.cursor.execute, statement))


class Table:
    def __init__(self, sender, insert):
        self.sender = sender
        self.insert = insert
        self.rows = []
        self.size = 0

    def add(self, *values):
        row = f"({','.join(map(literal, values))})"
        self.rows.append(row)
        self.size += len(row)
        if self.size > STATEMENT:
            self.flush()

    def flush(self):
        if self.rows:
            self.sender.send(self.insert + ",".join(self.rows))
            self.rows = []
            self.size = 0
