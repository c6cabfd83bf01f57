"""Rates by key, by address and by customer, as the manual tells operators to limit them."""

import datetime
import hashlib
import re
import secrets

import pytest

from api import Api, remember_secret
from servers import ROOT

WORKERS = 1


def blocks(page, start):
    """The manual's configuration that begins so, with a rate at which a test's second call is one too many."""
    text = (ROOT / "manual" / page).read_text()
    (block,) = [block for block in re.findall(r"^```nginx \w+\n(.*?)^```$", text, re.M | re.S) if re.search(start, block)]
    return re.sub(r"rate=\w+/\w", "rate=1r/m", block)


def only(pattern, text):
    return "\n".join(re.findall(pattern, text, re.M | re.S))


MAPS = r"^(?:map .*?^\}|limit_req_zone .*?;)$"
YESTERDAY = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(1)).date()
KEYS = {name: remember_secret(secrets.token_urlsafe(32)) for name in ("local", "old", "old_elsewhere")}
RULES = {"local": "allow 192.0.2.0/24;", "old": f"expires {YESTERDAY};", "old_elsewhere": ""}
BLOCKS = " ".join(f"helpdesk_key {name} {{ sha256 {hashlib.sha256(KEYS[name].encode()).hexdigest()}; {RULES[name]} }}" for name in RULES)
SIGN_IN = only(MAPS, blocks("sign-in.md", "zone=helpdesk_guessed:")).replace("map $binary_remote_addr $helpdesk_network", "map $binary_remote_addr $same_network")

CONFIG = only(MAPS, blocks("rate-limit.md", "zone=helpdesk:")) + SIGN_IN + """
server {
    listen 127.0.0.1:%%PORT%%;
    %%DEFAULTS%%
    set_real_ip_from 127.0.0.1;
    real_ip_header X-Real-IP;
    """ + BLOCKS + """
    location /limited/ { helpdesk_api; limit_req zone=helpdesk; limit_req_status 429; }
    location /free/ { helpdesk_api; }
    location /shown/ { helpdesk_api; add_header X-Key "<$helpdesk_key_name>" always; }
    location = /sign-in { internal; helpdesk_auth; helpdesk_hash_thread_pool helpdesk_sign_in; }
    location /by_address/ { auth_request /sign-in; limit_req zone=helpdesk_guesses; limit_req_status 429; empty_gif; }
    location /by_customer/ { auth_request /sign-in; limit_req zone=helpdesk_guessed; limit_req_status 429; empty_gif; }
}
"""
MAIN = "thread_pool helpdesk_sign_in threads=1 max_queue=64;"


def get(api, address, path="/limited/", key=None):
    return api.get("get_customers", path=path, key=key, cid="*", headers={"X-Real-IP": address})


def test_nobody_uses_up_the_rate_of_a_key_that_is_not_allowed_there(api, db):
    for _ in range(3):
        get(api, "203.0.113.1", key=KEYS["local"])
    assert get(api, "192.0.2.1", key=KEYS["local"]).status == 200
    assert get(api, "192.0.2.2", key=KEYS["local"]).status == 429


def test_a_key_that_has_expired_counts_by_address(api):
    """It has no rate, and gives none of another name."""
    assert get(api, "203.0.113.20", key=KEYS["old"]).status == 401
    assert get(api, "203.0.113.20", key=KEYS["old"]).status == 429
    assert get(api, "203.0.113.21", key=KEYS["old"]).status == 401


def test_the_log_names_the_key_that_was_refused(api):
    """Once it was checked."""
    assert get(api, "203.0.113.3", "/shown/", KEYS["local"]).headers["X-Key"] == "<local>"


@pytest.mark.parametrize("first, second, same", [
    ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True), ("2001:db8:0:2::1", "2001:db8:0:3::1", False),
    ("2001:db8:a0a:a0a::a", "2001:db8:a0a:a0a:a0a:a0a:a0a:a0a", True), ("198.51.100.1", "198.51.100.2", False),
    ("198.51.100.3", "198.51.100.3", True), ("::ffff:198.51.100.4", "::ffff:198.51.100.5", False)])
def test_an_ipv6_client_counts_by_its_network(api, db, first, second, same):
    for status, address in ((401, first), (429 if same else 401, second)):
        assert get(api, address, key="wrong").status == status


def sign_in(api, path, address, name, password):
    return api.session.get(f"{api.base}{path}", auth=(name, remember_secret(password)), headers={"X-Real-IP": address}, timeout=60).status_code


def test_guesses_by_address(api, db):
    guess = lambda address, name: sign_in(api, "/by_address/", address, name, "no-such-password")
    assert guess("2001:db8:5::1", "one") == 401
    assert guess("2001:db8:5::2", "two") == 429
    assert guess("2001:db8:6::1", "two") == 401


def test_guesses_at_one_customer_from_many_addresses(api, db):
    """Who has signed in is not held up, and no other customer is."""
    for name in ("held", "other"):
        assert api.get("add_customer", path="/free/", cid=name, **{"pass": f"right-password-{name}"}).status == 200
    assert sign_in(api, "/by_customer/", "192.0.2.9", "held", "right-password-held") == 200
    assert sign_in(api, "/by_customer/", "203.0.113.30", "held", "no-such-password") == 429
    for i in range(3):
        assert sign_in(api, "/by_customer/", "192.0.2.9", "held", "right-password-held") == 200
        assert sign_in(api, "/by_customer/", f"203.0.113.{31 + i}", "held", "no-such-password") == 429
    assert sign_in(api, "/by_customer/", "203.0.113.40", "other", "right-password-other") == 200
