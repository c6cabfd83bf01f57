"""The manual's page on moving: exports of other help desks come in once their columns are renamed as its tables say."""

import csv
import io
import json
import re
import urllib.parse

import pytest

from servers import ROOT

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_unknown_variables reject; helpdesk_api; }
}
"""
FILES = ROOT / "tests/e2e/moves"


@pytest.fixture(autouse=True)
def people(api, db):
    """What the files name, as the page tells to add it."""
    db.query("INSERT INTO tech_groups (name) VALUES ('Support'), ('Sales')")
    db.query("INSERT INTO technicians (uid, name) VALUES ('Ann Example', 'Ann')")
    db.query("INSERT INTO ticket_priorities (name, position) VALUES ('Urgent', 9)")
    db.query("INSERT INTO ticket_sources (name, position) VALUES ('Web', 9)")
    for cid in ("jo@example.com", "kim@example.com"):
        api.post("add_customer", cid=cid)


def table(system):
    """Their name -> (ours, their values -> ours), of the page's table."""
    page = (ROOT / "manual/move.md").read_text()
    (text,) = re.findall(rf"^\| {re.escape(system)} \| here \|\n\|---\|---\|\n((?:\|.*\|\n)+)", page, re.M)
    rows = {}
    for line in text.splitlines():
        theirs, ours = (cell.strip() for cell in line.strip("|").split("|"))
        names, _, values = ours.partition(":")
        for name in theirs.split(","):
            rows[name.strip()] = (names.split(", "), dict(re.findall(r"`([^`]+)` = (\S+)", values)))
    return rows


def translate(value, values):
    return values.get(value, value)


def rename_csv(text, columns):
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert set(columns) <= set(rows[0]), set(columns) - set(rows[0])
    renamed = []
    for row in rows:
        renamed.append({})
        for theirs, (names, values) in columns.items():
            for name in names:
                renamed[-1][name] = renamed[-1].get(name, "") or translate(row[theirs], values)
    out = io.StringIO()
    writer = csv.DictWriter(out, renamed[0])
    writer.writeheader()
    writer.writerows(renamed)
    return out.getvalue()


def dig(record, path):
    for name in path.split("."):
        record = (record or {}).get(name)
    return ",".join(record) if isinstance(record, list) else record


def rename_json(text, members):
    lines = []
    for line in text.splitlines():
        ticket = json.loads(line)
        row = {}
        for theirs, (names, values) in members.items():
            for name in names:
                if not name.startswith("history."):
                    row[name] = translate(dig(ticket, theirs), values)
        row["history"] = [{names[0].removeprefix("history."): dig(comment, theirs.removeprefix("comments."))
                           for theirs, (names, _) in members.items() if names[0].startswith("history.")} for comment in ticket["comments"]]
        lines.append(json.dumps(row))
    return "\n".join(lines)


def run(api, text, content_type):
    query = urllib.parse.urlencode({"action": "import_tickets", "format": "json"})
    answer = api.request("POST", f"/?{query}", data=text.encode(), headers={"X-API-Key": api.key, "Content-Type": content_type})
    assert answer.status == 200, answer
    totals, *problems = answer.json
    assert problems == [] and totals["added"] == totals["rows"] == "2", answer


def tickets(api, *names):
    return [tuple(record[name] for name in names) for record in api.get("get_tickets", order="ID").records]


def history(api, tid):
    return [(entry["date"], entry["type"], entry["author"], entry["notes"]) for entry in api.get("get_history", tid=tid).records]


def move(api, system, file):
    text = (FILES / file).read_text()
    if file.endswith(".csv"):
        return run(api, rename_csv(text, table(system)), "text/csv")
    return run(api, rename_json(text, table(system)), "application/x-ndjson")


def test_osticket(api):
    move(api, "osTicket", "osticket.csv")
    assert tickets(api, "tid", "cid", "contact", "status", "priority", "assigned_to", "assigned_group", "category", "open_date", "close_date") == [
        ("100234", "jo@example.com", "Jo Miller", "Closed", "High", "Ann Example", "Support", "Hardware", "11/2/2023 8:15:00 AM", "11/3/2023 4:40:00 PM"),
        ("100240", "kim@example.com", "Kim Lee", "Open", "Normal", "", "Sales", "Software", "12/1/2023 10:00:00 AM", "")]
    assert history(api, "100234") == [
        ("11/2/2023 8:15:00 AM", "R", "Jo Miller", '<p>The printer on floor 2, "the big one", jams.</p>'),
        ("11/2/2023 9:00:00 AM", "N", "Ann Example", "Ask facilities"), ("11/3/2023 4:40:00 PM", "R", "Ann Example", "<p>Repaired.</p>")]


def test_whmcs(api):
    move(api, "WHMCS", "whmcs.csv")
    assert tickets(api, "tid", "tags", "cid", "subject", "status", "priority", "assigned_to") == [
        ("17", "ABC-771234", "jo@example.com", "Domain transfer", "Closed", "Normal", "Ann Example"),
        ("18", "DEF-991122", "kim@example.com", "Invoice", "Open", "Low", "")]
    assert history(api, "17") == [("5/6/2022 7:08:09 AM", "N", "Jo Miller", "Please transfer example.org"),
                                  ("5/6/2022 9:30:00 AM", "N", "Ann Example", "Done,\nit takes five days.")]


def test_zendesk_csv(api):
    move(api, "Zendesk, CSV", "zendesk.csv")
    assert tickets(api, "tid", "cid", "company", "source", "tags", "status", "open_date", "close_date") == [
        ("35436", "jo@example.com", "Acme", "Email", "enterprise,other_tag", "Closed", "7/20/2021 10:55:00 PM", "7/21/2021 8:00:00 AM"),
        ("35440", "kim@example.com", "", "Web", "", "Open", "8/1/2021 9:00:00 AM", "")]


def test_zendesk_json(api):
    move(api, "Zendesk, JSON", "zendesk.ndjson")
    assert tickets(api, "tid", "status", "priority", "tags", "assigned_to") == [
        ("35436", "Closed", "High", "enterprise,other_tag", "Ann Example"), ("35440", "Open", "Normal", "", "")]
    entries = api.get("get_history", tid="35436").records
    assert [(entry["author"], entry["customer_viewable"], entry["notes"]) for entry in entries] == [
        ("Jo Miller", "Y", "Smoke everywhere"), ("Ann Example", "N", "Call the fire brigade")]


def test_freshdesk(api):
    move(api, "Freshdesk", "freshdesk.csv")
    assert tickets(api, "tid", "cid", "phone", "status", "priority", "category", "due_date", "close_date", "tags") == [
        ("4711", "jo@example.com", "555-0100", "Closed", "Urgent", "Hardware", "2/2/2024 9:00:00 AM", "2/3/2024 3:00:00 PM", "screen,lab"),
        ("4712", "kim@example.com", "", "Pending", "Low", "Software", "2/8/2024 10:30:00 AM", "", "")]
