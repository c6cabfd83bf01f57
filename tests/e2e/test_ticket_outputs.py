"""What tickets show that no call stores, their support contract, and lists without the long text."""

import json

import pytest

from test_tickets import CONFIG, add, entries, people, ticket  # noqa: F401


def test_overdue_follows_the_deadline_and_the_status(api, db):
    tids = {name: add(api, open_date="1/1/2020", **variables) for name, variables in {
        "late": {"due_date": "1/2/2020"}, "never due": {}, "in time": {"due_date": "1/1/2100"}, "done": {"due_date": "1/2/2020", "status": "Closed"},
        "ended": {"due_date": "1/2/2020", "close_date": "1/3/2020"}}.items()}
    api.post("update_ticket", tid=tids["done"], close_date="")
    assert ticket(api, tids["done"])["close_date"] == ""
    assert {name: ticket(api, tid)["overdue"] for name, tid in tids.items()} == {
        "late": "Y", "never due": "N", "in time": "N", "done": "N", "ended": "N"}
    others = [tids[name] for name in tids if name != "late"]
    assert [record["tid"] for record in api.get("get_tickets", overdue="Y").records] == [tids["late"]]
    assert [record["tid"] for record in api.get("get_tickets", overdue="N", order="id").records] == others
    assert [record["tid"] for record in api.get("get_tickets", order="overdue DESC", count="1").records] == [tids["late"]]
    db.query("UPDATE tickets SET status_id = NULL WHERE id = %s", tids["late"])
    assert ticket(api, tids["late"])["overdue"] == "Y"
    db.query("UPDATE ticket_statuses SET closed = 'Y' WHERE name = 'New'")
    db.query("UPDATE tickets SET status_id = 1 WHERE id = %s", tids["late"])
    assert ticket(api, tids["late"])["overdue"] == "N"
    assert api.get("get_tickets", overdue="Y").records == []


def test_entries_are_counted(api):
    first, second = add(api, description="x"), add(api)
    api.post("add_history", tid=first, notes="y")
    api.post("update_ticket", tid=first, subject="z")
    assert [(record["tid"], record["history_count"]) for record in api.get("get_tickets").records] == [(first, "3"), (second, "0")]
    assert api.get("get_tickets", order="history_count").problems == [("order", "invalid_order")]
    assert "history_count" in api.post("add_ticket", cid="c", history_count="7").headers["X-Helpdesk-Ignored"]


@pytest.mark.parametrize("format", ["json", "xml", "url"])
def test_lists_without_descriptions(api, format):
    long = ("long & longer " * 30000).strip()
    tids = [add(api, description=text) for text in ("short", long, "")]
    whole = api.get("get_tickets", order="id", format=format).records
    assert [record["description"] for record in whole] == ["short", long, ""]
    for record in whole:
        del record["description"]
    brief = api.get("get_tickets", order="id", format=format, description="n").records
    assert [list(record.items()) for record in brief] == [list(record.items()) for record in whole]
    assert len(api.get("get_tickets", description="N", count="100").text) < 10000
    assert api.get("get_tickets", description="y", tid=tids[0]).records[0]["description"] == "short"
    assert api.get("get_tickets", description="?").problems == [("description", "invalid_choice")]


def test_the_contract_is_one_of_the_customer_that_has_started(api, db):
    api.post("update_customer", cid="c", contracts="3,1,2", sc_start_dates="1/1/2020,1/1/2100,1/1/2020")
    tid = add(api, contract="2")
    assert ticket(api, tid)["contract"] == "2"
    for write, variables in (("add_ticket", {"cid": "c"}), ("update_ticket", {"tid": tid}), ("add_ticket", {"cid": "d"}),
                             ("update_ticket", {"tid": tid, "cid": "d"})):
        good = () if variables.get("cid") == "d" else ("2", "3")
        for contract in ("1", "2", "3", "4", "Gold"):
            if contract not in good:
                assert api.post(write, **variables, contract=contract).problems == [("contract", "unknown_contract")], (write, variables, contract)
    assert api.post("update_ticket", tid=tid, cid="d").problems == [("contract", "unknown_contract")]
    assert (db.count("tickets"), entries(db, tid)) == (1, ())
    assert api.post("update_ticket", tid=tid, contract="3").status == 200
    assert json.loads(entries(db, tid)[0]["changes"]) == {"contract": ["2", "3"]}
    assert api.post("delete_support_contract", id="3").problems[0][1] == "in_use"
    api.post("update_customer", cid="c", contracts="")
    assert api.post("update_ticket", tid=tid, subject="kept").status == 200
    assert api.post("update_ticket", tid=tid, cid="d", contract="").status == 200
    assert (ticket(api, tid)["cid"], ticket(api, tid)["contract"]) == ("d", "")
