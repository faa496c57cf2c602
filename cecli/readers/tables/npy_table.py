"""NumPy's .npy: an array of rows by classes, read in blocks of rows at their offsets, never mapped or held whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from io import FileIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.errors import InputError, unreadable
from cecli.readers.sources.source import Source
from cecli.readers.tables.fields import WIDEST
from cecli.readers.tables.npy_header import HEADER_BYTES, Header, parse_header
from cecli.readers.tables.records import LONGEST_RECORD
from cecli.readers.tables.table import Cells, Coded, Selection, SourceTable

_BLOCK_BYTES = 1 << 21
"""Bytes of doubles in a block: with the copies that scoring makes of it, it stays in the cache."""

_MANY = 1024
_WIDE_BLOCK_BYTES = 1 << 24
"""The same where a row has many columns: scoring then takes a few rows at a time, and adds many up at once."""

_STRETCH = 1 << 14
_WIDE_BYTES = 1 << 25
"""In Fortran order a block takes a read per column; of many columns so many bytes of each are read at once, up to so
many in all, and blocks are cut from that."""


class NpyTable(SourceTable):
    """An array of shape (n, K) or (n,) of numbers; its columns are called 0…K-1."""

    header = False

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        header = self._read_header()
        if header.shape[-1] > WIDEST and len(header.shape) == 2:
            raise InputError(
                f"{self.name}: its header promises rows of {header.shape[1]:,} columns, more than {WIDEST:,}"
            )
        self._dtype, self._offset = header.dtype, header.offset
        self._rows = header.shape[0]
        self._width = header.shape[1] if len(header.shape) == 2 else 1
        self._fortran = header.fortran and len(header.shape) == 2 and self._width > 1
        self._row_bytes = self._width * self._dtype.itemsize
        self._given = 0
        if source.file is not None:
            self._check_length()
        elif self._rows and (self._row_bytes > LONGEST_RECORD or len(source.peek(self._row_bytes)) < self._row_bytes):
            raise self._cut_short()
        self.columns = tuple(str(k) for k in range(self._width))
        if self._fortran and source.file is None:
            raise InputError(
                f"{self.name}: an array in Fortran order is read from a plain file only",
                "unpack it, or save it in C order: numpy.save(FILE, numpy.ascontiguousarray(a))",
            )

    def blocks(self, selection: Selection) -> Iterator[NpyBlock]:
        """The rows in blocks of about two megabytes."""
        most = _BLOCK_BYTES if self._width < _MANY else _WIDE_BLOCK_BYTES
        size = max(1, most // max(8 * self._width, self._row_bytes))  # a long text has more bytes than a double
        everything = selection.numbers == tuple(range(self._width))
        for first, rows, load in self._pieces(size):
            self._given = first + rows
            yield NpyBlock(self, rows, load, first, selection, everything)
        if self._source.file is not None:
            self._source.check_unchanged()
        elif self._source.read(1):
            raise self._too_long()

    @property
    def total_rows(self) -> int:
        """How many rows its header promises."""
        return self._rows

    @property
    def position(self) -> int:
        """Bytes taken from the disk so far."""
        if self._source.file is None:
            return self._source.position
        return self._offset + self._given * self._row_bytes

    def _read_header(self) -> Header:
        header = parse_header(self._source.peek(HEADER_BYTES), self.name)
        self._source.read(header.offset)
        shape = header.shape
        if len(shape) not in (1, 2) or 0 in shape[1:] or min(shape) < 0:
            raise InputError(f"{self.name}: expected an array of shape (rows, classes), found {shape}")
        return header

    def _pieces(self, size: int) -> Iterator[tuple[int, int, Callable[[], NDArray[Any]]]]:
        """First row, number of rows, and what gives them; a plain file is read in the thread that asks for them."""
        wide = min(_STRETCH // self._dtype.itemsize, _WIDE_BYTES // self._row_bytes) // size * size
        whole = self._columns if self._fortran else self._rows_of_file if self._source.file else None
        for first in range(0, self._rows, size):
            rows = min(size, self._rows - first)
            if whole is None:
                table, start = self._from_stream(rows), 0
            elif not self._fortran or wide <= size:
                yield first, rows, partial(whole, first, rows)
                continue
            else:
                start = first % wide
                if start == 0:
                    table = self._columns(first, min(wide, self._rows - first))
            yield first, rows, partial(table.__getitem__, slice(start, start + rows))

    def _from_stream(self, rows: int) -> NDArray[Any]:
        data = self._source.read(rows * self._row_bytes)
        if len(data) < rows * self._row_bytes:
            raise self._cut_short()
        array: NDArray[Any] = np.frombuffer(data, dtype=self._dtype).reshape(rows, self._width)
        return array

    def _rows_of_file(self, first: int, rows: int) -> NDArray[Any]:
        array = np.empty((rows, self._width), dtype=self._dtype)
        self._read_into(array, rows * self._row_bytes, self._offset + first * self._row_bytes, 0)
        return array

    def _columns(self, first: int, rows: int) -> NDArray[Any]:
        """Fortran order keeps each column together, so some rows take K reads."""
        table = np.empty((self._width, rows), dtype=self._dtype)
        place, step = self._offset + first * self._dtype.itemsize, self._rows * self._dtype.itemsize
        self._read_into(table, rows * self._dtype.itemsize, place, step)
        return np.transpose(table)

    def _read_into(self, array: NDArray[Any], stretch: int, place: int, step: int) -> None:
        """Fill ``array`` with stretches of so many bytes, the first at ``place`` of the file, the next ``step`` on.

        The file is opened anew, so that threads share no position.
        """
        view = memoryview(array.view(np.uint8).reshape(-1).data)
        try:
            with open(str(self._source.file), "rb", buffering=0) as file:
                for start in range(0, len(view), stretch):
                    part = view[start : start + stretch]
                    while part:
                        got = _read_at(file, part, place + stretch - len(part))
                        if not got:
                            raise self._cut_short()
                        part = part[got:]
                    place += step
        except OSError as error:
            raise InputError(f"{self.name}: {unreadable(error)}") from error

    def _check_length(self) -> None:
        have, wanted = self._source.size or 0, self._offset + self._rows * self._row_bytes
        if have < wanted:
            raise self._cut_short()
        if have > wanted:
            raise self._too_long()

    def _too_long(self) -> InputError:
        return InputError(
            f"{self.name}: bytes follow the array of {self._rows:,} rows: a file of several arrays, or a broken one",
            "save one array: numpy.save(FILE, numpy.concatenate(arrays))",
        )

    def _cut_short(self) -> InputError:
        return InputError(
            f"{self.name}: the file is cut short: "
            f"its header promises {self._rows:,} rows of {self._width:,} {self._dtype}"
        )


def _read_at(file: FileIO, part: memoryview, place: int) -> int:
    """How many bytes at ``place`` were read into ``part``; in one call where the system has it."""
    if hasattr(os, "preadv"):
        return os.preadv(file.fileno(), [part], place)
    file.seek(place)
    return file.readinto(part) or 0


class NpyBlock:
    """Some rows of an array."""

    def __init__(
        self,
        table: NpyTable,
        rows: int,
        load: Callable[[], NDArray[Any]],
        first_row: int,
        selection: Selection,
        everything: bool,
    ) -> None:
        self.first_row = first_row
        self.rows = rows
        self._table = table
        self._load = load
        self._selection = selection
        self._everything = everything

    def parse(self) -> Cells:
        """The selected columns; numbers keep their precision until they are scored."""
        chosen, array = self._selection, self._load()
        if chosen.numbers and array.dtype.kind == "U":
            raise InputError(f"{self._table.name}: expected {chosen.number_kind}, found an array of texts")
        numbers = array if self._everything else array[:, list(chosen.numbers)]
        if numbers.dtype.kind != "f":
            numbers = numbers.astype(np.float64)
        elif not numbers.dtype.isnative:
            numbers = numbers.astype(numbers.dtype.newbyteorder("="))
        return Cells(numbers, tuple(_coded(array[:, k]) for k in chosen.coded))

    def place(self, row: int, column: int | None = None) -> str:
        """``logits.npy: row 17, column 3``, both counted from 1."""
        text = f"{self._table.name}: row {self.first_row + row + 1}"
        return text if column is None else f"{text}, column {column + 1}"


def _coded(column: NDArray[Any]) -> Coded:
    values, codes = np.unique(column, return_inverse=True)
    return Coded(codes, [str(value).lower() if column.dtype.kind == "b" else str(value) for value in values.tolist()])
