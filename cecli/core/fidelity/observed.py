"""What the rows' labels say of teacher and student: their losses, and the probability that the label is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.fidelity.rows import FidelityRows
from cecli.core.fidelity.spec import FidelitySpec
from cecli.core.paired.clusters import PairedClusters
from cecli.core.paired.loss import PairedLosses
from cecli.core.paired.mean_test import MeanTest
from cecli.core.paired.rows import Figures, PairedRows
from cecli.core.paired.spec import PairSpec
from cecli.core.sums.cells import CELLS
from cecli.core.sums.exact import FRACTION_BITS, ExactProducts, ExactSums, root_ratio
from cecli.core.sums.state import PART, State
from cecli.core.sums.tally import Tally


@dataclass(frozen=True)
class ObservedResult:
    """The mean losses in nats, infinite where one row's is, and the mean of the student's less the teacher's with its
    error and interval (None where they are undefined); the correlation of the finite losses of the rows."""

    rows: int
    teacher: float
    student: float
    difference: float | None
    standard_error: float | None
    low: float | None
    high: float | None
    correlation: float | None


class Observations:
    """The losses of teacher and student by group, and their differences, as in a comparison."""

    STATE: ClassVar[State] = {
        "_losses": PART,
        "_clusters": PART,
        "_mass": CELLS,
        **dict.fromkeys(("_x", "_y", "_xx", "_xy", "_yy"), CELLS),
    }

    def __init__(self, spec: FidelitySpec) -> None:
        pairs = PairSpec(weights=spec.weights, hard=spec.observed == "hard")
        self._losses, self._clusters = PairedLosses(pairs), PairedClusters(pairs)
        self._mass = Tally()
        self._x, self._y = ExactSums(), ExactSums()
        self._xx, self._xy, self._yy = (ExactProducts() for _ in range(3))

    def update(self, rows: FidelityRows) -> None:
        """Add some rows."""
        observed = rows.observed
        if observed is None or not rows.rows:
            return
        none = np.zeros(rows.rows, dtype=np.intp)
        with np.errstate(invalid="ignore"):
            difference = observed.student - observed.teacher
        pairs = PairedRows(
            first=Figures(observed.teacher, rows.top, none),
            second=Figures(observed.student, rows.student_top, none),
            difference=difference,
            numbers=rows.numbers,
            weights=rows.weights,
            group=rows.group,
            cluster=rows.cluster,
        )
        self._losses.update(pairs)
        self._clusters.update(pairs)
        self._correlate(pairs)

    def merge(self, other: Observations) -> None:
        """Add the rows that ``other`` has seen."""
        for name in self.STATE:
            getattr(self, name).merge(getattr(other, name))

    def result(self, confidence: float, group: int = 0) -> ObservedResult:
        """The losses of a group."""
        loss, clusters = self._losses.result(group), self._clusters.result(group)
        tested = MeanTest.of_pairs(loss.finite, self._losses.shape(group), clusters.exact)
        error = low = high = None
        if loss.finite.n and not any(loss.infinite):
            error, (_, low, high, _) = tested.error, tested.interval(loss.finite_difference, confidence)
        return ObservedResult(
            loss.rows, loss.first, loss.second, loss.difference, error, low, high, self._correlation(group)
        )

    def _correlate(self, pairs: PairedRows) -> None:
        finite = np.flatnonzero(np.isfinite(pairs.difference))
        x, y = pairs.first.loss[finite], pairs.second.loss[finite]
        group = None if pairs.group is None else pairs.group[finite]
        weights = None if pairs.weights is None else pairs.weights[finite]
        self._mass.add(weights, len(finite), group)
        above = (x, y) if weights is None else (weights * x, weights * y)
        self._x.update(above[0], group)
        self._y.update(above[1], group)
        self._xx.update(above[0], x, group)
        self._xy.update(above[0], y, group)
        self._yy.update(above[1], y, group)

    def _correlation(self, group: int) -> float | None:
        """r = (n sum xy - sum x sum y) / sqrt((n sum xx - (sum x)^2) (n sum yy - (sum y)^2)), formed in integers; None
        where one of the two has no variance."""
        n, x, y = self._mass.mass(group), self._x.integer(group), self._y.integer(group)
        xx = n * self._xx.integer(group) - (x * x << FRACTION_BITS)
        yy = n * self._yy.integer(group) - (y * y << FRACTION_BITS)
        xy = n * self._xy.integer(group) - (x * y << FRACTION_BITS)
        if xx <= 0 or yy <= 0:
            return None
        size = min(1.0, root_ratio(xy * xy, xx * yy))
        return size if xy > 0 else -size
