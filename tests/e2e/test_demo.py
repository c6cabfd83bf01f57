"""scripts/demo/fill, the part of `scripts/run --demo` that makes an example help desk."""

import collections
import json
import os
import subprocess
import sys

import pytest

from servers import ROOT

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
}
"""
LISTS = {"customers": "cid", "tickets": "tid", "history": "tid", "companies": "id", "techs": "id", "tech_groups": "id"}


def fill(api):
    """What it prints. The database is as bin/migrate leaves it, but for what a test adds."""
    done = subprocess.run([sys.executable, "-B", ROOT / "scripts/demo/fill"], capture_output=True, text=True,
                          env={**os.environ, "HELPDESK_URL": f"{api.base}/", "HELPDESK_KEY": api.key})
    assert done.returncode == 0 and not done.stderr, done
    assert api.key not in done.stdout
    return done.stdout


def records(api, name, **selectors):
    answer = api.get(f"get_{name}", **(selectors or {LISTS[name]: "*"}))
    assert answer.status == 200, answer
    return answer.records


def everything(api):
    return {name: records(api, name) for name in LISTS}


@pytest.fixture(scope="module")
def printed(session_api):
    """The customer whom scripts/run adds without --demo does not keep it from filling."""
    assert session_api.post("add_customer", cid="demo").status == 200
    return fill(session_api)


def test_it_makes_a_help_desk(session_api, printed):
    made = everything(session_api)
    assert {name: len(made[name]) for name in LISTS if name != "history"} == {
        "customers": 13, "tickets": 30, "companies": 4, "techs": 4, "tech_groups": 2}
    assert collections.Counter(ticket["status"] for ticket in made["tickets"]) == {"Closed": 23, "Pending": 3, "Open": 2, "New": 2}
    assert {group["name"]: group["members"] for group in made["tech_groups"]} == {
        "Service Desk": "maria,paul,tom", "Infrastructure": "ines,paul"}
    # Each closed ticket was closed by one change; that of the example had one before, when it was answered.
    assert collections.Counter(entry["type"] for entry in made["history"]) == {"R": 77, "N": 21, "C": 1, "S": 24}
    assert {ticket["cid"] for ticket in made["tickets"]} == {customer["cid"] for customer in made["customers"]} - {"demo"}
    assert [ticket["subject"] for ticket in records(session_api, "tickets", overdue="Y")] == ["Appointment reminders go out twice"]
    assert len(records(session_api, "tickets", unassigned="Y")) == 1
    assert printed.endswith("The help desk has 4 companies, 12 customers, 4 technicians in 2 groups and 30 tickets.\n")


def test_a_history_begins_with_the_ticket(session_api, printed):
    (ticket,) = records(session_api, "tickets", subject="Wi-Fi drops in the meeting room")
    entries = records(session_api, "history", tid=ticket["tid"])
    assert [(entry["type"], entry["uid"] or entry["cid"]) for entry in entries] == [
        ("R", "george.lane"), ("N", "paul"), ("R", "paul"), ("R", "george.lane"), ("S", "paul")]
    assert (entries[0]["date"], entries[0]["notes"]) == (ticket["open_date"], ticket["description"])


def test_what_was_said_is_in_order(session_api, printed):
    """Lists of entries are in the order of their dates; the change that closes a ticket has the time of the run."""
    for ticket in records(session_api, "tickets"):
        said = [int(entry["id"]) for entry in records(session_api, "history", tid=ticket["tid"]) if entry["type"] != "S"]
        assert said == sorted(said), ticket["subject"]


def test_the_example_succeeds(session_api, printed):
    answers = [json.loads(line)["response"] for line in printed.splitlines() if line.startswith("{")]
    (ticket,) = records(session_api, "tickets", subject="No sound at reception")
    assert [list(answer[0]) for answer in answers] == [["added_ticket"], ["added_history"], ["updated_ticket"]]
    assert answers[0][0]["added_ticket"] == answers[2][0]["updated_ticket"] == ticket["tid"]
    assert (ticket["closed"], ticket["assigned_to_name"]) == ("Y", "Tom Okafor")


def test_a_second_run_changes_nothing(session_api, printed):
    before = everything(session_api)
    assert fill(session_api) == ("The database is not empty, it has customers, tickets, companies, techs, tech groups: "
                                 "nothing was changed.\n")
    assert everything(session_api) == before


def test_the_usage_names_it():
    shown = subprocess.run([ROOT / "scripts/run", "--help"], capture_output=True, text=True)
    assert shown.returncode == 2 and "scripts/run --demo " in shown.stderr and "scripts/run status\n" in shown.stderr


@pytest.mark.parametrize("found, action, variables", [
    ("customers", "add_customer", {"cid": "somebody"}), ("companies", "add_company", {"name": "Somebody", "address": "x"}),
    ("techs", "add_tech", {"uid": "somebody"}), ("tech groups", "add_group", {"name": "Somebody"})])
def test_any_record_keeps_it_from_filling(api, db, found, action, variables):
    for table in ("customers", "companies"):
        db.query(f"DELETE FROM {table}")
    assert api.post(action, **variables).status == 200
    before = everything(api)
    assert fill(api) == f"The database is not empty, it has {found}: nothing was changed.\n"
    assert everything(api) == before
