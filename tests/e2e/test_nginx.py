"""How the API lives with the rest of nginx: other directives in its location, and requests that take unusual ways."""

import gzip
import pathlib
import socket
import subprocess

import pytest

from api import Api
from servers import wait_for

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    listen unix:%%FOLDER%%/http2.sock http2;
    %%DEFAULTS%%
    client_max_body_size 64k;
    root %%FOLDER%%;
    location / { helpdesk_api; }
    location /if/ { helpdesk_api; if ($arg_mark) { add_header X-Mark $arg_mark always; } }
    location /if_own/ { helpdesk_api; if ($arg_mark) { return 403; } }
    location /if_elsewhere/ { helpdesk_api; if ($arg_mark) { proxy_pass http://unix:%%FOLDER%%/elsewhere.sock; } }
    location /limited/ { helpdesk_api; limit_except GET { deny all; } }
    location /limited_allow/ { helpdesk_api; limit_except GET { allow 127.0.0.1; deny all; } }
    location /nested/ { helpdesk_api; location /nested/static/ { } }
    location /in_file/ { helpdesk_api; client_body_in_file_only clean; }
    location /single_buffer/ { helpdesk_api; client_body_in_single_buffer on; client_body_buffer_size 16; }
    location /error_page/ { helpdesk_api; deny all; error_page 403 /none/page.html; }
    location /own_error_page/ { helpdesk_api; error_page 413 403 /in_the_api.html; location /own_error_page/deny/ { helpdesk_api; deny all; } }
    location /own_error_page_legacy/ { helpdesk_api; deny all; error_page 403 /legacy/; }
    location /legacy/ { helpdesk_api; helpdesk_error_status legacy; }
    location /none/ { }
    location /nowhere/ { return 404; error_page 404 /; }
    location /gzip/ { helpdesk_api; gzip on; gzip_min_length 1; gzip_types text/xml text/plain application/json; charset utf-8; }
    location /page/ { ssi on; }
    location /mirrored/ { mirror /mirror; mirror_request_body on; empty_gif; }
    location /mirror { internal; helpdesk_api; }
    location /guarded/ { auth_request /guard; empty_gif; }
    location = /guard { internal; helpdesk_api; }
    location /rewritten/ { rewrite ^/rewritten/(.*)$ /API/?cid=$1; }
}
server { listen unix:%%FOLDER%%/elsewhere.sock; location / { return 200 "of another server"; } }
"""

FORM = "application/x-www-form-urlencoded"
ADDED = [{"added_customer": "x"}]


def read_to_the_end(client):
    received = b""
    while chunk := client.recv(65536):
        received += chunk
    return received.decode()


def exchange(port, data):
    """Sends bytes as they are."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(data)
        return read_to_the_end(client)


# blocks within the location


def test_an_if_block_changes_no_answer(api, nginx):
    answer = api.get("add_customer", cid="x", path="/if/", mark="seen")
    assert (answer.json, answer.headers.get("X-Mark")) == (ADDED, "seen")
    answer = api.get("add_customer", cid="x", path="/if/", mark="seen", key="wrong")
    assert (answer.status, answer.problems) == (401, [("key", "wrong_key")])
    assert api.get("add_customer", cid="x", path="/if_own/", mark="1").problems == [("", "forbidden")]
    assert api.get("add_customer", cid="y", path="/if_elsewhere/", mark="1").text == "of another server"


def test_a_limit_except_block_answers_as_the_api_does(api):
    assert api.get("add_customer", cid="x", path="/limited/").json == ADDED
    answer = api.request("POST", "/limited/?format=json&key=" + api.key, data={"cid": "y"})
    assert (answer.status, answer.problems) == (403, [("", "forbidden")])
    answer = api.request("POST", "/limited_allow/", data=api.variables({"action": "add_customer", "cid": "y"}))
    assert answer.json == [{"added_customer": "y"}]


def test_a_nested_location_is_not_the_api(api):
    answer = api.request("GET", "/nested/static/x")
    assert answer.status == 404 and "<html>" in answer.text
    assert api.get("add_customer", cid="x", path="/nested/").json == ADDED


# bodies


@pytest.mark.parametrize("path", ["/in_file/", "/single_buffer/"])
def test_where_nginx_keeps_the_body_does_not_matter(api, db, path):
    notes = "é" * 5_000
    for i, variables in enumerate(({"notes": notes}, {"city": "Rome"})):
        answer = api.request("POST", path, data=api.variables({"action": "add_customer", "cid": str(i), **variables}))
        assert answer.status == 200
    assert (db.customer("0")["notes"], db.customer("1")["city"]) == (notes, "Rome")
    assert api.request("POST", path + "?format=json&action=add_customer&cid=2&key=" + api.key).status == 200


def test_a_client_that_waits_for_100_continue(api, nginx, db):
    body = f"key={api.key}&action=add_customer&cid=x".encode()
    head = (f"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: {{}}\r\nContent-Length: {len(body)}\r\n"
            "Expect: 100-continue\r\nConnection: close\r\n\r\n")
    with socket.create_connection(("127.0.0.1", nginx.port), timeout=20) as client:
        client.sendall(head.format(FORM).encode())
        assert client.recv(65536).startswith(b"HTTP/1.1 100 ")
        client.sendall(body)
        assert "<added_customer>x</added_customer>" in read_to_the_end(client)
    received = exchange(nginx.port, head.format("text/plain").encode() + body)
    assert "HTTP/1.1 415 " in received and 'code="unsupported_media_type"' in received
    assert db.count("customers") == 1


def test_an_incomplete_body_is_no_call(api, nginx, db):
    """The client leaves, or promises more than it sends."""
    body = f"key={api.key}&action=add_customer&cid=x".encode()
    head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: {len(body) + 1}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", nginx.port), timeout=20) as client:
        client.sendall(head + body)
        client.shutdown(socket.SHUT_WR)
        assert client.recv(65536) == b""
    chunked = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n".encode()
    received = exchange(nginx.port, chunked + b"zz\r\n" + body)
    assert received.startswith("HTTP/1.1 400 ") and 'code="bad_request"' in received
    assert db.count("customers") == 0


# requests


def test_http_0_9(api, nginx, db):
    received = exchange(nginx.port, f"GET /?key={api.key}&action=add_customer&cid=x\r\n".encode())
    assert received == '<?xml version="1.0"?>\n<response>\n    <added_customer>x</added_customer>\n</response>'
    assert 'code="missing_key"' in exchange(nginx.port, b"GET /\r\n")


def test_an_http_2_client_that_leaves(api, nginx, db, mariadb):
    """Its stream is closed while the call is in its thread."""
    with mariadb.connect(autocommit=False) as holder, holder.cursor() as cursor:
        cursor.execute("INSERT INTO customers (cid, notes) VALUES ('x', '')")
        client = subprocess.Popen(["curl", "-s", "--http2-prior-knowledge", "--unix-socket", nginx.folder / "http2.sock",
                                   f"http://localhost/?key={api.key}&action=add_customer&cid=x"])
        db.wait_for_lock()
        client.kill()
        client.wait()
        holder.rollback()
    wait_for(lambda: db.customer("x"), "the customer")
    assert api.update("x", city="Rome").status == 200


@pytest.mark.parametrize("query", ["", "?", "?&&&", "?=", "?=x", "??", "?%", "?a=b#c", "?" + "&".join("a" * 30)])
def test_odd_query_strings(api, query):
    answer = api.request("GET", "/" + query, headers={"X-API-Key": api.key})
    assert answer.status == 400
    assert answer.xml.find("error").get("code") in ("missing_action", "invalid_encoding", "duplicate_variable")


def test_a_rewritten_request(api):
    assert api.get("add_customer", path="/rewritten/x").json == ADDED


@pytest.mark.parametrize("headers", [
    {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, {"Range": "bytes=0-3"}])
def test_conditions_of_caches_do_not_hide_what_was_done(api, headers):
    answer = api.get("add_customer", cid="x", headers=headers)
    assert (answer.status, answer.text) == (200, '{"response":[{"added_customer":"x"}]}')


# subrequests and internal redirects


def test_an_answer_within_a_page(api, nginx, db):
    (nginx.folder / "page").mkdir(exist_ok=True)
    calls = "".join(f'<!--# include virtual="/API/?key={api.key}&action=add_customer&format=url&cid={cid}{more}" -->;'
                    for cid, more in (("x", "&pass=a-password"), ("y", ""), ("x", "")))
    (nginx.folder / "page" / "page.html").write_text(f"<html>{calls}</html>")
    answer = api.request("GET", "/page/page.html")
    first, second, third = answer.text.removeprefix("<html>").removesuffix(";</html>").split(";")
    # Two of one cid, at once: either may win.
    assert sorted((first[:6], third[:6])) == ["added_", "error="] and second == "added_customer=y"
    assert db.count("customers") == 2


def test_an_empty_answer_within_a_page(api, nginx, db):
    (nginx.folder / "page").mkdir(exist_ok=True)
    call = f'<!--# include virtual="/API/?key={api.key}&action=get_customers&format=url&cid=*" -->'
    (nginx.folder / "page" / "empty.html").write_text(f"<html>{call}</html>")
    assert api.request("GET", "/page/empty.html").text == "<html></html>"


def test_an_error_of_nginx_within_a_page(api, nginx):
    """It is nginx's own page, as that of any other location would be."""
    (nginx.folder / "page").mkdir(exist_ok=True)
    (nginx.folder / "page" / "error.html").write_text('before <!--# include virtual="/if_own/?mark=1" --> after')
    answer = api.request("GET", "/page/error.html")
    assert answer.status == 200 and answer.text.startswith("before <html>") and answer.text.endswith("</html>\r\n after")
    assert "<title>403 Forbidden</title>" in answer.text


def test_a_mirrored_post(api, db):
    answer = api.request("POST", "/mirrored/?format=json", data=api.variables({"action": "add_customer", "cid": "x", "format": None}))
    assert answer.status == 405 and "<html>" in answer.text
    wait_for(lambda: db.customer("x"), "the mirrored call")


def test_a_guard(api):
    assert api.request("GET", "/guarded/", headers={"X-API-Key": "wrong"}).status == 401


def test_an_error_that_leads_into_the_api_stays_that_error(api):
    answer = api.request("GET", "/nowhere/", headers={"Accept": "application/json"})
    assert (answer.status, answer.problems) == (404, [("", "not_found")])
    answer = api.request("GET", "/own_error_page/deny/", headers={"Accept": "application/json"})
    assert (answer.status, answer.problems) == (403, [("", "forbidden")])
    answer = api.request("POST", "/own_error_page/", data={"notes": "n" * 70_000}, headers={"Accept": "application/json"})
    assert (answer.status, answer.problems) == (413, [("", "payload_too_large")])
    answer = api.request("GET", "/own_error_page_legacy/", headers={"Accept": "application/json"})
    assert (answer.status, answer.problems) == (200, [("", "forbidden")])


def test_an_error_page_outside_of_the_api_is_left_alone(api):
    """That the query is in no log line is checked at the end of the file."""
    answer = api.get("add_customer", cid="x", path="/error_page/")
    assert answer.status == 404 and "<html>" in answer.text


def test_a_compressed_answer(api, nginx):
    for format_, cid in (("xml", "x"), ("json", "y"), ("url", "z")):
        query = f"/gzip/?key={api.key}&action=add_customer&cid={cid}&format={format_}"
        received = api.session.get(api.base + query, headers={"Accept-Encoding": "gzip"}, stream=True)
        assert (received.status_code, received.headers.get("Content-Encoding")) == (200, "gzip")
        assert cid in gzip.decompress(received.raw.read()).decode()
        assert received.headers["Content-Type"] in ("text/xml; charset=utf-8", "application/json", "text/plain; charset=utf-8")


def test_processes_that_answer_nothing_load_no_plugins_of_the_database(own_nginx, db, key):
    """nginx's cache manager and cache loader never connect."""
    own_nginx.start("proxy_cache_path %%FOLDER%%/cache keys_zone=cache:1m; server { listen 127.0.0.1:%%PORT%%; location / { %%DEFAULTS%% helpdesk_api; } }")

    def processes():
        return {pid: pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode() for pid in own_nginx.worker_pids()}

    wait_for(lambda: len(processes()) == 4 and all("process" in title for title in processes().values()), "all processes")
    assert Api(own_nginx.port, key).get("get_portals", path="/", id="1").status == 200
    loaded = {title.strip("\0 "): "/libmariadb3/plugin/" in pathlib.Path(f"/proc/{pid}/maps").read_text() for pid, title in processes().items()}
    assert loaded == {"nginx: worker process": True, "nginx: cache manager process": False, "nginx: cache loader process": False}
