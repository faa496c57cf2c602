"""The interval of a mean: which method, its ends and degrees of freedom, or why there is none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cecli.core.functions.choice import AUTO, Choice
from cecli.core.functions.elementary_scalars import exp_of
from cecli.core.functions.hall import hall_interval, kurtosis_freedom
from cecli.core.functions.student import student_interval, student_t_quantile
from cecli.core.sums.clusters import ClusterErrors, ClusterSum, cluster_errors
from cecli.core.sums.moments import Mean
from cecli.core.sums.shape import NARROW_BITS, Shape

LEAST_FREEDOM = 2.0
"""With fewer degrees of freedom Student's t has no variance, and an interval is wider than anyone can use."""


@dataclass(frozen=True)
class MeanInterval:
    """An interval of a mean: ``kind`` is hall, log, t or none.

    ``reason`` says why there is none, or why it is not the one that is usual. ``shape`` is None where there is none.
    """

    kind: str
    standard_error: float | None
    df: float | None
    low: float | None
    high: float | None
    shape: Shape | None = None
    reason: str | None = None


def interval_of_rows(
    mean: Mean,
    shape: Shape | None,
    confidence: float,
    choice: Choice = AUTO,
    has_powers: bool | None = True,
    signed: bool = False,
) -> MeanInterval:
    """The interval of a mean over rows: Hall's with the degrees of freedom of the kurtosis, or Student's.

    Student's where it is asked for, where weights are not repeat counts, and where the figures have no ``shape``:
    ``has_powers`` says whether they might have one, None where none can. The interval of figures that are not
    ``signed`` ends at 0, where their mean is not below it.
    """
    error, df, reason = mean.standard_error, mean.df, None
    least = -math.inf if signed or mean.mean < 0 else 0.0
    if error is None:
        return _none(None, None, _one(mean.n, "row", "rows"))
    if choice.kind == "none":
        return MeanInterval("none", error, df, None, None, shape, "none was asked for")
    if choice.kind == "t":
        low, high = student_interval(mean.mean, error, df, confidence)
        return MeanInterval("t" if low is not None else "none", error, df, low, high, shape)
    if error == 0:
        return MeanInterval("hall", error, df, mean.mean, mean.mean, shape)
    if shape is not None:
        df = kurtosis_freedom(shape.n, shape.kurtosis)
    if df < LEAST_FREEDOM:
        return _none(error, df, too_few(df, "rows"), shape)
    if shape is None:
        low, high = student_interval(mean.mean, error, df, confidence)
        low = None if low is None else max(low, least)
        reason = None if has_powers is None else _NARROW if has_powers else _OLD
        return MeanInterval("t", error, df, low, high, None, reason)
    low, high = hall_interval(mean.mean, error, shape.skewness / math.sqrt(shape.n), df, confidence)
    return MeanInterval("hall", error, df, max(low, least), high, shape)


def interval_of_clusters(
    mean: float,
    clusters: Sequence[ClusterSum],
    confidence: float,
    choice: Choice = AUTO,
    what: str = "clusters",
    signed: bool = False,
) -> tuple[MeanInterval, ClusterErrors | None]:
    """The interval of a ratio over clusters, and all that is known of its error.

    The jackknife of auto takes the logarithm where figures are not ``signed``, exp(log m -+ t SE/m), and the smaller of
    two degrees of freedom, Bell and McCaffrey's and those of the contributions' kurtosis; where another kind or error
    is asked for the interval is m -+ t SE with G - 1 degrees of freedom for cr1, Bell and McCaffrey's for cr2 and the
    jackknife.
    """
    found = cluster_errors(clusters)
    if found is None:
        return _none(None, None, _one(len(clusters), "cluster", what)), None
    name = choice.of_clusters
    error = found.error(name)
    logarithmic = choice == AUTO and mean > 0 and not signed
    df = found.count - 1.0 if name == "cr1" else found.bell_mccaffrey
    if logarithmic or (choice.cluster_error is None and choice.kind != "t"):
        df = min(df, found.kurtosis_freedom)
    if choice.kind == "none":
        return MeanInterval("none", error, df, None, None, None, "none was asked for"), found
    if error == 0:
        return MeanInterval("log" if logarithmic else "t", error, df, mean, mean), found
    if df < LEAST_FREEDOM and choice.kind != "t":
        return _none(error, df, too_few(df, what)), found
    if not logarithmic:
        low, high = student_interval(mean, error, df, confidence)
        return MeanInterval("t", error, df, low, high), found
    step = student_t_quantile(0.5 + confidence / 2, df) * (error / mean)
    return MeanInterval("log", error, df, mean * exp_of(-step), mean * exp_of(step)), found


def too_few(df: float, what: str) -> str:
    """Why there is no interval where degrees of freedom are this few.

    >>> too_few(1.25, "clusters")
    'an interval takes 2 degrees of freedom, and these clusters give 1.25: it takes more clusters, or more equal ones'
    """
    given = f"{math.floor(100 * df) / 100:g}"
    more = "more of them" if what == "rows" else f"more {what}, or more equal ones"
    return f"an interval takes 2 degrees of freedom, and these {what} give {given}: it takes {more}"


_OLD = (
    "rows come from a state of cecli 0.1.0, which kept no third powers of their losses: their skewness cannot be told,"
    " and the interval is Student's"
)
_NARROW = (
    f"the losses differ by less than 1/{2**NARROW_BITS} of their mean, or are out of range: their skewness cannot be"
    " told, and the interval is Student's"
)


def _none(error: float | None, df: float | None, reason: str, shape: Shape | None = None) -> MeanInterval:
    return MeanInterval("none", error, df, None, None, shape, reason)


def _one(count: int, one: str, many: str) -> str:
    if count == 1:
        return f"1 {one} says nothing of the error: an interval takes 3 {many} or more"
    return f"there are no {many} to take an error of"
