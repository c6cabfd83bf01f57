"""The help desk that the bench's generator makes: the same for the same seed, and true to the rules of tickets."""

import collections
import io
import json
import os
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))

from help_desk.fill import Sizes, fill  # noqa: E402

SIZES = Sizes(customers=300, tickets=2000, entries=10_000)
SMALL = Sizes(customers=10, tickets=20, entries=60)


def make(mariadb, database, sizes, seed):
    mariadb.execute(f"CREATE DATABASE {database}")
    mariadb.migrate(database)
    with mariadb.connect(database) as connection:
        fill(connection, sizes, seed, output=io.StringIO())
    return database


def query(mariadb, database, sql):
    with mariadb.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def value(mariadb, database, sql):
    return next(iter(query(mariadb, database, f"SELECT {sql}")[0].values()))


def checksums(mariadb, database):
    """Of every table but that of the migrations, which has the time of day."""
    tables = [row["name"] for row in query(mariadb, database, "SELECT TABLE_NAME AS name FROM information_schema.TABLES "
                                           "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME <> 'schema_migrations' ORDER BY 1")]
    return {row["Table"].partition(".")[2]: row["Checksum"] for row in query(mariadb, database, f"CHECKSUM TABLE {', '.join(tables)}")}


@pytest.fixture(scope="module")
def desk(mariadb):
    name = make(mariadb, "desk", SIZES, 7)
    return lambda sql: query(mariadb, name, sql)


@pytest.fixture(scope="module")
def one(desk):
    """Returns the only value of a SELECT."""
    return lambda sql: next(iter(desk(f"SELECT {sql}")[0].values()))


def test_the_same_seed_gives_the_same_rows(mariadb, desk):
    first = checksums(mariadb, "desk")
    assert all(first[table] for table in ("companies", "customers", "customer_contracts", "technicians", "tech_groups", "technician_groups",
                                          "categories", "sub_categories", "tickets", "ticket_tags", "ticket_history"))
    assert checksums(mariadb, make(mariadb, "again", SIZES, 7)) == first
    other = checksums(mariadb, make(mariadb, "other", SIZES, 8))
    assert all(other[table] != first[table] for table in ("customers", "tickets", "ticket_tags", "ticket_history"))


def test_it_has_as_many_rows_as_wanted(one):
    assert one("COUNT(*) FROM customers") == SIZES.customers
    assert one("COUNT(*) FROM tickets") == SIZES.tickets
    assert one("COUNT(*) FROM ticket_history") == SIZES.entries
    assert one("COUNT(*) FROM technicians") == 40
    assert one("COUNT(*) FROM tech_groups") == 8


def test_no_reference_is_broken(desk, one):
    """The generator switches the checks off."""
    columns = desk("""SELECT TABLE_NAME AS tab, CONSTRAINT_NAME AS name, REFERENCED_TABLE_NAME AS other, COLUMN_NAME AS col, REFERENCED_COLUMN_NAME AS key_col
                        FROM information_schema.KEY_COLUMN_USAGE
                       WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME IS NOT NULL""")
    keys = collections.defaultdict(list)
    for row in columns:
        keys[row["tab"], row["name"], row["other"]].append((row["col"], row["key_col"]))
    assert ("tickets", "tickets_sub_category", "sub_categories") in keys
    for (table, name, other), pairs in keys.items():
        joined = " AND ".join(f"o.{key} = t.{column}" for column, key in pairs)
        there = " AND ".join(f"t.{column} IS NOT NULL" for column, _ in pairs)
        assert one(f"COUNT(*) FROM {table} t LEFT JOIN {other} o ON {joined} WHERE {there} AND o.id IS NULL") == 0, name
    for table, indexed in (("ticket_history", "message_id"), ("customers", "cid"), ("technicians", "uid")):
        assert one(f"COUNT({indexed}) - COUNT(DISTINCT {indexed}) FROM {table}") == 0


@pytest.mark.parametrize("wrong", [
    "tickets t JOIN customers c ON c.id = t.customer_id WHERE c.date_added > t.open_date",
    "tickets t JOIN ticket_statuses s ON s.id = t.status_id WHERE (s.closed = 'Y') <> (t.close_date IS NOT NULL)",
    "tickets WHERE close_date <= open_date",
    "tickets WHERE due_date < open_date",
    "tickets WHERE open_date >= '2026-11-01' OR close_date >= '2026-11-01'",
    "tickets WHERE last_updated < open_date",
    "tickets WHERE subject = '' OR status_id IS NULL OR source_id IS NULL OR priority_id IS NULL OR escalation_level_id IS NULL",
    "tickets t JOIN customers c ON c.id = t.customer_id WHERE t.email <> c.email OR NOT t.company_id <=> c.company_id",
    """tickets t JOIN customer_contracts c ON c.customer_id = t.customer_id AND c.contract_id = t.contract_id
       WHERE c.start_date > t.open_date""",
    """tickets t WHERE contract_id IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM customer_contracts c WHERE c.customer_id = t.customer_id AND c.contract_id = t.contract_id)""",
    "tickets t JOIN tickets o ON o.id = t.merged_into_id WHERE o.customer_id <> t.customer_id OR o.id = t.id",
    "tickets t WHERE NOT EXISTS (SELECT 1 FROM ticket_history h WHERE h.ticket_id = t.id)",
    "ticket_history h JOIN tickets t ON t.id = h.ticket_id WHERE h.date < t.open_date OR h.date > t.close_date",
    "ticket_history h JOIN tickets t ON t.id = h.ticket_id WHERE h.customer_id <> t.customer_id",
    "ticket_history h JOIN ticket_history o ON o.id = h.id - 1 WHERE h.date < o.date",
    "ticket_history WHERE (type = 'S') <> (changes <> '') OR (type = 'S') <> (notes = '')",
    "ticket_history WHERE (type = 'E') <> (message_id IS NOT NULL) OR (type = 'E') <> (mail_from <> '')",
    "ticket_history WHERE technician_id IS NULL AND customer_id IS NULL",
    "ticket_tags t JOIN ticket_tags o ON o.ticket_id = t.ticket_id AND o.tag = t.tag AND o.position <> t.position",
])
def test_no_row_breaks_a_rule(one, wrong):
    assert one(f"COUNT(*) FROM {wrong}") == 0


def test_the_description_is_the_first_entry(one):
    assert one("""COUNT(*) FROM tickets t JOIN ticket_history h ON h.ticket_id = t.id
                    AND NOT EXISTS (SELECT 1 FROM ticket_history e WHERE e.ticket_id = t.id AND e.id < h.id)
                  WHERE h.notes = t.description AND h.date = t.open_date AND h.type <> 'S'""") == SIZES.tickets


def test_the_changes_lead_to_the_present_values(desk):
    tickets = desk("""SELECT t.id, s.name AS status, DATE_FORMAT(t.close_date, '%Y-%m-%d %H:%i:%S') AS close_date, u.uid AS assigned_to,
                             g.name AS assigned_group, p.name AS priority, e.name AS escalation_level, c.name AS category,
                             sc.name AS sub_category, DATE_FORMAT(t.due_date, '%Y-%m-%d %H:%i:%S') AS due_date, t.version,
                             DATE_FORMAT(t.last_updated, '%Y-%m-%d %H:%i:%S') AS last_updated
                        FROM tickets t JOIN ticket_statuses s ON s.id = t.status_id LEFT JOIN technicians u ON u.id = t.technician_id
                        LEFT JOIN tech_groups g ON g.id = t.group_id JOIN ticket_priorities p ON p.id = t.priority_id
                        JOIN escalation_levels e ON e.id = t.escalation_level_id LEFT JOIN categories c ON c.id = t.category_id
                        LEFT JOIN sub_categories sc ON sc.id = t.sub_category_id""")
    entries = collections.defaultdict(list)
    for entry in desk("""SELECT h.ticket_id, h.type, h.changes, s.name AS status, DATE_FORMAT(h.date, '%Y-%m-%d %H:%i:%S') AS date
                           FROM ticket_history h JOIN ticket_statuses s ON s.id = h.status_id ORDER BY h.date, h.id"""):
        entries[entry["ticket_id"]].append(entry)
    seen = collections.Counter()
    for ticket in tickets:
        known, changed = {"status": entries[ticket["id"]][0]["status"]}, []
        for entry in entries[ticket["id"]]:
            if entry["type"] == "S":
                changes = json.loads(entry["changes"])
                assert changes
                for name, (old, new) in changes.items():
                    assert old != new and known.get(name, old) == old
                    known[name] = new
                    seen[name] += 1
                changed.append(entry["date"])
            assert entry["status"] == known["status"]
        assert known == {name: ticket[name] or "" for name in known}
        assert ticket["version"] == 1 + len(changed)
        assert not changed or ticket["last_updated"] == changed[-1]
    assert set(seen) == {"status", "close_date", "assigned_to", "assigned_group", "priority", "escalation_level", "category", "sub_category",
                         "due_date"}


def test_its_shape_is_that_of_a_real_one(desk, one):
    """With wide margins: the seed is fixed, but so is none of the numbers."""
    assert one("COUNT(*) FROM tickets WHERE close_date IS NOT NULL") > 0.8 * SIZES.tickets
    assert one("COUNT(*) FROM tickets WHERE close_date IS NULL") > 0.01 * SIZES.tickets
    assert one("MAX(n) FROM (SELECT COUNT(*) AS n FROM tickets GROUP BY customer_id) AS counts") > 0.03 * SIZES.tickets
    assert one("MAX(n) FROM (SELECT COUNT(*) AS n FROM ticket_history GROUP BY ticket_id) AS counts") > 5 * SIZES.entries / SIZES.tickets
    assert one("COUNT(*) FROM tickets WHERE open_date < '2022-11-01'") < one("COUNT(*) FROM tickets WHERE open_date >= '2025-11-01'") / 1.5
    lengths = [len(row["notes"].split()) for row in desk("SELECT notes FROM ticket_history WHERE type <> 'S'")]
    assert 20 <= min(lengths) < 25 and 200 < max(lengths) <= 2000
    words = {word: one(f"COUNT(*) FROM ticket_history WHERE notes LIKE '% {word} %'") for word in ("the", "printer", "zebra")}
    assert words["the"] > words["printer"] > words["zebra"]


def test_a_database_with_rows_is_refused(mariadb, desk):
    before = checksums(mariadb, "desk")
    with mariadb.connect("desk") as connection, pytest.raises(ValueError, match="the table companies has rows"):
        fill(connection, SMALL)
    assert checksums(mariadb, "desk") == before


@pytest.mark.parametrize("sizes, wrong", [((9, 20, 60), "customers"), ((10, 0, 60), "tickets"), ((10, 20, 19), "entries")])
def test_sizes_that_cannot_be_are_refused(sizes, wrong):
    with pytest.raises(ValueError, match=f"^{wrong}: at least"):
        Sizes(*sizes)


def test_the_smallest_one(mariadb):
    make(mariadb, "smallest", Sizes(10, 1, 1), 1)
    assert value(mariadb, "smallest", "COUNT(*) FROM ticket_history") == 1


def lines(texts):
    return "".join(f"{kind} {' '.join(text.split())}\n" for kind, text in texts)


def test_its_index_is_the_one_that_the_module_writes(mariadb):
    """Words in which the generator and the module differ would be found by one of them only."""
    mariadb.execute("CREATE DATABASE indexed")
    mariadb.migrate("indexed")
    with mariadb.connect("indexed") as connection:
        fill(connection, Sizes(customers=50, tickets=300, entries=1500), 3, output=io.StringIO(), with_index=True)

    def words_of(texts):
        result = subprocess.run([os.environ["HELPDESK_WORDS_CHECK"], mariadb.socket, "root", "", "indexed"], input=lines(texts),
                                capture_output=True, text=True, check=True)
        return [line.split() for line in result.stdout.splitlines()]

    words_of_tickets = collections.defaultdict(set)
    entries = query(mariadb, "indexed", "SELECT ticket_id, notes, content_type, words FROM ticket_history ORDER BY id")
    for entry, words in zip(entries, words_of((entry["content_type"], entry["notes"]) for entry in entries), strict=True):
        assert entry["words"].decode() == "".join(f" {word}" for word in words)
        words_of_tickets[entry["ticket_id"]].update(words)
    tickets = query(mariadb, "indexed", "SELECT id, subject, words FROM tickets JOIN ticket_texts ON ticket_id = id ORDER BY id")
    assert len(tickets) == 300
    for ticket, words in zip(tickets, words_of(("text", ticket["subject"]) for ticket in tickets), strict=True):
        words_of_tickets[ticket["id"]].update(words)
        assert ticket["words"].decode().split() == sorted(words_of_tickets[ticket["id"]], key=str.encode)
    rows = {(row["word"].decode(), row["ticket_id"]) for row in query(mariadb, "indexed", "SELECT word, ticket_id FROM ticket_words")}
    assert rows == {(word, ticket) for ticket, words in words_of_tickets.items() for word in words}
