"""A table of whatever format a file turns out to have, or the files of a directory or a pattern."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from cecli.readers.sources.source import Source, open_source
from cecli.readers.sources.urls import is_url, local_path
from cecli.readers.tables.arrays.members import split_member
from cecli.readers.tables.arrays.spec import ANY_ARRAY, ArrayOptions
from cecli.readers.tables.formats import table_of
from cecli.readers.tables.table import BLOCK_BYTES, Part, Rest, Table, TableOptions
from cecli.readers.tokens.options import TokenOptions


def open_table(
    path: str,
    *,
    delimiter: str | None = None,
    header: bool = True,
    block_bytes: int = BLOCK_BYTES,
    vector: str | None = None,
    array: ArrayOptions = ANY_ARRAY,
    rest: Rest | None = None,
    decimal: str | None = None,
    shared: bool = False,
    tokens: TokenOptions | None = None,
) -> Table:
    """The table at ``path`` (``-`` is standard input), its format by content and then by suffix.

    A directory and a pattern such as ``preds/*.parquet`` stand for all their files as one table, in natural order.
    ``delimiter``, ``decimal`` and ``header`` are for text; with ``shared`` the first two are said of another file, and
    hold here if they can. ``vector`` names the column of Parquet, Arrow or JSON Lines that holds the numbers of all
    classes as a list; without it, it is the only column of lists of numbers, if there is one. Its elements are the
    first columns of the table, called 0…K-1 (``vector_columns``). ``FILE:MEMBER`` is an array of a
    file of several, ``array`` says what else is known of it. ``rest`` is what
    classes get that a row does not name. ``tokens`` says how documents of JSON are read that hold a language model's
    tokens; None where no such are wanted. Raises InputError where a file cannot be read as a table.
    """
    path, member = split_member(local_path(path))
    wanted = replace(array, member=member)
    options = TableOptions(
        delimiter, header, block_bytes, vector, rest=rest, array=wanted, decimal=decimal, shared=shared, tokens=tokens
    )
    if os.path.isdir(path) or any(mark in path for mark in "*?[") or is_url(path):
        from cecli.readers.tables.shards import ShardTable, find_shards

        files = find_shards(path)
        if files is not None:
            return ShardTable(path, files, lambda file: _open_file(file, _named_by(file, options)), member)
    return _open_file(path, options)


def vector_columns(table: Table) -> range:
    """The positions of the columns that are the elements of a vector; empty where a table has none."""
    return range(getattr(table, "vector_width", 0))


def has_numbers_for_names(table: Table) -> bool:
    """Whether the columns that may be classes are called by their numbers alone: those of arrays, of text without a
    header, and of lists."""
    fields = getattr(table, "fields", None)
    return not table.header or (fields is not None and fields.width > 0 and not fields.named)


def _named_by(file: str, options: TableOptions) -> TableOptions:
    """The options for one of several files, whose documents bear its name."""
    tokens = None if options.tokens is None else replace(options.tokens, prefix=f"{file}:")
    return replace(options, tokens=tokens)


def _open_file(path: str, options: TableOptions) -> Table:
    source = open_source(path, arrays=True)
    try:
        return table_of(source, replace(options, path=path))
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
        return table_of(source, TableOptions(delimiter, header, block_bytes, vector, part))
    except BaseException:
        source.close()
        raise
