"""The names in the head of a file that somebody is still typing the command for: its columns, the texts of one."""

from __future__ import annotations

import os
import stat

from cecli.readers.sources.urls import is_url
from cecli.readers.tables.table import Selection, Table
from cecli.readers.tables.tables import open_table, vector_columns

_HEAD_BYTES = 1 << 16
"""Bytes of a text whose rows are looked at."""


def is_at_rest(path: str) -> bool:
    """Whether looking at ``path`` disturbs nobody: a regular file, or a directory or pattern of nothing else.

    Standard input, a FIFO and a device are not: what is read of them is gone, and they may keep us waiting.
    """
    if path == "-" or is_url(path):
        return False
    if os.path.isdir(path) or not os.path.lexists(path):
        from cecli.readers.tables.shards import find_shards

        files = find_shards(path)
        return files is not None and all(map(_is_regular, files))
    return _is_regular(path)


def columns_of(path: str, delimiter: str | None = None, header: bool = True) -> list[str]:
    """The columns of the file at ``path`` that have a name; none of what is not at rest. Raises InputError."""
    if not is_at_rest(path):
        return []
    table = open_table(path, delimiter=delimiter, header=header)
    try:
        return [name for k, name in enumerate(table.columns) if k not in vector_columns(table)]
    finally:
        table.close()


def texts_of(path: str, column: str | None, delimiter: str | None = None, header: bool = True) -> list[str]:
    """The different texts in the first rows of a column, by default the only one, or the one called ``label``."""
    if not is_at_rest(path):
        return []
    table = open_table(path, delimiter=delimiter, header=header, block_bytes=_HEAD_BYTES)
    try:
        position = _position(table, column)
        block = None if position is None else next(iter(table.blocks(Selection(coded=(position,)))), None)
        return [] if block is None else sorted(set(block.parse().coded[0].values))
    finally:
        table.close()


def _position(table: Table, column: str | None) -> int | None:
    named = [k for k, name in enumerate(table.columns) if name == (column or "label")]
    if named or column is not None:
        return named[0] if named else None
    left = [k for k, name in enumerate(table.columns) if name != "id"]
    return left[0] if len(left) == 1 else None


def _is_regular(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return False
