"""Coordinates from a geocoder, and customers that are stored without when it does not help."""

import concurrent.futures
import json
import re
import socket
import subprocess

import pytest
import requests

from api import Api, remember_secret
from conftest import numbers
from geocoder import PLACES, Geocoder
from servers import ROOT, wait_for


def example():
    """What the example has for the public server: in http, in the API's server, and the server behind that. Without its pace."""
    text = (ROOT / "conf/helpdesk.conf.example").read_text()
    for theirs, ours in (("/var/cache/nginx/", "%%FOLDER%%/"), ("/run/", "%%FOLDER%%/"), ("rate=1r/s", "rate=1000r/s"),
                         ("https://$geocoder/", "http://unix:%%FOLDER%%/geocoder.sock:/"), ("= /geocoder ", "= /geocoder_of_the_example ")):
        assert theirs in text
        text = text.replace(theirs, ours)

    def part(pattern):
        return re.search(pattern, text, re.M | re.S)[0]
    return (part(r"^ +proxy_cache_path .*?zone=geocoder_rate\S+ rate=.*?;"), part(r"^ +location = /geocoder_of.*?^ +\}"),
            part(r"^    server \{\n +listen unix:.*?^    \}"))


IN_HTTP, LOCATION, SERVER = example()

CONFIG = IN_HTTP + SERVER + """
limit_req_zone everybody zone=hourly:1m rate=1r/m;
log_subrequest on;
server {
    listen 127.0.0.1:%%PORT%%;
    listen unix:%%FOLDER%%/http2.sock http2;
    %%DEFAULTS%%
    helpdesk_geocoder /geocoder timeout=60s;
    location / { helpdesk_api; }
    location /off/ { helpdesk_api; helpdesk_geocoder off; }
    location /legacy/ { helpdesk_api; helpdesk_error_status legacy; }
    location /quick/ { helpdesk_api; helpdesk_geocoder /geocoder timeout=200ms; }
    location /cached/ { helpdesk_api; helpdesk_geocoder /geocoder_of_the_example timeout=60s; }
    location /limited/ { helpdesk_api; helpdesk_geocoder /limited_geocoder timeout=200ms; }
    location /nowhere/ { helpdesk_api; helpdesk_geocoder /none; }
    location /fixed/ { helpdesk_api; helpdesk_geocoder /fixed_geocoder; }
    location /page/ { ssi on; root %%FOLDER%%; }
    location = /status.json { helpdesk_status json; }
    location = /none { return 404; }
    location = /fixed_geocoder { default_type application/json; return 200 '[{"lat":"1.25","lon":"-2.5"}]'; }
    # All that a location may send on of the client's request, in its own way or by mistake.
    location = /geocoder {
        internal;
        proxy_pass http://unix:%%FOLDER%%/geocoder.sock:/search;
        proxy_set_header X-Seen "$request $request_uri $http_x_api_key $http_authorization $cookie_c $http_cookie $http_referer $arg_key $request_body $helpdesk_key_name $content_length $http_user_agent $helpdesk_request";
    }
    """ + LOCATION + """
    location = /limited_geocoder {
        internal;
        limit_req zone=hourly burst=10;
        proxy_pass http://unix:%%FOLDER%%/geocoder.sock:/search;
    }
}
"""

ROME = {"address": "Via Appia 1", "city": "Rome", "country": "IT"}
SECRETS = {"X-API-Key": None, "Authorization": "Bearer a-bearer-secret", "Cookie": "c=a-cookie-secret", "Referer": "http://x/?key=a-referer-secret",
           "User-Agent": "an-agent-secret"}
NOWHERE = (None, None)


@pytest.fixture(scope="module")
def geocoder_server(nginx):
    server = Geocoder(nginx.folder / "geocoder.sock")
    yield server
    server.stop()


@pytest.fixture
def geocoder(geocoder_server):
    geocoder_server.reset()
    yield geocoder_server
    geocoder_server.open.set()


def place(city, country):
    return tuple(float(number) for number in PLACES[city.lower(), country.lower()])


def stored(db, cid="x"):
    row = db.customer(cid)
    return tuple(None if row[name] is None else float(row[name]) for name in ("latitude", "longitude"))


def lines_about_coordinates(nginx):
    return [line for line in nginx.log().splitlines() if "helpdesk: no coordinates" in line]


def add(api, cid="x", path="/", **variables):
    return api.request("POST", path, data=api.variables({"action": "add_customer", "cid": cid, **variables}))


def update(api, cid="x", path="/", **variables):
    return api.request("POST", path, data=api.variables({"action": "update_customer", "cid": cid, **variables}))


def locate(api, cid="x", path="/", **variables):
    return api.get("locate_customer", cid=cid, path=path, **variables)


# what is looked up


def test_an_added_customer_has_the_coordinates_of_its_address(api, db, geocoder):
    assert add(api, **ROME, state=" ", zip="00178", notes="n" * 10_000).json == [{"added_customer": "x"}]
    (request,) = geocoder.requests
    assert (request.method, request.path, request.body) == ("GET", "/search", b"")
    assert request.query == {"format": "jsonv2", "limit": "1", "street": "Via Appia 1", "city": "Rome", "postalcode": "00178", "country": "IT"}
    assert stored(db) == place("Rome", "IT")
    record = api.get("get_customers", cid="x").records[0]
    assert (record["latitude"], record["longitude"]) == ("41.9", "12.4833333")


@pytest.mark.parametrize("format_,answer", [
    ("xml", '<?xml version="1.0"?>\n<response>\n    <added_customer>x</added_customer>\n</response>'),
    ("json", '{"response":[{"added_customer":"x"}]}'), ("url", "added_customer=x")])
def test_the_answer_is_that_of_any_call(api, db, geocoder, format_, answer):
    assert api.get("add_customer", cid="x", format=format_, **ROME).text == answer
    assert stored(db) == place("Rome", "IT")


def test_an_update_looks_up_the_address_that_it_makes(api, db, geocoder):
    add(api, **ROME)
    assert update(api, city="Paris", country="FR", zip="75008").json == [{"updated_customer": "x"}]
    assert geocoder.requests[1].query == {
        "format": "jsonv2", "limit": "1", "street": "Via Appia 1", "city": "Paris", "postalcode": "75008", "country": "FR"}
    assert stored(db) == place("Paris", "FR")
    assert update(api, city="Rome", country="IT", zip="", **{"pass": "a-password"}, contracts="1,2", email2="a@b.c").status == 200
    assert stored(db) == place("Rome", "IT")
    row = db.customer("x")
    assert (row["address"], row["zip"], row["password_hash"][:4]) == ("Via Appia 1", "", "$2b$")
    assert db.list("customer_contracts", "contract_id", "x") == [1, 2]


def test_a_password_and_lists_go_with_it(api, db, geocoder):
    assert add(api, **ROME, **{"pass": "a-password"}, contracts="1", company="create_new", new_company="New").status == 200
    assert stored(db) == place("Rome", "IT")
    assert api.get("verify_customer", cid="x", **{"pass": "a-password"}).json[0]["verified_customer"] == "Y"


def test_an_upsert_looks_up_what_it_adds_or_what_it_makes_of_the_address(api, db, geocoder):
    def upsert(**variables):
        return api.post("upsert_customer", cid="x", **variables).json

    assert upsert(**ROME, **{"pass": "a-password"}) == [{"added_customer": "x"}]
    assert (stored(db), len(geocoder.requests)) == (place("Rome", "IT"), 1)
    assert upsert(city="Paris", country="FR") == [{"updated_customer": "x"}]
    assert geocoder.requests[1].query == {"format": "jsonv2", "limit": "1", "street": "Via Appia 1", "city": "Paris", "country": "FR"}
    assert stored(db) == place("Paris", "FR")
    assert upsert(city="Paris") == [{"updated_customer": "x"}]
    assert upsert(contact="Ann") == [{"updated_customer": "x"}]
    assert (stored(db), len(geocoder.requests)) == (place("Paris", "FR"), 2)
    assert upsert(city="", country="", address="") == [{"updated_customer": "x"}]
    assert (stored(db), len(geocoder.requests)) == (NOWHERE, 2)
    assert api.post("upsert_customer", cid="y", city=" ").json == [{"added_customer": "y"}]
    assert api.post("upsert_customer", cid="z", latitude="1", longitude="2", **ROME).json == [{"added_customer": "z"}]
    assert (stored(db, "y"), stored(db, "z"), len(geocoder.requests)) == (NOWHERE, (1, 2), 2)


def test_what_needs_no_look_up_gets_none(api, db, geocoder):
    assert add(api, latitude="1", longitude="2", **ROME).status == 200
    assert add(api, "y", city=" ").status == 200
    assert add(api, "z", path="/off/", **ROME).status == 200
    assert api.get("add_company", name="New", address="Rome").status == 200
    assert update(api, contact="Ann", phone="1").status == 200
    assert update(api, **ROME).status == 200
    assert update(api, city="Rome", contact="Bob").status == 200
    assert stored(db) == (1, 2)
    assert update(api, city="Paris", country="FR", latitude="3", longitude="4").status == 200
    assert stored(db) == (3, 4)
    assert update(api, city="Rome", latitude="", longitude="").status == 200
    assert stored(db) == NOWHERE
    assert update(api, "nobody", city="Rome").problems == [("cid", "not_found")]
    assert update(api, city="c" * 300).problems == [("city", "too_long")]
    assert update(api, path="/off/", city="Bonn").status == 200
    assert geocoder.requests == []


def test_an_address_that_goes_takes_its_coordinates_along(api, db, geocoder):
    add(api, **ROME)
    assert update(api, address="", city="", country=" ").status == 200
    assert stored(db) == NOWHERE
    assert len(geocoder.requests) == 1


@pytest.mark.parametrize("mode", ["update", "upsert"])
def test_an_import_looks_nothing_up(api, db, geocoder, mode):
    """And leaves no coordinates beside an address that is not theirs."""
    for cid in ("same", "moved"):
        assert add(api, cid, **ROME, path="/off/", latitude="1", longitude="2").status == 200
    rows = b"cid,address,city\nsame,Via Appia 1,Rome\nmoved,Via Appia 2,Rome\nnew,Via Appia 3,Rome\n"
    answer = api.raw_post(rows, "text/csv", f"action=import_customers&format=json&mode={mode}")
    assert answer.json[0]["updated"] == "2"
    assert (stored(db, "same"), stored(db, "moved")) == ((1, 2), NOWHERE)
    assert mode == "update" or stored(db, "new") == NOWHERE
    rows = b"cid,address,latitude,longitude\nsame,Via Appia 4,3,4\n"
    assert api.raw_post(rows, "text/csv", f"action=import_customers&format=json&mode={mode}").json[0]["updated"] == "1"
    assert stored(db, "same") == (3, 4) and geocoder.requests == []


@pytest.mark.parametrize("country", ["IT&limit=9", "I T/é?#%", "漢\r\nHost: evil", "'\"<>\\"])
def test_text_stays_text_in_the_query(api, db, geocoder, country):
    assert add(api, city="Rome", country=country).status == 200
    assert geocoder.requests[0].query == {"format": "jsonv2", "limit": "1", "city": "Rome", "country": country}


def test_many_at_once_on_one_connection_of_http_2(api, nginx, db, geocoder):
    cities = list(PLACES)[:60]
    uris = nginx.folder / "uris"
    uris.write_text("".join(requests.Request("GET", "http://localhost/", params={"action": "add_customer", "cid": f"h{i}", "city": city, "country": country})
                            .prepare().url + "\n" for i, (city, country) in enumerate(cities)))
    result = subprocess.run(["h2load", "-n60", "-c1", "-m60", "-H", f"X-API-Key: {api.key}", "-i", uris, "-B", f"unix:{nginx.folder}/http2.sock"],
                            capture_output=True, text=True, check=True)
    assert "status codes: 60 2xx" in result.stdout
    for i, (city, country) in enumerate(cities):
        assert stored(db, f"h{i}") == place(city, country)


def test_pipelined_calls_are_answered_in_order(api, db, geocoder):
    cities = list(PLACES)[:20]
    calls = "".join(requests.Request("GET", "http://x/", params=api.variables({"action": "add_customer", "cid": f"p{i}", "city": city, "country": country,
                                                                              "format": "url"})).prepare().path_url + "\n" for i, (city, country) in enumerate(cities))
    calls = "".join(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n" for path in calls.splitlines())
    with socket.create_connection(("127.0.0.1", api.port), timeout=60) as client:
        client.sendall(calls.encode())
        received = b""
        while received.count(b"added_customer=") < 20:
            received += client.recv(65536)
    assert [part.split("HTTP/1.1")[0].strip() for part in received.decode().split("added_customer=")[1:]] == [f"p{i}" for i in range(20)]
    assert stored(db, "p19") == place(*cities[19])


def test_an_answer_within_a_page(api, nginx, db, geocoder):
    (nginx.folder / "page").mkdir(exist_ok=True)
    calls = "".join(f'<!--# include virtual="/API/?key={api.key}&action=add_customer&format=url&cid={cid}&city=Rome&country=IT" -->;' for cid in "xyz")
    (nginx.folder / "page" / "page.html").write_text(f"<html>{calls}</html>")
    assert api.request("GET", "/page/page.html").text == "<html>added_customer=x;added_customer=y;added_customer=z;</html>"
    assert [stored(db, cid) for cid in "xyz"] == [place("Rome", "IT")] * 3


def test_a_location_that_asks_nobody(api, db):
    assert add(api, path="/fixed/", **ROME).status == 200
    assert stored(db) == (1.25, -2.5)


# what the geocoder must not see


@pytest.mark.parametrize("path", ["/", "/cached/"])
def test_nothing_of_the_clients_request_goes_out(api, db, geocoder, path):
    headers = {**SECRETS, "X-API-Key": api.key, "Content-Type": "application/x-www-form-urlencoded"}
    for value in headers.values():
        remember_secret(value.rpartition("=")[2])
    seen = {"contact": "a-contact-secret", "pass": "a-password-secret", "notes": "a-notes-secret"}
    answer = api.request("POST", path + "?key=" + api.key + "&action=add_customer", headers=headers,
                         data={"cid": "a-cid-secret", **seen, "address": path, "city": "Rome", "country": "IT"})
    assert answer.status == 200
    (request,) = geocoder.requests
    assert set(request.headers) <= {"Host", "Connection", "X-Seen", "User-Agent"}
    assert request.headers.get("User-Agent", "support.example.com").startswith("support.example.com")
    assert "secret" not in request.text and api.key not in request.text
    assert (request.method, request.body) == ("GET", b"")


def test_the_clients_own_variables_are_not_touched(api, nginx, db, geocoder):
    """The subrequest is logged, too; each line has what belongs to it."""
    before = len(nginx.log("access.log").splitlines())
    assert api.get("add_customer", cid="x", **ROME).status == 200

    def lines():
        return [line.partition(" ")[2] for line in nginx.log("access.log").splitlines()[before:]]
    expected = {'"-" 200 - - -',
                '"GET /API/default.aspx?key=***&format=json&action=add_customer&cid=x&address=Via+Appia+1&city=Rome&country=IT HTTP/1.1" '
                '200 test add_customer ok'}
    wait_for(lambda: expected <= set(lines()), "the log lines")


# geocoders that do not help


def status(number):
    return lambda handler: handler.send(b"[]", status=number)


def body(text, length=True):
    return lambda handler: handler.send(text, length=length)


def cut_off(handler):
    handler.send(b'[{"lat": "1", "lon": "2"}', length=False)


def no_answer(handler):
    handler.close_connection = True


PLACE = b'[{"lat": "1", "lon": "2"}]'
# That of subrequest_output_buffer_size.
ROOM = 4096
UNHELPFUL = {
    "no match": (body(b"[]"), "knows no such address"),
    "no match, as LocationIQ has it": (lambda handler: handler.send(b'{"error": "Unable to geocode"}', status=404), "knows no such address"),
    "no such path": (lambda handler: handler.send(b"<html>404 Not Found</html>", status=404), "status 404"),
    "an error": (status(500), "status 500"),
    "too many requests": (status(429), "status 429"),
    "a redirect": (status(302), "status 302"),
    "not HTTP": (lambda handler: handler.wfile.write(b"rubbish\r\n\r\n"), "the geocoder: "),
    "no answer": (no_answer, "status 502"),
    "HTML": (body(b"<html></html>"), "not a list"),
    "no coordinates": (body(b'[{"name": "x"}]'), "no coordinates"),
    "coordinates out of range": (body(b'[{"lat": "91", "lon": "2"}]'), "no coordinates"),
    "NaN": (body(b'[{"lat": NaN, "lon": "2"}]'), "not a list"),
    "half an answer": (cut_off, "not a list"),
    "nothing": (body(b""), "not a list"),
    "deep": (body(b"[" * 3_000), "not a list"),
    "too long": (body(PLACE.ljust(ROOM + 1)), "longer than"),
    "huge": (body(PLACE + b" " * 1_000_000), "longer than"),
    "huge, without its length": (body(PLACE + b" " * 1_000_000, length=False), "longer than"),
}


@pytest.mark.parametrize("path", ["/", "/cached/"])
@pytest.mark.parametrize("name", UNHELPFUL)
def test_a_customer_is_stored_without(api, nginx, db, geocoder, name, path):
    """And an update clears what stood beside the old address; the log says why, once each time."""
    geocoder.behaviour, why = UNHELPFUL[name]
    before = len(lines_about_coordinates(nginx))
    db.query("INSERT INTO customers (cid, notes, city, latitude, longitude) VALUES ('y', '', 'Bonn', 50, 7)")
    assert add(api, path=path, **{**ROME, "address": name}).json == [{"added_customer": "x"}]
    assert update(api, "y", path=path, city="Rome", zip=name).json == [{"updated_customer": "y"}]
    assert (stored(db), stored(db, "y"), db.customer("y")["city"]) == (NOWHERE, NOWHERE, "Rome")
    assert len(geocoder.requests) == 2
    lines = lines_about_coordinates(nginx)[before:]
    assert len(lines) == 2 and all(why in line and "[warn]" in line for line in lines)
    # The next one is none the worse for it.
    geocoder.behaviour = None
    assert add(api, "z", path=path, **ROME).status == 200
    assert stored(db, "z") == place("Rome", "IT")


@pytest.mark.parametrize("answer, coordinates", [
    (b'[{"lat": 48.25, "lon": -9}]', (48.25, -9)), (b'[{"lat": 5.0e-05, "lon": "5.0e-05"}]', (0.00005, 0.00005)),
    (b'[{"lat": "1.1234567896", "lon": 2.9999999999}]', (1.12345679, 3)), (PLACE.ljust(ROOM), (1, 2))], ids=range(4))
def test_coordinates_as_other_servers_write_them(api, db, geocoder, answer, coordinates):
    geocoder.behaviour = body(answer)
    assert add(api, **ROME).status == 200
    assert stored(db) == coordinates


def test_a_404_of_the_geocoders_own(api, db, geocoder):
    db.query("INSERT INTO customers (cid, notes, city) VALUES ('x', '', 'Atlantis')")
    geocoder.behaviour = lambda handler: handler.send(b'{"error": "Unable to geocode"}', status=404)
    assert (locate(api).status, locate(api).problems) == (404, [("", "not_located")])
    geocoder.behaviour = lambda handler: handler.send(b"<html>404 Not Found</html>", status=404)
    assert (locate(api).status, locate(api).problems) == (503, [("", "geocoder_unavailable")])


def test_a_geocoder_that_is_not_there(api, nginx, db, geocoder):
    geocoder.stop()
    assert add(api, **ROME).status == 200
    geocoder.start()
    assert add(api, "y", path="/nowhere/", **ROME).status == 200
    assert (stored(db), stored(db, "y")) == (NOWHERE, NOWHERE)
    assert "status 502" in lines_about_coordinates(nginx)[-2] and "status 404" in lines_about_coordinates(nginx)[-1]


def test_a_geocoder_that_hangs(api, nginx, db, geocoder):
    """The customer is not kept waiting, nor is what it sends next on its connection."""
    geocoder.hold()
    assert add(api, path="/quick/", **ROME).status == 200
    assert update(api, path="/quick/", city="Paris").status == 200
    assert locate(api, path="/quick/").problems == [("", "geocoder_unavailable")]
    assert api.get("get_customers", cid="x").records[0]["city"] == "Paris"
    assert stored(db) == NOWHERE
    assert "no answer within 200 ms" in lines_about_coordinates(nginx)[-1]


def test_a_location_that_delays_the_subrequest(api, nginx, db, geocoder):
    """By limit_req, which belongs into a server of its own: nothing would wake the subrequest."""
    for cid in "xyz":
        assert add(api, cid, path="/limited/", **ROME).status == 200
    assert stored(db, "z") == NOWHERE
    assert api.get("get_customers", cid="z").records[0]["city"] == "Rome"


# the example's cache


def test_an_address_is_asked_for_once(api, db, geocoder):
    for cid in "xyz":
        assert add(api, cid, path="/cached/", city="Lisbon", country="PT").status == 200
        assert stored(db, cid) == place("Lisbon", "PT")
    assert len(geocoder.requests) == 1


def test_the_same_address_at_once_is_asked_for_once(api, nginx, db, geocoder):
    geocoder.hold()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(Api(nginx.port, api.key).get, "add_customer", cid=f"c{i}", path="/cached/", city="Vienna", country="AT") for i in range(8)]
        wait_for(lambda: geocoder.requests, "the look-up")
        geocoder.open.set()
        assert [answer.result().status for answer in answers] == [200] * 8
    assert {stored(db, f"c{i}") for i in range(8)} == {place("Vienna", "AT")}
    assert len(geocoder.requests) == 1


# those that have none yet


def test_customers_without_coordinates_are_found(api, db, geocoder):
    geocoder.behaviour = status(500)
    add(api, "without", **ROME)
    geocoder.behaviour = None
    add(api, "with", **ROME)
    add(api, "given", latitude="1", longitude="2")
    add(api, "homeless")

    def cids(**variables):
        return [record["cid"] for record in api.get("get_customers", **variables).records]
    assert cids(geocoded="N") == ["without"]
    assert cids(geocoded="y") == ["with", "given"]
    assert cids(geocoded="Y", after_cid="g", count="1") == ["given"]
    assert api.get("get_customers", geocoded="N", count_only="Y").text == '{"customers":[{"count":"1"}]}'
    assert api.get("get_customers", geocoded="maybe").problems == [("geocoded", "invalid_choice")]
    assert locate(api, "without").json == [{"located_customer": "without"}]
    assert cids(geocoded="N") == []
    assert stored(db, "without") == place("Rome", "IT")


@pytest.mark.parametrize("part", ["address", "city", "state", "zip", "country"])
def test_each_part_of_an_address_counts(api, db, part):
    db.query(f"INSERT INTO customers (cid, notes, {part}) VALUES ('c', '', 'x')")
    assert [record["cid"] for record in api.get("get_customers", geocoded="N").records] == ["c"]


def test_they_are_found_through_an_index(db):
    db.query("INSERT INTO customers (cid, notes, latitude, longitude) SELECT CONCAT('c', seq), '', 1, 2 FROM "
             f"{numbers(300)} AS numbers")
    (plan,) = db.query("EXPLAIN FORMAT=TRADITIONAL SELECT id FROM customers AS record WHERE record.geocoded = 0 ORDER BY record.id LIMIT 100")
    assert plan["key"] == "customers_geocoded"


def test_locate_customer(api, db, geocoder):
    db.query("INSERT INTO customers (cid, notes, city, country, latitude, longitude) VALUES ('Rome', '', 'Rome', 'IT', NULL, NULL), "
             "('none', '', ' ', '', NULL, NULL), ('Atlantis', '', 'Atlantis', '', 5, 6)")
    assert locate(api, "rome", format="url").text == "located_customer=Rome"
    assert stored(db, "Rome") == place("Rome", "IT")
    for cid in ("none", "Atlantis"):
        answer = locate(api, cid)
        assert (answer.status, answer.problems) == (404, [("", "not_located")])
    answer = locate(api, "none", path="/legacy/")
    assert (answer.status, answer.problems) == (200, [("", "not_located")])
    geocoder.behaviour = status(429)
    answer = locate(api, "Atlantis")
    assert (answer.status, answer.problems, answer.headers["Retry-After"]) == (503, [("", "geocoder_unavailable")], "1")
    assert stored(db, "Atlantis") == (5, 6)
    assert locate(api, "nobody").problems == [("cid", "not_found")]
    assert locate(api, "").problems == [("cid", "required")]
    assert locate(api, "Rome", path="/off/").problems == [("", "geocoder_unavailable")]
    assert len(geocoder.requests) == 3


def test_look_ups_are_counted(api, db, geocoder):
    def counts():
        samples = json.loads(api.request("GET", "/status.json").text)["helpdesk_geocoder_seconds"]
        return {sample["result"]: sample["count"] for sample in samples}
    add(api, **ROME)
    before = counts()
    add(api, "y", **ROME)
    add(api, "z", city="Atlantis")
    after = counts()
    assert after["found"] - before["found"] == 1
    assert after["unknown"] - before.get("unknown", 0) == 1
