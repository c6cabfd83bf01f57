"""Calls that wait for a row leave threads, places in the queue and connections to look-ups and health checks."""

import pytest

from locks import holding
from servers import wait_for
from test_waiting import KEY, call, waiting

WORKERS = 1
MAIN = ("thread_pool four threads=4 max_queue=1024; thread_pool short threads=4 max_queue=4; "
        "thread_pool eight threads=8 max_queue=1024;")
USER = "user helpdesk; password_file %%FOLDER%%/password; name helpdesk; read_timeout 60s; connect_timeout 60s;"

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    """ + KEY + """
    helpdesk_hash_thread_pool helpdesk_hash;
    location / {
        helpdesk_database { socket %%SOCKET%%; """ + USER + """ } helpdesk_thread_pool four; helpdesk_api;
        location = /health { helpdesk_health; }
    }
    location /short/ { helpdesk_database { socket %%SOCKET%%; """ + USER + """ } helpdesk_thread_pool short; helpdesk_api; }
    location /few/ { helpdesk_database { socket %%FOLDER%%/few.sock; """ + USER + """ connections 4; } helpdesk_thread_pool eight; helpdesk_api; }
    location = /status.json { helpdesk_status json; }
}
"""
CALLS = 16


@pytest.fixture
def customers(api, db):
    for cid in ("held", "into", "other"):
        assert api.add(cid).status == 200


def hold_up(api, holder, in_threads, path, action, in_all=CALLS, **variables):
    """So many calls that wait for a row: some of them in threads, and the others until one is free for them."""
    calls = [holder.begin(call, api, path, action, **variables) for _ in range(in_threads)]
    calls += [holder.threads.submit(call, api, path, action, **variables) for _ in range(in_all - in_threads)]
    wait_for(lambda: waiting(api, "database") == in_all - in_threads, "the others to wait for a thread")
    return calls


def expect_look_ups(api, path, calls):
    """They are answered while all of these wait."""
    for action, variables in 5 * [("get_customers", {"cid": "other"}), ("get_portals", {"id": "*", "count": "5"}), ("get_portals", {"id": "1"})]:
        assert call(api, path, action, **variables).status == 200
    assert not any(one.done() for one in calls)


@pytest.mark.parametrize("variables", [{"contact": "Ann"}, {"contracts": "1"}], ids=["that share statements", "of their own"])
def test_updates_leave_a_thread(api, db, customers, variables):
    with holding(db, "SELECT * FROM customers WHERE cid = 'held' FOR UPDATE") as holder:
        calls = hold_up(api, holder, 3, "/", "update_customer", cid="held", **variables)
        expect_look_ups(api, "/", calls)
        assert api.session.get(api.base + "/health", timeout=60).status_code == 200
        assert waiting(api, "database") == CALLS - 3
        holder.rollback()
        assert {one.result().status for one in calls} == {200}


@pytest.fixture
def held_tickets(api, db, customers):
    tids = [call(api, "/", "add_ticket", cid="held").json[0]["added_ticket"] for _ in range(3)]
    assert call(api, "/", "delete_ticket", tid=tids[2]).status == 200
    return tids


@pytest.mark.parametrize("action", ["merge_customer", "merge_tickets", "purge_ticket", "erase_customer", "delete_ticket_field"])
def test_what_meets_many_rows_leaves_threads_to_other_writes(api, db, held_tickets, action):
    """It waits here for one of them."""
    one, other, deleted = held_tickets
    field = call(api, "/", "add_ticket_field", label="Colour", type="text", data_type="Text").json[0]["added_ticket_field"]
    assert call(api, "/", "update_ticket", tid=one, **{f"field_{field}": "red"}).status == 200
    variables = {"merge_customer": {"cid": "held", "into_cid": "into", "dry_run": "Y"},
                 "merge_tickets": {"tid": one, "into_tid": other}, "purge_ticket": {"tid": deleted},
                 "erase_customer": {"cid": "held"}, "delete_ticket_field": {"id": field, "force": "Y"}}[action]
    table = {"merge_customer": "customers WHERE cid = 'held'", "erase_customer": "customers WHERE cid = 'held'",
             "delete_ticket_field": "ticket_field_values"}.get(action, "tickets")
    with holding(db, f"SELECT * FROM {table} FOR UPDATE") as holder:
        calls = hold_up(api, holder, 2, "/", action, **variables)
        expect_look_ups(api, "/", calls)
        for more in {"contact": "Ann"}, {"contracts": "1"}:
            assert call(api, "/", "update_customer", cid="other", **more).status == 200
        assert waiting(api, "database") == CALLS - 2
        assert not any(one.done() for one in calls)
        holder.rollback()
        statuses = [one.result().status for one in calls]
    # There is only one to merge, to purge, to erase or to delete.
    assert statuses == CALLS * [200] if action == "merge_customer" else statuses.count(200) == 1


def test_walks_leave_threads_to_other_writes(api, db, customers):
    with holding(db, "SELECT * FROM customers WHERE cid = 'held' FOR UPDATE") as holder:
        calls = hold_up(api, holder, 2, "/", "get_customers", updated_since="2020-01-01", count="10")
        expect_look_ups(api, "/", calls)
        assert api.session.get(api.base + "/health", timeout=60).status_code == 200
        assert call(api, "/", "update_customer", cid="other", contact="Ann").status == 200
        assert waiting(api, "database") == CALLS - 2
        holder.rollback()
        assert {one.result().status for one in calls} == {200}


def test_writes_that_fill_the_queue_leave_a_place(api, db, customers):
    """Of a queue of four, beside what a thread that is free will take."""
    with holding(db, "SELECT * FROM customers WHERE cid = 'held' FOR UPDATE") as holder:
        calls = hold_up(api, holder, 3, "/short/", "update_customer", in_all=7, cid="held", contracts="1")
        refused = call(api, "/short/", "update_customer", cid="held", contracts="1")
        assert (refused.status, refused.problems) == (503, [("", "overloaded")])
        expect_look_ups(api, "/short/", calls)
        holder.rollback()
        assert {one.result().status for one in calls} == {200}


def test_writes_leave_a_connection(api, db, customers, nginx, mariadb):
    """The threads would be enough."""
    (nginx.folder / "few.sock").symlink_to(mariadb.socket)
    with holding(db, "SELECT * FROM customers WHERE cid = 'held' FOR UPDATE") as holder:
        calls = hold_up(api, holder, 3, "/few/", "update_customer", cid="held", contracts="1")
        expect_look_ups(api, "/few/", calls)
        holder.rollback()
        assert {one.result().status for one in calls} == {200}
