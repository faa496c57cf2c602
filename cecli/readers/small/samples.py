"""Observed outcomes, one a line, counted as they stream by."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from queue import SimpleQueue

import numpy as np
from numpy.typing import NDArray

from cecli.core.pmfs.pmf import Pmf
from cecli.errors import InputError, UsageError, literal, quoted
from cecli.readers.small.token_counts import LineCounts
from cecli.readers.sources.parallel import ordered
from cecli.readers.sources.source import Source, check_text_head, open_source
from cecli.readers.tables.formats import format_of
from cecli.readers.tables.numbers import read_number
from cecli.readers.tables.record_ends import first_end
from cecli.readers.tables.records import LONGEST_RECORD, decode, parse_records, records_from, step
from cecli.readers.tables.shards import files_of

_BLOCK = 4 << 20
_MOST_THREADS = 4
"""Each works on some tens of megabytes, and reading is then the slowest."""
_SIGNS = "-0123456789\n"
_NO_SIGNS = str.maketrans("", "", _SIGNS)
_NOT_WHOLE = re.compile(r"^(?:0[0-9-]|-(?![1-9])|$)|[0-9]-", re.MULTILINE)
"""Among lines of ``_SIGNS``: one that is not 0, nor a number without a zero before it."""
_LONGEST_WHOLE = 4000
"""Digits beyond which Python refuses to read a whole number."""
_LONGEST_HEADER = 4096
_LONGEST_FAST = 18
"""Digits and sign of a number that 64 bits hold whatever it is."""


@dataclass(frozen=True)
class SampleOptions:
    """Where the outcomes stand: ``column`` by name, or by position from 1 with ``header`` "none".

    ``header`` is "first" (the first line is a header), "none", or None: "first" if a column is named, else "none".
    """

    column: str | None = None
    header: str | None = None
    delimiter: str | None = None


def count_samples(path: str, options: SampleOptions | None = None, threads: int = 1) -> Pmf:
    """How often each outcome was observed in the file at ``path`` (``-``: standard input), as counts; a directory and a
    pattern stand for all their files.

    Outcomes are text exactly as written; a line that starts with a quote is read as a CSV cell. They come in numerical
    order if all are whole numbers, else by code point. Memory grows with the different outcomes only. Raises InputError
    with its line for a blank line inside, a second cell, and text that is not UTF-8.
    """
    files = files_of(path)
    if len(files) == 1:
        with open_source(files[0]) as source:
            return pmf_of_counts(*counts_in(source, options or SampleOptions(), threads), source.name)
    total: Counter[str] = Counter()
    for file in files:
        with open_source(file) as source:
            outcomes, counts = counts_in(source, options or SampleOptions(), threads)
        total.update(dict(zip(outcomes, counts.tolist(), strict=True)))
    return pmf_of_counts(list(total), np.array(list(total.values()), dtype=np.int64), literal(path))


def counts_in(
    source: Source, options: SampleOptions, threads: int = 1, begins: bool = True
) -> tuple[list[str], NDArray[np.int64]]:
    """The different outcomes in a source, in no order, and how often each was met.

    Where nobody said whether the first line is a header, one that looks like it is refused; ``begins`` says whether the
    source has the first line of its file.
    """
    form = format_of(source)
    if form.delimiter is None:
        raise InputError(f"{source.name}: samples are read from lines of text, this is {form.name}")
    delimiter = options.delimiter or form.delimiter
    check_text_head(source)
    counter = _Counter(source, delimiter)
    first = _first_line(source) if begins and options.header is None and options.column is None else None
    _count(counter, options, min(threads, _MOST_THREADS))
    outcomes, counts = counter.counts()
    if first is not None and _heads(first, outcomes, counts):
        raise InputError(
            f"{source.name}:1: expected a number, as all other lines are, found {quoted(first)}",
            "--header first says that it is a header, --header none that it is an outcome",
        )
    return outcomes, counts


def _first_line(source: Source) -> str | None:
    """The text of the first line that comes, unless it is a number; None for one that is, or is long."""
    head, end, _ = source.peek(_LONGEST_HEADER).partition(b"\n")
    text = head.decode("utf-8", "replace").rstrip("\r")
    text = text[1:-1] if text[:1] == text[-1:] == '"' and len(text) > 1 else text
    return text if end and text and read_number(text) is None else None


def _heads(first: str, outcomes: list[str], counts: NDArray[np.int64]) -> bool:
    """Whether a text that is no number stands once, and all else is a number."""
    if len(outcomes) < 2 or any(outcome != first and read_number(outcome) is None for outcome in outcomes):
        return False
    return first in outcomes and int(counts[outcomes.index(first)]) == 1


def pmf_of_counts(outcomes: list[str], counts: NDArray[np.int64], name: str) -> Pmf:
    """Outcomes and how often each was met as a PMF, in their order. Raises InputError where there are none."""
    if not outcomes:
        raise InputError(f"{name}: no samples in it")
    order = _order(outcomes)
    return Pmf(counts[order], [outcomes[k] for k in order], name)


def _count(counter: _Counter, options: SampleOptions, threads: int) -> None:
    header = options.header or ("none" if options.column is None else "first")
    if header == "first":
        cells = counter.take_header()
        width = len(cells)
        if options.column is None and width > 1:
            raise InputError(f"{counter.source.name}:1: the header has {width} columns", "--column NAME chooses one")
        index = 0 if options.column is None else _column(counter.source.name, cells, options.column)
    else:
        index, width = _position(options.column), 1 if options.column is None else 0
    counter.line += counter.source.lines_skipped
    if width == 1:
        counter.count_lines(options.column is None, threads)
    else:
        counter.count_cells(index, width)


class _Counter:
    """Counts the outcomes of one source; ``line`` is the physical line that comes next."""

    def __init__(self, source: Source, delimiter: str) -> None:
        self.source = source
        self.delimiter = delimiter
        self.line = 1
        self._lines = LineCounts()
        self._cells_seen: Counter[str] = Counter()

    def counts(self) -> tuple[list[str], NDArray[np.int64]]:
        """The different outcomes so far, in no order, and how often each was met."""
        lines, found = self._lines.result()
        outcomes = b"\n".join(lines).decode("utf-8").split("\n") if lines else []
        if not self._cells_seen:
            return outcomes, found
        cells = self._cells_seen.copy()
        cells.update(dict(zip(outcomes, found.tolist(), strict=True)))
        return list(cells), np.array(list(cells.values()), dtype=np.int64)

    def take_header(self) -> list[str]:
        """The cells of the first record, which is consumed."""
        name, block, size = self.source.name, b"", _BLOCK
        while True:
            read = self.source.read(size)
            block += read
            end = first_end(block)
            if end or len(read) < size:
                break
            if len(block) > LONGEST_RECORD:
                what = "a quote that is not closed" if b'"' in block else "a line without an end"
                raise InputError(f"{name}:1: {what} within {LONGEST_RECORD >> 20} MiB")
            size = step(_BLOCK, len(block))
        end = end or len(block)
        record = next(parse_records(decode(block[:end], name, 1), self.delimiter, name), None)
        if record is None or not record.cells:
            raise InputError(f"{name}: expected a header, found nothing")
        self.line += block.count(b"\n", 0, end)
        self.source.unread(block[end:])
        return record.cells

    def count_lines(self, advise: bool, threads: int) -> None:
        """Count whole lines; from the first block with a quote or another rarity on, record by record."""
        blocks = _PlainBlocks(self.source, self.delimiter.encode())
        counters: SimpleQueue[LineCounts] = SimpleQueue()
        for _ in range(threads):
            counters.put(LineCounts())

        def work(block: bytes) -> _Counted:
            counter = counters.get()
            lines, blanks = counter.add(block)
            counters.put(counter)
            return _Counted(block, lines, blanks, _is_utf8(block))

        blank: int | None = None
        for counted in ordered(iter(blocks), work, threads):
            blank = self._account(counted, blank)
        for _ in range(threads):
            self._lines.merge(counters.get())
        if blocks.endless:
            raise InputError(f"{self.source.name}:{self.line}: a line without an end within 64 MiB")
        if blocks.rare:
            self._reject_after(blank, blocks.rare)
            self.count_cells(0, 1, advise)

    def count_cells(self, index: int, width: int, advise: bool = False) -> None:
        """Count one cell of each record; all records have ``width`` cells, or as many as the first where that is 0."""
        self._cells_seen.update(self._cells(index, width, advise))

    def _cells(self, index: int, width: int, advise: bool) -> Iterator[str]:
        name = self.source.name
        for record in records_from(self.source, self.delimiter, self.line):
            cells = record.cells
            width = width or len(cells)
            if len(cells) != width:
                if advise:
                    what = f"expected one outcome a line, found {len(cells)} cells"
                    raise InputError(
                        f"{name}:{record.line}: {what}", "--column NAME counts one column of a CSV file with a header"
                    )
                raise InputError(f"{name}:{record.line}: expected {width} cells, found {len(cells)}")
            if index >= width:
                raise InputError(f"{name}:{record.line}: no column {index + 1}, the record has {width} cells")
            yield cells[index]

    def _account(self, counted: _Counted, blank: int | None) -> int | None:
        """Check and pass the lines of a block; the answer is the line of the first blank one at the end so far."""
        block, lines, blanks = counted.block, counted.lines, counted.blanks
        if not counted.is_utf8:
            decode(block, self.source.name, self.line)  # names the line
        if blanks < lines:
            self._reject_after(blank, block)
        if blanks:
            ended = len(block.rstrip(b"\r\n")) if blanks < lines else 0
            first = block.count(b"\n", 0, ended) + (blanks < lines)  # lines before the blank ones at the end
            if lines - first != blanks:
                raise self._blank(self.line + _first_blank(block))
            blank = blank or self.line + first
        self.line += lines
        return blank

    def _reject_after(self, blank: int | None, block: bytes) -> None:
        if blank and block.strip(b"\r\n"):
            raise self._blank(blank)

    def _blank(self, line: int) -> InputError:
        return InputError(f"{self.source.name}:{line}: a blank line inside the file", "every line is one outcome")


class _PlainBlocks:
    """Blocks of whole lines that need no careful reader, up to the first that does.

    That one is ``rare`` then and, like all behind it, still to be read from the source. ``endless`` says that a line
    had no end.
    """

    def __init__(self, source: Source, delimiter: bytes) -> None:
        self._source = source
        self._delimiter = delimiter
        self.rare = b""
        self.endless = False

    def __iter__(self) -> Iterator[bytes]:
        tail = b""
        while True:
            read = self._source.read(_BLOCK)
            final = len(read) < _BLOCK
            block, tail = _whole_lines(tail + read, final)
            if _is_rare(block, self._delimiter):
                self._source.unread(block + tail)
                self.rare = block
                return
            if block:
                yield block
            self.endless = len(tail) > LONGEST_RECORD
            if final or self.endless:
                return


@dataclass(frozen=True)
class _Counted:
    """A block of plain lines that were counted."""

    block: bytes
    lines: int
    blanks: int
    is_utf8: bool


def _is_utf8(block: bytes) -> bool:
    try:
        return block.isascii() or bool(block.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _whole_lines(data: bytes, final: bool) -> tuple[bytes, bytes]:
    """``data`` up to its last line end, and the rest; at the end all of it, with a line end."""
    if final:
        # A CR at the very end ends no line; the careful reader says so.
        return data + b"\n" if data and not data.endswith((b"\n", b"\r")) else data, b""
    cut = data.rfind(b"\n") + 1
    return data[:cut], data[cut:]


def _is_rare(block: bytes, delimiter: bytes) -> bool:
    """Whether a block needs the careful reader: it holds a quote, a delimiter, a NUL or a CR that ends no line."""
    if b'"' in block or delimiter in block or b"\0" in block:
        return True
    return b"\r" in block and block.count(b"\r") != block.count(b"\r\n")


def _first_blank(block: bytes) -> int:
    """How many lines stand before the first blank one."""
    found = re.search(rb"^\r?\n", block, re.MULTILINE)
    return block.count(b"\n", 0, found.start()) if found else 0


def _column(name: str, cells: list[str], asked: str) -> int:
    if cells.count(asked) == 1:
        return cells.index(asked)
    if asked in cells:
        raise InputError(f"{name}: {cells.count(asked)} columns are called {quoted(asked)}")
    shown = ", ".join(literal(cell) for cell in cells[:8]) + (", …" if len(cells) > 8 else "")
    from cecli.core.nearest import meant

    raise InputError(f"{name}: no column is called {quoted(asked)}", meant(asked, cells) or f"its columns are {shown}")


def _position(column: str | None) -> int:
    if column is None:
        return 0
    if not (column.isascii() and column.isdigit() and int(column[:9]) > 0):
        raise UsageError(
            f"--column: without a header a column is a position from 1, found {quoted(column)}", "e.g. --column 2"
        )
    return int(column[:9]) - 1


def _order(outcomes: list[str]) -> list[int]:
    """The places of the outcomes in numerical order if all are whole numbers, else by code point."""
    longest = max(map(len, outcomes))
    joined = "\n".join(outcomes)
    several = joined.count("\n") >= len(outcomes)  # a quoted cell may hold line ends
    if several or longest >= _LONGEST_WHOLE or joined.translate(_NO_SIGNS) or _NOT_WHOLE.search(joined):
        return sorted(range(len(outcomes)), key=outcomes.__getitem__)
    if longest > _LONGEST_FAST:
        return sorted(range(len(outcomes)), key=list(map(int, outcomes)).__getitem__)
    numbers = np.fromstring(joined, dtype=np.int64, sep="\n")
    order: list[int] = np.argsort(numbers).tolist()
    return order
