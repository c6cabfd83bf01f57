"""Customers who are forgotten: nothing says who they were, and the tickets stay."""

import json
import secrets
import urllib.parse

import pytest

from api import remember_secret
from conftest import numbers
from locks import holding
from test_sign_in_ends import CONFIG, WORKERS, portal, sign_in_everywhere, workers  # noqa: F401

# In all that is planted about the customer who is erased.
MARK = "zanzibarquux"
ADDRESS = f"{MARK}@example.com"

# Every column of a text that a customer may give, or that is about a customer. Whoever adds such a column adds it here, and erases it.
REACHED = {
    "customers": {"cid", "contact", "email", "address", "city", "state", "zip", "country", "phone", "notes"},
    "customer_emails": {"email"},
    "customer_phones": {"phone"},
    "tickets": {"contact", "phone", "email", "subject", "description"},
    "ticket_history": {"author", "notes", "changes", "mail_from", "mail_to", "mail_cc", "message_id", "words"},
    "ticket_words": {"word"},
    "ticket_texts": {"words"},
    "ticket_field_values": {"value"},
    "idempotency_keys": {"answer"},
}
# Texts that say nothing of who a customer is. A hash is looked at by itself; tags are the desk's.
OTHERS = {
    "customers": {"password_hash"},
    "idempotency_keys": {"key_hash", "request_hash", "entity_tag", "resource"},
    "ticket_tags": {"tag"},
}
# Tables that know no customer. A company is a record of its own.
STRANGERS = {"companies", "portals", "customer_groups", "categories", "sub_categories", "support_contracts", "technicians", "tech_groups", "ticket_statuses",
             "ticket_sources", "ticket_priorities", "escalation_levels", "chat_queues", "billing_categories", "time_categories", "schedule_categories",
             "kb_categories", "ticket_fields", "schema_migrations"}


@pytest.fixture(autouse=True)
def technicians(db):
    db.query("INSERT INTO technicians (id, uid, name) VALUES (1, 'ann', 'Ann Example')")


def done(answer):
    assert answer.status == 200, answer
    return answer


def erase(api, cid, **variables):
    return done(api.post("erase_customer", cid=cid, **variables))


def add_ticket(api, cid, **variables):
    return done(api.post("add_ticket", cid=cid, **variables)).json[0]["added_ticket"]


def add_entry(api, tid, **variables):
    return done(api.post("add_history", tid=tid, **variables)).json[0]["added_history"]


def columns(db, *types):
    """Of all tables, as (table, column)."""
    rows = db.query("SELECT TABLE_NAME AS t, COLUMN_NAME AS c, DATA_TYPE AS type FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()")
    return [(row["t"], row["c"]) for row in rows if not types or str(row["type"]).endswith(types)]


def found(db, text):
    """The columns of all tables with a value that has the text somewhere."""
    places = {}
    for table, column in columns(db):
        if db.query(f"SELECT COUNT(*) AS n FROM `{table}` WHERE LOCATE(%s, CAST(`{column}` AS BINARY)) > 0", text)[0]["n"]:
            places.setdefault(table, set()).add(column)
    return places


def rows(db):
    return {table: db.query(f"SELECT * FROM {table} ORDER BY 1, 2") for table in REACHED}


def customer_number(db, cid):
    return db.customer(cid)["id"]


def many_tickets(db, cid, count, entries=1):
    number = customer_number(db, cid)
    db.query("INSERT INTO tickets (id, customer_id, contact, phone, subject, description) "
             f"SELECT seq, {number}, '{MARK}', '', '{MARK}', '{MARK}' FROM {numbers(count)} AS n")
    db.query("INSERT INTO ticket_history (ticket_id, customer_id, author, type, notes, words) "
             f"SELECT tickets.id, {number}, '{MARK}', 'R', '{MARK}', ' {MARK}' FROM tickets JOIN {numbers(entries)} AS n")
    db.query(f"INSERT INTO ticket_words (word, ticket_id) SELECT '{MARK}', id FROM tickets")
    db.query(f"INSERT INTO ticket_texts (ticket_id, words) SELECT id, ' {MARK}' FROM tickets")


def test_every_text_is_looked_at(db):
    """A new column is either of what a customer's data can reach, and erased, or of what it cannot reach."""
    texts = columns(db, "char", "text", "blob", "binary", "json")
    unknown = {(table, column) for table, column in texts
               if table not in STRANGERS and column not in REACHED.get(table, set()) | OTHERS.get(table, set())}
    assert unknown == set()


def plant(api, db):
    """A customer whose name, texts and numbers are everywhere, and the tickets of others who have something of theirs."""
    texts = {name: f"{MARK} {name}" for name in ("contact", "address", "city", "state", "zip", "country", "phone", "phone2", "notes")}
    password = remember_secret(secrets.token_hex(8))
    key = {"Idempotency-Key": "added"}
    done(api.post("add_customer", cid=f"{MARK} old", company="Acme", email=ADDRESS, email2=f"2{ADDRESS}", latitude="41.123456789",
                  longitude="12.987654321", contracts="1", headers=key, **texts, **{"pass": password}))
    done(api.add("colleague", company="Acme", contact="Colleen"))
    done(api.add("next", contact="Nora", phone="5"))
    tids = {"own": add_ticket(api, f"{MARK} old", subject=f"{MARK} subject", description=f"{MARK} description", tags="vip")}
    done(api.post("update_ticket", tid=tids["own"], contact=f"{MARK} by name", subject=f"{MARK} again", status="Open", uid="ann"))
    # Texts in the shop's own fields, one of which is changed. A choice from a list stays.
    fields = [done(api.post("add_ticket_field", label=label, type=type, data_type="Text", options=options)).json[0]["added_ticket_field"]
              for label, type, options in (("Serial", "text", ""), ("Printer", "list", "Large"))]
    done(api.post("update_ticket", tid=tids["own"], **{f"field_{fields[0]}": f"{MARK} field of before", f"field_{fields[1]}": "Large"}))
    done(api.post("update_ticket", tid=tids["own"], **{f"field_{fields[0]}": f"{MARK} field"}))
    # The name changes, and what was said under the old one stays in what is kept.
    done(api.update(f"{MARK} old", new_cid=f"{MARK} new", headers={"Idempotency-Key": "renamed"}))
    add_entry(api, tids["own"], cid=f"{MARK} new", notes=f"<b>{MARK}</b> html", content_type="html", type="E", message_id=f"<1@{MARK}>",
              **{"from": ADDRESS, "to": "desk@example.com", "cc": f"cc.{ADDRESS}"})
    add_entry(api, tids["own"], uid="ann", notes="an answer", type="E", message_id="<2@desk>", **{"from": "desk@example.com", "to": ADDRESS})
    # The reply opens the ticket again, of which an entry tells under the customer's name.
    done(api.post("update_ticket", tid=tids["own"], status="Closed"))
    add_entry(api, tids["own"], cid=f"{MARK} new", notes=f"{MARK} replies")
    # A technician's ticket, which is deleted.
    tids["deleted"] = add_ticket(api, f"{MARK} new", subject="printer", description="the printer", uid="ann")
    done(api.post("delete_ticket", tid=tids["deleted"]))
    # A ticket that is given to another customer.
    tids["given"] = add_ticket(api, f"{MARK} new", subject=f"{MARK} given", description=f"{MARK} gives")
    done(api.post("update_ticket", tid=tids["given"], phone=f"{MARK} phone of before"))
    add_entry(api, tids["given"], uid="ann", notes="before", type="E", to=ADDRESS)
    done(api.post("update_ticket", tid=tids["given"], cid="next"))
    done(api.post("update_ticket", tid=tids["given"], contact="Nora Next"))
    add_entry(api, tids["given"], uid="ann", notes="after", type="E", to="nora@example.com")
    # A colleague's ticket, in which the customer says something.
    tids["colleague"] = add_ticket(api, "colleague", subject="network", description="the network")
    add_entry(api, tids["colleague"], cid=f"{MARK} new", notes=f"{MARK} says", to=ADDRESS)
    # The same person under another name, who is merged into the customer.
    done(api.post("add_customer", cid=f"{MARK} double", contact=f"{MARK} d", headers={"Idempotency-Key": "double"}))
    tids["double"] = add_ticket(api, f"{MARK} double", subject=f"{MARK} double", description=f"{MARK} once more")
    # Whoever is named later, these were the customer's words.
    done(api.post("update_ticket", tid=tids["double"], opened_by="ann"))
    tids["double given"] = add_ticket(api, f"{MARK} double", subject="", uid="ann")
    done(api.post("update_ticket", tid=tids["double given"], cid="next"))
    done(api.post("merge_customer", cid=f"{MARK} double", into_cid=f"{MARK} new", headers={"Idempotency-Key": "merged"}))
    # A ticket from elsewhere, which another customer has by now.
    row = {"tid": "900", "cid": "next", "subject": "moved", "history": [
        {"type": "S", "author": "Ann", "changes": f"{MARK} in no JSON"}, {"type": "S", "author": "Ann", "changes": f'["{MARK}"]'},
        {"type": "S", "author": "Ann", "changes": f'{{"phone":["{MARK}","1"],"phone":["{MARK}","2"]}}'},
        {"type": "S", "author": "Ann", "changes": json.dumps({"cid": [f"{MARK} new", "next"], "contact": [MARK, "Nora"], "status": ["Open", "New"]})},
        {"type": "R", "cid": f"{MARK} new", "author": MARK, "notes": f"{MARK} moved"}]}
    query = urllib.parse.urlencode({"action": "import_tickets", "format": "json"})
    answer = api.request("POST", f"/API/default.aspx?{query}", data=json.dumps(row), headers={"X-API-Key": api.key, "Content-Type": "application/x-ndjson"})
    assert answer.status == 200 and answer.json[0]["failed"] == "0", answer
    tids["moved"] = "900"
    return tids


def test_nothing_is_left(api, db):
    """The marker stands in every column that it can reach, and then in none."""
    tids = plant(api, db)
    number = customer_number(db, f"{MARK} new")
    assert found(db, MARK) == REACHED
    assert "customers" in found(db, "123456789") and "customers" in found(db, "987654321") and db.customer(f"{MARK} new")["password_hash"]
    others = {cid: db.customer(cid) for cid in ("colleague", "next")}

    assert erase(api, f"{MARK.upper()} new").json == [{"erased_customer": f"erased-{number}"}]
    assert found(db, MARK) == {}
    assert "customers" not in found(db, "123456789") and "customers" not in found(db, "987654321")
    assert db.customer(f"erased-{number}")["password_hash"] == ""
    assert {cid: db.customer(cid) for cid in others} == others

    for action, everything in (("export_customers", {"cid": "*"}), ("export_tickets", {})):
        assert MARK not in done(api.get(action, format="ndjson", **everything)).text
    answers = [api.get("get_tickets", tid="*"), api.get("get_tickets", tid="*", deleted="Y"), api.get("get_history", tid="*"), api.get("get_customers", cid="*")]
    assert not any(MARK in done(answer).text for answer in answers)
    assert api.get("get_tickets", keyword=MARK).records == api.get("get_history", keyword=MARK).records == []
    # The tickets are those that they were.
    (record,) = api.get("get_customers", cid=f"erased-{number}").records
    assert (record["id"], record["company"], record["contracts"]) == (str(number), "Acme", "1")
    assert {ticket["tid"] for ticket in api.get("get_tickets", cid=f"erased-{number}").records} == {tids["own"], tids["double"]}
    assert [ticket["tid"] for ticket in api.get("get_tickets", cid=f"erased-{number}", deleted="Y").records] == [tids["deleted"]]


def test_what_stays(api, db):
    tids = plant(api, db)
    name = f"erased-{customer_number(db, f'{MARK} new')}"
    erase(api, f"{MARK} new")

    def entries(ticket):
        return [(entry["type"], entry["uid"], entry["cid"], entry["author"], entry["notes"], json.loads(entry["changes"] or "{}"))
                for entry in api.get("get_history", tid=tids[ticket]).records]

    (ticket,) = api.get("get_tickets", tid=tids["own"]).records
    assert [ticket[field] for field in ("status", "subject", "description", "tags", "company")] == ["New", "", "", "vip", "Acme"]
    told = entries("own")
    assert ("R", "", name, name, "[erased]", {}) in told and ("E", "ann", "", "Ann Example", "an answer", {}) in told
    assert ("S", "ann", "", "Ann Example", "", {"status": ["New", "Open"]}) in told
    # That the reply opened the ticket.
    (opened,) = [entry for entry in told if entry[0] == "S" and entry[2] == name]
    assert opened[3:5] == (name, "") and opened[5]["status"] == ["Closed", "New"]
    mails = [entry for entry in api.get("get_history", tid=tids["own"]).records if entry["type"] == "E"]
    assert [(entry["from"], entry["to"], entry["cc"], entry["message_id"]) for entry in mails] == [("", "", "", ""), ("", "", "", "<2@desk>")]
    # What a technician wrote.
    db.query("UPDATE tickets SET deleted = 'N'")
    (ticket,) = api.get("get_tickets", tid=tids["deleted"]).records
    assert (ticket["contact"], ticket["subject"], ticket["description"]) == ("", "printer", "the printer")
    assert entries("deleted") == [("N", "ann", "", "Ann Example", "the printer", {})]
    # The ticket of the other customer is theirs, from the time when it became theirs.
    (ticket,) = api.get("get_tickets", tid=tids["given"]).records
    assert [ticket[field] for field in ("cid", "contact", "phone", "subject", "description")] == ["next", "Nora Next", "5", "", ""]
    assert {"contact": ["Nora", "Nora Next"]} in [entry[5] for entry in entries("given")]
    assert [entry["to"] for entry in api.get("get_history", tid=tids["given"]).records if entry["type"] == "E"] == ["", "nora@example.com"]
    # The colleague's ticket lost what the customer said in it.
    (ticket,) = api.get("get_tickets", tid=tids["colleague"]).records
    assert [ticket[field] for field in ("contact", "subject", "description")] == ["Colleen", "network", "the network"]
    assert [entry[3:5] for entry in entries("colleague")] == [("Colleen", "the network"), (name, "[erased]")]
    assert [entry[5] for entry in entries("moved")] == [{}, {}, {}, {"status": ["Open", "New"]}, {}]
    assert api.get("get_tickets", tid=tids["moved"]).records[0]["subject"] == ""
    # Words that are left find their tickets.
    for word, ticket in (("printer", "deleted"), ("network", "colleague"), ("answer", "own"), ("erased", "moved")):
        assert tids[ticket] in [one["tid"] for one in api.get("get_tickets", keyword=word).records]


def test_what_is_erased_can_move(api, db):
    """What an export gives, an import takes."""
    tids = plant(api, db)
    erase(api, f"{MARK} new")
    exported = done(api.get("export_tickets", tid=f"{tids['own']},{tids['given']},{tids['moved']}", format="ndjson")).text
    for tid in (tids["own"], tids["given"], tids["moved"]):
        done(api.post("delete_ticket", tid=tid))
        done(api.post("purge_ticket", tid=tid))
    query = urllib.parse.urlencode({"action": "import_tickets", "format": "json"})
    answer = api.request("POST", f"/API/default.aspx?{query}", data=exported, headers={"X-API-Key": api.key, "Content-Type": "application/x-ndjson"})
    assert (answer.json[0]["added"], answer.json[0]["failed"]) == ("3", "0"), answer
    assert done(api.get("export_tickets", tid=f"{tids['own']},{tids['given']},{tids['moved']}", format="ndjson")).text == exported


def test_a_repeat_changes_nothing(api, db):
    plant(api, db)
    (first,) = erase(api, f"{MARK} new").json
    before = rows(db)
    assert erase(api, first["erased_customer"]).json == [first]
    assert rows(db) == before
    # What was said since is erased by another call.
    done(api.update(first["erased_customer"], contact=MARK))
    add_ticket(api, first["erased_customer"], subject=MARK, description=MARK)
    erase(api, first["erased_customer"])
    assert found(db, MARK) == {}


def test_kept_answers_name_nobody(api, db):
    add = {"cid": MARK, "headers": {"Idempotency-Key": "add"}}
    done(api.post("add_customer", **add))
    done(api.post("upsert_customer", cid=MARK, city="x", headers={"Idempotency-Key": "upsert"}))
    name = f"erased-{customer_number(db, MARK)}"
    headers = {"Idempotency-Key": "erase", "If-Match": api.get("get_customers", cid=MARK).headers["ETag"]}
    first = erase(api, MARK, headers=headers)
    assert first.headers["ETag"] == api.get("get_customers", cid=name).headers["ETag"]
    # A repeat of what was done before does not bring the customer back.
    again = api.post("add_customer", **add)
    assert (again.json, again.headers["Idempotent-Replayed"]) == ([{"added_customer": name}], "true")
    again = erase(api, MARK, headers=headers)
    assert (again.json, again.headers["Idempotent-Replayed"]) == (first.json, "true")
    assert db.count("customers") == 1 and found(db, MARK) == {}


def test_what_is_refused(api, db):
    done(api.add("who", contact="c"))
    number = customer_number(db, "who")
    before = rows(db)

    def refused(**variables):
        answer = api.post("erase_customer", **variables)
        return answer.status, answer.problems

    assert refused() == refused(cid=" ") == (400, [("cid", "required")])
    assert refused(cid="nobody") == (404, [("cid", "not_found")])
    assert refused(cid="who", headers={"If-Match": '"0-0"'})[0] == 412
    assert rows(db) == before
    assert erase(api, "who", into_cid="x", city="y", new_cid="z").headers["X-Helpdesk-Ignored"] == "into_cid,city,new_cid"
    done(api.update(f"erased-{number}", new_cid="who", contact="c"))
    # Somebody has the name.
    done(api.add(f"erased-{number}"))
    answer = api.post("erase_customer", cid="who")
    assert (answer.status, answer.problems) == (409, [("cid", "already_exists")]) and f'\\"erased-{number}\\"' in answer.text
    assert db.customer("who")["contact"] == "c"


def test_a_refusal_erases_nothing_of_many_tickets(api, db):
    """What is erased in pieces is refused before the first one."""
    done(api.post("add_customer", cid="who", headers={"Idempotency-Key": "k"}))
    number = customer_number(db, "who")
    erase(api, "who", headers={"Idempotency-Key": "erase"})
    done(api.add("who"))
    many_tickets(db, "who", 80)
    before = rows(db)
    assert api.post("erase_customer", cid="who", headers={"If-Match": '"0-0"'}).status == 412
    # A repeat of the call that erased another customer of this name.
    assert erase(api, "who", headers={"Idempotency-Key": "erase"}).json == [{"erased_customer": f"erased-{number}"}]
    assert api.post("erase_customer", cid="who", city="x", headers={"Idempotency-Key": "k"}).status == 422
    assert {table: kept for table, kept in rows(db).items() if table != "idempotency_keys"} == \
        {table: kept for table, kept in before.items() if table != "idempotency_keys"}
    done(api.add(f"erased-{customer_number(db, 'who')}"))
    assert api.post("erase_customer", cid="who").status == 409
    assert rows(db)["tickets"] == before["tickets"] and rows(db)["ticket_history"] == before["ticket_history"]


def test_changes_that_name_a_variable_many_times(api, db):
    """The text is written once, however often that is."""
    done(api.add("who"))
    tid = add_ticket(api, "who")
    many = "{" + ",".join([f'"cid":["{MARK}","b"]'] * 500) + ',"status":["Open","New"]}'
    once = f'{{"cid":["{MARK}","b"],"status":["Open","New"]}}'
    for changes in (many, once):
        db.query("INSERT INTO ticket_history (ticket_id, type, notes, changes) VALUES (%s, 'S', '', %s)", tid, changes)
    erase(api, "who")
    assert found(db, MARK) == {}
    left = db.query("SELECT version, changes FROM ticket_history WHERE type = 'S' ORDER BY id DESC LIMIT 2")
    assert [row["version"] for row in left] == [2, 2]
    assert json.loads(left[0]["changes"]) == {"status": ["Open", "New"]} and "cid" not in left[1]["changes"]


@pytest.mark.parametrize("tickets, entries", [(32, 1), (100, 1), (3, 1000), (1, 3000)])
def test_many(api, db, tickets, entries):
    done(api.add("who", contact=MARK, email=ADDRESS))
    many_tickets(db, "who", tickets, entries)
    (first,) = erase(api, "who", headers={"If-Match": "*", "Idempotency-Key": "k"}).json
    assert found(db, MARK) == {}
    assert len(api.get("get_tickets", cid=first["erased_customer"], keyword="erased", count=1000).records) == tickets
    assert api.get("get_history", cid=first["erased_customer"], count_only="Y").records == [{"count": str(tickets * entries)}]
    assert erase(api, "who", headers={"If-Match": "*", "Idempotency-Key": "k"}).json == [first]


def test_many_that_are_others(api, db):
    """Tickets that were the customer's, and entries in those of a colleague."""
    done(api.add("next"))
    done(api.add("who"))
    many_tickets(db, "who", 90)
    number = customer_number(db, "who")
    db.query("INSERT INTO ticket_history (ticket_id, type, changes, notes, former_customer_id) "
             f"""SELECT id, 'S', '{{"cid":["{MARK}","next"]}}', '', {number} FROM tickets WHERE id > 40""")
    db.query(f"UPDATE tickets SET customer_id = {customer_number(db, 'next')}, contact = '' WHERE id > 40")
    db.query("UPDATE ticket_history SET customer_id = NULL, notes = '', words = '', author = '' WHERE ticket_id > 80")
    erase(api, "who")
    assert found(db, MARK) == {}


def test_pieces_are_stored_one_by_one(api, db):
    """The transaction of a piece holds few rows. What comes meanwhile is erased at the end, and a call that ends early is finished by a repeat."""
    done(api.add("who", contact=MARK))
    done(api.add("next"))
    many_tickets(db, "who", 100)
    db.query(f"UPDATE tickets SET customer_id = {customer_number(db, 'next')}, contact = '', subject = '', description = '' WHERE id = 10")
    for table in ("ticket_history", "ticket_words", "ticket_texts"):
        db.query(f"DELETE FROM {table} WHERE ticket_id = 10")
    with holding(db, "SELECT id FROM tickets WHERE id = 50 FOR UPDATE") as holder:
        call = holder.begin(api.post, "erase_customer", cid="who", headers={"If-Match": api.get("get_customers", cid="who").headers["ETag"]})
        assert [row["id"] for row in db.query("SELECT id FROM tickets WHERE contact = '' ORDER BY id")] == list(range(1, 34))
        assert db.customer("who")["contact"] == MARK
        # A change of the customer no longer stops what has begun.
        done(api.update("who", city=MARK))
        add_ticket(api, "who", subject=MARK, description=MARK)
        done(api.post("update_ticket", tid=10, cid="who"))
        done(api.post("update_ticket", tid=20, cid="next"))
        holder.rollback()
        answer = done(call.result())
    assert found(db, MARK) == {}, answer


def test_at_once(api, db):
    """Two calls for one customer: one of them comes too late, or both have the same answer."""
    from test_transactions import at_once

    for turn in range(5):
        done(api.add(f"who{turn}", contact=MARK))
        tid = add_ticket(api, f"who{turn}", description=MARK)
        number = customer_number(db, f"who{turn}")

        def call(i):
            if i < 2:
                return api.post("erase_customer", cid=f"who{turn}")
            return api.post("add_history", tid=tid, cid=f"who{turn}", notes="x")

        answers = at_once(4, call)
        assert sorted(answer.status for answer in answers[:2]) == [200, 404], answers
        assert all(answer.status == 200 or answer.problems == [("cid", "unknown_customer")] for answer in answers[2:]), answers
        erase(api, f"erased-{number}")
        assert found(db, MARK) == {}


def test_a_walk_meets_what_was_erased(api, db):
    tids = plant(api, db)
    for table in ("customers", "tickets", "ticket_history"):
        db.query(f"UPDATE {table} SET last_updated = '2024-01-01' + INTERVAL id SECOND")
    versions = {table: db.query(f"SELECT id, version FROM {table}") for table in ("customers", "tickets")}
    (first,) = erase(api, f"{MARK} new").json
    assert [one["cid"] for one in api.get("get_customers", updated_since="1/1/2025").records] == [first["erased_customer"]]
    # Not those that the customer only wrote in.
    assert {one["tid"] for one in api.get("get_tickets", updated_since="1/1/2025").records} == {tids[name] for name in ("own", "double", "given", "moved")}
    after = {table: db.query(f"SELECT id, version FROM {table}") for table in versions}
    changed = {table: sum(new["version"] - old["version"] for old, new in zip(versions[table], after[table])) for table in versions}
    assert changed == {"customers": 1, "tickets": 5}


def test_the_sign_ins_end(portal, api, db):  # noqa: F811
    number = customer_number(db, "demo")
    erase(api, "demo")
    workers(portal, 401)
    assert portal.get("/sign-in", f"erased-{number}", portal.password).status_code == 401


def test_former_customers_of_before(db, mariadb):
    """The migration finds them by the names that entries have."""
    import pathlib

    db.query("INSERT INTO customers (id, cid, notes) VALUES (7, 'Öne', ''), (8, 'two', '')")
    db.query("INSERT INTO tickets (id, customer_id, description) VALUES (1, 8, '')")
    for number, changes in enumerate(('{"cid":["öne","two"]}', '{"cid":["gone","two"]}', '{"status":["x","cid"]}', 'no "cid" JSON', ''), 1):
        db.query("INSERT INTO ticket_history (id, ticket_id, type, notes, changes) VALUES (%s, 1, 'S', '', %s)", number, changes)
    migration = pathlib.Path(__file__).parents[2] / "sql" / "0023_former_customers_of_before.sql"
    for _ in range(2):
        db.query(migration.read_text().replace("%", "%%"))
        assert db.query("SELECT id, former_customer_id AS who FROM ticket_history WHERE former_customer_id IS NOT NULL") == [{"id": 1, "who": 7}]
