"""bin/helpdesk-import with tickets: the rows of a ticket stay together, and every ticket has its number."""

import csv
import json

import pytest

from test_import_script import Script

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    client_max_body_size 2m;
    location / { %%DEFAULTS%% helpdesk_api; }
    location /small/ { %%DEFAULTS%% client_max_body_size 1k; helpdesk_api; }
    location = /openapi.json { helpdesk_openapi /; }
}
"""


@pytest.fixture
def script(api, tmp_path):
    api.post("add_customer", cid="c")
    return Script(api, tmp_path)


def entries(api):
    return {ticket["tid"]: [entry["notes"] for entry in api.get("get_history", tid=ticket["tid"]).records]
            for ticket in api.get("get_tickets", order="ID").records}


def rows(count, number=str):
    """Tickets with three entries each. Of the further rows some have the number, some nothing, some everything."""
    text = "tid,cid,subject,entry_notes\n"
    for i in range(1, count + 1):
        text += f"{number(i)},c,s{i},a{i}\n{number(i)},,,\"b\n{i}\"\n,,,c{i}\n"
    return text


@pytest.mark.parametrize("arguments", [[], ["--rows", 1], ["--rows", 3, "--parallel", 1], ["--dry-run"]])
def test_the_entries_of_a_ticket_stay_with_it(script, api, arguments):
    output, _ = script(script.write(rows(10), "tickets.csv"), "--resource", "tickets", *arguments)
    assert "10 rows in" in output and "10 added" in output if "--dry-run" not in arguments else "10 would be" not in output
    expected = {} if "--dry-run" in arguments else {str(i): [f"a{i}", f"b\n{i}", f"c{i}"] for i in range(1, 11)}
    assert entries(api) == expected


def test_again(script, api):
    path = script.write(rows(3), "tickets.csv")
    script(path, "--resource", "tickets")
    output, _ = script(path, "--resource", "tickets")
    assert "0 added, 0 updated, 3 there before, 0 failed" in output
    assert len(entries(api)) == 3


def test_all_rows_of_a_ticket_that_fails_can_be_mended_and_sent_again(script, api):
    text = rows(3).replace("2,c,s2", "2,nobody,s2")
    output, _ = script(script.write(text, "tickets.csv"), "--resource", "tickets", status=1)
    assert "2 added, 0 updated, 0 there before, 1 failed" in output
    with open(script.folder / "tickets.csv.failed.csv", newline="") as file:
        failed = list(csv.DictReader(file))
    assert [(row["tid"], row["cid"], row["entry_notes"], row["line"], row["variable"], row["code"]) for row in failed] == [
        ("2", "nobody", "a2", "6", "cid", "unknown_customer"), ("2", "", "b\n2", "", "", ""), ("", "", "c2", "", "", "")]
    mended = (script.folder / "tickets.csv.failed.csv").read_text().replace("nobody", "c")
    script(script.write(mended, "mended.csv"), "--resource", "tickets")
    assert entries(api)["2"] == ["a2", "b\n2", "c2"]


def test_a_server_that_takes_less(script, api):
    output, _ = script(script.write(rows(3) + "9,c,long,a\n9,,,%s\n" % ("x" * 2000), "tickets.csv"), "--resource", "tickets", "--url",
                       f"{script.api.base}/small/", status=1)
    assert "3 added, 0 updated, 0 there before, 1 failed" in output
    with open(script.folder / "tickets.csv.failed.csv", newline="") as file:
        assert [(row["tid"], row["code"]) for row in csv.DictReader(file)] == [("9", "payload_too_large"), ("9", "")]


def test_ndjson(script, api):
    lines = [json.dumps({"tid": i, "cid": "c", "history": [{"notes": f"n{i}"}]}) for i in (1, 2)]
    script(script.write("\n".join(lines), "tickets.ndjson"), "--resource", "tickets")
    assert entries(api) == {"1": ["n1"], "2": ["n2"]}


@pytest.mark.parametrize("name,text,line", [("t.csv", "cid,subject\nc,x\n", 1), ("t.csv", "tid,cid\n1,c\n,c\n", 3),
                                            ("t.csv", "tid,cid,field_1,entry_notes\n1,c,,a\n,,x,b\n", 3),
                                            ("t.csv", rows(1, lambda i: ""), 2), ("t.ndjson", '{"cid":"c"}\n', 1),
                                            ("t.ndjson", '{"tid":1,"cid":"c"}\n{"cid":"c","tid":null}\n', 2)])
def test_a_ticket_without_a_number_is_refused(script, db, name, text, line):
    """A piece whose answer is lost is sent again."""
    _, errors = script(script.write(text, name), "--resource", "tickets", status=2)
    assert f"line {line}: there is no tid; number the records" in errors and "Traceback" not in errors
    assert db.count("tickets") == 0


def test_what_is_imported_must_be_said(script, db):
    path = script.write(rows(1), "tickets.csv")
    _, errors = script(path, "--url", script.api.base.replace("127.0.0.1", "localhost") + "/", status=2)
    assert "--resource is required" in errors and "customers, tickets" in errors
    assert db.count("customers") == 1
