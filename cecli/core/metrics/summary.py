"""One figure for all classes, from what is known of each: macro and weighted F1, balanced accuracy, MCC."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cecli.core.sums.exact import ratio, root_ratio


@dataclass(frozen=True)
class ClassSummary:
    """Figures over the classes; None where there is nothing to average."""

    macro_f1: float | None
    weighted_f1: float | None
    balanced_accuracy: float | None
    mcc: float | None


def summary(observed: Sequence[int], predicted: Sequence[int], right: Sequence[int]) -> ClassSummary:
    """The figures from whole masses per class: observed n, predicted m and right t.

    Macro F1 is the mean of 2t/(n+m) over the classes that were observed or predicted, weighted F1 its mean by n,
    balanced accuracy the mean recall t/n over the classes that were observed. MCC is Gorodkin's correlation R_K of K
    classes, (t s - sum m n) / sqrt((s^2 - sum m^2)(s^2 - sum n^2)) with t and s the sums of the t and n; 0 where the
    root is 0, as in scikit-learn. Source: Gorodkin, "Comparing two K-category assignments by a K-category correlation
    coefficient", 2004.

    >>> summary([2, 2], [3, 1], [2, 1]).macro_f1, summary([2, 2], [3, 1], [2, 1]).mcc
    (0.733333333333, 0.57735026919)
    """
    classes = list(zip(observed, predicted, right, strict=True))
    f1 = [(ratio(2 * t, n + m), n) for n, m, t in classes if n + m]
    recalls = [ratio(t, n) for n, _, t in classes if n]
    total = sum(observed)
    if not total:
        return ClassSummary(None, None, None, None)
    weighted = math.fsum(value * ratio(n, total) for value, n in f1)
    return ClassSummary(
        math.fsum(value for value, _ in f1) / len(f1), weighted, math.fsum(recalls) / len(recalls), _mcc(classes, total)
    )


def _mcc(classes: Sequence[tuple[int, int, int]], total: int) -> float:
    above = sum(t for _, _, t in classes) * total - sum(n * m for n, m, _ in classes)
    below = (total**2 - sum(m * m for _, m, _ in classes)) * (total**2 - sum(n * n for n, _, _ in classes))
    if below <= 0 or not above:
        return 0.0
    size = min(1.0, root_ratio(above * above, below))
    return size if above > 0 else -size
