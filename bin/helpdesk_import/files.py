"""The files that an import writes: what is done, and the rows that failed."""

import csv
import errno
import io
import json
import os
import re
import stat
import tempfile

from . import Failure
from .description import REASON
from .server import Answer
from .source import LONGEST_HEADER, parse_cells, parse_rows


def open_own(path, flags):
    """Opens a file that an earlier run left; None if there is none. Somebody may have put or linked another there."""
    try:
        file = os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
    else:
        about = os.fstat(file)
        if stat.S_ISREG(about.st_mode) and about.st_nlink == 1 and (not hasattr(os, "geteuid") or about.st_uid == os.geteuid()):
            return file
        os.close(file)
    raise Failure(f"{path} is a link, or not your own file, and is left alone: remove it")


def check_folder(path):
    try:
        tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as error:
        raise Failure(f"{path} cannot be written ({error.strerror}): choose other places with --state and --failed") from None


class State:
    """What is done, in a file, so that a later run continues from there."""

    SUMS = ("totals", "ignored", "uncertain", "untold")

    def __init__(self, options, source):
        self.path = options.state
        self.of = {"size": source.stat.st_size, "changed": source.stat.st_mtime_ns, "rows": options.rows, "url": options.url,
                   "resource": options.resource, "mode": options.mode, "format": options.format, "failed": str(options.failed.absolute())}
        self.keep = not options.dry_run
        self.done = set()
        self.sum = Answer()
        self.rows_sent = 0
        self.failed_size = 0
        self.hides_passwords = False  # whether the file of failed rows lacks some
        if options.restart and self.keep:
            return
        earlier = open_own(self.path, os.O_RDONLY)
        if earlier is None:
            return
        with open(earlier, encoding="utf-8", errors="replace") as file:
            text = file.read()
        if not self.keep and os.path.lexists(options.failed):
            raise Failure(f"{options.failed} is of an import that was interrupted; choose another place for the dry run's with --failed")
        if self.keep:
            self.load(text)

    def load(self, text):
        try:
            saved = json.loads(text)
            same = saved["of"] == self.of
            self.done, self.failed_size, self.rows_sent = set(saved["done"]), int(saved["failed_size"]), int(saved["rows_sent"])
            self.hides_passwords = saved["hides_passwords"]
            self.sum = Answer(**{name: saved[name] for name in self.SUMS})
            self.sum.add(Answer())
        except (ValueError, LookupError, TypeError, RecursionError):
            same = False
        if not same:
            raise Failure(f"{self.path} is of an import that was interrupted, of another file or with other options; "
                          "run that again, or begin anew with --restart")

    def save(self):
        if not self.keep:
            return
        text = json.dumps({"of": self.of, "done": sorted(self.done), "failed_size": self.failed_size, "rows_sent": self.rows_sent,
                           "hides_passwords": self.hides_passwords,
                           **{name: getattr(self.sum, name) for name in self.SUMS}})
        file, fresh = tempfile.mkstemp(dir=self.path.parent, prefix=".helpdesk-import-")
        try:
            with open(file, "w", encoding="ascii") as opened:
                opened.write(text)
            os.replace(fresh, self.path)
        except OSError:
            os.unlink(fresh)
            raise

    def remove(self):
        if self.keep:
            self.path.unlink(missing_ok=True)


class FailedRows:
    """A CSV file of the rows that failed, as they were but for their passwords, with the reasons behind them.

    Only its owner can read it. An earlier one is replaced once there is an answer, and the file is left only if it has rows.
    """

    def __init__(self, options, source, state):
        self.path = options.failed
        self.source = source
        self.state = state
        self.columns = parse_cells(source.header[1]) if source.format == "csv" else ["row"]
        self.file = None
        check_folder(self.path)
        if not os.path.islink(self.path) and os.path.lexists(self.path):
            self.check_earlier()
        elif state.failed_size:
            raise Failure(f"{self.path}, with the rows that failed before, is gone; begin anew with --restart")

    def check_earlier(self):
        earlier = open_own(self.path, os.O_RDONLY)
        with open(earlier, encoding="utf-8", errors="surrogateescape", newline="") as file:
            text = file.read(4 * LONGEST_HEADER)
        if text and next(csv.reader(io.StringIO(text, newline="")), [])[-len(REASON):] != list(REASON):
            raise Failure(f"{self.path} was not made by helpdesk-import, and is left alone; name another file with --failed")
        if self.path.stat().st_size < self.state.failed_size:
            raise Failure(f"{self.path}, with the rows that failed before, was changed; begin anew with --restart")

    def open(self):
        if self.file is not None:
            return
        if self.state.failed_size:
            file = open_own(self.path, os.O_WRONLY)
            os.ftruncate(file, self.state.failed_size)
            os.lseek(file, 0, os.SEEK_END)
        else:
            self.path.unlink(missing_ok=True)
            file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        self.file = open(file, "w", newline="", encoding="utf-8", errors="surrogateescape")
        self.writer = csv.writer(self.file)

    def write(self, problems):
        self.open()
        if problems and not self.state.failed_size:
            self.writer.writerow([*self.columns, *REASON])
        for line, record, reasons in problems:
            reason = [line, *(" / ".join(problem[name] for problem in reasons) for name in REASON[1:])]
            width = len(self.columns)
            for cells in self.rows_of(record):
                cells += [""] * (width - len(cells))
                self.writer.writerow([*cells[:width], *reason, *cells[width:]])
                reason = [""] * len(REASON)
        self.file.flush()
        self.state.failed_size = os.fstat(self.file.fileno()).st_size

    def rows_of(self, record):
        """The cells of the record's row, and of the rows that hold further parts of it."""
        if self.source.format == "csv" and self.source.table.parts:
            return list(parse_rows(record)) or [[]]
        return [self.cells(record)]

    def cells(self, record):
        if self.source.format == "ndjson":
            return [self.without_password(record.decode(errors="surrogateescape").strip())]
        cells = parse_cells(record)
        secrets = self.source.secrets()
        if secrets:
            self.state.hides_passwords = True
            if len(cells) != len(self.columns):  # the password may be in any of them
                return [""] * len(self.columns)
            for i in secrets:
                cells[i] = ""
        return cells

    def without_password(self, text):
        """The row, or nothing if it cannot be read and may hold a password."""
        try:
            row = json.loads(text, parse_float=str)
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict):
            secrets = [name for name in row if name.strip().lower() in self.source.table.secrets]
            shown = json.dumps({**row, **dict.fromkeys(secrets, "")}) if secrets else text
        elif self.source.table.secrets:
            names = "|".join(map(re.escape, self.source.table.secrets))
            shown = "" if re.search(rf"{names}|\\u00", text, re.I) else text
        else:
            shown = text
        self.state.hides_passwords = self.state.hides_passwords or shown != text
        return shown

    def close(self):
        if self.file is not None:
            self.file.close()
            if not self.state.failed_size:
                self.path.unlink(missing_ok=True)
