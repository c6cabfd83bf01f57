"""How much memory requests may take while they wait."""

import concurrent.futures

import pytest

from api import Api
from locks import holding
from servers import wait_for
from test_config import config
from test_waiting import DATABASE, KEY

# Each worker counts for itself.
WORKERS = 1

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    client_max_body_size 16m;
    helpdesk_max_request_memory 4m;
    """ + DATABASE + KEY + """
    helpdesk_thread_pool helpdesk;
    helpdesk_hash_thread_pool helpdesk_hash;
    location / { helpdesk_api; client_body_buffer_size 1k; }
    location /buffered/ { helpdesk_api; client_body_buffer_size 4m; }
    location /free/ { helpdesk_api; helpdesk_max_request_memory 1g; }
    location = /status.json { helpdesk_status json; }
}
"""

LARGE = "n" * 600_000


def taken(api):
    (all_workers,) = api.session.get(f"http://127.0.0.1:{api.port}/status.json").json()["helpdesk_request_memory_bytes"]
    return all_workers["value"]


def update(api, path="/", **variables):
    return Api(api.port, api.key).request("POST", path, data=api.variables({"action": "update_customer", "cid": "x", **variables}))


@pytest.mark.parametrize("path, sizes", [("/", (600_000, 700_000)), ("/buffered/", (1_200_000, 1_400_000))])
def test_large_requests_that_wait_are_bounded(api, db, path, sizes):
    """They wait for a row that somebody holds. What nginx keeps in memory counts as well."""
    assert api.add("x").status == 200
    low, high = sizes
    with concurrent.futures.ThreadPoolExecutor(20) as pool, holding(db, "SELECT * FROM customers WHERE cid = 'x' FOR UPDATE") as holder:
        waiting = []
        while taken(api) + 2 * low <= 4 << 20:
            before = taken(api)
            waiting.append(pool.submit(update, api, path, notes=LARGE, contracts="1"))
            wait_for(lambda: low < taken(api) - before < high, "one more to wait")
        for _ in range(5):
            answer = update(api, path, notes=LARGE, contracts="1")
            assert (answer.status, answer.problems, answer.headers["Retry-After"]) == (503, [("", "overloaded")], "1")
        # One of a location with a bound of its own waits as well, and then small ones, more of them than there are threads.
        before = taken(api)
        others = [pool.submit(update, api, "/free/", notes=LARGE)]
        wait_for(lambda: taken(api) - before > len(LARGE), "the large one to wait")
        before = taken(api)
        others += [pool.submit(update, api, path, city="Rome") for _ in range(5)]
        wait_for(lambda: taken(api) - before > 5 * len("Rome"), "the small ones to wait")
        assert not any(each.done() for each in waiting + others)
        holder.rollback()
        assert {each.result().status for each in waiting + others} == {200}
    api.session.close()
    wait_for(lambda: taken(api) == 0, "all to be given back")


def test_all_is_given_back(api, db):
    """However a request ends."""
    api.add("x")
    for variables in ({}, {"cid": ""}, {"cid": "nobody"}, {"action": "no_action"}, {"key": "wrong"}, {"If": "x"}):
        for path in ("/", "/buffered/"):
            update(api, path, notes=LARGE, **variables)
    api.request("POST", "/?action=import_customers&format=json", data="cid,notes\n" + f"y,{LARGE}\n" * 3,
                headers={"Content-Type": "text/csv", "X-API-Key": api.key})
    assert api.get("get_customers", cid="*").status == 200
    wait_for(lambda: taken(api) == 0, "all to be given back")


def test_a_request_that_is_alone_may_be_larger(api, db):
    assert api.add("x", notes="n" * 5_000_000).status == 200


def test_its_size(nginx):
    for value in ("1m", "1024k", "1024g", "128M"):
        assert nginx.test(config(f"helpdesk_max_request_memory {value};"))[0], value
    for value in ("0", "1023k", "1025g", "-1m", "1x", "off"):
        passed, output = nginx.test(config(f"helpdesk_max_request_memory {value};"))
        assert not passed and f'"helpdesk_max_request_memory" must be a size from 1m to 1024g, not "{value}"' in output, output
