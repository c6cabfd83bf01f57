"""A worker that gets no more memory answers 500 or 503, and lives."""

import getpass
import os
import pathlib
import re
import resource

import pytest
import requests

from api import Api
from servers import SANITIZE, wait_for

pytestmark = pytest.mark.skipif(SANITIZE, reason="the sanitizer needs memory without a bound")

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    client_max_body_size 64m;
    location / { helpdesk_api; %%DEFAULTS%% }
}
"""

MIB = 1 << 20


def address_space(pid):
    return int(re.search(r"VmSize:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) * 1024


@pytest.mark.parametrize("left", [0, 1, 4, 8, 40])
@pytest.mark.parametrize("first", ["hash", "database"])
def test_the_first_use_of_a_thread_without_memory(own_nginx, db, key, first, left):
    """Threads that never worked have what they need to fail in order."""
    own_nginx.workers = 1
    # Whose limits we may set.
    own_nginx.FRAME = own_nginx.FRAME.replace("%(user)s", f"user {getpass.getuser()};" if os.geteuid() == 0 else "")
    own_nginx.start(CONFIG)
    api = Api(own_nginx.port, key)
    # The worker is there, with all its threads, and none of them has worked.
    assert api.get("no_such_action").status == 400
    if first == "hash":
        for i in range(30):
            assert api.add(f"c{i}").status == 200
    (pid,) = own_nginx.worker_pids()
    before = resource.prlimit(pid, resource.RLIMIT_AS)
    resource.prlimit(pid, resource.RLIMIT_AS, (address_space(pid) + left * MIB, before[1]))
    rows = b"cid,pass\n" + b"".join(b"r%d,a-password-%d\n" % (i, i) for i in range(40))
    statuses = []
    for _ in range(4):
        for call in (lambda: api.raw_post(rows, "text/csv", query="action=import_customers&format=json"),
                     lambda: api.post("add_customer", cid="with", **{"pass": "another-password"}),
                     lambda: api.post("verify_customer", cid="with", **{"pass": "another-password"})):
            try:
                statuses.append(call().status)
            except requests.ConnectionError:
                # Without memory for an answer the worker closes the connection, as nginx itself does.
                statuses.append("closed")
    assert set(statuses) <= {200, 409, 500, 503, "closed"}, statuses
    assert own_nginx.worker_pids() == [pid]
    assert own_nginx.complaints() == []
    resource.prlimit(pid, resource.RLIMIT_AS, before)
    wait_for(lambda: api.add("after").status in (200, 409), "the worker to serve again")
