"""A client of the API, as the tests need one: every call can be bent, none hides what came back."""

import http.client
import json
import urllib.parse

import lxml.etree
import requests


# The keys and passwords of this run, which no log may hold. Shorter ones stand in any text.
SECRETS = set()


def remember_secret(value):
    if isinstance(value, str) and len(value) > 5:
        SECRETS.add(value)
    return value


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body
        self.text = body.decode()

    @property
    def json(self):
        return json.loads(self.text)["response"]

    @property
    def xml(self):
        return lxml.etree.fromstring(self.body)

    @property
    def url(self):
        return [dict(urllib.parse.parse_qsl(line, keep_blank_values=True, strict_parsing=True))
                for line in self.text.split("\n")]

    @property
    def records(self):
        """The records of a list in any format: a dict for each, its variables in their order."""
        content_type = self.headers["Content-Type"].split(";")[0]
        if content_type == "application/json":
            (records,) = json.loads(self.text).values()
            return records
        if content_type == "text/xml":
            return [{field.tag: field.text or "" for field in record} for record in self.xml]
        return self.url if self.text else []

    @property
    def more(self):
        return self.headers.get("X-Helpdesk-More")

    @property
    def problems(self):
        """(variable, code) of each error of a JSON answer, in order."""
        assert self.text.startswith('{"response":'), f"a list instead of problems: {self}"
        return [(problem["variable"], problem["code"]) for problem in self.json if "error" in problem]

    def __repr__(self):
        return f"<{self.status} {self.text[:500]}>"


class Api:
    """Calls with the test's key; JSON unless a call says otherwise."""

    def __init__(self, port, key):
        self.port = port
        self.base = f"http://127.0.0.1:{port}"
        self.key = remember_secret(key)
        self.session = requests.Session()
        self.session.headers["Accept"] = "*/*"

    def variables(self, variables):
        variables = {"key": self.key, "format": "json", **variables}
        for name, value in variables.items():
            if name.lower() in ("pass", "key"):
                remember_secret(value)
        return {name: value for name, value in variables.items() if value is not None}

    def request(self, method, path="/API/default.aspx", **options):
        response = self.session.request(method, self.base + path, timeout=60, **options)
        return Answer(response.status_code, response.headers, response.content)

    def get(self, action=None, path="/API/default.aspx", headers=None, **variables):
        return self.request("GET", path, params=self.variables({"action": action, **variables}), headers=headers)

    def post(self, action=None, headers=None, **variables):
        return self.request("POST", data=self.variables({"action": action, **variables}), headers=headers)

    def post_json(self, action=None, headers=None, **variables):
        return self.request("POST", json=self.variables({"action": action, **variables}), headers=headers)

    def post_multipart(self, action=None, **variables):
        fields = {name: (None, value) for name, value in self.variables({"action": action, **variables}).items()}
        return self.request("POST", files=fields)

    def raw_get(self, query):
        """A query string byte for byte, which requests would mend, with the key in a header."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/API/default.aspx?" + query, headers={"X-API-Key": self.key})
        response = connection.getresponse()
        answer = Answer(response.status, requests.structures.CaseInsensitiveDict(response.getheaders()), response.read())
        connection.close()
        return answer

    def raw_post(self, body, content_type, query="", **headers):
        headers = {"X-API-Key": self.key, **headers}
        if content_type is not None:
            headers["Content-Type"] = content_type
        return self.request("POST", "/API/default.aspx?" + query, data=body, headers=headers)

    def add(self, cid, **variables):
        return self.post("add_customer", cid=cid, **variables)

    def update(self, cid, **variables):
        return self.post("update_customer", cid=cid, **variables)


def secret_in(text):
    """The first secret that stands in a log: plain, percent-encoded, or as nginx's logs show what is not ASCII."""
    for secret in SECRETS:
        escaped = "".join(chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\' else f"\\x{byte:02X}" for byte in secret.encode())
        if any(form in text for form in (secret, urllib.parse.quote_plus(secret), urllib.parse.quote(secret, safe=""), escaped)):
            return secret
    return None
