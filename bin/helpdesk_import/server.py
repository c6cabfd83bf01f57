"""Sends pieces to the server, and reads what it answers."""

import dataclasses
import email.utils
import http.client
import json
import re
import socket
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from . import Failure
from .description import ACTION, COUNTS, REASON, choose
from .source import is_one_row

TYPES = {"csv": "text/csv", "ndjson": "application/x-ndjson"}
NAMELESS = '""'  # among the names that the server ignores
TRIES = 6
TRY_AGAIN = (408, 425, 429, 500, 502, 503, 504)


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """The key is for the server that was named, and no other."""

    def redirect_request(self, *_):
        return None


@dataclasses.dataclass
class Answer:
    """What became of rows."""

    totals: dict = dataclasses.field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    problems: list = dataclasses.field(default_factory=list)  # (line of the file, record, the server's words) of each row that failed
    ignored: list = dataclasses.field(default_factory=list)
    uncertain: int = 0  # rows that were sent again, since it was not known what became of them
    untold: int = 0  # rows that failed, but are not in `problems`

    def add(self, other):
        for name in COUNTS:
            self.totals[name] += other.totals[name]
        self.problems += other.problems
        self.ignored += [name for name in other.ignored if name not in self.ignored]
        self.uncertain += other.uncertain
        self.untold += other.untold


def clean(text):
    """Text that can be written as UTF-8: JSON may hold halves of surrogate pairs."""
    return str(text).encode(errors="replace").decode()


def is_permanent(error):
    """Whether a request that had no answer would have none in a minute either."""
    return (isinstance(error, (ssl.SSLCertVerificationError, http.client.InvalidURL))
            or (isinstance(error, ssl.SSLError) and error.reason == "WRONG_VERSION_NUMBER")
            or (isinstance(error, http.client.BadStatusLine) and not isinstance(error, ConnectionError))
            or (isinstance(error, socket.gaierror) and error.errno == socket.EAI_NONAME))


class Server:
    def __init__(self, options, key, stopping):
        parts = urllib.parse.urlsplit(options.url)
        self.place = f"{parts.scheme}://{parts.netloc}{parts.path}"
        self.query = parts.query
        self.description = options.openapi or f"{parts.scheme}://{parts.netloc}/openapi.json"
        self.resource = options.resource
        self.variables = {"mode": options.mode, "dry_run": "Y" if options.dry_run else "N"}
        self.headers = {"X-API-Key": key, "Content-Type": TYPES[options.format], "Accept": "application/json"}
        self.mode = options.mode
        self.timeout = options.timeout
        self.stopping = stopping
        self.too_large = sys.maxsize  # the smallest body, in bytes, that was refused as too large
        self.opener = urllib.request.build_opener(NoRedirects)

    def read_description(self):
        """The table of what is imported. It is read without the key, which is for `place` alone."""
        request = urllib.request.Request(self.description, headers={"Accept": "application/json"})

        def explain(status, headers, _):
            return (f"the API's description is not at {self.description}: {explain_status(status, headers)}; "
                    "helpdesk_openapi gives it, and --openapi names another place")

        status, headers, content, _ = self.ask(request, explain)
        if status != 200:
            raise Failure(explain(status, headers, content))
        table = choose(content, self.resource, self.description)
        self.has_parts = bool(table.parts)
        variables = {ACTION: table.action, table.format_variable: "json", **self.variables}
        self.url = f"{self.place}?{self.query}{'&' if self.query else ''}{urllib.parse.urlencode(variables)}"
        return table

    def send(self, piece):
        """The answer to the piece. Rows that are there already do no harm, so that it may be sent twice."""
        body = piece.body()
        if len(body) >= self.too_large:
            return self.send_smaller(piece, body)
        request = urllib.request.Request(self.url, body, self.headers)
        status, headers, content, uncertain = self.ask(request, lambda *answer: self.explain(piece, *answer))
        if status == 413:
            self.too_large = min(self.too_large, len(body))
            return self.send_smaller(piece, body)
        return self.read_answer(piece, headers, content, uncertain)

    def ask(self, request, explain):
        """(status, headers, content) of the first answer that is 200 or 413, and whether an answer before it may have been lost. What
        may pass is tried again; otherwise it fails with what `explain` makes of the answer."""
        uncertain, pause = False, 0
        place = request.full_url.split("?")[0]
        for attempt in range(TRIES):
            if attempt and self.stopping.wait(pause):
                break
            pause = 2 ** attempt
            try:
                status, headers, content = self.request(request)
            except (OSError, http.client.HTTPException) as error:
                cause = error.reason if isinstance(error, urllib.error.URLError) else error
                reason = f"{place}: {str(cause) or repr(cause)}"
                if is_permanent(cause):
                    raise Failure(reason) from None
                uncertain = uncertain or not isinstance(cause, (ConnectionRefusedError, socket.gaierror))
                continue
            if status in (200, 413):
                return status, headers, content, uncertain
            reason = explain(status, headers, content)
            if status not in TRY_AGAIN:
                raise Failure(reason)
            uncertain = uncertain or status != 429
            pause = max(pause, self.wanted_pause(headers["Retry-After"] or ""))
            if pause > self.timeout:
                reason += f" (to be tried again in {pause:.0f} s)"
                break
        raise Failure(reason, again=True)

    def request(self, request):
        """(status, headers, content) of the answer, whatever it says."""
        try:
            with self.opener.open(request, timeout=self.timeout) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    @staticmethod
    def wanted_pause(retry_after):
        """Seconds, of a header that has them or a date; 0 if it has neither."""
        if re.fullmatch("[0-9]{1,9}", retry_after):
            return int(retry_after)
        try:
            return email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            return 0

    def send_smaller(self, piece, body):
        """Halves, down to the one row that the server does not take. It fails, the others go in."""
        answer = Answer()
        if len(piece.rows) > 1:
            for half in piece.halves():
                answer.add(self.send(half))
            return answer
        if not piece.rows:
            raise Failure("the server takes not even the header (413); see client_max_body_size")
        line, record = piece.rows[0]
        if self.headers["Content-Type"] == TYPES["csv"] and not is_one_row(record, self.has_parts):
            raise Failure(f"the row that begins in line {line} has a quotation mark where none is allowed, or one that is never closed")
        answer.totals.update(rows=1, failed=1)
        answer.problems.append((line, record, [{"variable": "", "code": "payload_too_large", "error":
                                                f"the row has {len(record)} bytes; a request of {len(body)} is more than the server takes"}]))
        return answer

    def read_answer(self, piece, headers, content, uncertain):
        try:
            totals, *problems = json.loads(content)["response"]
            if "rows" not in totals:  # helpdesk_error_status legacy
                raise Failure(self.explain(piece, 200, headers, content))
            answer = Answer({name: int(totals[name]) for name in COUNTS})
            rows = {}
            for problem in problems:
                rows.setdefault(int(problem["line"]), []).append({name: clean(problem[name]) for name in REASON})
            if self.mode == "add":  # then those are counted as existing
                rows = {at: reasons for at, reasons in rows.items() if not any(one["code"] == "already_exists" for one in reasons)}
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise Failure(f"{self.place} is not the API of ngx_helpdesk: it answers 200 with {headers['Content-Type'] or 'something else'}") from None
        answer.problems = [(*(piece.record_at(at) or (at, b"")), reasons) for at, reasons in sorted(rows.items())]
        answer.untold = max(answer.totals["failed"] - len(rows), 0)
        answer.uncertain = len(piece.rows) if uncertain else 0
        answer.ignored = ["" if name == NAMELESS else urllib.parse.unquote(name)
                          for name in (headers["X-Helpdesk-Ignored"] or "").split(",") if name]
        return answer

    @staticmethod
    def explain(piece, status, headers, content):
        def in_file(match):
            found = piece.record_at(int(match[1]))
            return f"line {found[0]}" if found else match[0]

        try:
            problems = [re.sub(r"line ([0-9]{1,9})\b", in_file, problem["error"]) for problem in json.loads(content)["response"]]
        except (ValueError, LookupError, TypeError, RecursionError):  # nginx's own, or somebody else's
            problems = []
        return f"the server answers {explain_status(status, headers, problems)}"


def explain_status(status, headers, problems=()):
    elsewhere = f"; it points to {headers['Location'].split('?')[0]}" if headers["Location"] else ""
    return f"{status}: {'; '.join(problems) or http.client.responses.get(status, 'no reason given')}{elsewhere}"
