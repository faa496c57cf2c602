"""CSV and TSV in bulk: blocks parsed by PyArrow, and one that fails read again by the careful reader."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any

import numpy as np

from cecli.errors import InputError
from cecli.readers.sources.source import Source
from cecli.readers.tables.arrow_columns import flat
from cecli.readers.tables.csv_regular import numeric_table, single_characters
from cecli.readers.tables.csv_split import Splitter, quotes_are_regular
from cecli.readers.tables.first_rows import FirstRows, by_column, rows_to_see
from cecli.readers.tables.records import decode, parse_records, place
from cecli.readers.tables.table import BLOCK_BYTES, MOST_COLUMNS, Cells, Coded, Selection, SourceTable
from cecli.readers.tables.text_split import Piece

_OVERFLOW = re.compile(rb"nan|[0-9.][eE]\+?[0-9]{3}|[0-9]{300}", re.IGNORECASE)
"""What could have become infinite, or nan, without being written so."""


class CsvTable(SourceTable):
    """A text of records by RFC 4180, its first record a header unless ``header`` is false."""

    def __init__(self, source: Source, delimiter: str, header: bool, block_bytes: int = BLOCK_BYTES) -> None:
        super().__init__(source)
        self.header = header
        self.delimiter = delimiter
        self._splitter = Splitter(source, block_bytes)
        self._pieces = self._splitter.pieces()
        self._ahead: list[Piece] = []
        first = self._splitter.first_record(keep=not header)
        if not first.strip(b"\r\n"):
            raise InputError(
                f"{self.name}: the file is empty"
                if not first
                else f"{self.name}:1: a blank line where the header should be"
            )
        cells = next(iter(parse_records(decode(first, self.name, 1), delimiter, self.name))).cells
        self.columns = tuple(cells) if header else tuple(str(k) for k in range(len(cells)))

    def blocks(self, selection: Selection) -> Iterator[CsvBlock]:
        """The rows in pieces of the file."""
        return (CsvBlock(self, piece, selection) for piece in self._in_order())

    def first_rows(self, texts: Collection[int] = ()) -> FirstRows:
        """The first rows; they are still to come. What cannot be read there is left to the blocks to say."""
        if not self._ahead:
            self._ahead += islice(self._pieces, 1)
        if not self._ahead:
            return FirstRows()
        rows, data = rows_to_see(len(self.columns)), self._ahead[0].data
        if not self._ahead[0].quoted:
            data = b"\n".join(data.split(b"\n", rows)[:rows])
        try:
            text = data.decode("utf-8", "replace")
            found = [record.cells for record in islice(parse_records(text, self.delimiter, self.name), rows)]
        except InputError:
            return FirstRows()  # the blocks will say it
        return FirstRows(by_column(found, len(self.columns)))

    def _in_order(self) -> Iterator[Piece]:
        while self._ahead:
            yield self._ahead.pop(0)
        yield from self._pieces


class CsvBlock:
    """A piece of a text; parsed by PyArrow where that is sure to read what the careful reader would."""

    def __init__(self, table: CsvTable, piece: Piece, selection: Selection) -> None:
        self.first_row = piece.first_row
        self.rows = piece.rows
        self._table = table
        self._piece = piece
        self._selection = selection

    def parse(self) -> Cells:
        """The selected cells."""
        cells = self._parse_fast()
        if cells is not None:
            return cells
        from cecli.readers.tables.csv_careful import read_carefully

        table, piece = self._table, self._piece
        return read_carefully(piece, table.columns, table.delimiter, table.name, self._selection)

    def place(self, row: int, column: int | None = None) -> str:
        """``preds.csv:17`` or ``preds.csv:17: column 3 (dog)``."""
        table, piece = self._table, self._piece
        line = piece.first_line + row
        if piece.lines > piece.rows:  # line ends inside quotes: only reading tells where the row starts
            text = decode(piece.data, table.name, piece.first_line)
            records = parse_records(text, table.delimiter, table.name, piece.first_line)
            line = next(record.line for k, record in enumerate(records) if k == row)
        return place(table.name, line, column, None if column is None else table.columns[column])

    def _parse_fast(self) -> Cells | None:
        """What PyArrow reads, or None where the careful reader must see the block."""
        if self._piece.data.endswith(b"\r"):
            return None  # PyArrow takes a carriage return at the end of the file for a line end
        cells = self._regular()
        if cells is not None:
            return cells
        if len(self._table.columns) > MOST_COLUMNS or not self._is_plain():
            return None
        columns = self._arrow_columns()
        if columns is None:
            return None
        chosen = self._selection
        numbers = np.empty((len(chosen.numbers), self.rows))
        for k, column in enumerate(chosen.numbers):
            numbers[k] = flat(columns[column])
        if not np.isfinite(numbers).all() and _OVERFLOW.search(self._piece.data):
            return None
        coded = tuple(_coded(columns[column]) for column in chosen.coded)
        return Cells(numbers.T, coded, tuple(columns[column] for column in chosen.strings))

    def _regular(self) -> Cells | None:
        """A block that is nothing but numbers, or one character a line; None where it is not."""
        chosen, piece, width = self._selection, self._piece, len(self._table.columns)
        if chosen.coded == (0,) and width == 1 and not chosen.strings:
            column = single_characters(piece.data, piece.rows)
            if column is None or self._table.delimiter in column.values:
                return None  # a delimiter alone in its line is two empty cells
            return Cells(np.empty((piece.rows, 0)), (column,))
        if chosen.coded or chosen.strings or len(chosen.numbers) < width or piece.quoted:
            return None
        numbers = numeric_table(piece.data, piece.rows, width, self._table.delimiter)
        if numbers is None or (not np.isfinite(numbers).all() and _OVERFLOW.search(piece.data)):
            return None
        return Cells(numbers if chosen.numbers == tuple(range(width)) else numbers[:, list(chosen.numbers)])

    def _is_plain(self) -> bool:
        data = self._piece.data
        if b"\0" in data or data.startswith(b"\xef\xbb\xbf"):
            return False  # PyArrow would leave out a byte order mark, which inside a file is text
        if (len(self._table.columns) == 1 or not self._selection.numbers) and (
            data.startswith((b"\n", b"\r\n")) or b"\n\n" in data or b"\n\r\n" in data
        ):
            return False  # PyArrow takes a blank line for empty cells, of which only a number would complain
        return not self._piece.quoted or quotes_are_regular(data, ord(self._table.delimiter))

    def _arrow_columns(self) -> dict[int, Any] | None:
        """The selected columns by position; one may be both coded and a string, but not a number, too."""
        import pyarrow as pa
        from pyarrow import csv

        chosen, piece = self._selection, self._piece
        if not set(chosen.numbers).isdisjoint((*chosen.coded, *chosen.strings)):
            return None
        names = [str(k) for k in range(len(self._table.columns))]
        types: dict[str, Any] = {str(k): pa.float64() for k in chosen.numbers}
        types |= {str(k): pa.dictionary(pa.int32(), pa.string()) for k in chosen.coded}
        types |= {str(k): pa.string() for k in chosen.strings}
        try:
            table = csv.read_csv(
                pa.BufferReader(piece.data),
                csv.ReadOptions(use_threads=False, block_size=len(piece.data) + 1, column_names=names),
                csv.ParseOptions(
                    delimiter=self._table.delimiter,
                    ignore_empty_lines=False,
                    newlines_in_values=piece.lines > piece.rows,
                ),
                csv.ConvertOptions(
                    column_types=types, include_columns=list(types), null_values=[], strings_can_be_null=False
                ),
            )
        except pa.ArrowInvalid:
            return None  # the careful reader finds what is wrong, or reads what PyArrow was too strict about
        if table.num_rows != piece.rows:
            return None
        whole = (column.chunk(0) if column.num_chunks == 1 else column.combine_chunks() for column in table.columns)
        return {int(name): column for name, column in zip(table.column_names, whole, strict=True)}


def _coded(column: Any) -> Coded:
    if not hasattr(column, "dictionary"):
        column = column.dictionary_encode()
    return Coded(flat(column.indices), column.dictionary.to_pylist())
