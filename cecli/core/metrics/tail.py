"""How much of the loss a few rows carry."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.metrics.spec import Spec
from cecli.core.rows.rows import ScoredRows
from cecli.core.sums.cells import CELLS, Cells
from cecli.core.sums.exact import ExactSums, ratio, to_float
from cecli.core.sums.largest import Entries, Largest, by_group
from cecli.core.sums.layout import Floats, Integers
from cecli.core.sums.state import Plain, State
from cecli.core.sums.tally import Tally

PART = 0.01
"""The rows of largest loss whose share is reported."""

LOWEST, HIGHEST, STEPS = -20, 20, 16
"""Bins for losses from 2^LOWEST to 2^HIGHEST nats, STEPS to a power of two, equally wide within it: 3 to 6 % of the
loss."""

BINS = (HIGHEST - LOWEST) * STEPS

NAMED = 5
"""Rows of largest loss whose contributions are kept exactly."""


@dataclass(frozen=True)
class TailResult:
    """Where the loss comes from; None without rows, without loss, or where it is infinite.

    ``worst_percent_share``: the share of the loss in the 1 % of the mass (rows, or their weights) of largest loss.
    ``half_share``: the share of the mass that carries half of the loss, and ``half_mass`` that mass. ``top_rows`` is
    the number of rows (at most NAMED) of largest contribution w l, ``top_share`` their share of the loss.
    """

    worst_percent_share: float | None = None
    half_share: float | None = None
    half_mass: float | None = None
    top_rows: int | None = None
    top_share: float | None = None


@dataclass(frozen=True)
class LossBin:
    """Losses in nats from ``low`` to below ``high``: their share of the mass (of rows, or of their weights), and of the
    loss of all, which is None where that is 0. The first bin of all reaches down to 0, the last one up to infinity."""

    low: float
    high: float
    mass: float
    loss: float | None


class Tail:
    """A histogram of the losses by exponent and leading bits of the mantissa: mass and exact sum of w l in each bin.

    The bin that 1 % of the mass ends in is taken in part, at its mean loss: the share is then right for equal losses,
    and never too large; too small by a small part of what that bin, 3 to 6 % wide, carries. Memory: up to 640 bins a
    group.
    """

    STATE: ClassVar[State] = {
        "_mass": Cells(BINS),
        "_sums": Cells(BINS),
        "_infinite": CELLS,
        "_largest": Entries(3),
    }

    def __init__(self, spec: Spec) -> None:
        self._repeats = spec.weights == "frequency"
        self._mass, self._infinite = Tally(), Tally()
        self._sums = ExactSums()
        self._largest = Largest(NAMED)

    @staticmethod
    def of_older(state: Mapping[str, Plain]) -> Mapping[str, Plain]:
        """What a state of 0.1.0 says, without the squares of its weights."""
        return {name: plain for name, plain in state.items() if name != "squares"}

    def update(self, rows: ScoredRows) -> None:
        """Add the losses of some rows."""
        loss, weights, group = rows.loss, rows.weights, rows.group
        finite = np.isfinite(loss)
        if not finite.all():
            masses = None if weights is None else weights[~finite]
            self._infinite.add(masses, int(np.count_nonzero(~finite)), None if group is None else group[~finite])
            loss = loss[finite]
            weights, group = None if weights is None else weights[finite], None if group is None else group[finite]
        if not len(loss):
            return
        cells = bin_of_loss(loss) if group is None else group * BINS + bin_of_loss(loss)
        costs = loss if weights is None else loss * weights
        self._mass.add(weights, len(loss), cells)
        self._sums.update(costs, cells)
        figures = loss if self._repeats else costs
        found = self._largest.rows(figures, group)
        taken = np.ones(len(found)) if weights is None else weights[found]
        entries = list(zip((-figures[found]).tolist(), loss[found].tolist(), taken.tolist(), strict=True))
        for number, some in by_group(entries, None if group is None else group[found]).items():
            self._largest.add(number, some)

    def merge(self, other: Tail) -> None:
        """Add the losses that ``other`` has seen."""
        for name in ("_mass", "_infinite", "_sums", "_largest"):
            getattr(self, name).merge(getattr(other, name))

    def result(self, group: int = 0) -> TailResult:
        """The shares, each a few ulps from that of the exact sums."""
        start = group * BINS
        masses, sums = self._mass.masses(start, start + BINS), self._sums.integers(start, start + BINS)
        total, cost = to_float(sum(masses)), to_float(sum(sums))
        if self._infinite.mass(group) or not cost > 0:
            return TailResult()
        bin_masses, bin_costs = _floats(masses), _floats(sums)
        half = _taken(bin_costs, bin_masses, cost / 2)
        top = self._top(group)
        top_rows = math.ceil(math.fsum(weight for *_, weight in top)) if self._repeats else len(top)
        top_share = min(1.0, math.fsum(entry[0] for entry in top) / cost)
        return TailResult(
            worst_percent_share=min(1.0, _taken(bin_masses, bin_costs, PART * total) / cost),
            half_share=half / total,
            half_mass=half,
            top_rows=top_rows,
            top_share=top_share,
        )

    def histogram(self, group: int = 0, steps: int = 1) -> tuple[list[LossBin], float]:
        """The bins from the first to the last one that holds rows, ``steps`` (a divisor of STEPS) to a power of two;
        and the share of the mass whose loss is infinite. The shares of all sum to 1; no bins without rows."""
        start, width = group * BINS, STEPS // steps
        masses, sums = self._mass.masses(start, start + BINS), self._sums.integers(start, start + BINS)
        infinite = self._infinite.mass(group)
        mass, cost = sum(masses) + infinite, sum(sums)
        starts = range(0, BINS, width)
        held = [place for place in starts if any(masses[place : place + width])]
        made = []
        for place in starts[held[0] // width : held[-1] // width + 1] if held else ():
            part, loss = sum(masses[place : place + width]), sum(sums[place : place + width])
            low = 0.0 if place == 0 else edge(place)
            high = math.inf if place + width == BINS else edge(place + width)
            made.append(LossBin(low, high, ratio(part, mass), ratio(loss, cost) if cost else None))
        return made, ratio(infinite, mass) if mass else 0.0

    def _top(self, group: int) -> list[tuple[float, float, float]]:
        """Contribution, loss and weight of the costliest rows; a row that stands for several, each for itself."""
        entries, left, top = self._largest.of(group), float(NAMED), []
        if not self._repeats:
            return [(-negative, loss, weight) for negative, loss, weight in entries]
        for _, loss, weight in entries:
            taken = min(weight, left)
            if taken > 0:
                top.append((loss * taken, loss, taken))
            left -= taken
        return top


def _floats(integers: list[int]) -> list[float]:
    return [to_float(each) if each else 0.0 for each in integers]


def bin_of_loss(loss: Floats) -> Integers:
    """The exponent and the leading bits of the mantissa, as one number from 0; losses beyond the ends in the end
    bins."""
    bins = np.ascontiguousarray(loss).view(np.int64) >> (52 - STEPS.bit_length() + 1)
    bins -= (1023 + LOWEST) * STEPS
    return np.asarray(np.clip(bins, 0, BINS - 1, out=bins))


def edge(place: int) -> float:
    """Where a bin begins: the inverse of ``bin_of_loss``."""
    exponent, step = divmod(place, STEPS)
    return math.ldexp(1 + step / STEPS, LOWEST + exponent)


def _taken(amounts: list[float], others: list[float], wanted: float) -> float:
    """What the bins of largest loss that hold the amount ``wanted`` hold of the other thing, the last bin in part."""
    taken = []
    for amount, other in zip(reversed(amounts), reversed(others), strict=True):
        if amount >= wanted:
            taken.append(other * (wanted / amount) if amount else 0.0)
            break
        wanted -= amount
        taken.append(other)
    return math.fsum(taken)
