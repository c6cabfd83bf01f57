"""Clients that write for as long as they are let, and what they were told."""

import datetime
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


def clock():
    """As the servers' logs have it."""
    return datetime.datetime.now().time().isoformat("milliseconds")


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
        self.history = {}  # for each cid a line for each write
        self.suspects = set()  # the cids of calls without an answer, or with a wrong one

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
        action = "update_customer" if update else "add_customer"
        sent, begin = clock(), time.monotonic()
        answer = "no answer"
        try:
            answer = self.api.post(action, cid=cid, contact=contact)
        except requests.exceptions.ConnectionError:
            self.dropped += 1
            self.suspects.add(cid)
            self.may_be[cid] = before | {contact}
            self.count(cid, done=False)
            return False
        finally:
            self.history.setdefault(cid, []).append(f"{sent} to {clock()} {action} contact={contact}: {answer}")
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
            self.suspects.add(cid)
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
        self.events = []
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
        answers = [answer for writer in self.all for answer in writer.wrong]
        assert not answers, self.history(self.suspects)
        expected = {cid: contacts for writer in self.all for cid, contacts in writer.may_be.items()}
        changes = {cid: counts for writer in self.all for cid, counts in writer.changes.items()}
        stored, wrong = {}, set()
        for row in rows:
            cid = row["cid"]
            least, most = changes.get(cid, (0, 0))
            if cid in stored or not least <= row.get("version", least) <= most:
                wrong.add(cid)
            stored[cid] = row
        wrong.update(cid for cid, contacts in expected.items() if stored.get(cid, {}).get("contact") not in contacts)
        wrong.update(set(stored) - set(expected))
        assert not wrong, self.history(wrong, stored)

    def note(self, event):
        """For history()."""
        self.events.append(f"{clock()} {event}")

    @property
    def suspects(self):
        return {cid for writer in self.all for cid in writer.suspects}

    def history(self, cids, stored=()):
        """What happened, and for each of these customers all that was said of it and, if it is among `stored`, what the
        database has."""
        lines = [*self.events, self.figures()]
        writes = {cid: lines for writer in self.all for cid, lines in writer.history.items()}
        for cid in sorted(cids):
            lines += [f"{cid}, stored: {dict(stored).get(cid)}", *(f"    {write}" for write in writes.get(cid, ["no writer's"]))]
        return "\n".join(lines)

    def figures(self):
        slowest = max(writer.slowest for writer in self.all)
        return f"{self.acknowledged} writes acknowledged, {self.dropped} dropped, slowest answer {slowest:.2f} s, errors {self.errors}"
