"""The mean and the standard error of row figures, from exact sums."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.exact import FRACTION_BITS, ExactProducts, ExactSums, ratio, root_ratio, two_product
from cecli.core.layout import Floats, Integers
from cecli.core.state import CELLS, State
from cecli.core.tally import Tally


@dataclass(frozen=True)
class Mean:
    """A mean of n rows and its standard error, which is None where it is undefined.

    ``mass`` is the sum of the weights (n without), ``effective`` Kish's (sum w)^2 / sum w^2, ``df`` the degrees of
    freedom.
    """

    n: int
    mean: float
    standard_error: float | None
    mass: float
    effective: float
    df: float


class Moments:
    """n, sum x and sum x^2 of finite figures by group, exactly: the variance of nearly equal ones keeps its digits.

    A fresh one is the identity of ``merge``, which is associative and commutative to the bit.

    >>> moments = Moments()
    >>> moments.update(np.array([1.0, 2.0, 3.0, 4.0]))
    >>> moments.result().mean, moments.result().standard_error
    (2.5, 0.6454972243679028)
    """

    STATE: ClassVar[State] = {"_rows": CELLS, "_sum": CELLS, "_squares": CELLS}

    def __init__(self) -> None:
        self._rows = Tally()
        self._sum = ExactSums()
        self._squares = ExactProducts()

    def update(self, figures: Floats, group: Integers | None = None) -> None:
        """Add finite figures, shape (n,), to the groups they belong to."""
        self._rows.add(None, len(figures), group)
        self._sum.update(figures, group)
        self._squares.update(figures, figures, group)

    def merge(self, other: Moments) -> None:
        """Add the figures of ``other``, which stays as it is."""
        self._rows.merge(other._rows)
        self._sum.merge(other._sum)
        self._squares.merge(other._squares)

    def result(self, group: int = 0, groups: int = 1) -> Mean:
        """The mean of one group, or of so many from it on together, correctly rounded, and s / sqrt(n) with s^2 the
        unbiased variance, formed in integers."""
        n, total = self._count(group, groups), self._total(group, groups)
        mean = ratio(total, n << FRACTION_BITS) if n else math.nan
        error = None
        if n > 1:
            spread = n * self._squares.integer(group, groups) - total * total
            error = root_ratio(spread, (n * n * (n - 1)) << (2 * FRACTION_BITS))
        return Mean(n, mean, error, float(n), float(n), n - 1.0)

    def sign_score(self, group: int = 0, groups: int = 1) -> float:
        """sum x / sqrt(sum x^2): about standard normal if every x could as well have the other sign; 0 for none."""
        return signed_root(self._total(group, groups), self._squares.integer(group, groups))

    def _count(self, group: int, groups: int) -> int:
        return sum(self._rows.masses(group, group + groups)) >> FRACTION_BITS

    def _total(self, group: int, groups: int) -> int:
        return sum(self._sum.integers(group, group + groups))


class WeightedMoments:
    """The ratio sum a / sum d of row figures a = w x + e and d by group, with its standard error, exactly.

    With importance weights the error is linearised: sqrt(n/(n-1) sum (a - m d)^2) / sum d, with Kish's degrees of
    freedom (Kish, Survey Sampling, 1965). With ``frequency`` a row of weight w stands for w rows:
    sqrt(sum w (x - m)^2 / (W-1) / W). A fresh one is the identity of ``merge``, which is associative and commutative to
    the bit.

    >>> moments = WeightedMoments(frequency=True)
    >>> moments.update(np.array([1.0, 4.0]), np.array([3.0, 1.0]))
    >>> moments.result().mean, moments.result().standard_error
    (1.75, 0.75)
    """

    STATE: ClassVar[State] = dict.fromkeys(("_rows", "_numerator", "_denominator", "_aa", "_ad", "_dd", "_xxw"), CELLS)

    def __init__(self, frequency: bool = False) -> None:
        self._frequency = frequency
        self._rows = Tally()
        self._numerator = ExactSums()
        self._denominator = ExactSums()
        self._aa, self._ad, self._dd, self._xxw = (ExactProducts() for _ in range(4))

    def update(
        self, figures: Floats, weights: Floats, denominators: Floats | None = None, group: Integers | None = None
    ) -> None:
        """Add finite figures x and weights w, shape (n,); ``denominators`` d are the weights unless given."""
        high, low = _product(figures, weights)
        below = weights if denominators is None else denominators
        self._rows.add(None, len(figures), group)
        for part in (high, low):
            self._numerator.update(part, group)
            self._ad.update(part, below, group)
            if self._frequency:
                self._xxw.update(part, figures, group)
        self._denominator.update(below, group)
        self._aa.update(high, high, group)
        self._aa.update(high, 2.0 * low, group)
        self._aa.update(low, low, group)
        self._dd.update(below, below, group)

    def merge(self, other: WeightedMoments) -> None:
        """Add the figures of ``other``, which stays as it is."""
        self._rows.merge(other._rows)
        for name in ("_numerator", "_denominator", "_aa", "_ad", "_dd", "_xxw"):
            getattr(self, name).merge(getattr(other, name))

    def result(self, group: int = 0, groups: int = 1) -> Mean:
        """The ratio of one group, or of so many from it on together, correctly rounded, and its standard error, formed
        in integers."""
        cells = (group, group + groups)
        n = sum(self._rows.masses(*cells)) >> FRACTION_BITS
        s, w = sum(self._numerator.integers(*cells)), sum(self._denominator.integers(*cells))
        dd = self._dd.integer(group, groups)
        mean = ratio(s, w) if w else math.nan
        mass = ratio(w, 1 << FRACTION_BITS)
        if self._frequency:
            return Mean(n, mean, self._frequency_error(self._xxw.integer(group, groups), s, w), mass, mass, mass - 1.0)
        effective = ratio(w * w, dd) if dd else 0.0
        error = None
        if n > 1 and w:
            ad = self._ad.integer(group, groups)
            spread = self._aa.integer(group, groups) * w * w - 2 * s * w * ad + s * s * dd
            error = root_ratio(n * max(spread, 0), (n - 1) * w**4)
        return Mean(n, mean, error, mass, effective, effective - 1.0)

    def sign_score(self, group: int = 0, groups: int = 1) -> float:
        """sum a / sqrt(sum a^2), of repeats sum w x / sqrt(sum w x^2): about standard normal if every row (every
        repeat) could as well have the other sign; 0 for none."""
        squares = self._xxw if self._frequency else self._aa
        return signed_root(sum(self._numerator.integers(group, group + groups)), squares.integer(group, groups))

    @staticmethod
    def _frequency_error(xxw: int, s: int, w: int) -> float | None:
        more = w - (1 << FRACTION_BITS)
        if more <= 0:
            return None
        spread = max(xxw * w - (s * s << FRACTION_BITS), 0)
        return root_ratio(spread, w * w * more)


def signed_root(total: int, squares: int) -> float:
    """total / sqrt(squares) of whole numbers in units of 2^-1074 and 2^-2148; 0 where both are 0."""
    if not total:
        return 0.0
    root = root_ratio(total * total, squares)
    return root if total > 0 else -root


def _product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """The product as an unevaluated sum; where it cannot be split without error, rounded."""
    high, low = two_product(a, b)
    unsafe = ~np.isfinite(low)
    return high, np.where(unsafe, 0.0, low)
