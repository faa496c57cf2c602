"""Loss, precision, recall and F1 of each class."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.metrics.accuracy import add_hits
from cecli.core.metrics.spec import Spec
from cecli.core.metrics.summary import ClassSummary, summary
from cecli.core.rows.rows import ScoredRows
from cecli.core.sums.cells import Cells
from cecli.core.sums.exact import FRACTION_BITS, ExactSums, ratio
from cecli.core.sums.layout import Floats, Integers
from cecli.core.sums.state import State
from cecli.core.sums.tally import Tally


@dataclass(frozen=True)
class ClassResult:
    """Figures of the rows where the class was observed; None where there is nothing to divide by.

    ``rows`` counts the rows of the class; with soft labels it is the mass observed of it.
    """

    rows: float
    cross_entropy: float | None
    precision: float | None
    recall: float | None
    f1: float | None


class PerClass:
    """Masses per class: observed n, predicted m, right t; precision t/m, recall t/n, F1 2t/(n+m); sums of losses."""

    STATE: ClassVar[State] = dict.fromkeys(
        ("_loss", "_below", "_rows", "_observed", "_predicted", "_right", "_infinite"), Cells("_classes")
    )

    def __init__(self, spec: Spec) -> None:
        self._classes = spec.classes
        self._loss, self._below = ExactSums(), Tally()
        self._rows, self._observed, self._predicted, self._right, self._infinite = (Tally() for _ in range(5))

    def update(self, rows: ScoredRows) -> None:
        """Add some rows."""
        cells = rows.cells(rows.predicted, self._classes)
        self._predicted.add(rows.weights, rows.rows, cells)
        add_hits(self._right, rows, rows.right, cells)
        if rows.labels is not None:
            self._add(rows.labels, rows.loss, rows, rows.weights, rows.denominator)
        elif rows.soft is not None and rows.losses is not None:
            for k in range(self._classes):
                soft, losses = (table[k] if rows.axis == 0 else table[:, k] for table in (rows.soft, rows.losses))
                part = ~(soft > 0)
                self._add(np.full(rows.rows, k), np.where(part, 0.0, losses), rows, rows.weighted(soft), None)

    def merge(self, other: PerClass) -> None:
        """Add the classes of ``other``, which are the same classes."""
        self._loss.merge(other._loss)
        for name in ("_below", "_rows", "_observed", "_predicted", "_right", "_infinite"):
            getattr(self, name).merge(getattr(other, name))

    def result(self, group: int = 0) -> tuple[ClassResult, ...]:
        """A result per class, in the order of the classes."""
        cells = (group * self._classes, (group + 1) * self._classes)
        tallies = (self._rows, self._observed, self._predicted, self._right, self._infinite, self._below)
        columns = zip(*(tally.masses(*cells) for tally in tallies), self._loss.integers(*cells), strict=True)
        return tuple(
            ClassResult(
                rows=_number(rows),
                cross_entropy=math.inf if infinite else _share(loss, below),
                precision=_share(right, predicted),
                recall=_share(right, observed),
                f1=_share(2 * right, observed + predicted),
            )
            for rows, observed, predicted, right, infinite, below, loss in columns
        )

    def summary(self, group: int = 0) -> ClassSummary:
        """One figure for all classes."""
        cells = (group * self._classes, (group + 1) * self._classes)
        return summary(*(tally.masses(*cells) for tally in (self._observed, self._predicted, self._right)))

    def _add(
        self, classes: Integers, loss: Floats, rows: ScoredRows, masses: Floats | None, denominator: Floats | None
    ) -> None:
        """Rows observed in ``classes`` with these masses (1 each without); ``rows`` tells their groups."""
        cells = rows.cells(classes, self._classes)
        self._observed.add(masses, len(loss), cells)
        self._rows.add(None if rows.labels is not None else masses, len(loss), cells)
        finite = np.isfinite(loss)
        if not finite.all():
            self._infinite.add(None, int(np.count_nonzero(~finite)), None if cells is None else cells[~finite])
            loss = np.where(finite, loss, 0.0)
        self._loss.update(loss if masses is None else loss * masses, cells)
        if denominator is None:
            self._below.add(masses, len(loss), cells)
        else:
            self._below.add(rows.weighted(denominator), len(loss), cells)


def _number(mass: int) -> float:
    """A mass as a whole number where it is one."""
    whole, rest = divmod(mass, 1 << FRACTION_BITS)
    return whole if not rest else ratio(mass, 1 << FRACTION_BITS)


def _share(part: int, whole: int) -> float | None:
    return ratio(part, whole) if whole else None
