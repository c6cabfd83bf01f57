"""Chromium without a window, as a person would use the pages."""

import json

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

OPTIONS = ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run", "disable-sync",
           "disable-background-networking", "disable-component-update", "window-size=1280,900")


class Browser(webdriver.Chrome):
    def __init__(self, folder):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for option in (*OPTIONS, f"user-data-dir={folder}"):
            options.add_argument(f"--{option}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        super().__init__(service=Service("/usr/bin/chromedriver"), options=options)

    def logged(self):
        """What the pages logged since this was asked last, but for those inside of the browser, such as its own first page."""
        return [entry for entry in self.get_log("browser") if not entry["message"].startswith("chrome:")]

    def complaints(self):
        """Warnings and errors since this was asked last."""
        return [entry["message"] for entry in self.logged() if entry["level"] in ("WARNING", "SEVERE")]

    def requests(self):
        """What was asked of any server since this was asked last, as the browser's protocol describes it."""
        events = [json.loads(entry["message"])["message"] for entry in self.get_log("performance")]
        return [event["params"]["request"] for event in events if event["method"] == "Network.requestWillBeSent"]
