"""Tickets that are merged into others: what moves, what stays, and what is refused."""

import json
import random
import threading

import pytest

from locks import holding
from test_ticket_history import CONFIG, add, add_ticket, changes, history, people, ticket  # noqa: F401
from test_ticket_life import listed


def merge(api, tid, into, **variables):
    answer = api.post("merge_tickets", tid=tid, into_tid=into, **variables)
    assert answer.status == 200, answer.text
    return answer


def notes(api, **variables):
    return [entry["notes"] for entry in history(api, **variables) if entry["type"] != "S"]


def test_what_moves_and_what_stays(api, db):
    first = add_ticket(api, subject="printer", description="burning", open_date="3/1/2024")
    second = add_ticket(api, subject="smoke", description="cloud", open_date="3/2/2024")
    add(api, first, uid="ann", notes="extinguished", date="3/3/2024", message_id="<1@x>")
    api.post("update_ticket", tid=first, priority="High")
    before = api.get("get_tickets", tid=second).headers["ETag"]
    answer = merge(api, first, second, uid="ann")
    assert answer.json == [{"merged_tickets": second}]

    assert notes(api, tid=second) == ["burning", "cloud", "extinguished"]
    assert notes(api, tid=first) == []
    record, other = ticket(api, first), ticket(api, second)
    assert (record["status"], record["closed"], record["merged_into"]) == ("Closed", "Y", second) and record["close_date"]
    assert (other["status"], other["close_date"], other["merged_into"]) == ("New", "", "")
    assert (record["history_count"], other["history_count"]) == ("2", "4")
    assert api.get("get_tickets", tid=second).headers["ETag"] == before

    high, merged = history(api, tid=first, type="S")
    assert json.loads(high["changes"]) == {"priority": ["Normal", "High"]}
    told = json.loads(merged["changes"])
    assert told.pop("close_date")[0] == ""
    assert told == {"status": ["New", "Closed"], "merged_into": ["", second]}
    (entry,) = history(api, tid=second, type="S")
    assert json.loads(entry["changes"]) == {"merged": ["", first]}
    assert [(one["uid"], one["author"]) for one in (merged, entry)] == [("ann", "Ann Example")] * 2
    assert (merged["status"], entry["status"]) == ("Closed", "New")

    assert listed(api, message_id="<1@x>") == [second]
    assert listed(api, keyword="extinguished") == listed(api, keyword="burning extinguished cloud") == [second]
    assert listed(api, keyword="printer") == [first]
    # The first ticket's own text stays its text.
    assert listed(api, keyword="burning") == [first, second]
    assert notes(api, keyword="extinguished") == ["extinguished"]


def test_a_walk_meets_what_moved(api, db):
    first, second = add_ticket(api), add_ticket(api)
    number = add(api, first)
    db.query("UPDATE ticket_history SET last_updated = '2024-01-01'")
    version = db.query("SELECT version FROM ticket_history WHERE id = %s", number)[0]["version"]
    merge(api, first, second)
    assert (number, second) in [(entry["id"], entry["tid"]) for entry in history(api, updated_since="1/2/2024")]
    assert db.query("SELECT version FROM ticket_history WHERE id = %s", number)[0]["version"] == version + 1
    assert first in listed(api, updated_since="1/2/2024")


def test_what_comes_later_goes_to_the_other_ticket(api):
    first, second, third = add_ticket(api), add_ticket(api), add_ticket(api)
    merge(api, first, second)
    merge(api, second, third)
    assert ticket(api, first)["merged_into"] == ticket(api, second)["merged_into"] == third
    api.post("update_ticket", tid=third, status="Closed")
    number = add(api, first, cid="c", notes="later", priority="High")
    (entry,) = history(api, id=number)
    assert (entry["tid"], entry["status"]) == (third, "New")
    record = ticket(api, third)
    assert (record["status"], record["priority"]) == ("New", "High")
    assert ticket(api, first)["status"] == "Closed"
    assert listed(api, keyword="later") == [third]
    api.post("delete_ticket", tid=third)
    assert api.post("add_history", tid=first, notes="x").problems == [("tid", "unknown_ticket")]
    assert api.post("purge_ticket", tid=third).problems == [("tid", "in_use")]


def test_one_that_is_opened_again_is_a_ticket_of_its_own(api):
    first, second = add_ticket(api, description="a"), add_ticket(api)
    merge(api, first, second)
    api.post("update_ticket", tid=first, subject="still merged")
    assert ticket(api, first)["merged_into"] == second
    api.post("update_ticket", tid=first, status="Open")
    record = ticket(api, first)
    assert (record["merged_into"], record["close_date"]) == ("", "")
    assert changes(api, first)[-1]["merged_into"] == [second, ""]
    add(api, first, notes="new")
    assert notes(api, tid=first) == ["new"] and notes(api, tid=second) == ["a"]
    merge(api, first, second)
    assert notes(api, tid=second) == ["a", "new"]


def test_one_that_is_closed_already_keeps_its_time(api, db):
    db.query("INSERT INTO ticket_statuses (id, name, closed, position) VALUES (9, 'Solved', 'Y', 9)")
    first, second = add_ticket(api, status="Solved", open_date="1/1/2024", close_date="1/2/2024"), add_ticket(api)
    merge(api, first, second)
    record = ticket(api, first)
    assert (record["status"], record["close_date"]) == ("Solved", "1/2/2024 12:00:00 AM")


def test_without_a_closed_status_the_time_tells(api, db):
    db.query("UPDATE ticket_statuses SET closed = 'N'")
    first, second = add_ticket(api), add_ticket(api)
    merge(api, first, second)
    record = ticket(api, first)
    assert (record["status"], record["merged_into"]) == ("New", second) and record["close_date"]


def test_who_may_be_merged(api):
    """Customers of one company see each other's tickets anyway; others must not read what was said to one of them."""
    first, second, other = add_ticket(api, description="a"), add_ticket(api, cid="colleague"), add_ticket(api, cid="stranger")
    alone = add_ticket(api, cid="alone")
    for tid, into in ((first, other), (other, first), (first, alone), (alone, first)):
        answer = api.post("merge_tickets", tid=tid, into_tid=into)
        assert (answer.status, answer.problems) == (409, [("into_tid", "other_customer")])
    merge(api, first, second)
    api.post("update_ticket", tid=second, cid="stranger")
    merge(api, second, other)
    assert notes(api, tid=other) == ["a"]


def test_what_is_refused(api, db):
    first, second, gone, third = [add_ticket(api, description="a") for _ in range(4)]
    api.post("delete_ticket", tid=gone)

    def refused(**variables):
        answer = api.post("merge_tickets", **variables)
        return answer.status, answer.problems

    rows = db.query("SELECT id, version, ticket_id FROM ticket_history"), db.query("SELECT id, version FROM tickets")
    assert refused() == (400, [("into_tid", "required"), ("tid", "required")])
    assert refused(tid=first) == (400, [("into_tid", "required")])
    assert refused(tid="x", into_tid=second) == (400, [("tid", "invalid_number")])
    assert refused(tid="99", into_tid=second) == refused(tid=gone, into_tid=second) == (404, [("tid", "not_found")])
    for into in ("99", gone, "x"):
        assert refused(tid=first, into_tid=into) == (400, [("into_tid", "unknown_ticket")]), into
    assert refused(tid=first, into_tid=first) == (400, [("into_tid", "ring")])
    assert refused(tid=first, into_tid=second, uid="?") == (400, [("uid", "unknown_tech")])
    assert refused(tid=first, into_tid=second, headers={"If-Match": '"0-0"'})[0] == 412
    assert (db.query("SELECT id, version, ticket_id FROM ticket_history"), db.query("SELECT id, version FROM tickets")) == rows

    merge(api, first, second)
    assert refused(tid=first, into_tid=third) == (409, [("tid", "already_merged")])
    assert refused(tid=third, into_tid=first) == (409, [("into_tid", "already_merged")])
    assert refused(tid=first, into_tid=second) == (409, [("tid", "already_merged")])
    assert notes(api, tid=second) == ["a", "a"] and notes(api, tid=third) == ["a"]


def test_it_reads_no_other_variables(api):
    first, second = add_ticket(api, subject="a"), add_ticket(api)
    answer = api.post("merge_ticket", ticket_id=first, into_tid=second, subject="b", status="Pending", cid="stranger")
    assert answer.json == [{"merged_tickets": second}]
    record = ticket(api, first)
    assert (record["subject"], record["status"], record["cid"]) == ("a", "Closed", "c")
    for action in ("add_ticket", "update_ticket"):
        api.post(action, tid=second, cid="c", into_tid=first, merged_into=first)
    assert all(ticket(api, tid)["merged_into"] in ("", second) for tid in listed(api))


def test_conditions_and_repeats(api):
    first, second = add_ticket(api, description="a"), add_ticket(api)
    tag = api.get("get_tickets", tid=first).headers["ETag"]
    api.post("update_ticket", tid=first, subject="b")
    assert merge_with(api, first, second, {"If-Match": tag}).status == 412
    assert notes(api, tid=first) == ["a"]
    tag = api.get("get_tickets", tid=first).headers["ETag"]
    headers = {"If-Match": tag, "Idempotency-Key": "m1"}
    done, again = merge_with(api, first, second, headers), merge_with(api, first, second, headers)
    assert (done.status, again.status) == (200, 200) and done.json == again.json
    assert (done.headers.get("Idempotent-Replayed"), again.headers.get("Idempotent-Replayed")) == (None, "true")
    assert done.headers["ETag"] == again.headers["ETag"] == api.get("get_tickets", tid=first).headers["ETag"]
    assert len(history(api, tid=second, type="S")) == 1
    assert merge_with(api, first, add_ticket(api), headers).status == 422


def merge_with(api, tid, into, headers):
    return api.post("merge_tickets", tid=tid, into_tid=into, headers=headers)


def test_both_ways_at_once(api):
    """Each waits for the other at most: both lock the tickets in one order. One of them comes too late."""
    for _ in range(10):
        first, second = add_ticket(api, description="a"), add_ticket(api, description="b")
        answers = []
        threads = [threading.Thread(target=lambda a, b: answers.append(api.post("merge_tickets", tid=a, into_tid=b)), args=pair)
                   for pair in ((first, second), (second, first))]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert sorted(answer.status for answer in answers) == [200, 409]
        assert sorted(notes(api, tid=f"{first},{second}")) == ["a", "b"]
        (open_one,) = [tid for tid in (first, second) if not ticket(api, tid)["merged_into"]]
        assert sorted(notes(api, tid=open_one)) == ["a", "b"]


def test_an_entry_that_waits_for_the_merge_goes_to_the_other_ticket(api, db):
    first, second = add_ticket(api), add_ticket(api)
    with holding(db, "UPDATE tickets SET merged_into_id = %s, status_id = 4 WHERE id = %s", second, first) as holder:
        call = holder.begin(api.post, "add_history", tid=first, notes="late", cid="c")
        holder.commit()
        number = call.result().json[0]["added_history"]
    (entry,) = history(api, id=number)
    assert (entry["tid"], entry["status"]) == (second, "New")
    assert listed(api, keyword="late") == [second]


def test_no_entry_is_lost_while_tickets_are_merged(api, db):
    """Entries come for all of them all the time. In the end each stands once, with the tickets where it can be found."""
    tids = [add_ticket(api) for _ in range(6)]
    added, failed = [], []

    def talk(seed):
        chance = random.Random(seed)
        for number in range(12):
            text = f"word{seed}x{number}"
            answer = api.post("add_history", tid=chance.choice(tids), notes=text, **chance.choice([{}, {"cid": "c"}, {"priority": "High"}]))
            (added if answer.status == 200 else failed).append(text if answer.status == 200 else answer.text)

    def put_together():
        for tid in tids[1:]:
            answer = api.post("merge_tickets", tid=tid, into_tid=tids[0])
            if answer.status != 200:
                failed.append(answer.text)

    threads = [threading.Thread(target=talk, args=[seed]) for seed in range(6)] + [threading.Thread(target=put_together)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert failed == []
    assert sorted(notes(api, tid=tids[0])) == sorted(notes(api)) == sorted(added)
    for text in random.Random(1).sample(added, 10):
        assert listed(api, keyword=text) == [tids[0]]
