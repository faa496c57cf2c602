"""Figures of SciPy's special functions and of C's, rounded to what every build of them agrees on.

They call the exponentials and logarithms of the machine's C library, which take other ways on other processors: of
20,000 arguments each, run with and without fused multiplication, one result in a thousand differed, by 9e-16
relatively in the middle of a distribution and by up to 9e-13 in the tails of ``gammaincc`` (SciPy 1.17, glibc 2.36).
Rounded to fewer bits the two agree, save for the few that fall to both sides of a middle: one in a hundred thousand.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

BITS = 44
"""Bits of the mantissa that are kept: 13 digits."""

TAIL_BITS = 40
"""Bits that are kept of probabilities far out in a tail: 12 digits."""


def settled(values: NDArray[np.float64], bits: int = BITS) -> NDArray[np.float64]:
    """Each value rounded to so many bits; 0, infinities and nan stay.

    >>> settled(np.array([0.1, 0.5])).tolist()
    [0.10000000000000142, 0.5]
    """
    mantissa, exponent = np.frexp(values)  # exact, as is what follows
    rounded: NDArray[np.float64] = np.ldexp(np.rint(mantissa * 2.0**bits), exponent - bits)
    return np.where(np.isfinite(values), rounded, values)


def settled_of(value: float, bits: int = BITS) -> float:
    """The same of one value."""
    if not math.isfinite(value):
        return value
    mantissa, exponent = math.frexp(value)
    return math.ldexp(round(mantissa * 2.0**bits), exponent - bits)
