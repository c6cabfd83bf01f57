"""The status page, in a real browser."""

import json
import re
import signal

import pytest
import requests

from servers import wait_for

CONFIG = """
server {
    listen 127.0.0.1:%%PORT%%;
    location / { %%DEFAULTS%% helpdesk_api; }
    location = /openapi.json { helpdesk_openapi /; }
    location = /status { helpdesk_status html; }
    location = /status.json { helpdesk_status json; }
}
"""


class Page:
    def __init__(self, browser, base):
        self.browser = browser
        self.base = base

    def script(self, text, *arguments):
        return self.browser.execute_script(text, *arguments)

    def open(self):
        self.browser.get(f"{self.base}/status")
        wait_for(lambda: self.script("return snapshots.length") or "Cannot" in self.headline(), "the first numbers")

    def headline(self):
        return self.text("headline")

    def text(self, name):
        return self.script("return document.getElementById(arguments[0]).textContent", name)

    def facts(self):
        """By name: Database, Durable, Queue, Failed."""
        return self.script("return Object.fromEntries([...facts.children].map(({children: [name, value]}) =>"
                           "[name.textContent.split(' in ')[0], value.textContent]))")

    def rows(self, table):
        return self.script("return [...document.getElementById(arguments[0]).tBodies[0].rows].map(row =>"
                           "[...row.cells].map(cell => cell.textContent))", table)

    def numbers(self):
        """What the page shows, by the metric that it says it is."""
        shown = self.script("return [...document.querySelectorAll('[data-metric]')].map(one =>"
                            "[one.dataset.metric, one.textContent])")
        return {(metric, text.replace(",", "")) for metric, text in shown}

    def answer(self, *documents, anew=True):
        """Shows these answers of a server, one after the other, instead of those that there are, and asks no more."""
        for document in documents:
            self.script("if (arguments[1]) snapshots = []; seen = latest(); answer = arguments[0];"
                        "window.fetch = async () => new Response(answer); window.setTimeout = () => 0; run()", json.dumps(document), anew)
            wait_for(lambda: self.script("return latest() !== seen"), "the answer to be shown")
            anew = False

    def log(self):
        """What the browser had to complain about."""
        return [entry["message"] for entry in self.browser.logged()]

    def asked(self):
        """The addresses that the browser asked for, but for those inside of it: its own first page, the tab's icon."""
        urls = {request["url"] for request in self.browser.requests()}
        return {url for url in urls if not url.startswith(("chrome:", "data:"))}


@pytest.fixture
def page(browser, nginx):
    page = Page(browser, f"http://127.0.0.1:{nginx.port}")
    page.open()
    return page


def value(document, selector):
    """The sum of the numbers that it names, if there are any: metric{label="value",…}."""
    metric, labels = re.fullmatch(r"(\w+?)(?:\{(.*)\})?", selector).groups()
    labels = {name: json.loads(text) for name, text in re.findall(r'(\w+)=("(?:[^"\\]|\\.)*")', labels or "")}
    field = "value"
    if metric not in document:
        metric, field = metric.removesuffix("_count"), "count"
    numbers = [item[field] for item in document[metric] if labels.items() <= item.items()]
    return sum(numbers) if numbers else None


def shows_what_is(page):
    """All that the page shows equals the numbers at this time, and no number is missing."""
    document = requests.get(f"{page.base}/status.json", timeout=30).json()
    shown = page.numbers()
    series = {select(metric, item) for metric, items in document.items() for item in items}
    numbers = {metric: value(document, metric) for metric, _ in shown}
    return series <= numbers.keys() and all(
        text == str(numbers[metric]) if numbers[metric] is not None else text in ("–", "0") for metric, text in shown)


def select(metric, item):
    labels = ",".join(f"{name}={json.dumps(text)}" for name, text in item.items() if isinstance(text, str))
    return metric + ("_count" if "buckets" in item else "") + (f"{{{labels}}}" if labels else "")


def test_it_shows_the_numbers_and_what_becomes_of_them(page, api):
    page.script("document.getElementById('all').open = true")
    for cid in "abc":
        assert api.add(cid, **{"pass": "password123"}).status == 200
    assert api.add("a").status == 409
    assert api.post("get_customers", cid="a", key="wrong").status == 401
    assert api.post("nonsense").status == 400
    wait_for(lambda: page.text("requests-total") == "6" and shows_what_is(page), "the numbers on the page")
    assert [(row[0], row[-1]) for row in page.rows("actions")] == [("add_customer", "4"), ("no action", "1"), ("get_customers", "1")]
    assert [(row[0], row[-1]) for row in page.rows("keys")] == [("test", "5"), ("no key", "1")]
    assert [(row[0], row[-1]) for row in page.rows("outcomes")][0] == ("ok", "3")
    assert page.text("errors-refused") == "3" and page.text("errors-failed") == "0"
    assert page.headline() == "All is well"
    assert page.facts() | {"Database": "up", "Durable": "yes"} == page.facts()
    assert api.get("get_customers", cid="a").status == 200
    wait_for(lambda: page.text("requests-total") == "7" and shows_what_is(page), "the new numbers on the page")
    assert page.log() == []
    assert page.asked() == {f"{page.base}/status", f"{page.base}/status?json"}


def histogram(*counts, total=0, **labels):
    return {**labels, "buckets": [{"le": le, "count": count} for le, count in zip((0.001, 0.002, 0.005, 10), counts)],
            "count": counts[-1], "sum": total}


def test_estimates_from_buckets(page):
    page.answer({"helpdesk_request_seconds": [histogram(7, 9, 9, 9, total=1, action="add_customer")]},
                {"helpdesk_request_seconds": [histogram(7, 59, 109, 109, total=2, action="add_customer"),
                                              histogram(0, 0, 0, 0, action="get_customers")]})
    assert [page.text(f"latency-{name}") for name in ("p50", "now", "p99")] == ["2.0 ms", "4.7 ms", "4.9 ms"]
    assert page.rows("times")[0] == ["Whole request", "2.0 ms", "4.7 ms", "4.9 ms", "", "18 ms", "109"]
    page.answer({}, {"helpdesk_request_seconds": [{**histogram(7, 59, 109, 109, action="add_customer"), "count": 1000}]})
    assert page.text("latency-now") == "> 10 s"


def test_units(page):
    assert page.script("return [null, 0, 0.000034, 0.00034, 0.0034, 0.034, 0.34, 0.99999, 3.4, 34].map(time)") == [
        "–", "0.0 µs", "34 µs", "340 µs", "3.4 ms", "34 ms", "340 ms", "1.0 s", "3.4 s", "34 s"]
    assert page.script("return [null, 0, 0.01, 0.5, 9.94, 9.96, 1234.5].map(some)") == ["–", "0", "< 0.1", "0.5", "9.9", "10", "1,235"]


def test_rates_need_two_answers(page):
    def calls(number):
        return {"helpdesk_requests_total": [{"action": "add_customer", "key": "k", "outcome": "ok", "value": number}]}

    page.script("seconds = 10; performance.now = () => seconds * 1000")
    page.answer(calls(5))
    assert page.text("requests-now") == "–"
    page.script("seconds = 12")
    page.answer(calls(8), anew=False)
    assert page.text("requests-now") == "1.5"
    # A server that was started anew.
    page.answer(calls(1), anew=False)
    assert (page.text("requests-now"), page.text("requests-total")) == ("–", "1")


def test_what_is_not_there(page):
    page.answer({"helpdesk_requests_total": [], "helpdesk_queue_depth": None, "helpdesk_request_seconds": []}, {}, {})
    assert page.headline() == "No call has used the database yet"
    assert page.rows("actions") == page.rows("servers") == page.rows("groups") == [["Nothing yet."]]
    assert [page.text(name) for name in ("requests-now", "latency-now", "queue-now")] == ["0", "–", "–"]
    assert page.log() == []


def of_server(**metrics):
    return {f"helpdesk_database_{name}": [{"server": f"db{i}", "value": value} for i, value in enumerate(values)]
            for name, values in metrics.items()}


@pytest.mark.parametrize("answers, headline, fact", [
    ([of_server(up=[1, 1], durable=[1, 1])], "All is well", {"Database": "2 of 2 up", "Durable": "yes"}),
    ([of_server(up=[0, 1], durable=[1, 1])], "A database server cannot be used: db0", {"Database": "1 of 2 up"}),
    ([of_server(up=[0], durable=[1])], "No database server can be used", {"Database": "down"}),
    ([of_server(up=[1], durable=[0])], "A database server's settings can lose acknowledged changes", {"Durable": "no"}),
    ([of_server(up=[1]), of_server(up=[1]) | {"helpdesk_requests_total": [
        {"action": "add_customer", "key": "k", "outcome": "overloaded", "value": 3},
        {"action": "add_customer", "key": "k", "outcome": "already_exists", "value": 2}]}],
     "Requests failed in the last minutes", {"Failed": "3"}),
    ([of_server(up=[1]), of_server(up=[1]) | {"helpdesk_queue_seconds": [histogram(0, 0, 0, 9, pool="database")],
                                              "helpdesk_queue_depth": [{"pool": "database", "value": 4}]}],
     "Requests wait longer than a second for a thread", {"Queue": "4"}),
])
def test_headline(page, answers, headline, fact):
    page.answer(*answers)
    assert page.headline() == headline
    assert page.facts() | fact == page.facts()


def test_failures_are_what_the_api_answers_with_5xx(page):
    document = requests.get(f"{page.base}/openapi.json", timeout=30).json()
    codes = set()
    for name, response in document["components"]["responses"].items():
        if name.startswith("error_5"):
            codes |= set(re.findall(r"`(\w+)`", response["description"]))
    assert codes and codes == set(page.script("return [...failures]"))


def test_names_are_text(page):
    name = "<img src=x onerror='console.error(1)'>\"\\"
    page.answer({"helpdesk_requests_total": [{"action": "a", "key": name, "outcome": "ok", "value": 1}]})
    assert page.rows("keys")[0][0] == name
    shown = page.script("return document.querySelector('#keys td:last-child').dataset.metric")
    assert shown == f"helpdesk_requests_total{{key={json.dumps(name)}}}"
    assert page.log() == []


def test_a_hidden_or_paused_page_asks_nothing(page):
    page.script("asked = 0; real = fetch; window.fetch = (...all) => { asked++; return real(...all); };"
                "Object.defineProperty(document, 'hidden', {configurable: true, get: () => is_hidden}); is_hidden = true;"
                "document.dispatchEvent(new Event('visibilitychange'))")
    assert "paused" in page.text("updated")
    page.script("run()")
    assert page.script("return asked") == 0
    page.script("is_hidden = false; document.dispatchEvent(new Event('visibilitychange'))")
    assert page.script("return asked") >= 1
    wait_for(lambda: "paused" not in page.text("updated"), "the page to go on")
    page.script("document.getElementById('pause').click(); asked = 0; run()")
    assert (page.text("pause"), page.script("return asked")) == ("Resume", 0)
    page.script("document.getElementById('pause').click()")
    wait_for(lambda: page.script("return asked") > 1, "the page to ask again and again")


def test_a_server_that_cannot_be_reached(page, nginx, api):
    assert api.add("x").status == 200
    page.script("window.fetch_ = fetch; window.fetch = async () => new Response('', {status: 403}); run()")
    told = re.compile(r"No answer from the server since [\d:]+: it answers with 403")
    wait_for(lambda: told.fullmatch(page.headline()), "the page to say so")
    page.script("window.fetch = fetch_; run()")
    wait_for(lambda: "Cannot" not in page.headline(), "the page to see that it answers")
    nginx.stop(signal.SIGTERM)
    wait_for(lambda: page.headline().endswith(": no connection"), "the page to say so")
    nginx.start(CONFIG)
    wait_for(lambda: page.headline() == "No call has used the database yet", "the page to begin anew")
    assert page.text("requests-total") == "0"
    page.log()  # where the browser says that it could not connect, as it should


SOCKET = "unix:/var/lib/mysql/a-very-long-path-to-the-socket-of-a-database-server/mysqld.sock"
MUCH = {
    "helpdesk_requests_total": [
        {"action": action, "key": "a_key_of_a_long_name_that_somebody_gave", "outcome": outcome, "value": 123456789}
        for action in ("add_customer_support_contract", "get") for outcome in ("ok", "incomplete_coordinates")],
    "helpdesk_request_seconds": [histogram(1, 2, 3, 123456789, total=9, action="add_customer_support_contract")],
    "helpdesk_group_size": [histogram(1, 2, 3, 4, total=9, kind="write")],
    **{f"helpdesk_database_{name}": [{"server": SOCKET, "value": 1234567}] for name in (
        "up", "durable", "connections", "connections_busy", "connections_total", "failures_total", "failovers_total")},
}


@pytest.mark.parametrize("width", [360, 760, 1180])
def test_nothing_is_wider_than_the_window(page, width):
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                 {"width": width, "height": 780, "deviceScaleFactor": 1, "mobile": width < 500})
    try:
        page.script("document.getElementById('all').open = true")
        page.answer(MUCH, MUCH)
        assert page.script("return innerWidth") == width
        assert page.script("return document.scrollingElement.scrollWidth") <= width
        assert page.script("return [...document.querySelectorAll('section')].filter(one => one.scrollWidth > one.clientWidth)"
                           ".map(one => one.textContent)") == []
    finally:
        page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def contrast(one, other):
    def luminance(colour):
        digits = colour.strip().lstrip("#")
        digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
        parts = [int(digits[i:i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_light_and_dark_are_both_readable(page):
    def colour(name):
        return page.script("return getComputedStyle(document.documentElement).getPropertyValue(arguments[0])", f"--{name}")

    grounds = set()
    for scheme in ("light", "dark"):
        page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        grounds.add(page.script("return getComputedStyle(document.body).backgroundColor"))
        for text in ("text", "muted", "good", "warn", "bad"):
            assert contrast(colour(text), colour("card")) >= 4.5, (scheme, text)
        assert contrast(colour("muted"), colour("page")) >= 4.5, scheme
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert len(grounds) == 2


def test_what_is_seen_is_also_said(page):
    page.answer(MUCH, MUCH)
    assert page.script("return [...document.querySelectorAll('svg')].every(chart =>"
                       "chart.getAttribute('aria-label') || chart.getAttribute('aria-hidden') === 'true')")
    assert page.script("return [...document.querySelectorAll('table')].every(table => table.getAttribute('aria-label') ||"
                       "document.getElementById(table.getAttribute('aria-labelledby')).textContent)")
    assert page.script("return [...document.querySelectorAll('thead th')].every(head => head.textContent)")
    assert page.script("return [...document.querySelectorAll('tbody th')].every(head => head.scope === 'row')")
