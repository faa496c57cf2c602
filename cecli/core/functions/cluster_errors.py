"""Errors of a ratio m = sum a / sum b over clusters of unequal size, and their degrees of freedom.

Of cluster g, p is its share of the sum below the line, ``rest`` = 1 - p, and ``residual`` its sum of a - m b over the
whole sum below the line; the residuals sum to 0. The working model is that of independent rows of one variance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from cecli.core.functions.root_squares import power_of_two, root_of_squares


def cr2(residuals: Sequence[float], rests: Sequence[float]) -> float:
    """sqrt(sum e^2/(1 - p)), without bias where rows are independent and of one variance.

    Source: Bell and McCaffrey, "Bias reduction in standard errors for linear regression with multi-stage samples",
    Survey Methodology 28, 2002.

    >>> cr2([0.5, -0.5], [0.5, 0.5])
    1.0
    """
    unit = power_of_two(residuals)
    squares = math.fsum((e / unit) ** 2 / rest for e, rest in zip(residuals, rests, strict=True))
    return unit * math.sqrt(squares)


def jackknife(residuals: Sequence[float], rests: Sequence[float]) -> float:
    """sqrt((G-1)/G sum (e/(1 - p))^2): the ratio without each cluster in turn, about that of all (CR3).

    >>> jackknife([0.5, -0.5], [0.5, 0.5])
    1.0
    """
    count = len(residuals)
    return root_of_squares([e / rest for e, rest in zip(residuals, rests, strict=True)], (count - 1) / count)


def bell_mccaffrey(shares: Sequence[float], rests: Sequence[float]) -> float:
    """The degrees of freedom of CR2: 1/(sum p^2 + (sum a)^2 - sum a^2) with a = p^2/(1 - p).

    That is the closed form for a mean of Satterthwaite's approximation (Bell and McCaffrey, 2002).

    >>> round(bell_mccaffrey([0.25] * 4, [0.75] * 4), 12)
    3.0
    """
    a = [p * p / rest for p, rest in zip(shares, rests, strict=True)]
    total = math.fsum(a)
    return 1 / math.fsum([*(p * p for p in shares), total * total, *(-each * each for each in a)])


def contributions_freedom(residuals: Sequence[float], rests: Sequence[float]) -> float:
    """2G/(k - 1) within 1 and G - 1, k = G sum u^4/(sum u^2)^2 the kurtosis of the contributions u = e/(1 - p).

    >>> contributions_freedom([0.5, -0.5, 0.5, -0.5], [0.75] * 4)
    3.0
    """
    count = len(residuals)
    u = [e / rest for e, rest in zip(residuals, rests, strict=True)]
    largest = max(map(abs, u), default=0.0)
    if not largest:
        return count - 1.0
    squares = [(each / largest) ** 2 for each in u]
    kurtosis = count * math.fsum(square * square for square in squares) / math.fsum(squares) ** 2
    return max(1.0, min(count - 1.0, 2 * count / (kurtosis - 1))) if kurtosis > 1 else count - 1.0
