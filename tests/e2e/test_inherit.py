"""Each directive that may stand at `http` and `server` counts for the locations in it, until one says otherwise."""

import collections
import re

import pytest
import requests

from api import Api
from servers import ROOT

# What the locations rely on, by the directive that takes its place.
NEEDED = {
    "helpdesk_database": "%%DATABASE%%",
    "helpdesk_key": "helpdesk_key test { sha256 %%KEY_HASH%%; }",
    "helpdesk_thread_pool": "helpdesk_thread_pool helpdesk;",
    "helpdesk_hash_thread_pool": "helpdesk_hash_thread_pool helpdesk_hash;",
}
GEOCODERS = "".join(f"""location = /{name} {{ default_type application/json; return 200 '[{{"lat":"{latitude}","lon":"0"}}]'; }} """
                    for name, latitude in (("one", 1), ("two", 2)))

# Two ways to write a directive, what to look at, and what is seen with the one and with the other.
Case = collections.namedtuple("Case", "first second look seen")


class Location:
    """What is behind a path of a server."""

    def __init__(self, api, db, host, path):
        self.api, self.db, self.host, self.path = api, db, host, path

    def call(self, action, **variables):
        return self.api.request("POST", self.path, data=self.api.variables({"action": action, **variables}), headers={"Host": self.host})

    def code(self, action, **variables):
        answer = self.call(action, **variables)
        return "ok" if answer.status == 200 else answer.problems[0][1]

    def first_byte(self, **variables):
        return self.call("get_portals", format=None, **variables).text[0]

    def key_in_url(self):
        answer = self.api.request("GET", self.path, params=self.api.variables({"action": "get_portals"}), headers={"Host": self.host})
        return answer.status

    def cost(self):
        assert self.call("add_customer", cid="x", **{"pass": "a-password"}).status == 200
        return self.db.customer("x")["password_hash"][:7]

    def status(self):
        return self.call("delete_customer", cid="nobody").status

    def records(self):
        return len(self.call("get_portals", id=None).records)

    def time(self):
        assert self.call("add_company", name="x", address="x").status == 200
        return "T" in self.call("get_companies", id="*", count="1").records[0]["date_added"]

    def subject(self):
        assert self.call("add_customer", cid="x").status == 200
        assert self.call("add_ticket", cid="x", subject="a b").status == 200
        return self.call("get_tickets", cid="x").records[0]["subject"]

    def latitude(self):
        assert self.call("add_customer", cid="x", city="Rome").status == 200
        return self.call("get_customers", cid="x").records[0]["latitude"]


CASES = {
    "helpdesk_database": Case("%%DATABASE%%", "helpdesk_database { socket /nonexistent; user u; name n; }",
                              lambda at: at.code("get_portals"), ("ok", "database_unavailable")),
    "helpdesk_key": Case("helpdesk_key test { sha256 %%KEY_HASH%%; }", "helpdesk_key other { sha256 " + "0" * 64 + "; }",
                         lambda at: at.code("get_portals"), ("ok", "wrong_key")),
    "helpdesk_key_in_url": Case("helpdesk_key_in_url off;", "helpdesk_key_in_url on;", Location.key_in_url, (400, 200)),
    "helpdesk_bcrypt_cost": Case("helpdesk_bcrypt_cost 5;", "helpdesk_bcrypt_cost 4;", Location.cost, ("$2b$05$", "$2b$04$")),
    "helpdesk_format": Case("helpdesk_format json;", "helpdesk_format url;", Location.first_byte, ("{", "i")),
    "helpdesk_format_variable": Case("helpdesk_format_variable output;", "helpdesk_format_variable shape;",
                                     lambda at: at.first_byte(output="json", shape="url"), ("{", "i")),
    "helpdesk_error_status": Case("helpdesk_error_status legacy;", "helpdesk_error_status standard;", Location.status, (200, 404)),
    "helpdesk_unknown_variables": Case("helpdesk_unknown_variables reject;", "helpdesk_unknown_variables ignore;",
                                       lambda at: at.code("get_portals", colour="red"), ("unknown_variable", "ok")),
    "helpdesk_email_check": Case("helpdesk_email_check on;", "helpdesk_email_check off;",
                                 lambda at: at.code("add_customer", cid="x", email="nonsense"), ("invalid_email", "ok")),
    "helpdesk_max_records": Case("helpdesk_max_records 1;", "helpdesk_max_records 2;", Location.records, (1, 2)),
    # The body, which nginx keeps in memory, leaves no room for its values.
    "helpdesk_max_request_memory": Case("helpdesk_max_request_memory 1m; client_body_buffer_size 1m;",
                                        "helpdesk_max_request_memory 1g; client_body_buffer_size 1m;",
                                        lambda at: at.code("add_customer", cid="x", notes="n" * 700_000), ("overloaded", "ok")),
    "helpdesk_date_format": Case("helpdesk_date_format iso;", "helpdesk_date_format reference;", Location.time, (True, False)),
    "helpdesk_encode_text": Case("helpdesk_encode_text on;", "helpdesk_encode_text off;", Location.subject, ("a%20b", "a b")),
    "helpdesk_geocoder": Case("helpdesk_geocoder /one;", "helpdesk_geocoder /two;", Location.latitude, ("1", "2")),
}
# Those of which a location shows nothing by its answers: a configuration with the first passes, one with the second does not.
CHECKED = {
    "helpdesk_thread_pool": ("helpdesk_thread_pool helpdesk; helpdesk_hash_thread_pool default;", "helpdesk_thread_pool default;"),
    "helpdesk_hash_thread_pool": ("helpdesk_thread_pool helpdesk; helpdesk_hash_thread_pool helpdesk_hash;", "helpdesk_hash_thread_pool helpdesk;"),
}


def needed(*but):
    return " ".join(text for name, text in NEEDED.items() if name not in but)


def test_no_directive_is_left_out():
    """And each names the members that a level inherits."""
    rows = re.findall(r'^    \{"(helpdesk_\w+)", *everywhere\b(.*)', (ROOT / "module/directives.cpp").read_text(), re.M)
    assert sorted(name for name, _ in rows) == sorted([*CASES, *CHECKED, "helpdesk_auth_cache"])
    assert [name for name, row in rows if "<&" not in row and ", &" not in row] == []


@pytest.mark.parametrize("turned", [False, True], ids=["", "turned"])
@pytest.mark.parametrize("name", CASES)
def test_a_directive_is_inherited(own_nginx, key, db, name, turned):
    """From http, from the server, which says otherwise, and not where the location says otherwise again."""
    case = CASES[name]
    outer, inner = (case.second, case.first) if turned else (case.first, case.second)
    of_outer, of_inner = reversed(case.seen) if turned else case.seen
    own_nginx.start(f"""
        {needed(name)} {outer} {"" if name == "helpdesk_bcrypt_cost" else "helpdesk_bcrypt_cost 4;"}
        server {{ listen 127.0.0.1:%%PORT%%; {GEOCODERS} location / {{ helpdesk_api; }} }}
        server {{ listen 127.0.0.1:%%PORT%%; server_name inner; {inner} {GEOCODERS}
            location / {{ helpdesk_api; location /nested/ {{ helpdesk_api; }} }}
            location /own/ {{ {outer} helpdesk_api; }} }}
    """)
    api = Api(own_nginx.port, key)
    for host, path, seen in (("outer", "/", of_outer), ("inner", "/", of_inner), ("inner", "/nested/", of_inner), ("inner", "/own/", of_outer)):
        db.reset()
        assert case.look(Location(api, db, host, path)) == seen, (host, path)


@pytest.mark.parametrize("name", CHECKED)
def test_a_thread_pool_is_inherited(nginx, name):
    good, bad = CHECKED[name]
    common = needed("helpdesk_thread_pool", "helpdesk_hash_thread_pool")
    own = good.split("; ")[0 if name == "helpdesk_thread_pool" else 1].rstrip(";") + ";"

    def test(in_http, in_server, in_location):
        return nginx.test(f"{common} {in_http} server {{ listen 127.0.0.1:%%PORT%%; {in_server} location / {{ {in_location} helpdesk_api; }} }}")[0]

    other = good.replace(own, "")
    assert test(good, "", "") and test("", good, "") and test(other + bad, own, "") and test(other, bad, own)
    assert not test(other + bad, "", "") and not test(good, bad, "") and not test(good, "", bad)


@pytest.mark.parametrize("turned", [False, True], ids=["", "turned"])
def test_the_time_that_a_sign_in_counts_is_inherited(own_nginx, key, db, turned):
    """Whether it counts after the customer was deleted. Each location has a customer of its own, who is remembered for himself."""
    outer, inner = ("1h", "off") if turned else ("off", "1h")
    own_nginx.workers = 1  # each remembers for itself
    own_nginx.start(f"""
        {needed()} helpdesk_bcrypt_cost 4; helpdesk_auth_cache {outer};
        server {{ listen 127.0.0.1:%%PORT%%; location / {{ helpdesk_auth; }} location /api/ {{ helpdesk_api; }} }}
        server {{ listen 127.0.0.1:%%PORT%%; server_name inner; helpdesk_auth_cache {inner};
            location / {{ helpdesk_auth; location /nested/ {{ helpdesk_auth; }} }}
            location /own/ {{ helpdesk_auth_cache {outer}; helpdesk_auth; }} }}
    """)
    api = Api(own_nginx.port, key)
    for number, (host, path, time) in enumerate((("outer", "/", outer), ("inner", "/", inner), ("inner", "/nested/", inner), ("inner", "/own/", outer))):
        cid = f"c{number}"
        assert api.get("add_customer", path="/api/", cid=cid, **{"pass": "a-password"}).status == 200

        def sign_in():
            return requests.get(api.base + path, auth=(cid, "a-password"), headers={"Host": host}, timeout=60).status_code

        assert sign_in() == 204
        db.query("DELETE FROM customers WHERE cid = %s", cid)
        assert sign_in() == (204 if time == "1h" else 401), (host, path)
