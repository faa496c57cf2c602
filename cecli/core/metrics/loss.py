"""The mean loss, and the rows that make it infinite."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.exact import FRACTION_BITS
from cecli.core.metrics.spec import Spec
from cecli.core.moments import Moments, WeightedMoments
from cecli.core.rows import ScoredRows
from cecli.core.state import CELLS, PART, NamedRows, State
from cecli.core.tally import Tally

NAMED_ROWS = 5
"""How many rows of infinite loss are remembered, so that a note can name them."""


@dataclass(frozen=True)
class LossResult:
    """The mean loss in nats, its standard error and degrees of freedom, and what makes it infinite.

    ``mass`` is what the sum of the losses was divided by, ``effective_rows`` Kish's. ``finite_cross_entropy`` is the
    mean over the rows of finite loss; None where none is infinite, or all are.
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


class Loss:
    """The mean of the row losses, sum w l / sum w, and its standard error (``core.moments``)."""

    STATE: ClassVar[State] = {"_finite": PART, "_infinite": CELLS, "_zero": CELLS, "_first": NamedRows()}

    def __init__(self, spec: Spec) -> None:
        self._plain = spec.weights is None and not spec.own_denominator
        self._finite = Moments() if self._plain else WeightedMoments(spec.weights == "frequency")
        self._infinite, self._zero = Tally(), Tally()
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
            if rows.numbers is not None:  # rows may come in any order
                infinite = infinite[np.argsort(rows.numbers[infinite], kind="stable")]
            self._remember(rows, infinite[:NAMED_ROWS])
        zero = int(np.count_nonzero(rows.zero))
        self._zero.add(None, zero, None if group is None else group[rows.zero])

    def merge(self, other: Loss) -> None:
        """Add the losses that ``other`` has seen."""
        self._finite.merge(other._finite)  # type: ignore[arg-type]  # both follow the same spec
        self._infinite.merge(other._infinite)
        self._zero.merge(other._zero)
        self._first = heapq.nsmallest(NAMED_ROWS, self._first + other._first)

    def result(self, group: int = 0) -> LossResult:
        """The mean loss: infinite if that of any row is."""
        finite = self._finite.result(group)
        count = self._infinite.mass(group) >> FRACTION_BITS
        return LossResult(
            rows=finite.n + count,
            cross_entropy=math.inf if count else finite.mean,
            standard_error=None if count else finite.standard_error,
            df=finite.df,
            mass=finite.mass,
            effective_rows=finite.effective,
            zero_probability_rows=self._zero.mass(group) >> FRACTION_BITS,
            finite_cross_entropy=finite.mean if count and finite.n else None,
            first_infinite=tuple(number for number, row_group in self._first if row_group == group),
        )

    def _add(self, rows: ScoredRows, chosen: slice | np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
        group = None if rows.group is None else rows.group[chosen]
        loss = rows.loss[chosen]
        if isinstance(self._finite, Moments):
            self._finite.update(loss, group)
            return
        weights = np.ones(len(loss)) if rows.weights is None else rows.weights[chosen]
        below = weights if rows.denominator is None else weights * rows.denominator[chosen]
        self._finite.update(loss, weights, below, group)

    def _remember(self, rows: ScoredRows, infinite: np.ndarray[tuple[int], np.dtype[np.intp]]) -> None:
        groups = [0] * len(infinite) if rows.group is None else rows.group[infinite].tolist()
        named = list(zip(rows.numbers_of(infinite), groups, strict=True))
        self._first = heapq.nsmallest(NAMED_ROWS, self._first + named)
