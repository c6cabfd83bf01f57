"""Clients that leave at any moment, and many requests: no report of the sanitizers, no memory that grows.

`pytest -s` shows the figures.
"""

import concurrent.futures
import pathlib
import random
import re
import socket
import struct
import subprocess
import time

import pytest

from servers import SANITIZE, wait_for

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
    location /few/ { %%DATABASE%% helpdesk_key test { sha256 %%KEY_HASH%%; } helpdesk_thread_pool few;
                     helpdesk_hash_thread_pool helpdesk_hash; helpdesk_api; }
}
"""

# Each thread keeps a connection and its prepared statements: few of them soon have all that they will ever have.
MAIN = "thread_pool few threads=2 max_queue=1024;"

LEAVING = 10_000

# What wrk asks for: customers that are there and that are not, changes, and calls with errors.
SCRIPT = """
local sent = 0
function request()
    sent = sent + 1
    local kind = sent % 5
    local cid = "c" .. math.random(100)
    if kind == 0 then
        return wrk.format("GET", "/few/?action=update_customer&cid=" .. cid .. "&contact=" .. sent)
    elseif kind == 1 then
        return wrk.format("GET", "/few/?action=add_customer&latitude=x&support=maybe")
    elseif kind == 2 then
        wrk.headers["Content-Type"] = "application/json"
        return wrk.format("POST", "/few/", nil, '{"action": "get_customers", "cid": "' .. cid .. 'x"}')
    else
        return wrk.format("GET", "/few/?action=get_customers&format=" .. (kind == 3 and "json" or "xml") .. "&cid=" .. cid)
    end
end
"""


def leave(port, key, seed):
    """Sends a call, perhaps not to its end, and closes the connection, perhaps with a reset, a moment later."""
    chance = random.Random(seed)
    text = f"action={chance.choice(['add_customer', 'update_customer', 'get_customers'])}&cid=x{seed % 500}"
    if chance.random() < 0.05:
        text += "&pass=a-password"
    whole = True
    if chance.random() < 0.5:
        call = f"GET /?key={key}&{text} HTTP/1.1\r\nHost: x\r\n\r\n"
    else:
        # Only here, since nginx logs a line that it could not read to its end.
        whole = chance.random() < 0.6
        call = (f"POST / HTTP/1.1\r\nHost: x\r\nX-API-Key: {key}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                f"Content-Length: {len(text)}\r\n\r\n{text}")
    call = call.encode()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        if chance.random() < 0.5:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.sendall(call if whole else call[:chance.randrange(len(call))])
        time.sleep(chance.choice([0, 0, 0.0005, 0.002, 0.01]))


def test_clients_that_leave(api, db, nginx):
    workers = nginx.worker_pids()
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        for left in [pool.submit(leave, api.port, api.key, seed) for seed in range(LEAVING)]:
            left.result()
    assert api.add("after").status == 200
    assert nginx.worker_pids() == workers
    # No request is held for ever: only this test's own connection is left.
    api.session.close()
    wait_for(lambda: connections(workers) == 0, "the connections to close")


def connections(pids):
    """Of clients, that the workers hold open: those of the database are unix sockets."""
    established = "01"
    lines = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inodes = {fields[9] for fields in lines if fields[3] == established}
    found = 0
    for pid in pids:
        for link in pathlib.Path(f"/proc/{pid}/fd").iterdir():
            try:
                match = re.match(r"socket:\[(\d+)\]", str(link.readlink()))
            except FileNotFoundError:
                continue  # closed meanwhile
            found += match is not None and match[1] in inodes
    return found


def resident(pids):
    """Bytes of memory of these processes."""
    return sum(int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) * 1024 for pid in pids)


@pytest.mark.skipif(SANITIZE, reason="the sanitizer keeps what was freed")
def test_memory_stays_flat(api, db, nginx, tmp_path):
    for i in range(1, 101):
        db.query("INSERT INTO customers (cid, contact, notes) VALUES (%s, 'x', %s)", f"c{i}", "n" * 100)
    script = tmp_path / "calls.lua"
    script.write_text(SCRIPT)

    def send(connections, number=1):
        sent = 0
        while sent < number:
            output = subprocess.run(
                ["wrk", f"-c{connections}", "-t1", "-d1", "-s", script, "-H", f"X-API-Key: {api.key}", f"http://127.0.0.1:{api.port}/few/"],
                check=True, capture_output=True, text=True).stdout
            sent += int(re.search(r"(\d+) requests in", output)[1])
        return sent

    workers = nginx.worker_pids()
    # Groups of all sizes, so that each statement is prepared once.
    sent = sum(send(connections) for connections in (2, 4, 8, 16, 64, 128))
    sent += send(32, 20_000 - sent)
    warm, first = sent, resident(workers)
    sent += send(32, 180_000)
    last = resident(workers)
    print(f"\n{sent} requests: workers hold {first / 1e6:.1f} MB after {warm}, {last / 1e6:.1f} MB at the end")
    assert nginx.worker_pids() == workers
    assert last < first * 1.05
