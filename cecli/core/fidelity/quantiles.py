"""Quantiles of a figure of the rows: from counts in narrow bins, in memory that does not grow, or from all figures."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cecli.core.sums.cells import CELLS
from cecli.core.sums.exact import ratio
from cecli.core.sums.layout import Floats, Integers
from cecli.core.sums.row_arrays import Rows
from cecli.core.sums.state import FIGURES, State
from cecli.core.sums.tally import Tally

STEPS = 128
"""Bins to a power of two: each is 2^-7 of its lower end wide."""

QUANTILE_WIDTH = 1 / STEPS

_LOWEST, _HIGHEST = -200, 64
"""Figures from 2^_LOWEST to 2^_HIGHEST are told apart; smaller ones are 0."""

_HALF = (_HIGHEST - _LOWEST) * STEPS + 2
"""Bins on either side of 0: those of figures, and one of infinity."""


@dataclass(frozen=True)
class Bin:
    """Figures from ``low`` to below ``high``, and their share of all."""

    low: float
    high: float
    share: float


class Binned:
    """The mass of the rows in bins by exponent and leading bits of the figure, and the smallest and largest figure.

    A fresh one is the identity of ``merge``, which is associative and commutative to the bit.

    >>> binned = Binned()
    >>> binned.update(np.array([1.0, 2.0, 3.0]))
    >>> binned.quantiles([0.0, 0.5, 1.0])
    [1.0, 2.0, 3.0]
    """

    STATE: ClassVar[State] = {"_above": CELLS, "_below": CELLS, "_least": FIGURES, "_most": FIGURES}

    def __init__(self) -> None:
        self._above, self._below = Tally(), Tally()
        self._least: dict[int, float] = {}
        self._most: dict[int, float] = {}

    def update(self, figures: Floats, weights: Floats | None = None) -> None:
        """Add figures, finite or infinite, and what each counts."""
        if not len(figures):
            return
        self._see(float(figures.min()), float(figures.max()))
        negative = figures < 0
        for tally, chosen in ((self._above, ~negative), (self._below, negative)):
            some = figures[chosen]
            tally.add(None if weights is None else weights[chosen], len(some), _places(np.abs(some)))

    def merge(self, other: Binned) -> None:
        """Add what ``other`` has seen."""
        self._above.merge(other._above)
        self._below.merge(other._below)
        if other._least:
            self._see(other._least[0], other._most[0])

    def quantiles(self, shares: Sequence[float]) -> list[float | None]:
        """The figures below which these shares of the rows lie: between those of two rows in proportion, each taken for
        the middle of its bin. With weights the first bin up to which there is that mass. None without rows."""
        if not self._least:
            return [None] * len(shares)
        middles, counts = self._bins()
        low, high = self._least[0], self._most[0]
        if counts is None:
            masses = self._masses()
            held = [k for k, mass in enumerate(masses) if mass]
            upto = list(accumulate(masses[k] for k in held))
            found = [float(middles[held[_place(upto, share, upto[-1])]]) for share in shares]
        else:
            ends = np.cumsum(counts)
            found = [_at(share, int(ends[-1]), lambda rank: float(middles[np.searchsorted(ends, rank, "right")]))
                     for share in shares]  # fmt: skip
        clipped = [min(max(one, low), high) for one in found]
        return [low if share == 0 else high if share == 1 else one for share, one in zip(shares, clipped, strict=True)]

    def histogram(self) -> list[Bin]:
        """The bins of figures >= 0, one to a power of two, from the first to the last one that holds rows; figures
        below the first power of two stand in a bin from 0."""
        masses = self._above.masses(0, _HALF)
        total = sum(masses)
        if not total:
            return []
        groups = [(0.0, math.ldexp(1.0, _LOWEST), masses[0])]
        for k in range(_HIGHEST - _LOWEST):
            part = sum(masses[1 + k * STEPS : 1 + (k + 1) * STEPS])
            groups.append((math.ldexp(1.0, _LOWEST + k), math.ldexp(1.0, _LOWEST + k + 1), part))
        groups.append((math.inf, math.inf, masses[-1]))
        held = [k for k, (*_, part) in enumerate(groups) if part]
        first = max(1, next((k for k in held if k), 1))
        shown = ([groups[0]] if groups[0][2] else []) + groups[first : held[-1] + 1 if held[-1] else first]
        return [Bin(low, high, ratio(part, total)) for low, high, part in shown if part or low < math.inf]

    def _masses(self) -> list[int]:
        return [*reversed(self._below.masses(0, _HALF)), *self._above.masses(0, _HALF)]

    def _bins(self) -> tuple[Floats, NDArray[np.int64] | None]:
        """The middle of every bin, the least first, and how many rows it has; None where rows have weights."""
        above, below = self._above.counts(0, _HALF), self._below.counts(0, _HALF)
        middles = _middles()
        together = np.concatenate([-middles[::-1], middles])
        return together, None if above is None or below is None else np.concatenate([below[::-1], above])

    def _see(self, least: float, most: float) -> None:
        self._least[0] = min(self._least.get(0, math.inf), least)
        self._most[0] = max(self._most.get(0, -math.inf), most)


class Held:
    """The figures themselves, 8 bytes a row, 16 with weights. ``merge`` is associative and commutative: it is a bag."""

    STATE: ClassVar[State] = {"_parts": Rows(("<f8", "<f8", "<i8"))}

    def __init__(self) -> None:
        self._parts: list[tuple[Any, ...]] = []

    def update(self, figures: Floats, weights: Floats | None = None) -> None:
        """Add figures, finite or infinite, and what each counts."""
        if len(figures):
            self._parts.append((figures.copy(), None if weights is None else weights.copy(), None))

    def merge(self, other: Held) -> None:
        """Add what ``other`` has seen."""
        self._parts += other._parts

    def quantiles(self, shares: Sequence[float]) -> list[float | None]:
        """The figures below which these shares of the rows lie: between those of two rows in proportion, with weights
        the first up to which there is that mass. None without rows."""
        if not self._parts:
            return [None] * len(shares)
        figures = np.concatenate([part[0] for part in self._parts])
        if self._parts[0][1] is None:
            figures.sort()
            return [_at(share, len(figures), lambda rank: float(figures[rank])) for share in shares]
        order = np.argsort(figures, kind="stable")
        mass = np.cumsum(np.concatenate([part[1] for part in self._parts])[order])
        places = np.minimum(np.searchsorted(mass, np.asarray(shares) * mass[-1], "left"), len(mass) - 1)
        return [float(figures[order[place]]) for place in places]


def _place(ends: Sequence[int], share: float, total: int) -> int:
    """The first of some cumulated masses that is as large as a share of all."""
    above, below = share.as_integer_ratio()
    return min(bisect_left(ends, total * above, key=lambda end: end * below), len(ends) - 1)


def _at(share: float, rows: int, figure: Any) -> float:
    """The figure at the rank share (n - 1), between those of two rows in proportion."""
    rank = share * (rows - 1)
    below = min(math.floor(rank), rows - 1)
    low = float(figure(below))
    part = rank - below
    if not part:
        return low
    high = float(figure(below + 1))
    return high if math.isinf(high) or math.isinf(low) else low + (high - low) * part


def _places(figures: Floats) -> Integers:
    """The bins of figures >= 0: 0 below 2^_LOWEST, then by exponent and leading bits, the last one of infinity."""
    bits = np.ascontiguousarray(figures).view(np.int64) >> (52 - STEPS.bit_length() + 1)
    bits -= (1023 + _LOWEST) * STEPS - 1
    places = np.clip(bits, 0, _HALF - 2, out=bits)
    places[np.isinf(figures)] = _HALF - 1
    return np.asarray(places, dtype=np.intp)


def _middles() -> Floats:
    """The middle of each bin."""
    exponents, steps = np.divmod(np.arange(_HALF - 2), STEPS)
    middles = np.ldexp(1.0 + (steps + 0.5) / STEPS, exponents + _LOWEST)
    return np.concatenate([[0.0], middles, [np.inf]])
