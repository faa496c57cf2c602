"""The temperature that minimises the loss: a convex problem in one unknown, b = 1/T.

f(b) = sum_i w_i [log sum_c exp(b z_ic) - b z_iy], so f'(b) = sum w (E[z] - z_y) and f''(b) = sum w Var[z] >= 0, mean
and variance under softmax(b z). Both are summed exactly: what is found depends on no order, split or number of threads.
Source: Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", ICML 2017.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from cecli.core.calibration.logit_rows import LogitRows
from cecli.core.sums.exact import ExactSums, to_float
from cecli.core.sums.layout import Floats

Solution = Literal["interior", "uniform", "unbounded"]
"""Where the loss is least: at a temperature; at T = infinity, since the loss only falls as the probabilities become
equal; or nowhere, since it falls as long as T does: every row has its observed classes at the top."""

CLOSE = 1e-9
"""Newton's method ends with a step as small as this beside b: the error it leaves is about the square."""

MOST_STEPS = 200
"""More than a bisection of all doubles would take."""


class Adds(Protocol):
    """What rows of logits are added to."""

    def update(self, rows: LogitRows) -> Any:
        """Add some rows."""

    def merge(self, other: Any) -> None:
        """Add what another one has seen."""


Sums = TypeVar("Sums", bound=Adds)


class Sweep(Protocol):
    """One pass over all rows: they are added to accumulators that ``new`` makes, and those merged into one."""

    def __call__(self, new: Callable[[], Sums]) -> Sums:
        """The sums of all rows."""


@dataclass(frozen=True)
class Fitted:
    """The least loss is at 1/T = ``inverse``, in units of 1/``unit``: logits are taken in multiples of the power of two
    that is next to their largest difference in a row, so that none is too large or too small to be squared."""

    inverse: float
    unit: float
    solution: Solution

    @property
    def temperature(self) -> float:
        """T: infinite where all classes alike are best, 0 where no T is small enough."""
        if self.solution == "unbounded":
            return 0.0
        return self.unit / self.inverse if self.inverse > 0 else math.inf


def unit_of(span: float) -> float:
    """The power of two next above the largest difference of logits in a row.

    >>> unit_of(5.0), unit_of(0.0), unit_of(0.5)
    (8.0, 1.0, 1.0)
    """
    return math.ldexp(1.0, min(math.frexp(span)[1], 1023)) if span > 0 else 1.0


def fit_temperature(sweep: Sweep, span: float, start: float | None = None) -> Fitted:
    """The T at which the loss is least, to a few ulps; ``span`` is the largest difference of logits within a row.

    Newton's method on f' inside a bracket: a step that leaves it, or that does not come closer at least half as much as
    the one before, is replaced by a bisection. It begins with Newton's step from b = 0, or at ``start``, a b in the
    same units. Logits times a power of two give T times it, to the bit.
    """
    unit = unit_of(span)
    ends = sweep(lambda: Ends(unit))
    if ends.at_zero() >= 0:
        return Fitted(0.0, unit, "uniform")
    if ends.at_infinity() <= 0:
        return Fitted(math.inf, unit, "unbounded")
    first = -ends.at_zero() / ends.curvature_at_zero()
    inverse = _least(lambda b: sweep(lambda: Slopes(b, unit)).result(), first if start is None else start)
    return Fitted(inverse, unit, "interior")


def _least(slopes: Callable[[float], tuple[float, float]], b: float) -> float:
    """The b > 0 where an increasing f' changes its sign, which it does."""
    low, high = 0.0, math.inf
    before = math.inf
    for _ in range(MOST_STEPS):
        slope, curvature = slopes(b)
        if slope == 0:
            return b
        low, high = (b, high) if slope < 0 else (low, b)
        new = b - slope / curvature if curvature > 0 else math.nan
        step = abs(new - b)
        if step <= CLOSE * b:
            return new
        if not low < new < high or (high < math.inf and low > 0 and step > before / 2):
            new = _between(low, high)
            step = abs(new - b)
        if new in (low, high):
            return new
        b, before = new, step
    raise ArithmeticError(f"the temperature was not found in {MOST_STEPS} steps")


def _between(low: float, high: float) -> float:
    """Inside a bracket: in its middle on a logarithmic scale, far into it where an end is open."""
    if high == math.inf:
        return 8.0 * low
    if low == 0:
        return high / 8.0
    return math.sqrt(low) * math.sqrt(high)


def slopes_of(rows: LogitRows, inverse: float, unit: float) -> tuple[Floats, Floats]:
    """E[z] - z_y and Var[z] of every row under softmax(inverse z), logits in multiples of ``unit``, shape (n,).

    All is taken from the largest logit of the row, so that nothing cancels where one class has nearly all.
    """
    tilted = rows.tilted(inverse, unit)
    mean = tilted.mean(tilted.gaps)
    return mean - rows.of_observed(tilted.gaps), tilted.variance(tilted.gaps, mean)


class Slopes:
    """f'(b) and f''(b), exactly summed.

    A fresh one is the identity of ``merge``, which is associative and commutative to the bit.
    """

    def __init__(self, inverse: float, unit: float) -> None:
        self._inverse, self._unit = inverse, unit
        self._first, self._second = ExactSums(), ExactSums()

    def update(self, rows: LogitRows) -> None:
        """Add some rows."""
        slope, curvature = slopes_of(rows, self._inverse, self._unit)
        self._first.update(rows.weighted(slope))
        self._second.update(rows.weighted(curvature))

    def merge(self, other: Slopes) -> None:
        """Add the rows of ``other``."""
        self._first.merge(other._first)
        self._second.merge(other._second)

    def result(self) -> tuple[float, float]:
        """f' and f''."""
        return to_float(self._first.integer()), to_float(self._second.integer())


class Ends:
    """f'(0), f''(0), and f' at infinity: the sum of how far the observed classes are below the top of their rows.

    A fresh one is the identity of ``merge``, which is associative and commutative to the bit.
    """

    def __init__(self, unit: float) -> None:
        self._zero = Slopes(0.0, unit)
        self._unit = unit
        self._below = ExactSums()

    def update(self, rows: LogitRows) -> None:
        """Add some rows."""
        self._zero.update(rows)
        self._below.update(rows.weighted(0.0 - rows.of_observed(rows.below_peak(self._unit).table)))

    def merge(self, other: Ends) -> None:
        """Add the rows of ``other``."""
        self._zero.merge(other._zero)
        self._below.merge(other._below)

    def at_zero(self) -> float:
        """f'(0)."""
        return self._zero.result()[0]

    def curvature_at_zero(self) -> float:
        """f''(0)."""
        return self._zero.result()[1]

    def at_infinity(self) -> float:
        """The limit of f'."""
        return to_float(self._below.integer())
