"""How far the rows of a student's predictions q are from those of its teacher's, p.

Each row is divided by its sum. Far rows are taken as they stand; of near ones, where that would lose the digits, all is
taken of v = (p - q)/(p + q), which ``near`` finds without cancellation, and each figure is then a sum of terms >= 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cecli.core.fidelity.model import Model
from cecli.core.fidelity.near import near_rows
from cecli.core.functions.elementary import log
from cecli.core.sums.layout import Floats, row_sum

_CLOSE = 2.0**-10
"""Below this a divergence of rounded probabilities loses more than a dozen bits."""


@dataclass(frozen=True, eq=False, repr=False)
class Divergences:
    """The figures of n rows in nats, arrays of shape (n,): D(p||q) and D(q||p), infinite where the other has a 0, the
    Jensen-Shannon divergence, total variation, Hellinger's distance, H(p) and H(q)."""

    kl: Floats
    reverse_kl: Floats
    jensen_shannon: Floats
    total_variation: Floats
    hellinger: Floats
    entropy_teacher: Floats
    entropy_student: Floats


def divergences(teacher: Model, student: Model) -> Divergences:
    """The figures of the rows of two models over the same classes, laid out alike.

    >>> from cecli.core.fidelity.model import model_of
    >>> from cecli.core.rows.rows import Batch
    >>> p, q = (model_of(Batch.of(np.array([row]), np.array([0]))) for row in ([0.5, 0.5], [0.25, 0.75]))
    >>> round(float(divergences(p, q).kl[0]), 9), float(divergences(p, p).kl[0])
    (0.143841036, 0.0)
    """
    kl, reverse, *entropies = _sums(teacher, student, _logarithmic)
    entropy_p, entropy_q = (np.maximum(each, 0.0) for each in entropies)
    close = np.minimum(kl, reverse) < _CLOSE
    if close.all():
        near = near_rows(teacher, student)
        return Divergences(**near, entropy_teacher=entropy_p, entropy_student=entropy_q)
    shannon, variation, overlap = _sums(teacher, student, _distances)
    found = Divergences(
        kl=kl,
        reverse_kl=reverse,
        jensen_shannon=np.maximum(shannon / 2, 0.0),
        total_variation=variation / 2,
        hellinger=np.sqrt(np.clip(1.0 - overlap, 0.0, 1.0)),
        entropy_teacher=entropy_p,
        entropy_student=entropy_q,
    )
    if close.any():
        rows = np.flatnonzero(close)
        for name, column in near_rows(teacher.take(rows), student.take(rows)).items():
            getattr(found, name)[rows] = column
    return found


def _sums(teacher: Model, student: Model, terms: Callable[[Model, Model], tuple[Floats, ...]]) -> list[Floats]:
    """The sums over the classes of the terms of every row, a few classes at a time: all that is made of them then stays
    in the cache. Which classes go together depends on their number alone."""
    totals: list[Floats] = []
    for p, q in zip(teacher.pieces(), student.pieces(), strict=True):
        made = [row_sum(each, teacher.axis) for each in terms(p, q)]
        totals = [total + part for total, part in zip(totals, made, strict=True)] if totals else made
    return totals


def _logarithmic(teacher: Model, student: Model) -> tuple[Floats, ...]:
    """The terms of D(p||q), D(q||p), H(p) and H(q)."""
    p, q, log_p, log_q = teacher.pmf, student.pmf, teacher.log_pmf, student.log_pmf
    with np.errstate(invalid="ignore"):
        ratios = log_p - log_q
        excess = q - p
        forward = p * ratios
        forward += excess
        ratios *= q
        backward = excess
        np.add(ratios, excess, out=backward)
        np.negative(backward, out=backward)
        entropies = p * log_p, q * log_q
    for each in entropies:
        np.negative(each, out=each)
    if teacher.has_zeros or student.has_zeros:
        no_p, no_q = log_p == -np.inf, log_q == -np.inf
        forward = np.where(no_p, q, np.where(no_q, np.inf, forward))
        backward = np.where(no_q, p, np.where(no_p, np.inf, backward))
        entropies = np.where(no_p, 0.0, entropies[0]), np.where(no_q, 0.0, entropies[1])
    return forward, backward, *entropies


def _distances(teacher: Model, student: Model) -> tuple[Floats, ...]:
    """The terms of twice the Jensen-Shannon divergence, of twice the total variation, and of sum sqrt(p q)."""
    p, q = teacher.pmf, student.pmf
    total = p + q
    with np.errstate(invalid="ignore", divide="ignore"):
        log_middle = log(total * 0.5)
        shannon = p * (teacher.log_pmf - log_middle)
        shannon += q * (student.log_pmf - log_middle)
    if not np.isfinite(shannon).all():  # a probability that is 0, or rounded to 0
        with np.errstate(invalid="ignore"):
            ours, theirs = p * (teacher.log_pmf - log_middle), q * (student.log_pmf - log_middle)
        shannon = np.where(p > 0, ours, 0.0) + np.where(q > 0, theirs, 0.0)
    gaps = p - q
    np.abs(gaps, out=gaps)
    total = np.multiply(p, q, out=total)
    return shannon, gaps, np.sqrt(total, out=total)
