"""The page that the API comes from: its example, in its three formats, byte for byte."""

import os
import pathlib
import subprocess

import pymysql
import pytest

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
}
"""

EXAMPLE = dict(action="add_customer", cid="demo", contact="John Smith", phone="404-000-0000",
               email="john.smith@companyname.com", portal="1", **{"pass": "password123"})

XML = '<?xml version="1.0"?>\n<response>\n    <added_customer>demo</added_customer>\n</response>'


def test_xml_is_the_default(api, db):
    answer = api.get(**EXAMPLE, format=None)
    assert (answer.status, answer.text) == (200, XML)
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    row = db.customer("demo")
    assert (row["contact"], row["phone"], row["email"], row["portal_id"]) == (
        "John Smith", "404-000-0000", "john.smith@companyname.com", 1)


def test_json(api):
    answer = api.get(**EXAMPLE, format="json")
    assert (answer.status, answer.text) == (200, '{"response":[{"added_customer":"demo"}]}')
    assert answer.headers["Content-Type"] == "application/json"


def test_url(api):
    answer = api.get(**EXAMPLE, format="url")
    assert (answer.status, answer.text) == (200, "added_customer=demo")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_update_answers_likewise(api):
    api.get(**EXAMPLE)
    assert api.get(action="update_customer", cid="demo", city="Atlanta", format="url").text == "updated_customer=demo"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
@pytest.mark.parametrize("user, refusal", [("daemon", "(13)"), ("nobody", "Access denied")])
def test_no_other_user_of_the_machine_administers_the_database(mariadb, user, refusal):
    """The user of nginx's workers and of the server itself can reach the socket, but is not the database's root."""
    tried = subprocess.run(["runuser", "-u", user, "--", "mariadb", "--no-defaults", f"--socket={mariadb.socket}", "--user=root",
                            "--execute=SELECT 1"], capture_output=True, text=True)
    assert tried.returncode != 0 and refusal in tried.stderr


def test_the_database_writes_no_file_where_it_is_told_to(mariadb, tmp_path):
    """Not even for its administrator: where it runs as root, that would be any file of the machine."""
    tmp_path.chmod(0o777)
    for folder in (tmp_path, mariadb.folder / "data", "/tmp"):
        with pytest.raises(pymysql.err.OperationalError) as refused:
            mariadb.execute(f"SELECT 'x' INTO OUTFILE '{folder}/written-by-the-database'")
        assert refused.value.args[0] == 1290  # ER_OPTION_PREVENTS_STATEMENT
        assert not pathlib.Path(folder, "written-by-the-database").exists()
