"""scripts/helpdesk-import: a file goes in by pieces, and what failed is told."""

import csv
import json
import os
import pathlib
import pty
import re
import select
import subprocess
import sys

import pytest

from servers import ROOT, wait_for

SCRIPT = ROOT / "scripts/helpdesk-import"
CONFIG = """
limit_req_zone $binary_remote_addr zone=few:1m rate=20r/s;
server {
    listen 127.0.0.1:%%PORT%%;
    client_max_body_size 2m;
    location / { %%DEFAULTS%% helpdesk_api; }
    location /few/ { %%DEFAULTS%% limit_req zone=few; limit_req_status 429; helpdesk_api; }
    location /legacy/ { %%DEFAULTS%% helpdesk_error_status legacy; helpdesk_api; }
    location /elsewhere/ { return 302 /?$args; }
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
        return subprocess.Popen([sys.executable, "-B", SCRIPT, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
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
        ("", "w", "", "7", " / cid", "count_mismatch / required", "the row has 2 cells, the header 3 / cid: is required"),
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


def test_passwords_go_in_small_pieces(script, nginx):
    path = script.write("cid,pass\n" + "".join(f"c{i},password-{i}\n" for i in range(150)))
    before = nginx.log("access.log").count(" import_customers ")
    assert "150 added" in script(path)[0]
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
    _, errors = script(path, "--rows", 20, "--mode", "update", status=2)
    assert "begin anew with --restart" in errors
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
    ("cid,contact\na,b\nc,\"d\ne,f\n", [], r"the server answers 400: the row that begins in line 3 has a quotation mark"),
    ("contact\nb\n", [], r"the server answers 400: cid: is the name of no column"), ("", [], "the server answers 400: the body has no header"),
    ("cid\na\n", ["--key", "wrong"], "the server answers 401: "), ("cid\na\n", ["--key", " "], "a key is required"),
    ("cid,notes\na," + "x" * 2_200_000, [], "the server answers 413: "),
    ("cid\na\n", ["--key-file", "/nonexistent"], "No such file")], ids=range(7))
def test_what_ends_it(script, db, text, arguments, error):
    path = script.write(text)
    assert re.search(error, script(path, *arguments, status=2)[1])
    assert db.count("customers") == 0


@pytest.mark.parametrize("arguments", [[], ["x.csv", "--mode", "replace"], ["x.txt"], ["x.csv", "--url", "ftp://x"], ["x.csv", "--rows", "0"],
                                       ["x.csv", "--parallel", "0"]])
def test_usage(script, arguments):
    assert "usage: helpdesk-import" in script(*arguments, status=2)[1]


def test_errors_that_have_status_200(script, db):
    path = script.write("contact\nx\n")
    assert "the server answers 200: cid: is the name of no column" in script(path, "--url", f"{script.api.base}/legacy/", status=2)[1]


def test_it_follows_nobody_with_the_key(script, db):
    _, errors = script(script.write("cid\na\n"), "--url", f"{script.api.base}/elsewhere/", status=2)
    assert "answers 302" in errors and db.count("customers") == 0


def test_the_key_is_not_seen(script, db, mariadb, nginx):
    """Neither in the arguments of a process nor in a file that the script leaves."""
    path = script.write("cid\nc1\n")
    key_file = script.write(script.api.key + "\n", "key")
    without = {name: value for name, value in script.environment.items() if name != "HELPDESK_KEY"}
    assert "1 added" in script(path, "--key-file", key_file, environment={"HELPDESK_KEY": ""})[0]
    path.write_text("cid\nc2\n")
    with mariadb.connect(autocommit=False) as holder:
        holder.cursor().execute("INSERT INTO customers (cid, notes) VALUES ('c2', '')")
        process = subprocess.Popen([sys.executable, "-B", SCRIPT, path, "--key", script.api.key], stdout=subprocess.PIPE, text=True, env=without)
        db.wait_for_lock()
        arguments = pathlib.Path(f"/proc/{process.pid}/cmdline").read_text()
        state = (script.folder / "customers.csv.import-state").read_text()
        holder.rollback()
    output, _ = process.communicate()
    assert "1 added" in output
    assert "helpdesk-import" in arguments and script.api.key not in arguments + output + state
    assert script.api.key not in nginx.log("access.log") + nginx.log()


def test_the_progress_on_a_terminal(script):
    path = script.write("cid,contact\n" + rows(0, 300))
    ours, its = pty.openpty()
    process = subprocess.Popen([sys.executable, "-B", SCRIPT, path, "--rows", "1", "--parallel", "1"], stdout=subprocess.PIPE, stderr=its, text=True,
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
