"""nginx is reloaded, upgraded and killed under writers: no call is lost, no worker leaves before it has answered.

`pytest -s` shows the figures.
"""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

from api import Api
from servers import SANITIZE, free_port, wait_for
from writers import Writers

pytestmark = pytest.mark.skipif(SANITIZE, reason="a test of nginx's processes, too slow with sanitizers")

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.1:%%PORT2%% http2;
    location / { %%DEFAULTS%% helpdesk_api; }
}
"""


def start(nginx):
    nginx.http2_port = free_port()
    nginx.start(CONFIG.replace("%%PORT2%%", str(nginx.http2_port)))


@pytest.fixture
def api(own_nginx, db, key):
    start(own_nginx)
    return Api(own_nginx.port, key)


def customers(db):
    return db.query("SELECT cid, contact FROM customers")


def check_dropped(writers, db):
    """nginx closes connections that wait for their next request: one that was on its way then was not read."""
    stored = {(row["cid"], row["contact"]) for row in customers(db)}
    for writer in writers.all:
        for cid, contacts in writer.may_be.items():
            written = {contact for contact in contacts if (cid, contact) in stored}
            assert len(written) == 1 or None in contacts, (cid, contacts)


def test_100_reloads(own_nginx, api, db):
    with Writers(api, count=8) as writers:
        writers.go_on()
        for _ in range(100):
            before = set(own_nginx.worker_pids())
            own_nginx.reload()
            wait_for(lambda: len(set(own_nginx.worker_pids()) - before) == 2, "new workers")
        writers.go_on()
    print(f"\n100 reloads: {writers.figures()}")
    assert writers.errors == {}
    writers.check(customers(db))
    check_dropped(writers, db)
    # Where a connection is not kept, nothing is closed under a request.
    wait_for(lambda: len(own_nginx.worker_pids()) == 2, "the old workers to leave")
    assert own_nginx.complaints() == []


def test_reloads_close_no_connection_that_was_not_kept(own_nginx, api, db):
    stop = threading.Event()
    answers = []

    def client(number):
        while not stop.is_set():
            own = Api(api.port, api.key)
            own.session.headers["Connection"] = "close"
            answers.append(own.add(f"c{number}-{len(answers)}").status)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(20):
            before = set(own_nginx.worker_pids())
            own_nginx.reload()
            wait_for(lambda: len(set(own_nginx.worker_pids()) - before) == 2, "new workers")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert set(answers) == {200}
    assert db.count("customers") == len(answers)


def test_a_killed_worker(own_nginx, api, db):
    with Writers(api, count=8) as writers:
        writers.go_on()
        victim = own_nginx.worker_pids()[0]
        os.kill(victim, signal.SIGKILL)
        wait_for(lambda: len(own_nginx.worker_pids()) == 2 and victim not in own_nginx.worker_pids(), "another worker")
        writers.go_on()
    assert writers.errors == {}
    writers.check(customers(db))
    assert [line for line in own_nginx.complaints() if f"{victim} exited on signal 9" not in line] == []


def test_a_binary_upgrade(own_nginx, db, key):
    """USR2, then QUIT to the old master, as nginx's manual has it."""
    nginx = own_nginx
    path = nginx.write(CONFIG.replace("listen 127.0.0.1:%%PORT2%% http2;", ""))
    path.write_text(path.read_text().replace("daemon off;", "daemon on;"))
    # By its whole path, by which it starts its successor.
    subprocess.run([shutil.which("nginx"), *nginx.command(path)[1:]], check=True, env=nginx.environment())
    pid_file = nginx.folder / "nginx.pid"

    def pid():
        # nginx renames the file of the old master away before the new one writes its own.
        try:
            return int(pid_file.read_text() or 0)
        except FileNotFoundError:
            return 0

    old = pid()
    new = 0
    try:
        with Writers(Api(nginx.port, key), count=8) as writers:
            writers.go_on()
            os.kill(old, signal.SIGUSR2)
            wait_for(lambda: pid() not in (0, old), "the new master")
            new = pid()
            writers.go_on()
            os.kill(old, signal.SIGQUIT)
            wait_for(lambda: not pathlib.Path(f"/proc/{old}").exists(), "the old master to leave")
            writers.go_on()
    finally:
        for each in (old, new):
            if each and pathlib.Path(f"/proc/{each}").exists():
                os.kill(each, signal.SIGQUIT)
        wait_for(lambda: not any(each and pathlib.Path(f"/proc/{each}").exists() for each in (old, new)), "nginx to leave")
    print(f"\nupgrade: {writers.figures()}")
    assert writers.errors == {}
    writers.check(customers(db))
    check_dropped(writers, db)
    assert nginx.complaints() == []


def test_pipelined_calls_are_answered_in_order(api, db):
    calls = "".join(f"GET /?key={api.key}&action=add_customer&cid=p{i}&format=url HTTP/1.1\r\nHost: x\r\n\r\n" for i in range(50))
    with socket.create_connection(("127.0.0.1", api.port), timeout=30) as client:
        client.sendall(calls.encode())
        received = b""
        while received.count(b"added_customer=") < 50:
            received += client.recv(65536)
    answered = [part.split("HTTP/1.1")[0].strip() for part in received.decode().split("added_customer=")[1:]]
    assert answered == [f"p{i}" for i in range(50)]
    assert db.count("customers") == 50


def test_slow_clients_hold_up_nobody(api, db):
    body = f"key={api.key}&action=add_customer&format=url&cid=slow"
    call = (f"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {{}}\r\n"
            "Connection: close\r\n\r\n")
    clients = []
    try:
        for number in range(50):
            text = f"{body}{number}"
            clients.append((socket.create_connection(("127.0.0.1", api.port), timeout=30), call.format(len(text)) + text))
        for at in range(max(len(text) for _, text in clients)):
            for client, text in clients:
                client.sendall(text[at:at + 1].encode())
            if at % 20 == 0:
                assert api.add(f"quick {at}").status == 200
        for number, (client, _) in enumerate(clients):
            received = b""
            while more := client.recv(4096):
                received += more
            assert received.endswith(f"added_customer=slow{number}".encode())
    finally:
        for client, _ in clients:
            client.close()


def test_many_streams_of_http_2(own_nginx, api, db):
    uris = own_nginx.folder / "uris"
    uris.write_text("".join(f"http://127.0.0.1:{own_nginx.http2_port}/?action=add_customer&cid=h{i}\n" for i in range(200)))
    result = subprocess.run(["h2load", "-n200", "-c1", "-m100", "-H", f"X-API-Key: {api.key}", "-i", uris],
                            capture_output=True, text=True, check=True)
    assert "status codes: 200 2xx" in result.stdout
    assert db.count("customers") == 200
