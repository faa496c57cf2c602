"""The tables behind ``exp`` and ``log``, made from integers: no machine's own logarithm has a say in them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from math import isqrt

import numpy as np
from numpy.typing import NDArray

STEPS = 512
"""How many points 2^(j/STEPS) the exponential steps on."""

PIECES = 256
"""How many pieces of a mantissa have a reciprocal of their own in the logarithm."""

LOWEST = 0x3FE6000000000000
"""The bits of 0.6875: mantissas are taken from [0.6875, 1.375), so that numbers about 1 have the exponent 0."""

ROUND = 1.5 * 2.0**52
"""Added to a number below 2^51, it leaves the nearest whole number in the last bits of the sum."""

HIGHEST, LEAST = 709.782712893384, -745.1332191019412
"""Beyond these e^x is infinite, and 0."""

NEAR, NEAR_ONE = 2.0**-6, 2.0**-20
"""So near to 0 e^x - 1 is its series about 0, and log(1 + x), where the rounding of 1 + x may be as large as x."""

FACTORIALS = (40320, 5040, 720, 120, 24, 6, 2)
"""8! to 2!: the terms of e^x - 1 below the one of x^9."""

OF_LOGARITHM = (1 / 7, -1 / 6, 1 / 5, -1 / 4, 1 / 3)
"""The coefficients of log(1 + x) from x^7 to x^3."""

_BITS = 160
_ONE = 1 << _BITS


def _rounded(value: int, bits: int) -> float:
    """The double nearest to value / 2^bits. Division of integers is rounded once."""
    return value / (1 << bits)


def _cut(value: int, kept: int) -> tuple[float, float]:
    """value / 2^_BITS as a number of at most ``kept`` bits, and the rest of it."""
    drop = max(0, abs(value).bit_length() - kept)
    high = (abs(value) >> drop << drop) * (1 if value >= 0 else -1)
    return _rounded(high, _BITS), _rounded(value - high, _BITS)


def _twice_atanh(above: int, below: int) -> int:
    """2 atanh(above / below) in units of 2^-_BITS: log((below + above) / (below - above))."""
    term = 2 * _ONE * above // below
    squares, total, power = below * below, 0, 1
    while term:
        total += term // power
        term, power = term * above * above // squares, power + 2
    return total


_LOG_2 = _twice_atanh(1, 3)

LOG_2_HIGH, LOG_2_LOW = _cut(_LOG_2, 40)
"""log 2 as two numbers: the first times any exponent is exact."""

STEP_HIGH, STEP_LOW = _cut(_LOG_2 // STEPS, 32)
"""log 2 / STEPS as two numbers: the first times any number of steps is exact."""

STEPS_IN_ONE = _rounded((STEPS << 2 * _BITS) // _LOG_2, _BITS)
"""STEPS / log 2."""


@cache
def powers_of_two() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """2^(j/STEPS) for j = 0…STEPS-1, and what is left of each when it is rounded."""
    root = 2 << 2 * _BITS
    for _ in range(STEPS.bit_length() - 1):  # as often as it takes, the square root
        root = isqrt(root) << _BITS
    root >>= _BITS
    high, low, power = [], [], _ONE
    for _ in range(STEPS):
        nearest = _rounded(power, _BITS)
        high.append(nearest)
        low.append(_rounded(power - (int(nearest * (1 << 52)) << _BITS - 52), _BITS))
        power = power * root >> _BITS
    return np.array(high), np.array(low)


@cache
def reciprocals() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """A number c of 13 bits near 1/m for the mantissas m of each piece, and -log c as two numbers, the first of which
    is a multiple of 2^-40, as log 2 is above. The two pieces about 1 have c = 1."""
    inverses, high, low = [], [], []
    logarithm, before = 0, 1 << 12
    for top in _tops():
        if top != before:
            step = _twice_atanh(abs(top - before), top + before)
            logarithm += step if top > before else -step
        before, logarithm = top, logarithm if top != 1 << 12 else 0  # exactly, so that log 1 is
        rough = -logarithm >> _BITS - 40 << _BITS - 40
        inverses.append(top / (1 << 12))
        high.append(_rounded(rough, _BITS))
        low.append(_rounded(-logarithm - rough, _BITS))
    return np.array(inverses), np.array(high), np.array(low)


def _tops() -> Iterator[int]:
    """c times 2^12, a piece after another."""
    for piece in range(PIECES):
        bits = (LOWEST >> 44) + piece  # the first 20 bits of a double: 12 of them the exponent
        fraction, exponent = bits & 0xFF, (bits >> 8) - 1023
        middle = (1 << 9) + 2 * fraction + 1  # of the piece, in units of 2^(exponent - 9)
        exact = (1 << 21 - exponent) // middle if exponent <= 0 else (1 << 21) // (middle << exponent)
        yield 1 << 12 if bits in (0x3FEFF, 0x3FF00) else exact
