"""How a shop moves in: tickets with their entries are exported, and imported as they were."""

import csv
import io
import json
import pathlib
import re
import urllib.parse

import pytest

from conftest import numbers
from locks import holding
from servers import SANITIZE

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    client_max_body_size 64m;
    location / { %%DEFAULTS%% helpdesk_api; }
    location /strict/ { %%DEFAULTS%% helpdesk_unknown_variables reject; helpdesk_api; }
    location /iso/ { %%DEFAULTS%% helpdesk_date_format iso; helpdesk_api; }
}
"""
CSV, NDJSON = "text/csv", "application/x-ndjson"
TYPES = {"csv": CSV, "ndjson": NDJSON}
TICKET = ["tid", "cid", "company", "contact", "phone", "email", "source", "open_date", "close_date", "category", "sub_category", "assigned_to",
          "assigned_group", "escalation_level", "status", "subject", "customer_group", "priority", "due_date", "description", "opened_by", "portal",
          "contract", "tags"]
ENTRY = ["date", "type", "uid", "cid", "author", "notes", "content_type", "customer_viewable", "status", "changes", "from", "to", "cc", "message_id"]
TOTALS = ("rows", "added", "updated", "existing", "failed")


@pytest.fixture(autouse=True)
def people(api, db):
    fill(api, db)


def fill(api, db):
    """Those to whom tickets refer, with the same numbers each time."""
    db.query("INSERT INTO tech_groups (id, name) VALUES (1, 'First line'), (2, '7')")
    db.query("INSERT INTO technicians (id, uid, name, active) VALUES (1, 'ann', 'Ann Example', 'Y'), (2, 'bob', '', 'Y')")
    db.query("INSERT INTO sub_categories (id, name, category_id) VALUES (1, 'Printer', 1)")
    for variables in ({"cid": "c", "company": "Acme", "contact": "Carl", "phone": "1", "email": "carl@example.com", "group": "Retail", "portal": "7",
                       "contracts": "1", "sc_start_dates": "2020-01-01"},
                      {"cid": "other", "contact": "Olga"}):
        assert api.post("add_customer", **variables).status == 200


def post(api, body, content_type=NDJSON, path="/", **variables):
    query = urllib.parse.urlencode({"action": "import_tickets", "format": "json", **variables})
    if not isinstance(body, (str, bytes)):
        body = "".join(json.dumps(row) + "\n" for row in body)
    return api.request("POST", f"{path}?{query}", data=body.encode() if isinstance(body, str) else body,
                       headers={"X-API-Key": api.key, "Content-Type": content_type})


def run(api, body, content_type=NDJSON, counts=None, **variables):
    """(tid, variable, code) of what was wrong."""
    answer = post(api, body, content_type, **variables)
    assert answer.status == 200, answer
    totals, *problems = answer.json
    if counts is not None:
        assert tuple(int(totals[name]) for name in TOTALS) == counts, answer
    return [(problem["tid"], problem["variable"], problem["code"]) for problem in problems]


def export(api, format, path="/", **variables):
    answer = api.get("export_tickets", path=path, format=format, **variables)
    assert answer.status == 200, answer
    return answer.text


def ticket(api, tid):
    (record,) = api.get("get_tickets", tid=tid).records
    return record


def history(api, tid):
    return api.get("get_history", tid=tid).records


def found(api, keyword):
    return [record["tid"] for record in api.get("get_tickets", keyword=keyword).records]


def many_tickets(api):
    """Tickets with every sort of value and entry, as calls make them."""
    def add(**variables):
        return api.post("add_ticket", **{"cid": "c"} | variables).json[0]["added_ticket"]

    def say(tid, **variables):
        answer = api.post("add_history", tid=tid, **variables)
        assert answer.status == 200, answer

    first = add(subject="=1+1", description="It's \"broken\",\nagain", source="Phone", category="Hardware", sub_category="Printer", assigned_to="ann",
                assigned_group="First line", escalation_level="2", priority="High", due_date="2030-01-02 03:04:05", open_date="2024-05-06 07:08:09",
                tags="red,blue", contract="1")
    say(first, uid="ann", notes="<b>Ünïcode</b> 'x", content_type="html", customer_viewable="Y", message_id="<1@example.com>",
        **{"from": "a@example.com", "to": "b@example.com, c@example.com", "cc": "d"})
    say(first, cid="c", notes="+reply", status="Closed", date="2024-05-07")
    say(first, notes="by the key", type="C")
    bare = add(cid="other", subject="", contact="", phone="", assigned_group="7")
    assert api.post("update_ticket", tid=bare, priority="", status="", subject="x", uid="ann").status == 200
    gone = add(subject="gone", description="Spam")
    without = add(description="Its entry was deleted")
    api.post("delete_history", id=history(api, without)[0]["id"])
    closed = add(subject="closed", status="Closed")
    assert api.post("update_ticket", tid=closed, close_date="").status == 200
    assert api.post("delete_ticket", tid=gone).status == 200
    long = add(subject="long", description="é" * 300_000)
    say(long, notes="ß" * 200_000)
    return first, bare, without, closed, long


def snapshot(api):
    """What clients see, but for what is new in each help desk: IDs of entries, and times of adding."""
    new = ("id", "date_added", "last_updated")
    seen = []
    for record in api.get("get_tickets", order="ID").records:
        entries = [{name: value for name, value in entry.items() if name not in new} for entry in history(api, record["tid"])]
        seen.append(({name: value for name, value in record.items() if name not in new}, entries))
    return seen


@pytest.mark.parametrize("path", ["/", "/iso/"])
@pytest.mark.parametrize("format", ["csv", "ndjson"])
def test_what_was_exported_is_imported_and_exported_byte_for_byte(api, db, format, path):
    many_tickets(api)
    before, text = snapshot(api), export(api, format, path)
    db.reset()
    fill(api, db)
    assert run(api, text, TYPES[format], (len(before),) + (len(before), 0, 0, 0)) == []
    assert export(api, format, path) == text
    assert snapshot(api) == before


def test_the_form_of_an_export(api):
    tid = many_tickets(api)[0]
    (row,) = (json.loads(line) for line in export(api, "ndjson", tid=tid).splitlines())
    assert list(row) == [*TICKET, "history"]
    assert [list(entry) for entry in row["history"]] == [ENTRY] * 5
    assert [entry["type"] for entry in row["history"]] == ["R", "R", "N", "S", "C"]
    rows = list(csv.DictReader(io.StringIO(export(api, "csv", tid=tid), newline="")))
    assert list(rows[0]) == [*TICKET, *("entry_" + name for name in ENTRY)]
    assert len(rows) == 5
    assert rows[0]["subject"] == "'=1+1" and rows[0]["entry_notes"]
    assert all({name for name in TICKET if row[name]} == {"tid"} for row in rows[1:])
    (alone,) = csv.DictReader(io.StringIO(export(api, "csv", tid=many_tickets(api)[2]), newline=""))
    assert not any(alone["entry_" + name] for name in ENTRY)


def test_selectors_of_an_export(api):
    first, bare, *_ = many_tickets(api)

    def tids(**variables):
        return [json.loads(line)["tid"] for line in export(api, "ndjson", **variables).splitlines()]

    assert tids(cid="other") == [bare]
    assert tids(keyword="reply") == [first]
    assert tids(after_id=first, cid="other,c", status="Closed") == tids(closed="Y", start_tid=str(int(first) + 1))
    deleted = [json.loads(line) for line in export(api, "ndjson", deleted="Y").splitlines()]
    assert [(row["subject"], [entry["notes"] for entry in row["history"]]) for row in deleted] == [("gone", ["Spam"])]
    assert api.get("export_tickets", description="N", format="ndjson").headers["X-Helpdesk-Ignored"] == "description"


def test_many_tickets_and_entries_are_exported_in_order(api, db):
    db.query("INSERT INTO tickets (id, customer_id, description) SELECT 1 + seq, (SELECT id FROM customers WHERE cid = 'c'), '' "
             f"FROM {numbers(1200)} AS numbers")
    db.query("INSERT INTO ticket_history (ticket_id, date, notes) SELECT 77, '2024-01-01' - INTERVAL seq DAY, REPEAT(CHAR(97 + MOD(seq, 26)), 3000) "
             f"FROM {numbers(1500)} AS numbers")
    rows = [json.loads(line) for line in export(api, "ndjson").splitlines()]
    assert [int(row["tid"]) for row in rows] == list(range(2, 1202))
    assert {row["tid"]: len(row["history"]) for row in rows if row["history"]} == {"77": 1500}
    assert [entry["notes"][0] for entry in rows[75]["history"]] == [chr(97 + seq % 26) for seq in range(1500, 0, -1)]


@pytest.mark.parametrize("format", ["csv", "ndjson"])
def test_a_ticket_with_long_entries_is_not_in_memory(api, db, nginx, format):
    """400 entries of 100 kB, and one of 20 MB, pass through a worker that holds some pages of them."""
    db.query("INSERT INTO tickets (id, customer_id, description) SELECT 5, id, REPEAT('d', 1000000) FROM customers WHERE cid = 'c'")
    db.query(f"INSERT INTO ticket_history (ticket_id, notes) SELECT 5, REPEAT('é', 50000) FROM {numbers(400)} AS numbers")
    db.query("INSERT INTO ticket_history (ticket_id, notes) VALUES (5, REPEAT('z', 10000000))")
    sizes = []
    for _ in range(2):  # the second one tells what the first one left
        text = export(api, format)
        sizes.append(max(peak(pid) for pid in nginx.worker_pids()))
        assert text.count("é" * 50000) == 400 and text.count("z" * 10_000_000) == 1 and text.count("d" * 1_000_000) == 1
        assert len(text) < 31_500_000
    assert SANITIZE or max(sizes) < 80 * 1024, sizes


def peak(pid):
    """The most resident memory of a process, in kB."""
    return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


def test_own_numbers_and_those_that_follow(api):
    assert run(api, [{"tid": 500000, "cid": "c", "subject": "a"}, {"cid": "c", "subject": "b"}, {"ticket_id": "70", "cid": "c", "subject": "c"}],
               counts=(3, 3, 0, 0, 0)) == []
    assert {record["tid"]: record["subject"] for record in api.get("get_tickets", tid="*").records} == {"500000": "a", "500001": "b", "70": "c"}
    assert api.post("add_ticket", cid="c").json[0]["added_ticket"] == "500002"


@pytest.mark.parametrize("tid,code", [("0", "invalid_number"), ("x", "invalid_number"), ("1000000000000001", "out_of_range"),
                                      ("99999999999999999999", "invalid_number")])
def test_no_number(api, db, tid, code):
    assert run(api, [{"tid": tid, "cid": "c"}], counts=(1, 0, 0, 0, 1)) == [(tid, "tid", code)]
    assert db.count("tickets") == 0


def test_numbers_that_are_taken(api, db):
    """Also by a ticket that was deleted. Such a row may be sent again."""
    rows = [{"tid": "5", "cid": "c", "history": [{"notes": "one"}]}, {"tid": "6", "cid": "c"}]
    assert run(api, rows, counts=(2, 2, 0, 0, 0)) == []
    api.post("delete_ticket", tid="6")
    expected = [("5", "tid", "already_exists"), ("6", "tid", "already_exists")]
    assert run(api, rows, counts=(2, 0, 0, 2, 0), dry_run="Y") == expected
    assert run(api, rows, counts=(2, 0, 0, 2, 0)) == expected
    assert db.count("ticket_history") == 1
    twice = [{"tid": "8", "cid": "c"}, {"cid": "c"}, {"cid": "c"}, {"tid": "8", "cid": "c"}]
    assert run(api, twice, counts=(4, 3, 0, 1, 0), dry_run="Y") == [("8", "tid", "already_exists")]
    assert run(api, twice, counts=(4, 3, 0, 1, 0)) == [("8", "tid", "already_exists")]


def test_dates_and_authors_are_those_of_the_row(api):
    entries = [{"date": "2019-02-03 04:05:06", "cid": "c", "notes": "Help", "type": "E", "from": "x"},
               {"date": "2019-02-04", "uid": "bob", "notes": "Done", "status": "Pending", "customer_viewable": True},
               {"date": "2019-02-05", "author": "Somebody who left", "notes": "Old"},
               {"date": "2019-02-06", "uid": "ann", "author": "Ann Maiden", "notes": "Renamed"},
               {"notes": "No more"}]
    assert run(api, [{"tid": "3", "cid": "c", "status": "Closed", "open_date": "2019-02-03", "close_date": "2019-03-01", "history": entries,
                      "description": "Help"}], counts=(1, 1, 0, 0, 0)) == []
    seen = [(entry["date"].split(" ")[0], entry["type"], entry["uid"], entry["cid"], entry["author"], entry["status"], entry["customer_viewable"])
            for entry in history(api, "3")]
    assert seen[:4] == [("2/3/2019", "E", "", "c", "Carl", "", "Y"), ("2/4/2019", "N", "bob", "", "bob", "Pending", "Y"),
                        ("2/5/2019", "N", "", "", "Somebody who left", "", "N"), ("2/6/2019", "N", "ann", "", "Ann Maiden", "", "N")]
    assert seen[4][4] == "test" and len(seen) == 5
    record = ticket(api, "3")
    assert (record["open_date"], record["close_date"], record["closed"]) == ("2/3/2019 12:00:00 AM", "3/1/2019 12:00:00 AM", "Y")


def test_a_description_begins_a_history_that_the_row_does_not_bring(api):
    rows = [{"tid": "1", "cid": "c", "description": "Help", "open_date": "2019-01-01"}, {"tid": "2", "cid": "c", "description": "Help", "history": []}]
    assert run(api, rows, counts=(2, 2, 0, 0, 0)) == []
    assert [(entry["notes"], entry["date"]) for entry in history(api, "1")] == [("Help", "1/1/2019 12:00:00 AM")]
    assert history(api, "2") == []


def test_snapshots_are_taken_from_the_row_or_else_from_the_customer(api):
    rows = [{"tid": "1", "cid": "c"}, {"tid": "2", "cid": "c", "contact": "Then", "company": "Café", "phone": ""},
            {"tid": "3", "cid": "c", "contact": "", "company": "", "customer_group": "", "portal": "", "email": "old@example.com"}]
    assert run(api, rows, counts=(3, 3, 0, 0, 0)) == []
    seen = [[ticket(api, tid)[name] for name in ("contact", "company", "phone", "email", "customer_group", "portal")] for tid in "123"]
    assert seen == [["Carl", "Acme", "1", "carl@example.com", "Retail", "Seven"], ["Then", "Café", "", "carl@example.com", "Retail", "Seven"],
                    ["", "", "1", "old@example.com", "", ""]]


def test_what_the_row_leaves_out_is_as_of_a_new_ticket_and_what_is_empty_stays_empty(api):
    rows = [{"tid": "1", "cid": "c"}, {"tid": "2", "cid": "c", "status": "", "priority": "", "source": "", "escalation_level": ""}]
    assert run(api, rows, counts=(2, 2, 0, 0, 0)) == []
    seen = [[ticket(api, tid)[name] for name in ("status", "priority", "source", "escalation_level")] for tid in "12"]
    assert seen == [["New", "Normal", "API", "1"], ["", "", "", ""]]


def test_what_was_allowed_then_is_allowed(api, db):
    """Nobody's support, contract or employment today says anything about a ticket of long ago."""
    db.query("UPDATE customers SET support = 'N'")
    db.query("UPDATE technicians SET active = 'N'")
    db.query("UPDATE ticket_priorities SET due_hours = 4")
    assert run(api, [{"tid": "1", "cid": "other", "assigned_to": "ann", "contract": "2", "history": [{"cid": "c", "notes": "x"}]}],
               counts=(1, 1, 0, 0, 0)) == []
    assert [ticket(api, "1")[name] for name in ("assigned_to", "contract", "due_date")] == ["ann", "2", ""]


def test_no_change_entries_are_written_but_those_that_come_are_kept(api):
    change = {"type": "S", "uid": "ann", "date": "2020-01-01", "changes": '{"status":["New","Open"]}'}
    assert run(api, [{"tid": "1", "cid": "c", "status": "Open", "history": [change]}], counts=(1, 1, 0, 0, 0)) == []
    (entry,) = history(api, "1")
    assert (entry["type"], entry["changes"], entry["notes"]) == ("S", change["changes"], "")


def test_words_of_what_was_imported_are_found(api):
    text = "subject,cid,tid,entry_notes,entry_content_type\nZebra,c,1,giraffe,\n,,1,<b>hippo</b>potamus,html\n"
    assert run(api, text, CSV, (1, 1, 0, 0, 0)) == []
    assert [found(api, word) for word in ("zebra", "giraffe", "hippopotamus", "zebra hippo", "rhino")] == [["1"]] * 4 + [[]]
    assert [entry["notes"] for entry in api.get("get_history", keyword="giraffe").records] == ["giraffe"]


WRONG = [
    ({"cid": ""}, ("cid", "required")),
    ({"cid": "nobody"}, ("cid", "unknown_customer")),
    ({"status": "Lost"}, ("status", "unknown_status")),
    ({"open_date": "2020-01-02", "close_date": "2020-01-01"}, ("close_date", "invalid_date")),
    ({"history": [{"notes": "x"}, {"notes": ""}]}, ("entry_notes", "required")),
    ({"history": [{"notes": "x", "uid": "nobody"}]}, ("entry_uid", "unknown_tech")),
    ({"history": [{"notes": "x", "cid": "nobody"}]}, ("entry_cid", "unknown_customer")),
    ({"history": [{"notes": "x", "uid": "ann", "cid": "c"}]}, ("entry_cid", "ambiguous")),
    ({"history": [{"notes": "x", "status": "Lost"}]}, ("entry_status", "unknown_status")),
    ({"history": [{"notes": "x", "type": "Z"}]}, ("entry_type", "invalid_choice")),
    ({"history": [{"notes": "x", "date": "yesterday"}]}, ("entry_date", "invalid_date")),
    ({"history": [{"notes": "x", "message_id": "m"}, {"notes": "y", "message_id": "m"}]}, ("entry_message_id", "duplicate_value")),
    ({"history": [{"notes": "x", "message_id": "taken"}]}, ("entry_message_id", "duplicate_value")),
    ({"history": [{"notes": {}}]}, ("entry_notes", "malformed_body")),
    ({"history": ["x"]}, ("history", "malformed_body")),
    ({"history": "x"}, ("history", "malformed_body")),
]


@pytest.mark.parametrize("variables,problem", WRONG)
def test_a_row_that_is_wrong_leaves_nothing_and_harms_no_other(api, db, variables, problem):
    assert run(api, [{"tid": "1", "cid": "c", "history": [{"notes": "x", "message_id": "taken"}]}]) == []
    counts = (2, 1, 0, 0, 1)
    rows = [{"tid": "2", "cid": "c", "tags": "a"} | variables, {"tid": "3", "cid": "c"}]
    for dry_run in "YN":
        assert run(api, rows, counts=counts, dry_run=dry_run)[0] == ("2", *problem)
    assert [record["tid"] for record in api.get("get_tickets", tid="*").records] == ["1", "3"]
    assert (db.count("ticket_history"), db.count("ticket_tags"), db.count("ticket_words")) == (1, 0, 1)


def test_a_problem_tells_which_entry(api):
    answer = post(api, [{"tid": "2", "cid": "c", "history": [{"notes": "x"}, {"notes": "x", "uid": "nobody"}]}])
    assert [problem["error"] for problem in answer.json[1:]] == ['entry_uid: no technician has the uid "nobody" (entry 2)']


def test_a_dry_run_stores_nothing(api, db):
    assert run(api, [{"tid": "1", "cid": "c", "history": [{"notes": "x"}]}], counts=(1, 1, 0, 0, 0), dry_run="Y") == []
    assert [db.count(table) for table in ("tickets", "ticket_history", "ticket_words")] == [0, 0, 0]


@pytest.mark.parametrize("mode", ["update", "upsert"])
def test_tickets_are_only_added(api, mode):
    assert post(api, [{"cid": "c"}], mode=mode).problems == [("mode", "invalid_choice")]


def test_unknown_names(api):
    row = {"cid": "c", "colour": "red", "id": "9", "overdue": "Y", "history": [{"notes": "x", "taste": "sour", "tid": "7", "id": "1", "message": ""}]}
    answer = post(api, [row])
    assert answer.headers["X-Helpdesk-Ignored"] == "colour,entry_taste"
    problems = post(api, [{"cid": "c", "colour": "red", "history": [{"notes": "x", "taste": "sour"}]}], path="/strict/").json[1:]
    assert sorted((problem["variable"], problem["code"]) for problem in problems) == [("colour", "unknown_variable"), ("entry_taste", "unknown_variable")]


@pytest.mark.parametrize("text", [
    "tid,cid,subject,entry_notes\n1,c,one,a\n1,,,b\n2,c,two,\n3,c,three,c\n",
    "tid,cid,subject,entry_notes\n1,c,one,a\n1,c,one,b\n2,c,two,\n3,c,three,c\n",
    "tid,cid,subject,entry_notes\n1,c,one,a\n,,,b\n2,c,two,\n3,c,three,c\n",
    "entry_notes,tid,cid,subject\na,1,c,one\nb,,,\n,2,c,two\nc,3,c,three\n",
])
def test_the_ways_to_say_that_an_entry_is_of_the_ticket_above(api, text):
    assert run(api, text, CSV, (3, 3, 0, 0, 0)) == []
    assert {tid: [entry["notes"] for entry in history(api, tid)] for tid in "123"} == {"1": ["a", "b"], "2": [], "3": ["c"]}


def test_an_entry_with_too_few_cells(api, db):
    assert run(api, "tid,cid,entry_notes\n1,c,a\n1,\n2,c,b\n", CSV, (2, 1, 0, 0, 1))[0] == ("1", "", "count_mismatch")
    assert db.count("tickets") == 1


def test_a_ticket_twice_in_a_file_without_entries(api):
    assert run(api, "tid,cid\n1,c\n1,c\n", CSV, (2, 1, 0, 1, 0)) == [("1", "tid", "already_exists")]


def test_many_entries_of_one_ticket(api, db):
    """Those of one sort share statements, and their order is kept."""
    entries = [{"notes": f"n{i}", "date": "2020-01-01", **({"uid": "ann"} if i % 70 == 0 else {"cid": "c"})} for i in range(500)]
    assert run(api, [{"tid": "1", "cid": "c", "history": entries}], counts=(1, 1, 0, 0, 0)) == []
    assert [entry["notes"] for entry in history(api, "1")] == [f"n{i}" for i in range(500)]
    assert found(api, "n499") == ["1"]


@pytest.mark.parametrize("sql,row,problem,counts", [
    ("INSERT INTO tickets (id, customer_id, description) SELECT 77, id, '' FROM customers WHERE cid = 'c'",
     {"tid": "77", "cid": "c", "history": [{"notes": "x"}]}, ("77", "tid", "already_exists"), (1, 0, 0, 1, 0)),
    ("INSERT INTO ticket_history (ticket_id, notes, message_id) VALUES (1, '', 'm')",
     {"tid": "77", "cid": "c", "history": [{"notes": f"n{i}"} for i in range(40)] + [{"notes": "x", "message_id": "m"}]},
     ("77", "entry_message_id", "duplicate_value"), (1, 0, 0, 0, 1)),
])
def test_what_another_client_stores_at_the_same_moment(api, db, sql, row, problem, counts):
    """A ticket is stored with all its entries or not at all."""
    assert run(api, [{"tid": "1", "cid": "c"}]) == []
    with holding(db, sql) as holder:
        importing = holder.begin(run, api, [row], counts=counts)
        holder.commit()
        assert importing.result() == [problem]
    assert db.query("SELECT COUNT(*) AS n FROM ticket_history WHERE notes <> ''")[0]["n"] == 0
    assert db.count("ticket_words") == 0
