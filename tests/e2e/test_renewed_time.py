"""A write that took long by itself has the time at which it ended."""

import datetime
import time

import pytest

from link import Cut, Link

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    %%DEFAULTS%%
    location / { helpdesk_api; }
    location /linked/ {
        helpdesk_database { socket %%FOLDER%%/link.sock; user helpdesk; password_file %%FOLDER%%/password; name helpdesk; }
        helpdesk_api;
    }
}
"""


@pytest.mark.parametrize("slow", [1, 2])
def test_a_write_that_takes_longer_than_the_margin_of_a_walk(api, db, slow):
    """The time is set again, also when that took as long."""
    assert api.add("c").status == 200
    db.query("CREATE TRIGGER slow BEFORE UPDATE ON customers FOR EACH ROW BEGIN "
             "SET @updates = IF(NEW.version > OLD.version, 1, @updates + 1); "
             f"IF @updates <= {slow} THEN DO SLEEP(0.6); SET NEW.city = SYSDATE(6); END IF; END")
    try:
        # The statement goes on into the next second.
        time.sleep((0.7 - time.time()) % 1)
        assert api.update("c", contact="late").status == 200
    finally:
        db.query("DROP TRIGGER slow")
    stored = db.customer("c")
    assert stored["last_updated"] >= datetime.datetime.fromisoformat(stored["city"]).replace(microsecond=0)


@pytest.mark.parametrize("action, variables", [("add_ticket", {"description": "first"}), ("update_ticket", {"subject": "b"})])
def test_an_entry_that_a_write_of_its_ticket_adds(api, db, action, variables):
    """Its time is set again as well, whoever added it."""
    api.add("c")
    (tid,) = api.post("add_ticket", cid="c").json[0].values()
    db.query("CREATE TRIGGER slow BEFORE INSERT ON ticket_history FOR EACH ROW BEGIN DO SLEEP(1.1); SET NEW.mail_to = SYSDATE(6); END")
    try:
        assert api.post(action, **variables | ({"cid": "c"} if action == "add_ticket" else {"tid": tid})).status == 200
    finally:
        db.query("DROP TRIGGER slow")
    (entry,) = db.query("SELECT mail_to, last_updated FROM ticket_history")
    assert entry["last_updated"] >= datetime.datetime.fromisoformat(entry["mail_to"]).replace(microsecond=0)


class CutBefore:
    """Cuts the link at the first statement that begins so: at its preparation, or at its execution."""

    def __init__(self, link, begin, at_execution):
        self.begin, self.at_execution = begin, at_execution
        self.is_prepared = self.is_done = False
        self.statements = []
        link.sees = self.sees

    def sees(self, packet):
        if packet.is_preparation():
            self.statements.append(packet.data[5:].decode())
            self.is_prepared = self.statements[-1].startswith(self.begin)
        if not self.is_done and self.is_prepared and (packet.is_execution() if self.at_execution else packet.is_preparation()):
            self.is_done = True
            raise Cut
        return packet.data


@pytest.mark.parametrize("at_execution", [False, True])
@pytest.mark.parametrize("action, variables, table, begin", [
    ("add_customer", {"cid": "new"}, "customers", "UPDATE `customers` SET last_updated = "),
    ("add_company", {"name": "new", "address": "x"}, "companies", "SELECT LAST_INSERT_ID()")], ids=["time", "number"])
def test_a_connection_that_is_lost_after_the_record_was_stored(api, db, nginx, mariadb, action, variables, table, begin, at_execution):
    """It must not be stored once more, which would find itself there."""
    before = db.count(table)
    db.query(f"CREATE TRIGGER slow BEFORE INSERT ON {table} FOR EACH ROW DO SLEEP(0.6)")
    link = Link(nginx.folder / "link.sock", mariadb.socket)
    cut = CutBefore(link, begin, at_execution)
    try:
        answer = api.get(action, path="/linked/", **variables)
    finally:
        db.query("DROP TRIGGER slow")
        link.close()
    assert cut.is_done
    assert (answer.status, answer.problems) == (503, [("", "outcome_unknown")])
    assert [statement.split()[0] for statement in cut.statements].count("INSERT") == 1
    assert db.count(table) == before + 1
