"""A group of three MySQL servers under 32 writers loses its primary: each acknowledged write is on all members, none twice.

nginx has the three `server` lines and no more. `HELPDESK_MYSQLD=… pytest -s` shows the figures.
"""

import hashlib

import pytest

from conftest import Database
from group_replication import Group
from servers import MYSQLD, SANITIZE, Nginx, wait_for
from writers import Writers

pytestmark = [pytest.mark.skipif(SANITIZE, reason="a test of the database's faults, too slow with sanitizers"),
              pytest.mark.skipif(MYSQLD is None, reason="a group of MySQL servers: HELPDESK_MYSQLD is not set")]

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / {
        helpdesk_database { server unix:%%MEMBER1%%; server unix:%%MEMBER2%%; server unix:%%MEMBER3%%; user helpdesk;
                            password_file %%FOLDER%%/password; name helpdesk; connect_timeout 2s; %%MORE%% }
        %%KEY_AND_POOLS%%
        helpdesk_api;
    }
}
"""


@pytest.fixture(scope="module")
def group():
    group = Group()
    yield group
    group.remove()


@pytest.fixture(scope="module")
def mariadb(group):
    return group.members[0]


@pytest.fixture(scope="module", params=["failback off;", "failback on;"])
def nginx(request, group, key):
    server = Nginx(group.members[0], hashlib.sha256(key.encode()).hexdigest())
    config = CONFIG.replace("%%MORE%%", request.param)
    for number, member in enumerate(group.members, 1):
        config = config.replace(f"%%MEMBER{number}%%", str(member.socket))
    server.start(config)
    yield server
    server.stop()
    assert server.complaints() == []
    server.remove()


@pytest.fixture
def db(group):
    database = Database(group.primary())
    database.reset()
    return database


def check(group, writers, nginx):
    # What a call was refused for that should have been tried again.
    assert "500 internal_error" not in nginx.log(), [line for line in nginx.log().splitlines() if "500 internal_error" in line][-3:]
    assert writers.dropped == 0
    group.wait_until_equal()
    for member in group.members:
        writers.check(Database(member).query("SELECT cid, contact, version FROM customers"))


def test_the_primary_is_killed(api, group, nginx):
    primary = group.primary()
    with Writers(api) as writers:
        writers.go_on(200)
        primary.kill()
        resumed = writers.seconds_for(200)
        # It comes back alone, and is the primary of nothing.
        primary.start()
        writers.go_on(200)
        primary.join()
        writers.go_on(200)
    group.wait_until_whole()
    print(f"\nthe primary killed: {writers.figures()}; 200 writes more after {resumed:.1f} s")
    assert group.primary() is not primary
    check(group, writers, nginx)
    assert resumed < 60


def test_the_primary_is_changed(api, group, nginx):
    """By the operator: no server fails, and calls follow the primary."""
    new = next(member for member in group.members if not member.is_primary())
    with Writers(api) as writers:
        writers.go_on(200)
        new.query("SELECT group_replication_set_as_primary(@@server_uuid)")
        wait_for(new.is_primary, "the new primary")
        resumed = writers.seconds_for(300)
    print(f"\nthe primary changed: {writers.figures()}; 300 writes more after {resumed:.1f} s")
    check(group, writers, nginx)


def test_the_primary_leaves(api, group, nginx):
    """By the operator. What it is committing at that moment ends with an error of its own, 3100."""
    primary = group.primary()
    with Writers(api) as writers:
        writers.go_on(200)
        primary.query("STOP GROUP_REPLICATION")
        resumed = writers.seconds_for(200)
        primary.join()
        writers.go_on(200)
    group.wait_until_whole()
    print(f"\nthe primary left: {writers.figures()}; 200 writes more after {resumed:.1f} s")
    assert group.primary() is not primary
    check(group, writers, nginx)
