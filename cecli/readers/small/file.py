"""A PMF from a file: counts or probabilities read, checked and weighed against each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cecli.core.pmfs.pmf import Pmf
from cecli.errors import InputError
from cecli.readers.small.columns import COUNTS, Column, Expected, PmfTable, read_table, source_name
from cecli.readers.small.sums import check_sum
from cecli.readers.tables.columns import split_column
from cecli.readers.tables.numbers import parse_count, parse_probability

EITHER = "a probability or a count"


def read_pmf_file(
    path: str, column: str | None, delimiter: str | None, normalize: bool, name: str, shared: bool = False
) -> tuple[Pmf, list[str]]:
    """The PMF that the file at ``path`` holds, and notes about it.

    Counts and probabilities side by side: the counts, if every probability is the double nearest to count/total; else
    (a smoothed fit) the probabilities. A column the person named holds counts if its numbers are all whole and do not
    sum to 1. ``shared`` as in ``open_small``.
    """
    table = read_table(path, column, delimiter, shared=shared)
    outcomes = table.outcomes.cells if table.outcomes else None
    if table.named:
        counts, probabilities = _either(table, table.named)
    else:
        counts = _counts(table, table.count) if table.count else None
        probabilities = _probabilities(table, table.probability) if table.probability else None
    table.problems.check(table.hint())
    notes = []
    if counts is not None and probabilities is not None and not _agree(counts, probabilities):
        notes.append(f"{name}: the probabilities are not count/total, so they are used and the counts are not")
        counts = None
    if counts is not None:
        return counts_pmf(counts, outcomes, name), notes
    weights = np.array(probabilities, dtype=np.float64) + 0.0  # -0 becomes 0
    return Pmf(weights, outcomes, name), notes + check_sum(weights, name, normalize)


def read_counts(argument: str, delimiter: str | None = None, wanted: Expected = COUNTS) -> Pmf:
    """The observed counts in a file of ``outcome,count`` (``-``: standard input; ``FILE:COLUMN`` names the column).

    Each count is a whole number from 0 to 2^63-1; their sum may be larger. Without a column of outcomes they are 1…K.
    ``wanted`` is for the hints.
    """
    path, column = split_column(argument)
    name = source_name(path)
    table = read_table(path, column, delimiter, wanted)
    chosen = table.named or table.count
    if chosen is None:
        table.problems.check()
        raise InputError(
            f"{name}: no column of counts, only of probabilities",
            "the counts themselves are needed here; a column is named FILE:COLUMN",
        )
    counts = _counts(table, chosen)
    table.problems.check(table.hint())
    return counts_pmf(counts, table.outcomes.cells if table.outcomes else None, name)


def counts_pmf(counts: Sequence[int], outcomes: Sequence[str] | None, name: str) -> Pmf:
    """The empirical PMF of ``counts``; an InputError where they are all 0."""
    weights: NDArray[np.int64] = np.array(counts, dtype=np.int64)
    if not weights.any():
        raise InputError(f"{name}: the counts sum to 0, so there is nothing to divide by")
    return Pmf(weights, outcomes, name)


def _counts(table: PmfTable, column: Column) -> list[int]:
    return table.problems.parse(column.cells, table.lines, column.index, column.header, parse_count)


def _probabilities(table: PmfTable, column: Column) -> list[float]:
    return table.problems.parse(column.cells, table.lines, column.index, column.header, parse_probability)


def _either(table: PmfTable, column: Column) -> tuple[list[int] | None, list[float] | None]:
    try:
        counts = [parse_count(cell) for cell in column.cells]
    except ValueError:
        counts = []
    if counts and sum(counts) != 1:
        return counts, None

    def read(text: str) -> float:
        return parse_probability(text, EITHER)

    return None, table.problems.parse(column.cells, table.lines, column.index, column.header, read)


def _agree(counts: list[int], probabilities: list[float]) -> bool:
    """Whether every probability is the double nearest to count/total (Python divides integers with one rounding)."""
    total = sum(counts)
    return total > 0 and all(count / total == p for count, p in zip(counts, probabilities, strict=True))
