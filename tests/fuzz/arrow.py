"""Parquet and Arrow files with changed bytes: a message of one line, never another exception and never much memory.

PyArrow's own code is not traced, so this is mutation without guidance there; the files are small and of many kinds.
"""

from __future__ import annotations

from contextlib import closing
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from cecli.readers.sources.source import open_source
from cecli.readers.tables.arrow_columns import is_number
from cecli.readers.tables.arrow_table import ArrowTable
from cecli.readers.tables.table import Selection
from tests.fuzz.harness import concluded, saved

MODULES = ("cecli.readers.tables.arrow_table", "cecli.readers.tables.arrow_columns", "cecli.readers.tables.fields")

TABLES = [
    {"a": pa.array([0.5, 0.25]), "b": pa.array([0.5, 0.75]), "label": pa.array(["a", "b"])},
    {"p": pa.array([[0.5, 0.5], [0.25, 0.75]]), "id": pa.array(["x", "y"]), "n": pa.array([1, None])},
    {"p": pa.array([[0.5, 0.5]], pa.list_(pa.float32(), 2)), "label": pa.array(["a"]).dictionary_encode()},
    {"d": pa.array([1, 2]).cast(pa.decimal128(30, 2)), "t": pa.array([True, False])},
]  # fmt: skip


def written(columns: dict[str, Any], kind: str, **options: Any) -> bytes:
    """The bytes of a file of one of the two kinds."""
    sink, table = pa.BufferOutputStream(), pa.table(columns)
    if kind == "parquet":
        pa.parquet.write_table(table, sink, **options)
    else:
        with pa.ipc.new_file(sink, table.schema) as file:
            file.write_table(table)
    return bytes(sink.getvalue())


SEEDS = [written(columns, kind) for columns in TABLES for kind in ("parquet", "arrow")]
SEEDS += [written(TABLES[0], "parquet", compression=kind) for kind in ("none", "gzip", "zstd")]
CODES = {"label": pa.DictionaryArray.from_arrays(pa.array([k % 3 for k in range(50)]), pa.array(["x", "y", "z"]))}
FOUND = [
    written(TABLES[3], "arrow").replace(
        b"\x20\0\0\0\0\0\0\0", b"\xff\xff\xff\x7f\0\0\0\0"
    ),  # a buffer elsewhere: a crash
    written({}, "arrow"),  # with a length of 2^60 rows it took for ever
    written(CODES, "parquet", compression="none").replace(
        b"\x24\x49\x92", b"\xff\xff\xff"
    ),  # codes beyond: an IndexError
]
"""What once broke a promise, kept: as it is made, since the bytes differ between versions of PyArrow."""

WORDS = [
    b"PAR1",
    b"ARROW1",
    b"\xff\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\0\0\0\x80",
    b"\x15\x02",
    b"\x80\x80\x80\x80\x08",
]


def check(data: bytes) -> None:
    """Break where reading ends in anything but cells or a message."""
    kind = "arrow" if data.startswith(b"ARROW1") else "parquet"
    with saved(data, f"t.{kind}") as path:
        concluded(lambda: read(path, kind))


def read(path: str, kind: str) -> Any:
    """All cells: numbers as numbers, the rest as texts."""
    with open_source(path) as source, closing(ArrowTable(source, kind)) as table:
        schema = table._file.schema
        numbers = {name for name in schema.names if is_number(schema.field(name).type)}
        columns = range(len(table.columns))
        figures = tuple(k for k in columns if k < table.vector_width or table.columns[k] in numbers)
        rest = tuple(k for k in columns if k not in figures)
        read = [block.parse() for block in table.blocks(Selection(figures, coded=rest[::2], strings=rest[1::2]))]
        assert all(np.asarray(cells.numbers).shape[1] == len(figures) for cells in read)
        for cells in read:
            for coded in cells.coded:
                assert all(isinstance(coded.values[code], str) for code in coded.codes)
        return len(read)
