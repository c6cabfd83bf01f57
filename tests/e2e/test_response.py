"""What an answer looks like in XML, JSON and URL-delimited text, and the status of each error."""

import pytest

CONFIG = """
limit_req_zone $server_port zone=few:1m rate=1r/m;
server {
    listen 127.0.0.1:%%PORT%%;
    client_max_body_size 64k;
    location / { %%DEFAULTS%% helpdesk_api; }
    location /json/ { %%DEFAULTS%% helpdesk_api; helpdesk_format json; }
    location /url/ { %%DEFAULTS%% helpdesk_api; helpdesk_format url; }
    location /renamed/ { %%DEFAULTS%% helpdesk_api; helpdesk_format_variable Output; }
    location /legacy/ { %%DEFAULTS%% helpdesk_api; helpdesk_error_status legacy; }
    location /denied/ { %%DEFAULTS%% helpdesk_api; deny all; }
    location /few/ { %%DEFAULTS%% helpdesk_api; limit_req zone=few; limit_req_status 429; }
    location /few_legacy/ { %%DEFAULTS%% helpdesk_api; limit_req zone=few; limit_req_status 429; helpdesk_error_status legacy; }
    location /dead/ {
        helpdesk_database { socket /nonexistent.sock; user u; name n; }
        helpdesk_key test { sha256 %%KEY_HASH%%; }
        helpdesk_thread_pool helpdesk;
        helpdesk_hash_thread_pool helpdesk_hash;
        helpdesk_error_status legacy;
        helpdesk_api;
    }
    location = /plain { return 404; }
}
"""


def test_an_error_byte_for_byte(api):
    assert api.add("x", company='Ac"me', format="xml").text == (
        '<?xml version="1.0"?>\n<response>\n'
        '    <error code="unknown_company">company: no company is named "Ac"me"</error>\n</response>')
    assert api.add("x", company="Acm", format="json").text == (
        '{"response":[{"error":"company: no company is named \\"Acm\\"","code":"unknown_company","variable":"company"}]}')
    assert api.add("x", company="Acm", format="url").text == (
        'error=company: no company is named "Acm"&code=unknown_company&variable=company')


def test_problems_in_three_formats(api):
    variables = dict(city="x" * 256, contracts="x", latitude="1")
    codes = ["invalid_number", "incomplete_coordinates", "too_long"]
    xml = api.add("x", format="xml", **variables).xml
    assert [error.get("code") for error in xml.findall("error")] == codes
    assert api.add("x", format="json", **variables).problems == list(zip(["contracts", "longitude", "city"], codes))
    url = api.add("x", format="url", **variables).url
    assert [(error["variable"], error["code"]) for error in url] == list(zip(["contracts", "longitude", "city"], codes))


@pytest.mark.parametrize("cid", ["a&b", "a=b", "a%b", "a+b", "a\r\nb", "<a>", "a\"b'c", "\U0001F600 é", "]]>", "100%25", "a\tb"])
def test_values_come_back(api, cid):
    assert api.add(cid, format="json").json == [{"added_customer": cid}]
    assert api.update(cid, format="url").url == [{"updated_customer": cid}]
    xml = api.update(cid, format="xml").xml
    assert xml.find("updated_customer").text == cid
    # In an error's text, too.
    assert f'"{cid}"' in api.add(cid, format="json").json[0]["error"]
    assert f'"{cid}"' in api.add(cid, format="url").url[0]["error"]
    assert f'"{cid}"' in api.add(cid, format="xml").xml.find("error").text


def test_url_values_without_delimiters_stay_as_they_are(api):
    assert api.add("a b é", format="url").text == "added_customer=a b é"


@pytest.mark.parametrize("format_, accept, start", [
    ("XML", None, "<"), ("Json", None, "{"), ("uRL", None, "u"), ("xml", "application/json", "<"),
    (None, "application/json", "{"), (None, "text/html, application/json;q=0.5, text/xml;q=0.4", "{"),
    (None, "application/xml", "<"), (None, "text/xml", "<"), (None, "application/x-www-form-urlencoded", "u"),
    (None, "*/*", "<"), ("", "application/json", "{")])
def test_the_format_of_an_answer(api, format_, accept, start):
    api.add("x")
    answer = api.get("update_customer", cid="x", format=format_, headers={"Accept": accept} if accept else None)
    assert (answer.status, answer.text[0]) == (200, start)


def test_an_unknown_format(api, db):
    answer = api.add("x", format="html")
    assert (answer.status, answer.xml.find("error").get("code")) == (400, "invalid_format")
    assert answer.xml.find("error").text.startswith("format: ")
    assert db.count("customers") == 0


def test_configured_formats(api):
    api.add("x")
    assert api.get("update_customer", cid="x", format=None, path="/json/").text[0] == "{"
    assert api.get("update_customer", cid="x", format=None, path="/url/").text == "updated_customer=x"
    assert api.get("update_customer", cid="x", format="xml", path="/url/").text[0] == "<"
    for accept in ("text/xml", "application/xml"):
        assert api.get("update_customer", cid="x", format=None, path="/json/", headers={"Accept": accept}).text[0] == "<"


def test_a_renamed_format_variable(api):
    answer = api.get("add_customer", cid="x", format="json", output="url", path="/renamed/")
    assert (answer.text, answer.headers["X-Helpdesk-Ignored"]) == ("added_customer=x", "format")


@pytest.mark.parametrize("format_, content_type", [
    ("xml", "text/xml; charset=utf-8"), ("json", "application/json"), ("url", "text/plain; charset=utf-8")])
def test_headers(api, format_, content_type):
    for answer in (api.add("x", format=format_), api.add("x", format=format_), api.add("x", key="wrong", format=format_)):
        assert answer.headers["Content-Type"] == content_type
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Content-Disposition" not in answer.headers


def test_statuses(api):
    assert api.add("x").status == 200
    assert api.add("x").status == 409
    assert api.update("y").status == 404
    assert api.add("").status == 400
    assert api.add("y", key="wrong").status == 401
    assert api.add("x", company="none").status == 400


def test_too_large(api, nginx, db):
    answer = api.add("x", notes="n" * 70_000)
    assert (answer.status, answer.xml.find("error").get("code")) == (413, "payload_too_large")
    assert answer.headers["Cache-Control"] == "no-store"

    def chunks():
        yield b"key=k&action=add_customer&cid=x&notes="
        for _ in range(20):
            yield b"n" * 8192

    answer = api.request("POST", params={"format": "json"}, data=chunks(),
                         headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert (answer.status, answer.problems) == (413, [("", "payload_too_large")])
    assert db.count("customers") == 0


def test_errors_of_nginx_itself(api):
    answer = api.get("add_customer", cid="x", path="/denied/")
    assert (answer.status, answer.problems) == (403, [("", "forbidden")])
    api.get("add_customer", cid="x", path="/few/")
    answer = api.get("add_customer", cid="x", path="/few/")
    assert (answer.status, answer.problems, answer.headers["Retry-After"]) == (429, [("", "too_many_requests")], "1")
    answer = api.get("add_customer", cid="x", path="/few_legacy/")
    assert (answer.status, answer.problems) == (200, [("", "too_many_requests")])
    assert "<html>" in api.request("GET", "/plain").text


def test_legacy_statuses(api):
    def codes(answer):
        return answer.status, [code for _, code in answer.problems]

    api.add("x")
    assert codes(api.get("add_customer", cid="x", path="/legacy/")) == (200, ["already_exists"])
    assert codes(api.get("update_customer", cid="y", path="/legacy/")) == (200, ["not_found"])
    assert codes(api.get("add_customer", path="/legacy/")) == (200, ["required"])
    assert codes(api.get("add_customer", key="wrong", path="/legacy/")) == (200, ["wrong_key"])
    assert codes(api.request("PUT", "/legacy/?format=json")) == (200, ["method_not_allowed"])
    assert codes(api.request("POST", "/legacy/?format=json", data="x")) == (200, ["unsupported_media_type"])
    assert codes(api.request("POST", "/legacy/?format=json", data={"notes": "n" * 70_000})) == (200, ["payload_too_large"])


def test_legacy_leaves_5xx_alone(api):
    answer = api.get("add_customer", cid="x", path="/dead/")
    assert (answer.status, answer.problems) == (503, [("", "database_unavailable")])
    assert answer.headers["Retry-After"] == "1"
    assert "nonexistent" not in answer.text
