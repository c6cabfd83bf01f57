"""What others do between two statements of a call, and what a call does when a statement fails: the link says when."""

import itertools

import pytest

from link import QUERY, Cut, Link
from locks import holding
from servers import wait_for

WORKERS = 1
CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    helpdesk_database { socket %%FOLDER%%/link.sock; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; read_timeout 2s; }
    helpdesk_key test { sha256 %%KEY_HASH%%; }
    helpdesk_thread_pool narrow;
    helpdesk_hash_thread_pool helpdesk_hash;
    helpdesk_bcrypt_cost 4;
    location / { helpdesk_api; }
    location /located/ { helpdesk_api; helpdesk_geocoder /geocoder; }
    location = /geocoder { default_type application/json; return 200 '[{"lat":"1.25","lon":"-2.5"}]'; }
}
"""


@pytest.fixture
def link(nginx, mariadb):
    link = Link(nginx.folder / "link.sock", mariadb.socket)
    yield link
    link.close()


def before_execution(link, number, act):
    """Calls the function when the packet of that statement, counted from 0 and from here on, has come to the link."""
    executions = itertools.count()

    def sees(packet):
        if packet.is_execution() and next(executions) == number:
            act()
        return packet.data

    link.sees = sees


def fill(db, count):
    db.query("INSERT INTO customers (cid, notes, portal_id, last_updated) VALUES "
             + ", ".join(f"('c{number:03}', '', 1, '2024-05-05 00:00:{number % 60:02}')" for number in range(count)))


def test_a_record_that_is_deleted_while_a_list_is_read(api, db, link):
    fill(db, 70)
    assert len(api.get("get_customers", cid="*").records) == 70
    before_execution(link, 1, lambda: db.query("DELETE FROM customers WHERE cid IN ('c005', 'c069')"))
    assert [record["cid"] for record in api.get("get_customers", cid="*").records] == [f"c{i:03}" for i in range(69) if i != 5]


def test_a_record_that_changes_while_a_walk_reads_its_page(api, db, link):
    """It stands further on in the walk, with its new time: here it would end the page beyond others."""
    fill(db, 20)
    assert len(api.get("get_customers", updated_since="2024-01-01", count="10").records) == 10
    # After the clock and the list.
    before_execution(link, 2, lambda: db.query("UPDATE customers SET city = 'Rome', last_updated = '2024-06-06' WHERE cid = 'c009'"))
    page = api.get("get_customers", updated_since="2024-01-01", count="10").records
    assert [record["cid"] for record in page] == [f"c{i:03}" for i in range(9)]
    rest = api.get("get_customers", updated_since=page[-1]["last_updated"], after_id=page[-1]["id"], count="100").records
    assert [record["cid"] for record in rest] == [f"c{i:03}" for i in range(10, 20)] + ["c009"]


def test_a_long_record_that_changes_while_a_walk_reads_its_page(api, db, link):
    """It is read by a statement of its own, after which it stands further on in the walk as well."""
    fill(db, 20)
    db.query("UPDATE customers SET notes = REPEAT('n', 100000) WHERE cid = 'c009'")
    assert len(api.get("get_customers", updated_since="2024-01-01", count="10").records) == 10
    # After the clock, the list, the look at its writers, and the page without it.
    before_execution(link, 4, lambda: db.query("UPDATE customers SET city = 'Rome', last_updated = '2024-06-06' WHERE cid = 'c009'"))
    page = api.get("get_customers", updated_since="2024-01-01", count="10").records
    assert db.customer("c009")["city"] == "Rome"
    assert [record["cid"] for record in page] == [f"c{i:03}" for i in range(9)]


def test_a_long_record_that_changes_before_its_first_piece_is_read(api, db, link):
    """It is read again, since nothing of it was given."""
    fill(db, 3)
    db.query("UPDATE customers SET notes = REPEAT('n', 1000000) WHERE cid = 'c001'")
    assert len(api.get("get_customers", cid="*").records) == 3
    # After the list, the page without it, and its short values.
    before_execution(link, 3, lambda: db.query("UPDATE customers SET city = 'Rome', version = version + 1 WHERE cid = 'c001'"))
    answer = api.get("get_customers", cid="*")
    assert db.customer("c001")["city"] == "Rome"
    assert [(record["cid"], record["city"], len(record["notes"])) for record in answer.records] == [
        ("c000", "", 0), ("c001", "Rome", 1000000), ("c002", "", 0)]


@pytest.mark.parametrize("change, status", [("city = 'ULM'", 503), ("contact = 'somebody'", 200)])
def test_an_address_that_changes_while_it_is_located(api, db, link, change, status):
    """The case of a letter may make another place."""
    db.query("INSERT INTO customers (cid, notes, portal_id, city) VALUES ('x', '', 1, 'Ulm')")
    assert api.get("get_customers", cid="x").status == 200
    # The address was read, and whether the customer is there.
    before_execution(link, 2, lambda: db.query(f"UPDATE customers SET {change}"))
    answer = api.get("locate_customer", cid="x", path="/located/")
    assert answer.status == status, answer
    assert (db.customer("x")["latitude"] is not None) == (status == 200)


def test_a_write_that_lost_a_race_and_then_its_connection(api, db, link):
    """The second try had sent nothing that makes it last: it is made once more."""
    db.query("INSERT INTO customers (cid, notes, portal_id) VALUES ('x', '', 1)")
    assert api.update("x", city="Ulm").status == 200
    with holding(db, "SELECT * FROM customers FOR UPDATE") as holder:
        executions = itertools.count()

        def sees(packet):
            # A question and an update, which waits for the row in vain, and the question again.
            if packet.is_execution() and next(executions) == 2:
                holder.rollback()
                raise Cut()
            return packet.data

        link.sees = sees
        answer = holder.begin(api.update, "x", city="Rome").result()
    assert answer.status == 200, answer
    assert db.customer("x")["city"] == "Rome"


def test_a_connection_whose_rollback_failed_is_closed(api, db, link):
    """Its next transaction would begin with a statement that commits what it finds begun."""
    db.query("CREATE TRIGGER fail BEFORE INSERT ON customer_contracts FOR EACH ROW "
             "BEGIN IF NEW.contract_id = 3 THEN SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114; END IF; END")
    try:
        assert api.add("before", contracts="1").status == 200
        garbled = []

        def sees(packet):
            if packet.to_server and packet.data[4:] == QUERY + b"ROLLBACK" and not garbled:
                garbled.append(packet)
                return packet.data[:-1] + b"?"
            return packet.data

        link.sees = sees
        answer = api.add("x", contracts="3")
        assert (answer.status, answer.problems) == (503, [("", "database_full")])
        assert garbled
        assert api.add("after", contracts="1").status == 200
    finally:
        link.pass_all()
        db.query("DROP TRIGGER fail")
    assert [row["cid"] for row in db.query("SELECT cid FROM customers ORDER BY cid")] == ["after", "before"]


@pytest.mark.parametrize("action", ["add_customer", "get_customers"])
def test_a_call_whose_connections_are_lost_is_tried_twice(api, db, link, action):
    assert api.post(action, cid="before", company="Acme" if action == "add_customer" else None).status == 200
    tries = []

    def sees(packet):
        # Each connection prepares its first statement.
        if packet.to_server and (packet.is_execution() or packet.is_preparation()):
            tries.append(packet)
            raise Cut()
        return packet.data

    link.sees = sees
    answer = api.post(action, cid="x", company="Acme" if action == "add_customer" else None)
    assert (answer.status, answer.problems, len(tries)) == (503, [("", "database_unavailable")], 2)
    link.pass_all()
    wait_for(lambda: api.post(action, cid="x").status == 200, "the connection")


def signal(error, state="HY000"):
    return f"SIGNAL SQLSTATE '{state}' SET MYSQL_ERRNO = {error}"


# What a server says, the answer, and how often the write was tried.
ERRORS = {
    1047: ((503, "database_unavailable"), 1),
    1290: ((500, "internal_error"), 1),  # of an option other than those that make a server read-only
    1836: ((503, "database_unavailable"), 1),
    1020: ((503, "overloaded"), 3),
    1205: ((503, "overloaded"), 3),
    1213: ((503, "overloaded"), 3),
    1452: ((503, "overloaded"), 3),
    1969: ((504, "database_timeout"), 1),
    3024: ((504, "database_timeout"), 1),
    1021: ((503, "database_full"), 1),
    1114: ((503, "database_full"), 1),
    1053: ((503, "database_unavailable"), 2),
    1077: ((503, "database_unavailable"), 2),
    1152: ((503, "database_unavailable"), 2),
    1180: ((503, "database_unavailable"), 2),
    1927: ((503, "database_unavailable"), 2),
    4031: ((503, "database_unavailable"), 2),
    1062: ((409, "already_exists"), 1),
    1451: ((500, "internal_error"), 1),
    1644: ((500, "internal_error"), 1),
    4999: ((500, "internal_error"), 1),
}


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_of_the_server_in_the_middle_of_a_write(api, db, link, error):
    """Nothing of it stays, also not with the thread's next transaction."""
    expected, tries = ERRORS[error]
    db.query("CREATE TRIGGER fail BEFORE INSERT ON customer_contracts FOR EACH ROW BEGIN IF NEW.contract_id = 3 THEN "
             + signal(error) + "; END IF; END")
    begins = []

    def sees(packet):
        if packet.to_server and b"START TRANSACTION" in packet.data:
            begins.append(packet)
        return packet.data

    try:
        assert api.add("before", contracts="1").status == 200
        link.sees = sees
        answer = api.add("x", contracts="3")
        assert ((answer.status, answer.problems[0][1]), len(begins)) == (expected, tries)
        assert api.add("next", contracts="1").status == 200
    finally:
        db.query("DROP TRIGGER fail")
    assert [row["cid"] for row in db.query("SELECT cid FROM customers ORDER BY cid")] == ["before", "next"]


@pytest.mark.parametrize("error", [1451, 1217])
def test_a_delete_of_what_others_refer_to(api, db, link, error):
    db.query(f"CREATE TRIGGER fail BEFORE DELETE ON portals FOR EACH ROW {signal(error)}")
    try:
        answer = api.post("delete_portal", id="7")
    finally:
        db.query("DROP TRIGGER fail")
    assert (answer.status, answer.problems) == (409, [("id", "in_use")])
