"""References on a real server: by any name, in a scope, and to the table that is written. The resources are those of trial.h."""

import json
import os
import subprocess
import urllib.parse

import pytest

from locks import holding
from servers import DATABASE

CHECK = os.environ["HELPDESK_GROUP_CHECK"]

TABLES = """
CREATE TABLE trial_technicians (
    id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, uid VARCHAR(255) NOT NULL UNIQUE, name VARCHAR(255) NOT NULL DEFAULT '',
    supervisor_id BIGINT UNSIGNED NULL, active ENUM('Y', 'N') NOT NULL DEFAULT 'Y',
    date_added DATETIME(6) NOT NULL DEFAULT '2024-01-02', last_updated DATETIME(6) NOT NULL DEFAULT '2024-01-02',
    FOREIGN KEY (supervisor_id) REFERENCES trial_technicians (id)) ENGINE = InnoDB;
CREATE TABLE trial_topics (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255) NOT NULL UNIQUE) ENGINE = InnoDB;
CREATE TABLE trial_sub_topics (
    id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, title VARCHAR(255) NOT NULL, topic_id BIGINT UNSIGNED NOT NULL,
    UNIQUE KEY (topic_id, title), FOREIGN KEY (topic_id) REFERENCES trial_topics (id)) ENGINE = InnoDB;
CREATE TABLE trial_tickets (
    id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, subject VARCHAR(255) NOT NULL DEFAULT '', topic_id BIGINT UNSIGNED NULL,
    sub_topic_id BIGINT UNSIGNED NULL, technician_id BIGINT UNSIGNED NULL, parent_id BIGINT UNSIGNED NULL,
    FOREIGN KEY (topic_id) REFERENCES trial_topics (id), FOREIGN KEY (sub_topic_id) REFERENCES trial_sub_topics (id),
    FOREIGN KEY (technician_id) REFERENCES trial_technicians (id), FOREIGN KEY (parent_id) REFERENCES trial_tickets (id)) ENGINE = InnoDB;
"""

ROWS = """
INSERT INTO trial_technicians (id, uid, name, supervisor_id, active) VALUES (1, 'ann', 'Ann Lee', NULL, 'Y'), (2, 'bob', 'Bob Ray', 1, 'N');
INSERT INTO trial_topics (id, name) VALUES (1, 'Printer'), (2, 'Network');
INSERT INTO trial_sub_topics (id, title, topic_id) VALUES (1, 'Other', 1), (2, 'Other', 2), (3, 'Paper', 1), (4, 'Ink', 1);
INSERT INTO trial_tickets (id, subject, topic_id, sub_topic_id, technician_id) VALUES (1, 'jam', 1, 3, 2), (2, 'slow', 2, 2, NULL);
"""


@pytest.fixture(scope="module")
def tables(mariadb):
    with mariadb.connect() as connection, connection.cursor() as cursor:
        for statement in filter(str.strip, TABLES.split(";")):
            cursor.execute(statement)


@pytest.fixture
def rows(tables, db):
    db.query("UPDATE trial_technicians SET supervisor_id = NULL")
    db.query("UPDATE trial_tickets SET parent_id = NULL")
    for table in ("tickets", "sub_topics", "topics", "technicians"):
        db.query(f"DELETE FROM trial_{table}")
    for statement in filter(str.strip, ROWS.split(";")):
        db.query(statement)


@pytest.fixture(params=["single", "grouped"])
def call(request, mariadb, rows):
    """Carries out calls, each given as (action, variables): the answers' records, or the problems as (code, variable)."""

    def call(*calls):
        lines = "\n".join(urllib.parse.urlencode({"action": action, **variables}) for action, variables in calls)
        result = subprocess.run([CHECK, mariadb.socket, "root", "", DATABASE, request.param], input=lines, capture_output=True,
                                text=True, check=True)
        assert result.stderr == ""
        answers = [json.loads(line.split(" ", 1)[1]) for line in result.stdout.splitlines()]
        answers = [answer.get("response", [answer]) for answer in answers]
        answers = [[(one["code"], one["variable"]) for one in answer] if "error" in answer[0] else answer[0] for answer in answers]
        return answers[0] if len(answers) == 1 else answers

    return call


def stored(db, ticket):
    row = db.query("SELECT * FROM trial_tickets WHERE id = %s", ticket)[0]
    return row["topic_id"], row["sub_topic_id"], row["technician_id"], row["parent_id"]


def test_a_name_is_found_in_its_scope(db, call):
    answers = call(("add_ticket", {"topic": "Network", "sub_topic": "other", "assigned_to": "ANN", "parent": "1"}),
                   ("add_ticket", {"topic": "1", "sub_topic": "3", "assigned_to": "bob", "parent": "2"}),
                   ("add_ticket", {"topic": "Printer", "sub_topic": "Other", "assigned_to": "ann", "parent": "1"}))
    assert [stored(db, answer["added_ticket"]) for answer in answers] == [(2, 2, 1, 1), (1, 3, 2, 2), (1, 1, 1, 1)]


def test_what_is_not_in_the_scope_is_unknown(db, call):
    unknown = [("unknown_sub_topic", "sub_topic")]
    before = db.count("tickets")
    assert call(("add_ticket", {"topic": "Network", "sub_topic": "Paper"}), ("add_ticket", {"topic": "Network", "sub_topic": "3"}),
                ("add_ticket", {"sub_topic": "Paper"}), ("add_ticket", {"topic": "Nowhere", "sub_topic": "Paper"})) == [
        unknown, unknown, unknown, [("unknown_topic", "topic")]]
    assert call(("update_ticket", {"tid": 2, "sub_topic": "Paper"}), ("update_ticket", {"tid": 1, "sub_topic": "2"})) == [unknown, unknown]
    assert db.count("tickets") == before
    assert [stored(db, 1)[:2], stored(db, 2)[:2]] == [(1, 3), (2, 2)]


def test_an_update_of_one_keeps_to_the_other_as_it_is_stored(db, call):
    call(("update_ticket", {"tid": 1, "sub_topic": "Other"}), ("update_ticket", {"tid": 2, "sub_topic": "Other"}))
    assert [stored(db, 1)[:2], stored(db, 2)[:2]] == [(1, 1), (2, 2)]
    call(("update_ticket", {"tid": 1, "topic": "Printer"}), ("update_ticket", {"tid": 2, "topic": "network"}))
    assert [stored(db, 1)[:2], stored(db, 2)[:2]] == [(1, 1), (2, 2)]


def test_a_new_scope_leaves_nothing_behind(db, call):
    unknown = [("unknown_sub_topic", "sub_topic")]
    assert call(("update_ticket", {"tid": 1, "topic": "Network"}), ("update_ticket", {"tid": 2, "topic": "Printer"})) == [unknown, unknown]
    assert call(("update_ticket", {"tid": 1, "topic": ""}), ("update_ticket", {"tid": 2, "topic": ""})) == [unknown, unknown]
    assert [stored(db, 1)[:2], stored(db, 2)[:2]] == [(1, 3), (2, 2)]
    call(("update_ticket", {"tid": 1, "topic": "Network", "sub_topic": "Other"}),
         ("update_ticket", {"tid": 2, "topic": "Printer", "sub_topic": "Other"}))
    assert [stored(db, 1)[:2], stored(db, 2)[:2]] == [(2, 2), (1, 1)]
    call(("update_ticket", {"tid": 1, "topic": "Printer", "sub_topic": ""}), ("update_ticket", {"tid": 2, "topic": "", "sub_topic": ""}))
    assert [stored(db, 1)[:2], stored(db, 2)[:2]] == [(1, None), (None, None)]


def test_a_record_may_refer_to_its_own_table(db, call):
    call(("add_tech", {"uid": "cy", "supervisor": "bob"}), ("add_tech", {"uid": "di", "supervisor": "Ann"}))
    call(("update_tech", {"uid": "ann", "supervisor": "di"}), ("update_tech", {"uid": "bob", "supervisor": "cy"}))
    uids = {row["uid"]: row["supervisor"] for row in db.query(
        "SELECT t.uid, s.uid AS supervisor FROM trial_technicians t LEFT JOIN trial_technicians s ON s.id = t.supervisor_id")}
    assert uids == {"ann": "di", "bob": "cy", "cy": "bob", "di": "ann"}
    call(("update_ticket", {"tid": 1, "parent": "2"}), ("update_ticket", {"tid": 2, "parent": "1"}))
    assert [stored(db, 1)[3], stored(db, 2)[3]] == [2, 1]
    assert call(("add_tech", {"uid": "ed", "supervisor": "zed"})) == [("unknown_supervisor", "supervisor")]


def test_a_list_shows_what_it_is_to_show(call):
    first, second = call(("get_tickets", {"tid": "*"}))["tickets"]
    assert first == {"ticket_id": "1", "subject": "jam", "topic": "Printer", "topic_id": "1", "sub_topic": "Paper", "sub_topic_id": "3",
                     "assigned_to": "bob", "assigned_to_name": "Bob Ray", "active": "N", "since": "1/2/2024 12:00:00 AM", "parent": ""}
    assert (second["assigned_to"], second["active"], second["since"]) == ("", "", "")
    assert [tech["supervisor"] for tech in call(("get_techs", {"uid": "*"}))["techs"]] == ["", "ann"]


def test_a_list_looks_through_it(call):
    for selectors in ({"uid": "bob"}, {"supervised_by": "ann"}, {"assigned_since": "2024-01-02"}):
        assert [ticket["ticket_id"] for ticket in call(("get_tickets", selectors))["tickets"]] == ["1"], selectors
    assert call(("get_tickets", {"assigned_since": "2024-01-03"}))["tickets"] == []
    for order in ("active", "assigned_to_name", "since"):
        assert len(call(("get_tickets", {"tid": "*", "order": order}))["tickets"]) == 2


def test_a_row_that_leaves_its_scope_in_the_meantime_is_not_stored(db, call):
    with holding(db, "UPDATE trial_sub_topics SET topic_id = 2 WHERE id = 4") as others:
        answer = others.begin(call, ("update_ticket", {"tid": 1, "sub_topic": "Ink"}))
        others.commit()
        assert answer.result() == [("unknown_sub_topic", "sub_topic")]
    assert stored(db, 1)[:2] == (1, 3)


def test_a_scope_that_is_changed_in_the_meantime_is_seen(db, call):
    with holding(db, "UPDATE trial_tickets SET topic_id = 2, sub_topic_id = NULL WHERE id = 1") as others:
        answer = others.begin(call, ("update_ticket", {"tid": 1, "sub_topic": "Paper"}))
        others.commit()
        assert answer.result() == [("unknown_sub_topic", "sub_topic")]
    assert stored(db, 1)[:2] == (2, None)


def test_what_comes_into_a_scope_in_the_meantime_is_not_left_behind(db, call):
    call(("update_ticket", {"tid": 1, "sub_topic": ""}))
    with holding(db, "UPDATE trial_tickets SET sub_topic_id = 3 WHERE id = 1") as others:
        answer = others.begin(call, ("update_ticket", {"tid": 1, "topic": "Network"}))
        others.commit()
        assert answer.result() == [("unknown_sub_topic", "sub_topic")]
    assert stored(db, 1)[:2] == (1, 3)
