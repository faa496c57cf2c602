"""How far the probabilities of a PMF may be off 1, and what is said about it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cecli.errors import InputError

SUM_TOLERANCE = 1e-3
"""Probabilities printed with three decimals are taken; counts and percentages are not."""

NOTED_DEVIATION = 1e-9
"""Beyond this the sum is off by more than the rounding of doubles, so a person may want to know."""


def check_sum(weights: NDArray[np.float64], name: str, normalize: bool, hint: str | None = None) -> list[str]:
    """Notes about the sum of ``weights`` >= 0; an InputError if it is 0, or too far off 1 and not to be normalised.

    ``hint`` says what helps where it is not ``--normalize``.
    """
    if not weights.any():
        raise InputError(f"{name}: the probabilities sum to 0, so there is nothing to divide by")
    # fsum is exact but for one rounding, and refuses sums beyond the doubles.
    total = math.fsum(weights.tolist()) if weights.max() < 1e290 else math.inf
    off = abs(total - 1)
    if off <= NOTED_DEVIATION:
        return []
    said = f"{name}: the probabilities sum to {total:.10g}"
    # A sum of decimals that is off by 0.001 exactly may come out a rounding beyond it.
    if off <= SUM_TOLERANCE * (1 + 1e-9) or normalize:
        return [f"{said}; they are divided by it"]
    raise InputError(f"{said}, not to 1", hint or "--normalize divides them by their sum")
