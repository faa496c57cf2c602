"""The standard normal distribution in plain Python: every interval of a mean needs it."""

from __future__ import annotations

import math

from cecli.core.functions.settled import settled_of


def normal_quantile(probability: float, *, upper: bool = False) -> float:
    """z with P(Z <= z) = probability (P(Z > z) with ``upper``) for a standard normal Z, 0 < probability < 1.

    >>> round(normal_quantile(0.025, upper=True), 12)
    1.95996398454
    """
    from statistics import NormalDist  # its import takes longer than the sums of a small run

    z = NormalDist().inv_cdf(probability)
    return 0.0 - z if upper else z


def normal_tail(z: float) -> float:
    """P(Z >= z) for a standard normal Z.

    >>> normal_tail(1.959963984540054)
    0.025
    """
    return settled_of(0.5 * math.erfc(z / math.sqrt(2)))
