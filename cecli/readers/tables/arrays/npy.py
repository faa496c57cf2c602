"""NumPy's .npy: one array."""

from __future__ import annotations

from cecli.readers.sources.source import Source
from cecli.readers.tables.arrays.data import InFile, InStream
from cecli.readers.tables.arrays.npy_header import HEADER_BYTES, parse_header
from cecli.readers.tables.arrays.spec import ArrayOptions
from cecli.readers.tables.arrays.table import ArrayTable


def open_npy(source: Source, options: ArrayOptions) -> ArrayTable:
    """The one array of a .npy file."""
    array = parse_header(source.peek(HEADER_BYTES), source.name)
    source.read(array.offset)
    data = InStream(source) if source.file is None else InFile(source, array.offset)
    return ArrayTable(source.name, source, array, data, options)
