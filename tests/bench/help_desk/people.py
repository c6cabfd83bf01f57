"""Companies, customers, and technicians in their groups."""

import dataclasses
import math

from .calendar import BEFORE, DAY, DAYS, END
from .lists import GROUPS

FIRST_NAMES = ("Ada", "Ben", "Chloé", "Dana", "Emil", "Fatima", "George", "Hanna", "Igor", "Jane", "Kofi", "Lena", "Marco", "Nadia",
               "Otto", "Priya", "Quinn", "Rosa", "Søren", "Tom", "Ursula", "Viktor", "Wei", "Zoë")
LAST_NAMES = ("Adams", "Baker", "Cohen", "Dupont", "Evans", "Fischer", "García", "Haas", "Ito", "Johnson", "Kumar", "Lopez", "Müller",
              "Novak", "O'Brien", "Peters", "Rossi", "Smith", "Taylor", "Ueda", "Vogel", "White", "Yilmaz", "Zhang")
TRADES = ("Logistics", "Foods", "Motors", "Dental", "Legal", "Books", "Tools", "Media", "Travel", "Energy")
CITIES = (("Atlanta", "GA", "USA"), ("Springfield", "IL", "USA"), ("Leeds", "", "GB"), ("Köln", "NW", "DE"), ("Orléans", "", "FR"))
TECHNICIANS = 40
CUSTOMERS_A_COMPANY = 8
EARLY = 0.3  # of the customers were there before the first ticket


@dataclasses.dataclass(slots=True)
class Customer:
    """What his tickets and entries take from him."""
    id: int
    company: int
    contact: str
    phone: str
    email: str
    group: int
    portal: int
    contract: int  # which began before his first ticket; or None


def name(random):
    return f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"


class Customers:
    """cid c1, c2 … in the order in which they were added; few of them have many of the tickets."""

    def __init__(self, count):
        self.count = count
        # Those with the most tickets are spread over the IDs: a step that has no factor in common with the count reaches them all.
        self.step = int(count * 0.618) | 1
        while math.gcd(self.step, count) != 1:
            self.step += 2
        self.all = []

    def added(self, number):
        """Returns when this one was added, in seconds, which are negative before the first ticket."""
        share = number / self.count
        if share <= EARLY:
            return -BEFORE * DAY + int(share / EARLY * (BEFORE - 1) * DAY)
        return int((share - EARLY) / (1 - EARLY) * (END - DAY))

    def there_on(self, day):
        """Returns how many there are when this day begins."""
        return max(1, int(self.count * (EARLY + (1 - EARLY) * day / DAYS)))

    def random(self, random, there):
        """Returns one of the first `there` of them."""
        while True:
            number = int(random.random() ** 2.5 * self.count) * self.step % self.count
            if number < there:
                return self.all[number]

    def write(self, random, sender, calendar, lists):
        companies = max(1, self.count // CUSTOMERS_A_COMPANY)
        add_company = sender.table("companies", "id, name, city, state, country, phone, portal_id, date_added, last_updated")
        for number in range(1, companies + 1):
            city, state, country = random.choice(CITIES)
            date = calendar.text(-BEFORE * DAY)
            add_company(number, f"{random.choice(LAST_NAMES)} {random.choice(TRADES)} {number}", city, state, country,
                        f"404-{number:07}", random.choice(lists.portal), date, date)
        add_customer = sender.table("customers", "id, cid, company_id, contact, portal_id, support, chat, latitude, longitude, "
                                    "viewable_tickets, email, address, city, state, zip, country, phone, group_id, notes, date_added, "
                                    "last_updated, version")
        add_email = sender.table("customer_emails", "customer_id, position, email")
        add_phone = sender.table("customer_phones", "customer_id, position, phone")
        add_contract = sender.table("customer_contracts", "customer_id, contract_id, position, start_date")
        add_category = sender.table("customer_categories", "customer_id, category_id, position")
        for id in range(1, self.count + 1):
            contact = name(random)
            city, state, country = random.choice(CITIES)
            date = calendar.text(self.added(id))
            located = random.random() < 0.6
            customer = Customer(id, int(random.random() ** 2 * companies) + 1 if random.random() < 0.7 else None, contact,
                                f"405-{id:07}", f"contact{id}@customer{id % companies}.example", random.choice(lists.customer_group),
                                random.choice(lists.portal), random.choice(lists.contract) if random.random() < 0.3 else None)
            self.all.append(customer)
            add_customer(id, f"c{id}", customer.company, contact, customer.portal, "N" if random.random() < 0.01 else "Y",
                         "Y" if random.random() < 0.8 else "N", round(random.uniform(-60, 60), 6) if located else None,
                         round(random.uniform(-180, 180), 6) if located else None, "COMPANY" if random.random() < 0.1 else "PERSONAL",
                         customer.email, f"{random.randint(1, 999)} Main Street", city, state, f"{random.randint(1, 99999):05}", country,
                         customer.phone, customer.group, "Calls on Mondays" if random.random() < 0.2 else "", date, date, 1)
            if random.random() < 0.15:
                add_email(id, 1, f"other{id}@customer{id % companies}.example")
            if random.random() < 0.25:
                add_phone(id, 1, f"406-{id:07}")
            if customer.contract:
                add_contract(id, customer.contract, 1, date)
            if random.random() < 0.2:
                add_category(id, random.choice(list(lists.category.values())), 1)


@dataclasses.dataclass(slots=True)
class Technician:
    id: int
    uid: str
    name: str
    group: str  # his first one


class Technicians:
    """uid tech1, tech2 … Every group has the same number of them, of whom the first has the most work."""

    def write(self, random, sender, calendar, lists):
        date = calendar.text(-BEFORE * DAY)
        add_technician = sender.table("technicians", "id, uid, name, phone, email, supervisor_id, rights, viewable_tickets, extension, active, "
                                      "version, date_added, last_updated")
        add_group = sender.table("tech_groups", "id, name, email, manager_id, date_added, last_updated")
        add_member = sender.table("technician_groups", "technician_id, group_id, position")
        add_queue = sender.table("technician_chat_queues", "technician_id, queue_id, position")
        self.groups = {group: id for id, group in enumerate(GROUPS, 1)}
        self.members = {group: [] for group in GROUPS}
        for id in range(1, TECHNICIANS + 1):
            group = GROUPS[(id - 1) % len(GROUPS)]
            leads = id <= len(GROUPS)
            technician = Technician(id, f"tech{id}", name(random), group)
            self.members[group].append(technician)
            add_technician(id, technician.uid, technician.name, f"404-555-{id:04}", f"tech{id}@helpdesk.example",
                           None if leads else self.groups[group], "Admin" if id <= 2 else "Power User" if leads else "User",
                           "OWN" if id % 4 == 0 else "ALL", str(100 + id), "N" if id > TECHNICIANS - 2 else "Y", 1, date, date)
            add_member(id, self.groups[group], 1)
            if random.random() < 0.3 and group != "Service desk":
                add_member(id, self.groups["Service desk"], 2)
            if random.random() < 0.3:
                add_queue(id, random.choice(lists.chat_queue), 1)
        for group, id in self.groups.items():
            add_group(id, group, f"{group.lower().replace(' ', '.')}@helpdesk.example", id, date, date)
        # Two groups see some tickets only.
        sender.table("tech_group_categories", "group_id, category_id, position")(self.groups["Billing"], lists.category["Billing"], 1)
        sender.table("tech_group_customer_groups", "group_id, customer_group_id, position")(self.groups["Field service"], lists.customer_group[0], 1)

    def random(self, random, group):
        """Returns a member of the group."""
        members = self.members[group]
        return members[int(random.random() ** 2 * len(members))]
