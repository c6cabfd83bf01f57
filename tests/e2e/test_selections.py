"""get_customers: its selectors together, each order, pages, and values that are hard to carry."""

import itertools
import json
import urllib.parse

import pytest

from conftest import numbers

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
    location /few/ { %%DEFAULTS%% helpdesk_api; helpdesk_max_records 3; }
    location /iso/ { %%DEFAULTS%% helpdesk_api; helpdesk_date_format iso; }
}
"""

OUTPUTS = ("id", "cid", "company", "company_id", "contact", "portal", "portal_id", "support", "chat", "contracts",
           "sc_start_dates", "encrypt", "latitude", "longitude", "selectable_categories", "viewable_tickets",
           "viewable_invoices", "viewable_assets", "email", "email2", "address", "city", "state", "zip", "country", "phone",
           "phone2", "group", "group_id", "notes", "date_added", "last_updated")
LISTS = ("contracts", "sc_start_dates", "selectable_categories", "email2", "phone2")

FULL = dict(cid="Ada", company="Acme", contact="Ada Lovelace", portal="Partners", support="N", chat="N", contracts="2,1",
            sc_start_dates="12/31/2024 11:05:09 PM,2024-02-29", encrypt="Y", latitude="-33.8500", longitude="151.123456789",
            selectable_categories="Été,Hardware", viewable_tickets="COMPANY", viewable_invoices="COMPANY",
            viewable_assets="COMPANY", email="ada@example.com", email2="b@example.com,a@example.com", address="1 High Street",
            city="Sydney", state="NSW", zip="2000", country="Australia", phone="404-000-0000", phone2="2,1", group="Wholesale",
            notes="Likes engines", **{"pass": "analytical"})

FORMATS = ("xml", "json", "url")


def cids(answer):
    assert answer.status == 200, answer
    return [record["cid"] for record in answer.records]


def get(api, **variables):
    return api.get("get_customers", **variables)


def insert(db, cid, **columns):
    """A row as it stands; times are free to choose."""
    columns = {"cid": cid, "notes": "", **columns}
    db.query(f"INSERT INTO customers ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})", *columns.values())


@pytest.fixture
def people(api, db):
    """Five, added and changed on different days; their IDs run against their names."""
    db.query("ALTER TABLE customers AUTO_INCREMENT = 1")
    insert(db, "eve", email="eve@x.org", phone="5", contact="c", date_added="2024-01-01 00:00:00", last_updated="2024-06-05 12:00:00")
    insert(db, "Dora", email="shared@x.org", phone="4", contact="b", city="Rome", date_added="2024-01-01 23:59:59.999999",
           last_updated="2024-06-04 12:00:00", support="N")
    insert(db, "carl", email="carl@x.org", phone="3", contact="e", date_added="2024-01-02 00:00:00", last_updated="2024-06-03 12:00:00")
    insert(db, "bob", email="bob@x.org", phone="2", contact="a", city="Oslo", date_added="2024-01-02 12:30:45", last_updated="2024-06-02 12:00:00")
    insert(db, "ann", email="ann@x.org", phone="1", contact="d", date_added="2024-01-03 00:00:00", last_updated="2024-06-01 12:00:00")
    ids = {row["cid"]: row["id"] for row in db.query("SELECT id, cid FROM customers")}
    for cid, position, address in (("eve", 1, "eve2@x.org"), ("carl", 1, "other@x.org"), ("carl", 2, "Shared@X.org"), ("Dora", 1, "shared@x.org")):
        db.query("INSERT INTO customer_emails VALUES (%s, %s, %s)", ids[cid], position, address)
    for cid, position, number in (("eve", 1, "1"), ("bob", 1, "+1 (2)")):
        db.query("INSERT INTO customer_phones VALUES (%s, %s, %s)", ids[cid], position, number)
    return ids


# What a record holds

def expected(db):
    row = db.customer("ada")
    values = {**FULL, "id": str(row["id"]), "company_id": "1", "portal_id": "2", "group_id": "2", "contracts": "2,1",
              "sc_start_dates": "12/31/2024 11:05:09 PM,2/29/2024 12:00:00 AM", "latitude": "-33.85",
              "date_added": "1/2/2024 12:00:01 PM", "last_updated": "10/20/2024 12:00:01 AM"}
    return [(name, values[name]) for name in OUTPUTS]


@pytest.fixture
def ada(api, db):
    assert api.add(**FULL).status == 200
    db.query("UPDATE customers SET date_added = '2024-01-02 12:00:01.999999', last_updated = '2024-10-20 00:00:01'")


@pytest.mark.parametrize("format_", FORMATS)
def test_every_output_variable_in_its_order(api, db, ada, format_):
    values = expected(db)
    assert all(value for _, value in values)
    answer = get(api, cid="ADA", format=format_)
    assert answer.status == 200
    if format_ == "json":
        pairs = json.loads(answer.text, object_pairs_hook=list)
        assert pairs == [("customers", [values])]
    elif format_ == "xml":
        assert answer.xml.tag == "customers"
        assert [record.tag for record in answer.xml] == ["customer"]
        assert [(field.tag, field.text) for field in answer.xml[0]] == values
    else:
        assert urllib.parse.parse_qsl(answer.text, keep_blank_values=True, strict_parsing=True) == values


def test_iso_dates(api, db, ada):
    (record,) = api.get("get_customers", path="/iso/", cid="ada").records
    assert (record["date_added"], record["last_updated"]) == ("2024-01-02T12:00:01", "2024-10-20T00:00:01")
    assert record["sc_start_dates"] == "2024-12-31T23:05:09,2024-02-29T00:00:00"


def test_no_password_comes_back(api, db, ada):
    stored = db.customer("ada")["password_hash"]
    for format_ in FORMATS:
        text = get(api, cid="*", format=format_).text
        assert "analytical" not in text and stored not in text and "$2b$" not in text


NASTY = ["a&b=c%d+e", "100%25", "two\r\nlines\nand\ttabs", "\U0001F600 é 漢", "\"double\" 'single'", "<b>]]>&amp;</b>", "a;b#c?d/e\\f",
         " leading and trailing ", "\u2028\u00A0\uFFFD\U0010FFFF"]


@pytest.mark.parametrize("format_", FORMATS)
def test_values_come_back(api, db, format_):
    """As text and through the tables that a customer refers to, several records in one answer."""
    for i, value in enumerate(NASTY):
        answer = api.add(f"n{i}", contact=value, notes=value, email=value, email2=value.replace(",", ""), company="create_new", new_company=value)
        assert answer.status == 200, answer
    records = get(api, cid="*", format=format_).records
    assert [(record["contact"], record["notes"], record["email"]) for record in records] == [(value,) * 3 for value in NASTY]
    assert [record["company"] for record in records] == [value.strip() for value in NASTY]
    assert [record["email2"] for record in records] == [value.strip(" \u00A0\u2028") for value in NASTY]


def test_post_as_get(api, people):
    variables = dict(start_cid="b", end_cid="c", count="1")
    answers = [call("get_customers", **variables) for call in (api.get, api.post, api.post_json, api.post_multipart)]
    assert [cids(answer) for answer in answers] == [["bob"]] * 4
    assert len({answer.body for answer in answers}) == 1
    assert [answer.more for answer in answers] == ["Y"] * 4
    assert cids(api.post_json("get_customers", count=2, page=1, cid="*")) == ["eve", "Dora"]


def test_names_are_in_any_case(api, people):
    assert cids(api.get("GET_Customers", CID="ANN")) == ["ann"]


# Selectors

SELECTIONS = [
    (dict(cid="*"), ["eve", "Dora", "carl", "bob", "ann"]),
    (dict(cid="bob"), ["bob"]),
    (dict(cid=" BOB "), ["bob"]),
    (dict(cid="nobody"), []),
    (dict(cid="bob,ANN, nobody ,bob,,"), ["ann", "bob"]),
    (dict(start_cid="c"), ["carl", "Dora", "eve"]),
    (dict(end_cid="C"), ["ann", "bob", "carl"]),
    (dict(start_cid="bo", end_cid="d"), ["bob", "carl", "Dora"]),
    (dict(start_cid="bob", end_cid="bob"), ["bob"]),
    (dict(start_cid="d", end_cid="a"), []),
    (dict(start_date="1/2/2024"), ["carl", "bob", "ann"]),
    (dict(start_date="2024-01-02 12:30:46"), ["ann"]),
    (dict(start_date="2024-01-02T12:30:45"), ["bob", "ann"]),
    (dict(end_date="1/1/2024"), ["eve", "Dora"]),
    (dict(end_date="1/1/2024 11:59:59 PM"), ["eve", "Dora"]),
    (dict(end_date="1/1/2024 11:59:58 PM"), ["eve"]),
    (dict(end_date="1/2/2024 12:00:00 AM"), ["eve", "Dora", "carl"]),
    (dict(end_date="12/31/9999"), ["eve", "Dora", "carl", "bob", "ann"]),
    (dict(start_date="1/1/2024", end_date="1/1/2024"), ["eve", "Dora"]),
    (dict(start_date="1/1/2024 12:00:00 PM", end_date="2024-01-02"), ["Dora", "carl", "bob"]),
    (dict(email="ann@x.org"), ["ann"]),
    (dict(email="EVE2@x.org"), ["eve"]),
    (dict(email="shared@x.org"), ["Dora", "carl"]),
    (dict(email="@x.org"), []),
    (dict(phone="1"), ["eve", "ann"]),
    (dict(phone="+1 (2)"), ["bob"]),
    (dict(email="eve2@x.org", phone="1"), ["eve"]),
    (dict(email="ann@x.org", phone="5"), []),
    (dict(after_cid=""), ["ann", "bob", "carl", "Dora", "eve"]),
    (dict(after_cid="BOB"), ["carl", "Dora", "eve"]),
    (dict(after_cid="bobby"), ["carl", "Dora", "eve"]),
    (dict(after_cid="eve"), []),
    (dict(updated_since="6/3/2024"), ["carl", "Dora", "eve"]),
    (dict(updated_since="6/3/2024 12:00:00 PM"), ["carl", "Dora", "eve"]),
    (dict(updated_since="2024-06-03 12:00:01"), ["Dora", "eve"]),
    (dict(updated_since="1/1/2000", end_cid="b"), ["ann", "bob"]),
    (dict(cid="*", email="shared@x.org", start_cid="d"), ["Dora"]),
    (dict(cid="ann,carl,eve", phone="1"), ["ann", "eve"]),
    (dict(start_cid="b", end_cid="d", start_date="1/2/2024", end_date="1/2/2024", email="bob@x.org", phone="2"), ["bob"]),
    (dict(after_cid="ann", end_cid="c", start_date="1/2/2024"), ["bob", "carl"]),
    (dict(cid="*", start_cid="", end_cid="", email="", updated_since="", count="", page="", order="", after_id=""),
     ["eve", "Dora", "carl", "bob", "ann"]),
]


@pytest.mark.parametrize("variables, found", SELECTIONS, ids=lambda value: " ".join(value) if isinstance(value, dict) else "")
def test_selections(api, people, variables, found):
    assert cids(get(api, **variables)) == found
    count = get(api, count_only="y", **variables)
    assert (count.status, count.records) == (200, [{"count": str(len(found))}])
    # Also in the other direction, and cut off.
    if "after_cid" not in variables and "updated_since" not in variables:
        assert cids(get(api, **{**variables, "order": "cid desc"})) == sorted(found, key=str.lower, reverse=True)
    if len(found) > 1:
        answer = get(api, **{**variables, "count": "1"})
        assert (cids(answer), answer.more) == (found[:1], "Y")


def test_by_id(api, people):
    for cid, id_ in people.items():
        assert cids(get(api, id=str(id_))) == [cid]
    assert cids(get(api, id=f"00{people['bob']}")) == ["bob"]
    assert cids(get(api, id="18446744073709551615")) == []
    assert cids(get(api, id=str(people["bob"]), cid="ann")) == []


def test_nothing_bounds_the_count(api, people):
    answer = api.get("get_customers", path="/few/", cid="*", count_only="y", count="2", page="2")
    assert (answer.records, answer.more) == ([{"count": "5"}], None)
    assert len(get(api, cid="*", count_only="N").records) == 5


ERRORS = [
    (dict(count="1"), [("cid", "required")]),
    (dict(cid="ok," + "x" * 256), [("cid", "too_long")]),
    (dict(start_cid="x" * 256, end_cid="y" * 256), [("start_cid", "too_long"), ("end_cid", "too_long")]),
    (dict(after_cid="é" * 256), [("after_cid", "too_long")]),
    (dict(email="x" * 256, phone="x" * 256), [("email", "too_long"), ("phone", "too_long")]),
    (dict(id="x"), [("id", "invalid_number")]),
    (dict(id="-1"), [("id", "invalid_number")]),
    (dict(id="18446744073709551616"), [("id", "invalid_number")]),
    (dict(start_date="31/12/2024", end_date="soon"), [("start_date", "invalid_date"), ("end_date", "invalid_date")]),
    (dict(updated_since="2024-02-30"), [("updated_since", "invalid_date")]),
    (dict(updated_since="2024-02-03", after_id="x"), [("after_id", "invalid_number")]),
    (dict(after_cid="", order="cid", order_direction="desc", page="1", count="1"),
     [("order", "ambiguous"), ("order_direction", "ambiguous"), ("page", "ambiguous"), ("cid", "required")]),
    (dict(updated_since="2024-02-03", order="id"), [("order", "ambiguous")]),
    (dict(cid="*", count="1", page="1000000001"), [("page", "out_of_range")]),
    (dict(cid="*", order="cid asc", order_direction="asc"), [("order_direction", "ambiguous")]),
    (dict(start_cid="a\x01", cid="*"), [("start_cid", "invalid_characters")]),
    # All at once.
    (dict(id="x", start_date="x", count="x", order="x", page="1"),
     [("id", "invalid_number"), ("start_date", "invalid_date"), ("order", "invalid_order"), ("count", "invalid_number"), ("cid", "required")]),
]


@pytest.mark.parametrize("variables, problems", ERRORS, ids=lambda value: " ".join(value)[:60] if isinstance(value, dict) else "")
def test_errors(api, people, variables, problems):
    answer = get(api, **variables)
    assert (answer.status, answer.problems) == (400, problems)


@pytest.mark.parametrize("order", [
    "cid ASC, id", "cid DESC; DELETE FROM customers", "cid -- ", "cid/**/DESC", "SLEEP(5)", "cid UNION SELECT password_hash", "new_company",
    "count", "DESC cid", "cid\tDESC", *LISTS])
def test_an_order_that_is_no_output_variable(api, db, people, order):
    before = db.query("SELECT * FROM customers")
    for name in ("order", "order_direction"):
        answer = get(api, cid="*", **{name: order})
        assert (answer.status, answer.problems) == (400, [(name, "invalid_order")])
    assert db.query("SELECT * FROM customers") == before


# Order

def sort_key(name, value):
    if name in ("latitude", "longitude"):
        return float(value or "-1000")
    return int(value or 0) if name in ("id", "company_id", "portal_id", "group_id") else value.lower()


@pytest.mark.parametrize("name", [name for name in OUTPUTS if name not in LISTS])
def test_order_by_each_output_variable(api, db, name):
    """As the values read: text by the alphabet, numbers and times by size, none before all."""
    values = [dict(company="Acme", portal="Main", latitude="10", longitude="9.5", group="Wholesale"),
              dict(company="Café", portal="Partners", latitude="-9.5", longitude="100", group="Retail", support="N", chat="N",
                   encrypt="Y", viewable_tickets="COMPANY", viewable_invoices="COMPANY", viewable_assets="COMPANY"),
              dict(company="acme", portal="7", latitude="9", longitude="-10", group="5")]
    texts = ("contact", "email", "address", "city", "state", "zip", "country", "phone", "notes")
    for i, more in enumerate(values):
        assert api.add(f"c{(i + 1) % 3}", **{text: "bCa"[i] for text in texts}, **more).status == 200
    assert api.add("none").status == 200
    db.query("UPDATE customers SET date_added = '2024-10-01' - INTERVAL id MONTH, last_updated = '2024-12-01' - INTERVAL 20 * id DAY")

    def order(**variables):
        answer = api.get("get_customers", path="/iso/", cid="*", **variables)
        assert answer.status == 200, answer
        return [(sort_key(name, record[name]), int(record["id"])) for record in answer.records]

    ascending = order(order=name)
    assert len(set(key for key, _ in ascending)) > 1
    assert ascending == sorted(ascending)
    assert order(order=f" {name.upper()}  asc ") == order(order=name, order_direction="Asc") == ascending
    # The ID decides between equals, in the same direction.
    assert order(order=f"{name} DESC") == order(order=name, order_direction="desc") == ascending[::-1]


def test_a_direction_without_an_order(api, people):
    assert cids(get(api, cid="*", order_direction="DESC")) == ["ann", "bob", "carl", "Dora", "eve"]
    assert cids(get(api, start_cid="b", end_cid="d", order_direction="DESC")) == ["Dora", "carl", "bob"]
    assert cids(get(api, start_cid="b", end_cid="d", order_direction="ASC")) == ["bob", "carl", "Dora"]


# Pages

def test_count_and_page(api, people):
    def page(number, **variables):
        answer = get(api, cid="*", count="2", page=str(number), **variables)
        return cids(answer), answer.more

    assert [page(n) for n in (1, 2, 3, 4)] == [(["eve", "Dora"], "Y"), (["carl", "bob"], "Y"), (["ann"], None), ([], None)]
    assert [page(n, order="cid") for n in (1, 3)] == [(["ann", "bob"], "Y"), (["eve"], None)]
    assert page(2, start_cid="b") == (["Dora", "eve"], None)
    assert page(1_000_000_000) == ([], None)
    exact = get(api, cid="*", count="5", page="1")
    assert (len(exact.records), exact.more) == (5, None)
    assert cids(get(api, cid="*", count="1000000")) == ["eve", "Dora", "carl", "bob", "ann"]


def test_the_limit_of_records(api, people):
    def few(**variables):
        answer = api.get("get_customers", path="/few/", **variables)
        return len(answer.records), answer.more

    assert few(cid="*") == (3, "Y")
    assert few(start_cid="a", end_cid="c") == (3, None)
    assert few(cid="ann,bob,carl,dora") == (3, "Y")
    assert few(cid="ann,bob,carl") == (3, None)
    assert few(updated_since="2024-01-01") == (3, "Y")
    assert few(after_cid="ann") == (3, "Y")
    assert few(cid="*", count="4") == (4, "Y")
    assert few(cid="*", count="5") == (5, None)


def test_keyset_pages_within_a_range(api, people):
    first = get(api, after_cid="", start_cid="b", end_cid="d", count="2")
    assert (cids(first), first.more) == (["bob", "carl"], "Y")
    second = get(api, after_cid="carl", start_cid="b", end_cid="d", count="2")
    assert (cids(second), second.more) == (["Dora"], None)


def walk(api, since, count, between=lambda records: None):
    """All that a client of the walk sees, page by page."""
    position = {"updated_since": since}
    while True:
        answer = get(api, count=str(count), **position)
        records = answer.records
        yield from (record["cid"] for record in records)
        if not answer.more:
            return
        position = {"updated_since": records[-1]["last_updated"], "after_id": records[-1]["id"]}
        between(records)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 100])
def test_a_walk_through_one_second(api, db, count):
    insert(db, "later", last_updated="2024-05-05 05:05:06")
    for i in range(7):
        insert(db, f"c{i}", last_updated="2024-05-05 05:05:05")
    insert(db, "before", last_updated="2024-05-05 05:05:04")
    assert list(walk(api, "5/5/2024 5:05:05 AM", count)) == [*(f"c{i}" for i in range(7)), "later"]


@pytest.mark.parametrize("change, again", [("UPDATE customers SET last_updated = '2024-06-01' WHERE id = %s", ["c1"]),
                                           ("DELETE FROM customers WHERE id = %s", [])])
def test_a_walk_whose_place_is_gone(api, db, change, again):
    for i in range(6):
        insert(db, f"c{i}", last_updated="2024-05-05 05:05:05")
    changed = []

    def once(records):
        if not changed:
            changed.append(records[-1]["cid"])
            db.query(change, records[-1]["id"])

    assert list(walk(api, "2024-05-05", 2, once)) == [f"c{i}" for i in range(6)] + again
    assert changed == ["c1"]


@pytest.mark.parametrize("variables", [dict(city="Rome"), dict(phone2="1"), dict(contracts="1"), dict(email2=""), dict(company="Acme"),
                                       dict(company="create_new", new_company="New"), dict(latitude="1", longitude="2"), dict(city="")])
def test_every_change_is_one_for_the_walk(api, db, variables):
    """Of a list alone as well, and one that leaves the value as it was."""
    insert(db, "a", last_updated="2024-05-05")
    insert(db, "b", last_updated="2024-05-05")
    assert api.update("a", **variables).status == 200
    assert db.query("SELECT cid FROM customers WHERE last_updated > '2024-05-05'") == [{"cid": "a"}]


# Prefix ranges in the order of the collation

TOP = "\U0010FFFF"
TAILS = ["", "a", "ä", "z", "ž", "ʒ", "я", "漢", "\u9FFF", "\U0001F600", "\U00020000", "\uE000", "\U000F0000", "\U0010FFFD", TOP, TOP + "a", TOP * 2,
         " ", "9", "~", "ﷺ", "\uFFFD", "\uD7A3", TOP * 100, "z" * 200]


def test_a_prefix_of_few_characters_finds_the_longest_cid_that_begins_with_it(api, db):
    longest = "é" + "\ufffd" * 254
    api.add(longest)
    assert longest in cids(get(api, start_cid="é", end_cid="é"))


@pytest.mark.parametrize("prefix", ["j", "é", "Ünï", "漢", "\U0001F600", "\U0010FFFD", "ss", "o'neil", "a b"])
def test_a_prefix_finds_all_that_begin_with_it(api, db, prefix):
    names = [prefix + tail for tail in TAILS if (prefix + tail).strip() == prefix + tail]
    for name in names:
        insert(db, name)
    insert(db, "0")
    assert set(names) <= set(cids(get(api, start_cid=prefix, end_cid=prefix)))
    assert set(names) == set(cids(get(api, start_cid=prefix, end_cid=prefix))) - {"0"}
    assert set(names) == set(cids(get(api, start_cid=prefix.upper().lower(), end_cid=prefix.lower()))) - {"0"}


def test_names_of_the_highest_character(api, db):
    names = [TOP, TOP * 2, TOP * 254, TOP * 255, "j" + TOP * 254, "jj" + TOP * 253]
    for name in ["a", "k", *names]:
        assert api.add(name).status == 200
    assert cids(get(api, start_cid="j", end_cid="j")) == ["jj" + TOP * 253, "j" + TOP * 254]
    assert cids(get(api, start_cid=TOP)) == names[:4]
    assert cids(get(api, start_cid=TOP, end_cid=TOP)) == names[:4]
    assert cids(get(api, end_cid=TOP)) == ["a", "jj" + TOP * 253, "j" + TOP * 254, "k", *names[:4]]
    assert cids(get(api, end_cid=TOP * 255))[-1] == TOP * 255
    assert cids(get(api, start_cid="j" + TOP, end_cid="j" + TOP)) == ["j" + TOP * 254]


def test_accents_count_in_a_range(api, db):
    """é follows e, and what both begin mixes, as a dictionary has it."""
    for cid in ("e", "é", "ea", "éa", "eb", "f", "d"):
        insert(db, cid)
    assert cids(get(api, start_cid="e", end_cid="e")) == ["e", "é", "ea", "éa", "eb"]
    assert cids(get(api, start_cid="é", end_cid="é")) == ["é", "ea", "éa", "eb"]


def test_no_character_sorts_after_the_replacement_character(db):
    """What the upper end of a range rests on, of every character there is."""
    collation = db.query("SELECT COLLATION_NAME AS name FROM information_schema.COLUMNS "
                         "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'customers' AND COLUMN_NAME = 'cid'")[0]["name"]
    rows = db.query(
        f"SELECT seq FROM {numbers(0x10FFFF)} AS numbers WHERE seq NOT BETWEEN 55296 AND 57343 AND "
        f"CONVERT(CHAR(seq USING utf32) USING utf8mb4) COLLATE {collation} >= _utf8mb4 X'EFBFBD'")
    assert rows == [{"seq": 0xFFFD}]


# Records that change while they are listed

def test_the_same_customer_is_never_twice_in_a_list(api, db):
    """Found in several places: once."""
    api.add("x", email="a@b.c", email2="a@b.c,A@B.C,d@e.f", phone="1", phone2="1,2")
    assert cids(get(api, email="a@b.c")) == ["x"]
    assert get(api, email="a@b.c", phone="1", count_only="Y").records == [{"count": "1"}]


def test_many_records_and_long_lists(api, db):
    """More than are read at once, each with its own lists."""
    db.query("INSERT INTO customers (cid, notes) SELECT CONCAT('c', LPAD(seq, 4, '0')), REPEAT('n', seq) "
             f"FROM {numbers(300)} AS numbers ORDER BY seq")
    db.query("INSERT INTO customer_phones SELECT c.id, s.seq, CONCAT(c.cid, '-', s.seq) FROM customers c "
             f"JOIN {numbers(9)} AS s ON s.seq <= c.id %% 10")
    records = get(api, cid="*").records
    assert [record["cid"] for record in records] == [f"c{i:04}" for i in range(1, 301)]
    for i, record in enumerate(records, 1):
        phones = ",".join(f"{record['cid']}-{n}" for n in range(1, int(record["id"]) % 10 + 1))
        assert (record["phone2"], record["notes"]) == (phones, "n" * i)
    wanted = [f"c{i:04}" for i in range(1, 301, 2)]
    assert cids(get(api, cid=",".join(wanted[::-1]))) == wanted
    for count in (63, 64, 65, 128, 129):
        answer = get(api, start_cid="c", count=str(count))
        assert (cids(answer), answer.more) == ([f"c{i:04}" for i in range(1, count + 1)], "Y")
    pages = itertools.takewhile(bool, (cids(get(api, cid="*", count="70", page=str(n))) for n in itertools.count(1)))
    assert [len(page) for page in pages] == [70, 70, 70, 70, 20]


def test_a_list_of_the_most_items(api, db):
    numbers = [f"{i:0255}" for i in range(1000)]
    assert api.add("x", phone2=",".join(numbers)).status == 200
    (record,) = get(api, cid="x").records
    assert record["phone2"].split(",") == numbers
