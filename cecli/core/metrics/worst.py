"""The rows that cost most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.functions.elementary import exp
from cecli.core.metrics.spec import Spec
from cecli.core.rows.rows import Batch, ScoredRows
from cecli.core.sums.largest import Entries, Largest, by_group
from cecli.core.sums.layout import pick
from cecli.core.sums.state import State


@dataclass(frozen=True)
class WorstRow:
    """A row by its number from 0 in the file, its loss in nats as it was scored, and what was predicted for it.

    ``label`` and ``predicted`` are class numbers, ``probability`` is what was given to the observed class; None where
    there is none to name: with soft labels, or where only the figure of what was observed is known.
    """

    row: int
    loss: float
    label: int | None
    predicted: int | None
    probability: float | None
    id: str | None


class Worst:
    """The ``spec.worst`` rows of largest loss, infinite ones first, ties by row number. Memory: about 300 bytes for
    each of them a group; weights do not matter."""

    STATE: ClassVar[State] = {"_largest": Entries(6, row=1)}

    def __init__(self, spec: Spec) -> None:
        self._largest = Largest(spec.worst)

    def update(self, rows: ScoredRows) -> None:
        """Look at some rows."""
        found = self._largest.rows(rows.loss, rows.group)
        if not len(found):
            return
        count = len(found)
        nothing: list[None] = [None] * count
        labels = nothing if rows.labels is None else rows.labels[found].tolist()
        known = rows.batch is None or not rows.batch.observed_only
        predicted = rows.predicted[found].tolist() if known else nothing
        probabilities = nothing if rows.own is None else _probabilities(rows, found)
        ids = nothing if rows.ids is None else [str(each) for each in rows.ids.take(found).tolist()]
        losses = rows.loss[found].tolist()
        columns = zip(losses, rows.numbers_of(found), labels, predicted, probabilities, ids, strict=True)
        entries = [(-loss, *rest) for loss, *rest in columns]
        groups = None if rows.group is None else rows.group[found]
        for group, some in by_group(entries, groups).items():
            self._largest.add(group, some)

    def merge(self, other: Worst) -> None:
        """Look at the rows that ``other`` has kept."""
        self._largest.merge(other._largest)

    def result(self, group: int = 0) -> tuple[WorstRow, ...]:
        """The rows, the worst first."""
        return tuple(
            WorstRow(number, -negative, label, predicted, probability, text)
            for negative, number, label, predicted, probability, text in self._largest.of(group)
        )


def _probabilities(rows: ScoredRows, found: np.ndarray[tuple[int], np.dtype[np.intp]]) -> list[float]:
    """As they stand in the file where it holds probabilities, else exp(-loss)."""
    batch: Batch | None = rows.batch
    if batch is not None and batch.kind == "probabilities" and not batch.binary:
        if batch.observed_only:
            return list(batch.values[found].tolist())
        if rows.labels is not None:
            some = batch.values.take(found, axis=1 - batch.axis)
            return list(pick(some, rows.labels[found], batch.axis).tolist())
    return list(exp(-np.asarray(rows.own)[found]).tolist())
