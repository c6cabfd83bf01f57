"""A sign-in that workers remember ends in all of them when the customer changes."""

import secrets

import pytest

from api import remember_secret
from servers import wait_for
from test_auth import Portal

WORKERS = 4

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%% reuseport;
    keepalive_timeout 0;
    %%DEFAULTS%%
    add_header X-Worker $pid always;
    add_header X-Known $helpdesk_customer always;
    location /API/ { helpdesk_api; }
    # The same database, told apart by its block.
    location /other/ { %%DATABASE%% helpdesk_api; }
    location = /known { empty_gif; }
    location = /sign-in { helpdesk_auth; helpdesk_auth_cache 1h; }
}
"""


@pytest.fixture
def portal(nginx, api):
    """With a customer whom all workers remember."""
    portal = Portal(nginx)
    portal.password = remember_secret(secrets.token_hex(16))
    assert api.add("Demo", **{"pass": portal.password}).status == 200
    sign_in_everywhere(portal)
    return portal


def sign_in_everywhere(portal, password=None):
    """Until each worker has said that it remembers."""
    known = set()

    def all_know():
        answer = portal.get("/sign-in", "Demo", password or portal.password)
        assert answer.status_code == 204
        if answer.headers.get("X-Known"):
            known.add(answer.headers["X-Worker"])
        return len(known) == WORKERS

    wait_for(all_know, "all workers to remember", pause=0)


def workers(portal, status, password=None):
    """All workers, each of which must give this answer."""
    asked = set()

    def all_asked():
        answer = portal.get("/sign-in", "Demo", password or portal.password)
        assert answer.status_code == status
        asked.add(answer.headers["X-Worker"])
        return len(asked) == WORKERS

    wait_for(all_asked, "all workers to answer", pause=0)


def test_a_changed_password(portal, api):
    new = remember_secret("new" + portal.password)
    assert api.update("demo", **{"pass": new}).status == 200
    workers(portal, 401)
    workers(portal, 204, new)


@pytest.mark.parametrize("action", ["update_customer", "upsert_customer"])
def test_a_customer_who_may_not_sign_in_any_more(portal, api, action):
    assert api.post(action, cid="DEMO", support="N").status == 200
    workers(portal, 401)
    assert api.post(action, cid="DEMO", support="Y").status == 200
    workers(portal, 204)


def test_a_deleted_customer(portal, api):
    assert api.post("delete_customer", cid="demo").status == 200
    workers(portal, 401)
    # Nor is a new one of the same name entered with the old password.
    new = remember_secret("new" + portal.password)
    assert api.add("Demo", **{"pass": new}).status == 200
    workers(portal, 401)
    workers(portal, 204, new)


def test_an_import(portal, api):
    new = remember_secret("new" + portal.password)
    answer = api.raw_post(f"cid,pass\r\nx,other-password\r\ndemo,{new}\r\n", "text/csv", "action=import_customers&mode=upsert&format=json")
    assert (answer.status, answer.json[0]["updated"]) == (200, "1")
    workers(portal, 401)


def test_an_import_whose_rows_share_a_statement(portal, api):
    api.add("other")
    answer = api.raw_post("cid,support\r\ndemo,N\r\nother,N\r\n", "text/csv", "action=import_customers&mode=update&format=json")
    assert (answer.status, answer.json[0]["updated"]) == (200, "2")
    workers(portal, 401)


def test_a_change_through_another_block(portal, api):
    assert api.request("POST", "/other/", data=api.variables({"action": "update_customer", "cid": "demo", "support": "N"})).status == 200
    workers(portal, 401)


def test_repeatable_and_grouped_changes(portal, api):
    headers = {"Idempotency-Key": secrets.token_hex(8), "If-Match": "*"}
    assert api.post("update_customer", cid="demo", support="N", contracts="", headers=headers).status == 200
    workers(portal, 401)


def test_other_changes_end_no_sign_in(portal, api):
    api.update("demo", city="Rome")
    api.add("other", **{"pass": "other-password"})
    api.update("other", support="N", **{"pass": "another-password"})
    for _ in range(20):
        assert portal.get("/known", "Demo", portal.password).headers["X-Known"] == "Demo"


def test_after_a_reload(portal, api, nginx):
    old = set(nginx.worker_pids())
    nginx.reload()
    wait_for(lambda: len(new := set(nginx.worker_pids()) - old) == WORKERS and not old & set(nginx.worker_pids()), "other workers")
    sign_in_everywhere(portal)
    assert api.update("demo", support="N").status == 200
    workers(portal, 401)
