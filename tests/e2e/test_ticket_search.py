"""Tickets are found by the words of all their texts, as a naive search of the same texts finds them."""

import random
import re
import threading
import unicodedata

from test_ticket_history import CONFIG, people  # noqa: F401

STEMS = ["print", "Printer", "Prince", "the", "a", "server", "Straße", "strasse", "café", "cafe", "Ärger", "x2", "42", "4242", "INV-2041", "привет",
         "ПРИВЕТ", "don't", "jo.doe@example.com", "oder", "to"]


def words(text):
    text = "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))
    return set(re.findall(r"[^\W_]+", text))


def found(api, keyword, **selectors):
    answer = api.get("get_tickets", keyword=keyword, count="1000", order="id", **selectors)
    assert answer.status == 200, answer.text
    return [record["tid"] for record in answer.records]


def naive(texts, keyword, part=False):
    return [tid for tid, of_ticket in texts.items()
            if all(any(part and sought in word or word.startswith(sought) for text in of_ticket for word in words(text)) for sought in words(keyword))]


def test_search_equals_a_scan(api, db):
    chance = random.Random(7)
    texts = {}

    def some():
        return " ".join(chance.choice(STEMS) for _ in range(chance.randint(1, 6)))

    for _ in range(25):
        subject, description = some(), chance.choice(["", some()])
        tid = api.post("add_ticket", cid="c", subject=subject, description=description).json[0]["added_ticket"]
        texts[tid] = [subject, description]
    entries = []
    for _ in range(40):
        tid, text = chance.choice(list(texts)), some()
        number = api.post("add_history", tid=tid, notes=text).json[0]["added_history"]
        texts[tid].append(text)
        entries.append((number, tid, text))

    def check():
        for keyword in STEMS + [some() for _ in range(15)] + ["pr", "p", "ß", "4", "exam"]:
            assert found(api, keyword) == naive(texts, keyword), keyword
        for keyword in ("int", "o", "24"):
            assert found(api, keyword, keyword_match="part") == naive(texts, keyword, part=True), keyword

    check()
    for number, tid, text in chance.sample(entries, 20):
        texts[tid].remove(text)
        if chance.random() < 0.5:
            assert api.post("delete_history", id=number).status == 200
        else:
            new = some()
            assert api.post("update_history", id=number, notes=new).status == 200
            texts[tid].append(new)
    for tid in chance.sample(list(texts), 10):
        texts[tid][0] = some()
        assert api.post("update_ticket", tid=tid, subject=texts[tid][0]).status == 200
    check()
    for tid, of_ticket in texts.items():
        rows = {row["word"].decode() for row in db.query("SELECT word FROM ticket_words WHERE ticket_id = %s", tid)}
        (text,) = db.query("SELECT words FROM ticket_texts WHERE ticket_id = %s", tid)
        assert sorted(rows) == sorted(text["words"].decode().split())


def test_entries_are_found_by_their_own_words(api, db):
    chance = random.Random(11)
    texts = {}
    for _ in range(10):
        description = " ".join(chance.choice(STEMS) for _ in range(3))
        tid = api.post("add_ticket", cid="c", subject="elsewhere", description=description).json[0]["added_ticket"]
        (first,) = api.get("get_history", tid=tid).records
        texts[first["id"]] = [description]
        for _ in range(3):
            text = " ".join(chance.choice(STEMS) for _ in range(chance.randint(1, 4)))
            texts[api.post("add_history", tid=tid, notes=text).json[0]["added_history"]] = [text]

    def found_entries(keyword, **selectors):
        answer = api.get("get_history", keyword=keyword, count="1000", order="id", **selectors)
        assert answer.status == 200, answer.text
        return [record["id"] for record in answer.records]

    def check():
        for keyword in STEMS + ["pr", "p", "4", "exam", "print the", "a to", "straße 42", "elsewhere", "nowhere"]:
            assert found_entries(keyword) == naive(texts, keyword), keyword
            assert api.get("get_history", keyword=keyword, count_only="Y").records == [{"count": str(len(naive(texts, keyword)))}], keyword
        for keyword in ("int", "o", "24"):
            assert found_entries(keyword, keyword_match="part") == naive(texts, keyword, part=True), keyword

    check()
    for number in chance.sample(list(texts), 15):
        texts[number] = [" ".join(chance.choice(STEMS) for _ in range(3))]
        assert api.post("update_history", id=number, notes=texts[number][0]).status == 200
    check()
    tid = api.post("add_ticket", cid="c").json[0]["added_ticket"]
    number = api.post("add_history", tid=tid, notes="<b class=bold>caf&eacute;</b>", content_type="html").json[0]["added_history"]
    assert found_entries("cafe", tid=tid) == [number] and found_entries("bold") == []
    api.post("update_history", id=number, content_type="text")
    assert found_entries("bold") == [number]
    api.post("delete_ticket", tid=tid)
    assert found_entries("bold") == []


def test_the_tags_of_html_are_no_words(api):
    tid = api.post("add_ticket", cid="c").json[0]["added_ticket"]
    number = api.post("add_history", tid=tid, notes="<b class=bold>caf&eacute;</b>", content_type="html").json[0]["added_history"]
    assert found(api, "cafe") == [tid] and found(api, "bold") == []
    api.post("update_history", id=number, content_type="text")
    assert found(api, "bold") == [tid]
    api.post("update_history", id=number, content_type="html")
    assert found(api, "bold") == [] and found(api, "cafe") == [tid]


def test_many_at_once(api, db):
    tids = [api.post("add_ticket", cid="c", subject="s").json[0]["added_ticket"] for _ in range(3)]
    failed = []

    def work(client):
        chance = random.Random(client)
        for call in range(8):
            tid = tids[(client + call) % 3]
            answer = api.post("add_history", tid=tid, notes=f"client{client} call{call} common")
            if answer.status == 200 and chance.random() < 0.3:
                answer = api.post("update_history", id=answer.json[0]["added_history"], notes=f"client{client} call{call} common again{call}")
            if answer.status != 200:
                failed.append(answer.text)

    threads = [threading.Thread(target=work, args=[client]) for client in range(12)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert failed == []
    for tid in tids:
        expected = {"s"}.union(*(words(row["notes"]) for row in db.query("SELECT notes FROM ticket_history WHERE ticket_id = %s", tid)))
        (text,) = db.query("SELECT words FROM ticket_texts WHERE ticket_id = %s", tid)
        assert sorted(text["words"].decode().split()) == sorted(expected)
        assert {row["word"].decode() for row in db.query("SELECT word FROM ticket_words WHERE ticket_id = %s", tid)} == expected
    assert found(api, "common") == tids


def test_words_of_a_subject_that_is_emptied_find_nothing(api):
    tid = api.post("add_ticket", cid="c", subject="banana", description="apple").json[0]["added_ticket"]
    assert found(api, "banana") == [tid]
    assert api.post("update_ticket", tid=tid, subject="").status == 200
    assert found(api, "banana") == found(api, "anan", keyword_match="part") == [] and found(api, "apple") == [tid]


def test_more_words_go_than_one_statement_removes(api, db):
    tid = api.post("add_ticket", cid="c", subject="stays").json[0]["added_ticket"]
    many = [f"w{i}" for i in range(1300)]
    number = api.post("add_history", tid=tid, notes=" ".join(many)).json[0]["added_history"]
    assert db.count("ticket_words") == len(many) + 1
    assert api.post("update_history", id=number, notes="w7 left").status == 200
    assert {row["word"].decode() for row in db.query("SELECT word FROM ticket_words")} == {"stays", "left", "w7"}
    assert found(api, "w1299") == [] and found(api, "w7 left") == [tid]
