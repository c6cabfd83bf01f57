"""The file that is imported: its records, and the pieces in which they are sent."""

import csv
import io
import os
import re
import stat

from . import Failure

try:
    import fcntl
except ImportError:  # Windows: two runs at once are not noticed there
    fcntl = None

ROWS = 1000  # in a piece: the answer says of that many rows what is wrong with them
ROWS_WITH_PASSWORDS = 100  # hashing a password takes the server as long as hundreds of rows without one
PIECE_BYTES = 900_000  # nginx accepts a megabyte unless client_max_body_size says otherwise
LONGEST_HEADER = 100_000  # bytes; it is sent with each piece

MARK = b"\xef\xbb\xbf"  # the byte-order mark that some programs put in front of UTF-8
UTF16 = "is UTF-16: save it as UTF-8 (a spreadsheet calls it \"CSV UTF-8\")"
BEGINNINGS = {b"\xff\xfe": UTF16, b"\xfe\xff": UTF16, b"PK\x03\x04": "is a spreadsheet or another archive: save it as \"CSV UTF-8\"",
              b"\x1f\x8b": "is compressed: decompress it first"}
# What the server trims from a line of NDJSON: Unicode's white space.
SPACE = "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
SEPARATORS = {b";": "semicolons (;)", b"\t": "tabs", b"|": "vertical bars (|)"}

csv.field_size_limit(2**31 - 1)


def count_lines(text):
    return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")


def parse_rows(record, **options):
    return csv.reader(io.StringIO(record.decode(errors="surrogateescape").rstrip("\r\n"), newline=""), **options)


def parse_cells(record):
    """The cells of a record as text, in which bytes that are no UTF-8 keep their value."""
    return next(parse_rows(record), [])


def bare(record):
    return record.rstrip(b"\r\n").replace(b'"', b"")


def names_in(record):
    return [name.strip().lower() for name in parse_cells(record)]


def is_empty(record, format):
    """Whether the server, too, takes the record for none."""
    if format == "csv":
        return not record.strip(b'\r\n,"') and not any(parse_cells(record))
    return not record.startswith(b"{") and not record.decode(errors="replace").strip(SPACE).lstrip("\ufeff").strip(SPACE)


def is_one_row(record, may_have_parts=False):
    """Whether a record of CSV is what RFC 4180 says. Others may be many rows, of which the first opens a quotation mark."""
    try:
        return len(list(parse_rows(record, strict=True))) == 1 or may_have_parts
    except csv.Error:
        return False


class Piece:
    def __init__(self, number, header, rows):
        self.number = number
        self.header = header  # (line, bytes), as each row
        self.rows = rows

    def body(self):
        return self.header[1] + b"".join(record if record.endswith((b"\n", b"\r")) else record + b"\n" for _, record in self.rows)

    def record_at(self, line):
        """(line of the file, bytes) of the record that begins in a line of the body."""
        at = 1
        for first, record in [self.header, *self.rows]:
            if at == line and record:
                return first, record
            at += max(count_lines(record), 1) if record else 0
        return None

    def halves(self):
        middle = len(self.rows) // 2
        return Piece(self.number, self.header, self.rows[:middle]), Piece(self.number, self.header, self.rows[middle:])


class Source:
    """The file that is imported. It is opened once, locked against a second run, and looked at before anything is sent."""

    def __init__(self, options):
        self.path = options.file
        self.format = options.format
        self.rows_in_piece = options.rows
        mode = os.stat(self.path).st_mode if str(self.path) != "-" else 0
        if not stat.S_ISREG(mode) or str(self.path.absolute()).startswith(("/dev/", "/proc/")):
            raise Failure(f"{self.path} is no regular file: save what is to be imported to one, "
                          "since from a pipe an interrupted import could not continue")
        self.file = open(self.path, encoding="latin-1", newline="")  # a byte a letter, and lines that end in LF, CRLF or CR
        self.stat = os.fstat(self.file.fileno())
        self.lock()
        self.marked = []  # lines that begin with a mark
        self.follows_mark = False  # whether such a line is, or stands right before, the record that was read last
        self.repeated = []  # lines that repeat the header
        self.header = (1, b"")
        self.check()
        self.names = names_in(self.header[1])
        self.table = None  # what the API takes; set before the pieces are read
        self.nameless = self.names.count("")

    def secrets(self):
        """Where in a row of CSV passwords are."""
        return [i for i, name in enumerate(self.names) if name in self.table.secrets]

    def has_password(self, record):
        """Whether a row may hold one."""
        if self.format == "csv":
            return bool(self.secrets())
        return any(b'"%s"' % name.encode() in record.lower() for name in self.table.secrets)

    def lock(self):
        try:
            if fcntl is not None:
                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(f"{self.path} is being imported by another helpdesk-import") from None
        except OSError:
            pass  # a file system without locks

    def check(self):
        with open(self.path, "rb") as file:
            begin = file.read(4096)
        for sign, what in BEGINNINGS.items():
            if begin.startswith(sign):
                raise Failure(f"{self.path} {what}")
        if b"\0" in begin:
            raise Failure(f"{self.path} has NUL bytes; probably it {UTF16}")
        if self.format == "csv":
            self.header = next(self.records(), (1, b""))
            self.check_header(*self.header)

    def check_header(self, line, header):
        if len(header) > LONGEST_HEADER:
            raise Failure(f"line {line}: the header has more than {LONGEST_HEADER} bytes; does a quotation mark lack its partner?")
        if header.lower().startswith(b"sep="):
            raise Failure(f"line {line}: \"sep=\" is for spreadsheets alone; remove the line, and use commas")
        bare = re.sub(rb'"[^"]*"', b"", header)
        for separator, name in SEPARATORS.items():
            if bare.count(separator) > bare.count(b","):
                raise Failure(f"line {line}: the columns are separated by {name}; save the file with commas")

    def records(self):
        """(line, bytes) of each record from the file's beginning. A record of CSV continues while a quotation mark is open. Lines
        without anything, and rows of empty cells, are no records."""
        self.file.seek(0)
        self.marked.clear()
        self.follows_mark = False
        line, first, parts, is_open = 1, 1, [], False
        for text in self.file:
            parts.append(text.encode("latin-1"))
            line += 1
            is_open ^= self.format == "csv" and text.count('"') % 2 == 1
            if not is_open:
                record = b"".join(parts)
                while record.startswith(MARK):
                    record = record.removeprefix(MARK)
                    self.follows_mark = True
                    if first > 1:
                        self.marked.append(first)
                if not is_empty(record, self.format):
                    yield first, record
                    self.follows_mark = False
                first, parts = line, []
        if parts:
            raise Failure(f"the row that begins in line {first} has a quotation mark that is never closed")

    def pieces(self):
        """The file's pieces, the same in each run. Each begins with the header."""
        found = self.records()
        if self.format == "csv":
            next(found, None)
        header = self.header[1] + (b"" if not self.header[1] or self.header[1].endswith((b"\n", b"\r")) else b"\n")
        number, rows, size, weight = 0, [], len(header), 0
        for line, record in self.with_parts(each for each in found if not self.is_header(*each)):
            heavy = ROWS // ROWS_WITH_PASSWORDS if not self.rows_in_piece and self.has_password(record) else 1
            if rows and (weight + heavy > (self.rows_in_piece or ROWS) or size + len(record) > PIECE_BYTES):
                yield Piece(number, (self.header[0], header), rows)
                number, rows, size, weight = number + 1, [], len(header), 0
            rows.append((line, record))
            size += len(record) + 1
            weight += heavy
        if rows or number == 0:
            yield Piece(number, (self.header[0], header), rows)

    def with_parts(self, found):
        """The records, each with the rows that hold further parts of it, so that they stay together.

        Each must have its number: a piece whose answer is lost is sent again, and what has no number would be stored twice.
        """
        if not self.table.number:
            yield from found
        elif self.format == "csv":
            yield from self.join_parts(found)
        else:
            has_number = re.compile(rb'"%s"\s*:\s*"?[0-9]' % self.table.number.encode(), re.I)
            for line, record in found:
                if not has_number.search(record):
                    raise self.lacks_number(line)
                yield line, record

    def join_parts(self, found):
        if self.table.number not in self.names:
            raise self.lacks_number(self.header[0])
        number = self.names.index(self.table.number)
        has_parts = any(name in self.table.parts for name in self.names)
        own = [i for i, name in enumerate(self.names) if self.table.knows(name) and name not in self.table.parts]
        first, whole, number_of_whole = None, b"", ""
        for line, record in found:
            cells = parse_cells(record)
            own_number = cells[number] if number < len(cells) else ""
            continues = (own_number and own_number == number_of_whole) or not any(cells[i] for i in own if i < len(cells))
            if first is not None and has_parts and continues:
                whole += (b"" if whole.endswith((b"\n", b"\r")) else b"\n") + record
                continue
            if not own_number:
                raise self.lacks_number(line)
            if first is not None:
                yield first, whole
            first, whole, number_of_whole = line, record, own_number
        if first is not None:
            yield first, whole

    def lacks_number(self, line):
        return Failure(f"line {line}: there is no {self.table.number}; number the records, so that none is stored twice when it is sent again")

    def is_header(self, line, record):
        """Whether the header is there once more, as where several files were put together."""
        if self.format != "csv":
            return False
        # A single column has no room for the difference, unless a mark tells that a file begins.
        is_same = ((len(self.names) > 1 or self.follows_mark) and bare(record) == bare(self.header[1])
                   and parse_cells(record) == parse_cells(self.header[1]))
        if self.follows_mark and not is_same:
            names = names_in(record)
            is_same = names == self.names and self.table.knows(names[0])
            if not is_same and (self.table.knows(names[0]) or len(set(names) & set(self.names)) * 2 > len(names)):
                raise Failure(f"line {line}: another file begins here, with other columns; import it by itself")
        if is_same:
            self.repeated.append(line)
        return is_same

    def check_unchanged(self):
        now = os.fstat(self.file.fileno())
        if (now.st_size, now.st_mtime_ns) != (self.stat.st_size, self.stat.st_mtime_ns):
            raise Failure(f"{self.path} was changed while it was read")
