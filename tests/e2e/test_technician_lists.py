"""Lists of many technicians: the work they make. MariaDB logs a statement with its parameters only if it was prepared while it logged, so this
file runs no others."""

from conftest import numbers
from test_scale import records, rows_read, statements

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
}
"""


def test_every_selector_has_an_index(api, db):
    db.query("INSERT INTO technicians (uid, email, supervisor_id, rights, active, date_added, last_updated) "
             "SELECT CONCAT('t', seq), CONCAT('t', seq, '@example.com'), NULL, IF(seq %% 50, 'User', 'Admin'), IF(seq %% 50, 'Y', 'N'), "
             f"'2020-01-01' + INTERVAL seq MINUTE, '2020-01-01' + INTERVAL seq MINUTE FROM {numbers(5000)} AS numbers")
    db.query("UPDATE technicians t JOIN technicians s ON s.uid = CONCAT('t', CEIL(SUBSTRING(t.uid, 2) / 50)) SET t.supervisor_id = s.id "
             "WHERE t.uid <> 't1'")
    db.query("INSERT INTO tech_groups (id, name) VALUES (1, 'First line'), (2, 'Second line')")
    db.query("INSERT INTO technician_groups (technician_id, group_id, position) SELECT id, 1 + (id %% 50 = 0), 1 FROM technicians")
    for table in ("technicians", "technician_groups"):
        db.query(f"ANALYZE TABLE {table}")
    for variables, count in (({"uid": "t77"}, 1), ({"email": "t5@example.com"}, 1), ({"supervisor": "t7"}, 50), ({"group": "2"}, 100),
                             ({"rights": "Admin"}, 100), ({"active": "N"}, 100), ({"start_uid": "t499", "end_uid": "t499"}, 11),
                             ({"end_date": "2020-01-01 00:30"}, 30), ({"after_id": "1", "count": "20"}, 20)):
        answer, ran = statements(db, lambda chosen=variables: api.get("get_techs", **chosen))
        assert len(records(answer, "techs")) == count, variables
        for sql in ran:
            assert rows_read(db, sql) <= 40 + 14 * (count + 2), (variables, sql)
