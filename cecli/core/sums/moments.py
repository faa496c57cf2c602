"""The mean and the standard error of row figures, from exact sums."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.functions.error_free import two_product
from cecli.core.sums.cells import CELLS
from cecli.core.sums.exact import FRACTION_BITS, ExactProducts, ExactSums, ratio, root_ratio, to_float
from cecli.core.sums.layout import Floats, Integers
from cecli.core.sums.shape import Shape, shape_of
from cecli.core.sums.state import Plain, State
from cecli.core.sums.tally import Tally


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

    The third and fourth powers are rounded, each by itself, and then added exactly: they are for the skewness and the
    kurtosis, which need fewer digits, and exact products would take four times as long. A fresh one is the identity of
    ``merge``, which is associative and commutative to the bit.

    >>> moments = Moments()
    >>> moments.update(np.array([1.0, 2.0, 3.0, 4.0]))
    >>> moments.result().mean, moments.result().standard_error
    (2.5, 0.6454972243679028)
    """

    STATE: ClassVar[State] = dict.fromkeys(("_rows", "_sum", "_squares", "_cubes", "_fourths", "_unshaped"), CELLS)

    def __init__(self) -> None:
        self._rows = Tally()
        self._sum = ExactSums()
        self._squares = ExactProducts()
        self._cubes, self._fourths = ExactSums(), ExactSums()
        self._unshaped = Tally()

    @staticmethod
    def of_older(state: Mapping[str, Plain]) -> Mapping[str, Plain]:
        """What a state of 0.1.0 says: it kept no third and fourth powers of its rows."""
        return without_powers(state)

    def update(self, figures: Floats, group: Integers | None = None) -> None:
        """Add finite figures, shape (n,), to the groups they belong to."""
        self._rows.add(None, len(figures), group)
        self._sum.update(figures, group)
        self._squares.update(figures, figures, group)
        cubes, fourths = powers(figures)
        self._cubes.update(cubes, group)
        self._fourths.update(fourths, group)

    def merge(self, other: Moments) -> None:
        """Add the figures of ``other``, which stays as it is."""
        for name in self.STATE:
            getattr(self, name).merge(getattr(other, name))

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

    def shape(self, group: int = 0, groups: int = 1) -> Shape | None:
        """The skewness and kurtosis of one group, or of so many from it on together (``shape_of``); None where rows
        come from a state without their third and fourth powers."""
        if any(self._unshaped.masses(group, group + groups)):
            return None
        cubes, fourths = (sum(sums.integers(group, group + groups)) for sums in (self._cubes, self._fourths))
        squares = self._squares.integer(group, groups)
        return shape_of(self._count(group, groups), self._total(group, groups), squares, cubes, fourths)

    def has_powers(self, group: int = 0) -> bool:
        """Whether the third and fourth powers of all rows of a group are known."""
        return not self._unshaped.mass(group)

    def sign_score(self, group: int = 0, groups: int = 1) -> float:
        """sum x / sqrt(sum x^2): about standard normal if every x could as well have the other sign; 0 for none."""
        return signed_root(self._total(group, groups), self._squares.integer(group, groups))

    def _count(self, group: int, groups: int) -> int:
        return sum(self._rows.masses(group, group + groups)) >> FRACTION_BITS

    def _total(self, group: int, groups: int) -> int:
        return sum(self._sum.integers(group, group + groups))


class WeightedMoments:
    """The ratio m = sum w x / sum w d of row figures x and d by group, with its standard error, exactly.

    With importance weights the error is linearised: sqrt(n/(n-1) sum (w x - m w d)^2) / sum w d, with Kish's degrees
    of freedom (sum w d)^2 / sum (w d)^2 - 1 (Kish, Survey Sampling, 1965). With ``frequency`` a row of weight w stands
    for w rows, and all is as if they were written out. A fresh one is the identity of ``merge``, which is associative
    and commutative to the bit.

    >>> moments = WeightedMoments(frequency=True)
    >>> moments.update(np.array([1.0, 4.0]), np.array([3.0, 1.0]))
    >>> moments.result().mean, moments.result().standard_error
    (1.75, 0.75)
    """

    STATE: ClassVar[State] = dict.fromkeys(
        ("_rows", "_repeats", "_numerator", "_denominator", "_aa", "_ad", "_dd", "_cubes", "_fourths", "_unshaped"),
        CELLS,
    )

    def __init__(self, frequency: bool = False) -> None:
        self._frequency = frequency
        self._rows, self._repeats = Tally(), Tally()
        self._numerator, self._denominator = ExactSums(), ExactSums()
        self._aa, self._ad, self._dd = (ExactProducts() for _ in range(3))
        self._cubes, self._fourths = ExactSums(), ExactSums()
        self._unshaped = Tally()

    @staticmethod
    def of_older(state: Mapping[str, Plain]) -> Mapping[str, Plain]:
        """What a state of 0.1.0 says: it kept no third and fourth powers of its rows."""
        return without_powers(state)

    def update(
        self, figures: Floats, weights: Floats, denominators: Floats | None = None, group: Integers | None = None
    ) -> None:
        """Add finite figures x, weights w and what they are divided by, d (1 unless given), shape (n,)."""
        above = _product(figures, weights)
        self._rows.add(None, len(figures), group)
        for part in above:
            self._numerator.update(part, group)
        if self._frequency:
            self._add_repeats(above, figures, weights, denominators, group)
            return
        high, low = above
        below = weights if denominators is None else weights * denominators
        self._denominator.update(below, group)
        for part in above:
            self._ad.update(part, below, group)
        self._aa.update(high, high, group)
        self._aa.update(high, 2.0 * low, group)
        self._aa.update(low, low, group)
        self._dd.update(below, below, group)

    def _add_repeats(
        self,
        above: tuple[Floats, Floats],
        figures: Floats,
        weights: Floats,
        denominators: Floats | None,
        group: Integers | None,
    ) -> None:
        """Each product once for every row that a row stands for."""
        each = np.ones(len(weights)) if denominators is None else denominators
        self._repeats.add(weights, len(weights), group)
        for part in above:
            self._aa.update(part, figures, group)
            self._ad.update(part, each, group)
        for part in (weights,) if denominators is None else _product(each, weights):
            self._denominator.update(part, group)
            self._dd.update(part, each, group)
        if denominators is None:
            for sums, powered in zip((self._cubes, self._fourths), powers(figures), strict=True):
                for part in _product(powered, weights):
                    sums.update(part, group)

    def shape(self, group: int = 0, groups: int = 1) -> Shape | None:
        """The skewness and kurtosis of the rows that repeat counts stand for, each of which divides by 1; else None."""
        cells = (group, group + groups)
        n, below = sum(self._repeats.masses(*cells)), sum(self._denominator.integers(*cells))
        if (
            not self._frequency
            or any(self._unshaped.masses(*cells))
            or n != below
            or self._dd.integer(group, groups) != n << FRACTION_BITS
        ):
            return None
        total, squares = sum(self._numerator.integers(*cells)), self._aa.integer(group, groups)
        cubes, fourths = (sum(sums.integers(*cells)) for sums in (self._cubes, self._fourths))
        return shape_of(n >> FRACTION_BITS, total, squares, cubes, fourths)

    def merge(self, other: WeightedMoments) -> None:
        """Add the figures of ``other``, which stays as it is."""
        for name in self.STATE:
            getattr(self, name).merge(getattr(other, name))

    def result(self, group: int = 0, groups: int = 1) -> Mean:
        """The ratio of one group, or of so many from it on together, correctly rounded, and its standard error, formed
        in integers."""
        cells = (group, group + groups)
        rows = sum(self._rows.masses(*cells))
        n = sum(self._repeats.masses(*cells)) if self._frequency else rows
        s, w = sum(self._numerator.integers(*cells)), sum(self._denominator.integers(*cells))
        dd, more = self._dd.integer(group, groups), n - (1 << FRACTION_BITS)
        effective = ratio(w * w, dd) if dd else 0.0
        error = None
        if more > 0 and w:
            ad = self._ad.integer(group, groups)
            spread = self._aa.integer(group, groups) * w * w - 2 * s * w * ad + s * s * dd
            error = root_ratio(n * max(spread, 0), more * w**4)
        mean = ratio(s, w) if w else math.nan
        return Mean(rows >> FRACTION_BITS, mean, error, to_float(w), effective, effective - 1.0)

    def below(self, group: int = 0) -> tuple[int, int]:
        """sum w d and sum (w d)^2 (of repeats sum w d^2), in units of 2^-1074 and 2^-2148."""
        return self._denominator.integer(group), self._dd.integer(group)

    def has_powers(self, group: int = 0) -> bool:
        """Whether the third and fourth powers of all rows of a group are known."""
        return not self._unshaped.mass(group)

    def sign_score(self, group: int = 0, groups: int = 1) -> float:
        """sum w x / sqrt(sum (w x)^2), of repeats sum w x / sqrt(sum w x^2): about standard normal if every row (every
        repeat) could as well have the other sign; 0 for none."""
        total = sum(self._numerator.integers(group, group + groups))
        return signed_root(total, self._aa.integer(group, groups))


def without_powers(state: Mapping[str, Plain]) -> Mapping[str, Plain]:
    """A state of moments without third and fourth powers, with the rows whose powers are not known."""
    names = ("cubes", "fourths", "unshaped")
    if any(name in state for name in names):
        return state
    return {**state, "cubes": {}, "fourths": {}, "unshaped": state["rows"]}


def powers(figures: Floats) -> tuple[Floats, Floats]:
    """The third and fourth powers of finite figures, 0 where these overflow (``shape_of`` then gives none)."""
    with np.errstate(over="ignore", under="ignore"):
        squares = figures * figures
        cubes, fourths = squares * figures, squares * squares
    if len(fourths) and not np.isfinite(fourths.max()):
        usable = np.isfinite(fourths)
        cubes, fourths = np.where(usable, cubes, 0.0), np.where(usable, fourths, 0.0)
    return cubes, fourths


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
