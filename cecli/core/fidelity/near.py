"""Divergences of rows that nearly agree, by Loader's deviance terms as in ``core.pmfs.divergence``.

With v = (p - q)/(p + q) and R = atanh v - v, the terms p log(p/q) - p + q = (p + q) [v^2 + (1 + v) R] and
(p + q) [v^2 - (1 - v) R] of the reverse are >= 0. v is had without cancellation. For weights a, b of sums A, B it is
(aB - bA)/(aB + bA), in pairs of doubles. For logarithms z, w it is tanh(d/2), where d = log(p/q) is z - w, exactly,
less the same number for all classes: log1p of sum q (exp(z - w) - 1), which vanishes with the difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cecli.core.functions.elementary import exp, expm1, log1p
from cecli.core.functions.error_free import two_product, two_sum
from cecli.core.sums.layout import Floats, along, pick, row_sum

if TYPE_CHECKING:
    from cecli.core.fidelity.model import Model

_NEAR = 0.25
"""Where |v| is below this, logarithms are summed as series; elsewhere p log(p/q) - p + q loses at most three bits."""

_TERMS = 14
"""Terms of the series in v^2: at |v| = 1/4 the next is below 2^-56 of the first."""


def near_rows(teacher: Model, student: Model) -> dict[str, Floats]:
    """D(p||q), D(q||p), Jensen-Shannon, total variation and Hellinger's distance of some rows, by their names."""
    v = _differences(teacher, student)
    p, q, axis = teacher.pmf, student.pmf, teacher.axis
    total, square = p + q, v * v
    rest, both = _series(v, square)
    forward, backward = total * (square + (1.0 + v) * rest), total * (square - (1.0 - v) * rest)
    both *= total
    far = np.abs(v) >= _NEAR
    if far.any():
        forward[far], backward[far], both[far] = _far(
            p[far], q[far], v[far], teacher.log_pmf[far], student.log_pmf[far]
        )
    return {
        "kl": row_sum(forward, axis),
        "reverse_kl": row_sum(backward, axis),
        "jensen_shannon": row_sum(both, axis) / 4,
        "total_variation": row_sum(total * np.abs(v), axis) / 2,
        "hellinger": np.sqrt(row_sum(total * square / (1.0 + np.sqrt(1.0 - square)), axis) / 2),
    }


def _series(v: Floats, square: Floats) -> tuple[Floats, Floats]:
    """atanh v - v, and (1 + v) log(1 + v) + (1 - v) log(1 - v), for |v| < 1/4."""
    rest = np.full_like(v, 1 / (2 * _TERMS + 1))
    both = np.full_like(v, 1 / (_TERMS * (2 * _TERMS - 1)))
    for k in range(_TERMS - 1, 0, -1):
        rest *= square
        rest += 1 / (2 * k + 1)
        both *= square
        both += 1 / (k * (2 * k - 1))
    rest *= square
    rest *= v
    both *= square
    return rest, both


def _far(p: Floats, q: Floats, v: Floats, log_p: Floats, log_q: Floats) -> tuple[Floats, Floats, Floats]:
    """The same terms where |v| is not small; infinite where the other probability is 0."""
    no_p, no_q = log_p == -np.inf, log_q == -np.inf
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios, gap = log_p - log_q, p - q
        forward = np.where(no_p, q, np.where(no_q, np.inf, p * ratios - gap))
        backward = np.where(no_q, p, np.where(no_p, np.inf, gap - q * ratios))
        above, below = (1.0 + v) * log1p(v), (1.0 - v) * log1p(-v)
        both = np.where(v > -1.0, above, 0.0) + np.where(v < 1.0, below, 0.0)
    return forward, backward, (p + q) * both


def _differences(teacher: Model, student: Model) -> Floats:
    """v of every class, to a few ulps of the largest one of the row."""
    if teacher.weights is not None and student.weights is not None:
        return _of_weights(teacher.weights, student.weights, teacher.axis)
    return _of_logs(teacher, student)


def _of_weights(a: tuple[Floats, Floats | None], b: tuple[Floats, Floats | None], axis: int) -> Floats:
    """(aB - bA)/(aB + bA); 0 where both are 0."""
    of_a, of_b = _product(a, _exact_sum(b, axis), axis), _product(b, _exact_sum(a, axis), axis)
    difference = (of_a[0] - of_b[0]) + (of_a[1] - of_b[1])
    total = of_a[0] + of_b[0]
    v: Floats = np.divide(difference, total, out=np.zeros_like(total), where=total > 0)
    return np.clip(v, -1.0, 1.0, out=v)


def _product(weights: tuple[Floats, Floats | None], total: tuple[Floats, Floats], axis: int) -> tuple[Floats, Floats]:
    """Weights times the sum of a row, as pairs of doubles."""
    high, low = weights
    sums = np.broadcast_to(along(total[0], axis), high.shape)
    product, error = two_product(high, sums)
    error += high * along(total[1], axis)
    if low is not None:
        error += low * sums
    return product, error


def _exact_sum(weights: tuple[Floats, Floats | None], axis: int) -> tuple[Floats, Floats]:
    """The sum of every row as a pair of doubles, halving the classes again and again."""
    high, low = weights
    rest = row_sum(low, axis) if low is not None else np.zeros(high.shape[1 - axis])
    columns = high if axis == 0 else high.T
    while len(columns) > 1:
        half = len(columns) // 2
        sums, errors = two_sum(columns[:half], columns[half : 2 * half])
        rest = rest + errors.sum(axis=0)
        columns = sums if len(columns) == 2 * half else np.concatenate([sums, columns[2 * half :]])
    return columns[0], rest


def _of_logs(teacher: Model, student: Model) -> Floats:
    """tanh(d/2) of d = log(p/q)."""
    axis, p, q = teacher.axis, teacher.pmf, student.pmf
    no_p, no_q = teacher.logs == -np.inf, student.logs == -np.inf
    with np.errstate(invalid="ignore", over="ignore"):
        high, low = two_sum(teacher.logs, -student.logs)
        shift, shift_low = pick(high, teacher.top, axis), pick(low, teacher.top, axis)
        known = np.isfinite(shift) & np.isfinite(shift_low)
        shift = np.where(known, shift, teacher.peak - student.peak)
        gaps = (high - along(shift, axis)) + (low - along(np.where(known, shift_low, 0.0), axis))
        about = (teacher.peak - student.peak - shift) + (teacher.log_rest - student.log_rest)
        small = np.abs(gaps) <= 1.0
        terms = np.where(small, q * expm1(np.where(small, gaps, 0.0)), p * along(exp(about), axis) - q)
        distance = gaps - along(log1p(row_sum(terms, axis)), axis)
        shrunk = expm1(-np.abs(distance))
        v = np.copysign(shrunk / (2.0 + shrunk), distance)
    v = np.where(no_p, np.where(no_q, 0.0, -1.0), np.where(no_q, 1.0, v))
    return np.asarray(v)
