"""Tickets that are deleted, restored and purged."""

import pytest

from test_ticket_history import CONFIG, add, add_ticket, history, people, ticket  # noqa: F401


def listed(api, **variables):
    answer = api.get("get_tickets", **variables)
    assert answer.status == 200, answer.text
    return [record["tid"] for record in answer.records]


def rows_of(db, tid):
    return {table: db.query(f"SELECT COUNT(*) AS n FROM {table} WHERE {column} = %s", tid)[0]["n"]
            for table, column in {"tickets": "id", "ticket_history": "ticket_id", "ticket_tags": "ticket_id", "ticket_texts": "ticket_id",
                                  "ticket_words": "ticket_id"}.items()}


def test_a_deleted_ticket_is_nowhere(api, db):
    kept = add_ticket(api, subject="kept")
    tid = add_ticket(api, subject="gone", description="text", tags="red")
    entry = add(api, tid)
    before = ticket(api, tid)
    assert api.post("delete_ticket", tid=tid).json == [{"deleted_ticket": tid}]
    for selector in ({}, {"tid": tid}, {"tid": f"{tid},{kept}"}, {"subject": "gone"}, {"tag": "red"}, {"keyword": "gone"}, {"after_id": kept},
                     {"updated_since": "1/1/2024"}, {"cid": "c"}, {"deleted": "N"}, {"order": "subject"}):
        assert tid not in listed(api, **selector), selector
    assert listed(api, deleted="Y") == listed(api, deleted="Y", tid=tid) == listed(api, deleted="y", subject="gone") == [tid]
    assert listed(api) == [kept]
    for selector in ({}, {"tid": tid}, {"id": entry}, {"cid": "c"}, {"updated_since": "1/1/2024"}):
        assert history(api, **selector) == [], selector
    for action, variables in (("update_ticket", {"tid": tid, "subject": "x"}), ("delete_ticket", {"tid": tid}),
                              ("update_history", {"id": entry, "notes": "y"}), ("delete_history", {"id": entry})):
        answer = api.post(action, **variables)
        assert (answer.status, answer.problems[0][1]) == (404, "not_found"), action
    assert api.post("add_history", tid=tid, notes="x").problems == [("tid", "unknown_ticket")]
    assert api.post("delete_customer", cid="c").problems == [("cid", "in_use")]

    assert api.post("restore_ticket", tid=tid).json == [{"restored_ticket": tid}]
    after = ticket(api, tid)
    assert {name for name in after if after[name] != before[name]} <= {"last_updated"}
    assert [one["id"] for one in history(api, tid=tid)][-1] == entry
    assert listed(api, deleted="Y") == []
    assert listed(api, keyword="gone") == [tid]
    assert api.post("restore_ticket", tid=tid).status == 404


def test_a_purge_leaves_nothing(api, db):
    kept = add_ticket(api, subject="kept", description="words", tags="a")
    before = rows_of(db, kept)
    tid = add_ticket(api, subject="other", description="words of it", tags="a,b")
    add(api, tid, notes="more words")
    assert all(rows_of(db, tid).values())
    assert api.post("purge_ticket", tid=tid).status == 404
    api.post("delete_ticket", tid=tid)
    assert api.post("purge_ticket", tid=tid).json == [{"purged_ticket": tid}]
    assert not any(rows_of(db, tid).values())
    assert api.post("purge_ticket", tid=tid).status == api.post("restore_ticket", tid=tid).status == 404
    assert rows_of(db, kept) == before and all(before.values())
    assert int(add_ticket(api)) > int(tid)


def test_conditions(api):
    tid = add_ticket(api)
    tag = api.get("get_tickets", tid=tid).headers["ETag"]
    api.post("update_ticket", tid=tid, subject="a")
    assert api.post("delete_ticket", tid=tid, headers={"If-Match": tag}).status == 412
    assert listed(api) == [tid]
    tag = api.get("get_tickets", tid=tid).headers["ETag"]
    assert api.post("delete_ticket", tid=tid, headers={"If-Match": tag}).status == 200
    assert listed(api) == []


@pytest.mark.parametrize("action", ["delete_ticket", "restore_ticket", "purge_ticket"])
def test_what_is_refused(api, action):
    assert api.post(action).problems == [("tid", "required")]
    assert api.post(action, tid="x").problems == [("tid", "invalid_number")]
    assert api.post(action, tid="99").problems == [("tid", "not_found")]


def test_delete_and_restore_are_changes(api, db):
    """Whoever read the ticket before them, or keeps a copy, must notice."""
    tid = add_ticket(api, subject="a")
    tag = api.get("get_tickets", tid=tid).headers["ETag"]
    for action in ("delete_ticket", "restore_ticket"):
        db.query("UPDATE tickets SET last_updated = '2024-01-02' WHERE id = %s", tid)
        assert api.post(action, tid=tid).status == 200
        assert db.query("SELECT last_updated >= NOW() - INTERVAL 1 HOUR AS new FROM tickets WHERE id = %s", tid)[0]["new"] == 1, action
    assert listed(api, updated_since="1/3/2024") == [tid]
    answer = api.post("update_ticket", tid=tid, subject="b", headers={"If-Match": tag})
    assert (answer.status, answer.problems[0][1]) == (412, "precondition_failed")
    assert ticket(api, tid)["subject"] == "a"
