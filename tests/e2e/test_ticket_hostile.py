"""Requests about tickets that mean harm: a clear error and an unchanged database, or the value stored as it stands; never a 5xx."""

import pytest

from test_hostile import CONFIG, INJECTIONS, METACHARACTERS, document, no_worker_is_lost, state  # noqa: F401

# What is stored as it is sent.
TEXTS = {"ticket": ["contact", "phone", "email", "subject", "description", "field_7"],
         "history": ["notes", "from", "to", "cc", "message_id"]}


@pytest.fixture
def calls(api, db, state):  # noqa: F811
    """The variables of each action on tickets and entries, and those of a call that is good."""
    api.add("c")
    db.query("INSERT INTO ticket_fields (id, label, type, data_type) VALUES (7, 'Serial', 'text', 'Text')")
    tid = api.post("add_ticket", cid="c", subject="first").json[0]["added_ticket"]
    entry = api.post("add_history", tid=tid, notes="first").json[0]["added_history"]
    # No ticket is deleted. The lists come first: later there are tickets with all of these texts.
    good = {"get_tickets": {}, "get_history": {}, "add_ticket": {"cid": "c"}, "update_ticket": {"tid": tid}, "delete_ticket": {"tid": "99999"}, "restore_ticket": {"tid": tid},
            "purge_ticket": {"tid": tid}, "add_history": {"tid": tid, "notes": "x"}, "update_history": {"id": entry},
            "delete_history": {"id": "99999"}}
    described = document(api.base)["paths"]
    return {action: ([each["name"].replace("_N", "_7") for each in described["/" + action]["get"]["parameters"]
                      if each["in"] == "query" and each["name"] not in ("key", "action", "format")], variables)
            for action, variables in good.items()}


def shown(api, action, answer):
    (number,) = answer.json[0].values()
    if action.endswith("ticket"):
        return api.get("get_tickets", tid=number).records[0]
    return api.get("get_history", id=number).records[0]


def test_injections_into_every_variable(api, calls, state):  # noqa: F811
    for action, (variables, good) in calls.items():
        for variable in variables:
            for value in INJECTIONS:
                before = state()
                answer = api.post(action, **{**good, variable: value})
                called = f"{action} {variable}={value!r}: {answer}"
                assert answer.status in (200, 400, 404), called
                if answer.status != 200 or action.startswith("get_"):
                    assert state() == before, called
                elif variable in TEXTS[action.split("_")[1]]:
                    assert shown(api, action, answer).get(variable) == value, called
                if answer.status == 200 and action.startswith("get_") and not variable.startswith(("start_", "end_")):
                    assert answer.records == [] or variable in ("after_id", "keyword", "count_only", "order_direction"), called


@pytest.mark.parametrize("way", ["post", "post_json", "post_multipart"])
def test_metacharacters_come_back_as_they_are(api, calls, way):
    for action in ("add_ticket", "add_history"):
        variables, good = calls[action]
        limits = {"description": None, "notes": None, "from": None, "to": None, "cc": None}
        texts = {name: METACHARACTERS[-limits.get(name, 255):] if name not in limits else METACHARACTERS for name in TEXTS[action.split("_")[1]]}
        answer = getattr(api, way)(action, **{**good, **texts})
        assert answer.status == 200, answer
        (number,) = answer.json[0].values()
        for format_ in ("xml", "json", "url"):
            selector = {"tid": number} if action == "add_ticket" else {"id": number}
            (record,) = api.get("get_tickets" if action == "add_ticket" else "get_history", format=format_, **selector).records
            for name, text in texts.items():
                assert record[name] == text, (action, name, format_)


def test_overlong_values_of_every_variable(api, calls, state):  # noqa: F811
    for action, (variables, good) in calls.items():
        for variable in variables:
            for value in ("\U0001f4a5" * 256, "1" * 200_000, "1," * 100_000, "," * 200_000 + "a" * 256):
                before = state()
                answer = api.post(action, **{**good, variable: value})
                called = f"{action} {variable}={value[:4]!r}…: {answer}"
                assert answer.status in (200, 400, 404), called
                if answer.status != 200 or action.startswith("get_"):
                    assert state() == before, called
