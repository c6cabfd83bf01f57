"""Idempotency-Key: a write that is sent again does nothing, and gets its first answer."""

import contextlib
import hashlib
import secrets

import pymysql
import pytest

from api import Api, remember_secret
from conftest import numbers
from servers import wait_for
from test_transactions import at_once

OTHER_KEY = remember_secret(secrets.token_urlsafe(32))

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    %%DEFAULTS%%
    location / { helpdesk_api; }
    location /other/ { helpdesk_api; helpdesk_key other { sha256 """ + hashlib.sha256(OTHER_KEY.encode()).hexdigest() + """; } }
}
"""


def write(api, key, action="add_customer", **variables):
    return api.post(action, headers={"Idempotency-Key": key}, **variables)


def replayed(answer):
    return answer.headers.get("Idempotent-Replayed")


def test_an_add_that_is_sent_again(api, db):
    first = write(api, "k1", cid="x", city="Rome", contracts="1")
    again = write(api, "k1", cid="x", city="Rome", contracts="1")
    assert (first.status, first.text) == (again.status, again.text) == (200, '{"response":[{"added_customer":"x"}]}')
    assert (replayed(first), replayed(again)) == (None, "true")
    assert db.count("customers") == db.count("customer_contracts") == db.count("idempotency_keys") == 1


def test_the_way_it_is_sent_does_not_matter(api, db):
    write(api, "k1", cid="x", city="Größe & co")
    headers = {"Idempotency-Key": "k1"}
    assert replayed(api.post_json("add_customer", cid="x", city="Größe & co", headers=headers)) == "true"
    assert replayed(api.get("ADD_customer", city="Größe & co", cid="x", headers=headers)) is None
    again = api.get("add_customer", city="Größe & co", cid="x", format="url", headers=headers)
    assert (replayed(again), again.text) == ("true", "added_customer=x")


def test_where_the_api_key_stands_does_not_matter(api, db):
    def add(key_in_header):
        variables = {"action": "add_customer", "cid": "x", "format": "json", **({} if key_in_header else {"key": api.key})}
        return api.request("POST", data=variables, headers={"Idempotency-Key": "k1", **({"X-API-Key": api.key} if key_in_header else {})})

    assert [replayed(add(key_in_header)) for key_in_header in (False, True, False)] == [None, "true", "true"]
    assert db.count("customers") == 1


def test_every_kind_of_write(api, db):
    calls = [("add_company", {"name": "N", "address": "a"}), ("update_company", {"name": "N", "city": "Rome"}),
             ("upsert_customer", {"cid": "u"}), ("update_customer", {"cid": "U", "city": "Rome"}), ("delete_customer", {"cid": "u"}),
             ("delete_company", {"name": "N"})]
    answers = [write(api, f"k{i}", action, **variables) for i, (action, variables) in enumerate(calls)]
    assert [answer.status for answer in answers] == [200] * 6
    assert answers[2].json == [{"added_customer": "u"}]
    again = [write(api, f"k{i}", action, **variables) for i, (action, variables) in enumerate(calls)]
    assert [answer.text for answer in again] == [answer.text for answer in answers]
    assert [replayed(answer) for answer in again] == ["true"] * 6
    assert db.count("customers") == 0 and db.count("companies") == 2


def test_another_request_with_the_same_key(api, db):
    write(api, "k1", cid="x", city="Rome")
    for variables in ({"cid": "x", "city": "Oslo"}, {"cid": "x"}, {"cid": "y", "city": "Rome"}, {"action": "upsert_customer", "cid": "x", "city": "Rome"}):
        answer = write(api, "k1", **variables)
        assert (answer.status, answer.problems) == (422, [("Idempotency-Key", "idempotency_key_reused")])
    assert (db.count("customers"), db.customer("x")["city"]) == (1, "Rome")


def test_a_write_that_failed_may_be_mended(api, db):
    assert write(api, "k1", cid="x", company="nowhere").status == 400
    assert write(api, "k1", "update_customer", cid="x", city="Rome").status == 404
    assert db.count("idempotency_keys") == 0
    assert write(api, "k1", cid="x", company="Acme").status == 200


def test_keys_of_two_clients_are_apart(api, db, nginx):
    write(api, "k1", cid="x")
    answer = Api(nginx.port, OTHER_KEY).request("GET", "/other/", params={"action": "add_customer", "cid": "y", "key": OTHER_KEY},
                                               headers={"Idempotency-Key": "k1"})
    assert answer.status == 200 and replayed(answer) is None and db.count("customers") == 2


def test_at_the_same_time(api, db):
    for round_ in range(10):
        answers = at_once(6, lambda i: write(api, f"k-{round_}", cid=f"c-{round_}", contact="Ada", company="create_new", new_company=f"n-{round_}"))
        assert [answer.json for answer in answers] == [[{"added_customer": f"c-{round_}"}]] * 6
        assert sorted(map(str, map(replayed, answers))) == ["None"] + ["true"] * 5


def test_after_a_day_the_tag_is_new(api, db):
    api.add("x")
    headers = {"If-Match": "*", "Idempotency-Key": "k1"}
    first = api.post("update_customer", cid="x", city="Rome", headers=headers).headers["ETag"]
    db.query("UPDATE idempotency_keys SET used_at = used_at - INTERVAL 25 HOUR")
    second = api.post("update_customer", cid="x", city="Rome", headers=headers)
    assert replayed(second) is None and second.headers["ETag"] != first
    assert api.post("update_customer", cid="x", city="Rome", headers=headers).headers["ETag"] == second.headers["ETag"]


def test_after_a_day_a_key_is_new(api, db):
    write(api, "k1", cid="x", city="Rome")
    db.query("UPDATE idempotency_keys SET used_at = used_at - INTERVAL 23 HOUR")
    assert replayed(write(api, "k1", cid="x", city="Rome")) == "true"
    db.query("UPDATE idempotency_keys SET used_at = used_at - INTERVAL 61 MINUTE")
    assert write(api, "k1", cid="x", city="Rome").status == 409
    assert replayed(write(api, "k1", "update_customer", cid="x", city="Oslo")) is None
    assert replayed(write(api, "k1", "update_customer", cid="x", city="Oslo")) == "true"
    # More often than a thread deletes old ones, which would hide that they count no more.
    for _ in range(20):
        db.query("UPDATE idempotency_keys SET used_at = used_at - INTERVAL 1441 MINUTE")
        assert replayed(write(api, "k1", "update_customer", cid="x", city="Oslo")) is None


def test_old_ones_are_deleted(api, db):
    db.query("INSERT INTO idempotency_keys (key_hash, request_hash, answer, added, used_at) "
             "SELECT UNHEX(SHA2(seq, 256)), UNHEX(SHA2(seq, 256)), '', 0, NOW() - INTERVAL 2 DAY FROM " + numbers(200) + " AS numbers")
    # Each thread looks at them now and then.
    for i in range(600):
        write(api, f"k{i}", "update_portal", id="1", url=str(i))
    left = db.query("SELECT COUNT(*) AS n FROM idempotency_keys WHERE used_at < NOW() - INTERVAL 1 DAY")[0]["n"]
    assert left == 0 and db.count("idempotency_keys") == 600


@pytest.mark.parametrize("action, variables", [("update_customer", {"cid": "x"}), ("update_portal", {"id": "1"}),
                                               ("update_customer", {"cid": "x", "contracts": "1"})])
def test_other_writes_delete_them_too(api, db, action, variables):
    """Whether they share statements, and have a transaction, or not."""
    api.add("x")
    db.query("INSERT INTO idempotency_keys (key_hash, request_hash, answer, added, used_at) "
             "SELECT UNHEX(SHA2(seq, 256)), UNHEX(SHA2(seq, 256)), '', 0, NOW() - INTERVAL 30 DAY FROM " + numbers(50) + " AS numbers")
    name = "url" if action == "update_portal" else "city"
    for i in range(16 * 64):
        assert api.post(action, **variables, **{name: str(i)}).status == 200
        if i % 64 == 0 and db.count("idempotency_keys") == 0:
            break
    assert db.count("idempotency_keys") == 0


def test_those_that_count_are_not_deleted(api, db):
    db.query("INSERT INTO idempotency_keys (key_hash, request_hash, answer, added, used_at) "
             "SELECT UNHEX(SHA2(seq, 256)), UNHEX(SHA2(seq, 256)), '', 0, NOW() - INTERVAL IF(seq > 100, 23, 25) HOUR FROM " + numbers(200) + " AS numbers")
    for i in range(600):
        write(api, f"k{i}", "update_portal", id="1", url=str(i))
    assert db.count("idempotency_keys") == 700


def test_neither_key_nor_request_is_stored(api, db):
    write(api, "the-very-key", cid="x", contact="the very contact")
    row = db.query("SELECT * FROM idempotency_keys")[0]
    assert row["request_hash"] != hashlib.sha256(b"the very contact").digest()
    assert b"the-very-key" not in b"".join(value for value in row.values() if isinstance(value, bytes))


def test_a_repeat_needs_the_right_to_call(api, db):
    write(api, "k1", cid="x")
    assert api.post("add_customer", cid="x", key="wrong", headers={"Idempotency-Key": "k1"}).status == 401


def test_a_key_that_is_too_long(api, db):
    assert write(api, "k" * 255, cid="x").status == 200
    answer = write(api, "k" * 256, cid="y")
    assert (answer.status, answer.problems) == (400, [("Idempotency-Key", "too_long")])
    assert db.count("customers") == 1


def test_a_write_with_a_password(api, db):
    for _ in range(2):
        assert write(api, "k1", cid="x", **{"pass": "the same password"}).status == 200
    # Nothing that is stored tells one password from another, fast enough to try many.
    stored = db.query("SELECT key_hash, request_hash, answer FROM idempotency_keys")
    again = write(api, "k1", cid="x", **{"pass": "another password"})
    assert (again.status, replayed(again)) == (200, "true")
    assert db.query("SELECT key_hash, request_hash, answer FROM idempotency_keys") == stored
    # Nor one that was sent by a wrong name.
    assert replayed(write(api, "k1", cid="x", password="a third password")) == "true"
    assert write(api, "k1", cid="x", city="Rome", **{"pass": "the same password"}).status == 422
    assert api.post("verify_customer", cid="x", **{"pass": "the same password"}).json[0]["verified_customer"] == "Y"


def test_a_race_that_was_won(api, db):
    """The repeat's If-Match does not hold any more, because of the first."""
    api.add("x")
    tag = api.get("get_customers", cid="x").headers["ETag"]
    headers = {"If-Match": tag, "Idempotency-Key": "k1"}
    assert [api.post("update_customer", cid="x", city="Rome", headers=headers).status for _ in range(2)] == [200, 200]


def test_a_repeat_gives_the_first_tag(api, db):
    api.add("x")
    tag = api.get("get_customers", cid="x").headers["ETag"]
    headers = {"If-Match": tag, "Idempotency-Key": "k1"}
    first = api.post("update_customer", cid="x", city="Rome", headers=headers)
    api.update("x", city="Oslo")
    again = api.post("update_customer", cid="x", city="Rome", headers=headers)
    assert (replayed(first), replayed(again)) == (None, "true")
    assert again.headers["ETag"] == first.headers["ETag"] != tag
    # The next change that depends on it is refused, since there was another.
    assert api.post("update_customer", cid="x", city="Bonn", headers={"If-Match": again.headers["ETag"]}).status == 412
    assert "ETag" not in write(api, "k2", "update_customer", cid="x", city="Bonn").headers
    assert "ETag" not in write(api, "k2", "update_customer", cid="x", city="Bonn").headers
    for _ in range(2):
        answer = api.post("delete_customer", cid="x", headers={"If-Match": "*", "Idempotency-Key": "k3"})
        assert answer.status == 200 and "ETag" not in answer.headers


def test_if_match_belongs_to_the_request(api, db):
    api.add("x")
    tag = api.get("get_customers", cid="x").headers["ETag"]
    send = lambda **more: api.post("update_customer", cid="x", city="Rome", headers={"Idempotency-Key": "k1", **more})
    assert send(**{"If-Match": tag}).status == 200
    for other in ({"If-Match": '"9-9"'}, {"If-Match": "*"}, {"If-Match": f'{tag}, "9-9"'}, {}):
        answer = send(**other)
        assert (answer.status, answer.problems) == (422, [("Idempotency-Key", "idempotency_key_reused")])
    # The same tag as a proxy may write it.
    assert replayed(send(**{"If-Match": "W/" + tag})) == "true"
    assert write(api, "k2", "update_customer", cid="x", city="Rome").status == 200
    assert write(api, "k2", "update_customer", cid="x", city="Rome").status == 200
    answer = api.post("update_customer", cid="x", city="Rome", headers={"Idempotency-Key": "k2", "If-Match": "*"})
    assert answer.status == 422


def test_a_read_takes_no_notice(api, db):
    api.add("x", city="Rome")
    for city in ("Rome", "Oslo"):
        api.update("x", city=city)
        assert api.get("get_customers", cid="x", headers={"Idempotency-Key": "k1"}).records[0]["city"] == city
    assert db.count("idempotency_keys") == 0


@pytest.mark.parametrize("action", ["add_customer", "update_customer"])
def test_the_outcome_of_a_lost_connection_is_found_out(api, db, action):
    """Every connection is cut while the write is under way: the repeat tells, and nothing happens twice."""
    if action == "update_customer":
        api.add("x")

    def cut_connections():
        for row in db.query("SELECT id FROM information_schema.PROCESSLIST WHERE user = 'helpdesk'"):
            # One that was lost takes the idle ones with it.
            with contextlib.suppress(pymysql.err.OperationalError):
                db.query(f"KILL CONNECTION {row['id']}")

    for round_ in range(20):
        cid = f"c-{round_}" if action == "add_customer" else "x"

        def send():
            return write(api, f"{action}-{round_}", action, cid=cid, contact=str(round_))

        first = at_once(2, lambda i: cut_connections() if i else send())[0]
        assert first.status in (200, 503)
        # A connection that was cut while it was made keeps the next call from the server for a moment.
        wait_for(lambda: send().status == 200, "the outcome")
        assert replayed(send()) == "true" and db.customer(cid)["contact"] == str(round_)
    if action == "update_customer":
        assert db.customer("x")["version"] == 21


def test_records_outlive_the_server(api, db, mariadb):
    write(api, "k1", cid="x")
    mariadb.kill()
    mariadb.start()
    wait_for(lambda: replayed(write(api, "k1", cid="x")) == "true", "the answer of before")
    assert db.count("customers") == 1
