"""The manual's examples of clients do as it says."""

import json
import os
import re
import shutil
import subprocess

import pytest

from servers import ROOT

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
}
"""

EXAMPLES = dict(re.findall(r"^```(\w+)\n(.*?)^```$", (ROOT / "manual/clients.md").read_text(), re.M | re.S))
COMMANDS = {"sh": "bash", "php": "php", "python": "python3", "javascript": "node"}
SUFFIXES = {"javascript": "mjs"}


@pytest.mark.parametrize("language", EXAMPLES)
def test_example(nginx, api, db, tmp_path, language):
    command = shutil.which(COMMANDS.get(language, language))
    if command is None:
        pytest.skip(f"the example in {language} was not run: its language is not here")
    file = tmp_path / f"client.{SUFFIXES.get(language, language)}"
    file.write_text(EXAMPLES[language])

    def run():
        environment = {**os.environ, "HELPDESK_URL": f"{api.base}/API/default.aspx", "HELPDESK_KEY": api.key}
        result = subprocess.run([command, file], capture_output=True, text=True, env=environment)
        return json.loads(result.stdout)["response"], result.stderr

    ((answer,), complaints) = run()
    assert complaints == ""
    assert db.customer(answer["added_customer"])["contact"] == "Jörg & Söhne"
    ((answer,), _) = run()
    assert answer["code"] == "already_exists"
