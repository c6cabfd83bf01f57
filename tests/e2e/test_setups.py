"""What the API does in a setup that differs from the usual: the tests of other files, carried out once more.

The database is reached over TCP and returns no more of a list than it is told to; a password costs more than the least; all directives
stand outside of the location; one worker has one thread for the database and one for passwords.
"""

import pytest

import test_conditions
import test_customer
import test_lists
import test_transactions
import test_upsert
from servers import DATABASE, MariaDB, free_port
from test_conditions import tag  # noqa: F401, a fixture

WORKERS = 1
PORT = free_port()
MAIN = "thread_pool one threads=1; thread_pool one_for_hashes threads=1;"
CONFIG = """
helpdesk_database { host 127.0.0.1; port %%DATABASE_PORT%%; user distant; password_file %%FOLDER%%/password; name helpdesk; }
helpdesk_thread_pool one;
helpdesk_bcrypt_cost 5;
server {
    listen 127.0.0.1:%%PORT%%;
    client_max_body_size 16m;
    helpdesk_hash_thread_pool one_for_hashes;
    helpdesk_key test { sha256 %%KEY_HASH%%; }
    location / { helpdesk_api; }
    location /legacy/ { helpdesk_api; helpdesk_error_status legacy; }
    location /strict/ { helpdesk_api; helpdesk_email_check on; }
    location /few/ { helpdesk_api; helpdesk_max_records 3; helpdesk_date_format iso; }
}
""".replace("%%DATABASE_PORT%%", str(PORT))


@pytest.fixture(scope="module")
def mariadb():
    server = MariaDB("--bind-address=127.0.0.1", f"--port={PORT}", "--group-concat-max-len=1024")
    server.execute(f"CREATE USER distant@'%' IDENTIFIED BY '{server.password}'")
    server.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {DATABASE}.* TO distant@'%'")
    yield server
    server.remove()


for module in (test_conditions, test_customer, test_lists, test_transactions, test_upsert):
    for name, value in vars(module).items():
        if name.startswith("test_") and callable(value):
            globals()[f"{module.__name__}_{name[len('test_'):]}"] = value


def test_a_list_is_whole_however_little_the_server_joins(api, db):
    items = [f"{number:04}{'é' * 251}" for number in range(1000)]
    assert api.add("x", email2=",".join(items)).status == 200
    assert api.get("get_customers", cid="x").records[0]["email2"].split(",") == items


def test_a_password_costs_what_was_set_outside_of_the_location(api, db):
    api.add("x", **{"pass": "password123"})
    assert db.customer("x")["password_hash"].startswith("$2b$05$")
