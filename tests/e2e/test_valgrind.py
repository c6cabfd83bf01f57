"""nginx under Valgrind: it starts, works, reloads, works and stops without a leak or an error of ours."""

import hashlib
import pathlib
import subprocess

import pytest

from api import Api
from servers import ROOT, SANITIZE, Nginx, wait_for

pytestmark = pytest.mark.skipif(SANITIZE, reason="AddressSanitizer looks itself, and does not run under Valgrind")

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
    location = /openapi.json { helpdesk_openapi /; }
}
"""


class NginxUnderValgrind(Nginx):
    def command(self, path, *more):
        return ["valgrind", "--quiet", "--trace-children=yes", "--vgdb=no", "--leak-check=full", "--num-callers=30",
                "--keep-debuginfo=yes", "--show-leak-kinds=definite,indirect,possible",
                f"--suppressions={ROOT}/tests/e2e/valgrind.supp", f"--log-file={self.folder}/valgrind.%p",
                *super().command(path, *more)]

    def reports(self):
        return {path.name: path.read_text() for path in pathlib.Path(self.folder).glob("valgrind.*")}


@pytest.fixture
def nginx(mariadb, key):
    server = NginxUnderValgrind(mariadb, hashlib.sha256(key.encode()).hexdigest(), workers=1)
    server.start(CONFIG)
    yield server
    server.remove()


def work(api, db):
    """Calls of every kind: alone and with lists, hashing, good and bad, in each format."""
    for format_ in ("xml", "json", "url"):
        assert api.add(format_, format=format_, company="Acme", **{"pass": "a-password"}).status == 200
        assert api.add(format_, format=format_, city="x" * 300).status == 400
        assert api.post("get_customers", cid="*", format=format_, order="company").status == 200
    assert api.post_json("update_customer", cid="xml", contracts="1,2", email2="a@b.c,d@e.f").status == 200
    assert api.post_multipart("add_customer", cid="new", company="create_new", new_company="Fresh").status == 200
    assert api.post("verify_customer", cid="xml", **{"pass": "a-password"}).json[0]["verified_customer"] == "Y"
    assert api.get("get_customers", cid="new", colour="red").status == 200
    assert api.add("xml").status == 409
    assert api.raw_post("{", "application/json").status == 400
    assert api.post("add_customer", cid="x", key="wrong").status == 401
    assert api.request("GET", "/openapi.json").status == 200
    for cid in ("xml", "json", "url", "new"):
        assert api.post("delete_customer", cid=cid).status == 200


def test_no_leak_and_no_error(nginx, key, db):
    api = Api(nginx.port, key)
    work(api, db)
    old = nginx.worker_pids()
    nginx.reload()
    api.session.close()
    wait_for(lambda: not set(old) & set(nginx.worker_pids()) and nginx.worker_pids(), "the old workers to leave", seconds=60)
    work(api, db)
    api.session.close()
    nginx.stop()
    assert nginx.process.returncode == 0
    assert nginx.complaints() == []
    reports = nginx.reports()
    assert len(reports) >= 3
    print("".join(reports.values()))
    assert not any(reports.values())
