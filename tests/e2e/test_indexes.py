"""The indexes that the resources say they have, by which it is known what a list reads, are those of the database."""

import os
import subprocess

CHECK = os.environ["HELPDESK_INDEX_CHECK"]

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
}
"""


def stored(db):
    """For each index its table, whether it is unique, and its columns."""
    rows = db.query("SELECT TABLE_NAME AS name, INDEX_NAME AS index_name, NON_UNIQUE AS again, COLUMN_NAME AS column_name, SUB_PART AS part "
                    "FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX")
    indexes = {}
    for row in rows:
        columns = indexes.setdefault((row["name"], row["index_name"], not row["again"]), [])
        columns.append(row["column_name"] if row["part"] is None else row["column_name"] + " in part")
    return [(table, unique, columns) for (table, _, unique), columns in indexes.items()]


def test_what_the_resources_say_is_so(db):
    indexes = stored(db)
    said = subprocess.run([CHECK], capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
    assert len(said) > 30
    for table, kind, *columns in map(str.split, said):
        # InnoDB ends every index with the number.
        assert any(name == table and ((unique and has == columns) if kind == "unique" else [*has, "id"][:len(columns) + 1] == [*columns, "id"])
                   for name, unique, has in indexes), (table, kind, columns)
