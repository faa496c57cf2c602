"""A table of whatever format a file turns out to have, or the files of a directory or a pattern."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from cecli.errors import InputError, UsageError
from cecli.readers.sources.source import Source, detect_format, open_source
from cecli.readers.sources.urls import is_url, local_path
from cecli.readers.tables.table import BLOCK_BYTES, Table

if TYPE_CHECKING:
    from cecli.readers.tables.parts import Part


def open_table(
    path: str,
    *,
    delimiter: str | None = None,
    header: bool = True,
    block_bytes: int = BLOCK_BYTES,
    vector: str | None = None,
) -> Table:
    """The table at ``path`` (``-`` is standard input), its format by content and then by suffix.

    A directory and a pattern such as ``preds/*.parquet`` stand for all their files as one table, in natural order.
    ``delimiter`` and ``header`` are for text. ``vector`` names the column of Parquet, Arrow or JSON Lines that holds
    the numbers of all classes as a list; without it, it is the only column of lists of numbers, if there is one. Its
    elements are the first columns of the table, called 0…K-1 (``vector_columns``). Raises InputError where a file
    cannot be read as a table.
    """
    path = local_path(path)
    if os.path.isdir(path) or any(mark in path for mark in "*?[") or is_url(path):
        from cecli.readers.tables.shards import ShardTable, find_shards

        files = find_shards(path)
        if files is not None:
            return ShardTable(path, files, lambda file: _open_file(file, delimiter, header, block_bytes, vector))
    return _open_file(path, delimiter, header, block_bytes, vector)


def vector_columns(table: Table) -> range:
    """The positions of the columns that are the elements of a vector; empty where a table has none."""
    return range(getattr(table, "vector_width", 0))


def _open_file(path: str, delimiter: str | None, header: bool, block_bytes: int, vector: str | None) -> Table:
    source = open_source(path)
    try:
        return _table(source, delimiter, header, block_bytes, vector)
    except BaseException:
        source.close()
        raise


def open_part(
    path: str, part: Part, *, delimiter: str | None, header: bool, block_bytes: int, vector: str | None
) -> Table:
    """The table of one part of a file, of those that ``parts_of`` found."""
    if part.of_text:
        from cecli.readers.tables.fields import NoRows
        from cecli.readers.tables.parts import TextPart, open_seekable

        file: Any = open_seekable(path)
        text: Any = TextPart(file, part)
        if text.begin >= text.end and not header:
            text.close()
            raise NoRows(f"{path}: no rows")
        source = Source(text, path)
    else:
        source = open_source(path)
    try:
        return _table(source, delimiter, header, block_bytes, vector, part)
    except BaseException:
        source.close()
        raise


def _table(
    source: Source,
    delimiter: str | None,
    header: bool,
    block_bytes: int,
    vector: str | None,
    part: Part | None = None,
) -> Table:
    kind = detect_format(source)
    if kind in ("csv", "tsv", "npy") and vector is not None:
        raise UsageError(
            f"--vector is for Parquet, Arrow and JSON Lines, and {source.name} is {kind if kind == 'npy' else 'text'}"
        )
    if kind in ("csv", "tsv"):
        from cecli.readers.tables.csv_table import CsvTable

        return CsvTable(source, delimiter or ("\t" if kind == "tsv" else ","), header, block_bytes)
    if delimiter is not None:
        raise UsageError(f"--delimiter is for text, and {source.name} is {kind}")
    if kind in ("npy", "parquet", "arrow"):
        source.read_elsewhere()
    if kind == "npy":
        from cecli.readers.tables.npy_table import NpyTable

        return NpyTable(source)
    if kind in ("parquet", "arrow"):
        from cecli.readers.tables.arrow_table import ArrowTable

        return ArrowTable(source, kind, vector, part)
    if kind == "jsonl":
        from cecli.readers.tables.jsonl_table import JsonlTable

        return JsonlTable(source, block_bytes, vector)
    raise InputError(f"{source.name}: a table of the format {kind} is not read")
