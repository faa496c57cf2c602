"""The rows of a small table as texts, whatever wrote it: text by the careful reader, all else as predictions are read.

Text does not go through the tables of predictions since those need PyArrow, which takes longer to load than a small
file to read, and since here all cells of a column are looked at anyway.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Protocol

from cecli.errors import InputError
from cecli.readers.sources.source import Source, open_source
from cecli.readers.tables.formats import format_of, table_of
from cecli.readers.tables.problems import Problems
from cecli.readers.tables.records import Record, place, read_records
from cecli.readers.tables.table import Block, Selection, Table, TableOptions
from cecli.readers.tables.texts.look import Said, open_text, shape_of


class SmallRows(Protocol):
    """Named columns and rows of texts. ``word`` is what a row is called, "line", "row" or "record"; ``header`` is where
    the names stand, as messages begin; ``numbered`` says that the columns have no names but their numbers."""

    name: str
    columns: list[str]
    word: str
    header: str
    numbered: bool

    def first(self) -> list[str] | None:
        """The cells of the first row; None where there is none."""

    def rows(self, columns: Sequence[int], problems: Problems) -> Iterator[tuple[int, list[str]]]:
        """The number of each row and its cells in ``columns``; rows that are no rows go to the problems."""

    def place(self, row: int, column: int | None = None, header: str | None = None) -> str:
        """Where a row or a cell stands, as messages begin."""


@contextmanager
def open_small(path: str, delimiter: str | None, shared: bool = False) -> Iterator[SmallRows | None]:
    """The small table at ``path`` (``-``: standard input); None where there is nothing in it.

    A ``delimiter`` that is ``shared`` was said of another file: it holds for a text with it in the first line.
    """
    with open_source(path) as source:
        form = format_of(source)
        if form.delimiter is not None:
            yield _text(source, Said(form.delimiter, delimiter, shared=shared))
            return
        delimiter = None if shared else delimiter
        if delimiter is None and form.name == "jsonl" and is_document(source):
            from cecli.readers.small.document import DocumentRows

            yield DocumentRows(source)
            return
        table = table_of(source, TableOptions(delimiter))
        try:
            yield TableRows(table)
        finally:
            table.close()


def is_document(source: Source) -> bool:
    """Whether a brace opens an object that goes on in the next line, which no line of JSON Lines does."""
    first, end, _ = source.peek(512).lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")
    return bool(end) and not first.rstrip().endswith(b"}")


def _text(source: Source, said: Said) -> TextRows | None:
    delimiter, _ = open_text(source, said, shape_of(source, said))
    records = read_records(source, delimiter)
    header = next(records, None)
    return None if header is None else TextRows(source.name, header, records, delimiter)


class TextRows:
    """A text of records, the first of which is the header."""

    word = "line"
    numbered = False

    def __init__(self, name: str, header: Record, records: Iterator[Record], delimiter: str) -> None:
        self.name = name
        self.columns = header.cells
        self.header = f"{name}:{header.line}"
        self.delimiter = delimiter
        self._first = next(records, None)
        self._records = records

    def first(self) -> list[str] | None:
        """The cells of the first row."""
        return None if self._first is None else self._first.cells

    def rows(self, columns: Sequence[int], problems: Problems) -> Iterator[tuple[int, list[str]]]:
        """All rows that are as wide as the header."""
        width = len(self.columns)
        for record in chain([] if self._first is None else [self._first], self._records):
            cells = record.cells
            if len(cells) != width:
                what = f"expected {width} {'cell' if width == 1 else 'cells'} as in the header, found {len(cells)}"
                problems.add(record.line, None, None, what)
            else:
                yield record.line, [cells[k] for k in columns]

    def place(self, row: int, column: int | None = None, header: str | None = None) -> str:
        """``p.csv:17: column 2 (count)``."""
        return place(self.name, row, column, header)


class TableRows:
    """A table of any other format."""

    def __init__(self, table: Table) -> None:
        self.name = self.header = table.name
        self.word: str = getattr(table, "row_word", "row")
        self.columns = list(table.columns)
        self.numbered = not table.header
        self._table = table
        self._blocks: list[Block] = []
        self._chosen: tuple[int, ...] = ()
        if getattr(table, "vector_width", 0):
            raise InputError(
                f"{table.name}: a column of it holds lists; a PMF is read from a row for each outcome",
                "write one outcome and its number a row",
            )

    def first(self) -> list[str] | None:
        """Nothing: cells are read when it is known of which columns."""
        return None

    def rows(self, columns: Sequence[int], problems: Problems) -> Iterator[tuple[int, list[str]]]:
        """All rows; a cell that holds no text or number raises CellErrors."""
        for block in self._table.blocks(Selection(coded=tuple(columns))):
            self._blocks = [*self._blocks, block]
            cells = block.parse()
            texts = [[column.values[code] for code in column.codes.tolist()] for column in cells.coded]
            rows = zip(*texts, strict=True) if texts else iter([()] * block.rows)
            for row, own in enumerate(rows, block.first_row + 1):
                yield row, list(own)

    def place(self, row: int, column: int | None = None, header: str | None = None) -> str:
        """Where its own format says that a cell stands."""
        block = next((block for block in reversed(self._blocks) if block.first_row < row), None)
        if block is None:
            return place(self.name, row, column, header)
        return block.place(row - 1 - block.first_row, column)
