"""Records that refer to others of their kind: nobody is above themselves, no category is a part of itself, however many write at once."""

import concurrent.futures
import json
import random

import pytest

from locks import holding

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
}
"""

RING = [("supervisor", "ring")]


def supervise(api, uid, supervisor):
    return api.post("update_tech", uid=uid, supervisor=supervisor)


def add_chain(api, *uids):
    """Technicians of whom each supervises the one before."""
    for uid, supervisor in zip(reversed(uids), ("", *reversed(uids))):
        assert api.post("add_tech", uid=uid, supervisor=supervisor).status == 200


def supervisors(db):
    return {row["uid"]: row["supervisor"] for row in db.query(
        "SELECT t.uid, s.uid AS supervisor FROM technicians t LEFT JOIN technicians s ON s.id = t.supervisor_id")}


def in_rings(db):
    """Those who are above themselves."""
    above = supervisors(db)

    def is_in_ring(uid):
        one = above[uid]
        for _ in above:
            if one in (None, uid):
                break
            one = above[one]
        return one == uid

    return [uid for uid in above if is_in_ring(uid)]


def test_nobody_is_above_themselves(api, db):
    add_chain(api, "a", "b", "c", "d")
    before = db.query("SELECT * FROM technicians ORDER BY id")
    for uid, supervisor in (("a", "A"), ("b", "a"), ("c", "a"), ("d", "a"), ("d", "c"), ("d", "D")):
        answer = supervise(api, uid, supervisor)
        assert (answer.status, answer.problems) == (400, RING), (uid, supervisor)
        assert answer.json[0]["error"] == "supervisor: leads back to the technician, directly or through others"
    assert api.post("upsert_tech", uid="d", supervisor="b", phone="1").problems == RING
    assert db.query("SELECT * FROM technicians ORDER BY id") == before
    assert api.post("add_tech", uid="e", supervisor="e").problems == [("supervisor", "unknown_tech")]
    assert supervise(api, "a", "d").status == supervise(api, "b", "").status == supervise(api, "d", "b").status == 200
    assert supervisors(db) == {"a": "d", "b": None, "c": "d", "d": "b"}


def test_all_problems_at_once(api, db):
    add_chain(api, "a", "b")
    assert api.post("update_tech", uid="b", supervisor="a", group="99").problems == [("supervisor", "ring"), ("group", "unknown_group")]
    assert api.post("update_tech", uid="nobody", supervisor="a").problems == [("uid", "not_found")]


def test_no_category_is_a_part_of_itself(api, db):
    top = api.post("add_kb_category", name="Top").json[0]["added_kb_category"]
    below = api.post("add_kb_category", name="Below", parent="Top").json[0]["added_kb_category"]
    lowest = api.post("add_kb_category", name="Lowest", parent=below).json[0]["added_kb_category"]
    for number, parent in ((top, "lowest"), (top, below), (top, top), (below, lowest)):
        answer = api.post("update_kb_category", id=number, parent=parent)
        assert (answer.status, answer.problems) == (400, [("parent", "ring")])
    assert api.post("update_kb_category", name="top", parent="LOWEST").problems == [("parent", "ring")]
    assert api.post("update_kb_category", id=lowest, parent=top).status == 200
    assert api.post("update_kb_category", id=below, parent="Lowest").status == 200
    assert json.loads(api.get("get_kb_categories", id=below).text)["kb_categories"][0]["parent"] == "Lowest"


@pytest.mark.parametrize("length, known", [(500, True), (501, False)])
def test_a_chain_is_followed_far(api, db, length, known):
    """From a supervisor through so many others to the one at the top."""
    db.query("INSERT INTO technicians (id, uid, supervisor_id) VALUES " +
             ", ".join(f"({i}, 't{i}', {i - 1 if i > 1 else 'NULL'})" for i in range(1, length + 1)))
    api.post("add_tech", uid="a")
    assert supervise(api, "a", f"t{length}").problems == ([] if known else RING)
    if known:
        assert supervise(api, "t1", "a").problems == supervise(api, "t2", "a").problems == RING


def test_a_ring_that_was_there_is_left(api, db):
    """As the rows of another program may be."""
    add_chain(api, "a", "b", "c")
    db.query("UPDATE technicians SET supervisor_id = (SELECT id FROM (SELECT id FROM technicians WHERE uid = 'b') AS b) WHERE uid = 'c'")
    assert supervise(api, "a", "c").problems == RING
    assert supervise(api, "c", "").status == supervise(api, "a", "c").status == 200


def test_two_updates_that_close_a_ring_together(api, db):
    """The first waits at the end of its chain, where the second begins: a, b, c, and d, which are to become a ring of four."""
    add_chain(api, "a", "b")
    add_chain(api, "c", "d")
    with holding(db, "SELECT 1 FROM technicians WHERE uid = 'd' FOR UPDATE") as others:
        first = others.begin(supervise, api, "b", "c")
        second = others.begin(supervise, api, "d", "a")
        others.rollback()
        problems = [first.result().problems, second.result().problems]
    assert sorted(problems) == [[], RING]
    assert in_rings(db) == []


def test_a_chain_that_is_changed_in_the_meantime_is_seen(api, db):
    """The update waits at its end; what others make of that before it goes on is what counts."""
    add_chain(api, "a")
    add_chain(api, "c", "d")
    with holding(db, "SET foreign_key_checks = 0") as others:
        # With the check it would lock a, which the update holds.
        others.execute("UPDATE technicians SET supervisor_id = (SELECT id FROM (SELECT id FROM technicians WHERE uid = 'a') AS a) WHERE uid = 'd'")
        answer = others.begin(supervise, api, "a", "c")
        others.commit()
        assert answer.result().problems == RING
    assert in_rings(db) == []


def test_many_at_once_leave_no_ring(api, db):
    uids = "abcdef"
    for uid in uids:
        add_chain(api, uid)

    def change(seed):
        chance = random.Random(seed)
        return [supervise(api, chance.choice(uids), chance.choice([*uids, ""])) for _ in range(25)]

    with concurrent.futures.ThreadPoolExecutor(8) as clients:
        answers = [answer for answers in clients.map(change, range(8)) for answer in answers]
    # Those that wait for each other again and again are told to try later.
    assert {problem for answer in answers for problem in answer.problems} <= {RING[0], ("", "overloaded")}
    assert sum(answer.status == 200 for answer in answers) > 10
    assert in_rings(db) == []
