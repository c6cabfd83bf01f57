"""Requests that show no key in their line or headers, and sign-ins, neither fill the queue nor go before those with a key."""

import concurrent.futures
import contextlib
import re
import socket

from servers import wait_for
from test_waiting import DATABASE, KEY, call, locked, sign_in, stuck, waiting

WORKERS = 1
MAIN = "thread_pool single threads=1 max_queue=8; thread_pool roomy threads=1 max_queue=1024; thread_pool hashes threads=1 max_queue=8;"

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    client_max_body_size 16m;
    helpdesk_bcrypt_cost 12;
    """ + DATABASE + KEY + """
    helpdesk_hash_thread_pool hashes;
    helpdesk_thread_pool roomy;
    location / { helpdesk_thread_pool single; helpdesk_api; }
    location /buffered/ { helpdesk_max_request_memory 1m; client_body_buffer_size 1m; helpdesk_api; }
    location = /sign-in { helpdesk_auth; helpdesk_auth_cache off; }
    location = /status.json { helpdesk_status json; }
}
"""

NOTES = "x" * 100_000
STRANGERS = (f"action=add_customer&cid=&notes={NOTES}", f"key=wrong&action=add_customer&cid=&notes={NOTES}")
KEYED = STRANGERS[0]  # with the key in a header; it has no cid, so that the thread that reads it has its answer


def post(api, body, path="/", key=None):
    client = socket.create_connection(("127.0.0.1", api.port), timeout=60)
    client.sendall((f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                    + (f"X-API-Key: {key}\r\n" if key else "") + f"Content-Length: {len(body)}\r\n\r\n{body}").encode())
    return client


def status(client):
    with client:
        return client.recv(12)[9:].decode()


class Answered:
    """The statuses of the POSTs to a path that were answered since, in their order."""

    def __init__(self, nginx, path="/"):
        self.log = nginx.folder / "access.log"
        self.path = path
        self.begin = len(self.log.read_text()) if self.log.exists() else 0

    def __call__(self):
        return re.findall(f'"POST {self.path} HTTP/1.1" (\\d+) ', self.log.read_text()[self.begin:])


def known(api, answered):
    """How many POSTs wait or were answered. On a slow machine strangers may be refused because they waited for too long."""
    return waiting(api, "database") + len(answered())


@contextlib.contextmanager
def held(api, mariadb, path):
    """A list holds the only thread of the pool."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with locked(mariadb, "support_contracts"):
            busy = pool.submit(call, api, path, "get_support_contracts", order="name")
            wait_for(lambda: stuck(mariadb, 1), "the only thread to wait")
            yield
        assert busy.result().status == 200


def test_strangers_neither_fill_the_queue_nor_go_first(api, db, nginx, mariadb):
    """Of a queue of eight they have two places, and the six others are for keys."""
    answered = Answered(nginx)
    with concurrent.futures.ThreadPoolExecutor(2) as pool, held(api, mariadb, "/"):
        strangers = [post(api, STRANGERS[i % 2]) for i in range(12)]
        wait_for(lambda: known(api, answered) == 12, "the strangers to wait or to be refused")
        assert answered().count("503") >= 10
        bodies = [post(api, KEYED, key=api.key) for _ in range(4)]
        look_ups = [pool.submit(call, api, "/", "get_portals", id=str(i)) for i in (1, 2)]
        wait_for(lambda: known(api, answered) == 12 + 4 + 2, "those with a key to wait")
    assert [status(client) for client in bodies] == 4 * ["400"]
    assert [each.result().status for each in look_ups] == [200, 200]
    statuses = [status(client) for client in strangers]
    assert set(statuses) <= {"401", "503"} and statuses.count("503") >= 10
    wait_for(lambda: len(answered()) >= 12 + 4, "all bodies to be logged")
    order = [one for one in answered() if one in ("400", "401")]
    assert order[:4] == 4 * ["400"], order


def test_a_strangers_body_waits_for_some_seconds(api, db, mariadb):
    """Another one's does as other calls do."""
    with held(api, mariadb, "/"):
        with_key = post(api, KEYED, key=api.key)
        assert status(post(api, STRANGERS[0])) == "503"
    assert status(with_key) == "400"
    assert status(post(api, STRANGERS[0])) == "401"


def test_strangers_do_not_fill_the_memory_of_requests(api, db, nginx, mariadb):
    """Of a megabyte they have a quarter."""
    answered = Answered(nginx, "/buffered/")
    with held(api, mariadb, "/buffered/"):
        strangers = [post(api, STRANGERS[i % 2], "/buffered/") for i in range(12)]
        wait_for(lambda: known(api, answered) == 12, "the strangers to wait or to be refused")
        bodies = [post(api, KEYED, "/buffered/", key=api.key) for _ in range(3)]
        wait_for(lambda: known(api, answered) == 12 + 3, "those with a key to wait")
    assert [status(client) for client in bodies] == 3 * ["400"]
    statuses = [status(client) for client in strangers]
    assert set(statuses) <= {"401", "503"} and statuses.count("503") >= 10


def test_sign_ins_do_not_fill_the_queue_for_passwords(api, db):
    """Of a queue of eight they have six places."""
    with contextlib.ExitStack() as clients, concurrent.futures.ThreadPoolExecutor(2) as pool:
        for i in range(40):
            clients.enter_context(sign_in(api.port, f"nobody{i}"))
        wait_for(lambda: waiting(api, "hash") >= 5, "sign-ins to wait")
        adds = pool.map(lambda i: call(api, "/", "add_customer", cid=f"x{i}", **{"pass": "some-password"}).status, range(2))
        assert set(adds) == {200}
