"""The skewness and the kurtosis of figures, formed in integers from their exact sums."""

from __future__ import annotations

from dataclasses import dataclass

from cecli.core.sums.exact import FRACTION_BITS, ratio, root_ratio

_LEAST, _MOST = -400, 500
"""Powers of two between which the sum of squares must lie: then no fourth power overflows, and none that counts
underflows."""

NARROW_BITS = 10
"""A spread of less than 2^-10 of the mean is lost in the rounding of the third and fourth powers."""


@dataclass(frozen=True)
class Shape:
    """m3/m2^1.5 and m4/m2^2 of n figures, all divided by n."""

    n: float
    skewness: float
    kurtosis: float


def shape_of(n: int, total: int, squares: int, cubes: int, fourths: int) -> Shape | None:
    """The shape of n figures, from exact sums of them, of their squares, and of their rounded third and fourth powers.

    ``n`` is in units of 1, ``squares`` of 2^-2148, the others of 2^-1074. None where the figures do not differ, differ
    by less than 2^-10 of their mean, or are so large or small that their powers are out of range.
    """
    bits = FRACTION_BITS
    scale = squares.bit_length() - 2 * bits
    spread = n * squares - total * total  # n^2 m2
    if n < 2 or spread <= 0 or not _LEAST < scale < _MOST or spread << 2 * NARROW_BITS < total * total:
        return None
    cubes, fourths = cubes << (2 * bits), fourths << (3 * bits)
    third = n * n * cubes - 3 * n * total * squares + 2 * total**3
    fourth = n**3 * fourths - 4 * n * n * total * cubes + 6 * n * total * total * squares - 3 * total**4
    skewness = root_ratio(third * third, spread**3)
    return Shape(float(n), skewness if third >= 0 else -skewness, max(1.0, ratio(fourth, spread * spread)))
