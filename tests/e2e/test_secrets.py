"""Secrets in all places of a request that nginx logs, with the logs that manual/secure.md advises: none shows them."""

import contextlib
import socket
import subprocess

import pytest

from api import remember_secret, secret_in

# As the manual has it: at `info` nginx itself writes lines of heads that it refuses.
CONFIG = """
error_log %%FOLDER%%/notice.log notice;
server {
    listen 127.0.0.1:%%PORT%%;
    listen unix:%%FOLDER%%/http2.sock http2;
    client_max_body_size 1k;
    large_client_header_buffers 2 1k;
    %%DEFAULTS%%
    location /API/ { helpdesk_api; }
    location /legacy/ { helpdesk_api; helpdesk_error_status legacy; }
    location /denied/ { helpdesk_api; deny all; }
    location /sent_away/ { helpdesk_api; deny all; error_page 403 /none/page.html; }
    location /to_a_name/ { helpdesk_api; deny all; error_page 403 @elsewhere; }
    location /rewritten/ { rewrite ^ /none/page.html; }
    location /located/ { helpdesk_api; helpdesk_geocoder /geocoder; }
    location = /guarded { auth_request /guard; empty_gif; }
    location = /guard { internal; helpdesk_auth; }
    location = /geocoder { internal; proxy_pass http://unix:%%FOLDER%%/nobody.sock:/search; }
    location /mirrored/ { helpdesk_api; mirror /mirror; }
    location = /mirror { internal; proxy_pass http://unix:%%FOLDER%%/nobody.sock:$request_uri; }
    location /guarded_api/ { helpdesk_api; auth_request /asked; }
    location = /asked { internal; proxy_pass http://unix:%%FOLDER%%/nobody.sock:/asked?of=$request_uri; }
    location /fallen_back/ { helpdesk_api; deny all; error_page 403 = @other_system; }
    location @other_system { proxy_pass http://unix:%%FOLDER%%/nobody.sock; }
    location @elsewhere { root %%FOLDER%%/none; }
    location /none/ { }
}
server {
    listen 127.0.0.1:%%PORT%%;
    server_name other;
    location /API/ { helpdesk_api; %%DEFAULTS%% }
}
"""

SECRET = remember_secret("bait-to-be-found-1234567")
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"

# The first line of a request and the rest of its head, but for Host.
HEADS = {
    "query": (f"GET /API/?action=add_customer&cid=x&key={SECRET} HTTP/1.1", ""),
    "encoded query": (f"GET /API/?action=add_customer&%6Bey={SECRET}&cid=%zz HTTP/1.1", ""),
    "password in a query": (f"GET /API/?action=add_customer&key=wrong&pass={SECRET} HTTP/1.1", ""),
    "header": ("GET /API/?action=add_customer HTTP/1.1", f"X-API-Key: {SECRET}\r\n"),
    "bearer": ("GET /API/?action=add_customer HTTP/1.1", f"Authorization: Bearer {SECRET}\r\n"),
    "referer": ("GET /API/?action=add_customer&key=wrong HTTP/1.1", f"Referer: http://x/?key={SECRET}\r\n"),
    "referer of a refused client": (f"GET /denied/?key={SECRET} HTTP/1.1", f"Referer: http://x/?key={SECRET}\r\n"),
    "user agent": ("GET /API/?action=add_customer&key=wrong HTTP/1.1", f"User-Agent: {SECRET}\r\n"),
    "cookie": ("GET /API/?action=add_customer&key=wrong HTTP/1.1", f"Cookie: key={SECRET}\r\n"),
    "method": (f"PUT /API/?key={SECRET} HTTP/1.1", "Content-Length: 0\r\n"),
    "legacy": (f"GET /legacy/?key={SECRET} HTTP/1.1", ""),
    "no location": (f"GET /nowhere?key={SECRET} HTTP/1.1", "Host: other\r\n"),
    "error page": (f"GET /sent_away/?key={SECRET} HTTP/1.1", f"Referer: http://x/?key={SECRET}\r\n"),
    "named location": (f"GET /to_a_name/?key={SECRET} HTTP/1.1", f"Referer: http://x/?key={SECRET}\r\n"),
    "rewritten": (f"GET /rewritten/?key={SECRET} HTTP/1.1", f"Referer: http://x/?key={SECRET}\r\n"),
    "sign-in": (f"GET /guarded?key={SECRET} HTTP/1.1", "Authorization: Basic %zz\r\n"),
    "body": ("POST /API/?format=json HTTP/1.1", FORM + f"Content-Length: {len(SECRET) + 26}\r\n\r\nkey={SECRET}&action=%zz&pass={SECRET}"),
    "long body": (f"POST /API/?key={SECRET} HTTP/1.1", FORM + f"Content-Length: 5000\r\n\r\npass={SECRET}" + "x" * 4900),
    "upstream that is away": (f"GET /located/?action=add_customer&cid=b&city=Rome&key=%%KEY%%&pass={SECRET} HTTP/1.1",
                              f"Referer: http://x/?key={SECRET}\r\n"),
    "mirror that is away": (f"GET /mirrored/?action=add_customer&cid=m&key={SECRET}&pass={SECRET} HTTP/1.1", ""),
    "auth_request that is away": (f"GET /guarded_api/?action=add_customer&key={SECRET} HTTP/1.1", ""),
    "fallback that is away": (f"GET /fallen_back/?action=add_customer&key={SECRET} HTTP/1.1", ""),
    "long line": (f"GET /API/?key={SECRET}&notes=" + "n" * 3000 + " HTTP/1.1", ""),
    "long header": ("GET /API/ HTTP/1.1", f"X-API-Key: {SECRET}" + "n" * 3000 + "\r\n"),
    "invalid header": ("GET /API/ HTTP/1.1", f"X API Key\x01: {SECRET}\r\n"),
    "invalid line": (f"GET /API/?key={SECRET} HTTP/9.x", ""),
    "two hosts": (f"GET /API/?key={SECRET} HTTP/1.1", "Host: x\r\nHost: y\r\n"),
    "HTTP/0.9": (f"GET /API/?key={SECRET}", ""),
}


@pytest.mark.parametrize("place", HEADS)
def test_a_secret_in(api, nginx, db, place):
    line, rest = HEADS[place]
    host = "" if "Host:" in rest else "Host: x\r\n"
    with socket.create_connection(("127.0.0.1", nginx.port), timeout=20) as client:
        client.sendall(f"{line.replace('%%KEY%%', api.key)}\r\n{host}Connection: close\r\n{rest}\r\n".encode())
        client.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            while client.recv(65536):
                pass
    look(nginx)


@pytest.mark.parametrize("headers", [[f"x-api-key: {SECRET}"], [f"referer: http://x/?key={SECRET}"], [f"cookie: {SECRET}", "x-long: " + "n" * 3000],
                                     [f"x-api-key: {SECRET}" + "n" * 9000]])
@pytest.mark.parametrize("path", ["/API/", "/nowhere", "/denied/"])
def test_a_secret_over_http_2(nginx, db, headers, path):
    options = [option for header in headers for option in ("-H", header)]
    subprocess.run(["curl", "-s", "--http2-prior-knowledge", "--unix-socket", nginx.folder / "http2.sock", *options,
                    f"http://x{path}?key={SECRET}&action=add_customer&pass={SECRET}"], capture_output=True, timeout=60)
    look(nginx)


def look(nginx):
    """Each line is written before its client is answered."""
    for path in nginx.folder.glob("*.log"):
        text = path.read_text(errors="replace")
        assert secret_in(text) is None, [line for line in text.splitlines() if SECRET in line]


def test_what_is_logged(nginx):
    """The lines are there that could show one."""
    log = nginx.log("notice.log")
    for sign in ("no helpdesk_key has this key", "access forbidden by rule", "/none/page.html", "no coordinates", "client intended to send",
                 'nobody.sock:/mirrored/", host', 'nobody.sock:/asked", host', 'nobody.sock:/fallen_back/", host'):
        assert sign in log, sign
