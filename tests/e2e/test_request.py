"""What a request may look like: methods, encodings, the key, the format, unknown and repeated variables."""

import json
import socket
import subprocess

import pytest

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    listen unix:%%FOLDER%%/http2.sock http2;
    client_max_body_size 8m;
    location / { %%DEFAULTS%% helpdesk_api; helpdesk_email_check on; }
    location /reject/ { %%DEFAULTS%% helpdesk_api; helpdesk_unknown_variables reject; }
}
"""

FORM = "application/x-www-form-urlencoded"
ADDED = [{"added_customer": "x"}]


def multipart(*parts, boundary="XX"):
    body = b"".join(b"--XX\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + value + b"\r\n" for head, value in parts)
    return body + b"--XX--\r\n", f"multipart/form-data; boundary={boundary}"


@pytest.mark.parametrize("path", ["/API/default.aspx", "/API/", "/readydesk/API/", "/", "/anything/else.php"])
def test_any_uri_answers(api, path):
    assert api.get("add_customer", cid="x", path=path).json == ADDED


@pytest.mark.parametrize("method", ["get", "post", "post_json", "post_multipart"])
def test_every_way_to_send(api, db, method):
    value = "Größe & = % + \"'<>\r\n漢 😀"
    assert getattr(api, method)("ADD_Customer", CID="x", Contact=value, notes="").json == ADDED
    assert db.customer("x")["contact"] == value


def test_query_and_body_are_one_set(api, db):
    assert api.raw_post("city=Rome", FORM, "action=add_customer&cid=x&format=json").json == ADDED
    assert db.customer("x")["city"] == "Rome"
    answer = api.raw_post("cid=y", FORM, "action=add_customer&cid=y&format=json")
    assert answer.problems == [("cid", "duplicate_variable")]


def test_a_post_without_a_body(api):
    assert api.raw_post(b"", None, "action=add_customer&cid=x&format=json").json == ADDED
    assert api.raw_post(b"", "application/json", "action=update_customer&cid=x&format=json").status == 200


def test_json_types(api, db):
    body = {"action": "add_customer", "format": "json", "cid": 17, "latitude": 71.234566789, "longitude": -1, "support": False,
            "encrypt": True, "city": None}
    assert api.raw_post(json.dumps(body), "application/json").json == [{"added_customer": "17"}]
    row = db.customer("17")
    assert (str(row["latitude"]), str(row["longitude"]), row["support"], row["encrypt"], row["city"]) == (
        "71.234566789", "-1.000000000", "N", "Y", "")


@pytest.mark.parametrize("number", ["9223372036854775807", "9223372036854775808", "-99999999999999999999", "19.10", "1e3", "-0", "1E400", "0.10000000000000000001"])
def test_json_numbers_stay_as_they_are_written(api, db, number):
    body = f'{{"contact":{number},"phone": {number} }}'
    assert api.raw_post(body, "application/json", "action=add_customer&cid=x&format=json").json == ADDED
    assert (db.customer("x")["contact"], db.customer("x")["phone"]) == (number, number)


@pytest.mark.parametrize("number", ["71.1234567891234567", "1e1"])
def test_json_numbers_are_not_rounded(api, db, number):
    answer = api.raw_post(f'{{"latitude":{number},"longitude":-1.5}}', "application/json", "action=add_customer&cid=x&format=json")
    assert answer.problems == [("latitude", "invalid_number")]
    assert db.count("customers") == 0


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods(api, db, method):
    answer = api.request(method, params=api.variables({"action": "add_customer", "cid": "x"}), data="body" if method == "PUT" else None)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, POST")
    assert answer.text == "" if method == "HEAD" else answer.problems == [("", "method_not_allowed")]
    assert db.count("customers") == 0


@pytest.mark.parametrize("content_type, more", [
    ("text/plain", {}), (None, {}), ("application/json; charset=iso-8859-1", {}), ("application/xml", {}),
    (FORM, {"Content-Encoding": "gzip"})])
def test_other_bodies(api, db, content_type, more):
    answer = api.raw_post(b"city=x", content_type, "action=add_customer&cid=x&format=json", **more)
    header = next(iter(more), "Content-Type")
    assert (answer.status, answer.problems) == (415, [(header, "unsupported_media_type")])
    assert db.count("customers") == 0


@pytest.mark.parametrize("content_type", [FORM + "; charset=UTF-8", FORM.upper()])
def test_content_types_are_read_as_http_means_them(api, content_type):
    assert api.raw_post("cid=x", content_type, "action=add_customer&format=json").json == ADDED


def test_decoding(api, db):
    assert api.raw_get("action=add_customer&c%69d=x&format=json&city=a+b%20c%2B%C3%A9&&state&zip=a=b").json == ADDED
    row = db.customer("x")
    assert (row["city"], row["state"], row["zip"]) == ("a b c+é", "", "a=b")


@pytest.mark.parametrize("value, code", [
    ("%", "invalid_encoding"), ("100%", "invalid_encoding"), ("%4", "invalid_encoding"), ("%zz", "invalid_encoding"),
    ("%FF", "invalid_encoding"), ("%C3", "invalid_encoding"), ("%C0%80", "invalid_encoding"),
    ("%ED%A0%80", "invalid_encoding"), ("%F4%90%80%80", "invalid_encoding"), ("%00", "invalid_characters"),
    ("%01", "invalid_characters"), ("%1F", "invalid_characters"), ("%7F", "invalid_characters"),
    ("%C2%85", "invalid_characters"), ("%EF%BF%BE", "invalid_characters"), ("%EF%BF%BF", "invalid_characters")])
@pytest.mark.parametrize("name", ["cid", "city", "unknown", "email2", "latitude"])
def test_bytes_that_are_no_text(api, db, name, value, code):
    query = "action=add_customer&format=json" + ("" if name == "cid" else "&cid=x") + f"&{name}={value}"
    for answer in (api.raw_get(query), api.raw_post(query, FORM)):
        assert (answer.status, answer.problems[0]) == (400, (name, code))
        assert name in ("latitude", "email2") or len(answer.problems) == 1
    assert db.count("customers") == 0


@pytest.mark.parametrize("value", [b"a\xff", b"a\x00", b"a\x1b", "\uffff".encode()])
def test_bytes_that_are_no_text_in_other_bodies(api, db, value):
    body, content_type = multipart((b'name="city"', value))
    query = "action=add_customer&cid=x&format=json"
    assert api.raw_post(body, content_type, query).problems[0][0] == "city"
    if value != b"a\xff":
        text = json.dumps({"city": value.decode()})
        assert api.raw_post(text, "application/json", query).problems == [("city", "invalid_characters")]
    assert db.count("customers") == 0


def test_tabs_and_line_breaks_are_text(api, db):
    assert api.add("x", notes="a\tb\r\nc").status == 200
    assert db.customer("x")["notes"] == "a\tb\r\nc"


@pytest.mark.parametrize("query", ["city=a&city=a", "city=a&CITY=b", "other=1&Other=1"])
def test_a_variable_twice(api, db, query):
    answer = api.raw_get("action=add_customer&cid=x&format=json&" + query)
    assert answer.problems == [(query.split("=")[0], "duplicate_variable")]
    assert db.count("customers") == 0


def test_a_variable_twice_in_json(api, db):
    answer = api.raw_post('{"action":"add_customer","format":"json","cid":"x","cid":"y"}', "application/json", "format=json")
    assert answer.problems == [("cid", "duplicate_variable")]
    assert db.count("customers") == 0


def test_unknown_variables_are_listed(api):
    answer = api.raw_get("action=add_customer&cid=x&format=json&Colour=red&a%0D%0AX-Evil:%201=2&%C3%A9=3")
    assert answer.json == ADDED
    assert answer.headers["X-Helpdesk-Ignored"] == "colour,a%0D%0Ax-evil%3A%201,%C3%A9"
    assert "X-Evil" not in answer.headers
    assert "X-Helpdesk-Ignored" not in api.add("y").headers


def test_at_most_20_unknown_variables_are_listed(api):
    answer = api.get("add_customer", cid="x", **{f"v{i}": "1" for i in range(30)})
    assert answer.headers["X-Helpdesk-Ignored"] == ",".join(f"v{i}" for i in range(20))


def test_unknown_variables_are_listed_beside_an_error(api):
    answer = api.get("update_customer", cid="x", colour="red")
    assert (answer.status, answer.headers["X-Helpdesk-Ignored"]) == (404, "colour")


def test_unknown_variables_can_be_refused(api, db):
    answer = api.get("add_customer", cid="x", colour="red", path="/reject/")
    assert (answer.status, answer.problems) == (400, [("colour", "unknown_variable")])
    assert db.count("customers") == 0
    assert api.get("add_customer", cid="x", path="/reject/").json == ADDED


def test_too_many_variables(api, db):
    body = "&".join(f"v{i}=1" for i in range(10_000))
    answer = api.raw_post(body, FORM, "action=add_customer&cid=x&format=json")
    assert (answer.status, answer.problems) == (400, [("", "too_many_variables")])
    assert db.count("customers") == 0


@pytest.mark.parametrize("body", ["{", "[]", '"x"', "", " ", '{"a":1}{', "[" * 100_000, '{"city":"\\ud800"}'])
def test_bad_json(api, db, body):
    if body:
        answer = api.raw_post(body, "application/json", "action=add_customer&cid=x&format=json")
        assert (answer.status, answer.problems) == (400, [("", "malformed_body")])
    assert db.count("customers") == 0


def test_json_must_be_flat(api):
    answer = api.raw_post('{"contracts":[1,2],"Notes":{"a":1}}', "application/json", "action=add_customer&cid=x&format=json")
    assert answer.problems == [("contracts", "malformed_body"), ("notes", "malformed_body")]


@pytest.mark.parametrize("body, content_type, variable", [
    (b"", "multipart/form-data", ""),
    (b"--XX\r\n", "multipart/form-data; boundary=XX", ""),
    (b"nothing", "multipart/form-data; boundary=XX", ""),
    (*multipart((b"filename=x", b"1")), ""),
    (*multipart((b'name="Photo"; filename="a.png"', b"1")), "photo"),
    (multipart((b'name="city"', b"1"))[0][:-6], "multipart/form-data; boundary=XX", ""),
])
def test_bad_multipart(api, db, body, content_type, variable):
    answer = api.raw_post(body or b"x", content_type, "action=add_customer&cid=x&format=json")
    assert (answer.status, answer.problems) == (400, [(variable, "malformed_body")])
    assert db.count("customers") == 0


@pytest.mark.parametrize("header", [b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: quoted-printable",
                                    b"Content-Type: text/plain; charset=iso-8859-1", b"Content-Type: multipart/mixed; boundary=YY"])
def test_a_form_part_that_is_not_plain_utf_8(api, db, header):
    body, content_type = multipart((b'name="Contact"\r\n' + header, b"QWRh"))
    answer = api.raw_post(body, content_type, "action=add_customer&cid=x&format=json")
    assert (answer.status, answer.problems) == (400, [("contact", "malformed_body")])
    assert db.count("customers") == 0


def test_a_form_part_that_says_it_is_plain_utf_8(api, db):
    body, content_type = multipart((b'name="contact"\r\nContent-Type: text/plain; charset="UTF-8"\r\nContent-Transfer-Encoding: 8bit', "Größe".encode()))
    assert api.raw_post(body, content_type, "action=add_customer&cid=x&format=json").json == ADDED
    assert db.customer("x")["contact"] == "Größe"


@pytest.mark.parametrize("path", ["/", "/reject/"])
def test_the_charset_of_a_form(api, db, path):
    for charset in ("ISO-8859-1", ""):
        answer = api.post("add_customer", cid="x", contact="\u00e9", _charset_=charset)
        assert (answer.status, answer.problems) == (400, [("_charset_", "invalid_encoding")])
    assert db.count("customers") == 0
    answer = api.get("add_customer", cid="x", _charset_="UTF-8", path=path)
    assert answer.json == ADDED and "X-Helpdesk-Ignored" not in answer.headers


def test_a_form_part_may_be_called_filename(api):
    body, content_type = multipart((b'name="filename"', b"1"))
    assert api.raw_post(body, content_type, "action=add_customer&cid=x&format=json").headers["X-Helpdesk-Ignored"] == "filename"


# keys


@pytest.mark.parametrize("headers", [
    {"X-API-Key": "KEY"}, {"Authorization": "Bearer KEY"}, {"authorization": "bearer KEY"}])
def test_the_key_in_a_header(api, headers):
    headers = {name: value.replace("KEY", api.key) for name, value in headers.items()}
    assert api.get("add_customer", cid="x", key=None, headers=headers).json == ADDED
    assert api.get("add_customer", cid="y", key="", headers=headers).status == 200


def test_no_key(api, db):
    answer = api.get("add_customer", cid="", key=None, city="x" * 300)
    assert (answer.status, answer.problems) == (401, [("key", "missing_key")])
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert api.get("add_customer", cid="x", key="").problems == [("key", "missing_key")]
    assert api.get("add_customer", cid="x", key=None, headers={"Authorization": "Basic eDp5"}).status == 401
    assert db.count("customers") == 0


@pytest.mark.parametrize("wrong", ["x", "KEY ", "KEYx", "key"])
def test_a_wrong_key_is_refused_before_all_else(api, db, wrong):
    wrong = api.key.upper() if wrong == "key" else wrong.replace("KEY", api.key)
    answer = api.post("no_action", cid="", city="x" * 300, key=wrong, headers={"X-API-Key": api.key})
    assert (answer.status, answer.problems) == (401, [("key", "wrong_key")])
    assert db.count("customers") == 0


# actions


def test_the_action(api, db):
    assert api.get(None, cid="x").problems == [("action", "missing_action")]
    assert api.get("", cid="x").problems == [("action", "missing_action")]
    assert api.get("drop_customer", cid="x").problems == [("action", "unknown_action")]
    assert db.count("customers") == 0
    assert api.get("aDD_CUSTOMER", cid="x").json == ADDED


# HTTP


def exchange(port, data, answers):
    """Sends bytes as they are and reads until the answers have come."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(data)
        received = b""
        while received.count(b"added_customer>") < 2 * answers:
            chunk = client.recv(65536)
            if not chunk:
                break
            received += chunk
        return received.decode()


def test_pipelined_requests(api, nginx, db):
    request = "GET /?key={}&action=add_customer&cid=p{} HTTP/1.1\r\nHost: x\r\n\r\n"
    received = exchange(nginx.port, "".join(request.format(api.key, i) for i in range(20)).encode(), 20)
    positions = [received.index(f">p{i}<") for i in range(20)]
    assert positions == sorted(positions)
    assert db.count("customers") == 20


def test_http_1_0(api, nginx, db):
    received = exchange(nginx.port, f"GET /?key={api.key}&action=add_customer&cid=x HTTP/1.0\r\n\r\n".encode(), 1)
    assert received.startswith("HTTP/1.1 200 OK")
    assert db.count("customers") == 1


def test_a_body_in_small_pieces(api, nginx, db):
    body = f"key={api.key}&action=add_customer&cid=x&city=Rome".encode()
    head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    chunks = b"".join(b"1\r\n" + body[i:i + 1] + b"\r\n" for i in range(len(body))) + b"0\r\n\r\n"
    assert "<added_customer>x</added_customer>" in exchange(nginx.port, head + chunks, 1)
    assert db.customer("x")["city"] == "Rome"


def test_a_get_with_a_body(api, db):
    answer = api.request("GET", params=api.variables({"action": "add_customer", "cid": "x"}), data="city=Rome")
    assert answer.json == ADDED
    assert db.customer("x")["city"] == ""


def test_http_2(api, nginx, db):
    def curl(*arguments):
        result = subprocess.run(["curl", "-s", "--http2-prior-knowledge", "--unix-socket", nginx.folder / "http2.sock",
                                 "-H", f"X-API-Key: {api.key}", "-w", " %{http_version} %{http_code}", *arguments],
                                capture_output=True, text=True, check=True)
        return result.stdout

    url = "http://localhost/?action=add_customer&format=url"
    assert curl(url + "&cid=x") == "added_customer=x 2 200"
    assert curl(url, "-d", "cid=y") == "added_customer=y 2 200"
    assert curl(url, "-d", "cid=y").endswith(" 2 409")
    assert curl("-X", "PUT", url).endswith(" 2 405")
    assert db.count("customers") == 2


def test_an_unreadable_body_is_told_before_a_missing_key(api):
    """The key may stand in the body."""
    answer = api.request("POST", "/?format=json", data="{", headers={"Content-Type": "application/json"})
    assert (answer.status, answer.problems) == (400, [("", "malformed_body")])
    answer = api.request("POST", "/?format=json&key=wrong", data="{", headers={"Content-Type": "application/json"})
    assert (answer.status, answer.problems) == (401, [("key", "wrong_key")])
