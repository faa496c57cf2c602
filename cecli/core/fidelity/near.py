"""Divergences of rows that nearly agree, by Loader's deviance terms as in ``core.pmfs.divergence``.

With v = (p - q)/(p + q) and R = atanh v - v, the terms p log(p/q) - p + q = (p + q) [v^2 + (1 + v) R] and
(p + q) [v^2 - (1 - v) R] of the reverse are >= 0. v is had without cancellation. For weights a, b of sums A, B it is
(aB - bA)/(aB + bA), in pairs of doubles. For logarithms z, w it is (g - s)/(g + s + 2), where g is exp(z - w) - 1, of
the exact difference, and s the sum of q g over the classes: both vanish with the difference.
"""

from __future__ import annotations

import numpy as np

from cecli.core.fidelity.model import PIECE, Model
from cecli.core.functions.elementary import exp, expm1, log1p
from cecli.core.functions.error_free import two_product, two_sum
from cecli.core.sums.layout import Floats, along, pick, row_sum

_NEAR = 2.0**-4
"""Where |v| is below this, logarithms are summed as series; elsewhere p log(p/q) - p + q loses at most five bits."""

_LARGE = 40.0
"""From here on v is 1 to the last bit."""

_TERMS = 7
"""Terms of the series in v^2: at |v| = 1/16 the next is below 2^-56 of the first."""


def near_rows(teacher: Model, student: Model) -> dict[str, Floats]:
    """D(p||q), D(q||p), Jensen-Shannon, total variation and Hellinger's distance of some rows, by their names."""
    axis = teacher.axis
    v = _differences(teacher, student)
    totals: list[Floats] = []
    width, classes = PIECE if axis == 1 else teacher.classes, teacher.classes
    for p, q, start in zip(teacher.pieces(), student.pieces(), range(0, classes, width), strict=True):
        of_piece = v if axis == 0 else v[:, start : start + width]
        made = [row_sum(each, axis) for each in _terms(p, q, of_piece)]
        totals = [total + part for total, part in zip(totals, made, strict=True)] if totals else made
    forward, backward, both, variation, squared = totals
    return {
        "kl": forward,
        "reverse_kl": backward,
        "jensen_shannon": both / 4,
        "total_variation": variation / 2,
        "hellinger": np.sqrt(squared / 2),
    }


def _terms(teacher: Model, student: Model, v: Floats) -> tuple[Floats, ...]:
    """The terms of the sums that the figures are taken of."""
    p, q = teacher.pmf, student.pmf
    total, square = p + q, v * v
    rest, both = _series(v, square)
    forward = (1.0 + v) * rest
    forward += square
    forward *= total
    backward = (v - 1.0) * rest
    backward += square
    backward *= total
    both *= total
    size = np.abs(v)
    far = size >= _NEAR
    if far.any():
        logs = teacher.log_pmf[far], student.log_pmf[far]
        forward[far], backward[far], both[far] = _far(p[far], q[far], v[far], *logs)
    size *= total
    total *= square
    total /= 1.0 + np.sqrt(1.0 - square)
    return forward, backward, both, size, total


def _series(v: Floats, square: Floats) -> tuple[Floats, Floats]:
    """atanh v - v, and (1 + v) log(1 + v) + (1 - v) log(1 - v), for |v| < 1/16."""
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
    """(g - s)/(g + s + 2), which is tanh(d/2) of d = log(p/q): g is exp(z - w) - 1, s the sum of q g."""
    axis = teacher.axis
    shift, shift_low = two_sum(pick(teacher.logs, teacher.top, axis), -pick(student.logs, teacher.top, axis))
    known = np.isfinite(shift) & np.isfinite(shift_low)
    with np.errstate(invalid="ignore", over="ignore"):
        shift = np.where(known, shift, teacher.peak - student.peak)
        shifts = along(shift, axis), along(np.where(known, shift_low, 0.0), axis)
        factor = along(exp((teacher.peak - student.peak - shift) + (teacher.log_rest - student.log_rest)), axis)
        growths = np.empty_like(teacher.logs)
        rest, start = np.zeros(len(shift)), 0
        for p, q in zip(teacher.pieces(), student.pieces(), strict=True):
            gaps = _gaps(p.logs, q.logs, shifts)
            width = gaps.shape[1]
            growth = growths if axis == 0 else growths[:, start : start + width]
            growth[...] = expm1(np.minimum(gaps, _LARGE, out=gaps))
            start += width
            rest = rest + row_sum(_grown(p.pmf, q.pmf, growth, factor), axis)
        total = along(rest, axis)
        v = growths - total
        growths += 2.0 + total
        v /= growths
    if teacher.has_zeros or student.has_zeros:
        no_p, no_q = teacher.logs == -np.inf, student.logs == -np.inf
        v = np.where(no_p, np.where(no_q, 0.0, -1.0), np.where(no_q, 1.0, v))
    return v


def _gaps(logs: Floats, others: Floats, shifts: tuple[Floats, Floats]) -> Floats:
    """z - w less the shift of the row, as if without rounding."""
    high, low = two_sum(logs, -others)
    high -= shifts[0]
    low -= shifts[1]
    high += low
    return high


def _grown(p: Floats, q: Floats, growth: Floats, factor: Floats) -> Floats:
    """q g for each class; where g is large p ``factor`` - q, which is the same."""
    large = ~(growth <= 1.0)  # where one of both has a 0, the growth is no number
    if not large.any():
        return growth * q
    return np.where(large, p * factor - q, q * np.where(large, 0.0, growth))
