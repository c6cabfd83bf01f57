"""Clients that write for as long as they are let, and what they were told."""

import itertools
import random
import threading
import time

import requests

from api import Api
from servers import wait_for

# What a call may be answered while the database is away: each says that it was not done, or that nobody knows.
NOT_DONE = {"database_unavailable", "database_timeout", "overloaded"}
UNKNOWN = {"outcome_unknown"}


class Writer:
    """Adds and changes customers of its own, one call after the other."""

    def __init__(self, api, number):
        self.api = Api(api.port, api.key)
        self.number = number
        self.may_be = {}  # for each cid the contacts that the database may hold; without None it must be there
        self.changes = {}  # for each cid how many writes were acknowledged, and how many may have been done
        self.acknowledged = 0
        self.errors = {}  # answers by code
        self.dropped = 0  # calls without an answer
        self.slowest = 0
        self.wrong = []

    def run(self, stop, pause_after_error=0.01):
        chance = random.Random(self.number)
        for count in itertools.count():
            if stop.is_set():
                return
            known = [cid for cid, contacts in self.may_be.items() if None not in contacts]
            update = known and chance.random() < 0.5
            cid = chance.choice(known) if update else f"w{self.number}-{count}"
            if not self.write(cid, str(count), update):
                stop.wait(pause_after_error)

    def write(self, cid, contact, update):
        before = self.may_be.get(cid, {None})
        begin = time.monotonic()
        try:
            answer = self.api.post("update_customer" if update else "add_customer", cid=cid, contact=contact)
        except requests.exceptions.ConnectionError:
            self.dropped += 1
            self.may_be[cid] = before | {contact}
            self.count(cid, done=False)
            return False
        self.slowest = max(self.slowest, time.monotonic() - begin)
        if answer.status == 200:
            self.may_be[cid] = {contact}
            self.acknowledged += 1
            self.count(cid, done=True)
            return True
        codes = {code for _, code in answer.problems}
        for code in codes:
            self.errors[code] = self.errors.get(code, 0) + 1
        if answer.status not in (503, 504) or not codes or not codes <= NOT_DONE | UNKNOWN:
            self.wrong.append(answer)
        self.may_be[cid] = before | {contact} if codes & UNKNOWN else before
        if codes & UNKNOWN:
            self.count(cid, done=False)
        return False

    def count(self, cid, done):
        least, most = self.changes.get(cid, (0, 0))
        self.changes[cid] = (least + done, most + 1)


class Writers:
    """So many of them at once, in a `with`."""

    def __init__(self, api, count=32):
        self.stop = threading.Event()
        self.all = [Writer(api, number) for number in range(count)]
        self.threads = [threading.Thread(target=writer.run, args=(self.stop,)) for writer in self.all]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    @property
    def acknowledged(self):
        return sum(writer.acknowledged for writer in self.all)

    @property
    def errors(self):
        total = {}
        for writer in self.all:
            for code, count in writer.errors.items():
                total[code] = total.get(code, 0) + count
        return total

    @property
    def dropped(self):
        return sum(writer.dropped for writer in self.all)

    def go_on(self, count=100):
        """Until so many more writes are acknowledged. Gives the seconds until the first."""
        begin, before = time.monotonic(), self.acknowledged
        wait_for(lambda: self.acknowledged > before, "a write to be acknowledged", seconds=60, pause=0.005)
        first = time.monotonic() - begin
        wait_for(lambda: self.acknowledged >= before + count, "writes to be acknowledged", seconds=60)
        return first

    def seconds_for(self, count):
        """The seconds until so many more writes are acknowledged."""
        begin = time.monotonic()
        self.go_on(count)
        return time.monotonic() - begin

    def check(self, rows):
        """That the customers (cid, contact, perhaps version) are what the writers were told, no more and no less.

        Each write adds 1 to a customer's version, so it tells of one that was carried out twice.
        """
        wrong = [answer for writer in self.all for answer in writer.wrong]
        assert not wrong
        stored = {}
        changes = {cid: counts for writer in self.all for cid, counts in writer.changes.items()}
        for row in rows:
            assert row["cid"] not in stored
            stored[row["cid"]] = row["contact"]
            if "version" in row:
                least, most = changes[row["cid"]]
                assert least <= row["version"] <= most, (row, least, most)
        expected = {cid: contacts for writer in self.all for cid, contacts in writer.may_be.items()}
        wrong = {cid: (stored.get(cid), contacts) for cid, contacts in expected.items() if stored.get(cid) not in contacts}
        assert not wrong
        assert set(stored) <= set(expected)

    def figures(self):
        slowest = max(writer.slowest for writer in self.all)
        return f"{self.acknowledged} writes acknowledged, {self.dropped} dropped, slowest answer {slowest:.2f} s, errors {self.errors}"
