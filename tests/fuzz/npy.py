"""NumPy arrays: what is read is what numpy.load reads without pickles; a header that lies costs no memory."""

from __future__ import annotations

import io
from contextlib import closing
from typing import Any

import numpy as np

from cecli.readers.sources.source import open_source
from cecli.readers.tables.arrays.npy import open_npy
from cecli.readers.tables.arrays.spec import ANY_ARRAY
from cecli.readers.tables.table import Selection
from tests.fuzz.harness import chosen, concluded, saved, stream

MODULES = ("cecli.readers.tables.arrays.npy_header", "cecli.readers.tables.arrays.layout")


def saved_array(array: Any, **options: Any) -> bytes:
    """The bytes that numpy.save writes."""
    out = io.BytesIO()
    np.save(out, array, **options)
    return out.getvalue()


SEEDS = [b"\0" + saved_array(np.array(array)) for array in (
    [[0.5, 0.5], [0.25, 0.75]], [0, 1, 1], ["a", "bc"], [True, False], np.float16([[1, 0]]), np.array([[1.5]], ">f4"),
    np.asfortranarray([[0.5, 0.5], [0.25, 0.75]]),
    np.asfortranarray(np.ones((2, 3, 2))),
    np.ones((2, 1, 2)), np.zeros((0, 2)), np.zeros((2, 0)), np.uint64([[1], [2]]),
)]  # fmt: skip
FOUND = [
    b"\0\x93NUMPY\x01\0\x06\0{'a': (",  # ended in a TokenError
    b"\0" + saved_array(np.float32([[1]])).replace(b"}   ", b"}  \x1f"),  # white space to str.strip, and to nobody else
    b"\0"
    + saved_array(np.float32([[1]])).replace(b"order'", b'order"'),  # one kind of quote before a key, another behind
    b"\0" + saved_array(np.float32([[1]])).replace(b"NUMPY\x01\0", b"NUMPY\x01\x40"),  # a version that does not exist
    b"\0" + saved_array(np.float32([[1]])).replace(b"(1, 1)", b"(1,01)"),  # no number in Python
]
"""What once broke a promise, kept."""

WORDS = ["'shape': (", "(2, 2)", "(9223372036854775807, 2)", "(-1, 2)", "'descr': '|O'", "True", "False", "<f8", ">f2",
         "<U1000000", "'fortran_order': True", "|b1", "<c16", "<M8[s]",
         b"\x93NUMPY\x02\0", b"\x93NUMPY\x03\0", "{", "}", "[("]  # fmt: skip


def check(data: bytes) -> None:
    """Break where a file, a pipe and numpy.load differ."""
    (_,), text = chosen(data, range(1))
    with saved(text, "t.npy") as path:
        on_disk = concluded(lambda: read(open_source(path)))
    piped = concluded(lambda: read(stream(text)))
    if on_disk[0] == "read":
        array = np.load(io.BytesIO(text), allow_pickle=False)
        assert on_disk[1] == described(array.reshape(-1, array.shape[-1] if array.ndim > 1 else 1)), text
    if piped[0] == "read" or on_disk[0] == "read":
        assert on_disk == piped, text


def read(source: Any) -> Any:
    """All cells, as texts where the array holds texts, else as numbers."""
    with closing(source), closing(open_npy(source, ANY_ARRAY)) as table:
        every = tuple(range(len(table.columns)))
        texts = table._array.dtype.kind in "Ub"
        parts: list[list[Any]] = []
        for block in table.blocks(Selection(coded=every) if texts else Selection(every)):
            cells = block.parse()
            if texts:
                columns = [[column.values[k] for k in column.codes] for column in cells.coded]
                parts += [list(row) for row in zip(*columns, strict=True)]
            else:
                parts += described(np.asarray(cells.numbers))
        return parts


def described(array: Any) -> list[list[Any]]:
    """The rows; numbers as text, so that nan is equal to nan."""
    if array.dtype.kind == "U":
        return array.tolist()
    if array.dtype.kind == "b":
        return [[str(value).lower() for value in row] for row in array.tolist()]
    return [[repr(float(value)) for value in row] for row in array.astype(float).tolist()]
