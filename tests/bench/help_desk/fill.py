"""Fills a database with a help desk. The same seed and sizes give the same rows, as long as the word list is the same."""

import array
import dataclasses
import datetime
import heapq
import itertools
import random
import sys
import time

import pymysql.cursors

from .calendar import DAY, END, Calendar
from .index import Index
from .life import Life
from .lists import TAGS, Lists
from .people import Customers, Technicians
from .sender import Sender
from .words import Texts

UNTIL = datetime.date(2026, 11, 1)
EMPTY = ("companies", "customers", "technicians", "tech_groups", "tickets")
PROGRESS = 10  # seconds from one line to the next


@dataclasses.dataclass
class Sizes:
    customers: int = 100_000
    tickets: int = 1_000_000
    entries: int = 5_000_000

    def __post_init__(self):
        if self.customers < 10:
            raise ValueError("customers: at least 10")
        if self.tickets < 1:
            raise ValueError("tickets: at least 1")
        if self.entries < self.tickets:
            raise ValueError("entries: at least as many as tickets, since each ticket's description is its first entry")


def entry_counts(random, tickets, entries):
    """Returns how many entries each ticket has: one at least, a few mostly, hundreds at times, and all of them together as wanted."""
    mean = 1.5  # of the distribution
    scale = (entries / tickets - 1) / mean
    counts = array.array("I", (1 + int(random.lognormvariate(0, 0.9) * scale + random.random()) for _ in range(tickets)))
    missing = entries - sum(counts)
    for number in itertools.cycle(range(tickets)):
        if missing == 0:
            return counts
        if missing > 0:
            counts[number] += 1
            missing -= 1
        elif counts[number] > 1:
            counts[number] -= 1
            missing += 1


def check_empty(cursor):
    for table in EMPTY:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table})")
        if cursor.fetchone()[0]:
            raise ValueError(f"the table {table} has rows; a help desk needs a database of its own")


class Desk:
    """What the tickets share, and the rows that they become."""

    def __init__(self, sender, lists, calendar, seed, sizes, index=None):
        self.random = random.Random(f"{seed} tickets")
        self.text_random = random.Random(f"{seed} texts")
        people = random.Random(f"{seed} people")
        self.sizes = sizes
        self.lists = lists
        self.index = index
        self.calendar = calendar
        self.text = calendar.text
        self.customers = Customers(sizes.customers)
        self.technicians = Technicians()
        self.technicians.write(people, sender, calendar, lists)
        self.customers.write(people, sender, calendar, lists)
        self.texts = Texts(self.text_random, sizes.entries)
        # Entries that are dated after what was written so far, in a heap. The number decides between those of one second.
        self.waiting = []
        self.numbers = itertools.count()
        self.entries = 0
        self.last_ticket_of = {}
        self.add_ticket = sender.table(
            "tickets", "id, customer_id, company_id, contact, phone, email, source_id, open_date, close_date, category_id, sub_category_id, "
            "technician_id, group_id, escalation_level_id, status_id, subject, customer_group_id, priority_id, due_date, description, "
            "opened_by_id, portal_id, contract_id, deleted, merged_into_id, version, date_added, last_updated")
        self.add_tag = sender.table("ticket_tags", "ticket_id, position, tag")
        self.add_entry = sender.table(
            "ticket_history", "id, ticket_id, date, type, technician_id, customer_id, author, notes, content_type, customer_viewable, "
            "status_id, changes, mail_from, mail_to, mail_cc, message_id, words, date_added, last_updated")

    def write_tickets(self, progress):
        counts = entry_counts(self.random, self.sizes.tickets, self.sizes.entries)
        for id, opened in enumerate(self.calendar.open_dates(self.random, self.sizes.tickets), 1):
            # Entries get their IDs in the order of their dates, as in a desk where many tickets go on at once.
            self.write_entries(opened)
            customer = self.customers.random(self.random, self.customers.there_on(opened // DAY))
            life = Life(self, id, customer, opened, self.texts.text(), counts[id - 1])
            self.write_ticket(life)
            for entry in life.entries:
                heapq.heappush(self.waiting, (entry.date, next(self.numbers), entry))
            if id % 1000 == 0:
                progress(id, self.entries)
        self.write_entries(END)
        progress(self.sizes.tickets, self.entries, last=True)

    def write_ticket(self, life):
        lists, values, customer, random = self.lists, life.values, life.customer, self.random
        opened = self.text(life.opened)
        merged_into = None
        if values["status"] == "Closed" and random.random() < 0.003:
            merged_into = self.last_ticket_of.get(customer.id)
        self.last_ticket_of[customer.id] = life.id
        changed = sum(entry.type == "S" for entry in life.entries)
        subject = self.texts.subject()
        if self.index:
            self.index.add(life.id, subject)
        self.add_ticket(
            life.id, customer.id, customer.company, customer.contact, customer.phone, customer.email, lists.source[life.source], opened,
            values["close_date"] or None, lists.category.get(values["category"]),
            lists.sub_category.get((values["category"], values["sub_category"])), life.technician.id if life.technician else None,
            self.technicians.groups.get(values["assigned_group"]), lists.escalation_level[values["escalation_level"]],
            lists.status[values["status"]], subject, customer.group, lists.priority[values["priority"]],
            values["due_date"] or None, life.entries[0].text, life.opener.id if life.opener else None, customer.portal,
            customer.contract if random.random() < 0.8 else None, "Y" if random.random() < 0.005 else "N", merged_into, 1 + changed, opened,
            self.text(life.updated))
        if random.random() < 0.3:
            tags = {TAGS[int(random.random() ** 3 * len(TAGS))]: None for _ in range(random.randint(1, 4))}
            for position, tag in enumerate(tags, 1):
                self.add_tag(life.id, position, tag)

    def write_entries(self, until):
        """Writes those that were made before this second."""
        while self.waiting and self.waiting[0][0] < until:
            self.write_entry(heapq.heappop(self.waiting)[2])

    def write_entry(self, entry):
        self.entries += 1
        customer, technician, type = entry.customer, entry.technician, entry.type
        author = technician or customer
        name = technician.name if technician else customer.contact
        notes, content_type = entry.text, "text"
        mail_from = mail_to = mail_cc = ""
        message_id = None
        if not notes and type != "S":
            notes = self.texts.text()
        if type == "E":
            chance = self.text_random.getrandbits(64)
            message_id = f"<{chance:016x}.{self.entries}@{'helpdesk' if technician else 'customer'}.example>"
            mail_from, mail_to = customer.email, "support@helpdesk.example"
            if technician:
                mail_from, mail_to = mail_to, mail_from
            if chance % 16 == 0:
                mail_cc = f"office@{customer.email.partition('@')[2]}"
            if chance % 5 == 0 and not entry.text:
                notes, content_type = f"<p>{notes}</p>", "html"
        date = self.text(entry.date)
        words = self.index.add(entry.ticket, notes, content_type == "html") if self.index else ""
        self.add_entry(
            self.entries, entry.ticket, date, type, technician.id if technician else None, None if technician else author.id, name, notes,
            content_type, "Y" if type in "RE" else "N", self.lists.status[entry.status], entry.changes, mail_from, mail_to, mail_cc,
            message_id, words, date, date)


class Progress:
    def __init__(self, sizes, output):
        self.sizes = sizes
        self.output = output
        self.begin = self.last_line = time.monotonic()

    def __call__(self, tickets, entries, last=False):
        now = time.monotonic()
        if last or now - self.last_line >= PROGRESS:
            self.last_line = now
            print(f"{now - self.begin:.0f} s: {tickets:,} of {self.sizes.tickets:,} tickets, {entries:,} of {self.sizes.entries:,} entries",
                  file=self.output, flush=True)


def fill(connection, sizes=Sizes(), seed=1, until=UNTIL, output=sys.stderr, with_index=False):
    """Writes the help desk over this connection, a plain one of pymysql, to whose database it belongs. It ends on the date `until`.

    `with_index` writes the index of words, too, without which keywords find nothing. It has some 200 rows a ticket.

    Raises ValueError, and changes nothing, when there are rows already.
    """
    calendar = Calendar(until)
    with connection.cursor(pymysql.cursors.Cursor) as cursor:
        check_empty(cursor)
        lists = Lists(cursor)
        with Sender(connection) as sender:
            index = Index() if with_index else None
            Desk(sender, lists, calendar, seed, sizes, index).write_tickets(Progress(sizes, output))
            if index:
                index.write_rows(sender)
        if index:
            index.write_texts(cursor)
        cursor.execute(f"ANALYZE TABLE {', '.join((*EMPTY, 'ticket_history', 'ticket_tags', 'ticket_words', 'ticket_texts'))}")
        cursor.fetchall()
