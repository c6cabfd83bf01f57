"""The life of one ticket: the values it is opened with, the entries that follow, and the changes that lead to its present values."""

import dataclasses
import itertools
import json

from .calendar import END
from .lists import CATEGORIES, ESCALATION_LEVELS, GROUPS, PRIORITIES, SOURCES
from .people import Customer, Technician

HOUR = 3600
MEDIAN_LIFE = 20 * HOUR
NEVER_CLOSED = 0.015
CHANGE = 0.15  # of the entries between the first and the last


def weighted(weights):
    """Returns a function that picks one of the names as often as its weight says."""
    names, cumulated = list(weights), list(itertools.accumulate(weights.values()))
    return lambda random: random.choices(names, cum_weights=cumulated)[0]


random_source = weighted(SOURCES)
random_priority = weighted({name: weight for name, (weight, _) in PRIORITIES.items()})
random_category = weighted({name: 1 / rank for rank, name in enumerate(CATEGORIES, 1)})


@dataclasses.dataclass(slots=True)
class Entry:
    date: int
    ticket: int
    customer: Customer  # of the ticket
    type: str
    technician: Technician  # the author, otherwise it is the customer
    status: str  # of the ticket after the entry
    changes: str = ""
    text: str = ""  # otherwise made when the entry is written


class Life:
    """`values` has the ticket's variables by the names that its `changes` use, as text, and an empty one where it has no value."""

    def __init__(self, desk, id, customer, opened, description, count):
        self.desk = desk
        self.random = random = desk.random
        self.id = id
        self.customer = customer
        self.opened = opened
        self.source = random_source(random)
        self.technician = None
        self.closed = None
        self.due = None
        self.updated = opened
        self.entries = []
        self.values = {"status": "New", "close_date": "", "assigned_to": "", "assigned_group": "", "priority": random_priority(random),
                       "escalation_level": "1", "due_date": "", **self.random_categories()}
        if random.random() < 0.4:
            self.due = opened + PRIORITIES[self.values["priority"]][1] * HOUR
            self.values["due_date"] = desk.text(self.due)
        self.opener = self.first_technician() if self.source == "Phone" else None
        life = 300 + int(MEDIAN_LIFE * random.lognormvariate(0, 1.6))
        self.end = min(opened + life, END - 1)
        closes = opened + life < END and random.random() > NEVER_CLOSED
        if count == 1 and random.random() < 0.7 and closes:  # solved at once
            self.closed = min(self.end, opened + random.randint(60, 1800))
            self.values.update(status="Closed", close_date=desk.text(self.closed))
        self.add(opened, {"Email": "E", "Phone": "C"}.get(self.source, "R"), self.opener, text=description)
        if count > 1:
            self.go_on(count - 1, closes)

    def random_categories(self):
        if self.random.random() < 0.08:
            return {"category": "", "sub_category": ""}
        category = random_category(self.random)
        sub_categories = CATEGORIES[category][1]
        has_one = sub_categories and self.random.random() < 0.7
        return {"category": category, "sub_category": self.random.choice(sub_categories) if has_one else ""}

    def first_technician(self):
        return self.desk.technicians.random(self.random, "Service desk")

    def add(self, date, type, technician, changes="", text=""):
        self.entries.append(Entry(date, self.id, self.customer, type, technician, self.values["status"], changes, text))

    def change(self, date, technician, **new):
        """Adds the entry of a change. Variables that stay as they are do not count."""
        changes = {name: [self.values[name], value] for name, value in new.items() if self.values[name] != value}
        self.values.update(new)
        self.updated = date
        self.add(date, "S", technician, json.dumps(changes, ensure_ascii=False, separators=(",", ":")))

    def go_on(self, count, closes):
        random = self.random
        span = self.end - self.opened
        dates = sorted(self.opened + int(span * random.random() ** 2) for _ in range(count))
        if closes:
            dates[-1] = self.end
        for left, date in zip(range(count - 1, -1, -1), dates):
            if closes and left == 0:
                self.close(date)
            elif self.closed is not None:
                self.reopen(date)
            elif self.technician is None and random.random() < 0.6:
                self.assign(date)
            elif random.random() < CHANGE:
                self.change_something(date, left)
            else:
                self.talk(date)

    def doer(self):
        """The technician who does something: mostly the assigned one."""
        if self.technician is None or self.random.random() < 0.15:
            return self.first_technician()
        return self.technician

    def talk(self, date):
        chance = self.random.random()
        if chance < 0.4:
            self.add(date, "E" if self.source == "Email" else "R", None)
        elif chance < 0.75:
            self.add(date, "E" if self.source == "Email" else "R", self.doer())
        else:
            self.add(date, "N" if chance < 0.93 else "C", self.doer())

    def choose_technician(self):
        """Returns the variables of an assignment to another technician."""
        group = CATEGORIES[self.values["category"]][0] if self.values["category"] else "Service desk"
        if self.random.random() < 0.2:
            group = self.random.choice(GROUPS)
        before = self.technician
        while self.technician is before:
            self.technician = self.desk.technicians.random(self.random, group)
        return {"assigned_to": self.technician.uid, "assigned_group": group}

    def assign(self, date):
        doer = self.doer()
        self.change(date, doer, status="Open", **self.choose_technician())

    def close(self, date):
        if self.technician is None and self.random.random() < 0.7:
            new = self.choose_technician()
        else:
            new = {}
        self.closed = date
        self.change(date, self.doer(), status="Closed", close_date=self.desk.text(date), **new)

    def reopen(self, date):
        self.closed = None
        self.change(date, self.doer(), status="Open", close_date="")

    def change_something(self, date, left):
        random = self.random
        chance = random.random()
        if chance < 0.45:
            self.change(date, self.doer(), status="Open" if self.values["status"] == "Pending" else "Pending")
        elif chance < 0.6:
            others = [name for name in PRIORITIES if name != self.values["priority"]]
            self.change(date, self.doer(), priority=random.choice(others))
        elif chance < 0.7:
            others = [name for name in ESCALATION_LEVELS if name != self.values["escalation_level"]]
            self.change(date, self.doer(), escalation_level=random.choice(others))
        elif chance < 0.8:
            self.change(date, self.doer(), **self.choose_technician())
        elif chance < 0.9 and left >= 2:
            self.close(date)  # and reopened by the next entry
        elif self.due is not None:
            self.due += random.randint(1, 5) * 24 * HOUR
            self.change(date, self.doer(), due_date=self.desk.text(self.due))
        else:
            new = self.random_categories()
            if all(self.values[name] == value for name, value in new.items()):
                self.talk(date)
            else:
                self.change(date, self.doer(), **new)
