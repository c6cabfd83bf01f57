"""Calls that share statements do what they would do one by one."""

import json
import os
import random
import subprocess
import urllib.parse

import pytest

from locks import holding
from servers import DATABASE

CHECK = os.environ["HELPDESK_GROUP_CHECK"]
OTHER = "helpdesk_single"
FOUND = (41.5, 12.25)


@pytest.fixture
def run(mariadb, db):
    """Runs groups of calls on a database, grouped, one by one, or grouped and located at FOUND: [(status, answer), …]."""

    def run_groups(groups, mode, database=DATABASE):
        lines = "\n\n".join("\n".join(urllib.parse.urlencode(call) for call in group) for group in groups)
        result = subprocess.run([CHECK, mariadb.socket, "root", "", database, mode], input=lines, capture_output=True, text=True,
                                check=True)
        assert result.stderr == ""
        answers = [line.split(" ", 1) for line in result.stdout.splitlines()]
        return [(int(status), json.loads(body)) for status, body in answers]

    return run_groups


def executed(db):
    return int(db.query("SHOW GLOBAL STATUS LIKE 'Com\\_stmt\\_execute'")[0]["Value"])


def or_one_more(count):
    """On a slow machine a write takes so long that the time of the change is set again."""
    return (count, count + 1)


def add(cid, **variables):
    return {"action": "add_customer", "cid": cid, **variables}


def update(cid, **variables):
    return {"action": "update_customer", "cid": cid, **variables}


def upsert(cid, **variables):
    return {"action": "upsert_customer", "cid": cid, **variables}


def get(cid):
    return {"action": "get_customers", "cid": cid}


def test_a_group_of_adds_takes_one_statement(db, run):
    before = executed(db)
    assert [status for status, _ in run([[add(f"c{i}", contact=str(i), portal="2") for i in range(32)]], "grouped")] == [200] * 32
    assert executed(db) - before in or_one_more(1)
    assert [db.customer(f"c{i}")["contact"] for i in range(32)] == [str(i) for i in range(32)]


def test_a_group_of_adds_that_name_a_company_takes_two(db, run):
    before = executed(db)
    assert [status for status, _ in run([[add(f"c{i}", company="acme") for i in range(32)]], "grouped")] == [200] * 32
    assert executed(db) - before in or_one_more(2)


def test_adds_that_are_there_do_not_hold_the_rest(db, run):
    run([[add(f"c{i}", contact="old") for i in range(16)]], "grouped")
    before = executed(db)
    answers = run([[add(f"c{i}", contact="new") for i in range(32)]], "grouped")
    assert [status for status, _ in answers] == [409] * 16 + [200] * 16
    # One that fails, what is there, and the rest.
    assert executed(db) - before in or_one_more(3)
    assert [db.customer(f"c{i}")["contact"] for i in range(32)] == ["old"] * 16 + ["new"] * 16


def test_a_group_of_updates_that_name_no_rows_finds_its_records_by_their_index(db, run):
    run([[add(f"c{i}", contact="old") for i in range(32)]], "grouped")
    before = executed(db)
    assert [status for status, _ in run([[update(f"c{i}", contact=str(i)) for i in range(32)]], "grouped")] == [200] * 32
    assert executed(db) - before in or_one_more(2)
    assert [db.customer(f"c{i}")["contact"] for i in range(32)] == [str(i) for i in range(32)]
    assert [status for status, _ in run([[update(cid, city="Rome") for cid in ("c0", "nobody", "C1", "c2")]], "grouped")] == [200, 404, 200, 200]
    assert [db.customer(f"c{i}")["city"] for i in range(4)] == ["Rome", "Rome", "Rome", ""]


def test_a_group_of_updates_takes_two_statements(db, run):
    run([[add(f"c{i}", contact="old", city="Rome") for i in range(32)]], "grouped")
    before = executed(db)
    answers = run([[update(f"C{i}", contact=str(i), portal="2", support="n", latitude=None) for i in range(32)]], "grouped")
    assert answers[3] == (400, {"response": [{"error": "latitude: must be a decimal number with at most 9 decimals",
                                              "code": "invalid_number", "variable": "latitude"}]})
    answers = run([[update(f"C{i}", contact=str(i), portal="2", support="n") for i in range(32)]], "grouped")
    assert answers == [(200, {"response": [{"updated_customer": f"c{i}"}]}) for i in range(32)]
    assert executed(db) - before in or_one_more(2)
    for i in range(32):
        row = db.customer(f"c{i}")
        assert (row["contact"], row["portal_id"], row["support"], row["city"]) == (str(i), 2, "N", "Rome")


def test_a_group_of_upserts(db, run):
    run([[add(f"c{i}", contact="old", city="Rome") for i in range(16)]], "grouped")
    before = executed(db)
    answers = run([[upsert(f"C{i}", contact=str(i)) for i in range(32)]], "grouped")
    assert [status for status, _ in answers] == [200] * 32
    assert [answer["response"] for _, answer in answers] == (
        [[{"updated_customer": f"c{i}"}] for i in range(16)] + [[{"added_customer": f"C{i}"}] for i in range(16, 32)])
    # Which are there, by index and then by all spellings; the change of those, and the adding of the others.
    assert executed(db) - before in or_one_more(4)
    assert [db.customer(f"c{i}")["contact"] for i in range(32)] == [str(i) for i in range(32)]
    assert [db.customer(f"c{i}")["city"] for i in range(32)] == ["Rome"] * 16 + [""] * 16


def test_upserts_of_one_new_customer_in_a_group(db, run):
    answers = run([[upsert("x", city="Rome"), upsert("y", city="Oslo"), upsert("X", city="Bonn")]], "grouped")
    # Whichever of the two is first.
    names = sorted((name, cid.lower()) for _, answer in answers for name, cid in answer["response"][0].items())
    assert names == [("added_customer", "x"), ("added_customer", "y"), ("updated_customer", "x")]
    assert db.customer("x")["city"] in ("Rome", "Bonn") and db.count("customers") == 2


def test_a_group_of_look_ups_takes_one_statement(db, run):
    run([[add(f"c{i}", contact=str(i)) for i in range(32)]], "grouped")
    before = executed(db)
    answers = run([[get(f"c{i}") for i in range(30)] + [get("nobody"), get("c1")]], "grouped")
    assert executed(db) - before in or_one_more(1)
    assert [[record["contact"] for record in answer["customers"]] for _, answer in answers] == [[str(i)] for i in range(30)] + [[], ["1"]]


def test_a_look_up_in_another_spelling(db, run):
    run([[add("Été"), add("b"), add("c")]], "grouped")
    answers = run([[get("été"), get("ÉTÉ"), get("B"), get("c"), get("ete"), get("C")]], "grouped")
    assert [[record["cid"] for record in answer["customers"]] for _, answer in answers] == [["Été"], ["Été"], ["b"], ["c"], [], ["c"]]


def test_two_look_ups_of_one_record_beside_one_in_another_spelling(db, run):
    run([[add("a"), add("b")]], "grouped")
    answers = run([[get("a"), get("a"), get("B")]], "grouped")
    assert [[record["cid"] for record in answer["customers"]] for _, answer in answers] == [["a"], ["a"], ["b"]]


def test_neighbours_of_bad_calls(db, run):
    db.query("INSERT INTO customers (cid, notes) VALUES ('there', '')")
    answers = run([[add("a"), add("there"), add("twice", city="1"), add("TWICE", city="2"), add("b", company="None"),
                    add("c", company="Acme"), add("d", company="acme"), add("e")]], "grouped")
    assert [status for status, _ in answers] == [200, 409, 200, 409, 400, 200, 200, 200]
    assert db.customer("twice")["city"] == "1"
    assert db.count("customers") == 6


def test_a_record_that_is_deleted_while_a_shared_update_waits_for_it(db, run):
    run([[add("a"), add("b"), add("c"), add("d")]], "grouped")
    with holding(db, "DELETE FROM customers WHERE cid = 'b'") as holder:
        called = holder.begin(run, [[update(cid, contact="new") for cid in "abcd"]], "grouped")
        holder.commit()
        assert [status for status, _ in called.result()] == [200, 404, 200, 200]
    assert [row["contact"] for row in db.query("SELECT contact FROM customers")] == ["new"] * 3


def test_a_record_that_is_deleted_while_a_shared_delete_waits_for_it(db, run):
    """All of them are taken back before each is done by itself."""
    run([[add("a"), add("b"), add("c"), add("d")]], "grouped")
    with holding(db, "DELETE FROM customers WHERE cid = 'b'") as holder:
        called = holder.begin(run, [[{"action": "delete_customer", "cid": cid} for cid in "abcd"]], "grouped")
        holder.commit()
        assert [status for status, _ in called.result()] == [200, 404, 200, 200]
    assert db.count("customers") == 0


def add_in_cities(run):
    run([[add(cid, address=f"{cid} street", city="Bonn", country="IT") for cid in "abcd"]], "grouped")


def coordinates(db):
    return {row["cid"]: (row["latitude"], row["longitude"]) for row in db.query("SELECT cid, latitude, longitude FROM customers")}


def test_an_address_that_changes_while_its_coordinates_wait_for_it_harms_no_neighbour(db, run):
    """A locate_customer shares no statement, but is carried out in a group as well."""
    add_in_cities(run)
    with holding(db, "UPDATE customers SET city = 'Paris', country = 'FR' WHERE cid = 'b'") as holder:
        called = holder.begin(run, [[{"action": "locate_customer", "cid": cid} for cid in "abcd"]], "located")
        holder.commit()
        answers = called.result()
    assert [status for status, _ in answers] == [200, 503, 200, 200]
    assert answers[1][1]["response"][0]["code"] == "overloaded"
    assert coordinates(db) == {**dict.fromkeys("abcd", FOUND), "b": (None, None)}
    assert db.customer("b")["city"] == "Paris"


def test_an_address_that_changes_while_a_shared_update_waits_for_it_gets_no_coordinates(db, run):
    """Those that were found belong to another address. Each record is compared with its own."""
    add_in_cities(run)
    before = executed(db)
    with holding(db, "UPDATE customers SET country = 'FR' WHERE cid = 'b'") as holder:
        called = holder.begin(run, [[update(cid, city="Rome") for cid in "abcd"]], "located")
        holder.commit()
        assert [status for status, _ in called.result()] == [200] * 4
    assert executed(db) - before in or_one_more(6)
    assert coordinates(db) == {**dict.fromkeys("abcd", FOUND), "b": (None, None)}
    assert [(row["city"], row["country"]) for row in db.query("SELECT city, country FROM customers ORDER BY cid")] == [
        ("Rome", "IT"), ("Rome", "FR"), ("Rome", "IT"), ("Rome", "IT")]


def test_an_update_of_nobody_makes_no_neighbour_change_twice(db, run):
    run([[add("a")]], "single")
    for cids, statuses in ((["nobody", "a"], [404, 200]), (["a", "nobody"], [200, 404])):
        before = db.customer("a")["version"]
        assert [status for status, _ in run([[update(cid, contact="new") for cid in cids]], "grouped")] == statuses
        assert db.customer("a")["version"] == before + 1


def test_a_row_that_the_database_refuses(db, run):
    db.query("CREATE TRIGGER refuse BEFORE INSERT ON customers FOR EACH ROW "
             "IF NEW.city = 'bad' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused'; END IF")
    try:
        answers = run([[add(f"c{i}", city="bad" if i == 5 else "good") for i in range(16)]], "grouped")
    finally:
        db.query("DROP TRIGGER refuse")
    assert [status for status, _ in answers] == [200] * 5 + [500] + [200] * 10
    assert db.count("customers") == 15


def random_call(chance, known, serial):
    """A call whose outcome does not hang on the order of the others in its group, but for equal adds."""
    kind = chance.random()
    texts = {name: chance.choice(["", "x", "Größe", "x" * 300 if chance.random() < 0.05 else "y"])
             for name in chance.sample(["contact", "city", "state", "email", "notes"], 3)}
    some = {"portal": chance.choice(["1", "partners", "99", ""]), "support": chance.choice(["n", "Y", "?"]),
            "company": chance.choice(["Acme", "café", "", "nowhere"]), "group": chance.choice(["1", "Retail", "no such", ""])}
    extra = {name: some[name] for name in chance.sample(sorted(some), chance.randint(0, 2))}
    if kind < 0.5:
        cid = chance.choice([f"new-{serial}", f"new-{serial}", f"new-{serial}", chance.choice(known), f"same-{serial // 7}"])
        if kind < 0.1:
            return upsert(f"upserted-{serial}", **texts)
        return add(cid, **texts) if cid.startswith("same") else add(cid, **texts, **extra)
    # Calls for one customer in a group are of one shape, so that their order is that of the input.
    cid = chance.choice([*known, "nobody"])
    name = ["contact", "city", "state"][len(cid) % 3]
    change = update if cid == "nobody" else chance.choice([update, upsert])
    return change(chance.choice([cid, cid.upper()]), **{name: chance.choice(["", "p", "q", "r" * 256])})


@pytest.mark.parametrize("seed", range(6))
def test_grouped_and_single_calls_do_the_same(mariadb, db, run, seed):
    mariadb.execute(f"DROP DATABASE IF EXISTS {OTHER}")
    mariadb.execute(f"CREATE DATABASE {OTHER}")
    mariadb.migrate(database=OTHER)
    chance = random.Random(seed)
    known = [f"{'k' * (1 + i % 3)}-{i}" for i in range(10)]
    groups = [[add(cid) for cid in known]]
    serial = 0
    for _ in range(12):
        group = []
        for _ in range(chance.randint(1, 40)):
            serial += 1
            group.append(random_call(chance, known, serial))
        groups.append(group)
    for table in ("companies", "customer_groups", "portals"):
        db.query(f"DELETE FROM {OTHER}.{table}")
        db.query(f"INSERT INTO {OTHER}.{table} SELECT * FROM {DATABASE}.{table}")

    assert run(groups, "grouped") == run(groups, "single", OTHER)
    columns = [row["COLUMN_NAME"] for row in db.query(
        "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = %s AND TABLE_NAME = 'customers'", DATABASE)
        if row["COLUMN_NAME"] not in ("id", "date_added", "last_updated")]
    rows = [db.query(f"SELECT {', '.join(columns)} FROM {name}.customers ORDER BY cid") for name in (DATABASE, OTHER)]
    assert rows[0] == rows[1]
    assert len(rows[0]) > 50

    cids = [row["cid"] for row in rows[0]]
    reads = [[get(chance.choice([chance.choice(cids), chance.choice(cids).upper(), "nobody"]))
              for _ in range(chance.randint(2, 40))] for _ in range(10)]
    assert run(reads, "grouped") == run(reads, "single")


def company(action, **variables):
    return {"action": f"{action}_company", **variables}


@pytest.mark.parametrize("step", [1, 3])
def test_a_group_of_adds_is_answered_with_the_number_of_each(db, run, step):
    db.query(f"SET GLOBAL auto_increment_increment = {step}")
    before = executed(db)
    try:
        answers = run([[company("add", name=f"n{i}", address="x") for i in range(32)]], "grouped")
    finally:
        db.query("SET GLOBAL auto_increment_increment = 1")
    # Whether numbers are evenly apart, the add, and what numbers it gave.
    assert executed(db) - before in or_one_more(3)
    ids = {row["name"]: row["id"] for row in db.query("SELECT id, name FROM companies")}
    assert answers == [(200, {"response": [{"added_company": str(ids[f"n{i}"])}]}) for i in range(32)]


def test_a_group_of_updates_by_number_takes_one_statement(db, run):
    run([[company("add", name=f"n{i}", address="x") for i in range(32)]], "grouped")
    ids = [row["id"] for row in db.query("SELECT id FROM companies WHERE address = 'x' ORDER BY id")]
    before = executed(db)
    answers = run([[company("update", id=id, city=str(id)) for id in ids]], "grouped")
    assert answers == [(200, {"response": [{"updated_company": str(id)}]}) for id in ids]
    assert executed(db) - before in or_one_more(1)
    assert [row["city"] for row in db.query("SELECT city FROM companies WHERE address = 'x' ORDER BY id")] == [str(id) for id in ids]
    answers = run([[company("update", id=id, city="new") for id in (ids[0], 999999, ids[1], ids[0])]], "grouped")
    assert [status for status, _ in answers] == [200, 404, 200, 200]


def test_a_group_of_deletes_by_number_harms_no_neighbour(db, run):
    run([[company("add", name=f"n{i}", address="x") for i in range(8)], [add("c", company="n7")]], "grouped")
    ids = [row["id"] for row in db.query("SELECT id FROM companies WHERE address = 'x' ORDER BY id")]
    assert [status for status, _ in run([[company("delete", id=id) for id in ids[:2]]], "grouped")] == [200, 200]
    answers = run([[company("delete", id=id) for id in (ids[2], 999999, ids[3], ids[7])]], "grouped")
    assert [status for status, _ in answers] == [200, 404, 200, 409]
    assert sorted(status for status, _ in run([[company("delete", id=ids[4])] * 2], "grouped")) == [200, 404]
    assert [row["id"] for row in db.query("SELECT id FROM companies WHERE address = 'x' ORDER BY id")] == ids[5:]
