"""Rules of resources: what fills values, what forbids a change, and what is written in the same transaction.

The resources are those of tests/unit/test_resource.h, which no request can name: a program carries out the calls."""

import concurrent.futures
import json
import os
import random
import subprocess
import urllib.parse

import pytest

from locks import holding
from servers import DATABASE

CHECK = os.environ["HELPDESK_RULE_CHECK"]

TABLES = """
CREATE TABLE trial_owners (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255) NOT NULL UNIQUE, contact VARCHAR(255) NOT NULL,
    support ENUM('Y', 'N') NOT NULL DEFAULT 'Y');
CREATE TABLE trial_statuses (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255) NOT NULL UNIQUE, closed ENUM('Y', 'N') NOT NULL,
    is_default ENUM('Y', 'N') NOT NULL, position INT NULL DEFAULT 0);
CREATE TABLE trial_tickets (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, owner_id BIGINT UNSIGNED NOT NULL, status_id BIGINT UNSIGNED NULL,
    contact VARCHAR(255) NOT NULL, subject VARCHAR(255) NOT NULL, cost DECIMAL(19, 4) NULL, invoice VARCHAR(255) NOT NULL,
    close_date DATETIME NULL, version BIGINT UNSIGNED NOT NULL DEFAULT 1, date_added DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    last_updated DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, FOREIGN KEY (owner_id) REFERENCES trial_owners (id),
    FOREIGN KEY (status_id) REFERENCES trial_statuses (id));
CREATE TABLE trial_history (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, ticket_id BIGINT UNSIGNED NOT NULL, type CHAR(1) NOT NULL,
    notes TEXT NOT NULL, changes TEXT NOT NULL, date DATETIME NOT NULL,
    FOREIGN KEY (ticket_id) REFERENCES trial_tickets (id) ON DELETE CASCADE)
"""


@pytest.fixture
def trial(mariadb, db):
    """Its tables, and `run`: the answers to calls, one by one or in groups."""
    for statement in TABLES.split(";"):
        db.query(statement)
    db.query("INSERT INTO trial_owners (name, contact, support) VALUES ('acme', 'Ann', 'Y'), ('bolt', 'Bob', 'Y'), ('old', 'Eve', 'N')")
    db.query("INSERT INTO trial_statuses (name, closed, is_default) VALUES ('New', 'N', 'Y'), ('Closed', 'Y', 'N'), ('Gone', 'Y', 'N')")

    def run(*calls, mode="single", log=""):
        lines = "\n".join(urllib.parse.urlencode(call) for call in calls)
        result = subprocess.run([CHECK, mariadb.socket, "root", "", DATABASE, mode], input=lines, capture_output=True, text=True,
                                check=True)
        assert (log in result.stderr) if log else result.stderr == ""
        return result.stdout.split("\n")[:-1]

    yield run
    for table in ("history", "tickets", "statuses", "owners"):
        db.query(f"DROP TABLE trial_{table}")


def add(**variables):
    return {"action": "add_ticket", "owner": "acme", **variables}


def update(tid, **variables):
    return {"action": "update_ticket", "tid": tid, **variables}


def ticket(db, tid):
    return db.query("SELECT t.*, o.name AS owner, s.name AS status FROM trial_tickets t JOIN trial_owners o ON o.id = t.owner_id "
                    "LEFT JOIN trial_statuses s ON s.id = t.status_id WHERE t.id = %s", tid)[0]


def entries(db, tid):
    return db.query("SELECT type, notes, changes FROM trial_history WHERE ticket_id = %s ORDER BY id", tid)


def changes(db, tid):
    return [json.loads(entry["changes"]) for entry in entries(db, tid) if entry["type"] == "S"]


def executed(db):
    return int(db.query("SHOW GLOBAL STATUS LIKE 'Com\\_stmt\\_execute'")[0]["Value"])


def test_a_value_that_is_not_given_is_copied_from_the_row_that_a_reference_names(db, trial):
    assert trial(add(), add(owner="bolt", contact="Zoe"), add(owner="ACME")) == ["1", "2", "3"]
    assert [ticket(db, tid)["contact"] for tid in (1, 2, 3)] == ["Ann", "Zoe", "Ann"]
    db.query("UPDATE trial_owners SET contact = 'Amy' WHERE name = 'acme'")
    assert trial(update(1, subject="x"), update(2, owner="acme"), update(3, owner="bolt", contact="")) == ["1", "2", "3"]
    assert [ticket(db, tid)["contact"] for tid in (1, 2, 3)] == ["Ann", "Amy", ""]


def test_a_flag_of_a_referred_row_sets_a_time_and_clears_it(db, trial):
    before = db.query("SELECT NOW() AS now")[0]["now"]
    assert trial(add(), add(status="closed"), add(status="Closed", close_date="2020-02-03 04:05:06")) == ["1", "2", "3"]
    assert ticket(db, 1)["close_date"] is None and ticket(db, 1)["status"] == "New"
    assert before <= ticket(db, 2)["close_date"] <= db.query("SELECT NOW() AS now")[0]["now"]
    assert str(ticket(db, 3)["close_date"]) == "2020-02-03 04:05:06"
    # From one closed status to another the time stays.
    assert trial(update(3, status="Gone"), update(2, status="New"), update(1, subject="x")) == ["3", "2", "1"]
    assert str(ticket(db, 3)["close_date"]) == "2020-02-03 04:05:06"
    assert ticket(db, 2)["close_date"] is None


def test_the_first_entry_is_written_with_the_record(db, trial):
    assert trial(add(description="It’s broken"), add()) == ["1", "2"]
    assert entries(db, 1) == [{"type": "N", "notes": "It’s broken", "changes": ""}]
    assert entries(db, 2) == [{"type": "N", "notes": "", "changes": ""}]


def test_a_change_entry_has_the_values_that_were_and_that_are(db, trial):
    assert trial(add(subject="Old", cost="1.50", status="Closed", close_date="2020-02-03"),
                 update(1, owner="BOLT", subject='N"ew', cost="1.5", status="new"),
                 update(1, subject='N"ew', owner="bolt", contact="Bob"),
                 update(1, cost="", status="")) == ["1"] * 4
    assert changes(db, 1) == [
        {"owner": ["acme", "bolt"], "status": ["Closed", "New"], "contact": ["Ann", "Bob"], "subject": ["Old", 'N"ew'],
         "close_date": ["2020-02-03 00:00:00", ""]},
        {"status": ["New", ""], "cost": ["1.5", ""]}]
    # The call in the middle changes nothing.
    assert ticket(db, 1)["version"] == 3


def test_what_a_rule_forbids_changes_nothing(db, trial):
    assert trial(add(owner="old"), add(owner="nobody"), add(invoice="7")) == ["support_disabled", "unknown_owner", "1"]
    assert trial(update(1, subject="x"), {"action": "delete_ticket", "tid": 1}, update(9, subject="x")) == ["invoiced", "invoiced", "not_found"]
    assert (db.count("trial_tickets"), db.count("trial_history")) == (1, 1)
    assert (ticket(db, 1)["subject"], ticket(db, 1)["version"]) == ("", 1)
    db.query("UPDATE trial_tickets SET invoice = ''")
    assert trial({"action": "delete_ticket", "tid": 1}) == ["1"]
    assert db.count("trial_tickets") == 0


def test_a_failure_beside_takes_the_record_back(db, trial):
    db.query("ALTER TABLE trial_history MODIFY notes VARCHAR(3) NOT NULL")
    for mode in ("single", "grouped"):
        calls = [add(subject=f"{mode} {i}", description="long" if i == 2 else str(i)) for i in range(4)]
        answers = trial(*calls, mode=mode, log="Data too long for column 'notes'")
        assert answers[2] == "internal_error"
        assert [entries(db, answers[i])[0]["notes"] for i in (0, 1, 3)] == ["0", "1", "3"]
        assert [row["subject"] for row in db.query("SELECT subject FROM trial_tickets WHERE subject LIKE %s ORDER BY id", f"{mode}%")] == [
            f"{mode} {i}" for i in (0, 1, 3)]


def test_what_is_there_beside_is_no_record_that_exists(db, trial):
    db.query("ALTER TABLE trial_history ADD UNIQUE (notes(255))")
    assert trial(add(description="once"), add(description="once"), log="Duplicate entry 'once'") == ["1", "internal_error"]
    assert db.count("trial_tickets") == 1


@pytest.mark.parametrize("mode", ["single", "grouped"])
def test_an_upsert_that_adds_writes_what_an_add_writes(db, trial, mode):
    names = ["acme", "x", "bolt", "y"]
    calls = [{"action": "upsert_owner", "name": name, "contact": "new"} for name in names]
    assert trial(*calls, mode=mode) == names
    assert [row["contact"] for row in db.query("SELECT contact FROM trial_owners ORDER BY id")] == ["new", "new", "Eve", "new", "new"]
    assert sorted(row["name"] for row in db.query("SELECT name FROM trial_statuses WHERE id > 3")) == ["at x", "at y"]


def test_one_default(db, trial):
    def defaults():
        return [row["name"] for row in db.query("SELECT name FROM trial_statuses WHERE is_default = 'Y'")]

    assert trial({"action": "add_status", "name": "Open", "is_default": "Y"}) == ["4"]
    assert defaults() == ["Open"]
    assert trial({"action": "update_status", "id": 2, "is_default": "Y"}, {"action": "add_status", "name": "Late"}) == ["2", "5"]
    assert defaults() == ["Closed"]
    assert trial({"action": "update_status", "id": 2, "is_default": "N"}) == ["2"]
    assert defaults() == []


def test_without_a_default_the_lowest_position_counts(db, trial):
    chance = random.Random(1)
    for tid in range(1, 25):
        db.query("DELETE FROM trial_tickets")
        rows = [{"id": i, "position": chance.choice([None, 0, 1, 2]), "is_default": chance.choice("NNNY")} for i in range(1, 4)]
        for row in rows:
            db.query("UPDATE trial_statuses SET position = %s, is_default = %s WHERE id = %s", row["position"], row["is_default"], row["id"])
        assert trial(add()) == [str(tid)]
        first = min(rows, key=lambda row: (row["is_default"] == "N", row["position"] is None, row["position"] or 0, row["id"]))
        assert ticket(db, tid)["status_id"] == first["id"], rows


def test_defaults_set_at_once_leave_one(db, trial):
    for _ in range(10):
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            answers = list(pool.map(lambda i: trial({"action": "update_status", "id": i, "is_default": "Y"}), (1, 2, 3)))
        assert answers == [["1"], ["2"], ["3"]]
        assert db.query("SELECT COUNT(*) AS n FROM trial_statuses WHERE is_default = 'Y'")[0]["n"] == 1


def test_adds_in_a_group_share_statements_with_what_is_written_beside(db, trial):
    calls = [add(owner="acme" if i % 2 else "bolt", subject=str(i), description=f"first {i}") for i in range(32)]
    before = executed(db)
    assert trial(*calls, mode="grouped") == [str(i + 1) for i in range(32)]
    # One question, the steps of numbers, the tickets, their numbers, the entries, and now and then old answers.
    assert executed(db) - before <= 8
    for i in range(32):
        row = ticket(db, i + 1)
        assert (row["subject"], row["owner"], row["contact"]) == (str(i), "acme" if i % 2 else "bolt", "Ann" if i % 2 else "Bob")
        assert entries(db, i + 1) == [{"type": "N", "notes": f"first {i}", "changes": ""}]


def test_an_add_that_is_forbidden_harms_no_other_of_its_group(db, trial):
    calls = [add(owner="old" if i in (3, 9) else "acme", subject=str(i), description=str(i)) for i in range(16)]
    answers = trial(*calls, mode="grouped")
    assert [i for i, answer in enumerate(answers) if answer == "support_disabled"] == [3, 9]
    for i, answer in enumerate(answers):
        if i not in (3, 9):
            assert ticket(db, answer)["subject"] == str(i)
            assert [entry["notes"] for entry in entries(db, answer)] == [str(i)]
    assert (db.count("trial_tickets"), db.count("trial_history")) == (14, 14)


def test_updates_at_once_each_have_true_old_values(db, trial):
    assert trial(add(subject="0")) == ["1"]
    with holding(db, "SELECT 1 FROM trial_tickets WHERE id = 1 FOR UPDATE") as holder:
        futures = [holder.begin(trial, update(1, subject=str(i), owner="bolt" if i % 2 else "acme")) for i in range(1, 7)]
        holder.commit()
        assert [future.result() for future in futures] == [["1"]] * 6
    subject, owner = "0", "acme"
    for change in changes(db, 1):
        assert change["subject"][0] == subject
        subject = change["subject"][1]
        if "owner" in change:
            assert change["owner"][0] == owner
            owner = change["owner"][1]
    assert len(changes(db, 1)) == 6
    assert (ticket(db, 1)["subject"], ticket(db, 1)["owner"]) == (subject, owner)
