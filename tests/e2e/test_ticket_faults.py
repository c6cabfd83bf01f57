"""The database is killed under writers of tickets and entries: nothing that was acknowledged is lost, doubled or half done."""

import json
import random
import threading
import time

import pytest

from api import Api
from servers import SANITIZE, wait_for
from test_fault_database import CONFIG  # noqa: F401
from test_ticket_history import people  # noqa: F401
from writers import NOT_DONE, UNKNOWN

pytestmark = pytest.mark.skipif(SANITIZE, reason="a test of the database's faults, too slow with sanitizers")

WRITERS = 12


class Writer:
    """Each write has a text of its own, by which it is found again."""

    def __init__(self, api, number, tid):
        self.api = Api(api.port, api.key)
        self.number = number
        self.tid = tid
        self.done = {"add_ticket": set(), "add_history": set(), "update_ticket": set()}
        self.may_be = {action: set() for action in self.done}
        self.wrong = []

    def run(self, stop):
        chance = random.Random(self.number)
        count = 0
        while not stop.is_set():
            count += 1
            mark = f"w{self.number}x{count}"
            action = chance.choice(list(self.done))
            variables = {"add_ticket": {"cid": "c", "subject": mark, "description": mark},
                         "add_history": {"tid": self.tid, "notes": mark, "message_id": mark, "priority": chance.choice(["Low", "High"])},
                         "update_ticket": {"tid": self.tid, "phone": mark, "status": chance.choice(["Open", "Closed"])}}[action]
            answer = self.api.post(action, **variables)
            code = None if answer.status == 200 else answer.problems[0][1]
            if code is None:
                self.done[action].add(mark)
            elif code in UNKNOWN:
                self.may_be[action].add(mark)
            elif code not in NOT_DONE:
                self.wrong.append(answer.text)
            if code is not None:
                stop.wait(0.01)


def test_killed_three_times(api, db, mariadb):
    tids = [api.post("add_ticket", cid="c").json[0]["added_ticket"] for _ in range(3)]
    writers = [Writer(api, number, tids[number % 3]) for number in range(WRITERS)]
    stop = threading.Event()
    threads = [threading.Thread(target=writer.run, args=[stop]) for writer in writers]
    [thread.start() for thread in threads]

    def done():
        return sum(len(marks) for writer in writers for marks in writer.done.values())

    try:
        for _ in range(3):
            before = done()
            wait_for(lambda: done() > before + 100, "writes")
            mariadb.kill()
            time.sleep(0.2)
            mariadb.start()
        before = done()
        wait_for(lambda: done() > before + 50, "writes after the last start")
    finally:
        stop.set()
        [thread.join() for thread in threads]
    assert [text for writer in writers for text in writer.wrong] == []

    entries = db.query("SELECT ticket_id, type, notes, changes FROM ticket_history ORDER BY id")
    stored = {"add_ticket": [row["subject"] for row in db.query("SELECT subject FROM tickets WHERE subject <> ''")],
              "add_history": [row["notes"] for row in entries if row["type"] == "N"],
              "update_ticket": [json.loads(row["changes"])["phone"][1] for row in entries if '"phone"' in row["changes"]]}
    for action, marks in stored.items():
        acknowledged = set().union(*(writer.done[action] for writer in writers))
        possible = acknowledged.union(*(writer.may_be[action] for writer in writers))
        assert len(marks) == len(set(marks)), action
        assert acknowledged <= set(marks) <= possible, action
    # A ticket has its first entry and its words, or is not there.
    assert sorted(stored["add_ticket"]) == sorted(row["notes"] for row in entries if row["type"] == "R")
    for row in db.query("SELECT t.id, t.subject, x.words FROM tickets t LEFT JOIN ticket_texts x ON x.ticket_id = t.id"):
        notes = {entry["notes"] for entry in entries if entry["ticket_id"] == row["id"] and entry["type"] == "N"}
        assert set(row["words"].decode().split()) == notes | ({row["subject"]} - {""})
    words = db.query("SELECT COUNT(*) AS n FROM ticket_words")[0]["n"]
    assert words == sum(len(row["words"].decode().split()) for row in db.query("SELECT words FROM ticket_texts"))
    # The entries tell what became of the tickets.
    for tid in tids:
        state = {"phone": "", "status": "New", "priority": "Normal"}
        for entry in entries:
            for name, (old, new) in json.loads(entry["changes"] or "{}").items() if str(entry["ticket_id"]) == tid else ():
                if name in state:
                    assert state[name] == old
                    state[name] = new
        (record,) = api.get("get_tickets", tid=tid).records
        assert {name: record[name] for name in state} == state
