"""An array as a table of rows by classes, read in blocks of rows, never mapped or held whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.errors import InputError
from cecli.readers.sources.source import Source
from cecli.readers.tables.arrays.data import Data, InFile, InStream
from cecli.readers.tables.arrays.layout import CutShort, Layout, Piece
from cecli.readers.tables.arrays.shapes import axis_of
from cecli.readers.tables.arrays.spec import Array, ArrayOptions, numbers_of, whole_of
from cecli.readers.tables.fields import WIDEST
from cecli.readers.tables.table import Cells, Coded, Selection

_BLOCK_BYTES = 1 << 21
"""Bytes of doubles in a block: with the copies that scoring makes of it, it stays in the cache."""

_MANY = 1024
_WIDE_BLOCK_BYTES = 1 << 24
"""The same where a row has many columns: scoring then takes a few rows at a time, and adds many up at once."""

_MOST_SCATTERED = 1 << 29
"""Bytes of one index that are held at once, of several axes in Fortran order."""


class ArrayTable:
    """An array of numbers: a row for every index of all axes but that of the classes, whose columns are called 0…K-1.

    ``shape`` is that of the array, ``labels_beside`` the path of the labels that lie in the same file,
    if that is known.
    """

    header = False

    def __init__(
        self,
        name: str,
        source: Source,
        array: Array,
        data: InFile | InStream,
        options: ArrayOptions,
    ) -> None:
        """``source`` is the file, ``data`` the bytes of the array in it."""
        self.name, self.shape = name, array.shape
        self.labels_beside: str | None = None
        self.layout = Layout.of(array, axis_of(array.shape, options, name))
        self._source, self._array = source, array
        self._indexed = len(array.shape) > 2 or (len(array.shape) == 2 and self.layout.class_axis != 1)
        self._given = 0
        if self.layout.classes > WIDEST:
            raise InputError(
                f"{name}: its header promises rows of {self.layout.classes:,} columns, more than {WIDEST:,}"
            )
        self._row_bytes = self.layout.classes * array.dtype.itemsize
        if self.layout.scattered_bytes > _MOST_SCATTERED:
            raise InputError(
                f"{name}: one index of an axis has more than 512 MiB, which Fortran order scatters over the file",
                "save it in C order: numpy.save(FILE, numpy.ascontiguousarray(a))",
            )
        self._check_length(data)
        self._data: Data = data.copied() if isinstance(data, InStream) and not self.layout.in_turn else data
        self.columns = tuple(str(k) for k in range(self.layout.classes))

    @property
    def total_rows(self) -> int:
        """How many rows its header promises."""
        return self.layout.rows

    @property
    def size(self) -> int | None:
        """Bytes on disk, where that is known."""
        return self._source.size

    @property
    def position(self) -> int:
        """Bytes taken from the disk so far."""
        return self._data.position(self._given * self._row_bytes)

    def blocks(self, selection: Selection) -> Iterator[ArrayBlock]:
        """The rows in blocks of about two megabytes."""
        width = self.layout.classes
        most = _BLOCK_BYTES if width < _MANY else _WIDE_BLOCK_BYTES
        size = max(1, most // max(8 * width, self._row_bytes))  # a long text has more bytes than a double
        everything = selection.numbers == tuple(range(width))
        try:
            for piece in self.layout.pieces(self._data, size):
                self._given = piece[0] + piece[1]
                yield ArrayBlock(self, piece, selection, everything)
        except CutShort as error:
            raise self._cut_short() from error
        if not self._data.check_end():
            raise self._too_long()

    def close(self) -> None:
        """Close the file."""
        self._data.close()
        self._source.close()

    def numbers(self, array: NDArray[Any]) -> NDArray[Any]:
        """Elements as floats."""
        return numbers_of(array, self._array, self.name)

    def texts(self, array: NDArray[Any]) -> Coded:
        """A column of elements as texts."""
        return _coded(whole_of(array, self._array, self.name))

    def load(self, piece: Piece) -> NDArray[Any]:
        """The rows of a piece."""
        try:
            return piece[2]()
        except CutShort as error:
            raise self._cut_short() from error

    def place(self, row: int, column: int | None = None) -> str:
        """``logits.npy: row 17, column 3``, both counted from 1; of several axes the index, as Python writes it."""
        if self._indexed:
            return f"{self.name}: {self.layout.index(row, column)}"
        text = f"{self.name}: row {row + 1}"
        return text if column is None else f"{text}, column {column + 1}"

    def _check_length(self, data: Data) -> None:
        over = data.check_length(self._array.bytes, self._row_bytes)
        if over < 0:
            raise self._cut_short()
        if over > 0:
            raise self._too_long()

    def _too_long(self) -> InputError:
        return InputError(
            f"{self.name}: bytes follow the array of {self.layout.rows:,} rows: a file of several arrays, or a broken "
            "one",
            "save one array: numpy.save(FILE, numpy.concatenate(arrays))",
        )

    def _cut_short(self) -> InputError:
        return InputError(
            f"{self.name}: the file is cut short: its header promises {self.layout.rows:,} rows of "
            f"{self.layout.classes:,} {self._array.called}"
        )


class ArrayBlock:
    """Some rows of an array."""

    def __init__(self, table: ArrayTable, piece: Piece, selection: Selection, everything: bool) -> None:
        self.first_row, self.rows, _ = piece
        self._table, self._piece = table, piece
        self._selection, self._everything = selection, everything

    def parse(self) -> Cells:
        """The selected columns; numbers keep their precision until they are scored."""
        chosen, array = self._selection, self._table.load(self._piece)
        if chosen.numbers and array.dtype.kind == "U":
            raise InputError(f"{self._table.name}: expected {chosen.number_kind}, found an array of texts")
        numbers = array if self._everything else array[:, list(chosen.numbers)]
        return Cells(self._table.numbers(numbers) if chosen.numbers else np.empty((self.rows, 0)),
                     tuple(self._table.texts(array[:, k]) for k in chosen.coded))  # fmt: skip

    def place(self, row: int, column: int | None = None) -> str:
        """Where a row of this block or one of its elements stands."""
        return self._table.place(self.first_row + row, column)


def _coded(column: NDArray[Any]) -> Coded:
    values, codes = np.unique(column, return_inverse=True)
    return Coded(codes, [str(value).lower() if column.dtype.kind == "b" else str(value) for value in values.tolist()])
