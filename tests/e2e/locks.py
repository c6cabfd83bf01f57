"""Races that a test decides: it holds rows, calls wait for them, and it says how that ends."""

import concurrent.futures
import contextlib


class Holder:
    """A transaction of the test. Ended by commit() or rollback(), after which execute() begins another."""

    def __init__(self, db, connection, threads):
        self.db, self.connection, self.threads = db, connection, threads
        self.calls = []
        self.commit = connection.commit
        self.rollback = connection.rollback

    def execute(self, sql, *arguments):
        with self.connection.cursor() as cursor:
            cursor.execute(sql, arguments)

    def begin(self, function, *arguments, **variables):
        """Calls the function in a thread and returns its future once the call waits for a row, as all before it do."""
        self.calls.append(self.threads.submit(function, *arguments, **variables))
        self.db.wait_for_lock(len(self.calls))
        return self.calls[-1]


@contextlib.contextmanager
def holding(db, sql, *arguments):
    """Holds the rows that a statement locks or changes. What was not committed is rolled back at the end of the block."""
    with concurrent.futures.ThreadPoolExecutor(16) as threads, db.mariadb.connect(autocommit=False) as connection:
        holder = Holder(db, connection, threads)
        try:
            holder.execute(sql, *arguments)
            yield holder
        finally:
            connection.rollback()
