"""The sign-flip test: may the mean of paired differences be 0?

Were A and B alike, each difference could as well have the other sign. The p-value is the share of all choices of the
signs whose sum is at least as far from 0 as the one observed. Sums are formed in whole numbers, multiples of a unit
below 2^-61 of what the differences sum to without their signs, so the same differences give the same p-value in any
order. Source: Fisher, "The Design of Experiments", 1935, section 21.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cecli.core.functions.normal import normal_tail
from cecli.core.sums.layout import Floats

EXACT = 20
"""Up to so many differences all choices of the signs are gone through: a million."""

SIMULATED = 100_000
"""Up to so many differences signs are drawn by themselves; beyond, their sum is as good as normal."""

FLIPS = 9_999
"""Choices of the signs that are drawn, unless given."""

TIE = 1e-12
"""Sums that differ by less than this, relatively, are equal but for rounding."""

_BITS = 61
_BYTE = 8
_DRAWS = 1 << 16
"""Choices of the signs whose sums are held at once."""

_GROUPS = 1 << 9
"""Bytes of signs whose tables of 256 sums are made at once: they fit into the cache of a core."""

Method = Literal["exact", "monte-carlo", "normal"]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class SignFlip:
    """The two-sided p-value, that of a sum so large (``upper``) and so small (``lower``), and how they were found.

    ``flips`` is the number of signs' choices that were drawn, None where none were.
    """

    p_value: float
    upper: float
    lower: float
    method: Method
    flips: int | None = None


def sign_flip(differences: Floats, flips: int = FLIPS, seed: int = 0) -> SignFlip:
    """The test of finite ``differences``, shape (n,): exact for up to 20 that are not 0, else of drawn signs.

    Drawn, p = (1 + c)/(1 + B), c of the B sums at least as extreme; which sign goes to which difference depends on
    their values alone, not on their order.

    >>> sign_flip(np.array([3.0, 1.0, 2.0]))
    SignFlip(p_value=0.25, upper=0.125, lower=1.0, method='exact', flips=None)
    """
    units = _in_units(np.sort(differences[differences != 0]))
    observed = int(units.sum())
    slack = max(int(TIE * abs(observed)), len(units))
    if len(units) <= EXACT:
        two, up, down = (_counts(_all_sums(units), observed, slack) / (1 << len(units))).tolist()
        return SignFlip(two, up, down, "exact")
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
    found = np.zeros(3, dtype=np.int64)
    for start in range(0, flips, _DRAWS):
        found += _counts(_drawn_sums(units, min(_DRAWS, flips - start), generator), observed, slack)
    two, up, down = ((1 + found) / (1 + flips)).tolist()
    return SignFlip(two, up, down, "monte-carlo", flips)


def normal_sign_flip(score: float) -> SignFlip:
    """The limit for many differences: their sum over the root of the sum of their squares is standard normal.

    >>> normal_sign_flip(0.0)
    SignFlip(p_value=1.0, upper=0.5, lower=0.5, method='normal', flips=None)
    """
    return SignFlip(2 * normal_tail(abs(score)), normal_tail(score), normal_tail(-score), "normal")


def _in_units(differences: Floats) -> Whole:
    """Multiples of one unit, as fine as keeps every sum of them below 2^62."""
    if not len(differences):
        return np.zeros(0, dtype=np.int64)
    shift = math.frexp(float(np.abs(differences).max()))[1]
    scaled = np.ldexp(differences, -shift)
    total = math.fsum(np.abs(scaled).tolist())
    return np.rint(np.ldexp(scaled, _BITS - math.frexp(total)[1])).astype(np.int64)


def _counts(sums: Whole, observed: int, slack: int) -> Whole:
    """How many sums are as far from 0 as the observed one, how many as large, how many as small; ties count."""
    found = (np.abs(sums) >= abs(observed) - slack, sums >= observed - slack, sums <= observed + slack)
    return np.array([np.count_nonzero(each) for each in found], dtype=np.int64)


def _all_sums(units: Whole) -> Whole:
    """The sums of all 2^n choices of the signs."""
    sums = np.zeros(1, dtype=np.int64)
    for unit in units.tolist():
        sums = np.concatenate([sums - unit, sums + unit])
    return sums


def _drawn_sums(units: Whole, draws: int, generator: np.random.Generator) -> Whole:
    """The sums of ``draws`` drawn choices of the signs: a byte of random bits looks up what it makes of 8 units."""
    padded = np.zeros(-(-len(units) // _BYTE) * _BYTE, dtype=np.int64)
    padded[: len(units)] = units
    eights = padded.reshape(-1, _BYTE)
    sums = np.zeros(draws, dtype=np.int64)
    for start in range(0, len(eights), _GROUPS):
        for table in _tables(eights[start : start + _GROUPS]):
            sums += table.take(np.frombuffer(generator.bytes(draws), dtype=np.uint8))
    return sums


def _tables(eights: Whole) -> Whole:
    """What every byte of signs makes of 8 units, shape (groups, 256); eights are (groups, 8)."""
    tables = np.zeros((len(eights), 1), dtype=np.int64)
    for k in range(_BYTE):
        unit = eights[:, k : k + 1]
        tables = np.concatenate([tables - unit, tables + unit], axis=1)
    return tables
