"""Keys: who may call which action from where, what the logs say about it, and how often a key may call."""

import concurrent.futures
import datetime
import hashlib
import re
import secrets
import socket
import subprocess

import pytest

from api import Api, remember_secret
from servers import ROOT, Nginx, wait_for

# One worker, so that a pool of one thread is one thread.
WORKERS = 1


def day(days_from_now):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days_from_now)).date().isoformat()


# What each key may do; test's may do all.
RULES = {
    "reader": "actions get_customers Verify_Customer; actions get_companies;",
    "ipv4": "allow 192.0.2.0/25; allow 198.51.100.7;",
    "ipv6": "allow 2001:db8::/32;",
    "local": "allow unix:; actions add_customer;",
    "old": f"expires {day(-1)};",
    "new": f"expires {day(1)};",
    "adder": "actions add_customer update_customer upsert_customer import_customers;",
    "founder": "actions add_customer add_company;",
    "busy": "",
    "quiet": "",
    "posting": "",
}
KEYS = {name: remember_secret(secrets.token_urlsafe(32)) for name in RULES}
KEY_BLOCKS = " ".join(f"helpdesk_key {name} {{ sha256 {hashlib.sha256(KEYS[name].encode()).hexdigest()}; {rules} }}"
                      for name, rules in RULES.items())

# As the example tells operators to do it, but for the rate.
EXAMPLE = (ROOT / "conf/helpdesk.conf.example").read_text()
LIMIT_ZONE = re.search(r"map \$binary_remote_addr .*? rate=", EXAMPLE, re.S)[0] + "1r/m;"
LIMIT = "limit_req zone=helpdesk; " + re.search(r"limit_req_status \d+;", EXAMPLE)[0]
LOG_FORMAT = re.search(r"log_format helpdesk .*?;", EXAMPLE, re.S)[0].replace("log_format helpdesk", "log_format example")

CONFIG = LIMIT_ZONE + LOG_FORMAT + """
map $helpdesk_outcome $outcome { ok good; default $helpdesk_outcome; }
server {
    listen 127.0.0.1:%%PORT%%;
    listen unix:%%FOLDER%%/api.sock;
    %%DEFAULTS%%
    client_max_body_size 64k;
    access_log %%FOLDER%%/access.log helpdesk;
    access_log %%FOLDER%%/example.log example;
    """ + KEY_BLOCKS + """
    location / { helpdesk_api; }
    location /real/ { helpdesk_api; set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For; }
    location /legacy/ { helpdesk_api; helpdesk_error_status legacy; }
    location /no_key_in_url/ { helpdesk_api; helpdesk_key_in_url off; location /no_key_in_url/yes/ { helpdesk_api; helpdesk_key_in_url on; } }
    location /limited/ { helpdesk_api; """ + LIMIT + """ }
    location /variables/ { helpdesk_api; add_header X-Key "<$helpdesk_key_name>" always; add_header X-Outcome $outcome always; }
    location /narrow/ { helpdesk_api; helpdesk_thread_pool narrow; }
    location /dead/ { helpdesk_api; helpdesk_database { socket /nonexistent.sock; user u; name n; } }
    location /plain/ { return 204; }
}
"""


def problem(answer):
    (only,) = answer.problems
    return answer.status, *only


def call(api, path, action=None, headers=None, **variables):
    return api.request("POST", path, data=api.variables({"action": action, **variables}), headers=headers)


# what a key may do


def test_the_actions_of_a_key(api, db):
    for action in ("get_customers", "GET_customers"):
        assert api.get(action, key=KEYS["reader"], cid="*").status == 200
    assert api.get("get_companies", key=KEYS["reader"], id="*").status == 200
    assert api.post("verify_customer", key=KEYS["reader"], cid="x", **{"pass": "some-password"}).status == 200
    for action in ("add_customer", "ADD_CUSTOMER", "update_customer", "delete_customer", "add_company", "get_portals"):
        answer = api.post(action, key=KEYS["reader"], cid="x", city="x" * 300)
        assert problem(answer) == (403, "action", "action_not_allowed")
    assert db.count("customers") == 0
    assert problem(api.get("no_action", key=KEYS["reader"])) == (400, "action", "unknown_action")


def test_a_company_by_the_way(api, db):
    """A key with actions makes none that it may not add by itself."""
    variables = {"cid": "x", "company": "create_new", "new_company": "Fresh"}
    api.add("x")
    for action in ("add_customer", "update_customer", "upsert_customer"):
        answer = api.post(action, key=KEYS["adder"], **variables)
        assert problem(answer) == (403, "company", "action_not_allowed") and "add_company" in answer.text
    rows = b"cid,company,new_company\na,create_new,Fresh\nb,Acme,\n"
    answer = api.raw_post(rows, "text/csv", query="action=import_customers&format=json", **{"X-API-Key": KEYS["adder"]})
    totals, error = answer.json
    assert (totals["added"], totals["failed"], error["variable"], error["code"]) == ("1", "1", "company", "action_not_allowed")
    assert [row["name"] for row in db.query("SELECT name FROM companies ORDER BY id")] == ["Acme", "Café"]
    assert api.add("y", key=KEYS["adder"], company="Acme").status == 200
    # A key that may add companies does, and so does one that may do all.
    assert api.add("z", key=KEYS["founder"], company="create_new", new_company="Fresh").status == 200
    assert api.update("x", company="create_new", new_company="Newer").status == 200
    assert db.count("companies") == 4


@pytest.mark.parametrize("name, address, allowed", [
    ("ipv4", "192.0.2.0", True), ("ipv4", "192.0.2.127", True), ("ipv4", "192.0.2.128", False), ("ipv4", "198.51.100.7", True),
    ("ipv4", "198.51.100.8", False), ("ipv4", "2001:db8::1", False), ("ipv4", "::ffff:192.0.2.1", True),
    ("ipv4", None, False), ("ipv6", "2001:db8:ffff::1", True), ("ipv6", "2001:db9::", False), ("ipv6", "192.0.2.1", False),
    ("local", "192.0.2.1", False), ("new", "192.0.2.1", True)])
def test_the_addresses_of_a_key(api, db, name, address, allowed):
    """As the realip module tells them, where it is told to trust."""
    headers = {"X-Forwarded-For": address} if address else None
    answer = call(api, "/real/", "add_customer", headers, key=KEYS[name], cid="x")
    assert answer.status == 200 if allowed else problem(answer) == (403, "key", "address_not_allowed")
    assert db.count("customers") == (1 if allowed else 0)


def test_nobody_makes_up_an_address(api):
    answer = api.get("add_customer", key=KEYS["ipv4"], cid="x", headers={"X-Forwarded-For": "192.0.2.1"})
    assert problem(answer) == (403, "key", "address_not_allowed")


def test_unix_sockets(api, nginx):
    def get(name):
        command = ["curl", "-s", "--unix-socket", nginx.folder / "api.sock", "-H", f"X-API-Key: {KEYS[name]}",
                   f"http://localhost/?format=url&action=add_customer&cid={name}"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert get("local") == "added_customer=local"
    assert get("new") == "added_customer=new"
    assert "&code=address_not_allowed&" in get("ipv4")
    assert "&code=address_not_allowed&" in get("ipv6")
    assert problem(api.get("add_customer", key=KEYS["local"], cid="x")) == (403, "key", "address_not_allowed")


def test_the_last_day_of_a_key(api, db):
    assert problem(api.add("x", key=KEYS["old"])) == (401, "key", "expired_key")
    assert db.count("customers") == 0
    assert api.add("x", key=KEYS["new"]).status == 200


def test_refusals_come_in_the_envelope(api):
    answer = api.get("add_customer", key=KEYS["reader"], format="xml")
    assert answer.text == ('<?xml version="1.0"?>\n<response>\n'
                           '    <error code="action_not_allowed">action: is not allowed with this key</error>\n</response>')
    answer = api.get("add_customer", key=KEYS["old"], format="url")
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.text == "error=key: has expired&code=expired_key&variable=key"
    assert problem(call(api, "/legacy/", "add_customer", key=KEYS["reader"])) == (200, "action", "action_not_allowed")
    assert problem(call(api, "/legacy/", "add_customer", key=KEYS["old"])) == (200, "key", "expired_key")


def test_no_key_in_the_url(api, db):
    path = "/no_key_in_url/"
    for key in (api.key, "wrong"):
        for headers in (None, {"X-API-Key": api.key}):
            answer = api.get("add_customer", cid="x", key=key, path=path, headers=headers)
            assert problem(answer) == (400, "key", "key_in_url")
    assert problem(api.request("POST", path + "?format=json&key=" + api.key, data={"action": "add_customer"})) == (400, "key", "key_in_url")
    assert problem(api.get("add_customer", cid="x", key=None, path=path)) == (401, "key", "missing_key")
    assert db.count("customers") == 0
    for headers in ({"X-API-Key": api.key}, {"Authorization": "Bearer " + api.key}):
        assert api.get("add_customer", cid=list(headers)[0], key="", path=path, headers=headers).status == 200
    assert call(api, path, "add_customer", cid="x").status == 200
    assert api.get("add_customer", cid="y", path=path + "yes/").status == 200


# what a refusal costs


REFUSED = [("reader", "add_customer", 403), ("ipv4", "add_customer", 403), ("old", "add_customer", 401)]


def test_a_refusal_needs_no_database(api, db):
    assert call(api, "/dead/", "add_customer", cid="x").status == 503
    for name, action, status in REFUSED:
        assert call(api, "/dead/", action, key=KEYS[name], cid="x").status == status

    def statements():
        rows = db.query("SHOW GLOBAL STATUS WHERE Variable_name IN ('Com_stmt_execute', 'Com_stmt_prepare', 'Connections')")
        return {row["Variable_name"]: int(row["Value"]) for row in rows}

    api.add("x")
    before = statements()
    for name, action, status in REFUSED:
        assert api.post(action, key=KEYS[name], cid="y", **{"pass": "some-password"}).status == status
    after = statements()
    # The connection that asks.
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {"Connections": 1}


def test_a_refusal_needs_no_thread(api, db, mariadb):
    """The pool's one thread waits for a row, and its queue is full. Calls with lists do not gather elsewhere."""
    def add(cid):
        return call(api, "/narrow/", "add_customer", cid=cid, contracts="1")

    with mariadb.connect(autocommit=False) as holder, holder.cursor() as cursor, concurrent.futures.ThreadPoolExecutor(4) as pool:
        cursor.execute("INSERT INTO customers (cid, notes) VALUES ('slow', '')")
        calls = [pool.submit(add, "slow") for _ in range(4)]
        wait_for(lambda: any(each.done() for each in calls), "an answer while the others wait")
        assert add("other").status == 503
        for name, action, status in REFUSED:
            assert call(api, "/narrow/", action, key=KEYS[name], contracts="1", cid="x").status == status
        assert add("other").status == 503
        holder.rollback()


# logs


def line_with(nginx, mark, log="access.log"):
    """The line of a log that holds the mark, once it is there."""
    def lines():
        return [line for line in nginx.log(log).splitlines() if mark in line]

    wait_for(lines, f"{mark} in {log}")
    return lines()[-1]


@pytest.mark.parametrize("name, text, variables", [
    ("reader", 'the key "reader" may not call add_customer', {"action": "add_customer"}),
    ("ipv4", 'the key "ipv4" may not be used from this address', {}),
    ("old", 'the key "old" has expired', {}),
    ("wrong", "no helpdesk_key has this key", {}),
    ("missing", "the request has no key", {})])
def test_a_refusal_is_logged_with_name_and_address(api, nginx, name, text, variables):
    """That no key is in any log is checked at the end of the run."""
    key = {"missing": None, "wrong": "another-key"}.get(name, KEYS.get(name))
    call(api, f"/real/refused-{name}", headers={"X-Forwarded-For": "203.0.113.9"}, key=key, **variables)
    line = line_with(nginx, f"/real/refused-{name}", "error.log")
    assert "[error]" in line and f"helpdesk: refused: {text}" in line and "client: 203.0.113.9," in line


@pytest.mark.parametrize("mark, variables, logged", [
    ("1", {"action": "add_customer", "cid": "x"}, "200 test add_customer ok"),
    ("2", {"action": "GET_customers", "cid": "*", "key": KEYS["reader"]}, "200 reader get_customers ok"),
    ("3", {"action": "add_customer", "key": KEYS["reader"]}, "403 reader add_customer action_not_allowed"),
    ("4", {"action": "add_customer", "key": KEYS["old"]}, "401 old add_customer expired_key"),
    ("5", {"action": "add_customer", "key": "another-key"}, "401 - add_customer wrong_key"),
    ("6", {"action": "add_customer", "key": None}, "401 - add_customer missing_key"),
    ("7", {"action": "no_such_action"}, "400 test - unknown_action"),
    ("8", {"action": "update_customer", "cid": "none"}, "404 test update_customer not_found"),
    ("9", {"action": "add_customer", "cid": "x", "city": "x" * 256, "latitude": "x"}, "400 test add_customer invalid_number"),
    ("10", {"action": "verify_customer", "cid": "x", "pass": "some-password"}, "200 test verify_customer ok")])
def test_the_variables_in_a_log(api, nginx, mark, variables, logged):
    """Whether the call comes in the query string or in the body."""
    api.get(path=f"/get-{mark}", **variables)
    assert line_with(nginx, f"/get-{mark}?").endswith(logged)
    api.update("x") if mark != "1" else api.post("delete_customer", cid="x")
    call(api, f"/post-{mark}", **variables)
    assert line_with(nginx, f"/post-{mark} ").endswith(logged)


def test_the_variables_of_errors_of_nginx(api, nginx):
    headers = {"X-API-Key": KEYS["busy"]}
    api.request("POST", "/large?action=add_customer", data={"notes": "n" * 70_000}, headers=headers)
    assert line_with(nginx, "/large?").endswith('"POST /large?action=add_customer HTTP/1.1" 413 busy add_customer payload_too_large')
    api.request("PUT", "/put?action=add_customer", headers=headers)
    assert line_with(nginx, "/put?").endswith("405 busy add_customer method_not_allowed")
    api.get("add_customer", path="/plain/x")
    assert line_with(nginx, "/plain/x").endswith("204 - - -")


def test_the_variables_in_headers_and_maps(api):
    def headers(**variables):
        answer = api.get("add_customer", path="/variables/", **variables)
        return answer.headers["X-Key"], answer.headers["X-Outcome"]

    assert headers(cid="x") == ("<test>", "good")
    assert headers(cid="x") == ("<test>", "already_exists")
    assert headers(cid="x", key="wrong") == ("<>", "wrong_key")


def test_the_request_without_its_secrets(api, nginx):
    query = "action=add_customer&cid=hidden&%50ass=some-password&kEY=another-key&city=Rome"
    api.raw_get(query)
    shown = '"GET /API/default.aspx?action=add_customer&cid=hidden&%50ass=***&kEY=***&city=Rome HTTP/1.1"'
    assert shown in line_with(nginx, "cid=hidden") and shown in line_with(nginx, "cid=hidden", "example.log")


@pytest.mark.parametrize("line", [
    "GET /bad-1?key=ABC with spaces&cid=x HTTP/1.1", "GET /bad-2?key=ABC&cid=x", "GET /bad-3?key=ABC&cid=x HTTP/9.9",
    "G=T /bad-4?key=ABC&cid=x HTTP/1.1", "GET /bad-5%zz?key=ABC&cid=x HTTP/1.1"])
def test_requests_that_nginx_refuses(nginx, line):
    """A key too short to be searched for at the end: the error log has these lines at level info, as the manual says."""
    with socket.create_connection(("127.0.0.1", nginx.port), timeout=20) as client:
        client.sendall(line.encode() + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
        client.recv(65536)
    shown = re.sub("ABC[^&]*", "***", line)
    assert f'"{shown}"' in line_with(nginx, re.search("bad-.", line)[0])


def test_every_kind_of_log_is_searched(api, nginx):
    """The end of the run looks at what there is: were it nothing, it would find nothing."""
    assert {path.name for path in nginx.folder.glob("*.log")} >= {"error.log", "access.log", "example.log", "stderr.log"}


# how often a key may call


def test_the_rate_of_a_key(api, nginx):
    def add(name, **variables):
        return api.get("add_customer", path="/limited/", key=KEYS[name], **variables)

    assert add("busy", cid="x").status == 200
    answer = add("busy", cid="y")
    assert problem(answer) == (429, "", "too_many_requests")
    assert (answer.headers["Retry-After"], answer.headers["Cache-Control"]) == ("1", "no-store")
    assert add("busy", format="xml").xml.find("error").get("code") == "too_many_requests"
    assert api.get("add_customer", path="/limited/", key=None, headers={"Authorization": "Bearer " + KEYS["busy"]}).status == 429
    assert line_with(nginx, "/limited/", "access.log").endswith("429 busy add_customer too_many_requests")
    assert add("quiet", cid="z").status == 200


def test_the_rate_of_those_without_a_key(api):
    """By address. A key in the body is not known when nginx counts, one in a header is."""
    assert api.get("add_customer", path="/limited/", key="wrong").status == 401
    assert api.get("add_customer", path="/limited/", key="other").status == 429
    assert call(api, "/limited/", "add_customer", key=KEYS["posting"], cid="x").status == 429
    headers = {"X-API-Key": KEYS["posting"]}
    assert call(api, "/limited/", "add_customer", headers, key=None, cid="x").status == 200
    assert call(api, "/limited/", "add_customer", headers, key=None, cid="y").status == 429


# a new key


def test_a_new_key(mariadb, db):
    def new_key(*arguments):
        output = subprocess.run([ROOT / "bin/new-key", *arguments], check=True, capture_output=True, text=True).stdout
        key = remember_secret(re.search(r"^ +([0-9a-f]{48})$", output, re.M)[1])
        return key, re.search(r"helpdesk_key .*\}", output, re.S)[0]

    all_key, all_block = new_key("all")
    some_key, some_block = new_key("some", "add_customer", "get_customers")
    assert all_key != some_key and all_key not in all_block
    server = Nginx(mariadb, "0" * 64)
    try:
        server.start("server { listen 127.0.0.1:%%PORT%%; %%DEFAULTS%% location / { helpdesk_api; " + all_block + some_block + " } }")
        api = Api(server.port, some_key)
        assert api.add("x").status == 200
        assert problem(api.update("x")) == (403, "action", "action_not_allowed")
        assert api.update("x", key=all_key).status == 200
    finally:
        server.remove()


@pytest.mark.parametrize("arguments", [[], ["a;b"], ["a b"], ["a", "get_customers;"], [""], ["--help"]])
def test_a_new_key_of_a_bad_name(arguments):
    result = subprocess.run([ROOT / "bin/new-key", *arguments], capture_output=True, text=True)
    assert result.returncode == 2 and result.stderr and not result.stdout


def test_a_new_key_is_refused_by_the_name_that_was_called(tmp_path):
    command = tmp_path / "helpdesk-new-key"
    command.symlink_to(ROOT / "bin/new-key")
    usage, refused = (subprocess.run([command, *arguments], capture_output=True, text=True).stderr for arguments in ([], ["a;b"]))
    assert "\n  helpdesk-new-key NAME " in usage and "bin/" not in usage
    assert refused.startswith("helpdesk-new-key: \"a;b\" ")
