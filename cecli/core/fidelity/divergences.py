"""How far the rows of a student's predictions q are from those of its teacher's, p.

Each row is divided by its sum. Far rows are taken as they stand; of near ones, where that would lose the digits, all is
taken of v = (p - q)/(p + q), which ``near`` finds without cancellation, and each figure is then a sum of terms >= 0.
"""

from __future__ import annotations

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
    found = _as_they_stand(teacher, student)
    close = np.flatnonzero(np.minimum(found.kl, found.reverse_kl) < _CLOSE)
    if not len(close):
        return found
    refined = near_rows(teacher.take(close), student.take(close))
    for name, column in refined.items():
        getattr(found, name)[close] = column
    return found


def _as_they_stand(teacher: Model, student: Model) -> Divergences:
    p, q, axis = teacher.pmf, student.pmf, teacher.axis
    log_p, log_q = teacher.log_pmf, student.log_pmf
    middle = p + q
    middle *= 0.5
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = log_p - log_q
        excess = row_sum(q - p, axis)
        kl = row_sum(p * ratios, axis) + excess
        reverse = -row_sum(q * ratios, axis) - excess
        entropy_p, entropy_q = -row_sum(p * log_p, axis), -row_sum(q * log_q, axis)
        log_middle = log(middle)
        shannon = row_sum(p * (log_p - log_middle) + q * (log_q - log_middle), axis) / 2
    odd = np.flatnonzero(~np.isfinite(kl + reverse + shannon))  # zeros: rare, and a comparison of every cell is dear
    if len(odd):
        some = _with_zeros(teacher.take(odd), student.take(odd), log_middle.take(odd, axis=1 - axis))
        for column, values in zip((kl, reverse, shannon, entropy_p, entropy_q), some, strict=True):
            column[odd] = values
    roots = np.sqrt(p)
    roots -= np.sqrt(q)
    roots *= roots
    return Divergences(
        kl=np.maximum(kl, 0.0),
        reverse_kl=np.maximum(reverse, 0.0),
        jensen_shannon=np.maximum(shannon, 0.0),
        total_variation=row_sum(np.abs(p - q), axis) / 2,
        hellinger=np.sqrt(row_sum(roots, axis) / 2),
        entropy_teacher=np.maximum(entropy_p, 0.0),
        entropy_student=np.maximum(entropy_q, 0.0),
    )


def _with_zeros(teacher: Model, student: Model, log_middle: Floats) -> tuple[Floats, ...]:
    """D(p||q), D(q||p), Jensen-Shannon, H(p), H(q) where some probabilities are 0."""
    p, q, axis = teacher.pmf, student.pmf, teacher.axis
    log_p, log_q = teacher.log_pmf, student.log_pmf
    no_p, no_q = log_p == -np.inf, log_q == -np.inf
    with np.errstate(invalid="ignore"):
        ratios = log_p - log_q
        excess = row_sum(q - p, axis)
        forward = np.where(no_p, 0.0, np.where(no_q, np.inf, p * ratios))
        backward = np.where(no_q, 0.0, np.where(no_p, np.inf, -q * ratios))
        shannon = np.where(p > 0, p * (log_p - log_middle), 0.0) + np.where(q > 0, q * (log_q - log_middle), 0.0)
        entropies = [row_sum(np.where(part > 0, -part * logs, 0.0), axis) for part, logs in ((p, log_p), (q, log_q))]
    return (
        row_sum(forward, axis) + excess,
        row_sum(backward, axis) - excess,
        row_sum(shannon, axis) / 2,
        *entropies,
    )
