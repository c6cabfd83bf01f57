"""The console, as scripts/console puts it together and the example serves it, in a real browser."""

import re
import shutil
import urllib.parse

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from servers import ROOT, wait_for

EXAMPLE = (ROOT / "conf/helpdesk.conf.example").read_text()
CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location /API/ { %%DEFAULTS%% helpdesk_api; }
    location = /openapi.json { helpdesk_openapi /API/; }
    """ + re.search(r"location /console/ {.*?\n        }", EXAMPLE, re.S)[0].replace("/usr/share/helpdesk/console/", "%%FOLDER%%/console/") + """
}
"""

ANSWERS = {"json": '{ "response": [ { "updated_portal": "1" } ] }', "url": "updated_portal=1",
           "xml": '<?xml version="1.0"?> <response> <updated_portal>1</updated_portal> </response>'}


class Console:
    def __init__(self, browser, base, key):
        self.browser = browser
        browser.get(f"{base}/console/")
        self.find("button.authorize").click()
        self.find(".auth-container input").send_keys(key)
        self.find(".auth-container button.authorize").click()
        self.find("button.btn-done").click()

    def find(self, selector):
        wait_for(lambda: self.browser.find_elements(By.CSS_SELECTOR, selector), f"{selector} to be there")
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def open(self, tag, operation):
        self.find(f"#operations-tag-{tag}").click()
        self.find(f"#operations-{tag}-{operation} .opblock-summary-control").click()

    def fill_in(self, name, value):
        self.find(f"[data-property-name={name}] input").send_keys(value)

    def choose(self, name, value):
        Select(self.find(f"[data-property-name={name}] select")).select_by_value(value)

    def send(self):
        self.find("button.execute").click()

    def answer(self):
        """The body that is shown, without its layout."""
        return " ".join(self.browser.execute_script(
            "return document.querySelector('.live-responses-table .microlight')?.textContent ?? ''").split())


@pytest.fixture
def base(nginx):
    # Where the workers may read it, wherever the checkout is.
    shutil.copytree(ROOT / "build/console", nginx.folder / "console", dirs_exist_ok=True)
    return f"http://127.0.0.1:{nginx.port}"


def test_a_call_and_its_answer_in_three_formats(browser, base, db, key):
    db.query("UPDATE portals SET url = 'https://main.example' WHERE id = 1")
    console = Console(browser, base, key)
    console.open("portals", "update_portal")
    assert "Changes the variables of a portal that you supply." in console.find("#operations-portals-update_portal").text
    assert "The web address of the portal. Text, at most 255 characters." in console.find("[data-property-name=url]").text
    console.fill_in("id", "1")
    console.fill_in("new_name", "Größe & mehr")
    for name, answer in ANSWERS.items():
        console.choose("format", name)
        console.send()
        wait_for(lambda: console.answer() == answer, f"{answer} to be shown")
    # What was not typed in was not sent.
    assert db.query("SELECT name, url FROM portals WHERE id = 1") == [{"name": "Größe & mehr", "url": "https://main.example"}]

    assert browser.complaints() == []
    hosts = {urllib.parse.urlsplit(request["url"]).netloc for request in browser.requests()
             if not request["url"].startswith(("chrome:", "data:", "about:"))}
    assert hosts == {urllib.parse.urlsplit(base).netloc}
    # The key is gone with the page.
    assert browser.execute_script("return [localStorage.length, sessionStorage.length, document.cookie, location.href.includes(arguments[0])]",
                                  key) == [0, 0, "", False]


def test_an_import(browser, base, db, key):
    console = Console(browser, base, key)
    console.open("customers", "import_customers")
    Select(console.find("[data-param-name=format] select")).select_by_value("json")
    rows = console.find(".body-param textarea")
    rows.clear()
    rows.send_keys("cid,contact\na,Größe\nb,x")
    console.send()
    wait_for(lambda: '"added": "2"' in console.answer(), "the answer")
    assert db.customer("a")["contact"] == "Größe"
