"""The fields that a shop adds to its tickets: adding, updating, listing and deleting them."""

import pytest

from test_hostile import INJECTIONS

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
}
"""

FIELD = ["id", "label", "type", "visible", "customer_viewable", "required", "size", "max_size", "rows", "cols", "default_state",
         "display_overview", "data_type", "options", "position", "in_use"]


def add(api, label, **variables):
    answer = api.post("add_ticket_field", label=label, **{"type": "text", "data_type": "Text"} | variables)
    assert answer.status == 200, answer.text
    return answer.json[0]["added_ticket_field"]


def field(api, number):
    (record,) = api.get("get_ticket_fields", id=number).records
    return record


def use(api, db, number, value="x"):
    """Stores a value of a new ticket."""
    api.post("upsert_customer", cid="c")
    tid = api.post("add_ticket", cid="c").json[0]["added_ticket"]
    db.query("INSERT INTO ticket_field_values (ticket_id, field_id, value) VALUES (%s, %s, %s)", tid, number, value)
    return tid


def test_every_variable_comes_back(api, db):
    line = add(api, "Serial", type="TEXT", visible="Visible", customer_viewable="y", required="Y", size="20", max_size="30",
               default_state="visible", display_overview="Y", data_type="text", position="2")
    assert list(field(api, line)) == FIELD
    assert field(api, line) == {
        "id": line, "label": "Serial", "type": "text", "visible": "visible", "customer_viewable": "Y", "required": "Y", "size": "20",
        "max_size": "30", "rows": "", "cols": "", "default_state": "visible", "display_overview": "Y", "data_type": "Text", "options": "",
        "position": "2", "in_use": "N"}
    box = add(api, "Story", type="textarea", rows="5", cols="40", data_type="large text")
    record = field(api, box)
    assert [record[name] for name in ("visible", "customer_viewable", "required", "rows", "cols", "default_state", "data_type")] == [
        "", "N", "N", "5", "40", "", "Large Text"]
    chosen = add(api, "Colour", type="list", options=" red\r\n\n Green \nRED\nblue")
    assert field(api, chosen)["options"] == "red\nGreen\nblue"
    assert api.post("update_ticket_field", id=line, field_label="Serial no.", visible="", size="").json == [{"updated_ticket_field": line}]
    assert [field(api, line)[name] for name in ("label", "visible", "size", "max_size")] == ["Serial no.", "", "", "30"]
    for data_type in ("Number", "Decimal", "Date/Time"):
        assert field(api, add(api, data_type, data_type=data_type.upper()))["data_type"] == data_type


def test_selectors(api, db):
    numbers = {label: add(api, label) for label in ("Alpha", "beta", "Bravo", "delta")}

    def labels(**selectors):
        return [record["label"] for record in api.get("get_ticket_fields", **selectors).records]

    assert labels(label="BETA") == labels(field_label="beta") == ["beta"]
    assert labels(label="*") == labels(id="*") == list(numbers)
    assert labels(id=f"{numbers['delta']},{numbers['Alpha']}") == ["Alpha", "delta"]
    assert labels(start_name="b", end_name="b") == ["beta", "Bravo"]
    assert labels(start_name="c") == ["delta"]
    assert labels(after_id=numbers["beta"]) == ["Bravo", "delta"]


@pytest.mark.parametrize("variables, problem", [
    ({"label": ""}, ("label", "required")), ({"label": "x" * 51}, ("label", "too_long")), ({"label": "taken"}, ("label", "already_exists")),
    ({"type": ""}, ("type", "required")), ({"type": "radio"}, ("type", "invalid_choice")),
    ({"data_type": ""}, ("data_type", "required")), ({"data_type": "Money"}, ("data_type", "invalid_choice")),
    ({"visible": "Y"}, ("visible", "invalid_choice")), ({"default_state": "hidden"}, ("default_state", "invalid_choice")),
    ({"required": "maybe"}, ("required", "invalid_choice")), ({"size": "wide"}, ("size", "invalid_number")),
    ({"max_size": "0"}, ("max_size", "out_of_range")), ({"max_size": "16001"}, ("max_size", "out_of_range")),
    ({"rows": "3"}, ("rows", "ambiguous")), ({"cols": "3"}, ("cols", "ambiguous")), ({"options": "a"}, ("options", "ambiguous")),
    ({"type": "textarea", "size": "3"}, ("size", "ambiguous")), ({"type": "list", "options": "a", "max_size": "3"}, ("max_size", "ambiguous")),
    ({"type": "list"}, ("options", "required")), ({"type": "list", "options": " \n "}, ("options", "required")),
    ({"type": "list", "options": "x" * 256}, ("options", "too_long")),
    ({"type": "list", "options": "\n".join(f"{i}" + "x" * 200 for i in range(80))}, ("options", "too_long")),
])
def test_what_is_refused(api, db, variables, problem):
    add(api, "Taken")
    answer = api.post("add_ticket_field", **{"label": "New", "type": "text", "data_type": "Text"} | variables)
    assert answer.problems == [problem], answer.text
    assert db.count("ticket_fields") == 1


@pytest.mark.parametrize("value", INJECTIONS)
def test_injections_are_text(api, db, value):
    number = add(api, value[:50], type="list", options=value)
    assert (field(api, number)["label"], field(api, number)["options"]) == (value[:50], value.strip())
    for selector in ("id", "start_name", "end_name", "after_id", "label", "order", "count"):
        answer = api.get("get_ticket_fields", **{selector: value})
        assert answer.status in (200, 400), answer
    for variable in ("type", "data_type", "size", "visible", "required", "position"):
        assert api.post("update_ticket_field", id=number, **{variable: value}).status == 400
    assert api.post("delete_ticket_field", id=value).status == 400
    assert api.post("delete_ticket_field", id=number, force=value).status == 400
    assert db.count("ticket_fields") == 1


def test_an_update_must_fit_what_stays(api, db):
    number = add(api, "Serial", size="20", max_size="30")
    update = {"id": number, "type": "textarea"}
    assert api.post("update_ticket_field", **update).problems == [("size", "ambiguous"), ("max_size", "ambiguous")]
    assert field(api, number)["type"] == "text"
    assert api.post("update_ticket_field", **update, size="", max_size="", rows="4").status == 200
    assert api.post("update_ticket_field", id=number, size="4").problems == [("size", "ambiguous")]
    assert api.post("update_ticket_field", id=number, label="").problems == [("label", "required")]
    assert api.post("update_ticket_field", id="999", label="x").problems == [("id", "not_found")]


# The type and the data type of a field with values, what an update gives it, and the variable that is in the way.
@pytest.mark.parametrize("before, update, refused", [
    (("text", "Text"), {"data_type": "Number"}, "data_type"), (("text", "Text"), {"data_type": "Date/Time"}, "data_type"),
    (("text", "Text"), {"data_type": "Large Text"}, None), (("text", "Large Text"), {"data_type": "Text"}, "data_type"),
    (("text", "Number"), {"data_type": "Decimal"}, None), (("text", "Number"), {"data_type": "Text"}, None),
    (("text", "Decimal"), {"data_type": "Number"}, "data_type"), (("text", "Date/Time"), {"data_type": "Large Text"}, None),
    (("text", "Text"), {"type": "textarea"}, None), (("text", "Text"), {"type": "list", "options": "x"}, "type"),
    (("list", "Text"), {"type": "text", "options": ""}, None), (("list", "Number"), {"type": "text", "options": ""}, "type"),
    (("list", "Text"), {"data_type": "Number"}, None),
    (("list", "Number"), {"type": "text", "options": "", "data_type": "Text"}, None),
])
def test_a_type_that_values_may_not_fit(api, db, before, update, refused):
    options = {"options": "x"} if before[0] == "list" else {}
    number = add(api, "Field", type=before[0], data_type=before[1], **options)
    use(api, db, number)
    answer = api.post("update_ticket_field", id=number, **update)
    assert (answer.problems if refused else answer.status) == ([(refused, "in_use")] if refused else 200), answer.text
    stored = field(api, number)
    assert stored["in_use"] == "Y"
    assert (stored["type"], stored["data_type"]) == (before if refused else (update.get("type", before[0]), update.get("data_type", before[1])))
    db.query("DELETE FROM ticket_field_values")
    assert api.post("update_ticket_field", id=number, **update).status == 200


def test_delete(api, db):
    unused, used, other = add(api, "Unused"), add(api, "Used"), add(api, "Other")
    tid = use(api, db, used)
    db.query("INSERT INTO ticket_field_values (ticket_id, field_id, value) VALUES (%s, %s, 'y')", tid, other)
    assert api.post("delete_ticket_field", id=unused).json == [{"deleted_ticket_field": unused}]
    assert api.post("delete_ticket_field", id=unused).problems == [("id", "not_found")]
    for force in ({}, {"force": "n"}):
        assert api.post("delete_ticket_field", id=used, **force).problems == [("id", "in_use")]
    for force in ("", "yes"):
        assert api.post("delete_ticket_field", id=used, force=force).problems == [("force", "invalid_choice")]
    assert db.count("ticket_field_values") == 2
    assert api.post("delete_ticket_field", id=used, force="Y").json == [{"deleted_ticket_field": used}]
    assert [(str(row["field_id"]), row["value"]) for row in db.query("SELECT * FROM ticket_field_values")] == [(other, "y")]
    assert [record["label"] for record in api.get("get_ticket_fields").records] == ["Other"]
    assert add(api, "Next") > other


def test_a_forced_delete_takes_more_values_than_one_statement(api, db):
    number = add(api, "Used")
    api.post("add_customer", cid="c")
    db.query("INSERT INTO tickets (customer_id, description) WITH RECURSIVE seq AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM seq WHERE n < 1000) "
             "SELECT c.id, '' FROM customers c, seq, (SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3) t, "
             "(SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7) s")
    db.query("INSERT INTO ticket_field_values SELECT id, %s, 'x' FROM tickets", number)
    assert db.count("ticket_field_values") == 21_000
    assert api.post("delete_ticket_field", id=number, force="Y").status == 200
    assert db.count("ticket_field_values") == db.count("ticket_fields") == 0


def test_there_are_at_most_a_hundred(api, db):
    numbers = [add(api, f"Field {i}") for i in range(100)]
    assert api.post("add_ticket_field", label="One more", type="text", data_type="Text").problems == [("", "too_many_values")]
    assert api.post("update_ticket_field", id=numbers[0], label="First").status == 200
    api.post("delete_ticket_field", id=numbers[1])
    add(api, "One more")
    assert db.count("ticket_fields") == 100
