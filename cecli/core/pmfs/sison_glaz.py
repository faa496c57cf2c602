"""The simultaneous intervals of Sison and Glaz: all K have the same width, chosen for the counts at hand.

The chance nu(c) that every count of a new sample of N stays within c of the observed one is, by Levin's representation,
that of K independent truncated Poisson variables summing to N, over that of a Poisson variable of mean N being N; the
sum's law is taken from an Edgeworth expansion. Sources: Sison and Glaz, "Simultaneous confidence intervals and sample
size determination for multinomial proportions", JASA 90, 1995; May and Johnson, J. Stat. Software 5, 2000.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cecli.core.functions.elementary import exp, log
from cecli.core.functions.elementary_scalars import exp_of, log_of
from cecli.core.functions.poisson import log_poisson
from cecli.core.functions.settled import TAIL_BITS, settled_of
from cecli.core.pmfs.weights import Floats


def sison_glaz(counts: Floats, total: float, alpha: float) -> tuple[Floats, Floats]:
    """[p - c/N, p + (c + 2 g)/N] with nu(c) <= 1 - alpha < nu(c + 1) and g where 1 - alpha lies between the two.

    c grows like sqrt N and is bisected. The coverage is right for counts of five and more; for smaller ones it is a
    guess.
    """
    cells, multiplicity = np.unique(counts, return_counts=True)
    confidence = 1 - alpha
    if len(counts) == 1:
        return np.ones(1), np.ones(1)
    low, high = 0, 1
    while high < total and coverage(cells, multiplicity, total, high) <= confidence:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if coverage(cells, multiplicity, total, middle) <= confidence:
            low = middle
        else:
            high = middle
    below, above = (coverage(cells, multiplicity, total, c) for c in (low, high))
    between = min(max((confidence - below) / (above - below), 0.0), 1.0) if above > below else 1.0
    p = counts / total
    return p - low / total, p + (low + 2 * between) / total


def coverage(cells: Floats, multiplicity: NDArray[np.intp], total: float, c: int) -> float:
    """nu(c) for the distinct counts ``cells`` and how often each occurs; 0 for c = 0, which is no width."""
    if c == 0:
        return 0.0
    mass, mean, second, third, fourth = _truncated(cells, float(c))
    if not mass.all():
        return 0.0
    variance = float((multiplicity * second).sum())
    if variance <= 0:
        return 0.0
    skewness = float((multiplicity * third).sum()) / variance**1.5
    excess = float((multiplicity * (fourth - 3 * second**2)).sum()) / variance**2
    z = -float((multiplicity * mean).sum()) / math.sqrt(variance)
    whole = np.array([total])
    correction = (
        1
        + skewness * (z**3 - 3 * z) / 6
        + excess * (z**4 - 6 * z**2 + 3) / 24
        + skewness**2 * (z**6 - 15 * z**4 + 45 * z**2 - 15) / 72
    )
    log_density = -0.5 * (z * z + log_of(2 * math.pi * variance))
    log_mass = float((multiplicity * log(mass)).sum())
    chance: float = correction * exp_of(log_mass + log_density - float(log_poisson(whole, whole)[0]))
    return settled_of(chance, TAIL_BITS)


def _truncated(mean: Floats, c: float) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """P(|V - m| <= c) for V Poisson of whole mean m, and mean and central moments 2 to 4 of V - m given that.

    Raw moments m^r would cancel to nothing at m = 10^6. Those about m follow from v P(v) = m P(v - 1): the sum of
    (v - m) h(v) P(v) is m times that of (h(v + 1) - h(v)) P(v), plus two terms at the ends.
    """
    from scipy.special import gammaincc

    lowest = np.maximum(mean - c, 0.0)
    below = np.where(lowest > 0, gammaincc(np.maximum(lowest, 1.0), mean), 0.0)
    top = np.where(mean > 0, exp(log_poisson(mean + c, mean)), 0.0)
    least = (mean + c - lowest + 1) * np.minimum(top, exp(log_poisson(lowest, mean)))  # where the tails cancel
    mass = np.where(mean > 0, np.maximum(gammaincc(mean + c + 1, mean) - below, least), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.where(lowest > 0, exp(log_poisson(np.maximum(lowest - 1, 0.0), mean)), 0.0) / mass
        right = top / mass
    start, end = lowest - mean, c + 1
    first = mean * (left - right)
    second = mean * (1 + start * left - end * right)
    third = mean * (1 + 2 * first + start**2 * left - end**2 * right)
    fourth = mean * (1 + 3 * first + 3 * second + start**3 * left - end**3 * right)
    central = (
        second - first**2,
        third - 3 * first * second + 2 * first**3,
        fourth - 4 * first * third + 6 * first**2 * second - 3 * first**4,
    )
    return mass, first, *central
