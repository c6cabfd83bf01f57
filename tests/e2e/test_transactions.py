"""A call happens whole or not at all, also beside others."""

import concurrent.futures
import threading

import pytest

from locks import holding

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
}
"""


def at_once(count, call):
    """`call(i)` from so many threads, begun together."""
    barrier = threading.Barrier(count)

    def run(i):
        barrier.wait()
        return call(i)

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_two_adds_of_one_cid(api, db):
    for round_ in range(20):
        answers = at_once(4, lambda i: api.add(f"same-{round_}", contact=str(i), contracts="1" if i % 2 else None))
        assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
        winner = [i for i, answer in enumerate(answers) if answer.status == 200][0]
        assert db.customer(f"same-{round_}")["contact"] == str(winner)
        assert {answer.problems[0] for answer in answers if answer.status == 409} == {("cid", "already_exists")}


def test_create_new_of_one_company(api, db):
    for round_ in range(20):
        name = f"Company {round_}"
        answers = at_once(8, lambda i: api.add(f"c-{round_}-{i}", company="create_new", new_company=name))
        assert [answer.status for answer in answers] == [200] * 8
        companies = db.query("SELECT id FROM companies WHERE name = %s", name)
        assert len(companies) == 1
        rows = db.query("SELECT DISTINCT company_id FROM customers WHERE cid LIKE %s", f"c-{round_}-%")
        assert [row["company_id"] for row in rows] == [companies[0]["id"]]


def test_a_failed_add_leaves_no_company(api, db):
    answer = api.add("x", company="create_new", new_company="Ghost", contracts="99")
    assert answer.problems == [("contracts", "unknown_contract")]
    assert (db.count("customers"), db.count("companies")) == (0, 2)
    api.add("x")
    assert api.add("x", company="create_new", new_company="Ghost").status == 409
    assert db.count("companies") == 2


@pytest.mark.parametrize("table, variables", [("customers", {}), ("customer_phones", {"contracts": "1", "phone2": "1"})])
def test_a_failure_in_the_middle_takes_all_back(api, db, table, variables):
    """A later statement of the call is refused by the database itself: nothing of the call stays."""
    db.query(f"CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW "
             "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused by the test'")
    try:
        answer = api.add("x", company="create_new", new_company="Ghost", **variables)
    finally:
        db.query("DROP TRIGGER refuse")
    assert (answer.status, answer.problems) == (500, [("", "internal_error")])
    assert "refused by the test" not in answer.text
    assert (db.count("customers"), db.count("companies"), db.count("customer_contracts")) == (0, 2, 0)


def test_a_failed_update_changes_nothing(api, db):
    api.add("x", city="Rome", contracts="1", email2="a@b.c")
    before = db.customer("x")
    answer = api.update("x", city="Paris", email2="d@e.f", contracts="2,99", company="create_new", new_company="Ghost")
    assert answer.problems == [("contracts", "unknown_contract")]
    assert db.customer("x") == before
    assert db.list("customer_emails", "email", "x") == ["a@b.c"]
    assert db.list("customer_contracts", "contract_id", "x") == [1]
    assert db.count("companies") == 2


def test_concurrent_updates_of_one_customer_leave_one_whole_list(api, db):
    api.add("x")
    lists = [",".join(f"{i}-{n}" for n in range(40)) for i in range(8)]
    answers = at_once(8, lambda i: api.update("x", phone2=lists[i], notes=str(i)))
    assert [answer.status for answer in answers] == [200] * 8
    winner = int(db.customer("x")["notes"])
    assert ",".join(db.list("customer_phones", "phone", "x")) == lists[winner]


def test_a_rule_over_stored_values_holds_beside_other_writers(api, db, mariadb):
    """The coordinates that are stored when the call has its row count, not those from before it waited."""
    api.add("x", latitude="1", longitude="2")
    with mariadb.connect(autocommit=False) as other, other.cursor() as cursor:
        cursor.execute("UPDATE customers SET latitude = NULL, longitude = NULL WHERE cid = 'x'")
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            call = pool.submit(api.update, "x", latitude="3")
            db.wait_for_lock()
            other.commit()
            assert call.result().problems == [("longitude", "incomplete_coordinates")]


@pytest.mark.parametrize("table, variable, name", [("companies", "company", "Acme"), ("customer_groups", "group", "Retail")])
@pytest.mark.parametrize("action, cid", [("add_customer", "y"), ("update_customer", "x")])
@pytest.mark.parametrize("lists", [{}, {"email2": "a@b.c"}])
def test_what_a_write_refers_to_is_deleted_meanwhile(api, db, table, variable, name, action, cid, lists):
    """It is as if the write had come later."""
    api.add("x", city="Rome")
    with holding(db, f"DELETE FROM {table} WHERE name = %s", name) as holder:
        called = holder.begin(api.post, action, cid=cid, **{variable: name}, **lists)
        holder.commit()
        answer = called.result()
    assert (answer.status, answer.problems) == (400, [(variable, f"unknown_{variable}")])
    assert db.count("customers") == 1


def test_a_deadlock_is_tried_again(api, db, mariadb):
    """Two rows, locked in one order by us and in the other by a call: the database ends one of the two."""
    api.add("x", contracts="1")
    with mariadb.connect(autocommit=False) as other, other.cursor() as cursor:
        # Heavier than the call, so that the call is the one to be ended.
        cursor.executemany("INSERT INTO companies (name) VALUES (%s)", [[f"filler {i}"] for i in range(200)])
        cursor.execute("SELECT id FROM support_contracts WHERE id = 2 FOR UPDATE")
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            call = pool.submit(api.update, "x", contracts="2")
            db.wait_for_lock()
            cursor.execute("SELECT id FROM customers WHERE cid = 'x' FOR UPDATE")
            other.rollback()
            assert call.result().status == 200
    assert db.list("customer_contracts", "contract_id", "x") == [2]

