"""bin/helpdesk-import: the files that it reads and writes."""

import contextlib
import gzip
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile

import pytest
import requests

from test_import_script import SCRIPT, Script

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
    location = /openapi.json { helpdesk_openapi /; }
}
"""
BOM = "\ufeff"


@pytest.fixture
def script(api, tmp_path):
    return Script(api, tmp_path)


def left(script):
    return sorted(entry.name for entry in script.folder.iterdir())


# what is read

@pytest.mark.parametrize("content, error", [
    ("cid,contact\na,b\n".encode("utf-16"), "is UTF-16: save it as UTF-8"),
    ("cid,contact\na,b\n".encode("utf-16-be"), "has NUL bytes; probably it is UTF-16: save it as UTF-8"),
    (b"\xfe\xff" + "cid,contact\na,b\n".encode("utf-16-be"), "is UTF-16: save it as UTF-8"),
    (b"PK\x03\x04 and so on", "is a spreadsheet or another archive"),
    (gzip.compress(b"cid,contact\na,b\n"), "is compressed: decompress it first"),
    ("cid;contact\na;b,c\n", "line 1: the columns are separated by semicolons (;); save the file with commas"),
    ("\r\n\r\ncid\tcontact,name\tpass\na\tb\tc\n", "line 3: the columns are separated by tabs; save the file with commas"),
    (BOM + '"cid"|"a,b,c"\na|b\n', "line 1: the columns are separated by vertical bars (|)"),
    ("sep=;\ncid;contact\n", 'line 1: "sep=" is for spreadsheets alone'),
    ('cid,"contact\n' + "a,b\n" * 30_000 + '"\n', "line 1: the header has more than 100000 bytes"),
    ("cid,contact,CID\na,b,c\n", "the server answers 400: cid: is the name of two columns"),
    ("cid," + ",".join(f"c{i}" for i in range(2000)) + "\n", "the server answers 400: a header may have at most"),
    ("\n\r\n", "the server answers 400: the body has no header")], ids=range(13))
def test_what_cannot_be_read(script, db, content, error):
    _, errors = script(script.write(content), status=2)
    assert error in errors and "Run it again" not in errors
    assert db.count("customers") == 0 and left(script) == ["customers.csv"]


def test_a_header_alone(script):
    assert script(script.write(BOM + "cid,contact"))[0].startswith("0 rows in")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(script, db, end):
    text = end.join(["cid,contact,company", "a,x,", f'b,"u{end}v",', "", "c,z,nowhere", 'd,"say ""hi""",', ""])
    output, _ = script(script.write(text), "--rows", 1, status=1)
    assert "4 rows" in output and "3 added, 0 updated, 0 there before, 1 failed" in output
    assert [(row["cid"], row["line"]) for row in script.failed()] == [("c", "6")]
    assert db.customer("b")["contact"] == f"u{end}v" and db.customer("d")["contact"] == 'say "hi"'


def test_marks_and_headers_of_files_that_were_put_together(script, db):
    path = script.write(f'{BOM}cid,contact\na,x\n{BOM}cid,contact\n{BOM}b,"y\nz"\ncid,contact\n{BOM}"c, d",x\n{BOM}\n')
    output, _ = script(path, "--rows", 1)
    assert output.startswith("The header is repeated, and was passed over, in line 3, 6\nA byte-order mark was left out in line 3, 4, 7, 8\n3 rows")
    assert [row["cid"] for row in db.query("SELECT cid FROM customers ORDER BY cid")] == ["a", "b", "c, d"]


def test_another_header_in_the_middle(script, db):
    path = script.write(f"cid,contact\na,x\n{BOM}contact,cid\ny,b\n")
    assert "line 3: another file begins here, with other columns" in script(path, "--rows", 1, status=2)[1]
    assert db.customer("contact") is None and db.customer("y") is None


@pytest.mark.parametrize("second", ["cid,email\nc,d@x\n", '"CID",email\nc,d@x\n', "\n,\nemail,id\nd@x,1\n", "cid,contact,email\nc,x,y\n"])
def test_a_file_with_other_columns_that_follows_another(script, db, second):
    path = script.write(f"cid,contact\na,b\n{BOM}{second}")
    assert "another file begins here, with other columns" in script(path, "--rows", 1, status=2)[1]
    assert {row["cid"] for row in db.query("SELECT cid FROM customers")} <= {"a"}


@pytest.mark.parametrize("first, second", [("cid,contact", f'{BOM}"cid","contact"'), ("cid,contact", f"{BOM} CID ,Contact"), ("cid,contact", '"cid",contact'),
                                           ("cid,contact", f"{BOM}\ncid,contact"), ("cid", f"{BOM}Cid"), ("cid", f'{BOM}"cid"')])
def test_the_same_header_in_another_spelling(script, db, first, second):
    rest = ",x" if "," in first else ""
    output, _ = script(script.write(f"{first}\na{rest}\n{second}\nb{rest}\n"))
    assert "The header is repeated, and was passed over, in line " in output and "2 rows" in output and "counted other rows" not in output
    assert [row["cid"] for row in db.query("SELECT cid FROM customers ORDER BY cid")] == ["a", "b"]


@pytest.mark.parametrize("name, text", [
    ("in.csv", 'cid,contact\na,x\n"",""\n"",\n,""\r\nb,""\n'), ("in.csv", "cid\na\ncid\n"), ("in.csv", 'cid\na\n""\n""""\n'),
    ("in.ndjson", '{"cid":"a"}\n\u00a0\u3000\n \ufeff \n\v\n\x0c {"cid":"b"}\n')])
def test_command_and_server_agree_on_what_is_no_row(script, db, name, text):
    output, _ = script(script.write(text, name))
    assert "2 rows" in output and "counted other rows" not in output
    assert db.count("customers") == 2


def test_it_knows_the_names_of_columns(script):
    path = {**os.environ, "PYTHONPATH": str(SCRIPT.parent)}
    program = ("import sys; from helpdesk_import.description import choose; table = choose(sys.stdin.read(), 'customers', 'x');"
               "print(*table.columns); print(*table.secrets)")
    document = requests.get(f"{script.api.base}/openapi.json", timeout=30).text
    lines = subprocess.run([sys.executable, "-B", "-c", program], input=document, env=path, check=True, capture_output=True, text=True).stdout.splitlines()
    exported = script.api.get("export_customers", cid="*", format=None).text.strip().split(",")
    assert set(lines[0].split()) == {*exported, "pass", "new_company"}
    assert lines[1].split() == ["pass"]


def test_ndjson_with_marks_and_blank_lines(script, db):
    path = script.write(f'{BOM}\n\n{BOM}{{"cid":"a"}}\r\n \t\n{{"cid":"b"}}\n{BOM}{{"cid":"c"}}', "in.ndjson")
    output, _ = script(path, "--rows", 1)
    assert "3 added" in output and "A byte-order mark was left out in line 3, 6\n" in output


def test_bytes_that_are_no_utf8_are_handed_back_as_they_were(script):
    script(script.write(b"cid,contact\na,Andr\xe9\n"), status=1)
    assert b"a,Andr\xe9,2," in (script.folder / "customers.csv.failed.csv").read_bytes()


@pytest.mark.parametrize("name", ["/dev/stdin", "-"])
def test_pipes_are_refused(script, db, name):
    process = subprocess.run([SCRIPT, name, "--format", "csv"], input="cid\na\n", capture_output=True, text=True, env=script.environment, timeout=60)
    assert process.returncode == 2 and f"{name} is no regular file: save what is to be imported to one" in process.stderr
    process = subprocess.run(["bash", "-c", '"$0" <(printf "cid\na\n") --format csv', SCRIPT], capture_output=True, text=True, env=script.environment, timeout=60)
    assert process.returncode == 2 and "is no regular file" in process.stderr and "Traceback" not in process.stderr
    assert "is no regular file" in script(script.folder, "--format", "csv", status=2)[1]
    assert db.count("customers") == 0


def test_unreadable_names_and_keys(script):
    path = script.folder / os.fsdecode(b"\xff.csv")
    path.write_text("cid,company\na,nowhere\n")
    assert "see " in script(path, status=1)[0]
    key = script.write("key\n".encode("utf-16"), "key")
    assert "a key is required" in script(path, "--key-file", key, status=2)[1]
    key.write_text(f"{BOM}{script.api.key}\r\n")
    assert "1 failed" in script(path, "--key-file", key, status=1)[0]


# what is written

@contextlib.contextmanager
def read_only_folder():
    """A folder in which the user of `options` of a process can write nothing."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hd-script-"))
    folder.chmod(0o755)
    (folder / "customers.csv").write_text("cid,company\na,nowhere\nb,\n")
    is_root = os.geteuid() == 0
    if not is_root:
        folder.chmod(0o555)
    try:
        yield folder / "customers.csv", {"user": "nobody"} if is_root else {}
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_read_only_folder(script, db):
    with read_only_folder() as (path, options), tempfile.TemporaryDirectory(prefix="hd-script-") as elsewhere:
        copy = shutil.copytree(SCRIPT.parent, f"{elsewhere}/scripts")
        os.chmod(elsewhere, 0o777)

        def run(*arguments):
            return subprocess.run(["/usr/bin/python3", "-B", f"{copy}/helpdesk-import", path, "--resource", "customers", *arguments], capture_output=True, text=True,
                                  env=script.environment, timeout=60, **options)

        for arguments in ([], ["--state", f"{elsewhere}/state"], ["--failed", f"{elsewhere}/failed"], ["--dry-run"]):
            process = run(*arguments)
            assert process.returncode == 2
            assert "cannot be written (Permission denied): choose other places with --state and --failed" in process.stderr
            assert "Traceback" not in process.stderr and "Run it again" not in process.stderr
        assert db.count("customers") == 0
        process = run("--state", f"{elsewhere}/state", "--failed", f"{elsewhere}/failed")
        assert (process.returncode, process.stderr) == (1, "") and "1 added, 0 updated, 0 there before, 1 failed" in process.stdout
        assert sorted(os.listdir(elsewhere)) == ["failed", "scripts"]


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("source_mode", [0o600, 0o644])
def test_passwords_do_not_go_to_the_file_of_failed_rows(script, db, source_mode):
    path = script.write('cid, PASS ,company\na,"plain, secret-1",nobody\nSmith, John,plain-secret-2,\nplain-secret-3\nb,plain-secret-4,\n')
    path.chmod(source_mode)
    output, _ = script(path, status=1)
    failed = script.folder / "customers.csv.failed.csv"
    assert f"Passwords are left out of {failed}: enter them again before you import it\n" in output
    assert "secret" not in failed.read_text() and mode(failed) == 0o600
    assert [(row["cid"], row["PASS"], row["company"], row["line"]) for row in map(stripped, script.failed())] == [
        ("a", "", "nobody", "2"), ("", "", "", "3"), ("", "", "", "4")]


def stripped(row):
    return {name.strip(): value for name, value in row.items()}


def test_passwords_of_ndjson(script):
    path = script.write('{"cid":"a","Pass":"plain-secret","zip":0.50,"company":"nowhere"}\n{"cid":"b","pass":"plain-secret",}\n'
                        '{"cid":"c","\\u0070ass":"plain-secret"\n{"cid":"d","company":"nowhere"}\n{"cid":"\\ud800","pass":"plain-secret"}\n', "in.ndjson")
    output, _ = script(path, status=1)
    assert "Passwords are left out of" in output
    assert [row["row"] for row in script.failed("in.ndjson")] == [
        '{"cid": "a", "Pass": "", "zip": "0.50", "company": "nowhere"}', "", "", '{"cid":"d","company":"nowhere"}', '{"cid": "\\ud800", "pass": ""}']


@pytest.mark.parametrize("name", ["customers.csv.failed.csv", "customers.csv.import-state", "customers.csv.import-state.new"])
def test_planted_links_are_not_followed(script, name):
    path = script.write("cid,company\na,nowhere\n")
    target = script.write("precious", "target")
    (script.folder / name).symlink_to(target)
    process = script.start(path)
    output, errors = process.communicate(timeout=60)
    assert target.read_text() == "precious"
    if name.endswith(".import-state"):
        assert process.returncode == 2 and f"{name} is a link, or not your own file" in errors
    else:
        assert process.returncode == 1 and len(script.failed()) == 1
    assert (script.folder / name).is_symlink() == (name != "customers.csv.failed.csv")


def test_a_file_of_somebody_else_is_not_replaced(script):
    path = script.write("cid,company\na,nowhere\n")
    notes = script.write("cid,company\nmine,x\n", "notes.csv")
    assert "notes.csv was not made by helpdesk-import" in script(path, "--failed", notes, status=2)[1]
    os.link(notes, script.folder / "customers.csv.failed.csv")
    assert "is a link, or not your own file" in script(path, status=2)[1]
    assert notes.read_text() == "cid,company\nmine,x\n"


def test_failed_rows_of_before_stay_until_there_is_an_answer(script):
    path = script.write("cid,company\na,nowhere\n")
    script(path, status=1)
    assert len(script.failed()) == 1
    script(path, "--key", "wrong", status=2)
    assert len(script.failed()) == 1
    path.write_text("cid,company\na,\n")
    script(path)
    assert left(script) == ["customers.csv"]


def test_a_dry_run_leaves_an_interrupted_import_alone(script):
    path = script.write("cid,company\na,nowhere\n")
    script.write("cid,company,line,variable,code,error\nx,,2,,,\n", "customers.csv.failed.csv")
    script.write("{}", "customers.csv.import-state")
    assert "choose another place for the dry run's with --failed" in script(path, "--dry-run", status=2)[1]
    assert script.failed()[0]["cid"] == "x"
    assert "1 failed" in script(path, "--dry-run", "--failed", script.folder / "other.csv", status=1)[0]
    assert (script.folder / "customers.csv.import-state").read_text() == "{}"


@pytest.mark.parametrize("output", ["closed", "full"])
def test_a_reader_that_has_gone(script, db, output):
    path = script.write("cid,contact\na,b\n")
    with open("/dev/full", "wb") as full:
        ours, its = os.pipe()
        os.close(ours)
        process = subprocess.Popen([SCRIPT, path, "--resource", "customers"], stdout=its if output == "closed" else full, stderr=subprocess.PIPE, text=True, env=script.environment)
        os.close(its)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "") and db.count("customers") == 1
