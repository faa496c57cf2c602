"""The differences of single rows, held for the sign-flip test as long as they are few."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from cecli.core.paired.rows import PairedRows
from cecli.core.paired.spec import PairSpec
from cecli.core.sums.layout import Floats, Integers
from cecli.core.sums.row_arrays import Rows
from cecli.core.sums.state import Numbering, Plain, State, count_of, position_of
from cecli.errors import UsageError

_SLACK = 1 << 16
"""Rows that are added before groups with too many are looked for again."""

_MOST_REPEATS = 100_000_000
"""Rows that repeat counts may stand for where their signs are drawn."""


class Counts:
    """An array of counts by group."""

    def encode(self, value: Any, owner: Any) -> Plain:
        """Group -> count, where there are any."""
        return {str(group): int(value[group]) for group in np.flatnonzero(value).tolist()}

    def decode(self, plain: Plain, fresh: Any, owner: Any, numbering: Numbering) -> Any:
        """The counts of the groups here."""
        counts = {numbering.group(position_of(key)): count_of(count) for key, count in plain.items()}
        found = np.zeros(max(counts, default=0) + 1, dtype=np.int64)
        for group, count in counts.items():
            found[group] = count
        return found


class Differences:
    """What each row adds to the sum of the differences, where that is not 0, by group.

    Of a group with more than ``spec.held`` such rows none are held. Memory: 16 bytes for each that is held, 24 with
    repeat counts. A fresh one is the identity of ``merge``, which is associative and commutative: what is held is a
    bag.
    """

    STATE: ClassVar[State] = {"_parts": Rows(("<f8", "<f8", "<i8")), "_counts": Counts()}

    def __init__(self, spec: PairSpec) -> None:
        self._limit = spec.held
        self._repeats = spec.weights == "frequency"
        self._parts: list[tuple[Floats, Floats | None, Integers | None]] = []
        self._counts = np.zeros(1, dtype=np.int64)
        self._since = 0

    def update(self, rows: PairedRows) -> None:
        """Add the rows of two finite losses."""
        if rows.group is None and self._limit is not None and self._counts[0] > self._limit:
            return
        different = np.isfinite(rows.difference) & (rows.difference != 0)
        found = rows.difference[different]
        weights = None if rows.weights is None else rows.weights[different]
        group = None if rows.group is None else rows.group[different]
        if weights is not None and not self._repeats:
            found, weights = found * weights, None
        self._add(found, weights, group)

    def merge(self, other: Differences) -> None:
        """Add the rows that ``other`` holds, and count those it does not."""
        self._grow(len(other._counts))
        self._counts[: len(other._counts)] += other._counts
        self._parts += other._parts
        self._drop()

    def result(self, group: int = 0) -> Floats | None:
        """The differences of a group, one for each repeat; None where they are more than are held.

        Raises UsageError where repeat counts stand for more rows than signs are drawn for.
        """
        if self._limit is not None and group < len(self._counts) and self._counts[group] > self._limit:
            return None
        chosen = [_of_group(part, group) for part in self._parts]
        figures = np.concatenate([np.zeros(0), *(found for found, _ in chosen)])
        if not self._repeats:
            return figures
        repeats = np.concatenate([np.zeros(0), *(weights for _, weights in chosen if weights is not None)])
        rows = int(repeats.sum())
        if self._limit is not None and rows > self._limit:
            return None
        if rows > _MOST_REPEATS:
            raise UsageError(f"--flips: the weights stand for {rows:,} rows, signs are drawn for {_MOST_REPEATS:,}")
        return np.repeat(figures, repeats.astype(np.int64))

    def _add(self, figures: Floats, weights: Floats | None, group: Integers | None) -> None:
        if not len(figures):
            return
        if group is None:
            self._counts[0] += len(figures)
        else:
            self._grow(int(group.max()) + 1)
            counts = np.bincount(group)
            self._counts[: len(counts)] += counts
        self._parts.append((figures, weights, group))
        self._since += len(figures)
        if self._since > _SLACK:
            self._drop()

    def _drop(self) -> None:
        """Let go of the groups that have too many rows."""
        self._since = 0
        if self._limit is None or not (self._counts > self._limit).any():
            return
        kept = []
        for figures, weights, group in self._parts:
            if group is None:
                few = np.full(len(figures), self._counts[0] <= self._limit)
            else:
                few = self._counts[group] <= self._limit
            if few.all():
                kept.append((figures, weights, group))
            elif few.any() and group is not None:
                kept.append((figures[few], None if weights is None else weights[few], group[few]))
        self._parts = kept

    def _grow(self, size: int) -> None:
        if size > len(self._counts):
            grown = np.zeros(max(size, 2 * len(self._counts)), dtype=np.int64)
            grown[: len(self._counts)] = self._counts
            self._counts = grown


def _of_group(part: tuple[Floats, Floats | None, Integers | None], group: int) -> tuple[Floats, Floats | None]:
    figures, weights, groups = part
    if groups is None:
        return (figures, weights) if group == 0 else (figures[:0], None if weights is None else weights[:0])
    mine = groups == group
    return figures[mine], None if weights is None else weights[mine]
