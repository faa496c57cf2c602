"""A JSON array of records cut into blocks of whole ones, a line each, so that they are read as JSON Lines are.

What stands between two records becomes a line end, and line ends inside of a record become blanks; no byte of a text is
changed. Where a bracket is one, and not part of a text, is found for a whole block at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.errors import InputError, quoted
from cecli.readers.sources.source import Source
from cecli.readers.tables.jsonl_split import AFTER, BEFORE
from cecli.readers.tables.records import decode
from cecli.readers.tables.text_split import Piece, TextSplitter

_BLANK = b" \t\r\n"
_QUOTE, _BACKSLASH, _COMMA, _NEWLINE, _RETURN, _SPACE = 34, 92, 44, 10, 13, 32
STEPS = np.zeros(256, dtype=np.int8)
STEPS[[ord("["), ord("{")]] = 1
STEPS[[ord("]"), ord("}")]] = -1
"""How a byte changes the depth of brackets."""


class ArraySplitter(TextSplitter):
    """Takes an array apart: first ``first_line()``, then ``pieces()``. ``first_line`` of a piece counts records."""

    wrapped = False
    """Whether each object is put under the key ``row``, as each list is."""

    def __init__(self, source: Source, block_bytes: int) -> None:
        super().__init__(source, block_bytes)
        self._ended = False
        self._of_lists: bool | None = None
        self._waiting: list[bytes] = []
        self._open()

    def first_line(self) -> bytes:
        """The first record as a line, b"" where there is none; it comes again with the pieces."""
        if not self._waiting:
            self._waiting = [data for data in [self._next()] if data]
        return self._waiting[0].partition(b"\n")[0] if self._waiting else b""

    def pieces(self) -> Iterator[Piece]:
        """The records, in pieces of about the block size."""
        while True:
            data = self._waiting.pop() if self._waiting else self._next()
            if not data:
                return
            rows = data.count(b"\n") + 1
            yield Piece(data, rows, rows, self._row, self._row + 1, quoted=False)
            self._row += rows

    def _open(self) -> None:
        """Read past the bracket that opens the array."""
        while not self._rest.strip(_BLANK) and not self._final:
            self._fill()
        before, _, self._rest = self._rest.partition(b"[")
        self._line += before.count(b"\n")

    def _next(self) -> bytes:
        """Some more records, a line each; b"" at the end."""
        while not self._ended:
            ends, starts, closed = self._cut(self._rest)
            if closed is not None:
                return self._last(ends, starts, closed)
            if len(ends) > 1 and len(self._rest) >= self._block:
                return self._lines(ends[:-1], starts[:-1], int(starts[len(ends) - 1]))
            if self._final:
                raise self._error(len(self._rest), "the array is not closed", "was the file cut short?")
            self._fill()
        return b""

    def _last(self, ends: NDArray[np.intp], starts: NDArray[np.intp], closed: int) -> bytes:
        """The records before the bracket that closes the array, behind which nothing may follow."""
        while not self._final:
            behind = self._rest[closed + 1 :].strip(_BLANK)
            if behind:
                break
            self._rest = self._rest[: closed + 1]
            self._fill()
        if self._rest[closed + 1 :].strip(_BLANK):
            raise self._error(closed, "text behind the array", "one array a file, or an object a line")
        self._ended = True
        if not len(ends):
            if self._rest[:closed].strip(_BLANK) or self._row or self._of_lists is not None:
                raise self._error(closed, f"expected a record, found {self._shown(0, closed)}", _RECORDS)
            return b""
        if self._rest[int(ends[-1]) + 1 : closed].strip(_BLANK):
            raise self._error(closed, f"expected a comma and a record, found {self._shown(int(ends[-1]) + 1, closed)}")
        return self._lines(ends, starts, closed)

    def _cut(self, data: bytes) -> tuple[NDArray[np.intp], NDArray[np.intp], int | None]:
        """Where records end and where they start in ``data``, and where the array is closed (None: not here)."""
        view = np.frombuffer(data, dtype=np.uint8)
        steps = STEPS[view]
        places = np.flatnonzero(steps)
        bounds = quotes(view)
        if len(bounds):
            places = places[np.searchsorted(bounds, places) % 2 == 0]
        depth = np.cumsum(steps[places], dtype=np.intp)
        after = np.flatnonzero(depth < 0)
        closed = int(places[after[0]]) if len(after) else None
        if closed is not None:
            places, depth = places[: after[0]], depth[: after[0]]
        ends = places[depth == 0]
        opened = places[(depth == 1) & (steps[places] == 1)]
        return ends, opened, closed

    def _lines(self, ends: NDArray[np.intp], starts: NDArray[np.intp], stop: int) -> bytes:
        """The records as lines; what follows before ``stop`` is taken with them."""
        data, first, last = self._rest, int(starts[0]), int(ends[-1]) + 1
        if data[:first].strip(_BLANK):
            raise self._error(first, f"expected a record, found {self._shown(0, first)}", _RECORDS)
        if not data.isascii():
            decode(data[:last], self._source.name, self._line)
        self._check_lists(starts[: len(ends)])
        self._check_gaps(ends, starts)
        records = _as_lines(data, ends, starts)
        if records is None:
            raise self._error(first, "a line end inside a text", r"it is written \n")
        if not self._ended and data[last:stop].strip(_BLANK) != b",":
            raise self._error(last, f"expected a comma, found {self._shown(last, stop)}")
        self._line += data.count(b"\n", 0, stop)
        self._rest = data[stop:]
        if self._of_lists or self.wrapped:
            records = BEFORE + records.replace(b"\n", AFTER + b"\n" + BEFORE) + AFTER
        return records

    def _check_lists(self, starts: NDArray[np.intp]) -> None:
        lists = np.frombuffer(self._rest, dtype=np.uint8)[starts] == ord("[")
        if self._of_lists is None:
            self._of_lists = bool(lists[0])
        if (lists != self._of_lists).any():
            raise self._error(int(starts[0]), "some records are objects and some are lists")

    def _check_gaps(self, ends: NDArray[np.intp], starts: NDArray[np.intp]) -> None:
        """Between two records there is a comma, and nothing else but blanks."""
        gaps = starts[1 : len(ends)] - ends[:-1] - 1
        if not len(gaps):
            return
        pattern = self._rest[int(ends[0]) + 1 : int(starts[1])]
        view = np.frombuffer(self._rest, dtype=np.uint8)
        same = bool((gaps == len(pattern)).all()) and all(
            bool((view[ends[:-1] + 1 + k] == sign).all()) for k, sign in enumerate(pattern)
        )
        wrong = [(int(ends[0]), int(starts[1]))] if pattern.strip(_BLANK) != b"," else []
        if not same and not wrong:
            between = zip(ends[:-1].tolist(), starts[1 : len(ends)].tolist(), strict=True)
            wrong = [(end, start) for end, start in between if self._rest[end + 1 : start].strip(_BLANK) != b","]
        if wrong:
            end, start = wrong[0]
            raise self._error(end, f"expected a comma and a record, found {self._shown(end + 1, start)}", _RECORDS)

    def _has_end(self, block: bytes) -> bool:
        ends, _, closed = self._cut(self._rest + block)
        return bool(len(ends)) or closed is not None

    def _without_end(self, block: bytes) -> str:
        return "a record without an end"

    def _shown(self, start: int, stop: int) -> str:
        found = self._rest[start:stop].strip(_BLANK)[:40]
        return quoted(found.decode("utf-8", "replace")) if found else "none"

    def _error(self, place: int, what: str, hint: str | None = None) -> InputError:
        line = self._line + self._rest.count(b"\n", 0, place)
        return InputError(f"{self._source.name}:{line}: {what}", hint)


_RECORDS = "an array holds objects, each a row, or lists of numbers"


def quotes(view: NDArray[Any]) -> NDArray[np.intp]:
    """Where texts begin and end: the quotes before which there is no odd number of backslashes."""
    quotes = np.flatnonzero(view == _QUOTE)
    escapes = view == _BACKSLASH
    if not escapes.any():
        return quotes
    places = np.arange(len(view))
    other = np.maximum.accumulate(np.where(escapes, -1, places))
    before = quotes - 1
    found: NDArray[np.intp] = quotes[(before < 0) | ((before - other[before]) % 2 == 0)]
    return found


def _as_lines(data: bytes, ends: NDArray[np.intp], starts: NDArray[np.intp]) -> bytes | None:
    """The records, a line each; None where a line end stands inside a text."""
    first, last = int(starts[0]), int(ends[-1]) + 1
    lines = np.frombuffer(data, dtype=np.uint8, count=last).copy()
    breaks = np.flatnonzero((lines == _NEWLINE) | (lines == _RETURN))
    if len(breaks):
        if (np.searchsorted(quotes(lines), breaks) % 2).any():
            return None
        lines[breaks] = _SPACE
    lines[ends[:-1] + 1] = _NEWLINE
    gaps = starts[1 : len(ends)] - ends[:-1] - 1
    if len(gaps) and int(gaps.max()) > 1:
        change = np.zeros(last + 1, dtype=np.int8)
        change[ends[:-1] + 2] += 1
        change[starts[1 : len(ends)]] -= 1
        lines = lines[np.cumsum(change[:-1]) == 0]
    return bytes(lines[first:])
