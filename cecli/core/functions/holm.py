"""Several tests at once."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """P-values adjusted so that the chance of one or more false alarms among all tests stays below the level.

    Of m, the k-th smallest becomes the largest of (m - j + 1) p_j for j = 1…k, at most 1. An undefined one stays
    undefined and does not count. Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian
    Journal of Statistics 6, 1979.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    defined = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for before, (p, place) in enumerate(defined):
        largest = max(largest, min(1.0, (len(defined) - before) * p))
        adjusted[place] = largest
    return adjusted
