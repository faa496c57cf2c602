"""Divergences of every pair of many PMFs, as products of matrices where the formula allows it.

A product loses digits where the result is small beside its parts; such pairs are computed again by their terms
(``core.pmfs.divergences``), as are those where a large order overflows. Zeros are masked: 0 times infinity is not 0 in
a product.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from cecli.core.families import DIVERGENCES
from cecli.core.functions.elementary import log, power
from cecli.core.pmfs.divergences import divergence
from cecli.core.pmfs.pmf import Pmf
from cecli.core.pmfs.weights import Floats, probabilities
from cecli.core.sums.exact import exact_sum

_PRECISION = 1e-12
"""The relative error that a pair may have before it is computed by its terms."""

_ROUNDING = 4 * 2.0**-52
"""A product's error relative to the sum of the absolute values it adds up."""

_SAFE_LOW, _SAFE_HIGH = 2.0**-900, 2.0**900
"""The largest weight of a PMF that is divided in plain doubles: smaller ones do not matter beside it."""

_BLOCK = 1 << 17
"""Doubles of the block that pairs are computed in where there is no product: it stays within a core's cache."""

Matrix = Callable[[Floats, float], tuple[Floats, Floats]]
"""PMFs as rows (M, K) and an order to all pairs (M, M) and, for each, how large its rounding error may be."""


def divergence_matrix(name: str, pmfs: Sequence[Pmf], order: float = 1.0) -> Floats:
    """Entry (i, j) is the divergence of ``pmfs[i]`` from ``pmfs[j]`` by a name of ``DIVERGENCES``, shape (M, M).

    The PMFs are over the same outcomes. Informations are in nats; the diagonal is exactly 0. Each entry is right to
    about 12 digits.

    >>> divergence_matrix("total-variation", [Pmf(np.array([1, 1])), Pmf(np.array([1, 3]))]).tolist()
    [[0.0, 0.25], [0.25, 0.0]]
    """
    if name == "reverse-kl":
        reverse: Floats = divergence_matrix("kl", pmfs).T
        return reverse
    if name == "jeffreys":
        one = divergence_matrix("kl", pmfs)
        both: Floats = one + one.T
        return both
    if name == "jensen-shannon-distance":
        distance: Floats = np.sqrt(divergence_matrix("jensen-shannon", pmfs))
        return distance
    kind, order = ("kl", 1.0) if DIVERGENCES[name].ordered and order == 1 else (name, order)
    rows = _rows(pmfs)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        if kind in _PRODUCTS and 0 < order < math.inf:
            values, errors = _PRODUCTS[kind](rows, order)
        elif kind in _BY_PAIRS:
            values, errors = _BY_PAIRS[kind](rows)
        else:
            values, errors = np.full((2, len(rows), len(rows)), np.nan)
    _refine(values, errors, kind, pmfs, order)
    return values


def cross_entropy_matrix(pmfs: Sequence[Pmf]) -> Floats:
    """Entry (i, j) is H(p, q) = -sum p log q of ``pmfs[i]`` and ``pmfs[j]`` in nats, shape (M, M).

    The diagonal holds the entropies. Infinite where q = 0 < p for some outcome. All terms are >= 0, so that the product
    alone is right to about 13 digits.

    >>> cross_entropy_matrix([Pmf(np.array([1, 1])), Pmf(np.array([1, 0]))]).round(12).tolist()
    [[0.69314718056, inf], [0.69314718056, 0.0]]
    """
    rows = _rows(pmfs)
    logs = np.zeros_like(rows)
    logs[rows > 0] = log(rows[rows > 0])
    values = 0.0 - _products(rows, logs)
    return _with_infinities(values, values, rows)[0]


def _rows(pmfs: Sequence[Pmf]) -> Floats:
    """The probabilities, shape (M, K): where nothing can overflow, each weight over the rounded exact sum."""
    rows = np.empty((len(pmfs), pmfs[0].size))
    for row, pmf in zip(rows, pmfs, strict=True):
        if not pmf.is_counts and _SAFE_LOW < pmf.weights.max() < _SAFE_HIGH:
            np.divide(pmf.weights, exact_sum(pmf.weights.astype(np.float64, copy=False)), out=row)
        else:
            row[:] = probabilities(pmf)
    return rows


def _refine(values: Floats, errors: Floats, name: str, pmfs: Sequence[Pmf], order: float) -> None:
    """Compute by terms what is not sure to ``_PRECISION``; what is nan is never sure."""
    symmetric = DIVERGENCES[name].symmetric
    unsure = ~(errors <= _PRECISION * values)
    np.fill_diagonal(unsure, False)
    np.fill_diagonal(values, 0.0)
    for i, j in np.argwhere(np.triu(unsure) if symmetric else unsure).tolist():
        values[i, j] = divergence(name, pmfs[i], pmfs[j], order)
    if symmetric:
        lower = np.tril_indices(len(values), -1)
        values[lower] = values.T[lower]


def _kl(rows: Floats, order: float) -> tuple[Floats, Floats]:
    """sum p log(p/r) - sum p log(q/r), r the mean of all rows, which keeps the parts that cancel small."""
    center = rows.mean(axis=0)
    center[center == 0] = 1.0
    logs = rows / center
    logs[logs > 0] = log(logs[logs > 0])
    values = (rows * logs).sum(axis=1)[:, None] - _products(rows, logs)
    np.abs(logs, out=logs)
    size = (rows * logs).sum(axis=1)
    errors = _ROUNDING * (0.5 + size[:, None] + size[None, :])  # a half for the roundings of p/r itself
    return _with_infinities(values, errors, rows)


def _chi_squared(rows: Floats, order: float) -> tuple[Floats, Floats]:
    sums = _products(rows**2, np.where(rows > 0, 1 / rows, 0.0))
    return _with_infinities(sums - 1, _ROUNDING * (sums + 1), rows)


def _bhattacharyya(rows: Floats, order: float) -> tuple[Floats, Floats]:
    roots = np.sqrt(rows)
    overlap = np.minimum(_products(roots, roots), 1.0)
    return -log(overlap), np.full_like(overlap, _ROUNDING)


def _hellinger(rows: Floats, order: float) -> tuple[Floats, Floats]:
    roots = np.sqrt(rows)
    squared = np.maximum(1 - _products(roots, roots), 0.0)
    values = np.sqrt(squared)
    return values, np.where(values > 0, _ROUNDING / values, np.inf)


def _power_sums(rows: Floats, order: float) -> Floats:
    """sum p^a q^(1-a), over the common outcomes."""
    return _products(power(rows, order), np.where(rows > 0, power(rows, 1 - order), 0.0))


def _renyi(rows: Floats, order: float) -> tuple[Floats, Floats]:
    sums = _power_sums(rows, order)
    values = log(sums) / (order - 1)
    errors = np.where(np.isfinite(values), np.full_like(sums, _ROUNDING * max(1.0, order) / abs(order - 1)), np.nan)
    return _with_infinities(values, errors, rows) if order > 1 else (values, errors)


def _tsallis(rows: Floats, order: float) -> tuple[Floats, Floats]:
    sums = _power_sums(rows, order)
    values = (sums - 1) / (order - 1)
    errors = np.where(np.isfinite(values), _ROUNDING * max(1.0, order) * (sums + 1) / abs(order - 1), np.nan)
    return _with_infinities(values, errors, rows) if order > 1 else (values, errors)


def _products(left: Floats, right: Floats) -> Floats:
    """left @ right.T with sums that are added up in one order on every machine, as those of a BLAS are not."""
    result = np.empty((len(left), len(right)))
    block = max(1, _BLOCK // left.shape[1])
    for i, row in enumerate(left):
        for start in range(0, len(right), block):
            result[i, start : start + block] = (row * right[start : start + block]).sum(axis=1)
    return result


def _with_infinities(values: Floats, errors: Floats, rows: Floats) -> tuple[Floats, Floats]:
    """Infinite, and sure, where q = 0 < p for some outcome."""
    zeros = rows == 0
    columns = np.flatnonzero(zeros.any(axis=0))
    if columns.size:
        some = zeros[:, columns].astype(np.float32)
        infinite = (1 - some) @ some.T > 0
        values = np.where(infinite, np.inf, values)
        errors = np.where(infinite, 0.0, errors)
    return values, errors


def _total_variation(rows: Floats) -> tuple[Floats, Floats]:
    values = _of_pairs(rows, lambda row, others: np.abs(row - others).sum(axis=1) / 2)
    return values, np.full_like(values, _ROUNDING)


def _jensen_shannon(rows: Floats) -> tuple[Floats, Floats]:
    """H(m) - (H(p) + H(q))/2: one logarithm for each outcome of a pair."""
    own = -np.array([_entropy(row[None])[0] for row in rows])
    joint = _of_pairs(rows, lambda row, others: _entropy((row + others) / 2))
    return joint + (own[:, None] + own[None, :]) / 2, _ROUNDING * joint


def _entropy(rows: Floats) -> Floats:
    """-sum p log p of each row, shape (n,)."""
    return np.asarray(-(rows * log(np.where(rows > 0, rows, 1.0))).sum(axis=1))


def _of_pairs(rows: Floats, measure: Callable[[Floats, Floats], Floats]) -> Floats:
    """The upper triangle of a symmetric measure, a row against blocks of those after it."""
    count, size = rows.shape
    values = np.zeros((count, count))
    block = max(1, _BLOCK // size)
    for i in range(count):
        for start in range(i + 1, count, block):
            values[i, start : start + block] = measure(rows[i], rows[start : start + block])
    return values


_PRODUCTS: dict[str, Matrix] = {
    "kl": _kl,
    "chi-squared": _chi_squared,
    "bhattacharyya": _bhattacharyya,
    "hellinger": _hellinger,
    "renyi": _renyi,
    "tsallis": _tsallis,
}

_BY_PAIRS: dict[str, Callable[[Floats], tuple[Floats, Floats]]] = {
    "total-variation": _total_variation,
    "jensen-shannon": _jensen_shannon,
}
