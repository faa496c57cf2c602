"""Sums and products of doubles with what their rounding leaves, exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """The rounded sum of ``a`` and ``b`` and its rounding error: their sum is the sum exactly.

    Source: Knuth, The Art of Computer Programming 2, 4.2.2, theorem B.

    >>> two_sum(np.array([1.0]), np.array([1e-20]))
    (array([1.]), array([1.e-20]))
    """
    total = a + b
    back = total - a
    return total, (a - (total - back)) + (b - back)


def two_product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """The rounded product of ``a`` and ``b`` and its rounding error: their sum is the product exactly.

    Holds where no partial product leaves the normal range (2^-485 < |a|, |b| < 2^485 suffices). Source: Dekker, "A
    floating-point technique for extending the available precision", Numer. Math. 18, 1971.

    >>> product, error = two_product(np.array([0.1]), np.array([0.1]))
    >>> from fractions import Fraction
    >>> Fraction(product[0]) + Fraction(error[0]) == Fraction(0.1) ** 2
    True
    """
    product = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = (a_high, a_low) if b is a else _halves(b)
    error = a_high * b_high
    error -= product
    error += a_high * b_low
    error += a_low * b_high
    error += a_low * b_low
    return product, error


def _halves(values: Floats) -> tuple[Floats, Floats]:
    scaled = values * 134217729.0
    high = scaled - (scaled - values)
    return high, values - high
