"""The rows where B loses most to A, and those where it gains most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.paired.rows import PairedRows
from cecli.core.paired.spec import PairSpec
from cecli.core.sums.largest import Entries, Largest, by_group
from cecli.core.sums.layout import Integers
from cecli.core.sums.state import State


@dataclass(frozen=True)
class ExtremeRow:
    """A row by its number from 0 in A's file: the losses in nats, B's less A's, and the class numbers of what was
    observed (None with soft labels) and predicted."""

    row: int
    id: str | None
    label: int | None
    first_predicted: int
    second_predicted: int
    first_loss: float
    second_loss: float
    difference: float


class Extremes:
    """The ``spec.worst`` rows of largest difference and as many of smallest, ties by row number.

    Infinite differences come first; rows that are infinite for both models are left out, as are ties. Memory: about 400
    bytes for each of them.
    """

    STATE: ClassVar[State] = dict.fromkeys(("_losses", "_gains"), Entries(9, row=1))

    def __init__(self, spec: PairSpec) -> None:
        self._losses, self._gains = Largest(spec.worst), Largest(spec.worst)

    def update(self, rows: PairedRows) -> None:
        """Look at some rows."""
        for largest, sign in ((self._losses, 1.0), (self._gains, -1.0)):
            figures = np.where(np.isnan(rows.difference), -np.inf, sign * rows.difference)
            found = largest.rows(figures, rows.group)
            found = found[figures[found] > 0]
            groups = None if rows.group is None else rows.group[found]
            for group, some in by_group(_entries(rows, found, sign), groups).items():
                largest.add(group, some)

    def merge(self, other: Extremes) -> None:
        """Look at the rows that ``other`` has kept."""
        self._losses.merge(other._losses)
        self._gains.merge(other._gains)

    def result(self, group: int = 0) -> tuple[tuple[ExtremeRow, ...], tuple[ExtremeRow, ...]]:
        """The rows where B loses most, and those where it gains most."""
        losses, gains = (
            tuple(ExtremeRow(*entry) for _, *entry in kept.of(group)) for kept in (self._losses, self._gains)
        )
        return losses, gains


def _entries(rows: PairedRows, found: Integers, sign: float) -> list[tuple[object, ...]]:
    """What an ExtremeRow holds, after what it is sorted by."""
    nothing: list[None] = [None] * len(found)
    columns = (
        rows.numbers[found].tolist(),
        nothing if rows.ids is None else [str(rows.ids[row]) for row in found.tolist()],
        nothing if rows.labels is None else rows.labels[found].tolist(),
        rows.first.predicted[found].tolist(),
        rows.second.predicted[found].tolist(),
        rows.first.loss[found].tolist(),
        rows.second.loss[found].tolist(),
        rows.difference[found].tolist(),
    )
    return [(-sign * entry[-1], *entry) for entry in zip(*columns, strict=True)]
