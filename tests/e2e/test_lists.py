"""get_customers: each selector, and what every list action shares (paging, order, count_only)."""

import datetime
import json
import urllib.parse

import lxml.etree
import pytest

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
    location /few/ { %%DEFAULTS%% helpdesk_api; helpdesk_max_records 3; helpdesk_date_format iso; }
}
"""

OUTPUTS = ["id", "cid", "company", "company_id", "contact", "portal", "portal_id", "support", "chat", "contracts",
           "sc_start_dates", "encrypt", "latitude", "longitude", "selectable_categories", "viewable_tickets",
           "viewable_invoices", "viewable_assets", "email", "email2", "address", "city", "state", "zip", "country", "phone",
           "phone2", "group", "group_id", "notes", "date_added", "last_updated"]
HIGHEST = "\U0010FFFF"


def records(answer, root="customers"):
    assert answer.status == 200, answer
    return json.loads(answer.text)[root]


def cids(answer):
    return [record["cid"] for record in records(answer)]


def get(api, path="/API/default.aspx", **variables):
    return api.get("get_customers", path, **variables)


def insert(db, *names, **columns):
    for name in names:
        db.query("INSERT INTO customers (cid, notes" + "".join(f", {column}" for column in columns) + ") VALUES (%s, ''"
                 + ", %s" * len(columns) + ")", name, *columns.values())


def test_every_output_variable_in_its_order(api, db):
    db.query("UPDATE companies SET id = 9 WHERE id = 1")
    api.add("full", company="Acme", contact="c", **{"pass": "secret-word"}, portal="2", support="n", chat="N", contracts="2,1",
            sc_start_dates="1/2/2020,2021-03-04 15:06:07", encrypt="y", latitude="1.5", longitude="-120.000000001",
            selectable_categories="Software,été", viewable_tickets="company", viewable_invoices="COMPANY",
            viewable_assets="Company", email="e@x.y", email2="b@x.y,a@x.y", address="ad", city="ci", state="st", zip="zi",
            country="co", phone="ph", phone2="2,1", group="wholesale", notes="no")
    db.query("UPDATE customers SET date_added = '2024-01-02 00:03:04.5', last_updated = '2024-12-31 12:00:00'")
    record = records(get(api, cid="full"))[0]
    assert list(record) == OUTPUTS
    assert record == {
        "id": str(db.customer("full")["id"]), "cid": "full", "company": "Acme", "company_id": "9", "contact": "c", "portal": "Partners", "portal_id": "2",
        "support": "N", "chat": "N", "contracts": "2,1", "sc_start_dates": "1/2/2020 12:00:00 AM,3/4/2021 3:06:07 PM",
        "encrypt": "Y", "latitude": "1.5", "longitude": "-120.000000001", "selectable_categories": "Software,Été",
        "viewable_tickets": "COMPANY", "viewable_invoices": "COMPANY", "viewable_assets": "COMPANY", "email": "e@x.y",
        "email2": "b@x.y,a@x.y", "address": "ad", "city": "ci", "state": "st", "zip": "zi", "country": "co", "phone": "ph",
        "phone2": "2,1", "group": "Wholesale", "group_id": "2", "notes": "no", "date_added": "1/2/2024 12:03:04 AM",
        "last_updated": "12/31/2024 12:00:00 PM"}
    iso = records(get(api, "/few/", cid="full"))[0]
    assert (iso["date_added"], iso["last_updated"]) == ("2024-01-02T00:03:04", "2024-12-31T12:00:00")
    assert iso["sc_start_dates"] == "2020-01-02T00:00:00,2021-03-04T15:06:07"


def test_every_output_is_there_without_a_value(api, db):
    db.query("DELETE FROM portals")
    api.add("bare")
    record = records(get(api, cid="bare"))[0]
    assert list(record) == OUTPUTS
    filled = {name for name in OUTPUTS if record[name] != ""}
    assert filled == {"id", "cid", "support", "chat", "encrypt", "viewable_tickets", "viewable_invoices", "viewable_assets",
                      "date_added", "last_updated"}
    xml = get(api, cid="bare", format="xml").xml
    assert [element.tag for element in xml[0]] == OUTPUTS
    line = urllib.parse.parse_qsl(get(api, cid="bare", format="url").text, keep_blank_values=True)
    assert [name for name, _ in line] == OUTPUTS


@pytest.mark.parametrize("value", ["a&b=c%d+e", "line\nbreak\r\n\ttab", "\U0001F600 <&>\"'", "%41", "é=ü"])
def test_values_come_back_in_all_formats(api, db, value):
    assert api.add("x", contact=value, notes=value * 3).status == 200
    as_json = records(get(api, cid="x"))[0]
    as_xml = {element.tag: element.text or "" for element in get(api, cid="x", format="xml").xml[0]}
    as_url = dict(urllib.parse.parse_qsl(get(api, cid="x", format="url").text, keep_blank_values=True, strict_parsing=True))
    assert as_json["contact"] == value and as_json["notes"] == value * 3
    assert as_json == as_xml == as_url


def test_lists_in_the_three_formats(api, db):
    insert(db, "a", "b")
    xml = get(api, cid="a,b", format="xml")
    assert xml.text.startswith('<?xml version="1.0"?>\n<customers>\n    <customer>\n        <id>')
    assert [customer.findtext("cid") for customer in xml.xml.iterfind("customer")] == ["a", "b"]
    assert [dict(urllib.parse.parse_qsl(line))["cid"] for line in get(api, cid="a,b", format="url").text.split("\n")] == ["a", "b"]
    assert get(api, cid="nobody", format="json").text == '{"customers":[]}'
    empty = lxml.etree.fromstring(get(api, cid="nobody", format="xml").body)
    assert (empty.tag, len(empty)) == ("customers", 0)
    assert get(api, cid="nobody", format="url").text == ""
    assert get(api, cid="*", count_only="y", format="xml").text == (
        '<?xml version="1.0"?>\n<customers>\n    <count>2</count>\n</customers>')
    assert get(api, cid="*", count_only="Y", format="json").text == '{"customers":[{"count":"2"}]}'
    assert get(api, cid="*", count_only="Y", format="url").text == "count=2"


def test_by_post(api, db):
    insert(db, "a", "b")
    for call in (api.post, api.post_json, api.post_multipart):
        assert cids(call("get_customers", cid="b")) == ["b"]


def test_id_and_cid(api, db):
    insert(db, "Demo", "démo", "other")
    number = db.customer("Demo")["id"]
    assert cids(get(api, id=str(number))) == ["Demo"]
    assert cids(get(api, id="999999")) == []
    assert cids(get(api, cid="DEMO")) == ["Demo"]
    assert cids(get(api, cid=" other ,DÉMO,nobody,other")) == ["démo", "other"]
    assert cids(get(api, cid="*")) == ["Demo", "démo", "other"]
    assert cids(get(api, id=str(number), cid="other")) == []


def test_date_ranges(api, db):
    for name, time in {"a": "2024-03-31 23:59:59.9", "b": "2024-04-01", "c": "2024-04-01 23:59:59.9", "d": "2024-04-02"}.items():
        insert(db, name, date_added=time)
    assert cids(get(api, start_date="04/01/2014")) == ["a", "b", "c", "d"]
    assert cids(get(api, start_date="4/1/2024")) == ["b", "c", "d"]
    assert cids(get(api, end_date="4/1/2024")) == ["a", "b", "c"]
    assert cids(get(api, start_date="2024-04-01", end_date="2024-04-01")) == ["b", "c"]
    assert cids(get(api, end_date="4/1/2024 12:00:00 AM")) == ["a", "b"]
    assert cids(get(api, cid="*", start_date="4/1/2024 11:59:59 PM", end_date="4/1/2024 11:59:59 PM")) == ["c"]
    assert cids(get(api, end_date="12/31/9999")) == ["a", "b", "c", "d"]


def test_prefix_ranges(api, db):
    insert(db, "i", "J", "joe", "kate", "L", "lzz", "m")
    assert cids(get(api, start_cid="j", end_cid="l")) == ["J", "joe", "kate", "L", "lzz"]
    assert cids(get(api, start_cid="K")) == ["kate", "L", "lzz", "m"]
    assert cids(get(api, end_cid="J", cid="*")) == ["i", "J", "joe"]
    assert cids(get(api, start_cid="jo", end_cid="jo")) == ["joe"]
    assert cids(get(api, start_cid="l", end_cid="j")) == []


@pytest.mark.parametrize("name", [
    "é", "éz", "e" + HIGHEST, "e" + HIGHEST * 254, "e" + HIGHEST * 3 + "z", "e\U0001F600", "e漢字", "e\uFFFD", "e\U000E0001",
    "e\U0010FFFD", "E\u0301x", "eﷺ", "ezzz", "e\U0002FFFD"])
def test_the_upper_end_takes_in_all_that_begins_so(api, db, name):
    insert(db, "d", "f", name)
    assert cids(get(api, start_cid="e", end_cid="e")) == [name]
    assert cids(get(api, end_cid="d")) == ["d"]
    assert cids(get(api, start_cid="f")) == ["f"]


def test_by_any_address_or_number(api, db):
    api.add("a", email="main@x.y", email2="second@x.y,third@x.y", phone="1", phone2="2,3")
    api.add("b", email="third@x.y", email2="third@x.y", phone="3")
    assert cids(get(api, email="MAIN@x.y")) == ["a"]
    assert cids(get(api, email="second@x.y")) == ["a"]
    assert cids(get(api, email="third@x.y")) == ["a", "b"]
    assert cids(get(api, phone="3")) == ["a", "b"]
    assert cids(get(api, phone="3", email="main@x.y")) == ["a"]
    assert cids(get(api, phone="4")) == []
    assert records(get(api, email="third@x.y", count_only="Y")) == [{"count": "2"}]


def test_count_page_and_more(api, db):
    names = [f"c{i}" for i in range(7)]
    insert(db, *names)
    assert cids(get(api, cid="*", count="3")) == names[:3]
    assert get(api, cid="*", count="3").headers["X-Helpdesk-More"] == "Y"
    assert cids(get(api, cid="*", count="3", page="2")) == names[3:6]
    last = get(api, cid="*", count="3", page="3")
    assert (cids(last), "X-Helpdesk-More" in last.headers) == (names[6:], False)
    assert "X-Helpdesk-More" not in get(api, cid="*", count="7").headers
    assert cids(get(api, cid="*", count="3", page="4")) == []
    few = get(api, "/few/", cid="*")
    assert (cids(few), few.headers["X-Helpdesk-More"]) == (names[:3], "Y")
    assert cids(get(api, "/few/", cid="*", count="5")) == names[:5]
    assert records(get(api, "/few/", cid="*", count_only="Y", count="2")) == [{"count": "7"}]
    assert "X-Helpdesk-More" not in get(api, "/few/", cid="c1,c2").headers


def test_order(api, db):
    insert(db, "a", contact="2", company_id=2, latitude=1, longitude=1)
    insert(db, "b", contact="1", company_id=1)
    insert(db, "c", contact="2")
    assert cids(get(api, cid="*", order="contact")) == ["b", "a", "c"]
    assert cids(get(api, cid="*", order="contact DESC")) == ["c", "a", "b"]
    assert cids(get(api, cid="*", order="CONTACT desc")) == ["c", "a", "b"]
    assert cids(get(api, cid="*", order="contact", order_direction="DESC")) == ["c", "a", "b"]
    assert cids(get(api, cid="*", order="company")) == ["c", "b", "a"]
    assert cids(get(api, cid="*", order="ID DESC")) == ["c", "b", "a"]
    assert cids(get(api, cid="*", order_direction="desc")) == ["c", "b", "a"]
    assert cids(get(api, cid="*", order="latitude desc", count="1")) == ["a"]
    assert cids(get(api, start_cid="b", order="date_added DESC", count="1", cid="*", page="2")) == ["b"]


@pytest.mark.parametrize("order", ["id; DROP TABLE customers", "contact,id", "(SELECT 1)", "pass", "password_hash", "email2",
                                   "contracts", "nothing", "cid DOWN", "cid ASC DESC", "record.id", "1", "`id`"])
def test_an_order_is_never_sql(api, db, order):
    insert(db, "a")
    answer = get(api, cid="*", order=order)
    assert (answer.status, answer.problems) == (400, [("order", "invalid_order")])
    assert db.count("customers") == 1


@pytest.mark.parametrize("variables, problems", [
    ({}, [("cid", "required")]),
    ({"cid": "", "email": ""}, [("cid", "required")]),
    ({"id": "*"}, [("id", "invalid_number")]),
    ({"id": "0"}, [("id", "invalid_number")]),
    ({"id": "1,2"}, [("id", "invalid_number")]),
    ({"cid": " , "}, [("cid", "required")]),
    ({"cid": "x" * 256}, [("cid", "too_long")]),
    ({"cid": "a," * 1001}, [("cid", "too_many_values")]),
    ({"start_cid": "x" * 256}, [("start_cid", "too_long")]),
    ({"start_date": "yesterday", "end_date": "2/30/2024"}, [("start_date", "invalid_date"), ("end_date", "invalid_date")]),
    ({"updated_since": "x"}, [("updated_since", "invalid_date")]),
    ({"cid": "*", "count": "0"}, [("count", "invalid_number")]),
    ({"cid": "*", "count": "-1"}, [("count", "invalid_number")]),
    ({"cid": "*", "count": "many"}, [("count", "invalid_number")]),
    ({"cid": "*", "count": "1000001"}, [("count", "out_of_range")]),
    ({"cid": "*", "page": "1"}, [("count", "required")]),
    ({"cid": "a", "count": "1", "page": "1"}, [("cid", "required")]),
    ({"cid": "*", "count": "1", "page": "0"}, [("page", "invalid_number")]),
    ({"cid": "*", "order_direction": "UP"}, [("order_direction", "invalid_order")]),
    ({"cid": "*", "order": "cid ASC", "order_direction": "DESC"}, [("order_direction", "ambiguous")]),
    ({"after_cid": "a", "order": "id"}, [("order", "ambiguous")]),
    ({"updated_since": "1/1/2024", "cid": "*", "count": "1", "page": "1"}, [("page", "ambiguous")]),
    ({"updated_since": "1/1/2024", "after_cid": "a"}, [("after_cid", "ambiguous")]),
    ({"cid": "*", "after_id": "5"}, [("after_id", "required")]),
    ({"after_id": "5"}, [("cid", "required"), ("after_id", "required")]),
])
def test_errors_name_their_variable(api, db, variables, problems):
    answer = get(api, **variables)
    assert (answer.status, answer.problems) == (400, problems)


def test_variables_of_other_actions_are_ignored(api, db):
    answer = get(api, cid="x", contact="y", new_name="z")
    assert answer.headers["X-Helpdesk-Ignored"] == "contact,new_name"


def test_keyset_paging(api, db):
    names = ["a", "Á", "b", "B2", "c"]
    insert(db, *names)
    seen, after = [], ""
    while True:
        page = get(api, after_cid=after, count="2")
        seen += cids(page)
        if "X-Helpdesk-More" not in page.headers:
            break
        after = seen[-1]
    assert seen == names
    assert cids(get(api, after_cid="c")) == []


def walk(api, since, count=3):
    """Every record of a walk by change, and where it ended."""
    seen, after = [], None
    while True:
        page = get(api, updated_since=since, after_id=after, count=str(count))
        found = records(page)
        seen += found
        if found:
            since, after = found[-1]["last_updated"], found[-1]["id"]
        if "X-Helpdesk-More" not in page.headers:
            return seen, since, after


def test_the_walk_by_change(api, db):
    # The order is that of the time, to the second, then of the ID.
    for i in range(10):
        insert(db, f"c{i}", last_updated=f"2024-05-01 00:00:0{i % 3}")
    expected = [f"c{i}" for i in (0, 3, 6, 9, 1, 4, 7, 2, 5, 8)]
    seen, since, after = walk(api, "5/1/2024")
    assert [record["cid"] for record in seen] == expected
    assert records(get(api, updated_since=since, after_id=after)) == []
    assert cids(get(api, updated_since=since)) == expected[7:]
    assert cids(get(api, updated_since="5/1/2024 12:00:02 AM", after_id=str(db.customer("c2")["id"]))) == ["c5", "c8"]
    assert records(get(api, updated_since="2024-05-01", cid="c1,c2", count_only="Y")) == [{"count": "2"}]
    api.update("c3", city="Rome")
    assert [record["cid"] for record in walk(api, since, 1)[0]] == ["c2", "c5", "c8", "c3"]
    assert cids(get(api, updated_since=since, after_id=after)) == ["c3"]


def test_a_change_of_this_second_is_met(api, db):
    """The walk waits until nobody can change more in it."""
    for i in range(3):
        api.add(f"c{i}")
        since = db.customer(f"c{i}")["last_updated"]
        assert f"c{i}" in cids(get(api, updated_since=since.strftime("%Y-%m-%d %H:%M:%S")))
