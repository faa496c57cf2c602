"""Perplexities of teacher and student, and by how much they differ, from their losses."""

from __future__ import annotations

import math
from typing import Any

from cecli.core.fidelity.observed import ObservedResult
from cecli.core.functions.elementary_scalars import exp_of


def perplexities(found: ObservedResult, teacher_error: float | None, student_error: float | None) -> dict[str, Any]:
    """The perplexities, their ratio and their difference, each with the error that the losses' give to first order;
    None where it is undefined."""
    teacher, student = _exp(found.teacher), _exp(found.student)
    ratio = None if found.difference is None else _exp(found.difference)
    known = math.isfinite(teacher) and math.isfinite(student)
    return {
        "perplexity_teacher": teacher,
        "perplexity_teacher_standard_error": _times(teacher, teacher_error),
        "perplexity_student": student,
        "perplexity_student_standard_error": _times(student, student_error),
        "perplexity_ratio": ratio,
        "perplexity_ratio_standard_error": _times(ratio, found.standard_error),
        "perplexity_difference": student - teacher if known else None,
        "perplexity_difference_standard_error": _of_difference(
            teacher, student, teacher_error, student_error, found.standard_error
        ),
    }


def _of_difference(
    teacher: float, student: float, teacher_error: float | None, student_error: float | None, paired: float | None
) -> float | None:
    """The root of b^2 V(l_b) + a^2 V(l_a) - 2 a b Cov, where V(l_b - l_a), the square of the ``paired`` error, is
    V(l_b) + V(l_a) - 2 Cov."""
    if teacher_error is None or student_error is None or paired is None:
        return None
    gap = student - teacher
    alone = gap * (student * student_error**2 - teacher * teacher_error**2)
    return math.sqrt(max(0.0, alone + teacher * student * paired**2))


def _times(figure: float | None, error: float | None) -> float | None:
    return None if figure is None or error is None else figure * error


def _exp(nats: float) -> float:
    return math.inf if nats == math.inf else exp_of(nats)
