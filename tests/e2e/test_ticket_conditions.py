"""If-Match and Idempotency-Key of every write of a ticket and of its history."""

import pytest

from test_ticket_history import CONFIG, add, add_ticket, history, people, ticket  # noqa: F401


def rows(db):
    """All that a write may have changed, but for the answers that are kept."""
    return {table: db.query(f"SELECT * FROM {table} ORDER BY 1, 2") for table in
            ("tickets", "ticket_history", "ticket_tags", "ticket_texts", "ticket_words")}


# Each makes what the action needs, and returns the action's variables.
WRITES = {
    "add_ticket": lambda api: {"cid": "c", "subject": "x", "description": "y", "tags": "a,b"},
    "update_ticket": lambda api: {"tid": add_ticket(api, subject="a"), "subject": "b", "tags": "c"},
    "delete_ticket": lambda api: {"tid": add_ticket(api)},
    "restore_ticket": lambda api: {"tid": deleted(api)},
    "purge_ticket": lambda api: {"tid": deleted(api, description="x")},
    "merge_tickets": lambda api: {"tid": add_ticket(api, description="x"), "into_tid": add_ticket(api)},
    "add_history": lambda api: {"tid": add_ticket(api), "notes": "x", "status": "Closed"},
    "update_history": lambda api: {"id": add(api, add_ticket(api)), "notes": "y"},
    "delete_history": lambda api: {"id": add(api, add_ticket(api))},
}
# The list that shows the ETag of what these change.
OF = {"update_ticket": ("get_tickets", "tid"), "delete_ticket": ("get_tickets", "tid"), "merge_tickets": ("get_tickets", "tid"),
      "update_history": ("get_history", "id"), "delete_history": ("get_history", "id")}


def deleted(api, **variables):
    tid = add_ticket(api, **variables)
    api.post("delete_ticket", tid=tid)
    return tid


@pytest.mark.parametrize("action", WRITES)
def test_a_write_that_is_sent_again_is_done_once(api, db, action):
    variables = WRITES[action](api)
    before = rows(db)
    first = api.post(action, headers={"Idempotency-Key": "k"}, **variables)
    assert (first.status, first.headers.get("Idempotent-Replayed")) == (200, None), first.text
    done = rows(db)
    assert done != before
    again = api.post(action, headers={"Idempotency-Key": "k"}, **variables)
    assert (again.status, again.text, again.headers.get("Idempotent-Replayed")) == (200, first.text, "true")
    assert rows(db) == done
    other = api.post(action, headers={"Idempotency-Key": "k"}, **variables | {list(variables)[0]: "1"})
    assert (other.status, other.problems[0][1]) == (422, "idempotency_key_reused")
    assert rows(db) == done


@pytest.mark.parametrize("action", OF)
def test_a_change_needs_the_version_that_was_read(api, db, action):
    variables = WRITES[action](api)
    listing, key = OF[action]

    def tag():
        return api.get(listing, **{key: variables[key]}).headers["ETag"]

    old = tag()
    changed = api.post("update_ticket", tid=variables["tid"], subject="z") if key == "tid" else api.post(
        "update_history", id=variables["id"], notes="z")
    assert changed.status == 200 and tag() != old
    before = rows(db)
    answer = api.post(action, headers={"If-Match": old}, **variables)
    assert (answer.status, answer.problems[0][1]) == (412, "precondition_failed")
    assert rows(db) == before
    done = api.post(action, headers={"If-Match": tag()}, **variables)
    assert done.status == 200, done.text
    if not action.startswith("delete"):
        assert done.headers["ETag"] == tag()


@pytest.mark.parametrize("action", sorted(set(WRITES) - set(OF)))
def test_what_has_no_version_yet_takes_no_condition(api, db, action):
    """An add, and what is deleted and in no list, whose ETag nobody can have read."""
    variables = WRITES[action](api)
    before = rows(db)
    answer = api.post(action, headers={"If-Match": '"1-1"'}, **variables)
    assert answer.status == 400 and rows(db) == before
