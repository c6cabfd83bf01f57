"""bin/helpdesk-import: a file goes in by pieces, and what failed is told."""

import csv
import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys

import pytest

from servers import ROOT, wait_for

SCRIPT = ROOT / "bin/helpdesk-import"
CONFIG = """
limit_req_zone $binary_remote_addr zone=few:1m rate=20r/s;
server {
    listen 127.0.0.1:%%PORT%%;
    client_max_body_size 2m;
    location / { %%DEFAULTS%% helpdesk_api; }
    location /few/ { %%DEFAULTS%% limit_req zone=few; limit_req_status 429; helpdesk_api; }
    location /small/ { %%DEFAULTS%% client_max_body_size 2k; helpdesk_api; }
    location /legacy/ { %%DEFAULTS%% helpdesk_error_status legacy; helpdesk_api; }
    location /elsewhere/ { return 302 /?$args; }
    location /renamed/ { %%DEFAULTS%% helpdesk_format_variable output; helpdesk_api; }
    location = /openapi.json { helpdesk_openapi /; }
    location = /renamed.json { helpdesk_openapi /renamed/; helpdesk_format_variable output; }
}
"""


class Script:
    def __init__(self, api, folder):
        self.api = api
        self.folder = folder
        self.environment = {**os.environ, "HELPDESK_URL": f"{api.base}/", "HELPDESK_KEY": api.key}

    def write(self, text, name="customers.csv"):
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def start(self, *arguments, environment=(), **options):
        arguments = [*map(str, arguments)]
        # The API under test imports more than customers; the servers that stand in for it do not.
        url = arguments[arguments.index("--url") + 1] if "--url" in arguments[:-1] else self.api.base
        if "--resource" not in arguments and url.startswith(self.api.base):
            arguments += ["--resource", "customers"]
        return subprocess.Popen([sys.executable, "-B", SCRIPT, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, env={**self.environment, **dict(environment)}, **options)

    def __call__(self, *arguments, status=0, **options):
        process = self.start(*arguments, **options)
        output, errors = process.communicate(timeout=100)
        assert process.returncode == status, (output, errors)
        assert self.api.key not in output + errors
        return output, errors

    def failed(self, name="customers.csv"):
        with open(self.folder / f"{name}.failed.csv", newline="") as file:
            return sorted(csv.DictReader(file), key=lambda row: int(row["line"]))


@pytest.fixture
def script(api, tmp_path):
    return Script(api, tmp_path)


def rows(first, last):
    return "".join(f"c{i},x\n" for i in range(first, last))


def test_totals_and_the_rows_that_failed(script, db):
    path = script.write('\ufeffcid,contact,company\r\na,"two\r\nlines",\r\n\r\n"b ""x""",y,nowhere\r\nc,z,Acme\r\n,w\r\nd,"u,\rv",nowhere', "in.csv")
    output, errors = script(path, "--rows", 2, status=1)
    assert re.fullmatch(rf"5 rows in \d+:\d\d: 2 added, 0 updated, 0 there before, 3 failed, see {script.folder}/in.csv.failed.csv\n", output)
    assert errors == ""
    unknown = 'company: no company is named "nowhere"'
    assert [tuple(row.values()) for row in script.failed("in.csv")] == [
        ('b "x"', "y", "nowhere", "5", "company", "unknown_company", unknown),
        ("", "w", "", "7", " / cid", "count_mismatch / required", "the row has 2 cells, but the header has 3 / cid: is required"),
        ("d", "u,\rv", "nowhere", "8", "company", "unknown_company", unknown)]
    assert db.count("customers") == 2
    # What was mended goes in as it is.
    assert script.api.post("add_company", name="nowhere", address="x").status == 200
    output, _ = script(script.folder / "in.csv.failed.csv", status=1)
    assert "2 added, 0 updated, 0 there before, 1 failed" in output
    assert db.customer("d")["contact"] == "u,\rv"


def test_again_and_other_modes(script, db):
    path = script.write("cid,contact\n" + rows(0, 30))
    assert "30 would be added" in script(path, "--dry-run")[0].replace("would be 30", "30 would be")
    assert db.count("customers") == 0
    assert "30 added" in script(path)[0]
    assert "0 added, 0 updated, 30 there before, 0 failed" in script(path)[0]
    assert not (script.folder / "customers.csv.failed.csv").exists()
    script.write("cid,contact\n" + rows(20, 40))
    assert "10 added, 10 updated" in script(path, "--mode", "upsert")[0]
    assert [entry.name for entry in script.folder.iterdir()] == ["customers.csv"]


def test_ndjson(script, db):
    path = script.write('{"cid":"a"}\n\n{"cid":"b","company":"nowhere"}\nnonsense\n{"cid":"c"}', "in.jsonl")
    assert "2 added, 0 updated, 0 there before, 2 failed" in script(path, "--rows", 1, status=1)[0]
    assert [(row["row"], row["line"], row["code"]) for row in script.failed("in.jsonl")] == [
        ('{"cid":"b","company":"nowhere"}', "3", "unknown_company"), ("nonsense", "4", "malformed_body")]


@pytest.mark.parametrize("name, text", [
    ("in.csv", "cid,pass\n" + "".join(f"c{i},password-{i}\n" for i in range(150))),
    # Only some of these rows have one.
    ("in.ndjson", '{"cid":"x"}\n' * 3 + "".join(f'{{"cid":"c{i}","pass":"password-{i}"}}\n' for i in range(147)))], ids=["csv", "ndjson"])
def test_passwords_go_in_small_pieces(script, nginx, name, text):
    path = script.write(text, name)
    before = nginx.log("access.log").count(" import_customers ")
    assert "150 rows" in script(path)[0]
    wait_for(lambda: nginx.log("access.log").count(" import_customers ") - before == 2, "two requests")


def test_it_goes_on_where_it_was_interrupted(script, db, mariadb):
    path = script.write("cid,contact,company\n" + "".join(f"c{i},x,{'nowhere' if i % 50 == 0 else ''}\n" for i in range(1000)))
    with mariadb.connect(autocommit=False) as holder:
        holder.cursor().execute("INSERT INTO customers (cid, notes) VALUES ('c777', '')")
        process = script.start(path, "--rows", 20, "--parallel", 1)
        db.wait_for_lock()
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()
        holder.rollback()
    done = json.loads((script.folder / "customers.csv.import-state").read_text())
    assert 0 < len(done["done"]) < 50 and done["totals"]["failed"] == len(script.failed())
    # As if it had ended between the rows and the state.
    with open(script.folder / "customers.csv.failed.csv", "a") as file:
        file.write("c980,x,nowhere,98")
    for other in (("--mode", "update"), ("--url", f"{script.api.base}/few/")):
        _, errors = script(path, "--rows", 20, *other, status=2)
        assert "begin anew with --restart" in errors, other
    output, _ = script(path, "--rows", 20, status=1)
    assert re.search(r"1000 rows .* 20 failed", output)
    added, before = map(int, re.search(r"(\d+) added, 0 updated, (\d+) there before", output).groups())
    # Those of the piece that was on its way may have been stored.
    assert added + before == 980 and before <= 20
    assert [int(row["line"]) for row in script.failed()] == [2 + i for i in range(0, 1000, 50)]
    assert db.count("customers") == 980
    assert not (script.folder / "customers.csv.import-state").exists()


def test_restart(script, db):
    path = script.write("cid\na\n")
    (script.folder / "customers.csv.import-state").write_text("{}")
    assert "--restart" in script(path, status=2)[1]
    assert db.count("customers") == 0
    assert "1 added" in script(path, "--restart")[0]


def test_it_waits_where_it_is_told_to_come_back(script, db):
    path = script.write("cid,contact\n" + rows(0, 40))
    output, _ = script(path, "--rows", 10, environment={"HELPDESK_URL": f"{script.api.base}/few/"})
    assert "40 added" in output and db.count("customers") == 40


@pytest.mark.parametrize("text, arguments, error", [
    ("cid,contact\na,b\nc,\"d\ne,f\n", [], r"helpdesk-import: the row that begins in line 3 has a quotation mark"),
    ("cid,contact\n\na,b\nc,d\"e\nf\",g\n", [], r"the server answers 400: the row that begins in line 4 has a quotation mark"),
    ("contact\nb\n", [], r"the server answers 400: cid: no column has this name"), ("", [], "the server answers 400: the body has no header"),
    ("cid\na\n", ["--key", "wrong"], "the server answers 401: "), ("cid\na\n", ["--key", " "], "a key is required"),
    ("cid,notes\na,\"x\nb,c\nd,\"" + "x" * 2_200_000, [], "the row that begins in line 2 has a quotation mark"),
    ("cid\na\n", ["--key-file", "/nonexistent"], "No such file")], ids=range(8))
def test_what_ends_it(script, db, text, arguments, error):
    path = script.write(text)
    _, errors = script(path, *arguments, status=2)
    assert re.search(error, errors)
    assert "Run it again" not in errors
    assert db.count("customers") == 0
    # The file may be mended and imported without more ado.
    assert [entry.name for entry in script.folder.iterdir()] == ["customers.csv"]


@pytest.mark.parametrize("text, name, ignored", [
    ("cid,Telephone,contact,,Größe,\na,1,b,2,3,4\n", "in.csv", "telephone, größe"),
    ('{"cid":"a","telephone":"1"}\n{"cid":"b","size":"2","":"3"}\n', "in.ndjson", "telephone, size")])
@pytest.mark.parametrize("arguments", [[], ["--dry-run"]])
def test_what_is_ignored_is_named(script, text, name, ignored, arguments):
    output, errors = script(script.write(text, name), "--rows", 1, "--parallel", 1, *arguments)
    nameless = "Columns without a name were ignored: 2\n" if name == "in.csv" else "Members without a name were ignored\n"
    assert re.fullmatch(f"The server does not know these names, and ignored what they hold: {ignored}\n{nameless}[12] rows in .*\n", output)
    assert errors == ""


def test_a_row_that_the_server_does_not_take_fails_alone(script, db, nginx):
    path = script.write("cid,notes\n" + "".join(f"a{i},x\n" for i in range(5)) + f"big,{'x' * 2_200_000}\n" + "".join(f"b{i},x\n" for i in range(5)))
    output, errors = script(path, status=1)
    assert "11 rows" in output and "10 added, 0 updated, 0 there before, 1 failed" in output and errors == ""
    csv.field_size_limit(10_000_000)
    (row,) = script.failed()
    assert (row["cid"], len(row["notes"]), row["line"], row["code"]) == ("big", 2_200_000, "7", "payload_too_large")
    assert re.fullmatch(r"the row has 2200005 bytes; a request of 2200015 is more than the server takes", row["error"])


def test_pieces_are_made_smaller_for_a_server_that_takes_less(script, db, nginx):
    path = script.write("cid,notes\n" + "".join(f"c{i:03},{'n' * 500}\n" for i in range(40)) + f"big,{'n' * 2100}\n")
    before = refused(nginx)
    output, _ = script(path, "--parallel", 1, status=1, environment={"HELPDESK_URL": f"{script.api.base}/small/"})
    assert "40 added, 0 updated, 0 there before, 1 failed" in output
    # Of 21, 11, 6 and 3 thousand bytes, and then of no more: what is as large is not sent.
    assert refused(nginx) - before <= 6
    assert [row["line"] for row in script.failed()] == ["42"]


def refused(nginx):
    """Requests that nginx found too large."""
    return nginx.log("access.log").count(" 413 ")


def test_pieces_fit_a_body(script, db, nginx):
    before = refused(nginx)
    path = script.write("cid,notes\n" + "".join(f"c{i},{'n' * 3000}\n" for i in range(1000)))
    assert "1000 added" in script(path)[0]
    assert refused(nginx) == before


def test_a_long_cell_of_a_row_that_fails(script, db):
    path = script.write(f"cid,notes,company\na,{'x' * 140_000},nowhere\n")
    assert "1 failed" in script(path, status=1)[0]
    csv.field_size_limit(10_000_000)
    assert [len(row["notes"]) for row in script.failed()] == [140_000]


@pytest.mark.parametrize("text, failed_lines", [
    ("cid,contact,company\r\n,,\r\na,b,\r\n,,\r\n\r\nc,d,nowhere\r\n,,", ["6"]),
    (",,\ncid,contact,company\na,b,\n,,\n,,\n\nc,d,nowhere\n", ["7"])])
def test_rows_of_commas_are_no_rows(script, db, text, failed_lines):
    assert "2 rows" in script(script.write(text), status=1)[0]
    assert [row["line"] for row in script.failed()] == failed_lines


def test_cells_beyond_the_header(script, db):
    """They do not move the reasons to other columns."""
    script(script.write("cid,contact\na,b,c,d\n"), status=1)
    ((line, *_, rest),) = [tuple(row.values())[2:] for row in script.failed()]
    assert (line, rest) == ("2", ["c", "d"])


def numbered(prefix, cells=",x"):
    """Rows of a test's own: where another test's were deleted, a row that is held could hold up its neighbours, too."""
    return "".join(f"{prefix}{i:03}{cells}\n" for i in range(300))


def hold(connection, cid):
    connection.cursor().execute("INSERT INTO customers (cid, notes) VALUES (%s, '')", cid)


def settle(db):
    """Waits for what the server still stores of a run that is gone."""
    wait_for(lambda: not db.query("SELECT 1 FROM information_schema.INNODB_TRX"), "the end of all transactions", pause=0.2)


def interrupted(script, db, mariadb, path, prefix, sent):
    """Runs until a row of the middle is held, then sends the signal and lets the row go."""
    with mariadb.connect(autocommit=False) as holder:
        hold(holder, f"{prefix}150")
        process = script.start(path, "--rows", 20, "--parallel", 1)
        db.wait_for_lock()
        process.send_signal(sent)
        if sent != signal.SIGKILL:
            assert "waiting for the answers" in process.stderr.readline()
        holder.rollback()
    output, errors = process.communicate(timeout=60)
    settle(db)
    return process.returncode, output, errors


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_is_on_its_way_when_interrupted_counts(script, db, mariadb, sent):
    prefix = sent.name.lower()
    path = script.write("cid,contact,foo\n" + numbered(prefix, ",x,y"))
    status, output, errors = interrupted(script, db, mariadb, path, prefix, sent)
    assert (status, errors) == (2, "helpdesk-import: interrupted\nRun it again to continue from there.\n")
    assert re.search(r"^160 rows .* 160 added", output, re.M)
    output, _ = script(path, "--rows", 20)
    assert "300 rows" in output and "300 added, 0 updated, 0 there before" in output and "ignored what they hold: foo\n" in output


def test_a_second_signal_leaves_at_once(script, db, mariadb):
    path = script.write("cid,contact\n" + numbered("second"))
    with mariadb.connect(autocommit=False) as holder:
        hold(holder, "second150")
        process = script.start(path, "--rows", 20, "--parallel", 1)
        db.wait_for_lock()
        process.send_signal(signal.SIGINT)
        assert "waiting for the answers" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)  # the row is still held
        holder.rollback()
    settle(db)
    assert process.returncode == 2 and "Run it again" in errors and "140 rows" in output


def test_another_file_of_the_same_size(script, db, mariadb):
    path = script.write("cid,contact\n" + numbered("size"))
    interrupted(script, db, mariadb, path, "size", signal.SIGKILL)
    script.write("cid,contact\n" + numbered("else"))
    assert "begin anew with --restart" in script(path, "--rows", 20, status=2)[1]


@pytest.mark.parametrize("change", [lambda path: path.unlink(), lambda path: path.write_text("cid,pass,company,line,variable,code,error\n")],
                         ids=["removed", "emptied"])
def test_failed_rows_that_are_gone_when_it_goes_on(request, script, db, mariadb, change):
    prefix = request.node.callspec.id
    path = script.write("cid,pass,company\n" + "".join(f"{prefix}{i:03},,{'nowhere' if i == 3 else ''}\n" for i in range(300)))
    interrupted(script, db, mariadb, path, prefix, signal.SIGINT)
    failed = script.folder / "customers.csv.failed.csv"
    kept = failed.read_bytes()
    change(failed)
    assert "with the rows that failed before, " in script(path, "--rows", 20, status=2)[1]
    failed.write_bytes(kept)
    output, _ = script(path, "--rows", 20, status=1)
    assert "300 rows" in output and f"Passwords are left out of {failed}" in output
    assert [row["cid"] for row in script.failed()] == [f"{prefix}003"]


def test_two_runs_of_one_file(script, db, mariadb):
    path = script.write("cid,contact\ntwice,x\n")
    with mariadb.connect(autocommit=False) as holder:
        hold(holder, "twice")
        first = script.start(path)
        db.wait_for_lock()
        assert "is being imported by another helpdesk-import" in script(path, "--restart", status=2)[1]
        holder.rollback()
    assert "1 added" in first.communicate(timeout=60)[0]


def test_a_file_that_changes_while_it_is_read(script, db, mariadb):
    path = script.write("cid,contact\n" + numbered("change"))
    with mariadb.connect(autocommit=False) as holder:
        hold(holder, "change150")
        process = script.start(path, "--rows", 20, "--parallel", 1)
        db.wait_for_lock()
        with open(path, "a") as file:
            file.write("d,x\n")
        holder.rollback()
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 2 and "was changed while it was read" in errors and "begin anew with --restart" in errors
    assert "Run it again" not in errors


@pytest.mark.parametrize("arguments", [[], ["x.csv", "--mode", "replace"], ["x.txt"], ["x.csv", "--url", "ftp://x"], ["x.csv", "--rows", "0"],
                                       ["x.csv", "--parallel", "0"], ["x.csv", "--timeout", "nan"], ["x.csv", "--timeout", "0"], ["x.csv", "--url", "http://"],
                                       ["x.csv", "--url", "http://h:x/"], ["x.csv", "--url", "http://u:p@h/"], ["x.csv", "--url", "http://h/ü"],
                                       ["x.csv", "--url", "http://" + "h" * 70], ["x.csv", "--openapi", "/openapi.json"], ["x.csv", "--failed", "x.csv"], ["x.csv", "--state", "x.csv"],
                                       ["x.csv", "--key", "a", "--key-file", "b"], ["x.csv", "--unknown"]])
def test_usage(script, arguments):
    assert "usage: helpdesk-import" in script(*arguments, status=2)[1]


@pytest.mark.parametrize("word", ["-h", "--help"])
def test_help(script, word):
    output, errors = script(word)
    assert output.startswith("usage: helpdesk-import") and errors == ""
    for option in ("--state FILE", "--failed FILE", "--version", "HELPDESK_URL", "--key-file FILE"):
        assert option in output


def test_version(script):
    version = re.search(r"^project\(.* VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text(), re.M)[1]
    assert script("--version") == (f"helpdesk-import {version}\n", "")


def test_errors_that_have_status_200(script, db):
    path = script.write("contact\nx\n")
    assert "the server answers 200: cid: no column has this name" in script(path, "--url", f"{script.api.base}/legacy/", status=2)[1]


def test_the_variable_of_the_format_has_another_name(script, db):
    arguments = ["--url", f"{script.api.base}/renamed/", "--openapi", f"{script.api.base}/renamed.json"]
    assert "1 added" in script(script.write("cid\na\n"), *arguments)[0]


def test_it_follows_nobody_with_the_key(script, db):
    _, errors = script(script.write("cid\na\n"), "--url", f"{script.api.base}/elsewhere/", status=2)
    assert f"answers 302: Found; it points to {script.api.base}/\n" in errors and "Run it again" not in errors
    assert db.count("customers") == 0


@pytest.mark.parametrize("given", [("--key", "{}"), ("--key={}",)])
def test_the_key_is_not_seen(script, db, mariadb, nginx, given):
    """Neither in the arguments of a process nor in a file that the script leaves."""
    path = script.write("cid\nc1\n")
    key_file = script.write(script.api.key + "\n", "key")
    without = {name: value for name, value in script.environment.items() if name != "HELPDESK_KEY"}
    assert "1 added" in script(path, "--key-file", key_file, environment={"HELPDESK_KEY": ""})[0]
    path.write_text("cid\nc2\n")
    with mariadb.connect(autocommit=False) as holder:
        holder.cursor().execute("INSERT INTO customers (cid, notes) VALUES ('c2', '')")
        process = subprocess.Popen([sys.executable, "-B", SCRIPT, path, "--resource", "customers", *(word.format(script.api.key) for word in given)],
                                   stdout=subprocess.PIPE, text=True, env=without)
        try:
            db.wait_for_lock()
            arguments = pathlib.Path(f"/proc/{process.pid}/cmdline").read_text()
            state = (script.folder / "customers.csv.import-state").read_text()
            holder.rollback()
            output, _ = process.communicate(timeout=60)
        finally:
            process.kill()
    assert "1 added" in output
    assert "helpdesk-import" in arguments and script.api.key not in arguments + output + state
    assert script.api.key not in nginx.log("access.log") + nginx.log()


def test_the_progress_on_a_terminal(script):
    path = script.write("cid,contact\n" + rows(0, 300))
    ours, its = pty.openpty()
    process = subprocess.Popen([sys.executable, "-B", SCRIPT, path, "--resource", "customers", "--rows", "1", "--parallel", "1"], stdout=subprocess.PIPE, stderr=its, text=True,
                               env=script.environment)
    os.close(its)
    shown = b""
    while select.select([ours], [], [], 60)[0]:
        try:
            shown += os.read(ours, 4096)
        except OSError:
            break
    os.close(ours)
    output, _ = process.communicate()
    assert "300 added" in output
    assert re.search(r"\r\[#*-*\] +\d+%  \d+ rows  \d+/s  (\d+:\d\d|\?) left", shown.decode()) and shown.endswith(b"\r\x1b[K")
