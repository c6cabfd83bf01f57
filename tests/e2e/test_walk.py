"""The walk by updated_since beside writers that wait: it passes no change, whatever a writer waits for."""

import concurrent.futures
import datetime
import itertools
import os
import random
import subprocess
import threading
import time
import urllib.parse

import pymysql
import pytest

from api import Api
from servers import DATABASE, wait_for

CHECK = os.environ["HELPDESK_GROUP_CHECK"]
# How many times the walk goes beside busy writers.
ROUNDS = 200 if os.environ.get("HELPDESK_LONG") else 1

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    helpdesk_database { socket %%SOCKET%%; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; read_timeout 100s; }
    %%KEY_AND_POOLS%%
    location / { helpdesk_api; }
}
"""
# How long a second is over before a walk gives what was changed in it: `walk_margin`.
MARGIN = 0.25


class Walk:
    """A client of the walk, and the last that it saw of each customer."""

    def __init__(self, api, count=3):
        self.api = api
        self.count = str(count)
        self.position = {"updated_since": "1/1/2024"}
        self.seen = {}

    def step(self):
        answer = self.api.get("get_customers", count=self.count, **self.position)
        assert answer.status == 200, answer
        records = answer.records
        self.seen |= {record["cid"]: (record["contact"], record["city"], record["company"]) for record in records}
        if records:
            self.position = {"updated_since": records[-1]["last_updated"], "after_id": records[-1]["id"]}
        return answer.more

    def to_the_end(self):
        while self.step():
            pass
        return self


def waiting(db):
    """How many transactions wait for a lock."""
    return db.query("SELECT COUNT(*) AS n FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'")[0]["n"]


# What another connection holds, and the call that waits for it. Fewer in a test than the threads that writes may have.
FOR_WHAT_A_NEW_RECORD_NAMES = [
    ("UPDATE companies SET city = 'x' WHERE id = 1", "add_customer", dict(cid="of a company", company="Acme")),
    ("UPDATE portals SET url = 'x' WHERE id = 2", "add_customer", dict(cid="of a portal", portal="2")),
    ("UPDATE customer_groups SET name = 'x' WHERE id = 1", "add_customer", dict(cid="of a group", group="1")),
    ("INSERT INTO customers (cid, notes, last_updated) VALUES ('TAKEN', '', '2000-01-01')", "add_customer", dict(cid="taken")),
]
FOR_WHAT_A_RECORD_NAMES = [
    ("UPDATE companies SET city = 'x' WHERE id = 2", "update_customer", dict(cid="old 1", company="Café")),
    ("UPDATE portals SET url = 'x' WHERE id = 7", "update_customer", dict(cid="old 2", portal="7")),
    ("UPDATE customer_groups SET name = 'y' WHERE id = 2", "update_customer", dict(cid="old 3", group="2")),
]
FOR_OTHER_ROWS = [
    ("UPDATE support_contracts SET active = 'N' WHERE id = 1", "add_customer", dict(cid="with a contract", contracts="1")),
    ("UPDATE categories SET name = 'x' WHERE id = 1", "update_customer", dict(cid="old 1", selectable_categories="Hardware")),
    ("UPDATE customers SET city = 'x' WHERE cid = 'old 2'", "update_customer", dict(cid="old 2", contact="new")),
]


def walk_past_old_customers(api, db):
    for i in (1, 2, 3, 4):
        db.query("INSERT INTO customers (cid, notes, portal_id, last_updated) VALUES (%s, '', 1, %s)", f"old {i}", f"2024-05-0{i}")
    walk = Walk(api).to_the_end()
    assert set(walk.seen) == {"old 1", "old 2", "old 3", "old 4"}
    walk.seen.clear()
    return walk


@pytest.mark.parametrize("waits", [FOR_WHAT_A_NEW_RECORD_NAMES, FOR_WHAT_A_RECORD_NAMES, FOR_OTHER_ROWS],
                         ids=["for what a new record names", "for what a record names", "for other rows"])
def test_writers_that_wait_are_not_passed(api, db, mariadb, waits):
    walk = walk_past_old_customers(api, db)
    holders = [mariadb.connect(autocommit=False, init_command="SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED") for _ in waits]
    with concurrent.futures.ThreadPoolExecutor(len(waits) + 1) as pool:
        try:
            written = []
            for holder, (held, action, variables) in zip(holders, waits):
                holder.cursor().execute(held)
                written.append(pool.submit(Api(api.port, api.key).get, action, **variables))
                wait_for(lambda: waiting(db) == len(written), "the call to wait", pause=0.15)
            assert Api(api.port, api.key).add("meanwhile").status == 200
            walked = pool.submit(walk.to_the_end)
            wait_for(lambda: walked.done() or waiting(db) > len(written), "the walk to end, or to wait too", pause=0.15)
        finally:
            for holder in holders:
                holder.rollback()
                holder.close()
        assert [call.result().status for call in written] == [200] * len(written)
        walked.result()
    assert set(walk.to_the_end().seen) == {variables["cid"] for _, _, variables in waits} | {"meanwhile"}


class Overtaken:
    """A walk that comes to the present while a writer waits: it has given a change of a later second before the writer goes on."""

    def __init__(self, api, db, mariadb):
        self.api, self.db, self.mariadb = api, db, mariadb
        self.walk = walk_past_old_customers(api, db)
        self.doomed = []

    def call(self, action, **variables):
        assert Api(self.api.port, self.api.key).get(action, **variables).status == 200

    def call_and_die(self, *calls):
        """The calls in one group, by a process that is killed while the database carries them out."""
        process = subprocess.Popen([CHECK, self.mariadb.socket, "root", "", DATABASE, "grouped"], stdin=subprocess.PIPE, text=True)
        self.doomed.append(process)
        process.communicate("\n".join(urllib.parse.urlencode(call) for call in calls))

    def gives(self, cids, held, write, isolation="READ COMMITTED", is_waiting=None):
        """Whether the walk gives these in the end, with `write`, which changes them, waiting for what another connection holds."""
        holder = self.mariadb.connect(autocommit=False, init_command=f"SET SESSION TRANSACTION ISOLATION LEVEL {isolation}")
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            try:
                holder.cursor().execute(held)
                written = pool.submit(write)
                wait_for(is_waiting or (lambda: waiting(self.db)), "the writer to wait", pause=0.15)
                for process in self.doomed:
                    process.kill()
                time.sleep(1.1)  # another second has begun
                self.call("update_customer", cid="old 4", city="meanwhile")
                walked = pool.submit(self.walk.to_the_end)
                # Where the writer's entry stands in the index, the walk waits for it.
                wait_for(lambda: walked.done() or waiting(self.db) > 1, "the walk to end, or to wait too", pause=0.15)
            finally:
                holder.rollback()
                holder.close()
            written.result()
            walked.result()
        assert "old 4" in self.walk.seen
        for cid in cids:
            wait_for(lambda: self.db.query("SELECT 1 FROM customers WHERE cid = %s AND last_updated > '2025-01-01'", cid), "the change")
        return cids <= set(self.walk.to_the_end().seen)


@pytest.mark.parametrize("held, action, variables", FOR_OTHER_ROWS)
def test_a_writer_that_waits_for_seconds_is_not_passed(api, db, mariadb, held, action, variables):
    overtaken = Overtaken(api, db, mariadb)
    assert overtaken.gives({variables["cid"]}, held, lambda: overtaken.call(action, **variables))


@pytest.mark.parametrize("held, action, variables", FOR_WHAT_A_NEW_RECORD_NAMES + FOR_WHAT_A_RECORD_NAMES + FOR_OTHER_ROWS[2:])
def test_a_writer_that_waits_and_whose_client_is_gone(api, db, mariadb, held, action, variables):
    """The statement alone makes the time right: nobody is left to mend it."""
    overtaken = Overtaken(api, db, mariadb)
    assert overtaken.gives({variables["cid"]}, held, lambda: overtaken.call_and_die(dict(action=action, **variables)))


@pytest.mark.parametrize("action, name", [("add_customer", "new"), ("update_customer", "old")])
def test_writers_in_a_group_are_not_passed(api, db, mariadb, action, name):
    overtaken = Overtaken(api, db, mariadb)
    group = [dict(action=action, cid=f"{name} {i}", company=company, portal="2") for i, company in ((1, "Café"), (2, "Acme"))]
    assert overtaken.gives({f"{name} 1", f"{name} 2"}, "UPDATE companies SET city = 'x' WHERE id = 1", lambda: overtaken.call_and_die(*group))


def test_a_writer_that_waits_for_a_gap_is_not_passed(api, db, mariadb):
    """Another program's lock, for which a new record waits after the server has read the clock: then the time is set again."""
    overtaken = Overtaken(api, db, mariadb)
    assert overtaken.gives({"new"}, "SELECT id FROM customers WHERE id > 1000000000 FOR UPDATE",
                           lambda: overtaken.call("add_customer", cid="new"), "REPEATABLE READ")


def test_a_server_that_takes_its_time_with_a_row(api, db, mariadb):
    db.query("CREATE TRIGGER slow BEFORE UPDATE ON customers FOR EACH ROW "
             "BEGIN IF NEW.contact = 'late' AND NEW.version > OLD.version THEN DO SLEEP(4); END IF; END")
    overtaken = Overtaken(api, db, mariadb)
    try:
        assert overtaken.gives({"old 1"}, "SELECT 1", lambda: overtaken.call("update_customer", cid="old 1", contact="late"),
                               is_waiting=lambda: mariadb.waiting("User sleep"))
    finally:
        db.query("DROP TRIGGER slow")


def test_a_company_that_is_deleted_meanwhile(api, db, mariadb):
    """An update that found it, and then waited, stores no customer without a company."""
    db.query("INSERT INTO customers (cid, notes, company_id) VALUES ('c', '', 2)")
    with concurrent.futures.ThreadPoolExecutor(1) as pool, mariadb.connect(autocommit=False) as holder:
        holder.cursor().execute("DELETE FROM companies WHERE id = 1")
        updated = pool.submit(Api(api.port, api.key).update, "c", company="Acme")
        db.wait_for_lock()
        holder.commit()
        assert updated.result().problems == [("company", "unknown_company")]
    assert db.customer("c")["company_id"] == 2


def test_a_change_within_the_second_of_the_change_before_is_not_passed(api, db, mariadb):
    db.query("INSERT INTO customers (cid, notes, portal_id, last_updated) VALUES ('again', '', 1, '2024-05-05')")
    walk = Walk(api)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with mariadb.connect(autocommit=False) as holder:
            holder.cursor().execute("UPDATE customers SET city = 'Rome' WHERE cid = 'again'")
            walked = pool.submit(walk.to_the_end)
            wait_for(lambda: waiting(db) == 1, "the walk to wait", pause=0.15)
            holder.commit()
        walked.result()
    assert walk.seen == {"again": ("", "Rome", "")}


def test_a_walk_gives_what_was_written_just_before_it(api, db):
    """Also when the second in which it was written has only just begun."""
    walk = Walk(api)
    for moment in (0.005, 0.03, 0.06, 0.5, 0.95):
        time.sleep((moment - time.time()) % 1)
        assert api.add(f"at {moment}").status == 200
        assert f"at {moment}" in walk.to_the_end().seen
        changed = db.customer(f"at {moment}")["last_updated"].replace(tzinfo=datetime.timezone.utc)
        assert time.time() >= changed.timestamp() + 1 + MARGIN


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_a_walk_beside_busy_writers(api, db, mariadb, turn):
    """Several clients add and change customers, alone and with lists; another connection holds rows that they need."""
    stop = threading.Event()
    numbers = itertools.count()

    def client(seed):
        chance, own = random.Random(seed), Api(api.port, api.key)
        cids = []
        while not stop.is_set():
            number = next(numbers)
            variables = {"contact": str(number), **chance.choice([{}, {"company": "Acme"}, {"company": "Café"}, {"phone2": f"1,{number}"},
                                                                  {"contracts": "1,2"}, {"portal": "2", "company": "Acme"}, {"group": "1"}])}
            if not cids or chance.random() < 0.3:
                cids.append(f"c{seed}-{number}")
                assert own.add(cids[-1], **variables).status == 200
            else:
                assert own.update(chance.choice(cids), **variables).status == 200

    def holder():
        chance = random.Random(1)
        with mariadb.connect(autocommit=False) as other, other.cursor() as cursor:
            while not stop.is_set():
                try:
                    cursor.execute(chance.choice(["UPDATE companies SET city = %s WHERE id = 1", "UPDATE companies SET city = %s WHERE id = 2",
                                                  "UPDATE portals SET url = %s WHERE id = 2",
                                                  "UPDATE customer_groups SET name = CONCAT('g', %s) WHERE id = 1",
                                                  "UPDATE support_contracts SET description = %s WHERE id = 1",
                                                  "UPDATE customers SET city = %s, last_updated = SYSDATE(6) ORDER BY id DESC LIMIT 1"]),
                                   str(next(numbers)))
                except pymysql.err.OperationalError as error:
                    assert error.args[0] == 1213  # a deadlock, which the server has rolled back
                stop.wait(chance.choice([0, 0.1, 0.2]))
                other.commit()
                stop.wait(0.02)

    walk = Walk(api, count=5)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        busy = [pool.submit(client, seed) for seed in range(4)] + [pool.submit(holder)]
        try:
            end = time.monotonic() + 4
            while time.monotonic() < end:
                walk.step()
        finally:
            stop.set()
        for thread in busy:
            thread.result()
    walk.to_the_end()
    stored = {row["cid"]: (row["contact"], row["city"], row["company"] or "") for row in
              db.query("SELECT cid, contact, c.city, o.name AS company FROM customers c LEFT JOIN companies o ON o.id = company_id")}
    assert len(stored) > 10
    assert walk.seen == stored
