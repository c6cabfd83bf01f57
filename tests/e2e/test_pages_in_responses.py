"""Lists and exports of many pages as responses of HTTP: in pipelines, in subrequests, and for clients that are slow or go away."""

import concurrent.futures
import contextlib
import re
import socket
import time

import pytest

from conftest import numbers
from servers import wait_for
from test_pages import CONFIG, LONG, WORKERS, clients_that_read_nothing, fill, get, nginx, parse, query, receive  # noqa: F401


def split_responses(stream):
    """The responses of one connection, as a client cuts them apart."""
    while stream:
        head, _, stream = stream.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 "), head[:100]
        length = re.search(rb"Content-Length: (\d+)", head)
        if length:
            body, stream = stream[:int(length[1])], stream[int(length[1]):]
            yield body
            continue
        body = b""
        while True:
            size, _, stream = stream.partition(b"\r\n")
            size = int(size, 16)
            body, stream = body + stream[:size], stream[size + 2:]
            if size == 0:
                break
        yield body


def ask(nginx, key, *targets, version="1.1"):
    """The requests, all sent at once on one connection."""
    with socket.create_connection(("127.0.0.1", nginx.port), timeout=60) as client:
        for number, target in enumerate(targets):
            last = "close" if number + 1 == len(targets) else "keep-alive"
            client.sendall(f"GET {target} HTTP/{version}\r\nHost: x\r\nConnection: {last}\r\nX-API-Key: {key}\r\n\r\n".encode())
        return receive(client)


def test_keep_alive_and_pipelining(api, db, nginx, key):
    fill(db, LONG)
    targets = ["/?" + query("json"), "/?" + query("xml", count=1), "/?" + query("csv"), "/?" + query("url")]
    bodies = list(split_responses(ask(nginx, key, *targets)))
    assert [len(parse(body, format)) for body, format in zip(bodies, ("json", "xml", "csv", "url"))] == [LONG, 1, LONG, LONG]
    old = ask(nginx, key, targets[0], version="1.0")
    head, _, body = old.partition(b"\r\n\r\n")
    assert b"Transfer-Encoding" not in head and b"Content-Length" not in head and len(parse(body, "json")) == LONG


SMALL_AND_LONG = [3, LONG]


@pytest.mark.parametrize("count", SMALL_AND_LONG)
@pytest.mark.parametrize("version", ["1.1", "1.0"])
def test_pages_with_includes(api, db, nginx, key, count, version):
    """Two requests on one connection give two whole pages, whatever is included."""
    fill(db, count)
    includes = [query("csv"), query("json"), query("ndjson"), query("xml"), query("csv", cid="nobody"), query("ndjson", cid="nobody")]
    page = "<p>start</p>" + "".join(f'<i><!--#include virtual="/API/?{include}" --></i>' for include in includes) + "<p>end</p>"
    (nginx.folder / "pages/page.html").write_text(page)
    texts = [api.request("GET", "/API/?" + include, headers={"X-API-Key": api.key}).body for include in includes]
    whole = b"<p>start</p>" + b"".join(b"<i>" + text + b"</i>" for text in texts) + b"<p>end</p>"
    if version == "1.0":
        assert ask(nginx, key, "/pages/page.html", version="1.0").partition(b"\r\n\r\n")[2] == whole
        return
    bodies = list(split_responses(ask(nginx, key, "/pages/page.html", "/pages/page.html")))
    assert [len(body) for body in bodies] == [len(whole)] * 2 and bodies == [whole, whole]


@pytest.mark.parametrize("count", SMALL_AND_LONG)
def test_other_subrequests(api, db, nginx, key, count):
    fill(db, count)
    export = api.request("GET", "/API/?" + query("csv"), headers={"X-API-Key": api.key}).body
    short = b"<p>short</p>"
    for folder, body in (("after", short + export), ("asked", short), ("mirrored", short)):
        assert list(split_responses(ask(nginx, key, *[f"/{folder}/short.html"] * 2))) == [body, body], folder


def test_clients_that_go_away(api, db, nginx, key):
    fill(db, LONG)
    for target in ("/?" + query("json"), "/?" + query("csv")):
        for size in (0, 1, 10_000, 300_000):
            with socket.create_connection(("127.0.0.1", nginx.port)) as client:
                client.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nX-API-Key: {key}\r\n\r\n".encode())
                while size > 0:
                    size -= len(client.recv(min(size, 1 << 16)))
    assert len(get(api, "json").records) == LONG


def test_a_client_that_takes_nothing_is_left(api, db, nginx, key):
    fill(db, LONG)
    before = nginx.log().count("client timed out")
    with clients_that_read_nothing(nginx, key, 1, "/impatient/?" + query("json")):
        wait_for(lambda: nginx.log().count("client timed out") > before, "nginx to give up")
    assert len(get(api, "json").records) == LONG


def test_no_client_is_left_for_the_time_that_the_database_takes(db, mariadb, nginx, key):
    """Between two parts that wait for the client a page waits for the database, for longer than send_timeout."""
    fill(db, 5 * LONG)
    text = b""
    with clients_that_read_nothing(nginx, key, 1, "/held_up/?" + query("json"), buffer=65536) as (client,), mariadb.connect() as holder:
        time.sleep(0.5)
        holder.cursor().execute("LOCK TABLES customers WRITE")
        client.settimeout(0.2)
        while not mariadb.waiting("Waiting for table metadata lock"):
            with contextlib.suppress(TimeoutError):
                text += client.recv(65536)
        time.sleep(6)
        holder.cursor().execute("UNLOCK TABLES")
        time.sleep(0.5)
        client.settimeout(60)
        while chunk := client.recv(65536):
            text += chunk
    assert text.endswith(b"]}\r\n0\r\n\r\n"), text[-100:]


@pytest.mark.parametrize("records", [3, LONG])
def test_a_part_waits_for_its_turn_in_a_page(api, db, mariadb, nginx, key, records):
    """An include that comes later in the page waits for one that takes longer than send_timeout, and not for the client."""
    fill(db, records)
    includes = ("action=get_chat_queues&format=url&order=name", query("json"))
    page = "".join(f'<i><!--#include virtual="/turns/?{include}" --></i>' for include in includes)
    (nginx.folder / "pages/turns.html").write_text(page)
    whole = ask(nginx, key, "/pages/turns.html")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with mariadb.connect() as holder, holder.cursor() as cursor:
            cursor.execute("LOCK TABLES chat_queues WRITE")
            asked = pool.submit(ask, nginx, key, "/pages/turns.html")
            wait_for(lambda: mariadb.waiting("Waiting for table metadata lock") == 1, "the first include to wait")
            time.sleep(3)
            cursor.execute("UNLOCK TABLES")
        (again,) = split_responses(asked.result())
    assert [again] == list(split_responses(whole)) and again.endswith(b"</i>")


def test_a_part_that_waits_for_its_turn_sets_no_timer(api, db, mariadb, nginx, key):
    """The client may take as long for an include as the location of that one says, whatever a later one's says."""
    fill(db, LONG)
    db.query("INSERT INTO chat_queues (name) SELECT CONCAT(REPEAT('n', 90), seq) FROM " + numbers(4000) + " AS numbers")
    page = f'<!--#include virtual="/?{query("json")}" --><!--#include virtual="/turns/?action=get_chat_queues&format=json&order=name" -->'
    (nginx.folder / "pages/timers.html").write_text(page)
    whole = ask(nginx, key, "/pages/timers.html")
    with clients_that_read_nothing(nginx, key, 1, "/pages/timers.html", buffer=65536) as (client,):
        with mariadb.connect() as holder, holder.cursor() as cursor:
            cursor.execute("LOCK TABLES chat_queues WRITE")
            wait_for(lambda: mariadb.waiting("Waiting for table metadata lock") == 1, "the second include to wait")
            time.sleep(1)
            cursor.execute("UNLOCK TABLES")
        time.sleep(3)
        client.settimeout(60)
        assert list(split_responses(receive(client))) == list(split_responses(whole))
