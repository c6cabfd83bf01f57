"""What tickets have in the fields that a shop added: values of calls, of answers and of the history."""

import json
import threading

import pytest

from locks import holding

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
    location /iso/ { %%DEFAULTS%% helpdesk_api; helpdesk_date_format iso; }
}
"""


@pytest.fixture(autouse=True)
def customer(api, db):
    api.post("add_customer", cid="c")


def field(api, label, **variables):
    answer = api.post("add_ticket_field", label=label, **{"type": "text", "data_type": "Text"} | variables)
    assert answer.status == 200, answer.text
    return f"field_{answer.json[0]['added_ticket_field']}"


def add(api, **variables):
    answer = api.post("add_ticket", **{"cid": "c"} | variables)
    assert answer.status == 200, answer.text
    return answer.json[0]["added_ticket"]


def update(api, tid, **variables):
    answer = api.post("update_ticket", tid=tid, **variables)
    assert answer.status == 200, answer.text
    return answer


def ticket(api, tid, **variables):
    (record,) = api.get("get_tickets", tid=tid, **variables).records
    return record


def values(record):
    return {name: value for name, value in record.items() if name.startswith("field_")}


def changes(api, tid):
    return [json.loads(entry["changes"]) for entry in api.get("get_history", tid=tid, type="S").records]


def test_a_value_comes_back(api, db):
    tid = add(api)
    assert values(ticket(api, tid)) == {}
    serial, note = field(api, "Serial"), field(api, "Note", type="textarea", data_type="Large Text")
    assert values(ticket(api, tid)) == {serial: "", note: ""}
    long_text = "é\"<&>,:=\n" * 1700
    other = add(api, **{serial: "A&B=c", note: long_text})
    for format in ("json", "xml", "url"):
        record = ticket(api, other, format=format)
        assert values(record) == {serial: "A&B=c", note: long_text}
        assert list(record)[-4:] == [serial, note, "date_added", "last_updated"]
    update(api, other, **{serial.upper(): "D", note: ""})
    assert values(ticket(api, other)) == {serial: "D", note: ""}
    update(api, other, subject="x")
    assert values(ticket(api, other)) == {serial: "D", note: ""}
    assert [values(record) for record in api.get("get_tickets", tid="*").records] == [{serial: "", note: ""}, {serial: "D", note: ""}]


@pytest.mark.parametrize("variables, given, stored", [
    ({"data_type": "Text"}, "x" * 255, "x" * 255), ({"data_type": "Text"}, " a ", " a "), ({"max_size": "3"}, "äöü", "äöü"),
    ({"data_type": "Number"}, " +007 ", "7"), ({"data_type": "Number"}, "-999999999999999", "-999999999999999"),
    ({"data_type": "Decimal"}, "+0012.5000", "12.5"), ({"data_type": "Decimal"}, "-.5", "-0.5"), ({"data_type": "Decimal"}, "-0.00", "0"),
    ({"data_type": "Date/Time"}, "2024-01-02T03:04:05+01:00", "1/2/2024 2:04:05 AM"), ({"data_type": "Date/Time"}, "3/1/2014", "3/1/2014 12:00:00 AM"),
    ({"data_type": "Large Text"}, "x" * 16000, "x" * 16000), ({"data_type": "Number"}, "  ", ""), ({"data_type": "Date/Time"}, " ", ""),
    ({"type": "list", "options": "Red\nDark green"}, " dark GREEN", "Dark green"), ({"type": "list", "options": "Red"}, " ", ""),
    ({"type": "list", "data_type": "Date/Time", "options": "Some day"}, "some day", "Some day"),
    ({"type": "list", "data_type": "Date/Time", "options": "2024-01-02 03:04:05"}, "2024-01-02 03:04:05", "2024-01-02 03:04:05"),
])
def test_what_a_value_may_be(api, db, variables, given, stored):
    name = field(api, "Field", **variables)
    tid = add(api, **{name: given})
    assert ticket(api, tid)[name] == stored
    other = add(api)
    update(api, other, **{name: given})
    assert ticket(api, other)[name] == stored


@pytest.mark.parametrize("variables, given, code", [
    ({"data_type": "Text"}, "x" * 256, "too_long"), ({"max_size": "3"}, "abcd", "too_long"), ({"data_type": "Number", "max_size": "3"}, "1234", "too_long"),
    ({"data_type": "Number"}, "1.5", "invalid_number"), ({"data_type": "Number"}, "1000000000000000", "out_of_range"),
    ({"data_type": "Decimal"}, "1,5", "invalid_number"), ({"data_type": "Decimal"}, "1.23456", "invalid_number"),
    ({"data_type": "Decimal"}, "1" * 16, "out_of_range"), ({"data_type": "Date/Time"}, "2/30/2024", "invalid_date"),
    ({"data_type": "Large Text"}, "x" * 16001, "too_long"), ({"type": "list", "options": "Red\nGreen"}, "Blue", "invalid_choice"),
    ({"required": "Y"}, " ", "required"),
])
def test_what_is_refused(api, db, variables, given, code):
    name = field(api, "Field", **variables)
    assert api.post("add_ticket", cid="c", **{name: given}).problems == [(name, code)]
    db.query("UPDATE ticket_fields SET required = 'N'")
    tid = add(api)
    db.query("UPDATE ticket_fields SET required = %s", variables.get("required", "N"))
    assert api.post("update_ticket", tid=tid, subject="x", **{name: given}).problems == [(name, code)]
    assert (ticket(api, tid)["subject"], ticket(api, tid)[name]) == ("", "")


def test_fields_that_are_none(api, db):
    name = field(api, "Field")
    tid = add(api)
    for other in ("field_0", f"{name}0", "field_01", "field_99999999999999999999999"):
        assert api.post("add_ticket", cid="c", **{name: "x", other: "y"}).problems == [(other, "unknown_field")]
        assert api.post("update_ticket", tid=tid, **{name: "x", other: "y"}).problems == [(other, "unknown_field")]
    for other in ("field_", "field_n", "field_x", "field_1x"):
        answer = api.post("update_ticket", tid=tid, **{other: "y"})
        assert (answer.status, answer.headers["X-Helpdesk-Ignored"]) == (200, other)
    assert ticket(api, tid)[name] == ""
    assert db.count("tickets") == 1
    assert api.post("add_customer", cid="d", **{name: "x"}).headers["X-Helpdesk-Ignored"] == name


def test_what_is_required(api, db):
    old = add(api)
    name, other = field(api, "Serial", required="Y"), field(api, "Colour", required="Y")
    assert api.post("add_ticket", cid="c").problems == [(name, "required"), (other, "required")]
    assert api.post("add_ticket", cid="c", **{name: "1", other: ""}).problems == [(other, "required")]
    tid = add(api, **{name: "1", other: "2"})
    assert api.post("update_ticket", tid=tid, **{other: ""}).problems == [(other, "required")]
    update(api, old, subject="Older than the fields")
    update(api, tid, subject="x")
    # Adds that arrive at once share a statement.
    answers = []
    threads = [threading.Thread(target=lambda i=i: answers.append(api.post("add_ticket", cid="c", **({name: "1", other: "2"} if i % 2 else {}))))
               for i in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in answers) == [200] * 8 + [400] * 8


def test_all_values_of_a_ticket_have_a_limit(api, db):
    names = [field(api, f"Field {i}", type="textarea", data_type="Large Text") for i in range(5)]
    large = "x" * 16000
    tid = add(api, **{name: large for name in names[:4]})
    assert api.post("update_ticket", tid=tid, **{names[4]: large}).problems == [(names[4], "too_long")]
    assert api.post("add_ticket", cid="c", **{name: large for name in names}).problems == [(names[4], "too_long")]
    update(api, tid, **{names[4]: large, names[0]: ""})
    update(api, tid, **{names[0]: "y" * 1536})
    assert [len(value) for value in values(ticket(api, tid)).values()] == [1536, 16000, 16000, 16000, 16000]


def test_the_history_has_what_changes(api, db):
    serial, day = field(api, "Serial"), field(api, "Day", data_type="Date/Time")
    tid = add(api, **{serial: "1"})
    tag = api.get("get_tickets", tid=tid).headers["ETag"]
    update(api, tid, **{serial: "1", day: ""})
    assert api.get("get_tickets", tid=tid).headers["ETag"] == tag
    assert changes(api, tid) == []
    db.query("UPDATE tickets SET last_updated = '2024-01-01'")
    answer = api.post("update_ticket", headers={"If-Match": tag}, tid=tid, **{serial: "2", day: "2024-01-02"})
    assert answer.status == 200
    assert api.get("get_tickets", tid=tid).headers["ETag"] != tag
    assert ticket(api, tid)["last_updated"] != "1/1/2024 12:00:00 AM"
    assert changes(api, tid) == [{serial: ["1", "2"], day: ["", "2024-01-02 00:00:00"]}]
    update(api, tid, subject="x", **{serial: ""})
    assert changes(api, tid)[1] == {"subject": ["", "x"], serial: ["2", ""]}
    assert ticket(api, tid, format="json")[day] == "1/2/2024 12:00:00 AM"
    (iso,) = api.get("get_tickets", "/iso/", tid=tid).records
    assert iso[day] == "2024-01-02T00:00:00"


def test_a_bad_value_stores_nothing(api, db):
    name = field(api, "Count", data_type="Number")
    tid = add(api, **{name: "1"})
    answer = api.post("update_ticket", tid=tid, subject="x", status="nowhere", **{name: "two"})
    assert answer.problems == [(name, "invalid_number"), ("status", "unknown_status")]
    assert (ticket(api, tid)["subject"], ticket(api, tid)[name]) == ("", "1")
    assert "two" not in answer.text


def test_a_deleted_field_takes_its_values_along(api, db):
    name, other = field(api, "Serial"), field(api, "Colour")
    tid = add(api, **{name: "1", other: "red"})
    api.post("delete_ticket", tid=tid)
    assert values(api.get("get_tickets", tid=tid, deleted="Y").records[0]) == {name: "1", other: "red"}
    api.post("restore_ticket", tid=tid)
    assert api.post("delete_ticket_field", id=name[6:]).problems == [("id", "in_use")]
    assert api.post("delete_ticket_field", id=name[6:], force="Y").status == 200
    assert values(ticket(api, tid)) == {other: "red"}
    assert api.post("update_ticket", tid=tid, **{name: "2"}).problems == [(name, "unknown_field")]
    api.post("delete_ticket", tid=tid)
    api.post("purge_ticket", tid=tid)
    assert db.count("ticket_field_values") == 0


def test_a_field_stays_as_it_is_until_the_value_is_stored(api, db):
    """A change of the field waits for a write that was checked against what the field was."""
    name = field(api, "Serial")
    tid = add(api, **{name: "x"})
    with holding(db, "SELECT 1 FROM ticket_field_values WHERE ticket_id = %s AND field_id = %s LOCK IN SHARE MODE", tid, name[6:]) as held:
        writing = held.begin(update, api, tid, **{name: "text"})
        changing = held.begin(api.post, "update_ticket_field", id=name[6:], max_size="2")
        held.commit()
        assert (writing.result().status, changing.result().status) == (200, 200)
    assert ticket(api, tid)[name] == "text"
    assert api.post("update_ticket", tid=tid, **{name: "next"}).problems == [(name, "too_long")]


def test_two_who_change_one_ticket_at_once(api, db):
    one, two = field(api, "One"), field(api, "Two")
    tid = add(api)
    threads = [threading.Thread(target=lambda i=i, name=name: update(api, tid, **{name: str(i)})) for i in range(10) for name in (one, two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    last = {one: "", two: ""}
    told = changes(api, tid)
    for change in told:
        for name, (before, after) in change.items():
            assert last[name] == before
            last[name] = after
    assert values(ticket(api, tid)) == last


def test_a_list_keeps_its_fields_while_others_are_added(api, db):
    """A list of many pages shows the fields of its first record in each."""
    name = field(api, "Serial")
    for i in range(3):
        add(api, description="x" * 60_000, **{name: str(i)})
    records = api.get("get_tickets", tid="*").records
    assert [values(record) for record in records] == [{name: "0"}, {name: "1"}, {name: "2"}]
    big = add(api, description="y" * 300_000, **{name: "big"})
    assert values(ticket(api, big)) == {name: "big"}
    assert list(ticket(api, big))[-3:] == [name, "date_added", "last_updated"]
