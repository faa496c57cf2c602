"""The root of a sum of squares, where a square may be beyond the doubles."""

from __future__ import annotations

import math
from collections.abc import Sequence


def power_of_two(figures: Sequence[float]) -> float:
    """The power of two just above all figures, by which they are divided without rounding; 1 where all are 0.

    >>> power_of_two([0.75, -3.0]), power_of_two([0.0])
    (4.0, 1.0)
    """
    largest = max(map(abs, figures), default=0.0)
    return math.ldexp(1.0, min(math.frexp(largest)[1], 1023)) if largest else 1.0


def root_of_squares(figures: Sequence[float], factor: float = 1.0) -> float:
    """sqrt(factor sum x^2), infinite only where the root is.

    >>> root_of_squares([3.0, 4.0]), root_of_squares([3e200, 4e200])
    (5.0, 5e+200)
    """
    unit = power_of_two(figures)
    return unit * math.sqrt(factor * math.fsum((x / unit) ** 2 for x in figures))
