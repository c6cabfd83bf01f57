"""The index of words by which a keyword finds tickets, with the rows that the module would have written (core/search/README.md)."""

import array
import collections
import re
import unicodedata

LONGEST = 64  # bytes of a word that count
TAG = re.compile("<[^>]*>")
ASCII_WORD = re.compile("[a-z0-9]+")
WORD = re.compile(r"[^\W_]+")


def words_of(text):
    """Returns the words of a text in Latin letters, in the order of their bytes."""
    if text.isascii():
        found = ASCII_WORD.findall(text.lower())
    else:
        plain = unicodedata.normalize("NFKD", text).casefold()
        found = WORD.findall("".join(letter for letter in plain if not unicodedata.combining(letter)))
    return sorted({word.encode()[:LONGEST].decode(errors="ignore") for word in found}, key=str.encode)


class Index:
    def __init__(self):
        self.tickets_of = collections.defaultdict(lambda: array.array("I"))

    def add(self, ticket, text, is_html=False):
        """Adds a text of the ticket, and returns its words as the table of entries has them: each after a blank."""
        words = words_of(TAG.sub(" ", text) if is_html else text)
        for word in words:
            self.tickets_of[word].append(ticket)
        return "".join(f" {word}" for word in words)

    def write_rows(self, sender):
        add_row = sender.table("ticket_words", "word, ticket_id")
        for word in sorted(self.tickets_of, key=str.encode):
            for ticket in sorted(set(self.tickets_of[word])):
                add_row(word, ticket)

    @staticmethod
    def write_texts(cursor):
        """Writes the words of each ticket, after its rows are there."""
        cursor.execute("SET SESSION group_concat_max_len = 16777216")
        cursor.execute("INSERT INTO ticket_texts (ticket_id, words) SELECT ticket_id, CONCAT(' ', GROUP_CONCAT(word ORDER BY word SEPARATOR ' ')) "
                       "FROM ticket_words GROUP BY ticket_id")
