"""What waits for a thread waits in the worker: it is dropped when its client has gone, refused when it is too much, and holds
nobody else up."""

import base64
import concurrent.futures
import contextlib
import socket
import time
import urllib.parse

import pytest

from api import Api
from servers import wait_for

WORKERS = 1
MAIN = ("thread_pool one threads=1 max_queue=1024; thread_pool single threads=1 max_queue=1024; "
        "thread_pool two threads=2 max_queue=1024; thread_pool four threads=4 max_queue=1024;")
DATABASE = "helpdesk_database { socket %%SOCKET%%; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; read_timeout 60s; }"
KEY = "helpdesk_key test { sha256 %%KEY_HASH%%; }"

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    ssi_types text/plain;
    helpdesk_hash_thread_pool one;
    helpdesk_bcrypt_cost 10;
    """ + KEY + """
    location / { """ + DATABASE + """ helpdesk_thread_pool helpdesk; helpdesk_api; }
    location /hashing/ { """ + DATABASE + """ helpdesk_thread_pool one; helpdesk_hash_thread_pool helpdesk_hash; helpdesk_api; }
    location /two/ { """ + DATABASE + """ helpdesk_thread_pool two; helpdesk_api; }
    location /four/ { """ + DATABASE + """ helpdesk_thread_pool four; helpdesk_api; }
    location /single/ { """ + DATABASE + """ helpdesk_thread_pool single; helpdesk_api; }
    location /narrow/ { """ + DATABASE + """ helpdesk_thread_pool narrow; helpdesk_api; }
    location /quick_hash/ { """ + DATABASE + """ helpdesk_thread_pool helpdesk; helpdesk_bcrypt_cost 4; helpdesk_api; }
    location /other/ { """ + DATABASE + """ helpdesk_thread_pool four; helpdesk_api; }
    """ + "".join(f"location /database{i}/ {{ {DATABASE} helpdesk_thread_pool four; helpdesk_api; }}" for i in range(4)) + """
    location = /sign-in { """ + DATABASE + """ helpdesk_thread_pool helpdesk; helpdesk_auth; helpdesk_auth_cache off; }
    location /page/ { ssi on; root %%FOLDER%%; }
    location = /single-sign-in { """ + DATABASE + """ helpdesk_thread_pool single; helpdesk_auth; helpdesk_auth_cache off; }
    location = /copies { """ + 300 * "mirror /copy; " + DATABASE + """ helpdesk_thread_pool helpdesk; helpdesk_api; }
    location = /copy { """ + DATABASE + """ helpdesk_thread_pool single; helpdesk_api; log_subrequest on; access_log %%FOLDER%%/copies.log helpdesk; }
    location = /status.json { helpdesk_status json; }
}
"""


def call(api, path, action, **variables):
    return Api(api.port, api.key).request("POST", path, data=api.variables({"action": action, **variables}))


def hashed(api):
    """How many passwords were hashed or checked."""
    return sum(one["count"] for one in api.session.get(f"http://127.0.0.1:{api.port}/status.json").json()["helpdesk_hash_seconds"])


def waiting(api, pool):
    depths = api.session.get(f"http://127.0.0.1:{api.port}/status.json").json().get("helpdesk_queue_depth", [])
    return sum(one["value"] for one in depths if one["pool"] == pool)


@contextlib.contextmanager
def locked(mariadb, table):
    """Nobody else reads the table."""
    with mariadb.connect() as holder, holder.cursor() as cursor:
        cursor.execute(f"LOCK TABLES {table} WRITE")
        yield
        cursor.execute("UNLOCK TABLES")


def stuck(mariadb, count):
    return mariadb.waiting("Waiting for table metadata lock") == count


def get_page(api, nginx, queries):
    """Sends these calls in one turn of the worker: a page includes them."""
    return get_page_of(api, nginx, [f"{query}&format=url&key={api.key}" for query in queries])


def get_page_of(api, nginx, addresses):
    """The page includes these, and whoever reads it signs in."""
    page = nginx.folder / "page"
    page.mkdir(exist_ok=True)
    page.chmod(0o755)
    (page / "all.html").write_text("".join(f'<!--#include virtual="{address}" -->\n' for address in addresses))
    return Api(api.port, api.key).session.get(f"http://127.0.0.1:{api.port}/page/all.html", auth=("nobody", "some-password")).text


def test_lists_leave_threads_for_look_ups(api, db, mariadb):
    with concurrent.futures.ThreadPoolExecutor(6) as pool, locked(mariadb, "support_contracts"):
        lists = [pool.submit(call, api, "/two/", "get_support_contracts", order="name") for _ in range(6)]
        wait_for(lambda: stuck(mariadb, 1) and waiting(api, "database") == 5, "one list to run and five to wait")
        for _ in range(10):
            assert call(api, "/two/", "get_portals", id="1").status == 200
        assert not any(one.done() for one in lists)
        assert stuck(mariadb, 1)
    assert [one.result().status for one in lists] == [200] * 6


@pytest.mark.parametrize("variables", [{"cid": "a,b"}, {"status": "New", "category": "Hardware"}, {"email": "a@example.com", "subject": "s"},
                                       {"tag": "t"}, {"visible_to": "t"}, {"keyword": "word"}], ids=str)
def test_lists_that_no_index_has_in_order_leave_threads(api, db, mariadb, variables):
    """However short they are."""
    with concurrent.futures.ThreadPoolExecutor(6) as pool, locked(mariadb, "tickets"):
        lists = [pool.submit(call, api, "/two/", "get_tickets", count="1", **variables) for _ in range(6)]
        wait_for(lambda: stuck(mariadb, 1) and waiting(api, "database") == 5, "one list to run and five to wait")
        for _ in range(10):
            assert call(api, "/two/", "get_portals", id="1").status == 200
        assert not any(one.done() for one in lists)
        assert stuck(mariadb, 1)
    assert [one.result().status for one in lists] == [200] * 6


def test_lists_that_an_index_has_in_order_take_all_threads(api, db, mariadb):
    with concurrent.futures.ThreadPoolExecutor(6) as pool, locked(mariadb, "tickets"):
        lists = [pool.submit(call, api, "/two/", "get_tickets", count="1", status="New") for _ in range(6)]
        wait_for(lambda: stuck(mariadb, 2) and waiting(api, "database") == 4, "two lists to run and four to wait")
    assert [one.result().status for one in lists] == [200] * 6


def test_each_kind_of_work_has_its_turn(api, db, mariadb):
    """What came later goes before another list, since the last turn was that of a list."""
    with concurrent.futures.ThreadPoolExecutor(3) as pool, locked(mariadb, "categories"):
        with locked(mariadb, "support_contracts"):
            lists = [pool.submit(call, api, "/single/", "get_support_contracts", order="name")]
            wait_for(lambda: stuck(mariadb, 1), "the only thread to wait")
            lists.append(pool.submit(call, api, "/single/", "get_categories", order="name"))
            wait_for(lambda: waiting(api, "database") == 1, "another list to wait")
            look_up = pool.submit(call, api, "/single/", "get_portals", id="1")
            wait_for(lambda: waiting(api, "database") == 2, "a look-up to wait")
        assert look_up.result(30).status == 200
    assert [one.result().status for one in lists] == [200] * 2


def test_one_database_leaves_threads_for_another(api, db, mariadb):
    with concurrent.futures.ThreadPoolExecutor(20) as pool, locked(mariadb, "support_contracts"):
        assert call(api, "/other/", "get_portals", id="1").status == 200
        noisy = [pool.submit(call, api, "/four/", "get_support_contracts", id=str(i + 1)) for i in range(20)]
        wait_for(lambda: stuck(mariadb, 2), "two tasks to run")
        for _ in range(10):
            assert call(api, "/other/", "get_portals", id="1").status == 200
        assert not any(one.done() for one in noisy)
        assert stuck(mariadb, 2)
    assert [one.result().status for one in noisy] == [200] * 20


def test_lists_of_many_databases_leave_threads_for_look_ups(api, db, mariadb):
    with concurrent.futures.ThreadPoolExecutor(4) as pool, locked(mariadb, "support_contracts"):
        lists = [pool.submit(call, api, f"/database{i}/", "get_support_contracts", order="name") for i in range(4)]
        wait_for(lambda: stuck(mariadb, 2) and waiting(api, "database") == 2, "two lists to run and two to wait")
        for i in range(4):
            assert call(api, f"/database{i}/", "get_portals", id="1").status == 200
        assert stuck(mariadb, 2) and not any(one.done() for one in lists)
    assert [one.result().status for one in lists] == [200] * 4


def sign_in(port, name, path="/sign-in"):
    credentials = base64.b64encode(f"{name}:some-password".encode()).decode()
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {credentials}\r\n\r\n".encode())
    return client


def test_sign_ins_whose_clients_have_gone_are_dropped(api, db):
    before = hashed(api)
    for i in range(100):
        sign_in(api.port, f"nobody{i}").close()
    assert api.add("x", **{"pass": "some-password"}).status == 200
    wait_for(lambda: waiting(api, "hash") == 0, "nothing to wait")
    assert hashed(api) - before < 20


def test_a_sign_in_goes_on_while_one_client_waits_for_it(api, db, mariadb):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with locked(mariadb, "support_contracts"):
            busy = pool.submit(call, api, "/single/", "get_support_contracts", order="name")
            wait_for(lambda: stuck(mariadb, 1), "the only thread to wait")
            client = sign_in(api.port, "page", "/single-sign-in")
            with sign_in(api.port, "page", "/single-sign-in"), sign_in(api.port, "another", "/single-sign-in"):
                wait_for(lambda: waiting(api, "database") == 2, "two checks to wait")
            wait_for(lambda: waiting(api, "database") == 1, "the check that nobody waits for to be dropped")
        assert busy.result().status == 200
        with client:
            assert client.recv(12) == b"HTTP/1.1 401"


def test_a_sign_in_whose_client_only_sends_no_more_is_answered(api, db):
    """Such a client may still read. Other work of the machine may keep the check from its thread for too long, but not every time."""
    def status():
        with sign_in(api.port, "nobody") as client:
            client.shutdown(socket.SHUT_WR)
            return client.recv(12)

    assert b"HTTP/1.1 401" in (status() for _ in range(20))


def test_keys_go_before_strangers(api, db):
    """While calls with a key wait, no sign-in has its turn, not even every second one."""
    adds = 8

    def go_first(attempt):
        clients = [sign_in(api.port, f"nobody{i}") for i in range(40)]
        try:
            wait_for(lambda: waiting(api, "hash") > 30, "sign-ins to wait")
            before = hashed(api)
            answers = pool.map(lambda i: call(api, "/", "add_customer", cid=f"x{attempt}-{i}", **{"pass": "some-password"}).status, range(adds))
            assert set(answers) == {200}
            # One or two are under way when the first add comes, and when the last has been answered.
            return hashed(api) - before < adds + adds // 2
        finally:
            for client in clients:
                client.close()
            wait_for(lambda: waiting(api, "hash") == 0, "nothing to wait")

    # On a slow machine the adds do not come together.
    with concurrent.futures.ThreadPoolExecutor(adds) as pool:
        assert any(go_first(attempt) for attempt in range(5))


def test_keys_do_not_take_turns_with_strangers(api, db, nginx):
    """Of passwords that wait at the same time, those with a key come first, all of them. They take much less time here."""
    clients = [sign_in(api.port, f"nobody{i}") for i in range(30)]
    try:
        wait_for(lambda: waiting(api, "hash") > 25, "sign-ins to wait")
        before = hashed(api)
        adds = [f"/quick_hash/?action=add_customer&cid=c{i}&pass=some-password" for i in range(20)]
        assert get_page(api, nginx, adds).count("added_customer=") == 20
        assert hashed(api) - before - 20 < 10
    finally:
        for client in clients:
            client.close()
    wait_for(lambda: waiting(api, "hash") == 0, "nothing to wait")


def test_what_a_free_thread_will_take_does_not_fill_the_queue(api, db, nginx):
    """A pool of one thread and a queue of one takes two calls at once, and no more."""
    text = get_page(api, nginx, [f"/narrow/?action=get_portals&id={i}" for i in (1, 2, 3)])
    assert (text.count("name="), text.count("code=overloaded")) == (2, 1)


@contextlib.contextmanager
def held_up_hashes(api, mariadb):
    """The only thread of the hash pool, which reads lists here as well, waits for a lock."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with locked(mariadb, "support_contracts"):
            busy = pool.submit(call, api, "/hashing/", "get_support_contracts", order="name")
            wait_for(lambda: stuck(mariadb, 1), "the only thread to wait")
            yield
        assert busy.result().status == 200


@contextlib.contextmanager
def passwords(api, pool, count):
    """Adds with a password, and sign-ins with one: how they are answered in the end."""
    with contextlib.ExitStack() as stack:
        adds = [pool.submit(call, api, "/", "add_customer", cid=f"c{i}", **{"pass": "some-password"}) for i in range(count)]
        clients = [stack.enter_context(sign_in(api.port, f"nobody{i}")) for i in range(count)]
        yield lambda: ({one.result().status for one in adds}, {int(client.recv(12)[9:]) for client in clients})


def test_a_password_that_waited_too_long_is_not_hashed(api, db, mariadb):
    """Its client is told after five seconds, not when its turn comes."""
    before, begin, count = hashed(api), time.monotonic(), 4
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        with held_up_hashes(api, mariadb), passwords(api, pool, count) as statuses:
            assert statuses() == ({503}, {503})
            # nginx's clock may be a little behind ours.
            assert time.monotonic() - begin > 4.9
    assert hashed(api) == before
    assert db.count("customers") == 0


def test_a_password_that_did_not_wait_too_long_is_hashed(api, db, mariadb):
    count = 4

    def are_hashed(pool):
        before, begin = hashed(api), time.monotonic()
        with contextlib.ExitStack() as clients:
            with held_up_hashes(api, mariadb):
                statuses = clients.enter_context(passwords(api, pool, count))
                wait_for(lambda: waiting(api, "hash") == 2 * count or time.monotonic() - begin > 5, "the passwords to wait")
                # Long enough to be swept.
                time.sleep(1.5)
            return statuses() == ({200}, {401}) and hashed(api) - before == 2 * count

    # On a slow machine five seconds may pass.
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        wait_for(lambda: db.reset() or are_hashed(pool), "all passwords to be hashed")


def send_and_leave(api, action, **variables):
    """Of a client that does not wait for the answer."""
    query = urllib.parse.urlencode({"action": action, "key": api.key, **variables})
    with socket.create_connection(("127.0.0.1", api.port)) as client:
        client.sendall(f"GET /single/?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())


def test_a_write_whose_client_has_gone_is_carried_out_for_a_moment(api, db, mariadb):
    """Its client may not need the answer. A read is dropped sooner: see the rest of this file."""

    def stored():
        with concurrent.futures.ThreadPoolExecutor(1) as pool, locked(mariadb, "support_contracts"):
            busy = pool.submit(call, api, "/single/", "get_support_contracts", order="name")
            wait_for(lambda: stuck(mariadb, 1), "the only thread to wait")
            send_and_leave(api, "add_customer", cid="x")
            wait_for(lambda: waiting(api, "database") == 1, "the write to wait")
            # Longer than a read waits without its client.
            time.sleep(0.3)
        assert busy.result().status == 200
        wait_for(lambda: waiting(api, "database") == 0, "nothing to wait")
        # A thread that has nothing else to do has carried it out.
        assert call(api, "/single/", "get_portals", id="1").status == 200
        return db.customer("x") is not None

    # On a slow machine the moment may be over.
    wait_for(stored, "the write to be carried out")


def test_a_worker_leaves_after_calls_that_were_dropped(api, db, nginx, mariadb):
    """Nothing waits any more, so nothing keeps it."""
    (worker,) = nginx.worker_pids()
    with concurrent.futures.ThreadPoolExecutor(1) as pool, locked(mariadb, "support_contracts"):
        busy = pool.submit(call, api, "/single/", "get_support_contracts", order="name")
        wait_for(lambda: stuck(mariadb, 1), "the only thread to wait")
        for i in range(3):
            send_and_leave(api, "get_portals", id=str(i + 1))
        wait_for(lambda: waiting(api, "database") == 3, "calls to wait")
        wait_for(lambda: waiting(api, "database") == 0, "the calls to be dropped")
    assert busy.result().status == 200
    api.session.close()
    nginx.reload()
    wait_for(lambda: worker not in nginx.worker_pids() and nginx.worker_pids(), "the worker to leave")


ROWS = "cid,pass\n" + "".join(f"c{i},some-password\n" for i in range(300))


def send_import(api):
    client = socket.create_connection(("127.0.0.1", api.port))
    client.sendall((f"POST /?action=import_customers&format=json&key={api.key} HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n"
                    f"Content-Length: {len(ROWS)}\r\n\r\n{ROWS}").encode())
    return client


def test_an_import_ends_when_its_client_has_gone(api, db, nginx):
    before = hashed(api)
    client = send_import(api)
    wait_for(lambda: hashed(api) > before, "the first password")
    client.close()
    wait_for(lambda: "the import stopped" in nginx.log(), "the import to end")
    (line,) = [line for line in nginx.log().splitlines() if "the import stopped" in line]
    assert "helpdesk: the client has gone: the import stopped before its end, with 0 added and 0 updated; it can be sent again" in line
    assert "overloaded" not in line
    assert hashed(api) - before < 300
    assert db.count("customers") == 0


def test_an_import_of_a_worker_that_leaves_is_told(api, db, nginx):
    before = hashed(api)
    with send_import(api) as client:
        wait_for(lambda: hashed(api) > before, "the first password")
        nginx.reload()
        answer = client.makefile("rb").read().decode()
    assert answer.startswith("HTTP/1.1 503 ") and '"code":"overloaded"' in answer.replace(" ", ""), answer
    api.session.close()
    assert db.count("customers") == 0


def test_more_calls_in_one_request_than_nginx_can_hold(api, db, nginx, mariadb):
    """nginx counts what holds a request in eight bits: 256 would look like none, and the request would be freed under them."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with locked(mariadb, "portals"):
            sent = pool.submit(get_page, api, nginx, 300 * ["/two/?action=get_portals&id=1"])
            # Two tasks of 32 are out.
            wait_for(lambda: waiting(api, "database") >= 255 - 64, "all that nginx can hold to be held")
        text = sent.result()
    assert (text.count("name=Main"), text.count("code=overloaded")) == (255, 300 - 255)


def get_page_while_locked(api, nginx, mariadb, addresses, count):
    """The page, of which so many calls wait in the pool of one thread at the same time."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        with locked(mariadb, "support_contracts"):
            busy = pool.submit(call, api, "/single/", "get_support_contracts", order="name")
            wait_for(lambda: stuck(mariadb, 1), "the only thread to wait")
            page = pool.submit(get_page_of, api, nginx, addresses)
            wait_for(lambda: waiting(api, "database") == count, "the calls to wait")
        assert busy.result().status == 200
        return page.result()


def test_more_sign_ins_in_one_request_than_nginx_can_hold(api, db, nginx, mariadb):
    """All wait for one check of their password, and each is held."""
    text = get_page_while_locked(api, nginx, mariadb, 300 * ["/single-sign-in"], count=1)
    assert text.count('code="overloaded"') == 300 - 255


def test_a_sign_in_beyond_what_nginx_can_hold(api, db, nginx, mariadb):
    """No check of its password has begun, and none begins."""
    before = hashed(api)
    look_ups = 255 * [f"/single/?action=get_portals&id=1&format=url&key={api.key}"]
    text = get_page_while_locked(api, nginx, mariadb, look_ups + 3 * ["/single-sign-in"], count=255)
    assert (text.count("name=Main"), text.count('code="overloaded"')) == (255, 3)
    assert hashed(api) == before


def test_more_large_bodies_in_one_request_than_nginx_can_hold(api, db, nginx, mariadb):
    """A mirror sends the body along. The request itself is held, too, for its own body."""
    def ends(status):
        return nginx.log("copies.log").count(f'" {status} ')

    # It stays connected, since nginx ends what is under way for a client that goes.
    client = Api(api.port, api.key)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        with locked(mariadb, "support_contracts"):
            busy = pool.submit(call, api, "/single/", "get_support_contracts", order="name")
            wait_for(lambda: stuck(mariadb, 1), "the only thread to wait")
            variables = api.variables({"action": "get_portals", "id": "1", "notes": "x" * 70_000})
            sent = pool.submit(client.request, "POST", "/copies", data=variables)
            wait_for(lambda: waiting(api, "database") == 254, "the bodies to wait")
        assert (busy.result().status, sent.result().status) == (200, 200)
    wait_for(lambda: ends(200) + ends(503) == 300, "the end of all")
    assert ends(503) == 300 - 254
    client.session.close()
