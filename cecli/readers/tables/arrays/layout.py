"""How the rows of an array lie in its bytes, and how they are read in blocks: rows are all indices but that of the
class, in C order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.readers.tables.arrays.data import Data
from cecli.readers.tables.arrays.spec import Array

Rows = NDArray[Any]
Piece = tuple[int, int, Callable[[], Rows]]
"""First row, number of rows, and what gives them, (rows, K); it may run in any thread."""

_STRETCH = 1 << 14
_WIDE_BYTES = 1 << 25
"""Where the classes of a row lie apart a block takes a read per class; of many classes so many bytes of each are read
at once, up to so many in all, and blocks are cut from that."""


class CutShort(Exception):
    """There are fewer bytes than the shape promises."""


@dataclass(frozen=True)
class Layout:
    """The rows of an array: ``outer`` times ``classes`` times ``inner`` elements in C order are its bytes, and a row
    is one of ``outer`` and one of ``inner``; ``inner`` 0 where several axes in Fortran order allow no such view."""

    array: Array
    class_axis: int
    outer: int
    classes: int
    inner: int

    @classmethod
    def of(cls, array: Array, class_axis: int | None) -> Layout:
        """``class_axis`` None: the classes are 1, and every element is a row."""
        shape, fortran = array.shape, array.fortran and len(array.shape) > 1
        if class_axis is None:
            return cls(array, len(shape), math.prod(shape), 1, 0 if fortran else 1)
        classes, before, behind = shape[class_axis], math.prod(shape[:class_axis]), math.prod(shape[class_axis + 1 :])
        if not fortran:
            return cls(array, class_axis, before, classes, behind)
        if len(shape) == 2:
            return cls(array, class_axis, behind, classes, before)
        return cls(array, class_axis, before * behind, classes, 0)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.outer * (self.inner or 1)

    @property
    def sliced_axis(self) -> int:
        """The first axis that is not the class's."""
        return 1 if self.class_axis == 0 else 0

    @property
    def scattered_bytes(self) -> int:
        """Bytes of one index of that axis, where several axes in Fortran order scatter them."""
        return 0 if self.inner else self.array.bytes // max(1, self.array.shape[self.sliced_axis])

    @property
    def in_turn(self) -> bool:
        """Whether the bytes of a row lie together and rows follow each other, as a stream must have it."""
        return self.inner == 1

    def index(self, row: int, column: int | None = None) -> str:
        """Where a row or an element stands, as it is written in Python: ``[3, 11, 4]``, ``[3, 11, :]`` the row."""
        axes = [size for k, size in enumerate(self.array.shape) if k != self.class_axis]
        numbers = [str(int(k)) for k in np.unravel_index(row, axes)]
        if self.class_axis < len(self.array.shape):
            numbers.insert(self.class_axis, ":" if column is None else str(column))
        return f"[{', '.join(numbers)}]"

    def pieces(self, data: Data, size: int) -> Iterator[Piece]:
        """The rows in blocks of at most ``size``, in their order."""
        if not self.rows:
            return iter(())
        if not self.inner:
            return _mixed(self, data, size)
        if self.inner == 1:
            return _together(self, data, size)
        return _strips(self, data, size) if self.inner >= size else _whole(self, data, size)


def _together(of: Layout, data: Data, size: int) -> Iterator[Piece]:
    """The classes of a row lie together."""
    width = of.classes * of.array.dtype.itemsize
    for first in range(0, of.rows, size):
        rows = min(size, of.rows - first)
        if data.in_place:
            yield first, rows, partial(_block, of, data, first * width, (rows, of.classes))
            continue
        got = data.read(rows * width)
        if len(got) < rows * width:
            raise CutShort
        table = np.frombuffer(got, dtype=of.array.dtype).reshape(rows, of.classes)
        yield first, rows, partial(table.__getitem__, slice(None))


def _whole(of: Layout, data: Data, size: int) -> Iterator[Piece]:
    """A block holds all of ``inner``, of several of ``outer``."""
    item = of.classes * of.inner * of.array.dtype.itemsize
    several = max(1, size // of.inner)

    def load(start: int, count: int) -> Rows:
        block = _block(of, data, start * item, (count, of.classes, of.inner))
        rows: Rows = block.transpose(0, 2, 1).reshape(-1, of.classes)
        return rows

    for start in range(0, of.outer, several):
        count = min(several, of.outer - start)
        yield start * of.inner, count * of.inner, partial(load, start, count)


def _strips(of: Layout, data: Data, size: int) -> Iterator[Piece]:
    """A block is a stretch of ``inner``, read class by class."""
    bytes_of_one = of.array.dtype.itemsize
    wide = min(_STRETCH // bytes_of_one, _WIDE_BYTES // (of.classes * bytes_of_one)) // size * size
    for number in range(of.outer):
        table: Rows = np.empty((0, 0))
        for first in range(0, of.inner, size):
            rows, row = min(size, of.inner - first), number * of.inner + first
            place = number * of.classes * of.inner + first
            if wide <= size:
                yield row, rows, partial(_stretches, of, data, place, rows)
                continue
            start = first % wide
            if start == 0:
                table = _stretches(of, data, place, min(wide, of.inner - first))
            yield row, rows, partial(table.__getitem__, slice(start, start + rows))


def _mixed(of: Layout, data: Data, size: int) -> Iterator[Piece]:
    """Several axes in Fortran order: some indices of the first axis that is not the class's at a time, read whole."""
    shape, dtype = of.array.shape, of.array.dtype
    axis = of.sliced_axis
    fast = math.prod(shape[:axis])  # elements that lie together, of each index of the axis
    slow = shape[:axis:-1]
    apart, per_index = math.prod(slow), of.rows // shape[axis]
    several = max(1, -(-size // per_index), min(_STRETCH // (fast * dtype.itemsize), _WIDE_BYTES // of.scattered_bytes))
    for start in range(0, shape[axis], several):
        count = min(several, shape[axis] - start)
        table = np.empty((apart, count * fast), dtype=dtype)
        _fill(data, table, start * fast * dtype.itemsize, shape[axis] * fast * dtype.itemsize)
        whole = table.reshape(*slow, count, *shape[:axis][::-1]).transpose()
        if of.class_axis < len(shape):
            whole = np.moveaxis(whole, of.class_axis, -1)
        rows = np.ascontiguousarray(whole).reshape(-1, of.classes)
        for first in range(0, len(rows), size):
            part = slice(first, min(first + size, len(rows)))
            yield start * per_index + first, part.stop - first, partial(rows.__getitem__, part)


def _block(of: Layout, data: Data, place: int, shape: tuple[int, ...]) -> Rows:
    """Elements that lie together."""
    array = np.empty(shape, dtype=of.array.dtype)
    _fill(data, array.reshape(1, -1), place, 0)
    return array


def _stretches(of: Layout, data: Data, first: int, rows: int) -> Rows:
    """So many rows from the element ``first``, a read per class."""
    table = np.empty((of.classes, rows), dtype=of.array.dtype)
    bytes_of_one = of.array.dtype.itemsize
    _fill(data, table, first * bytes_of_one, of.inner * bytes_of_one)
    return np.transpose(table)


def _fill(data: Data, table: Rows, place: int, step: int) -> None:
    """Fill the rows of a table with what stands at ``place``, then ``step`` bytes on."""
    view = memoryview(table.view(np.uint8).reshape(-1).data)
    stretch = len(view) // len(table) if len(table) else 0
    for start in range(0, len(view), stretch or 1):
        if not data.read_into(view[start : start + stretch], place):
            raise CutShort
        place += step
