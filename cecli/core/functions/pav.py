"""Isotonic regression by pooling adjacent violators."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_FEW = 4096
"""From here down a plain loop is as fast."""


def pooled(sums: Floats, masses: Floats) -> tuple[Floats, Floats]:
    """The blocks of the non-decreasing fit to the means sums / masses, in order: their sums and their masses.

    Pools runs in which no mean is above the one before, all at once, until there are few; any order of pooling gives
    the same fit (Barlow, Bartholomew, Bremner and Brunk, Statistical Inference under Order Restrictions, 1972).
    ``masses`` > 0.

    >>> pooled(np.array([0.0, 1.0, 0.0, 1.0]), np.ones(4))
    (array([0., 1., 1.]), array([1., 2., 1.]))
    """
    while len(sums) > _FEW:
        rising = sums[1:] * masses[:-1] > sums[:-1] * masses[1:]
        starts = np.flatnonzero(np.concatenate([[True], rising]))
        if len(starts) > 0.98 * len(sums):
            break
        sums, masses = np.add.reduceat(sums, starts), np.add.reduceat(masses, starts)
    return _one_by_one(sums.tolist(), masses.tolist())


def _one_by_one(sums: list[float], masses: list[float]) -> tuple[Floats, Floats]:
    held: list[float] = []
    weights: list[float] = []
    for total, mass in zip(sums, masses, strict=True):
        while held and held[-1] * mass >= total * weights[-1]:
            total += held.pop()
            mass += weights.pop()
        held.append(total)
        weights.append(mass)
    return np.array(held), np.array(weights)
