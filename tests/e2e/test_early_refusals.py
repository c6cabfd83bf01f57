"""Keys that may not do what is asked: their callers are told before a large body is sent, or at least before it is decoded."""

import hashlib
import secrets
import socket

import pytest

from api import remember_secret

# What each key may do, and what is wrong with adding or importing customers with it from here.
RULES = {
    "old": ("expires 2024-01-01;", 401, "expired_key"),
    "elsewhere": ("allow 192.0.2.1;", 403, "address_not_allowed"),
    "reader": ("actions get_customers;", 403, "action_not_allowed"),
}
KEYS = {name: remember_secret(secrets.token_urlsafe(32)) for name in RULES}
CONFIG = """
client_max_body_size 16m;
server {
    listen 127.0.0.1:%%PORT%%;
    %%DEFAULTS%%
    """ + "".join(f"helpdesk_key {name} {{ sha256 {hashlib.sha256(KEYS[name].encode()).hexdigest()}; {rules} }}"
                  for name, (rules, _, _) in RULES.items()) + """
    location / { helpdesk_api; }
}
"""

# (what is asked, Content-Type)
REQUESTS = {
    "rows": ("import_customers", "text/csv"),
    "a form": ("add_customer", "application/x-www-form-urlencoded"),
    "json": ("add_customer", "application/json"),
}


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("kind", REQUESTS)
def test_before_the_body_is_sent(nginx, name, kind):
    _, status, code = RULES[name]
    action, content_type = REQUESTS[kind]
    # nginx waits longer for a body.
    with socket.create_connection(("127.0.0.1", nginx.port), timeout=30) as client:
        client.sendall((f"POST /?action={action} HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEYS[name]}\r\nContent-Type: {content_type}\r\n"
                        "Content-Length: 16000000\r\n\r\n").encode())
        answer = client.recv(4096).decode()
    assert answer.startswith(f"HTTP/1.1 {status} ") and f'code="{code}"' in answer, answer


def test_a_good_key_is_waited_for(api, nginx):
    """Otherwise the test above would pass with a server that reads no body at all."""
    with socket.create_connection(("127.0.0.1", nginx.port), timeout=0.5) as client:
        client.sendall((f"POST /?action=import_customers HTTP/1.1\r\nHost: x\r\nX-API-Key: {api.key}\r\nContent-Type: text/csv\r\n"
                        "Content-Length: 16000000\r\n\r\n").encode())
        with pytest.raises(TimeoutError):
            client.recv(1)


@pytest.mark.parametrize("name", RULES)
def test_before_the_body_is_decoded(api, name):
    """The key is in the body, which ends too early to be decoded: a key that may do what is asked is told that."""
    def post(key):
        return api.request("POST", "/?action=add_customer", data=f'{{"key":"{key}","notes":"' + "x" * 200_000,
                           headers={"Content-Type": "application/json"})

    _, status, code = RULES[name]
    answer = post(KEYS[name])
    assert answer.status == status and f'code="{code}"' in answer.text, answer
    good = post(api.key)
    assert good.status == 400 and 'code="malformed_body"' in good.text, good
