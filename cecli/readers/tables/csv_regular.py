"""Blocks of text so regular that their cells can be found by NumPy, without a tokenizer.

Most files of predictions are nothing but numbers, commas and line ends, and most files of labels a digit a line. For
these the places of the delimiters say where every cell is; all else is left to the reader of any CSV.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.readers.tables.table import Coded

_FEW_BYTES = 1 << 20
"""Below this, in all that a process reads, the import of PyArrow costs more than it saves."""

_read_without = [0]
"""Bytes that have been read without it."""

_NUMERALS = b"0123456789.eE-"
"""Of these alone ``float`` makes just the numbers that ``numbers.parse_number`` knows."""

_NEWLINE = 10
_BEFORE_NUMBERS = 45
"""``-`` is the first character of a number by code; space, quote, plus, comma, tab and line ends all come before it."""


def numeric_table(data: bytes, rows: int, columns: int, delimiter: str) -> NDArray[np.float64] | None:
    """The cells of a block of numbers alone, shape (rows, columns); None where it is anything but.

    Every byte below ``-`` is taken for the end of a cell: if there are just as many as cells, every ``columns``-th a
    line end and the others delimiters, then each is what it seems to be. The cells of many rows then go to PyArrow's
    conversion of texts, with the delimiters between them as nulls; those of few to Python's.
    """
    if ord(delimiter) >= _BEFORE_NUMBERS or not data.endswith(b"\n"):
        return None
    view = np.frombuffer(data, dtype=np.uint8)
    ends = _ends(view)
    if len(ends) != rows * columns:
        return None
    by_row = view.take(ends).reshape(rows, columns)
    if not ((by_row[:, -1] == _NEWLINE).all() and (by_row[:, :-1] == ord(delimiter)).all()):
        return None
    values = _read(data, delimiter) if _are_few(data) else _converted(data, ends)
    return None if values is None else values.reshape(rows, columns)


def _ends(view: NDArray[np.uint8]) -> NDArray[np.integer[Any]]:
    """The places of the bytes below ``-``, in order.

    NumPy looks at every byte to find them. Looking at words of four first is twice as fast, where no word holds two:
    then the byte that is set in it says by multiplication which it is.
    """
    is_end = np.empty(-(-len(view) // 4) * 4, dtype=bool)
    is_end[len(view) :] = False
    np.less(view, _BEFORE_NUMBERS, out=is_end[: len(view)])
    words = is_end.view("<u4")
    places = np.flatnonzero(words != 0)
    found = words.take(places)
    if (found & (found - np.uint32(1))).any():
        return np.flatnonzero(is_end)
    found *= np.uint32(0x00010203)  # 1 << 8 k becomes k in the highest byte
    found >>= np.uint32(24)
    ends = places.astype(np.int32)
    ends <<= 2
    ends += found.view(np.int32)
    return ends


def _are_few(data: bytes) -> bool:
    if "pyarrow" in sys.modules or _read_without[0] + len(data) > _FEW_BYTES:
        return False
    _read_without[0] += len(data)
    return True


def _read(data: bytes, delimiter: str) -> NDArray[np.float64] | None:
    if data.translate(None, _NUMERALS + b"\n" + delimiter.encode()):
        return None
    cells = data.decode("ascii").replace("\n", delimiter).split(delimiter)
    try:
        return np.array(list(map(float, cells[:-1])))
    except ValueError:
        return None


def _converted(data: bytes, ends: NDArray[np.integer[Any]]) -> NDArray[np.float64] | None:
    import pyarrow as pa
    import pyarrow.compute

    cells = len(ends)
    offsets = np.empty(2 * cells + 1, dtype=np.int32)
    offsets[0] = 0
    offsets[1::2] = ends
    np.add(ends, 1, out=offsets[2::2], casting="unsafe")
    every_other = np.full((2 * cells + 7) // 8, 0b01010101, dtype=np.uint8)
    texts = pa.StringArray.from_buffers(
        2 * cells, pa.py_buffer(offsets), pa.py_buffer(data), pa.py_buffer(every_other), cells
    )
    try:
        numbers = pyarrow.compute.cast(texts, pa.float64())
    except pa.ArrowInvalid:
        return None
    return np.frombuffer(numbers.buffers()[1], dtype=np.float64, count=2 * cells)[::2]


def single_characters(data: bytes, rows: int) -> Coded | None:
    """A column of one character a line, as digits are; None where a line is anything else."""
    view = np.frombuffer(data, dtype=np.uint8)
    if len(view) != 2 * rows or not (view[1::2] == _NEWLINE).all():
        return None
    letters = view[::2]
    present = np.flatnonzero(np.bincount(letters, minlength=256))
    if present[0] <= 32 or present[-1] >= 127 or chr(34).encode() in data:
        return None  # blank lines, quotes, and what is not ASCII go to the other readers
    codes = np.zeros(256, dtype=np.uint8)
    codes[present] = np.arange(len(present))
    return Coded(codes[letters], [chr(code) for code in present.tolist()])
