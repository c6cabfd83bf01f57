"""Free text of tickets, percent-encoded for old clients that decode it."""

import json
import urllib.parse

import pytest

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    client_max_body_size 16m;
    location / { %%DEFAULTS%% helpdesk_api; }
    location /encoded/ { %%DEFAULTS%% helpdesk_encode_text on; helpdesk_api; }
}
"""

TEXT = "Größe & \"50%\" <b> +\n🍣~-._\ttwo  blanks"
ENCODED = urllib.parse.quote(TEXT, safe="~")
# Longer than what is read at once, so that it comes in pieces.
LONG = "ü 100% 🍣" * 30_000
FREE = {"get_tickets": {"subject", "description"}, "get_history": {"author", "notes", "changes"}}


@pytest.fixture(autouse=True)
def ticket(api, db):
    db.query("INSERT INTO technicians (uid, name) VALUES ('ann', 'Ann & Example')")
    assert api.post("add_customer", cid="c d", contact="A b%20c", notes="no % free text").status == 200
    tid = api.post("add_ticket", cid="c d", uid="ann", subject=TEXT, description=LONG, tags="a b").json[0]["added_ticket"]
    api.post("update_ticket", tid=tid, uid="ann", subject=TEXT + "!")
    api.post("update_ticket", tid=tid, uid="ann", subject=TEXT)
    api.post("add_history", tid=tid, uid="ann", notes=TEXT)
    return tid


@pytest.mark.parametrize("action", FREE)
@pytest.mark.parametrize("format", ["json", "xml"])
def test_free_text_is_encoded_and_nothing_else(api, action, format):
    plain = api.get(action, format=format).records
    encoded = api.get(action, path="/encoded/", format=format).records
    expected = [{name: urllib.parse.quote(value, safe="~") if name in FREE[action] else value for name, value in record.items()}
                for record in plain]
    assert encoded == expected
    assert any(ENCODED in record.values() for record in encoded)
    assert any(urllib.parse.quote(LONG) in record.values() for record in encoded)
    assert not any("\n" in record[name] or " " in record[name] for record in encoded for name in FREE[action])


def test_url_delimited_text_is_encoded_once(api):
    for action in FREE:
        assert api.get(action, path="/encoded/", format="url").text == api.get(action, format="url").text


def test_customers_and_counts_stay_plain(api):
    for action, variables in (("get_customers", {"cid": "c d"}), ("get_tickets", {"count_by": "cid"})):
        assert api.get(action, path="/encoded/", **variables).text == api.get(action, **variables).text


def test_an_export_stays_as_an_import_reads_it(api):
    for format in ("csv", "ndjson"):
        assert (api.get("export_tickets", path="/encoded/", tid="*", format=format).text ==
                api.get("export_tickets", tid="*", format=format).text)


def test_the_version_is_the_same(api, ticket):
    encoded, plain = (api.get("get_tickets", path=path, tid=ticket) for path in ("/encoded/", "/"))
    assert encoded.headers["ETag"] == plain.headers["ETag"]
    assert json.loads(urllib.parse.unquote(api.get("get_history", path="/encoded/", tid=ticket, type="S").records[0]["changes"]))
