"""A write that took long by itself has the time at which it ended."""

import datetime
import time

import pytest

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    %%DEFAULTS%%
    location / { helpdesk_api; }
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
