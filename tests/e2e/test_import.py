"""Imports: rows of CSV and NDJSON become customers, each for itself."""

import concurrent.futures
import json
import re
import subprocess
import urllib.parse

import pytest

from api import Api
from servers import wait_for

MAIN = "thread_pool one threads=1;"
CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    client_max_body_size 16m;
    location / { %%DEFAULTS%% helpdesk_api; }
    location /strict/ { %%DEFAULTS%% helpdesk_unknown_variables reject; helpdesk_email_check on; helpdesk_api; }
    location /narrow/ { %%DATABASE%% helpdesk_key test { sha256 %%KEY_HASH%%; } helpdesk_thread_pool one; helpdesk_hash_thread_pool helpdesk_hash;
                        helpdesk_bcrypt_cost 4; helpdesk_api; }
    location /impatient/ { helpdesk_database { socket %%SOCKET%%; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; read_timeout 2s; }
                           %%KEY_AND_POOLS%% helpdesk_api; }
    location /five/ { %%DATABASE%% %%KEY_AND_POOLS%% helpdesk_bcrypt_cost 5; helpdesk_api; }
    location /adds/ { %%DATABASE%% helpdesk_key adds { sha256 %%KEY_HASH%%; actions add_customer; } helpdesk_thread_pool helpdesk;
                      helpdesk_hash_thread_pool helpdesk_hash; helpdesk_api; }
}
"""

CSV = "text/csv"
NDJSON = "application/x-ndjson"
TOTALS = ("rows", "added", "updated", "existing", "failed")


class Report:
    """The answer to an import that was carried out."""

    def __init__(self, answer):
        assert answer.status == 200, answer
        self.totals = answer.json[0]
        self.problems = [(problem["line"], problem["cid"], problem["variable"], problem["code"]) for problem in answer.json[1:]]
        self.texts = [problem["error"] for problem in answer.json[1:]]
        self.counts = tuple(int(self.totals[name]) for name in TOTALS)
        assert self.totals["imported_customers"] == str(self.counts[1] + self.counts[2])
        assert sum(self.counts[1:]) == self.counts[0]


def post(api, body, content_type=CSV, path="/", headers=None, **variables):
    query = urllib.parse.urlencode({"action": "import_customers", "format": "json", **variables})
    return api.request("POST", f"{path}?{query}", data=body.encode() if isinstance(body, str) else body,
                       headers={"X-API-Key": api.key, "Content-Type": content_type, **(headers or {})})


def run(api, body, content_type=CSV, **variables):
    return Report(post(api, body, content_type, **variables))


def lines(*rows):
    return "".join(row + "\r\n" for row in rows)


def ndjson(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def columns(api, *names):
    return [tuple(record[name] for name in names) for record in api.get("get_customers", cid="*").records]


def test_csv(api):
    body = "\ufeff" + lines("CID, Contact ,notes", "a,Jörg,", "", 'b,"Smith, ""Jim""","two\nlines"', "c, blanks ,x")
    assert run(api, body).counts == (3, 3, 0, 0, 0)
    assert columns(api, "cid", "contact", "notes") == [("a", "Jörg", ""), ("b", 'Smith, "Jim"', "two\nlines"), ("c", " blanks ", "x")]


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_any_line_break_and_none_at_the_end(api, line_break):
    report = run(api, line_break.join(["cid,contact", "a,1", '"b","2"', "c", "d,4"]))
    assert (report.counts, report.problems) == ((4, 3, 0, 0, 1), [("4", "c", "", "count_mismatch")])


def test_ndjson(api):
    body = ndjson({"cid": "a", "contact": "Jörg"}, {"CID": 7, "latitude": 12.5, "longitude": -3, "support": False, "city": None}) + "\n"
    assert run(api, body, NDJSON).counts == (2, 2, 0, 0, 0)
    assert columns(api, "cid", "contact", "latitude", "support") == [("a", "Jörg", "", "Y"), ("7", "", "12.5", "N")]


@pytest.mark.parametrize("content_type", ["text/csv; charset=UTF-8; header=present", "application/csv", "application/jsonl"])
def test_other_names_of_the_types(api, content_type):
    assert run(api, ndjson({"cid": "a"}) if "json" in content_type else "cid\na", content_type).counts == (1, 1, 0, 0, 0)


def test_rows_of_empty_cells_are_none(api):
    assert run(api, lines(",,", "cid,contact,city", ",,", "a,x,", '"","",""', ",,,,", "b,,", ",,")).counts == (2, 2, 0, 0, 0)
    assert columns(api, "cid", "contact") == [("a", "x"), ("b", "")]


def test_files_that_were_put_together(api):
    """Each begins with its mark and its header."""
    files = [lines("cid,contact", f"{name},x") for name in "abc"]
    assert run(api, "".join("\ufeff" + file for file in files) + '\ufeff"d",y').counts == (4, 4, 0, 0, 0)
    assert columns(api, "cid", "contact") == [("a", "x"), ("b", "x"), ("c", "x"), ("d", "y")]
    assert run(api, "\ufeff" + ndjson({"cid": "e"}) + "\ufeff" + ndjson({"cid": "f"}), NDJSON).counts == (2, 2, 0, 0, 0)


def test_a_file_with_other_columns_that_follows_another(api, db):
    rows = lines("cid,contact", *(f"c{i},x" for i in range(2500)))
    answer = post(api, rows + "\ufeff" + lines("cid,email", "c,d@x"), mode="upsert")
    assert (answer.status, answer.problems) == (400, [("", "malformed_body")])
    assert answer.json[0]["error"] == "another file with other columns begins in line 2502; import it separately"
    assert db.count("customers") == 0


@pytest.mark.parametrize("path", ["/", "/strict/"])
@pytest.mark.parametrize("body, content_type, text", [
    ("cid;contact\na;b\n", CSV, "the columns are separated by ';', not by ','"),
    ('"cid";"contact"\n"a";"b"\n', CSV, "the columns are separated by ';', not by ','"),
    ("contact\tcid\na\tb\n", CSV, "the columns are separated by a tab, not by ','"),
    ("cid,contact\na,b\n".encode("utf-16"), CSV, "the body is UTF-16, but must be UTF-8"),
    ("cid,contact\na,b\n".encode("utf-16-be"), CSV, "the body is UTF-16, but must be UTF-8"),
    ('{"cid":"a"}\n'.encode("utf-16-le"), NDJSON, "the body is UTF-16, but must be UTF-8"),
    ("cid,contact\r\na,b\r\n".replace("\r\n", ""), CSV, "so use --data-binary"),
    ('{"cid":"a"}{"cid":"b"}', NDJSON, "so use --data-binary")], ids=range(8))
def test_a_body_of_another_kind_is_named(api, db, path, body, content_type, text):
    answer = post(api, body, content_type, path=path)
    assert answer.status == 400 and len(answer.json) == 1 and text in answer.json[0]["error"], answer
    assert db.count("customers") == 0


def test_curl_without_data_binary(api, db, tmp_path):
    """It takes the line breaks out of a file. A header alone is a good file."""
    file = tmp_path / "customers.csv"
    file.write_text(lines("cid,contact", "a,Jörg", "b,Ann"))

    def curl(option):
        output = subprocess.run(["curl", "-sS", f"{api.base}/?action=import_customers&format=json", "-H", f"X-API-Key: {api.key}",
                                 "-H", "Content-Type: text/csv", option, f"@{file}"], check=True, capture_output=True, text=True).stdout
        return json.loads(output)["response"][0]

    assert "--data-binary" in curl("-d")["error"] and db.count("customers") == 0
    assert curl("--data-binary")["added"] == "2"
    file.write_text("cid,contact\n")
    assert curl("--data-binary")["rows"] == curl("-d")["rows"] == "0"


def test_a_file_of_a_form(api, db):
    answer = api.request("POST", "/?action=import_customers&format=json", files={"file": ("customers.csv", "cid\na\n", CSV)},
                         headers={"X-API-Key": api.key})
    assert (answer.status, answer.problems) == (400, [("file", "malformed_body")])
    assert "is sent as the body itself, as text/csv or application/x-ndjson" in answer.json[0]["error"]
    assert db.count("customers") == 0


@pytest.mark.parametrize("value", ["=1", "\n=1", "\n", "＝1+1", "＋1", "－1", "＠a", "'＝", "'\n"])
def test_what_a_spreadsheet_takes_for_a_formula_comes_back(api, value):
    assert api.add("a", contact=value).status == 200
    exported = api.get("export_customers", cid="*", path="/", format=None).text
    assert f"'{value}" in exported
    assert api.update("a", contact="x").status == 200
    assert run(api, exported, mode="update").counts == (1, 0, 1, 0, 0)
    assert columns(api, "contact") == [(value,)]


def test_a_choice_that_is_none(api, db):
    body = lines("cid,support,viewable_tickets", "a,0,", "b,n,company", "c,,all")
    report = Report(post(api, body, path="/strict/"))
    assert (report.counts, report.problems) == ((3, 1, 0, 0, 2), [("2", "a", "support", "invalid_choice"), ("4", "c", "viewable_tickets", "invalid_choice")])
    assert report.texts == ["support: must be Y or N", "viewable_tickets: must be PERSONAL or COMPANY"]
    assert run(api, body).counts == (3, 2, 0, 1, 0)
    assert columns(api, "support", "viewable_tickets") == [("N", "COMPANY"), ("Y", "PERSONAL"), ("Y", "PERSONAL")]
    # An empty one gives back nothing that was taken away.
    for mode in ("update", "upsert"):
        report = Report(post(api, lines("cid,support", "b,", "c,n"), path="/strict/", mode=mode))
        assert (report.counts, report.problems) == ((2, 0, 1, 0, 1), [("2", "b", "support", "invalid_choice")])
    assert sorted(columns(api, "cid", "support")) == [("a", "Y"), ("b", "N"), ("c", "N")]


def test_every_problem_has_its_line(api):
    body = lines("cid,contact,company,latitude,longitude", 'a,"a', 'b",,,', ",nobody,,,", "c,,nowhere,95,x", "d,,,1,", "e,,Acme,1,1")
    report = run(api, body)
    assert report.counts == (5, 2, 0, 0, 3)
    assert report.problems == [("4", "", "cid", "required"), ("5", "c", "latitude", "out_of_range"), ("5", "c", "longitude", "invalid_number"),
                               ("6", "d", "longitude", "incomplete_coordinates")]
    assert report.texts[0] == "cid: is required"
    report = run(api, lines("cid,company", "f,nowhere", "g,Acme"))
    assert (report.counts, report.problems) == ((2, 1, 0, 0, 1), [("2", "f", "company", "unknown_company")])


def test_the_answer_in_each_format(api):
    body = lines("cid,company", "a,Acme", "<b>,no & no")
    totals = {"imported_customers": "1", "rows": "2", "added": "1", "updated": "0", "existing": "0", "failed": "1", "dry_run": "Y",
              "more_problems": "N"}
    problem = {"line": "3", "cid": "<b>", "variable": "company", "code": "unknown_company", "error": 'company: no company is named "no & no"'}
    assert post(api, body, dry_run="Y").json == [totals, problem]
    assert post(api, body, dry_run="Y", format="url").url == [totals, problem]
    xml = post(api, body, dry_run="Y", format="xml").xml
    assert {element.tag: element.text for element in xml[:-1]} == totals
    assert {**xml[-1].attrib, xml[-1].tag: xml[-1].text} == problem


def test_modes(api):
    body = lines("cid,contact", "a,new", "b,new")
    assert api.add("a", contact="old").status == 200
    assert run(api, body, mode="update").problems == [("3", "b", "cid", "not_found")]
    assert columns(api, "cid", "contact") == [("a", "new")]
    report = run(api, lines("cid,contact", "A,newer", "b,newer"), mode="add")
    assert (report.counts, report.problems) == ((2, 1, 0, 1, 0), [("2", "A", "cid", "already_exists")])
    assert run(api, lines("cid,contact", "a,newest", "c,newest"), mode="Upsert").counts == (2, 1, 1, 0, 0)
    assert columns(api, "cid", "contact") == [("a", "newest"), ("b", "newer"), ("c", "newest")]


def test_a_long_name_is_told_as_far_as_whole_characters_fit(api):
    report = run(api, lines("cid,contact", "é" * 300 + ",x", "a" * 300 + ",x"))
    assert report.problems == [("2", "é" * 127, "cid", "too_long"), ("3", "a" * 255, "cid", "too_long")]


def test_an_update_clears_by_an_empty_cell_and_leaves_the_columns_that_are_not_there(api):
    assert api.add("a", contact="x", city="Rome", email2="a@b.de").status == 200
    assert run(api, lines("cid,contact,email2", "a,,"), mode="update").counts == (1, 0, 1, 0, 0)
    assert columns(api, "contact", "city", "email2") == [("", "Rome", "")]


@pytest.mark.parametrize("second", ["a", "A", "ä", "Ä", "Ａ"])
@pytest.mark.parametrize("company", ["", "Acme"])
def test_rows_of_one_customer_are_taken_in_their_order(api, second, company):
    """Whatever its spelling, and also when they share no statement."""
    first = {"a": "A", "A": "a", "ä": "Ä", "Ä": "ä", "Ａ": "a"}[second]
    body = lines("cid,contact,company", f"{first},1,", f"{second},2,{company}", f"{first},3,{company}")
    report = run(api, body)
    assert [problem[0] for problem in report.problems] == ["3", "4"] and report.counts == (3, 1, 0, 2, 0)
    assert run(api, body, mode="update").counts == (3, 0, 3, 0, 0)
    assert columns(api, "contact") == [("3",)]
    assert api.get("delete_customer", cid=first).status == 200
    assert run(api, body, mode="upsert").counts == (3, 1, 2, 0, 0)
    assert columns(api, "contact") == [("3",)]


def test_a_row_does_not_use_a_company_that_a_later_one_makes(api):
    report = run(api, lines("cid,company,new_company", "a,New,", "b,create_new,New", "c,New,"))
    assert (report.counts, report.problems) == ((3, 2, 0, 0, 1), [("2", "a", "company", "unknown_company")])


def test_lists_and_passwords(api, db):
    body = lines("cid,pass,contracts,email2,selectable_categories", 'a,first-password,"1,3","x@y.de,z@y.de",Été', "b,,,,")
    assert run(api, body).counts == (2, 2, 0, 0, 0)
    assert db.list("customer_emails", "email", "a") == ["x@y.de", "z@y.de"]
    assert api.post("verify_customer", cid="a", **{"pass": "first-password"}).json[0]["verified_customer"] == "Y"
    assert not db.customer("b")["password_hash"]
    assert run(api, lines("cid,pass", "a,second-password", "c,second-password"), mode="upsert").counts == (2, 1, 1, 0, 0)
    for cid in ("a", "c"):
        assert api.post("verify_customer", cid=cid, **{"pass": "second-password"}).json[0]["verified_customer"] == "Y"


def test_more_passwords_than_one_task_hashes(api, db):
    assert run(api, lines("cid,pass", *(f"c{i},password-{i}" for i in range(40)))).counts == (40, 40, 0, 0, 0)
    hashes = {row["password_hash"] for row in db.query("SELECT password_hash FROM customers")}
    assert len(hashes) == 40 and all(text.startswith("$2b$04$") for text in hashes)


@pytest.mark.parametrize("mode", ["add", "upsert"])
def test_rows_beyond_the_bound_of_passwords_fail_and_others_do_not(api, db, mode):
    """A dry run says so beforehand."""
    body = lines("cid,pass,city", *(f"c{i},password-{i}," for i in range(1000)), "d,,Rome", "e,one-too-many,", "f,another,", "g,,Oslo")
    for dry_run in "YN":
        report = run(api, body, mode=mode, dry_run=dry_run)
        assert report.counts == (1004, 1002, 0, 0, 2)
        assert report.problems == [("1003", "e", "pass", "too_many_values"), ("1004", "f", "pass", "too_many_values")]
        assert "1,000 rows with a password" in report.texts[0]
    assert db.count("customers") == 1002 and not db.customer("g")["password_hash"]


def test_passwords_are_hashed_at_the_cost_of_the_location(api, db):
    assert Report(post(api, lines("cid,pass", "a,some-password"), path="/five/")).counts == (1, 1, 0, 0, 0)
    assert db.customer("a")["password_hash"].startswith("$2b$05$")


def test_a_key_of_other_actions(api, db):
    assert api.post("add_customer", cid="a").status == 200
    for answer in (post(api, lines("cid", "b"), path="/adds/"), api.get("export_customers", path="/adds/", cid="*", format=None, headers={"Accept": "application/json"})):
        assert (answer.status, answer.problems) == (403, [("action", "action_not_allowed")])
    assert db.count("customers") == 1


def test_a_row_that_somebody_holds_fails_alone(api, db, mariadb):
    """Names of no other test: near one that was deleted, a row may wait for its neighbour."""
    with mariadb.connect(autocommit=False) as holder:
        holder.cursor().execute("INSERT INTO customers (cid, notes) VALUES ('held5', '')")
        report = Report(post(api, lines("cid", *(f"held{i}" for i in range(10))), path="/impatient/"))
        holder.rollback()
    assert (report.counts, report.problems) == ((10, 9, 0, 0, 1), [("7", "held5", "", "overloaded")])


def test_the_log_tells_of_a_row_that_the_database_refused(api, db, nginx):
    db.query("CREATE TRIGGER refuse BEFORE INSERT ON customers FOR EACH ROW "
             "IF NEW.city = 'bad' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused by a test'; END IF")
    try:
        report = run(api, lines("cid,city", "a,x", "b,bad"))
    finally:
        db.query("DROP TRIGGER refuse")
    assert report.problems == [("3", "b", "", "internal_error")]
    wait_for(lambda: re.search("the row in line 3: .*refused by a test", nginx.log()), "the line")


@pytest.mark.parametrize("mode", ["add", "update", "upsert"])
def test_a_dry_run_says_the_same_and_changes_nothing(api, db, mode):
    assert api.add("b", contact="old").status == 200
    body = lines("cid,contact,company,new_company,email2", "a,x,,,", "b,x,,,e@f.de", "c,x,nowhere,,", "d,x,create_new,Fresh,", "a,y,,,")
    before = [db.query(f"SELECT * FROM {table} ORDER BY 1") for table in ("customers", "companies", "customer_emails")]
    rehearsed = run(api, body, mode=mode, dry_run="y")
    assert [db.query(f"SELECT * FROM {table} ORDER BY 1") for table in ("customers", "companies", "customer_emails")] == before
    report = run(api, body, mode=mode, dry_run="n")
    assert (report.counts, report.problems) == (rehearsed.counts, rehearsed.problems)
    assert db.count("companies") == (2 if mode == "update" else 3)


@pytest.mark.parametrize("variables, problems", [
    ({"mode": "replace"}, [("mode", "invalid_choice")]), ({"dry_run": "maybe"}, [("dry_run", "invalid_choice")]),
    ({"dry_run": ""}, [("dry_run", "invalid_choice")]), ({"dryrun": "Y"}, [("dryrun", "unknown_variable")]),
    ({"mod": "update", "cid": "a"}, [("mod", "unknown_variable"), ("cid", "unknown_variable")]),
    ({"format": "csv"}, [("format", "invalid_format")])])
def test_bad_variables(api, db, variables, problems):
    answer = post(api, "cid\na", headers={"Accept": "application/json"}, **variables)
    assert (answer.status, answer.problems if "format" not in variables else problems) == (400, problems)
    assert db.count("customers") == 0


def test_json_numbers_stay_as_they_are_written(api, db):
    body = '{"cid":"a","contact":9223372036854775808}\n{"cid":"b","contact":19.10}\n{"cid":"c","latitude":71.1234567891,"longitude":1e1}'
    answer = api.raw_post(body, "application/x-ndjson", "action=import_customers&format=json")
    assert (answer.json[0]["added"], answer.json[0]["failed"]) == ("2", "1")
    assert {(problem["variable"], problem["code"]) for problem in answer.json[1:]} == {("latitude", "invalid_number"), ("longitude", "invalid_number")}
    assert (db.customer("a")["contact"], db.customer("b")["contact"]) == ("9223372036854775808", "19.10")


@pytest.mark.parametrize("body, problem", [
    ("", ("", "malformed_body")), ("\r\n\r\n", ("", "malformed_body")),
    ("contact\nx", ("cid", "required")), ("cid;contact\na;b", ("cid", "required")),
    ("cid,contact,Contact\na,b,c", ("contact", "duplicate_variable")),
    ('cid,contact\na,"b\nc,d', ("", "malformed_body")), ('cid,contact\na,b"c\n', ("", "malformed_body")),
    ('cid,contact\na,"b"c\n', ("", "malformed_body")),
    (",".join(f"c{i}" for i in range(1001)) + "\n", ("", "too_many_variables"))], ids=range(9))
def test_a_file_that_cannot_be_read_changes_nothing(api, db, body, problem):
    answer = post(api, lines("cid,contact", *(f"good {i},x" for i in range(1500))) + body[len("cid,contact\n"):]
                  if body.startswith("cid,contact\n") else body)
    assert (answer.status, answer.problems) == (400, [problem]), answer
    assert db.count("customers") == 0
    if '"' in body:
        assert "line 1502 " in answer.json[0]["error"]


def test_hostile_rows_harm_no_other(api):
    good = [f"good {i},x" for i in range(3)]
    body = lines("cid,contact", good[0]).encode() + b"bad 1,\xff\xfe\r\n" + b"bad 2,a\0b\r\n" + lines(good[1], "bad 3," + "x" * 2_000_000, "bad 4,a,b").encode() + \
        lines("b" * 300 + ",x", "'=1+1,x", good[2]).encode()
    report = run(api, body)
    assert report.counts == (9, 4, 0, 0, 5)
    assert [problem[2:] for problem in report.problems] == [("contact", "invalid_encoding"), ("contact", "invalid_characters"), ("contact", "too_long"),
                                                            ("", "count_mismatch"), ("cid", "too_long")]
    assert sorted(cid for (cid,) in columns(api, "cid")) == ["=1+1", "good 0", "good 1", "good 2"]
    report = run(api, b'{"cid":"a"}\n{"cid":"b"\nnull\n[1]\n{"cid":"\xff"}\n{"cid":["c"]}\n{"cid":"d","CID":"e"}\n' + b"[" * 100_000 +
                 b'\n{"cid":"e","notes":"\\u0000"}\n{"cid":"f"}', NDJSON)
    assert report.counts == (10, 2, 0, 0, 8)
    assert {problem[0] for problem in report.problems} == set("23456789")


def test_unknown_columns(api):
    answer = post(api, lines("cid,Colour,,id,company_id,portal_id,group_id,date_added,last_updated", "a,1,2,x,x,x,x,x,x"))
    assert Report(answer).counts == (1, 1, 0, 0, 0) and answer.headers["X-Helpdesk-Ignored"] == 'colour,""'
    answer = post(api, ndjson({"cid": "h", "": "x"}), NDJSON, mode="upsert", dry_run="Y")
    assert Report(answer).counts == (1, 1, 0, 0, 0) and answer.headers["X-Helpdesk-Ignored"] == '""'
    answer = post(api, ndjson({"cid": "b", "colour": 1, "id": 5}, {"cid": "c", "size": 1}), NDJSON)
    assert Report(answer).counts == (2, 2, 0, 0, 0) and answer.headers["X-Helpdesk-Ignored"] == "colour,size"
    answer = post(api, lines("cid,colour,id", "d,1,1"), path="/strict/")
    assert (answer.status, answer.problems) == (400, [("colour", "unknown_variable")])
    report = Report(post(api, ndjson({"cid": "e", "colour": 1, "id": 5}, {"cid": "f", "id": 5}), NDJSON, path="/strict/"))
    assert report.problems == [("1", "e", "colour", "unknown_variable")]
    assert Report(post(api, lines("cid,email", "g,nonsense"), path="/strict/")).problems == [("2", "g", "email", "invalid_email")]


@pytest.mark.parametrize("mode, counts", [("add", (3, 1, 0, 2, 0)), ("upsert", (3, 1, 2, 0, 0))])
def test_a_dry_run_knows_a_name_in_another_spelling(api, db, mode, counts):
    body = lines("cid,city", "one,Rome", "ONE,Oslo", "One,Bonn")
    assert run(api, body, mode=mode, dry_run="Y").counts == counts
    assert run(api, body, mode=mode).counts == counts


def test_the_list_of_problems_is_bounded_and_the_numbers_are_not(api):
    report = run(api, lines("cid,company", *(f"c{i},nowhere" for i in range(1200)), *(f"d{i}," for i in range(1200))))
    assert report.counts == (2400, 1200, 0, 0, 1200) and len(report.problems) == 1000 and report.totals["more_problems"] == "Y"
    report = run(api, lines("cid,company", *(f"d{i}," for i in range(1200)), "c1,nowhere"))
    assert report.counts == (1201, 0, 0, 1200, 1) and ("1202", "c1", "company", "unknown_company") in report.problems


def test_other_bodies_and_other_actions_do_not_go_together(api):
    query = urllib.parse.urlencode({"action": "add_customer", "format": "json"})
    for content_type in (CSV, NDJSON):
        assert api.raw_post("cid\na", content_type, query).status == 415
        assert api.raw_post("cid\na", content_type).status == 415
    for answer in (api.post("import_customers", cid="a"), api.get("import_customers"), api.post_json("import_customers")):
        assert (answer.status, answer.problems) == (415, [("", "unsupported_media_type")])
    assert post(api, "cid\na", "text/csv; charset=utf-16").status == 415
    assert post(api, "cid\na", headers={"Content-Encoding": "gzip"}).status == 415
    assert post(api, "cid\na", headers={"X-API-Key": "wrong"}).status == 401
    assert post(api, "cid\n" + "x" * 17_000_000).status == 413
    for name in ("Idempotency-Key", "If-Match", "If-None-Match", "If-Unmodified-Since"):
        answer = post(api, "cid\na", headers={name: '"x"'})
        assert (answer.status, answer.problems) == (400, [(name, "bad_request")])


def test_a_database_that_goes_away_ends_it(api, db, mariadb):
    """The answer says how far it came. Names of no other test: near one that was deleted, a row may wait for its neighbour."""
    body = lines("cid,contact", *(f"away{i},x" for i in range(3000))).encode()
    with mariadb.connect(autocommit=False) as holder:
        holder.cursor().execute("INSERT INTO customers (cid, notes) VALUES ('away2500', '')")
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            sent = pool.submit(post, Api(api.port, api.key), body)
            db.wait_for_lock()
            mariadb.kill()
            answer = sent.result()
    mariadb.start()
    assert answer.status == 503 and answer.json[0]["code"] in ("database_unavailable", "outcome_unknown"), answer
    assert (stopped := re.search(r"with (\d+) added and 0 updated; it can be sent again$", answer.json[0]["error"])), answer
    added = int(stopped[1])
    assert 0 < added <= db.count("customers") <= added + 32
    assert run(api, body).counts[0] == 3000
    assert db.count("customers") == 3000


def test_other_calls_get_a_thread_meanwhile(api):
    """One thread for all: an import gives it up after each slice."""
    body = lines("cid,contact", *(f"c{i},x" for i in range(8000)))
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        sent = pool.submit(post, Api(api.port, api.key), body, path="/narrow/")
        answers = []
        while not sent.done():
            answers.append(api.get("get_customers", path="/narrow/", cid="c1,c7999"))
        assert Report(sent.result()).counts == (8000, 8000, 0, 0, 0)
    assert any([record["cid"] for record in answer.records] == ["c1"] for answer in answers)
