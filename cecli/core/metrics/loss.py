"""The mean loss, and the rows that make it infinite."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.metrics.spec import Spec
from cecli.core.rows.rows import ScoredRows
from cecli.core.sums.cells import CELLS
from cecli.core.sums.exact import FRACTION_BITS, ExactProducts, ExactSums, ratio, to_float
from cecli.core.sums.layout import Integers
from cecli.core.sums.moments import Mean, Moments, WeightedMoments
from cecli.core.sums.named_rows import NAMED_ROWS, NamedRows, first_rows
from cecli.core.sums.shape import Shape
from cecli.core.sums.state import PART, State
from cecli.core.sums.tally import Tally


@dataclass(frozen=True)
class LossResult:
    """The mean loss in nats, its standard error and degrees of freedom, and what makes it infinite.

    ``mass`` is what the sum of the losses was divided by, ``effective_rows`` Kish's. ``finite_cross_entropy`` is the
    mean over the rows of finite loss; None where none is infinite, or all are. ``finite`` is all of that mean,
    ``shape`` the skewness and kurtosis of the losses, where rows count once, or so many times, and none is infinite.
    """

    rows: int
    cross_entropy: float
    standard_error: float | None
    df: float
    mass: float
    effective_rows: float
    zero_probability_rows: int
    finite_cross_entropy: float | None
    first_infinite: tuple[int, ...]
    finite: Mean
    shape: Shape | None
    has_powers: bool | None = True


class Loss:
    """The mean of the row losses, sum w l / sum w, and its standard error (``core.sums.moments``)."""

    STATE: ClassVar[State] = {
        "_finite": PART,
        **dict.fromkeys(("_infinite", "_lost", "_lost_squares", "_zero"), CELLS),
        "_first": NamedRows(),
    }

    def __init__(self, spec: Spec) -> None:
        self._plain = spec.weights is None and not spec.own_denominator
        self._finite = Moments() if self._plain else WeightedMoments(spec.weights == "frequency")
        self._frequency = spec.weights == "frequency"
        self._shaped = spec.weights != "importance" and not spec.own_denominator
        self._infinite, self._zero = Tally(), Tally()
        self._lost, self._lost_squares = ExactSums(), ExactProducts()
        self._first: list[tuple[int, int]] = []

    def update(self, rows: ScoredRows) -> None:
        """Add the losses of some rows."""
        finite = np.isfinite(rows.loss)
        group = rows.group
        if finite.all():
            self._add(rows, slice(None))
        else:
            self._add(rows, finite)
            infinite = np.flatnonzero(~finite)
            self._infinite.add(None, len(infinite), None if group is None else group[infinite])
            self._lose(rows, infinite)
            if rows.numbers is not None:  # rows may come in any order
                infinite = infinite[np.argsort(rows.numbers[infinite], kind="stable")]
            self._remember(rows, infinite[:NAMED_ROWS])
        zero = int(np.count_nonzero(rows.zero))
        self._zero.add(None, zero, None if group is None else group[rows.zero])

    def merge(self, other: Loss) -> None:
        """Add the losses that ``other`` has seen."""
        self._finite.merge(other._finite)  # type: ignore[arg-type]  # both follow the same spec
        for name in ("_infinite", "_lost", "_lost_squares", "_zero"):
            getattr(self, name).merge(getattr(other, name))
        self._first = first_rows(self._first, other._first)

    def result(self, group: int = 0) -> LossResult:
        """The mean loss: infinite if that of any row is."""
        finite = self._finite.result(group)
        count = self._infinite.mass(group) >> FRACTION_BITS
        mass, effective = self._masses(group, finite, count) if count else (finite.mass, finite.effective)
        return LossResult(
            rows=finite.n + count,
            cross_entropy=math.inf if count else finite.mean,
            standard_error=None if count else finite.standard_error,
            df=finite.df,
            mass=mass,
            effective_rows=effective,
            zero_probability_rows=self._zero.mass(group) >> FRACTION_BITS,
            finite_cross_entropy=finite.mean if count and finite.n else None,
            first_infinite=tuple(number for number, row_group in self._first if row_group == group),
            finite=finite,
            shape=None if count else self._finite.shape(group),
            has_powers=self._finite.has_powers(group) if self._shaped else None,
        )

    def _add(self, rows: ScoredRows, chosen: slice | np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
        group = None if rows.group is None else rows.group[chosen]
        loss = rows.loss[chosen]
        if isinstance(self._finite, Moments):
            self._finite.update(loss, group)
            return
        weights = np.ones(len(loss)) if rows.weights is None else rows.weights[chosen]
        self._finite.update(loss, weights, None if rows.denominator is None else rows.denominator[chosen], group)

    def _lose(self, rows: ScoredRows, infinite: Integers) -> None:
        """Keep what rows of infinite loss add below."""
        if self._plain:
            return
        group = None if rows.group is None else rows.group[infinite]
        each = np.ones(len(infinite)) if rows.denominator is None else rows.denominator[infinite]
        below = each if rows.weights is None else each * rows.weights[infinite]
        self._lost.update(below, group)
        self._lost_squares.update(below, each if self._frequency else below, group)

    def _masses(self, group: int, finite: Mean, count: int) -> tuple[float, float]:
        """What the mean is divided by and Kish's rows, with the rows of infinite loss."""
        if not isinstance(self._finite, WeightedMoments):
            return finite.mass + count, finite.effective + count
        below, squares = self._finite.below(group)
        below, squares = below + self._lost.integer(group), squares + self._lost_squares.integer(group)
        return to_float(below), ratio(below * below, squares) if squares else 0.0

    def _remember(self, rows: ScoredRows, infinite: np.ndarray[tuple[int], np.dtype[np.intp]]) -> None:
        groups = [0] * len(infinite) if rows.group is None else rows.group[infinite].tolist()
        named = list(zip(rows.numbers_of(infinite), groups, strict=True))
        self._first = first_rows(self._first, named)
