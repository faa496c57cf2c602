"""Text as records of cells by RFC 4180, each with the physical line on which it starts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cecli.errors import InputError, quoted
from cecli.readers.sources.source import CONTROL, Source, check_text_head

_BLOCK = 1 << 20
LONGEST_RECORD = 64 << 20
"""Bytes after which a quote that nobody closes is reported, instead of filling the memory with the rest of the file."""


_LARGEST_STEP = 8 << 20


def step(block: int, waiting: int) -> int:
    """Bytes to read next, ``waiting`` being part of a record without an end: as much again, so that a long one takes
    few steps, but not so much that what is read stands in memory several times."""
    return max(block, min(waiting, _LARGEST_STEP))


MARKS = {";": "';'", "\t": "tab", "|": "'|'"}
"""Other delimiters, as ``--delimiter`` names them: a header of one cell that holds one gives it away."""


@dataclass(slots=True)
class Record:
    """The cells of one record and the physical line, counted from 1, on which it starts. A blank line has no cells."""

    line: int
    cells: list[str]


def parse_records(text: str, delimiter: str, name: str, first_line: int = 1) -> Iterator[Record]:
    r"""The records of ``text``, which ends where a record ends (with or without a final newline).

    Lines end with LF or CRLF. A quoted cell may hold delimiters, line ends and doubled quotes. A blank line comes
    out as a record without cells. Raises InputError ``name:LINE: …`` for a lone CR, a NUL, a quote inside an unquoted
    cell, text after a closing quote, and a quote that is not closed; LINE is where the record starts.

    >>> [record.cells for record in parse_records('a,"b\n,c"\n1,2\n', ",", "x.csv")]
    [['a', 'b\n,c'], ['1', '2']]
    """
    return _Parser(text, delimiter, name, first_line).records(final=True)


def read_records(source: Source, delimiter: str) -> Iterator[Record]:
    """All records of a text in bounded memory; blank lines at the end are ignored, one inside is an InputError."""
    check_text_head(source)
    return records_from(source, delimiter, 1 + source.lines_skipped)


def records_from(source: Source, delimiter: str, line: int) -> Iterator[Record]:
    """The records of what is left of ``source``, which goes on with the physical line ``line``."""
    blank: int | None = None
    for record in _all_records(source, delimiter, line):
        if not record.cells:
            blank = blank or record.line
        elif blank:
            raise InputError(f"{source.name}:{blank}: a blank line inside the file")
        else:
            yield record


def decode(block: bytes, name: str, first_line: int) -> str:
    """``block`` read as UTF-8. An InputError names the physical line, the byte, and the encoding it looks like."""
    try:
        return block.decode("utf-8")
    except UnicodeDecodeError as error:
        line = first_line + block.count(b"\n", 0, error.start)
        what, hint = _not_utf8(block, error)
        raise InputError(f"{name}:{line}: byte 0x{block[error.start]:02x} is not UTF-8; {what}", hint) from error


def place(name: str, line: int, column: int | None = None, header: str | None = None) -> str:
    """Where a cell stands, as messages begin: ``preds.csv:17: column 3 (dog)``; ``column`` counts from 0.

    >>> place("preds.csv", 17, 2, "dog")
    'preds.csv:17: column 3 (dog)'
    """
    if column is None:
        return f"{name}:{line}"
    return f"{name}:{line}: column {column + 1}" + (f" ({quoted(header)[1:-1]})" if header else "")


_NOT_WINDOWS = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
"""Bytes that Windows-1252 does not define."""


def _not_utf8(block: bytes, error: UnicodeDecodeError) -> tuple[str, str | None]:
    """What the block looks like instead, and what helps."""
    if CONTROL.search(block):
        return "this looks like binary data, not text", None
    if error.reason == "unexpected end of data":
        return "the text ends within a character", "was the file cut short?"
    if _NOT_WINDOWS.search(block):
        return "the text is in an encoding that cannot be told", "convert it: iconv -f ENCODING -t UTF-8 FILE"
    # 0x80-0x9f are control characters in Latin-1 and quotes, dashes and the euro sign in Windows-1252.
    windows = any(0x80 <= byte <= 0x9F for byte in block)
    known = "Windows-1252" if windows else "Latin-1 (ISO-8859-1 or Windows-1252)"
    encoding = "WINDOWS-1252" if windows else "ISO-8859-1"
    return f"the text looks like {known}", f"convert it: iconv -f {encoding} -t UTF-8 FILE"


def _all_records(source: Source, delimiter: str, line: int) -> Iterator[Record]:
    text, tail, size = "", b"", _BLOCK
    while True:
        block = source.read(size)
        final = len(block) < size
        block = tail + block
        cut = len(block) if final else block.rfind(b"\n") + 1
        tail = block[cut:]
        text += decode(block[:cut], source.name, line + text.count("\n"))
        parser = _Parser(text, delimiter, source.name, line)
        yield from parser.records(final)
        if final:
            return
        # What is left begins inside an open quote, or is a line whose end has not been seen.
        line, text = parser.line, text[parser.position :]
        if len(text) + len(tail) > LONGEST_RECORD:
            what = "a quote that is not closed" if text else "a line without an end"
            raise InputError(f"{source.name}:{line}: {what} within {LONGEST_RECORD >> 20} MiB")
        size = step(_BLOCK, len(text) + len(tail))


class _Parser:
    """Walks over a text; ``position`` and ``line`` are those of the next record."""

    def __init__(self, text: str, delimiter: str, name: str, line: int) -> None:
        self.text = text
        self.delimiter = delimiter
        self.name = name
        self.line = line
        self.position = 0

    def records(self, final: bool) -> Iterator[Record]:
        """The records; without ``final``, up to the one whose quote is still open at the end."""
        text, delimiter = self.text, self.delimiter
        plain = '"' not in text and "\r" not in text and "\0" not in text
        if plain:
            lines = text.split("\n")
            if not lines[-1]:
                lines.pop()
            for number, content in enumerate(lines, self.line):
                yield Record(number, content.split(delimiter) if content else [])
            self.line += len(lines)
            self.position = len(text)
            return
        while self.position < len(text):
            end = text.find("\n", self.position)
            end = len(text) if end < 0 else end
            content = text[self.position : end]
            if '"' in content:
                record = self._quoted_record(final)
                if record is None:
                    return
                yield record
                continue
            if content.endswith("\r") and end < len(text):
                content = content[:-1]
            self._check(content)
            record = Record(self.line, content.split(delimiter) if content else [])
            self.line += 1
            self.position = end + 1
            yield record

    def _quoted_record(self, final: bool) -> Record | None:
        text, start = self.text, self.position
        cells: list[str] = []
        position = start
        while True:
            if text.startswith('"', position):
                close = self._closing_quote(position)
                if close is None:
                    if final:
                        raise self._error("a quote that is not closed", 'a cell that starts with " ends with "')
                    return None
                cell, position = text[position + 1 : close].replace('""', '"'), close + 1
            else:
                cell, position = self._bare_cell(position, len(cells))
            cells.append(cell)
            if not text.startswith(self.delimiter, position):
                break
            position += len(self.delimiter)
        if text.startswith("\r\n", position):
            position += 2
        elif text.startswith("\n", position):
            position += 1
        elif position < len(text):
            rest = text[position : position + 20].split("\n")[0]
            raise self._error(f"column {len(cells)}: text after the closing quote, {quoted(rest)}", _DOUBLE)
        record = Record(self.line, cells)
        if "\0" in text[start:position]:
            raise self._error(_NUL)
        self.line += text.count("\n", start, position)
        self.position = position
        return record

    def _closing_quote(self, opening: int) -> int | None:
        position = opening + 1
        while True:
            close = self.text.find('"', position)
            if close < 0:
                return None
            if not self.text.startswith('"', close + 1):
                return close
            position = close + 2

    def _bare_cell(self, position: int, column: int) -> tuple[str, int]:
        line_end = self.text.find("\n", position)
        if line_end < 0:
            line_end = len(self.text)
        elif self.text.startswith("\r", line_end - 1) and line_end > position:
            line_end -= 1
        end = self.text.find(self.delimiter, position, line_end)
        end = line_end if end < 0 else end
        cell = self.text[position:end]
        if '"' in cell:
            raise self._error(f"column {column + 1}: a quote inside an unquoted cell, {quoted(cell)}", _DOUBLE)
        self._check(cell)
        return cell, end

    def _check(self, content: str) -> None:
        if "\r" in content:
            raise self._error("a carriage return without a line feed", "lines end with LF or CRLF")
        if "\0" in content:
            raise self._error(_NUL)

    def _error(self, what: str, hint: str | None = None) -> InputError:
        return InputError(f"{self.name}:{self.line}: {what}", hint)


_NUL = "a NUL byte: this does not look like a text file"
_DOUBLE = 'put the whole cell in quotes and double each " inside it'
