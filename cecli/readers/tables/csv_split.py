"""A text cut into blocks that end where a record ends, each with its first row and line, before anything is parsed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cecli.errors import InputError
from cecli.readers.tables.record_ends import count_ends, first_end, last_end
from cecli.readers.tables.text_split import Piece, TextSplitter

_QUOTE, _NEWLINE = 34, 10
_LONGEST = 1 << 24


class Splitter(TextSplitter):
    """Takes a text apart: first ``first_record()``, then ``pieces()``."""

    def first_record(self, keep: bool) -> bytes:
        """The bytes of the first record, b"" where there is none; with ``keep`` it is also the first row."""
        self._fill()
        while True:
            end = first_end(self._rest)
            if end or self._final:
                break
            self._fill()
        cut = end or len(self._rest)
        record = self._rest[:cut]
        if not keep:
            self._rest = self._rest[cut:]
            self._line += record.count(b"\n")
        return record

    def pieces(self) -> Iterator[Piece]:
        """The records, in pieces of about the block size; blank lines at the end of the file are left out."""
        self._line += self._source.lines_skipped
        while True:
            data = self._cut() if self._final or len(self._rest) > self._block // 2 else self._read_piece()
            if data is None:
                continue
            if data:
                yield self._piece(data)
            if self._final and not self._rest:
                return

    def _has_end(self, block: bytes) -> bool:
        return bool(first_end(self._rest) or first_end(block, before=self._rest))

    def _without_end(self, block: bytes) -> str:
        quoted = b'"' in self._rest or b'"' in block
        return "a quote that is not closed" if quoted else super()._without_end(block)

    def _read_piece(self) -> bytes | None:
        """The next piece, without a copy from a plain file, and with a single one where no quote is in the way."""
        lines = self._source.read_lines(self._block, self._rest)
        if lines is not None:
            if b'"' in lines or not lines.endswith(b"\n"):  # the file has been cut short meanwhile
                self._rest = lines
                return self._cut()
            self._rest = b""
            return self._without_blank_end(lines)
        block = self._source.read(self._block)
        self._final = len(block) < self._block
        end = block.rfind(b"\n") + 1
        if self._final or not end or b'"' in block or b'"' in self._rest:
            self._rest = self._rest + block
            return self._cut()
        data = b"".join((self._rest, memoryview(block)[:end]))
        self._rest = block[end:]
        return self._without_blank_end(data)

    def _cut(self) -> bytes | None:
        """The whole records of what is waiting, without blank lines at their end; None where more must be read."""
        if self._final:
            data, self._rest = self._rest, b""
        else:
            end = self._last_end()
            if end == 0:
                self._fill()
                return None
            data, self._rest = self._rest[:end], self._rest[end:]
        return self._without_blank_end(data)

    def _last_end(self) -> int:
        return last_end(self._rest)

    def _without_blank_end(self, data: bytes) -> bytes:
        """Blank lines at the end of a piece are the file's end, or an error when something follows them."""
        if self._blank is None and (data[-1:] not in b"\r\n" or data[-2:-1] not in b"\r\n"):
            return data
        body = data.rstrip(b"\r\n")
        if not body:
            if data.replace(b"\r\n", b"").strip(b"\n"):
                return data  # a lone carriage return: the careful reader says so
            if data:
                self._blank = self._blank or self._line
                self._line += data.count(b"\n")
            return b""
        if self._blank:
            raise InputError(f"{self._source.name}:{self._blank}: a blank line inside the file")
        if len(data) - len(body) <= 2 and data[len(body) :] in (b"", b"\n", b"\r\n"):
            return data
        cut = data.index(b"\n", len(body)) + 1 if b"\n" in data[len(body) :] else len(data)
        tail = data[cut:]
        if tail.replace(b"\r\n", b"\n").strip(b"\n"):
            return data  # a lone carriage return: the careful reader says so
        self._blank = self._line + data.count(b"\n", 0, cut)
        self._rest = tail + self._rest
        return data[:cut]

    def _piece(self, data: bytes) -> Piece:
        quoted = b'"' in data
        view = np.frombuffer(data, dtype=np.uint8)
        lines = int(np.count_nonzero(view == _NEWLINE))
        rows = count_ends(data) if quoted else lines
        if not data.endswith(b"\n"):
            rows += 1
        piece = Piece(data, rows, lines, self._row, self._line, quoted)
        self._row += rows
        self._line += lines
        return piece


def quotes_are_regular(data: bytes, delimiter: int) -> bool:
    """Whether every quote opens at the start of a cell, closes at the end of one, or is doubled inside one.

    Only then do quotes mean to every parser what RFC 4180 says. ``data`` holds whole records; of very long ones, which
    would take much memory here, it is not said.
    """
    if len(data) > _LONGEST:
        return False
    view = np.frombuffer(data, dtype=np.uint8)
    quotes = np.flatnonzero(view == _QUOTE)
    if len(quotes) % 2:
        return False
    before = np.where(quotes > 0, view[quotes - 1], _NEWLINE)
    after = view[np.minimum(quotes + 1, len(view) - 1)].copy()
    after[quotes == len(view) - 1] = _NEWLINE
    opening, closing = before[0::2], after[1::2]
    # A doubled quote closes and opens again, so its second half opens behind a quote.
    doubled = np.zeros(len(opening), dtype=bool)
    doubled[1:] = quotes[2::2] - 1 == quotes[1:-1:2]
    opens = (opening == delimiter) | (opening == _NEWLINE) | doubled
    closes = (closing == delimiter) | (closing == _NEWLINE) | (closing == 13) | (closing == _QUOTE)
    return bool(opens.all() and closes.all())
