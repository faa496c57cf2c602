"""Many PMFs from one wide table: a column each, over the outcomes that the first column names."""

from __future__ import annotations

from collections import Counter

import numpy as np

from cecli.core.pmfs.pmf import Pmf
from cecli.core.pmfs.weights import Floats
from cecli.errors import InputError, UsageError, literal, quoted
from cecli.readers.small.file import counts_pmf
from cecli.readers.small.sums import check_sum
from cecli.readers.tables.numbers import expected
from cecli.readers.tables.table import Selection, Table
from cecli.readers.tables.tables import open_table

_EXACT = 2.0**53
"""Up to here a double holds every whole number."""


def read_wide(path: str, delimiter: str | None = None, normalize: bool = False) -> tuple[list[Pmf], list[str]]:
    """The PMFs that the columns of the table at ``path`` hold, named after the columns, and notes.

    The first column holds the outcomes, in ``.npy`` the outcomes are 1…K. A column holds counts if its numbers are all
    whole and do not sum to 1, else probabilities. Raises InputError as for a PMF file.
    """
    table = open_table(path, delimiter=delimiter)
    try:
        named = table.header
        first = 1 if named else 0
        if len(table.columns) - first < 2:
            raise UsageError(
                f"{table.name}: a matrix needs two columns of numbers at least", "the first column holds the outcomes"
            )
        numbers, outcomes = _read(table, first)
    finally:
        table.close()
    if outcomes is not None:
        _check_repeats(table.name, outcomes)
    pmfs, notes = [], []
    for name, column in zip(table.columns[first:], numbers.T, strict=True):
        pmf, own = _pmf(np.ascontiguousarray(column), outcomes, literal(name), table.name, normalize)
        pmfs.append(pmf)
        notes += own
    return pmfs, notes


def _read(table: Table, first: int) -> tuple[Floats, list[str] | None]:
    """The numbers, shape (K, M), all finite and >= 0, and the outcomes."""
    kind = "a probability or a count"
    wanted = Selection(numbers=tuple(range(first, len(table.columns))), strings=(0,) if first else (), number_kind=kind)
    parts: list[Floats] = []
    names: list[str] = []
    for block in table.blocks(wanted):
        cells = block.parse()
        part = np.asarray(cells.numbers, dtype=np.float64)
        bad = np.argwhere(~(np.isfinite(part) & (part >= 0)))
        if len(bad):
            row, column = bad[0].tolist()
            found = expected(kind, f"{part[row, column]:g}")
            raise InputError(f"{block.place(row, column + first)}: {found}")
        parts.append(part)
        names += cells.strings[0].to_pylist() if first else []
    if not parts:
        raise InputError(f"{table.name}: a header and no rows")
    return np.concatenate(parts) + 0.0, names if first else None


def _pmf(column: Floats, outcomes: list[str] | None, name: str, file: str, normalize: bool) -> tuple[Pmf, list[str]]:
    whole = bool((column == np.floor(column)).all()) and column.sum() != 1
    where = f"{file}: {name}"
    if whole and column.max() <= _EXACT:
        made = counts_pmf(column.astype(np.int64).tolist(), outcomes, where)
        return Pmf(made.weights, outcomes, name), []
    return Pmf(column, outcomes, name), check_sum(column, where, normalize)


def _check_repeats(name: str, outcomes: list[str]) -> None:
    if len(set(outcomes)) < len(outcomes):
        twice = next(outcome for outcome, times in Counter(outcomes).items() if times > 1)
        raise InputError(f"{name}: the outcome {quoted(twice)} stands more than once")
