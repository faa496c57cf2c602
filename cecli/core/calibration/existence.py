"""Whether any biases and temperature are best, and which classes run away where none are.

The loss is convex in (b, a). It has no least value exactly where some direction (beta, alpha), beta >= 0, makes no row
worse and some row better for ever: where for every row, observed y and every other class c with a chance in it,
beta (z_c - z_y) + alpha_c - alpha_y <= 0, and not always 0. Of all rows of a pair y, c the largest gap z_c - z_y
decides, so there are no more conditions than pairs. For beta = 0 they say that alpha never rises along y -> c; for
beta = 1 that alpha_y - alpha_c is at least the gap, which can be so where no circle of pairs has gaps that sum to more
than 0.
Source: Albert and Anderson, "On the existence of maximum likelihood estimates in logistic regression models",
Biometrika 71, 1984.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cecli.core.calibration.logit_rows import LogitRows
from cecli.core.sums.layout import Floats


class LargestGaps:
    """The largest and the smallest z_c - z_y of all rows in which y was observed and c had a chance, shape (K, K) by y
    and c; -inf and inf where there is none."""

    def __init__(self, classes: int) -> None:
        self.most = np.full((classes, classes), -np.inf)
        self.least = np.full((classes, classes), np.inf)

    def update(self, rows: LogitRows) -> None:
        """Add some rows."""
        values = rows.values if rows.axis == 0 else rows.values.T
        weighty = np.ones(rows.rows, dtype=bool) if rows.weights is None else rows.weights > 0
        soft = None if rows.soft is None else (rows.soft if rows.axis == 0 else rows.soft.T)
        observed = range(len(values)) if rows.labels is None else np.unique(rows.labels).tolist()
        for y in observed:
            chosen = np.flatnonzero(weighty & (rows.labels == y if soft is None else soft[y] > 0))
            if not len(chosen):
                continue
            some = values[:, chosen]
            gaps = some - some[y]
            alive = some > -np.inf
            self.most[y] = np.maximum(self.most[y], np.where(alive, gaps, -np.inf).max(axis=1))
            self.least[y] = np.minimum(self.least[y], np.where(alive, gaps, np.inf).min(axis=1))

    def merge(self, other: LargestGaps) -> None:
        """Add the rows of ``other``."""
        self.most = np.maximum(self.most, other.most)
        self.least = np.minimum(self.least, other.least)

    def negated(self) -> LargestGaps:
        """Those of the same rows with all logits negated."""
        found = LargestGaps(len(self.most))
        found.most, found.least = -self.least, -self.most
        return found


def running_away(gaps: LargestGaps, fitted: NDArray[np.bool_]) -> list[int]:
    """The classes whose biases grow for ever, where no biases of the ``fitted`` classes are best with any temperature;
    none where some are. They sum to 0, and those of all other classes are 0."""
    if not fitted.any():
        return []
    most, least, free = _with_one_fixed(gaps.most, gaps.least, fitted)
    found = _by_order(most > -np.inf, free) or _by_gaps(most, least, free)
    numbers = np.flatnonzero(fitted)
    return [int(numbers[k]) for k in found]


def _with_one_fixed(most: Floats, least: Floats, fitted: NDArray[np.bool_]) -> tuple[Floats, Floats, int]:
    """The gaps among the fitted classes and one more, which stands for all others; and how many are fitted."""
    free, rest = np.flatnonzero(fitted), np.flatnonzero(~fitted)
    size = len(free)
    made = []
    for gaps, none in ((most, -np.inf), (least, np.inf)):
        extreme = np.max if none < 0 else np.min
        found = np.full((size + 1, size + 1), none)
        found[:size, :size] = gaps[np.ix_(free, free)]
        np.fill_diagonal(found, none)
        if len(rest):
            among = gaps[np.ix_(rest, rest)].copy()
            np.fill_diagonal(among, none)
            found[size, size] = extreme(among)
            found[:size, size] = extreme(gaps[np.ix_(free, rest)], axis=1)
            found[size, :size] = extreme(gaps[np.ix_(rest, free)], axis=0)
        made.append(found)
    return made[0], made[1], size


def _by_order(edges: NDArray[np.bool_], free: int) -> list[int]:
    """Classes whose biases alone can grow: those that no other class is set against in its rows, while others are."""
    inner = edges[:free, :free]
    reach = _closure(inner)
    together = reach & reach.T
    groups = {int(np.flatnonzero(row)[0]): np.flatnonzero(row) for row in together}
    above = [own for own in groups.values() if not _others(inner[:, own], own).any() and not edges[free, own].any()]
    below = [own for own in groups.values() if not _others(inner[own].T, own).any() and not edges[own, free].any()]
    for top in above:
        better = _others(inner[top].T, top).any() or edges[top, free].any()
        for bottom in below:
            if top[0] != bottom[0] and (better or _others(inner[:, bottom], bottom).any() or edges[free, bottom].any()):
                return [int(k) for k in (top if better else bottom)]
    return []


def _others(edges: NDArray[np.bool_], own: NDArray[np.intp]) -> NDArray[np.bool_]:
    """The edges from outside, by row."""
    outside = np.ones(len(edges), dtype=bool)
    outside[own] = False
    return edges[outside]


def _closure(edges: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What reaches what, itself included."""
    reach = edges | np.eye(len(edges), dtype=bool)
    while True:
        further = (reach.astype(np.float32) @ reach.astype(np.float32)) > 0
        if (further == reach).all():
            return reach
        reach = further


def _by_gaps(most: Floats, least: Floats, free: int) -> list[int]:
    """The class whose bias grows most as the logits grow, too."""
    if (most + most.T > 0).any():  # two rows of a pair contradict each other: the usual case
        return []
    path = np.where(np.eye(len(most), dtype=bool), 0.0, most)
    for k in range(len(most)):
        np.maximum(path, path[:, k : k + 1] + path[k : k + 1], out=path)
        if (path.diagonal() > 0).any():
            return []
    lowest, highest = path[:free, free], -path[free, :free]
    if lowest.sum() > 0 or highest.sum() < 0:  # what is fixed holds the sum of the others
        return []
    alive = most > -np.inf
    if (least == most)[alive].all() and not _can_be_better(most, path, free):
        return []
    potential = path[:free, :free].max(axis=1)
    return [int(potential.argmax())]


def _can_be_better(most: Floats, path: Floats, free: int) -> bool:
    """Where all rows of each pair have the same gap: whether not all pairs must just be kept as they are."""
    pairs = np.argwhere(most > -np.inf)
    if not (most[free] > -np.inf).any() and not (most[:, free] > -np.inf).any():
        return bool((most + path.T < 0)[most > -np.inf].any())
    from scipy.optimize import linprog

    conditions = np.zeros((len(pairs), free + 1))
    for line, (y, c) in zip(conditions, pairs, strict=True):
        line[c] += 1
        line[y] -= 1
    conditions = conditions[:, :free]
    gaps = most[pairs[:, 0], pairs[:, 1]]
    found = linprog(conditions.sum(axis=0), conditions, -gaps, np.ones((1, free)), np.zeros(1), (None, None))
    slack = 0.0 if found.status else found.fun + gaps.sum()
    return bool(found.status == 3 or slack < -1e-9 * max(1.0, np.abs(gaps).max()))
