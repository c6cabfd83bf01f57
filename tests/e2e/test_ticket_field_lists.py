"""The fields of tickets as selectors, as columns of exports and imports, and in the description of the API."""

import csv
import io
import json
import urllib.parse

import jsonschema
import pytest
import requests

from test_ticket_field_values import add, field, ticket, update, values

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
    location = /openapi.json { helpdesk_openapi /; }
}
"""


@pytest.fixture(autouse=True)
def customer(api, db):
    api.post("add_customer", cid="c")


def found(api, **selectors):
    answer = api.get("get_tickets", **selectors)
    assert answer.status == 200, answer.text
    return [record["tid"] for record in answer.records]


def export(api, format="csv", **selectors):
    answer = api.get("export_tickets", format=format, **selectors)
    assert answer.status == 200, answer.text
    return answer.text


def post_rows(api, body, content_type="text/csv", **variables):
    query = urllib.parse.urlencode({"action": "import_tickets", "format": "json", **variables})
    return api.request("POST", f"/?{query}", data=body.encode(), headers={"X-API-Key": api.key, "Content-Type": content_type})


@pytest.mark.parametrize("variables, stored, same, other", [
    ({}, "A&B", "a&b", "A"), ({"data_type": "Number"}, "7", "+007", "70"), ({"data_type": "Decimal"}, "1.50", "01.5", "1.51"),
    ({"data_type": "Date/Time"}, "3/1/2024", "2024-03-01T00:00:00Z", "3/2/2024"), ({"data_type": "Large Text"}, "x" * 300 + "y", "X" * 300 + "y", "x" * 300 + "z"),
    ({"type": "list", "options": "Red\nGreen"}, "Red", "RED", "Green"), ({"type": "list", "data_type": "Number", "options": "Red\nGreen"}, "Red", "red", "Green"),
])
def test_a_field_selects(api, db, variables, stored, same, other):
    name = field(api, "Field", **variables)
    field(api, "Another", **variables)
    tids = [add(api, **{name: stored}) for _ in range(2)]
    add(api, **{name: other})
    add(api)
    assert found(api, **{name: same}) == tids
    assert found(api, **{name: same}, order="tid", order_direction="DESC") == tids[::-1]
    assert found(api, **{name: same}, after_id=tids[0]) == tids[1:]
    assert api.get("get_tickets", **{name: same}, count_only="Y").records == [{"count": "2"}]
    assert json.loads(api.get("get_tickets", **{name: same}, count_by="status").text)["ticket_counts"][0]["count"] == "2"
    assert found(api, **{name: same}, updated_since="2020-01-01") == tids
    assert len(found(api, **{name: ""}, tid="*")) == 4


def test_fields_select_together(api, db):
    names = [field(api, f"Field {i}") for i in range(11)]
    both, one = add(api, **{name: "x" for name in names}), add(api, **{names[0]: "x"}, subject="s")
    assert found(api, **{names[0]: "x"}) == [both, one]
    assert found(api, **{names[0]: "x", names[1]: "X"}) == found(api, **{name: "x" for name in names[:10]}) == [both]
    assert found(api, **{names[0]: "x"}, subject="s") == [one]
    assert found(api, **{names[0]: "x"}, keyword="s") == [one]
    assert found(api, **{names[0]: "x", names[1]: "y"}) == []
    assert api.get("get_tickets", **{name: "x" for name in names}).problems == [(names[10], "too_many_values")]
    api.post("delete_ticket", tid=both)
    assert found(api, **{names[1]: "x"}) == []
    assert found(api, **{names[1]: "x"}, deleted="Y") == [both]


@pytest.mark.parametrize("action", ["get_tickets", "export_tickets"])
def test_what_cannot_select(api, db, action):
    number, day = field(api, "Count", data_type="Number"), field(api, "Day", data_type="Date/Time")
    add(api, **{number: "1"})
    # An export has no format for problems: the client's own is asked for.
    as_json = {"headers": {"Accept": "application/json"}, "format": "csv" if action == "export_tickets" else "json"}
    for counted in ({}, {"count_only": "Y"}, {"count_by": "status"}) if action == "get_tickets" else ({},):
        assert api.get(action, **{number: "many"}, **counted, **as_json).problems == [(number, "invalid_number")]
        assert api.get(action, **{day: "2/30/2024"}, **counted, **as_json).problems == [(day, "invalid_date")]
        assert api.get(action, field_99="x", **counted, **as_json).problems == [("field_99", "unknown_field")]
        assert api.get(action, field_0="x", **counted, **as_json).problems == [("field_0", "unknown_field")]
    assert api.get("get_tickets", order=number).problems == [("order", "invalid_order")]


def test_a_value_that_could_not_be_stored_now_is_found(api, db):
    chosen, short = field(api, "Colour", type="list", options="Red\nGreen"), field(api, "Code")
    tid = add(api, **{chosen: "Red", short: "long"})
    api.post("update_ticket_field", id=chosen[6:], options="Green")
    api.post("update_ticket_field", id=short[6:], max_size="2", required="Y")
    assert found(api, **{chosen: "red"}) == found(api, **{short: "LONG"}) == [tid]


def test_the_key_of_values_serves_the_selector(api, db):
    """The server begins with the values, and reads those that it looks for."""
    name = field(api, "Serial")
    db.query("INSERT INTO tickets (customer_id, description) WITH RECURSIVE seq AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM seq WHERE n < 1000) "
             "SELECT c.id, '' FROM customers c, seq, (SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3) t")
    db.query("INSERT INTO ticket_field_values SELECT id, %s, CONCAT('value ', id) FROM tickets", name[6:])
    db.query("ANALYZE TABLE tickets, ticket_field_values")
    plan = db.query("EXPLAIN FORMAT=TRADITIONAL SELECT record.id FROM (SELECT ticket_id AS id FROM ticket_field_values WHERE field_id = %s AND value = 'value 7') "
                    "AS found1 JOIN tickets AS record ON record.id = found1.id ORDER BY record.id LIMIT 11", name[6:])
    assert [row["key"] for row in plan] == ["ticket_field_values_value", "PRIMARY"]
    assert len(found(api, **{name: db.query("SELECT value FROM ticket_field_values LIMIT 1")[0]["value"]})) == 1


def test_an_export_is_imported_as_it_was(api, db):
    text, day = field(api, "=Text", data_type="Large Text", type="textarea"), field(api, "Day", data_type="Date/Time", required="Y")
    first = add(api, **{text: '=1+1,"x"\nzwei', day: "3/1/2024"}, description="one", subject="s")
    api.post("add_history", tid=first, notes="two")
    add(api, **{day: "2024-05-06 07:08:09"})
    before = {format: export(api, format) for format in ("csv", "ndjson")}
    header, *rows = csv.reader(io.StringIO(before["csv"]))
    assert header[header.index("tags"):][:4] == ["tags", text, day, "entry_date"]
    assert [row[header.index(text)] for row in rows] == ["'=1+1,\"x\"\nzwei", "", ""]
    assert {text, day} <= set(json.loads(before["ndjson"].splitlines()[0]))
    for format, content_type in (("csv", "text/csv"), ("ndjson", "application/x-ndjson")):
        db.query("DELETE FROM tickets")
        answer = post_rows(api, before[format], content_type, dry_run="Y")
        assert (answer.json[0]["added"], answer.json[0]["failed"]) == ("2", "0"), answer.text
        assert db.count("tickets") == 0
        answer = post_rows(api, before[format], content_type)
        assert (answer.json[0]["added"], answer.json[0]["failed"]) == ("2", "0"), answer.text
        assert {format: export(api, format) for format in before} == before
        assert values(ticket(api, first)) == {text: '=1+1,"x"\nzwei', day: "3/1/2024 12:00:00 AM"}


def test_rows_with_bad_values(api, db):
    number = field(api, "Count", data_type="Number", required="Y")
    body = f"tid,cid,{number}\n1,c,7\n2,c,x\n3,c,\n4,c,8\n"
    for dry_run in ("Y", "N"):
        answer = post_rows(api, body, dry_run=dry_run)
        assert [answer.json[0][name] for name in ("rows", "added", "failed")] == ["4", "3", "1"]
        assert [(error["line"], error["variable"], error["code"]) for error in answer.json[1:]] == [("3", number, "invalid_number")]
    assert [ticket(api, tid)[number] for tid in ("1", "3", "4")] == ["7", "", "8"]
    answer = post_rows(api, "tid,cid,field_99\n9,c,7\n")
    assert [(error["variable"], error["code"]) for error in answer.json[1:]] == [("field_99", "unknown_field")]
    # Required fields need not be there: the ticket is as it was elsewhere.
    assert post_rows(api, "tid,cid\n10,c\n").json[0]["added"] == "1"


def test_an_export_of_nothing_is_a_header(api, db):
    name = field(api, "Serial")
    assert export(api).count("\r\n") == 1 and name not in export(api)
    add(api, **{name: "x"})
    assert name in export(api)
    assert export(api, **{name: "y"}).count("\r\n") == 1


def test_the_description_has_their_pattern(api, db, nginx):
    document = requests.get(f"http://127.0.0.1:{nginx.port}/openapi.json", timeout=30).json()
    name = field(api, "Serial")
    tid = add(api, **{name: "x"})
    for action in ("add_ticket", "update_ticket", "get_tickets", "export_tickets"):
        schema = document["components"]["schemas"][action]
        assert list(schema["patternProperties"]) == ["^field_[1-9][0-9]*$"]
        assert "field_N" not in schema["properties"]
        (parameter,) = [one for one in document["paths"][f"/{action}"]["get"]["parameters"] if one["name"] == "field_N"]
        assert (parameter["style"], parameter["explode"], list(parameter["schema"]["patternProperties"])) == ("form", True, ["^field_[1-9][0-9]*$"])
    record = document["components"]["schemas"]["ticket"] | {"additionalProperties": False}
    jsonschema.Draft202012Validator(record).validate(ticket(api, tid))
    for action in ("delete_ticket", "merge_tickets", "add_history", "add_customer"):
        assert "patternProperties" not in document["components"]["schemas"][action]
    assert api.post("merge_tickets", tid=tid, into_tid=add(api), **{name: "y"}).headers["X-Helpdesk-Ignored"] == name
    assert ticket(api, tid)[name] == "x"
    update(api, tid, **{name: "z"})
