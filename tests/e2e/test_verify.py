"""verify_customer: passwords of ours and of other programs."""

import time

import bcrypt
import passlib.hash
import pytest

# Chosen now: passlib 1.9 gets the first hash of bcrypt_sha256 wrong while it chooses.
passlib.hash.bcrypt_sha256.get_backend()

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
    location /costly/ { %%DATABASE%% %%KEY_AND_POOLS%% helpdesk_bcrypt_cost 11; helpdesk_api; }
}
"""

PASSWORDS = ["p", "password123", "Größe €" * 3, "x" * 71 + "a", "x" * 72 + "b", "é" * 36, "é" * 36 + "1", "x" * 255]


def verify(api, cid, password):
    answer = api.post("verify_customer", cid=cid, **{"pass": password})
    assert answer.status == 200, answer
    return answer.json[0]


def yes(support="Y", portal="Main"):
    return {"verified_customer": "Y", "support": support, "portal": portal}


NO = {"verified_customer": "N", "support": "", "portal": ""}


@pytest.mark.parametrize("password", PASSWORDS)
def test_the_password_that_was_set(api, db, password):
    api.add("x", **{"pass": password})
    assert verify(api, "X", password) == yes()
    assert verify(api, "x", password[:-1] + "~") == NO
    assert verify(api, "x", password + "~") == NO
    # And by another program.
    stored = db.customer("x")["password_hash"]
    scheme = passlib.hash.bcrypt_sha256 if stored.startswith("$bcrypt-sha256$") else passlib.hash.bcrypt
    assert scheme.verify(password, stored)
    assert (len(password.encode()) > 72) == stored.startswith("$bcrypt-sha256$")


@pytest.mark.parametrize("prefix", [b"2a", b"2b"])
def test_hashes_of_python_bcrypt(api, db, prefix):
    api.add("x")
    stored = bcrypt.hashpw("pässword".encode(), bcrypt.gensalt(5, prefix=prefix)).decode()
    db.query("UPDATE customers SET password_hash = %s", stored)
    assert verify(api, "x", "pässword") == yes()
    assert verify(api, "x", "password") == NO


def test_hashes_of_php(api, db):
    api.add("x")
    stored = passlib.hash.bcrypt.using(rounds=5, ident="2y").hash("password123")
    assert stored.startswith("$2y$05$")
    db.query("UPDATE customers SET password_hash = %s", stored)
    assert verify(api, "x", "password123") == yes()
    assert verify(api, "x", "password124") == NO
    # PHP ignores what follows the 72nd byte.
    db.query("UPDATE customers SET password_hash = %s", passlib.hash.bcrypt.using(rounds=5, ident="2y").hash("x" * 72))
    assert verify(api, "x", "x" * 80) == yes()


@pytest.mark.parametrize("password", ["short", "x" * 200])
def test_hashes_of_passlib(api, db, password):
    api.add("x")
    db.query("UPDATE customers SET password_hash = %s", passlib.hash.bcrypt_sha256.using(rounds=5).hash(password))
    assert verify(api, "x", password) == yes()
    assert verify(api, "x", password + "y") == NO


@pytest.mark.parametrize("stored", ["", "plain", "$2b$", "$2b$05$short", "$bcrypt-sha256$v=2,t=2b,r=5$", "$bcrypt-sha256$v=2,t=2b,r=xx$"
                                    + "a" * 22 + "$" + "b" * 31, "$2b$99$" + "a" * 53, "$6$salt$hash"])
def test_what_is_no_hash_matches_nothing(api, db, stored):
    api.add("x")
    db.query("UPDATE customers SET password_hash = %s", stored)
    for password in ("p", "plain", stored or "empty"):
        assert verify(api, "x", password) == NO


def test_without_support_nobody_signs_in(api, db):
    api.add("x", support="N", portal="2", **{"pass": "password123"})
    assert verify(api, "x", "password123") == {"verified_customer": "N", "support": "N", "portal": "Partners"}
    assert verify(api, "x", "wrong") == NO


def test_unknown_and_missing(api, db):
    assert verify(api, "nobody", "password123") == NO
    assert api.post("verify_customer").problems == [("cid", "required"), ("pass", "required")]
    assert api.post("verify_customer", cid=" ", **{"pass": ""}).problems == [("cid", "required"), ("pass", "required")]
    assert api.post("verify_customer", cid="x", **{"pass": "y"}, contact="z").headers["X-Helpdesk-Ignored"] == "contact"


def test_a_name_that_nobody_can_have(api, db):
    assert verify(api, "é" * 255, "password123") == NO
    for length in (256, 100_000):
        answer = api.post("verify_customer", cid="é" * length, **{"pass": "password123"})
        assert (answer.status, answer.problems) == (400, [("cid", "too_long")]), answer


@pytest.mark.parametrize("cid", ["somebody", "somebody-without", "nobody"])
def test_time_does_not_tell_who_is_a_customer(api, db, cid):
    """A hash at the location's cost is made for each. No machine does it in so short a time."""
    api.request("POST", "/costly/", data=api.variables({"action": "add_customer", "cid": "somebody", "pass": "password123"}))
    api.add("somebody-without")
    for _ in range(3):
        begin = time.monotonic()
        answer = api.request("POST", "/costly/", data=api.variables({"action": "verify_customer", "cid": cid, "pass": "wrong password"}))
        assert answer.json[0] == NO and time.monotonic() - begin > 0.03


def test_the_three_formats(api, db):
    api.add("x", **{"pass": "password123"})
    variables = {"cid": "x", "pass": "password123"}
    assert api.post("verify_customer", format="url", **variables).text == "verified_customer=Y&support=Y&portal=Main"
    assert [(element.tag, element.text) for element in api.post("verify_customer", format="xml", **variables).xml] == [
        ("verified_customer", "Y"), ("support", "Y"), ("portal", "Main")]
