"""The walk by updated_since beside writers that wait: it passes no change, whatever a writer waits for."""

import concurrent.futures
import itertools
import random
import threading
import time

import pytest

from api import Api
from servers import wait_for

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / {
        helpdesk_database { socket %%SOCKET%%; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; read_timeout 100s; }
        %%KEY_AND_POOLS%%
        helpdesk_api;
    }
}
"""


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


# What another connection holds, and the call that waits for it.
FOR_WHAT_THE_RECORD_NAMES = [
    ("UPDATE companies SET city = 'x' WHERE id = 1", "add_customer", dict(cid="of a company", company="Acme")),
    ("UPDATE portals SET url = 'x' WHERE id = 2", "add_customer", dict(cid="of a portal", portal="2")),
    ("UPDATE customer_groups SET name = 'x' WHERE id = 1", "add_customer", dict(cid="of a group", group="1")),
    ("INSERT INTO customers (cid, notes, last_updated) VALUES ('TAKEN', '', '2000-01-01')", "add_customer", dict(cid="taken")),
    ("UPDATE companies SET city = 'x' WHERE id = 2", "update_customer", dict(cid="old 1", company="Café")),
    ("UPDATE portals SET url = 'x' WHERE id = 7", "update_customer", dict(cid="old 2", portal="7")),
    ("UPDATE customer_groups SET name = 'y' WHERE id = 2", "update_customer", dict(cid="old 3", group="2")),
]
FOR_OTHER_ROWS = [
    ("UPDATE support_contracts SET active = 'N' WHERE id = 1", "add_customer", dict(cid="with a contract", contracts="1")),
    ("UPDATE categories SET name = 'x' WHERE id = 1", "update_customer", dict(cid="old 1", selectable_categories="Hardware")),
    ("UPDATE customers SET city = 'x' WHERE cid = 'old 2'", "update_customer", dict(cid="old 2", contact="new")),
]


@pytest.mark.parametrize("waits", [FOR_WHAT_THE_RECORD_NAMES, FOR_OTHER_ROWS], ids=["for what the record names", "for other rows"])
def test_writers_that_wait_are_not_passed(api, db, mariadb, waits):
    for i in (1, 2, 3):
        db.query("INSERT INTO customers (cid, notes, portal_id, last_updated) VALUES (%s, '', 1, '2024-05-05')", f"old {i}")
    walk = Walk(api).to_the_end()
    assert set(walk.seen) == {"old 1", "old 2", "old 3"}
    walk.seen.clear()
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


def test_a_walk_gives_what_was_written_just_before_it(api):
    """Also when the second in which it was written has only just begun."""
    walk = Walk(api)
    for moment in (0.005, 0.02, 0.04, 0.06, 0.08):
        time.sleep((moment - time.time()) % 1)
        assert api.add(f"at {moment}").status == 200
        assert f"at {moment}" in walk.to_the_end().seen


def test_a_walk_beside_busy_writers(api, db, mariadb):
    """Several clients add and change customers, alone and with lists; another connection holds rows that they need."""
    stop = threading.Event()
    numbers = itertools.count()

    def client(seed):
        chance, own = random.Random(seed), Api(api.port, api.key)
        cids = []
        while not stop.is_set():
            number = next(numbers)
            variables = {"contact": str(number), **chance.choice([{}, {"company": "Acme"}, {"company": "Café"}, {"phone2": f"1,{number}"},
                                                                  {"contracts": "1,2"}, {"portal": "2", "company": "Acme"}])}
            if not cids or chance.random() < 0.3:
                cids.append(f"c{seed}-{number}")
                assert own.add(cids[-1], **variables).status == 200
            else:
                assert own.update(chance.choice(cids), **variables).status == 200

    def holder():
        chance = random.Random(1)
        with mariadb.connect(autocommit=False) as other, other.cursor() as cursor:
            while not stop.is_set():
                cursor.execute(chance.choice(["UPDATE companies SET city = %s WHERE id = 1", "UPDATE companies SET city = %s WHERE id = 2",
                                              "UPDATE support_contracts SET description = %s WHERE id = 1",
                                              "UPDATE customers SET city = %s, last_updated = SYSDATE(6) ORDER BY id DESC LIMIT 1"]),
                               str(next(numbers)))
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
