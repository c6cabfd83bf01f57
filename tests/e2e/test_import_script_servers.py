"""bin/helpdesk-import and servers that are not what they should be, or whose description names other resources."""

import contextlib
import email.utils
import http.server
import json
import socket
import threading
import time

import pytest

from servers import free_port
from test_import_script_files import BOM, CONFIG, left, script  # noqa: F401


# servers

def records(*names, password=None):
    return {"properties": {name: {"type": "string", **({"format": "password"} if name == password else {})} for name in names}}


def answer(name, record):
    return {"200": {"content": {"application/json": {"schema": {"properties": {name: {"items": record}}}}}}}


def importable(plural, singular, *columns, password=None, fields=("rows", "added", "updated", "existing", "failed", "line", "variable", "code", "error")):
    """The part of a description that says how these records are imported."""
    variables = ("action", "format", *columns)
    body = {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/add_{singular}"}}}}
    parameters = [{"name": "action", "schema": {"enum": [f"import_{plural}"]}}, {"name": "format", "schema": {"enum": ["json", "xml", "url"]}}]
    operations = {f"add_{singular}": (answer("response", records(f"added_{singular}")), {}),
                  f"get_{plural}": (answer(plural, {"$ref": f"#/components/schemas/{singular}"}), {}),
                  f"import_{plural}": (answer("response", records(*fields)), {"parameters": parameters})}
    return {"paths": {f"/{name}": {"post": {"operationId": name, "tags": [plural], "requestBody": body, "responses": responses, **more}}
                      for name, (responses, more) in operations.items()},
            "components": {"schemas": {f"add_{singular}": records(*variables, password=password), singular: records("id", *columns)}}}


CUSTOMERS = importable("customers", "customer", "cid", "contact", "pass", password="pass")
ASSETS = importable("assets", "asset", "tag", "place", "pin", password="pin")
BOTH = {"paths": CUSTOMERS["paths"] | ASSETS["paths"], "components": {"schemas": CUSTOMERS["components"]["schemas"] | ASSETS["components"]["schemas"]}}


def answer_with(*answers, description=CUSTOMERS):
    """A server that gives each of the answers once, then the last of them: (status, headers, body), or a function of the handler. What it
    answers to a GET is the description, or such an answer."""
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        asked = 0

        def do_GET(self):
            assert self.headers["X-API-Key"] is None
            self.give(*(description if isinstance(description, tuple) else (200, {}, json.dumps(description))))

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            answer = answers[min(Handler.asked, len(answers) - 1)]
            Handler.asked += 1
            if callable(answer):
                self.close_connection = True
                return answer(self)
            self.give(*answer)

        def give(self, status, headers, body):
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    return Handler


@contextlib.contextmanager
def serving(*answers, **options):
    handler = answer_with(*answers, **options)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", handler
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def totals(**counts):
    return json.dumps({"response": [{"rows": 2, "added": 2, "updated": 0, "existing": 0, "failed": 0, **counts}]})


TWO = "cid\na\nb\n"
NOT_OURS = "is not the API of ngx_helpdesk: it answers 200 with"


@pytest.mark.parametrize("answer, error", [
    ((200, {"Content-Type": "text/html"}, "<html>"), f"{NOT_OURS} text/html"), ((200, {}, ""), NOT_OURS), ((200, {}, "[]"), NOT_OURS),
    ((200, {}, "[" * 100_000), NOT_OURS), ((200, {}, '{"response":[]}'), NOT_OURS), ((200, {}, '{"response":[{"rows":"many"}]}'), NOT_OURS),
    ((200, {}, '{"response":[{"rows":"2","added":"2","updated":"0","existing":"0","failed":"0"},{"line":"x"}]}'), NOT_OURS),
    ((400, {}, '{"response":[{"error":"line 99999999999999999999999 is \\u001b[2J wrong"}]}'), "the server answers 400: line 99999999999999999999999 is"),
    ((403, {}, '{"response":["x"]}'), "the server answers 403: Forbidden"), ((404, {}, "<html>"), "the server answers 404: Not Found"),
    ((405, {}, "null"), "405: Method Not Allowed"), ((415, {}, "3"), "415: Unsupported Media Type"), ((599, {}, ""), "599: no reason given"),
    ((301, {"Location": "https://other.example/API?x=1"}, ""), "301: Moved Permanently; it points to https://other.example/API\n"),
    (lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH\r\n"), "SSH-2.0-OpenSSH")], ids=range(15))
def test_a_server_that_will_never_do(script, answer, error):
    with serving(answer) as (url, handler):
        output, errors = script(script.write(TWO), "--url", url, status=2)
    assert error in errors and "Traceback" not in errors and "Run it again" not in errors and "\x1b" not in errors
    assert output.startswith("0 rows in") and left(script) == ["customers.csv"]
    assert handler.asked == 1


def cut_off(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")


def hang_up(handler):
    handler.connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("passing, is_lost", [
    (cut_off, True), (hang_up, True), ((502, {}, "<html>"), True), ((504, {"Retry-After": "soon"}, ""), True), ((429, {"Retry-After": "1"}, ""), False),
    ((503, {"Retry-After": email.utils.formatdate(time.time() - 9, usegmt=True)}, ""), True)])
def test_a_server_that_is_away_for_a_moment(script, passing, is_lost):
    with serving(passing, (200, {}, totals())) as (url, handler):
        output, errors = script(script.write(TWO), "--url", url)
    assert handler.asked == 2 and errors == "" and "2 added" in output
    assert ("The answer to 2 rows was lost, and they were sent again" in output) == is_lost


def test_an_answer_that_does_not_come(script):
    with serving(lambda handler: time.sleep(2), (200, {}, totals())) as (url, _):
        output, _ = script(script.write(TWO), "--url", url, "--timeout", 0.5)
    assert "The answer to 2 rows was lost" in output


def test_a_state_that_cannot_be_saved_leaves_no_other_file(script):
    """A folder takes its place while the server thinks."""
    def answer_later(handler):
        state = script.folder / "customers.csv.import-state"
        state.unlink()
        state.mkdir()
        handler.close_connection = False
        handler.give(200, {}, totals())

    with serving(answer_later) as (url, _):
        _, errors = script(script.write(TWO), "--url", url, status=2)
    assert "Traceback" not in errors and left(script) == ["customers.csv", "customers.csv.import-state"]


@pytest.mark.parametrize("wait", ["86400", email.utils.formatdate(time.time() + 86400, usegmt=True)])
def test_a_server_that_asks_for_a_long_pause(script, wait):
    """The command does not sleep for a day."""
    with serving((503, {"Retry-After": wait}, "")) as (url, handler):
        _, errors = script(script.write(TWO), "--url", url, status=2)
    assert handler.asked == 1 and "the server answers 503: Service Unavailable (to be tried again in 86" in errors
    assert "Run it again to continue from there." in errors


@pytest.mark.parametrize("url", ["http://no-such-host.invalid/", "https://127.0.0.1:{port}/"])
def test_a_wrong_url(script, url):
    _, errors = script(script.write(TWO), "--url", url.format(port=script.api.port), status=2)
    assert url.split("{")[0] in errors and "Run it again" not in errors and "Traceback" not in errors


def test_nobody_is_there(script):
    """Somebody may be, later."""
    _, errors = script(script.write(TWO), "--url", f"http://127.0.0.1:{free_port()}/", status=2)
    assert "Connection refused" in errors and "Run it again to continue from there." in errors


def test_text_of_the_server_that_is_no_utf8(script):
    problem = {"line": "2", "variable": "", "code": "x", "error": "\ud800\x1b[2J"}
    text = json.dumps({"response": [json.loads(totals(added=1, failed=1))["response"][0], problem]})
    with serving((200, {"X-Helpdesk-Ignored": "a,%1b%ff"}, text)) as (url, _):
        output, _ = script(script.write(TWO), "--url", url, status=1)
    assert "ignored what they hold: a, ?" in output and "\x1b" not in output
    assert script.failed()[0]["error"] == "?\x1b[2J"


def test_numbers_that_do_not_fit_are_told(script):
    with serving((200, {}, totals(rows=1, added=0, failed=1))) as (url, _):
        output, _ = script(script.write(TWO), "--url", url, status=1)
    assert "The server did not tell of all rows that failed; " in output and "customers.csv.failed.csv lacks 1\n" in output
    assert "The server counted other rows than the 2 that were sent\n" in output


def test_the_query_of_the_url_is_kept(script):
    paths = []
    with serving(lambda handler: paths.append(handler.path), (200, {}, totals())) as (url, _):
        script(script.write(TWO), "--url", url + "a?b=c#d")
    assert paths == ["/a?b=c&action=import_customers&format=json&mode=add&dry_run=N"]


# what can be imported

def test_another_resource(script):
    """Whose columns and passwords are those that the description names."""
    rows = "tag,Pin\na,plain-secret\n" + f"{BOM}tag,PIN\nb,plain-secret\n"
    reasons = {"line": "2", "variable": "tag", "code": "invalid_tag", "error": "tag: is wrong"}
    text = json.dumps({"response": [json.loads(totals(added=1, failed=1))["response"][0], reasons]})
    paths = []
    with serving(lambda handler: (paths.append(handler.path), handler.give(200, {}, text)), description=ASSETS) as (url, _):
        path = script.write(rows, "assets.csv")
        output, _ = script(path, "--url", url, status=1)
        assert "1 added" in output and "The header is repeated, and was passed over, in line 3" in output and "Passwords are left out" in output
        assert "secret" not in (script.folder / "assets.csv.failed.csv").read_text()
        script(path, "--url", url, "--resource", "assets", status=1)
        script.write(f"tag,pin\na,\n{BOM}place\nb\n", "assets.csv")
        assert "line 3: another file begins here, with other columns" in script(path, "--url", url, status=2)[1]
    assert paths == ["/?action=import_assets&format=json&mode=add&dry_run=N"] * 2


def test_passwords_of_another_resource_in_ndjson(script):
    reasons = [{"line": line, "variable": "", "code": "x", "error": "x"} for line in "123"]
    text = json.dumps({"response": [json.loads(totals(rows=3, added=0, failed=3))["response"][0], *reasons]})
    with serving((200, {}, text), description=ASSETS) as (url, _):
        script(script.write('{"tag":"a","PIN":"plain-secret"}\n{"pin":"plain-secret"\n{"tag":"a","pass":"plain"}\n', "in.ndjson"), "--url", url, status=1)
    assert [row["row"] for row in script.failed("in.ndjson")] == ['{"tag": "a", "PIN": ""}', "", '{"tag":"a","pass":"plain"}']


@pytest.mark.parametrize("arguments, description, error", [
    ([], BOTH, "--resource is required: by {url}openapi.json the API imports assets, customers"),
    (["--resource", "tickets"], BOTH, "tickets cannot be imported: by {url}openapi.json the API imports assets, customers"),
    ([], {"paths": {}}, "--resource is required: by {url}openapi.json the API imports nothing"),
    ([], {"openapi": "3.1.0"}, "{url}openapi.json is not the description of ngx_helpdesk's API; --openapi names another place"),
    ([], [], "{url}openapi.json is not the description of ngx_helpdesk's API"), ([], (200, {}, "[" * 100_000), "is not the description of"),
    ([], importable("assets", "asset", "tag", fields=("rows", "added", "updated", "failed", "line", "variable", "error")),
     "{url}openapi.json is of another version of the API: an import does not answer with code, existing"),
    ([], (404, {}, "<html>"), "the API's description is not at {url}openapi.json: 404: Not Found; helpdesk_openapi gives it, and --openapi names another place"),
    ([], (413, {}, ""), "the API's description is not at {url}openapi.json: 413"), ([], (301, {"Location": "/x?y"}, ""), "301: Moved Permanently; it points to /x;")])
def test_what_the_description_does_not_say(script, arguments, description, error):
    with serving((200, {}, totals()), description=description) as (url, handler):
        output, errors = script(script.write(TWO), "--url", url, *arguments, status=2)
    assert error.format(url=url) in errors and "Traceback" not in errors and "Run it again" not in errors
    assert output.startswith("0 rows in") and left(script) == ["customers.csv"] and handler.asked == 0


def test_an_interrupted_import_of_another_resource(script):
    def run(resource, status):
        return script(script.folder / "customers.csv", "--url", url, "--resource", resource, "--rows", 1, "--parallel", 1, status=status)

    script.write(TWO)
    with serving((200, {}, totals(rows=1, added=1)), (403, {}, ""), (200, {}, totals(rows=1, added=1)), description=BOTH) as (url, _):
        run("customers", 2)
        assert "with other options" in run("assets", 2)[1]
        assert "2 rows" in run("customers", 0)[0]
