"""PMFs over the same outcomes: one beside others, or many."""

from __future__ import annotations

from collections.abc import Sequence

from cecli.core.pmfs.pmf import Pmf
from cecli.readers.small.align import align
from cecli.readers.small.pmf import PmfOptions, read_pmfs


def read_pairs(p: str, qs: Sequence[str], options: PmfOptions, missing: str) -> tuple[list[tuple[Pmf, Pmf]], list[str]]:
    """P with each Q over the same outcomes, and notes; ``missing`` is ``error`` or ``zero``."""
    (first, *others), notes = read_pmfs([p, *qs], options)
    aligned = []
    for other in others:
        left, right, own = align(first, other, missing)
        aligned.append((left, right))
        notes += own
    return aligned, notes


def read_alike(arguments: Sequence[str], options: PmfOptions, missing: str) -> tuple[list[Pmf], list[str]]:
    """Many PMFs over the same outcomes, or the columns of one wide table, and notes."""
    if len(arguments) == 1:
        from cecli.readers.small.wide_table import read_wide

        return read_wide(arguments[0], options.delimiter, options.normalize)
    (first, *others), notes = read_pmfs(arguments, options)
    for other in others:  # afterwards the first has every outcome
        first, _, own = align(first, other, missing)
        notes += own
    return [first, *(align(first, other, missing)[1] for other in others)], notes
