"""The mean losses of two models on the same rows, their difference, and the rows that make one of them infinite."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from cecli.core.paired.rows import PairedRows
from cecli.core.paired.spec import PairSpec
from cecli.core.sums.cells import CELLS, Cells
from cecli.core.sums.exact import FRACTION_BITS, ExactProducts, ExactSums, ratio
from cecli.core.sums.layout import Floats, Integers
from cecli.core.sums.moments import Mean, Moments, WeightedMoments
from cecli.core.sums.named_rows import NamedRows, first_rows
from cecli.core.sums.shape import Shape
from cecli.core.sums.state import EACH, PART, State
from cecli.core.sums.tally import Tally

ONLY_A, ONLY_B, BOTH = range(3)
"""Which of the two losses of a row is infinite."""


@dataclass(frozen=True)
class PairedLoss:
    """Mean losses in nats, of A (``first``), of B (``second``), and B's less A's (None where both are infinite).

    ``finite`` is the difference over the rows of two finite losses, with its error, and ``finite_first`` and
    ``finite_second`` the means there; nan without such rows. ``sign_score`` is sum d / sqrt(sum d^2). ``infinite``
    counts rows where A's loss alone, B's alone and both are infinite; ``first_infinite`` numbers the first ones.
    """

    rows: int
    first: float
    second: float
    difference: float | None
    finite: Mean
    finite_first: float
    finite_second: float
    finite_difference: float
    sign_score: float
    infinite: tuple[int, int, int]
    first_infinite: tuple[int, ...]


@dataclass(frozen=True)
class ClassDifference:
    """The rows of one observed class: how many, the mean losses and their difference as in PairedLoss with its error,
    and ``share``, what the class adds to the difference over all rows (None where that is not finite)."""

    rows: int
    first: float | None
    second: float | None
    difference: float | None
    standard_error: float | None
    share: float | None


class PairedLosses:
    """sum w l / sum w of both models and of the row differences, exactly, by group and observed class.

    All sums are integers: the difference of the means is rounded once, of the exact one. A fresh one is the identity of
    ``merge``, which is associative and commutative to the bit.
    """

    STATE: ClassVar[State] = {
        "_moments": PART,
        "_sums": EACH,
        "_below": Cells("_width"),
        "_rest": EACH,
        "_rest_below": Cells("_width"),
        "_infinite": Cells("_kinds"),
        "_first": NamedRows(),
    }

    def __init__(self, spec: PairSpec) -> None:
        self._width, self._kinds = spec.width, 3 * spec.width
        self._by_class = spec.classes > 0
        self._moments = WeightedMoments(spec.weights == "frequency") if spec.is_weighted else Moments()
        self._sums = [_Sums(spec.weights is not None) for _ in range(2)]
        self._below = Tally()
        self._rest = [_Sums(spec.weights is not None) for _ in range(2)]
        self._rest_below = Tally()
        self._infinite = Tally()
        self._first: list[tuple[int, int]] = []

    def update(self, rows: PairedRows) -> None:
        """Add some rows."""
        cells = rows.cells(rows.labels if self._by_class else None, self._width)
        below = rows.below()
        finite = np.isfinite(rows.difference)
        if finite.all():
            self._add(rows, cells, below, slice(None))
            return
        self._add(rows, cells, below, np.flatnonzero(finite))
        self._add_infinite(rows, cells, below, np.flatnonzero(~finite))

    def merge(self, other: PairedLosses) -> None:
        """Add the rows that ``other`` has seen."""
        self._moments.merge(other._moments)  # type: ignore[arg-type]  # both follow the same spec
        for name in ("_sums", "_rest"):
            for mine, its in zip(getattr(self, name), getattr(other, name), strict=True):
                mine.merge(its)
        for name in ("_below", "_rest_below", "_infinite"):
            getattr(self, name).merge(getattr(other, name))
        self._first = first_rows(self._first, other._first)

    def result(self, group: int = 0) -> PairedLoss:
        """The losses of all rows of a group."""
        start, width = group * self._width, self._width
        return self._figures(start, width, tuple(number for number, its in self._first if its == group))

    def shape(self, group: int = 0) -> Shape | None:
        """The skewness and kurtosis of the differences of two finite losses."""
        return self._moments.shape(group * self._width, self._width)

    def classes(self, group: int = 0) -> tuple[ClassDifference, ...]:
        """The losses of each observed class, in the order of the classes; none where they are not told apart."""
        if not self._by_class:
            return ()
        start = group * self._width
        whole = self._figures(start, self._width)
        mass = sum(self._below.masses(start, start + self._width))
        return tuple(self._class(start + k, whole, mass) for k in range(self._width))

    def _class(self, cell: int, whole: PairedLoss, mass: int) -> ClassDifference:
        own = self._figures(cell, 1)
        if not own.rows:
            return ClassDifference(0, None, None, None, None, None)
        error = own.finite.standard_error if own.difference is not None and math.isfinite(own.difference) else None
        share = None
        if whole.difference is not None and math.isfinite(whole.difference):
            share = self._sums[1].ratio_to(mass, cell, 1, less=self._sums[0])
        return ClassDifference(own.rows, own.first, own.second, own.difference, error, share)

    def _figures(self, start: int, width: int, first_infinite: tuple[int, ...] = ()) -> PairedLoss:
        a, b = self._sums
        finite, mass = self._moments.result(start, width), sum(self._below.masses(start, start + width))
        kinds = np.array(self._infinite.masses(3 * start, 3 * (start + width)), dtype=object).reshape(-1, 3)
        infinite = tuple(int(count) >> FRACTION_BITS for count in kinds.sum(axis=0))
        all_mass = mass + sum(self._rest_below.masses(start, start + width))
        means = [
            math.inf if infinite[k] or infinite[BOTH] else self._sums[k].ratio_to(all_mass, start, width, self._rest[k])
            for k in range(2)
        ]
        exact = b.ratio_to(mass, start, width, less=a)
        difference: float | None = exact
        if any(infinite):
            difference = None if math.isinf(means[0]) and math.isinf(means[1]) else means[1] - means[0]
        return PairedLoss(
            rows=finite.n + sum(infinite),
            first=means[0],
            second=means[1],
            difference=difference,
            finite=finite,
            finite_first=a.ratio_to(mass, start, width),
            finite_second=b.ratio_to(mass, start, width),
            finite_difference=exact,
            sign_score=self._moments.sign_score(start, width),
            infinite=(infinite[0], infinite[1], infinite[2]),
            first_infinite=first_infinite,
        )

    def _add(self, rows: PairedRows, cells: Integers | None, below: Floats | None, chosen: slice | Integers) -> None:
        index = None if cells is None else cells[chosen]
        weights = None if rows.weights is None else rows.weights[chosen]
        under = None if below is None else below[chosen]
        difference = rows.difference[chosen]
        for sums, figures in zip(self._sums, (rows.first, rows.second), strict=True):
            sums.add(figures.loss[chosen], weights, index)
        self._below.add(under, len(difference), index)
        if isinstance(self._moments, Moments):
            self._moments.update(difference, index)
        else:
            ones = np.ones(len(difference)) if weights is None else weights
            each = rows.first.denominator
            self._moments.update(difference, ones, None if each is None else each[chosen], index)

    def _add_infinite(self, rows: PairedRows, cells: Integers | None, below: Floats | None, infinite: Integers) -> None:
        index = np.zeros(len(infinite), dtype=np.intp) if cells is None else cells[infinite]
        a, b = np.isinf(rows.first.loss[infinite]), np.isinf(rows.second.loss[infinite])
        kind = np.where(a & b, BOTH, np.where(a, ONLY_A, ONLY_B))
        self._infinite.add(None, len(infinite), index * 3 + kind)
        weights = None if rows.weights is None else rows.weights[infinite]
        for sums, figures, without in zip(self._rest, (rows.first, rows.second), (a, b), strict=True):
            sums.add(np.where(without, 0.0, figures.loss[infinite]), weights, index)
        self._rest_below.add(None if below is None else below[infinite], len(infinite), index)
        groups = np.zeros(len(infinite), dtype=np.intp) if rows.group is None else rows.group[infinite]
        named = sorted(zip(rows.numbers[infinite].tolist(), groups.tolist(), strict=True))
        self._first = first_rows(self._first, named)


class _Sums:
    """sum w x by cell, exactly: of products where there are weights, else of the figures as they are."""

    STATE: ClassVar[State] = {"_sums": CELLS}

    def __init__(self, weighted: bool) -> None:
        self._sums: Any = ExactProducts() if weighted else ExactSums()
        self._shift = FRACTION_BITS if weighted else 0

    def add(self, figures: Floats, weights: Floats | None, cells: Integers | None) -> None:
        if weights is None:
            self._sums.update(figures, cells)
        else:
            self._sums.update(figures, weights, cells)

    def merge(self, other: _Sums) -> None:
        self._sums.merge(other._sums)

    def ratio_to(
        self, mass: int, cell: int, cells: int, more: _Sums | None = None, *, less: _Sums | None = None
    ) -> float:
        """The sum of the cells, with what is ``more`` and without what is ``less``, over a mass; nan without one."""
        if not mass:
            return math.nan
        total = self._total(cell, cells)
        total += more._total(cell, cells) if more is not None else 0
        total -= less._total(cell, cells) if less is not None else 0
        return ratio(total, mass << self._shift)

    def _total(self, cell: int, cells: int) -> int:
        if isinstance(self._sums, ExactProducts):
            return self._sums.integer(cell, cells)
        return sum(self._sums.integers(cell, cell + cells))
