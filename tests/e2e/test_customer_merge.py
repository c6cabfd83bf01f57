"""Customers who are merged into others: what moves, what stays, and what is refused."""

import secrets
import threading

import pytest

from api import remember_secret
from locks import holding
from test_sign_in_ends import CONFIG, WORKERS, portal, sign_in_everywhere, workers  # noqa: F401

EVERYTHING = ("customers", "customer_emails", "customer_phones", "customer_contracts", "customer_categories", "tickets", "ticket_history")


def merge(api, cid, into, **variables):
    answer = api.post("merge_customer", cid=cid, into_cid=into, **variables)
    assert answer.status == 200, answer.text
    return answer


def rows(db):
    return {table: db.query(f"SELECT * FROM {table} ORDER BY 1, 2") for table in EVERYTHING}


def customer(api, cid):
    (record,) = api.get("get_customers", cid=cid).records
    return record


def add_ticket(api, cid, **variables):
    return api.post("add_ticket", cid=cid, **variables).json[0]["added_ticket"]


def test_what_moves_and_what_stays(api, db):
    api.add("first", company="Acme", contact="Carl", phone="1", email="c@example.com")
    api.add("Second", contact="Carla", phone="2")
    one, other = add_ticket(api, "first", description="mine"), add_ticket(api, "second")
    deleted = add_ticket(api, "first")
    api.post("delete_ticket", tid=deleted)
    db.query("UPDATE tickets SET last_updated = '2024-01-01'")
    before = db.query("SELECT id, version FROM tickets ORDER BY id")
    assert merge(api, "FIRST", "second").json == [{"merged_customer": "Second"}]

    assert api.get("get_customers", cid="first").records == []
    assert [ticket["tid"] for ticket in api.get("get_tickets", cid="second").records] == [one, other]
    assert [ticket["tid"] for ticket in api.get("get_tickets", cid="second", deleted="Y").records] == [deleted]
    (ticket,) = api.get("get_tickets", tid=one).records
    # What the ticket kept of its opening stays, and so does the author's name of that time.
    assert (ticket["cid"], ticket["contact"], ticket["company"], ticket["phone"]) == ("Second", "Carl", "Acme", "1")
    (entry,) = api.get("get_history", author_cid="second").records
    assert (entry["tid"], entry["author"], entry["notes"]) == (one, "Carl", "mine")
    # A walk meets what has moved.
    assert [ticket["tid"] for ticket in api.get("get_tickets", updated_since="1/2/2024").records] == [one]
    after = db.query("SELECT id, version FROM tickets ORDER BY id")
    assert [new["version"] - old["version"] for old, new in zip(before, after)] == [1, 0, 1]


def test_every_reference_to_a_customer_is_moved(db):
    """A table that comes to refer to customers must move its rows, or be a list of the customer's own."""
    found = db.query("SELECT k.TABLE_NAME AS name, r.DELETE_RULE AS rule FROM information_schema.KEY_COLUMN_USAGE k "
                     "JOIN information_schema.REFERENTIAL_CONSTRAINTS r USING (CONSTRAINT_SCHEMA, CONSTRAINT_NAME) "
                     "WHERE k.CONSTRAINT_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME = 'customers'")
    assert {row["name"] for row in found if row["rule"] != "CASCADE"} == {"tickets", "ticket_history"}


def test_who_had_a_ticket_before_moves_unseen(api, db):
    """Answers do not show it. It tells an erasure of the other one where to look."""
    for cid in ("first", "second", "next"):
        api.add(cid)
    tid = add_ticket(api, "first")
    assert api.post("update_ticket", tid=tid, cid="next").status == 200
    before = api.get("get_history", tid=tid).records
    told = merge(api, "first", "second", dry_run="Y").json[0]
    assert (told["tickets"], told["history"]) == ("0", "0")
    versions = db.query("SELECT id, version FROM ticket_history")
    merge(api, "first", "second")
    assert db.query("SELECT former_customer_id AS id FROM ticket_history") == [{"id": db.customer("second")["id"]}]
    assert db.query("SELECT id, version FROM ticket_history") == versions and api.get("get_history", tid=tid).records == before


def test_empty_variables_are_filled(api, db):
    given = {"company": "Acme", "contact": "Carl", "email": "c@example.com", "phone": "1", "group": "Retail", "notes": "é" * 100_000, "address": "1 Main St",
             "city": "Rome", "latitude": "41.5", "longitude": "12.25"}
    api.add("first", **given | {"pass": remember_secret(secrets.token_hex(8)), "support": "N", "chat": "N", "viewable_tickets": "COMPANY",
                                "selectable_categories": "Hardware"})
    api.add("second")
    before = api.get("get_customers", cid="second").headers["ETag"]
    db.query("UPDATE customers SET last_updated = '2024-01-01'")
    merge(api, "first", "second")
    record = customer(api, "second")
    assert {name: record[name] for name in given} == given
    assert (record["email2"], record["phone2"], record["zip"]) == ("", "", "")
    # What may be done is not taken over, nor is a way in.
    assert [record[name] for name in ("support", "chat", "viewable_tickets", "selectable_categories")] == ["Y", "Y", "PERSONAL", ""]
    assert db.customer("second")["password_hash"] == ""
    answer = api.get("get_customers", cid="second")
    assert answer.headers["ETag"] != before
    assert [one["cid"] for one in api.get("get_customers", updated_since="1/2/2024").records] == ["second"]


def test_what_the_other_has_stays(api):
    api.add("first", contact="Carl", email="a@example.com", phone="1", address="1 Main St", city="Rome", latitude="1", longitude="2", notes="n")
    # An address is one value: parts of two make none.
    api.add("second", contact="Carla", email="b@example.com", phone="2", zip="123", notes="m")
    before = customer(api, "second")
    merge(api, "first", "second")
    after = customer(api, "second")
    different = {name for name in after if after[name] != before[name]} - {"last_updated"}
    assert different == {"email2", "phone2"}
    assert (after["email2"], after["phone2"]) == ("a@example.com", "1")
    for variables in ({"email": "a@example.com"}, {"email": "B@example.com"}, {"phone": "1"}, {"phone": "2"}):
        assert [one["cid"] for one in api.get("get_customers", **variables).records] == ["second"]


def test_addresses_are_joined_without_duplicates(api):
    api.add("first", email="A@example.com", email2="b@example.com,C@example.com,d@example.com", phone="2", phone2="1,3")
    api.add("second", email="B@example.com", email2="x@example.com,c@example.com", phone2="2")
    merge(api, "first", "second")
    record = customer(api, "second")
    assert record["email2"] == "x@example.com,c@example.com,A@example.com,d@example.com"
    # A phone that was filled is no further one.
    assert (record["phone"], record["phone2"]) == ("2", "2,1,3")


def test_a_contract_that_both_have_begins_as_early_as_it_did(api, db):
    db.query("INSERT INTO support_contracts (id, name) VALUES (101, 'a'), (102, 'b'), (103, 'c')")
    api.add("first", contracts="101,102,103", sc_start_dates="1/1/2020,1/1/2022,1/1/2021")
    api.add("second", contracts="103,102", sc_start_dates="1/1/2022,1/1/2021")
    tid = add_ticket(api, "first", contract="101")
    merge(api, "first", "second")
    record = customer(api, "second")
    assert record["contracts"] == "103,102,101"
    assert [date.split()[0] for date in record["sc_start_dates"].split(",")] == ["1/1/2021", "1/1/2021", "1/1/2020"]
    # The ticket's contract is one of its customer's.
    assert api.post("update_ticket", tid=tid, contract="101", subject="x").status == 200


def test_a_list_that_becomes_too_long(api, db):
    api.add("first", phone2=",".join(f"f{i}" for i in range(600)))
    api.add("second", phone2=",".join(f"s{i}" for i in range(401)))
    before = rows(db)
    answer = api.post("merge_customer", cid="first", into_cid="second")
    assert (answer.status, answer.problems) == (400, [("cid", "too_many_values")])
    assert rows(db) == before
    api.update("second", phone2=",".join(f"s{i}" for i in range(400)))
    merge(api, "first", "second")
    assert len(customer(api, "second")["phone2"].split(",")) == 1000


def test_a_dry_run_changes_nothing(api, db):
    db.query("INSERT INTO support_contracts (id, name) VALUES (101, 'a')")
    api.add("first", contact="Carl", email="a@example.com", email2="b@example.com", phone2="1,2,3", city="Rome", contracts="101")
    api.add("second", email="B@example.com")
    add_ticket(api, "first", description="x")
    add_ticket(api, "first")
    before = rows(db)
    headers = {"Idempotency-Key": "k", "If-Match": api.get("get_customers", cid="first").headers["ETag"]}
    for _ in range(2):
        answer = api.post("merge_customer", cid="first", into_cid="SECOND", dry_run="y", headers=headers)
        assert answer.json == [{"merged_customer": "second", "tickets": "2", "history": "1", "email2": "1", "phone2": "3", "contracts": "1",
                                "filled": "contact,city"}]
    assert rows(db) == before and db.count("idempotency_keys") == 0
    answer = api.post("merge_customer", cid="first", into_cid="second", dry_run="")
    assert (answer.status, answer.problems) == (400, [("dry_run", "invalid_choice")])
    assert api.post("merge_customer", cid="first", into_cid="nobody", dry_run="Y").problems == [("into_cid", "unknown_customer")]
    assert merge(api, "first", "second", dry_run="N").json == [{"merged_customer": "second"}]


def test_what_is_refused(api, db):
    api.add("first")
    api.add("second")
    before = rows(db)

    def refused(**variables):
        answer = api.post("merge_customer", **variables)
        return answer.status, answer.problems

    assert refused() == (400, [("into_cid", "required"), ("cid", "required")])
    assert refused(cid="first") == refused(cid="first", into_cid=" ") == (400, [("into_cid", "required")])
    assert refused(into_cid="second") == (400, [("cid", "required")])
    assert refused(cid="nobody", into_cid="second") == (404, [("cid", "not_found")])
    assert refused(cid="first", into_cid="nobody") == (400, [("into_cid", "unknown_customer")])
    assert refused(cid="first", into_cid=" FIRST ") == (400, [("into_cid", "ring")])
    assert refused(cid="first", into_cid="second", headers={"If-Match": '"0-0"'})[0] == 412
    assert rows(db) == before
    # Only this action reads into_cid, and it reads nothing else.
    assert api.update("first", into_cid="second", city="x").headers["X-Helpdesk-Ignored"] == "into_cid"
    assert merge(api, "first", "second", city="y", new_cid="z").headers["X-Helpdesk-Ignored"] == "city,new_cid"
    assert customer(api, "second")["city"] == "x"


def test_conditions_and_repeats(api, db):
    api.add("first")
    api.add("second")
    headers = {"Idempotency-Key": "k", "If-Match": api.get("get_customers", cid="first").headers["ETag"]}
    done = merge(api, "first", "second", headers=headers)
    assert "ETag" not in done.headers
    api.add("first")
    again = merge(api, "first", "second", headers=headers)
    assert (done.json, again.headers["Idempotent-Replayed"]) == (again.json, "true")
    assert [row["cid"] for row in db.query("SELECT cid FROM customers ORDER BY id")] == ["second", "first"]


def test_both_ways_at_once(api, db):
    """Both lock the customers in one order. One of them comes too late."""
    for turn in range(10):
        pair = f"a{turn}", f"b{turn}"
        tickets = []
        for cid in pair:
            api.add(cid)
            tickets.append(add_ticket(api, cid))
        answers = []
        threads = [threading.Thread(target=lambda a, b: answers.append(api.post("merge_customer", cid=a, into_cid=b)), args=order)
                   for order in (pair, pair[::-1])]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert sorted(answer.status for answer in answers) in ([200, 400], [200, 404]), [answer.text for answer in answers]
        (stays,) = [cid for cid in pair if api.get("get_customers", cid=cid).records]
        assert [ticket["tid"] for ticket in api.get("get_tickets", cid=stays).records] == tickets


@pytest.mark.parametrize("action, variables", [("add_ticket", {}), ("update_ticket", {"tid": "second"}),
                                               ("add_history", {"tid": "second", "notes": "x"})])
def test_what_comes_meanwhile_finds_no_customer(api, db, action, variables):
    tids = {}
    for cid in ("second", "first"):
        api.add(cid, company="Acme")
        tids[cid] = add_ticket(api, cid)
    variables = {"cid": "first"} | {name: tids.get(value, value) for name, value in variables.items()}
    with holding(db, "SELECT id FROM customers WHERE cid = 'first' FOR UPDATE") as holder:
        call = holder.begin(api.post, action, **variables)
        holder.execute("UPDATE tickets SET customer_id = (SELECT id FROM customers WHERE cid = 'second') WHERE id = %s", tids["first"])
        holder.execute("UPDATE ticket_history SET customer_id = NULL")
        holder.execute("DELETE FROM customers WHERE cid = 'first'")
        holder.commit()
        answer = call.result()
    assert (answer.status, answer.problems) == (400, [("cid", "unknown_customer")]), answer.text


def test_nothing_is_lost_while_tickets_come(api, db):
    for i in range(6):
        api.add(f"c{i}", company="Acme")
    added, failed = [], []

    def talk(seed):
        for i in range(12):
            answer = api.post("add_ticket", cid=f"c{(seed + i) % 6}", subject=f"s{seed}x{i}", description="d")
            if answer.status == 200:
                added.append(answer.json[0]["added_ticket"])
            elif answer.problems != [("cid", "unknown_customer")]:
                failed.append(answer.text)

    def put_together():
        for i in range(1, 6):
            answer = api.post("merge_customer", cid=f"c{i}", into_cid="c0")
            if answer.status != 200:
                failed.append(answer.text)

    threads = [threading.Thread(target=talk, args=[seed]) for seed in range(6)] + [threading.Thread(target=put_together)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert failed == []
    assert sorted(int(ticket["tid"]) for ticket in api.get("get_tickets", cid="c0").records) == sorted(map(int, added))
    assert {entry["cid"] for entry in api.get("get_history", tid="*").records} == {"c0"}


def test_the_sign_ins_of_the_first_end(portal, api):  # noqa: F811
    api.add("other")
    assert api.post("merge_customer", cid="demo", into_cid="other", dry_run="Y").status == 200
    sign_in_everywhere(portal)
    merge(api, "demo", "other")
    workers(portal, 401)
