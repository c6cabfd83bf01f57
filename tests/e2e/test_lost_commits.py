"""The connection to the database is cut at a COMMIT, also at that of the second attempt: nobody may say that nothing was changed."""

import time

import pytest

from api import Api
from link import Cut, Link
from locks import holding

WORKERS = 1
CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / {
        helpdesk_database { socket %%FOLDER%%/link.sock; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; }
        %%KEY_AND_POOLS%%
        helpdesk_api;
    }
}
"""


@pytest.fixture
def link(nginx, mariadb):
    link = Link(nginx.folder / "link.sock", mariadb.socket)
    # Connections that the test before has cut are asked whether they live, and do not count as lost here.
    time.sleep(0.2)
    yield link
    link.close()


class Cuts:
    """Cuts the link at so many COMMITs, before they reach the server or in place of the answer."""

    def __init__(self, link, count, before, down=False):
        self.left, self.before, self.down = count, before, down
        self.answers = False  # a COMMIT is on its way, and no other call is
        link.sees = self.sees

    def sees(self, packet):
        cut = self.left > 0 and (packet.is_commit() if self.before else self.answers)
        self.answers = packet.is_commit()
        if not cut:
            return packet.data
        self.left -= 1
        raise Cut(down=self.down)


def add(api, **headers):
    return api.post("add_customer", cid="x", headers=headers)


KEY = {"Idempotency-Key": "key-of-the-write"}


@pytest.mark.parametrize("before", [True, False], ids=["not carried out", "carried out"])
def test_twice(api, db, nginx, link, before):
    api.post("add_customer", cid="other", headers={"Idempotency-Key": "other"})
    cuts = Cuts(link, 2, before)
    answer = add(api, **KEY)
    assert cuts.left == 0
    assert (answer.status, answer.problems) == (503, [("", "outcome_unknown")])
    assert "send the request again with the same Idempotency-Key" in answer.text
    (line,) = [line for line in nginx.log().splitlines() if answer.headers["X-Request-ID"] in line and "helpdesk:" in line]
    assert "503 outcome_unknown" in line and "with the same Idempotency-Key it can be sent again" in line
    assert "nothing was changed" not in line
    assert (db.customer("x") is None) == before
    answer = add(api, **KEY)
    assert (answer.status, "Idempotent-Replayed" in answer.headers) == (200, not before)
    assert db.count("customers") == 2


def test_once(api, db, link):
    """The second attempt finds out what became of the first."""
    cuts = Cuts(link, 1, before=False)
    answer = add(api, **KEY)
    assert cuts.left == 0
    assert (answer.status, answer.headers.get("Idempotent-Replayed")) == (200, "true")
    assert db.count("customers") == 1


def test_once_with_an_idle_connection_beside_it(api, db, link):
    """What was lost with the first connection is not what the second attempt takes."""
    add(api, **{"Idempotency-Key": "other"})
    with holding(db, "SELECT * FROM customers FOR UPDATE") as holder:
        calls = [holder.begin(Api(api.port, api.key).update, "x", city=city, contracts="1") for city in ("Rome", "Oslo")]
        holder.rollback()
        assert [call.result().status for call in calls] == [200, 200]
        # At once: a connection that has rested would be asked whether it lives.
        cuts = Cuts(link, 1, before=False)
        answer = api.post("add_customer", cid="y", headers=KEY)
    assert cuts.left == 0
    assert (answer.status, answer.headers.get("Idempotent-Replayed")) == (200, "true")


def test_once_and_then_there_is_no_database(api, db, link):
    assert add(Api(api.port, api.key), **{"Idempotency-Key": "other"}).status == 200
    db.query("DELETE FROM customers")
    cuts = Cuts(link, 1, before=False, down=True)
    answer = add(api, **KEY)
    assert cuts.left == 0
    assert (answer.status, answer.problems) == (503, [("", "outcome_unknown")])
    assert db.count("customers") == 1


def test_without_a_key_it_is_not_repeated(api, db, link):
    cuts = Cuts(link, 1, before=True)
    answer = api.post("add_customer", cid="x", contracts="1")
    assert cuts.left == 0
    assert (answer.status, answer.problems) == (503, [("", "outcome_unknown")])
    assert "Idempotency-Key" not in answer.text
    assert db.customer("x") is None
