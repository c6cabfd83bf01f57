"""Tickets with more text than any has: what a call about one of them takes stays bounded."""

import pathlib

import pytest

from conftest import numbers
from servers import SANITIZE
from test_bodies import memory
from test_scale import statements
from test_ticket_search import found

WORKERS = 1

CONFIG = """
client_max_body_size 16m;
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
}
"""

# The most words that count in a ticket.
MOST_WORDS = 100_000


@pytest.fixture
def tid(api):
    api.add("c")
    return api.post("add_ticket", cid="c", subject="subject", description="first").json[0]["added_ticket"]


def add(api, tid, notes, **variables):
    answer = api.post("add_history", tid=tid, notes=notes, **variables)
    assert answer.status == 200, answer
    return answer.json[0]["added_history"]


def words_of(db, tid):
    """As the index has them in both of its tables."""
    rows = {row["word"].decode() for row in db.query("SELECT word FROM ticket_words WHERE ticket_id = %s", tid)}
    (text,) = db.query("SELECT words FROM ticket_texts WHERE ticket_id = %s", tid)
    assert sorted(rows) == sorted(text["words"].decode().split())
    return rows


def test_a_ticket_takes_entries_whatever_words_it_has(api, db, tid):
    """Those of all entries together would be longer than what the server takes. Those that came first are found."""
    def long_word(entry, word):
        return f"{entry * 1_000_000 + word:060d}"

    numbers_of = [add(api, tid, " ".join(long_word(entry, word) for word in range(45_000))) for entry in range(1, 8)]
    last = add(api, tid, "completely new")
    assert len(words_of(db, tid)) == MOST_WORDS
    for word in ("first", "subject", long_word(1, 0), long_word(2, 44_999)):
        assert found(api, word) == [tid]
    assert found(api, "completely") == found(api, long_word(7, 0)) == []
    # Where entries go, others have room.
    assert api.post("update_history", id=last, notes="completely renewed").status == 200
    assert api.post("delete_history", id=numbers_of[1]).status == 200
    assert len(words_of(db, tid)) == MOST_WORDS
    assert found(api, long_word(1, 0)) == found(api, long_word(3, 44_999)) == [tid] and found(api, long_word(2, 0)) == []
    for number in numbers_of[2:]:
        assert api.post("delete_history", id=number).status == 200
    assert found(api, "renewed") == [tid] and len(words_of(db, tid)) == 45_000 + 4


def test_a_change_reads_all_texts_again(api, db, tid):
    """Short ones many at once, long ones one by one."""
    texts = [f"short{i} common" if i % 9 else f"long{i} common " + "word " * 10_000 for i in range(80)]
    entries = [add(api, tid, text) for text in texts]
    add(api, tid, "<b class=bold>caf&eacute;</b>" + " " * 40_000, content_type="html")
    assert api.post("update_history", id=entries[40], notes="other").status == 200
    assert api.post("delete_history", id=entries[45]).status == 200
    left = [text for i, text in enumerate(texts) if i not in (40, 45)]
    assert words_of(db, tid) == {"subject", "first", "other", "cafe"}.union(*(text.split() for text in left))


def times_begun(db, call):
    """How often the words of a ticket were locked for a call."""
    answer, ran = statements(db, call)
    assert answer.status == 200, answer
    return len([sql for sql in ran if "FROM `ticket_texts`" in sql and sql.endswith("FOR UPDATE")])


def test_a_change_takes_the_memory_of_one_entry(api, db, nginx, tid):
    """What turns out to take long is begun again among what takes long."""
    size = 400_000 if SANITIZE else 1_600_000
    entry = add(api, tid, "hello")
    assert times_begun(db, lambda: api.post("update_history", id=entry, notes="hello again")) == 1
    db.query(f"INSERT INTO ticket_history (ticket_id, notes) SELECT {tid}, REPEAT('word ', {size}) FROM {numbers(20)} AS n")
    (pid,) = nginx.worker_pids()
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")
    before = memory(pid, "VmRSS")
    begun = times_begun(db, lambda: api.post("update_history", id=entry, notes="goodbye", headers={"Idempotency-Key": "k"}))
    if not SANITIZE:
        assert memory(pid, "VmHWM") - before < 8 * 5 * size
    assert begun == 2
    assert words_of(db, tid) == {"subject", "first", "goodbye", "word"}
    again = api.post("update_history", id=entry, notes="goodbye", headers={"Idempotency-Key": "k"})
    assert (again.status, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert times_begun(db, lambda: api.post("update_ticket", tid=tid, subject="theme")) == 2
    assert times_begun(db, lambda: api.post("delete_history", id=entry)) == 2
    assert words_of(db, tid) == {"theme", "first", "word"}
