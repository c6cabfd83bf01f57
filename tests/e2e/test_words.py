"""Keywords find what a look at every text finds, on a scratch table: words, beginnings, parts, in several texts of one record."""

import os
import random
import subprocess
import unicodedata
import urllib.parse

import pytest

CHECK = os.environ["HELPDESK_WORDS_CHECK"]
DATABASE = "helpdesk_words"
SEED = int(os.environ.get("HELPDESK_SEED", random.randrange(10**6)))

TABLES = """
CREATE TABLE jobs (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, subject VARCHAR(255) NOT NULL, status VARCHAR(255) NOT NULL,
                   KEY jobs_status (status));
CREATE TABLE job_words (word VARBINARY(64) NOT NULL, job_id BIGINT UNSIGNED NOT NULL, PRIMARY KEY (word, job_id));
CREATE TABLE job_texts (job_id BIGINT UNSIGNED NOT NULL PRIMARY KEY, words LONGBLOB NOT NULL,
                        CONSTRAINT job_texts_job FOREIGN KEY (job_id) REFERENCES jobs (id) ON DELETE CASCADE)
"""

STEMS = ["print", "printer", "prince", "the", "a", "i", "server", "servant", "Straße", "strasse", "café", "cafe", "Ärger", "arg", "ΟΔΟΣ",
         "οδός", "привет", "ПРИВЕТ", "ёлка", "İstanbul", "ılık", "ILIK", "x2", "x²", "42", "4242", "INV-2041", "jo.doe@example.com",
         "don't", "don’t", "東京都", "京都", "東", "プリンター", "한국어", "한", "like%", "_", "100%", "back\\slash", "👍", "œuvre", "oeuvre",
         "ﬁle", "file", "where", "to", "it", "in", "with", "q" * 70, "q" * 63, "الكتاب", "हिन्दी"]


@pytest.fixture(scope="module")
def jobs(mariadb):
    """The scratch tables, in a database of their own."""
    mariadb.execute(f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4")
    with mariadb.connect(database=DATABASE) as connection, connection.cursor() as cursor:
        for statement in TABLES.split(";"):
            cursor.execute(statement)
        yield cursor


@pytest.fixture
def ask(mariadb):
    def ask(lines):
        result = subprocess.run([CHECK, mariadb.socket, "root", "", DATABASE], input="".join(line + "\n" for line in lines),
                                capture_output=True, text=True, check=True)
        assert result.stderr == ""
        return [line.split() for line in result.stdout.splitlines()]

    return ask


def clear(jobs):
    jobs.execute("DELETE FROM job_words")
    jobs.execute("DELETE FROM jobs")


def random_text(source, most):
    words = source.choices(STEMS, k=source.randrange(1, most))
    text = source.choice([" ", ", ", " - ", "\t"]).join(words)
    return unicodedata.normalize(source.choice(["NFC", "NFD"]), text)


def store(jobs, ask, texts):
    """Makes a job of each list of texts, of status `open` or `closed` by turns, and returns their words by ID."""
    words = {}
    cut = iter(ask([f"text {text}" for job in texts for text in job]))
    for i, job in enumerate(texts):
        jobs.execute("INSERT INTO jobs (subject, status) VALUES (%s, %s)", (f"job {i}", ["open", "closed"][i % 2]))
        number = jobs.lastrowid
        words[number] = set()
        for _ in job:
            found = next(cut)
            # As the writer of an entry does: the words that the job does not have yet.
            new = [word for word in found if word not in words[number]]
            words[number].update(new)
            if new:
                jobs.execute("INSERT INTO job_words (word, job_id) VALUES " + ", ".join(["(%s, %s)"] * len(new)),
                             [value for word in new for value in (word.encode(), number)])
                text = "".join(f" {word}" for word in new).encode()
                jobs.execute("INSERT INTO job_texts (job_id, words) VALUES (%s, %s) ON DUPLICATE KEY UPDATE words = CONCAT(words, %s)",
                             (number, text, text))
    return words


def query(**variables):
    return "find " + urllib.parse.urlencode(variables)


def test_a_search_finds_what_a_look_at_every_text_finds(jobs, ask):
    source = random.Random(SEED)
    clear(jobs)
    texts = [[random_text(source, 5) for _ in range(source.randrange(1, 5))] for _ in range(150)]
    words = store(jobs, ask, texts)
    keywords = []
    for _ in range(150):
        stems = source.choices(STEMS, k=source.choice([1, 1, 1, 2, 3]))
        if source.random() < 0.5:
            stems = [stem[:source.randrange(1, len(stem) + 1)] for stem in stems]
        elif source.random() < 0.5:
            stems = [stem[source.randrange(len(stem)):] for stem in stems]
        keywords.append(" ".join(stems))
    cut = ask([f"text {keyword}" for keyword in keywords])
    lines, expected = [], []
    for keyword, wanted in zip(keywords, cut):
        for match, fits in (("word", str.startswith), ("part", str.__contains__)):
            found = [number for number, has in words.items() if all(any(fits(word, one) for word in has) for one in wanted)]
            lines.append(query(keyword=keyword, keyword_match=match, order="ID", order_direction="DESC", count=20))
            expected.append([str(number) for number in reversed(found)][:20] if wanted else ["required"])
            lines.append(query(keyword=keyword, keyword_match=match, status="closed"))
            expected.append([str(number) for number in found if number % 2 == min(words) % 2 ^ 1] if wanted else ["required"])
            lines.append(query(keyword=keyword, keyword_match=match, count_only="Y"))
            expected.append([str(len(found))] if wanted else ["required"])
    assert sum(len(ids) > 1 for ids in expected) > 50
    for line, answer, ids in zip(lines, ask(lines), expected):
        assert answer == ids, f"{urllib.parse.unquote_plus(line)} (HELPDESK_SEED={SEED})"


def test_a_search_takes_short_common_and_foreign_words(jobs, ask):
    clear(jobs)
    (first, second) = store(jobs, ask, [["The Ärger", "is on a café"], ["To be, or not to be: 東京都庁"]])
    for keyword, found in {"the": [first], "a": [first], "ARGER cafe": [first], "to be or": [second], "t": [first, second],
                           "o": [first, second], "京都": [second], "庁": [second], "京庁": [], "the not": [], "rger": []}.items():
        assert ask([query(keyword=keyword)]) == [[str(number) for number in found]], keyword
    assert ask([query(keyword="rger", keyword_match="part")]) == [[str(first)]]


def test_more_records_than_are_gathered(jobs, ask):
    clear(jobs)
    # More than most_gathered.
    many = 21_000
    jobs.execute("INSERT INTO jobs (subject, status) SELECT CONCAT('j', one.n * 1000 + two.n), 'open' FROM "
                 f"(WITH RECURSIVE c AS (SELECT 0 AS n UNION ALL SELECT n + 1 FROM c WHERE n < {many // 1000 - 1}) SELECT n FROM c) AS one, "
                 "(WITH RECURSIVE c AS (SELECT 0 AS n UNION ALL SELECT n + 1 FROM c WHERE n < 999) SELECT n FROM c) AS two")
    jobs.execute("INSERT INTO job_words SELECT 'common', id FROM jobs")
    jobs.execute("INSERT INTO job_words SELECT 'frequent', id FROM jobs")
    jobs.execute("INSERT INTO job_texts SELECT id, ' common frequent' FROM jobs")
    jobs.execute("SELECT MAX(id) AS last FROM jobs")
    last = jobs.fetchone()["last"]
    jobs.execute("INSERT INTO job_words VALUES ('rare', %s)", (last - 7,))
    jobs.execute("UPDATE job_texts SET words = ' common rare' WHERE job_id = %s", (last - 7,))
    newest = [str(last - i) for i in range(20)]
    page = {"order": "ID", "order_direction": "DESC", "count": 20}
    assert ask([query(keyword="common", **page), query(keyword="omm", keyword_match="part", **page),
                query(keyword="common rare", **page), query(keyword="common freq", count_only="Y")]) == [
        newest, newest, [str(last - 7)], [str(many - 1)]]


def test_what_is_wrong_with_a_keyword(ask, jobs):
    assert ask([query(keyword="👍 !"), query(keyword="a", keyword_match="some"), query(keyword_match="part"),
                query(keyword=" ".join(chr(ord("a") + i // 26) + chr(ord("a") + i % 26) for i in range(33)))]) == [
        ["required"], ["invalid_choice"], ["required"], ["too_many_values"]]
