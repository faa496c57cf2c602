"""The same rows as two models see them: what A made of them, and B's predictions beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.core.rows.predictions import predicted_of
from cecli.core.rows.rows import PLAIN, Batch, LossRule, score_rows
from cecli.core.sums.layout import Floats, Integers


@dataclass(frozen=True)
class Figures:
    """What a comparison needs of one model's n rows: the loss in nats, the predicted class, the observed mass of it
    (true or false with hard labels), and what the mean is divided by (1 a row where None)."""

    loss: Floats
    predicted: Integers
    right: NDArray[Any]
    denominator: Floats | None = None


def figures_of(batch: Batch, rule: LossRule = PLAIN) -> Figures:
    """The figures of checked rows; the losses are those of ``score_rows``, to the bit.

    >>> figures_of(Batch.of(np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([0, 0]))).right.tolist()
    [True, False]
    """
    if batch.labels is None or batch.observed_only or rule.clip is not None or not rule.is_plain:
        rows = score_rows(batch, rule, top_k=1)
        return Figures(rows.loss, rows.predicted, rows.right, rows.denominator)
    predicted = predicted_of(batch.values, batch.axis, batch.kind, batch.binary)
    return Figures(predicted.loss_of(batch.labels), predicted.top, predicted.top == batch.labels)


@dataclass(frozen=True)
class Reference:
    """What A made of n rows, and what is observed of them in A's classes; ``numbers`` are the rows' in A's file."""

    loss: Floats
    predicted: Integers
    right: NDArray[Any]
    labels: Integers | None
    numbers: Integers

    def take(self, rows: Integers) -> Reference:
        """Some of the rows."""
        labels = None if self.labels is None else self.labels[rows]
        return Reference(self.loss[rows], self.predicted[rows], self.right[rows], labels, self.numbers[rows])


@dataclass(frozen=True)
class PairedBatch:
    """B's predictions of some rows, and what A made of the same rows. ``flipped``: B's class 1 is A's class 0."""

    batch: Batch
    reference: Reference
    flipped: bool = False

    @property
    def rows(self) -> int:
        """n."""
        return self.batch.rows

    weightless = 0
    left_out = None
    """Rows that are left out leave no trace here."""


@dataclass(frozen=True)
class PairedRows:
    """The figures of n rows, arrays of shape (n,); losses in nats.

    ``difference`` is B's loss less A's: infinite where just one of them is, nan where both are. ``first`` and
    ``second`` are the figures of A and B, whose ``denominator`` is the same.
    """

    first: Figures
    second: Figures
    difference: Floats
    numbers: Integers
    labels: Integers | None = None
    weights: Floats | None = None
    group: Integers | None = None
    cluster: Integers | None = None
    ids: Any = None

    @property
    def rows(self) -> int:
        """n."""
        return len(self.difference)

    def without_groups(self) -> PairedRows:
        """The same rows as one group."""
        return replace(self, group=None)

    def cells(self, index: Integers | None, width: int) -> Integers | None:
        """Positions among the cells of all groups, each ``width`` wide; None where there is only one."""
        if self.group is None:
            return index
        return self.group * width if index is None else self.group * width + index

    def below(self) -> Floats | None:
        """What each row adds to the denominator of a mean, its weight in it; None where it is 1."""
        if self.weights is None:
            return self.first.denominator
        return self.weights if self.first.denominator is None else self.weights * self.first.denominator


def paired(pair: PairedBatch, rule: LossRule = PLAIN) -> PairedRows:
    """B's rows scored and put beside A's."""
    batch, reference = pair.batch, pair.reference
    second = figures_of(batch, rule)
    if pair.flipped:
        second = replace(second, predicted=1 - second.predicted)
    with np.errstate(invalid="ignore"):
        difference = second.loss - reference.loss
    return PairedRows(
        first=Figures(reference.loss, reference.predicted, reference.right, second.denominator),
        second=second,
        difference=difference,
        numbers=reference.numbers,
        labels=reference.labels,
        weights=batch.weights,
        group=batch.group,
        cluster=batch.cluster,
        ids=batch.ids,
    )
