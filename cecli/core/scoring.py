"""The score of a set of predictions: all metrics as one accumulator, and the report's figures made from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Protocol

from cecli.core.metrics import METRICS, Accumulator, Spec
from cecli.core.metrics.cluster import ClusterResult
from cecli.core.metrics.loss import LossResult
from cecli.core.metrics.per_class import ClassResult, PerClass
from cecli.core.metrics.worst import WorstRow
from cecli.core.quantiles import student_t_quantile
from cecli.core.rows import PLAIN, Batch, LossRule, ScoredRows, score_rows


@dataclass(frozen=True)
class Score:
    """The figures of a report, losses in nats; None where a figure is undefined. ``extras`` are results of EXTRAS."""

    rows: int
    mass: float
    effective_rows: float
    cross_entropy: float
    standard_error: float | None
    low: float | None
    high: float | None
    perplexity: float
    zero_probability_rows: int
    finite_cross_entropy: float | None
    first_infinite: tuple[int, ...]
    label_entropy: float | None = None
    skill: float | None = None
    accuracy: float | None = None
    top_k_accuracy: float | None = None
    brier: float | None = None
    ece: float | None = None
    ece_expected: float | None = None
    ece_band: float | None = None
    worst_percent_share: float | None = None
    half_share: float | None = None
    half_mass: float | None = None
    top_rows: int | None = None
    top_share: float | None = None
    skewness: float | None = None
    rows_called_for: float | None = None
    tail_warning: str | None = None
    macro_f1: float | None = None
    weighted_f1: float | None = None
    balanced_accuracy: float | None = None
    mcc: float | None = None
    clusters: int | None = None
    max_row_sum_deviation: float | None = None
    label_masses: tuple[float, ...] = ()
    worst: tuple[WorstRow, ...] = ()
    classes: tuple[ClassResult, ...] = ()
    looks_softmaxed_twice: bool = False
    extras: dict[str, Any] = field(default_factory=dict)


class Scores(Protocol):
    """An accumulator of batches whose result is a Score."""

    spec: Spec

    def update(self, batch: Batch) -> ScoredRows:
        """Score checked rows and add them; their figures."""

    def add(self, rows: ScoredRows) -> None:
        """Add rows whose figures are known."""

    def merge(self, other: Any) -> None:
        """Add the rows that another one of the same kind has seen."""

    def result(self, confidence: float = 0.95, group: int = 0, classes: bool = True) -> Score:
        """The figures of all rows of a group so far; those of each class only with ``classes``."""


class Scorer:
    """All of METRICS over the same rows, and those of EXTRAS that are named; an accumulator itself.

    >>> import numpy as np
    >>> scorer = Scorer(Spec(classes=2))
    >>> rows = scorer.update(Batch.of(np.array([[0.8, 0.2], [0.4, 0.6]]), np.array([0, 1])))
    >>> scorer.result().cross_entropy
    0.36698458754
    """

    def __init__(self, spec: Spec, rule: LossRule = PLAIN, extras: Sequence[str] = ()) -> None:
        self.spec = replace(spec, rule=rule)
        self.rule = rule
        self._metrics: dict[str, Accumulator] = {name: make(self.spec) for name, make in METRICS.items()}
        self._extras: dict[str, Accumulator] = _made(extras, self.spec)

    def update(self, batch: Batch) -> ScoredRows:
        """Score checked rows and add them; their figures."""
        rows = score_rows(batch, self.rule, self.spec.top_k)
        self.add(rows)
        return rows

    def add(self, rows: ScoredRows) -> None:
        """Add rows whose figures are known."""
        for metric in (*self._metrics.values(), *self._extras.values()):
            metric.update(rows)

    def merge(self, other: Scorer) -> None:
        """Add the rows that ``other`` has seen; both have the same extras."""
        for name, metric in self._metrics.items():
            metric.merge(other._metrics[name])
        for name, extra in self._extras.items():
            extra.merge(other._extras[name])

    def result(self, confidence: float = 0.95, group: int = 0, classes: bool = True) -> Score:
        """The figures of all rows of a group so far, the interval at this confidence.

        Without ``classes`` the figures of each class are left out: of 50,000 classes they cost more than all others.
        """
        wanted = {name: metric for name, metric in self._metrics.items() if classes or name != "classes"}
        parts: dict[str, Any] = {name: metric.result(group) for name, metric in wanted.items()}
        labels = parts["labels"]
        of_loss = loss_figures(parts["loss"], parts["cluster"], confidence)
        return Score(
            **of_loss,
            label_entropy=labels.label_entropy,
            label_masses=labels.masses,
            skill=skill(of_loss["cross_entropy"], labels.label_entropy),
            worst=parts["worst"],
            classes=parts.get("classes", ()),
            **_fields(parts["accuracy"], parts["brier"], parts["calibration"], parts["tail"], parts["row_sums"]),
            **_fields(parts["twice"]),
            extras={name: extra.result(group) for name, extra in self._extras.items()},
            **_fields(self._classes().summary(group)),
        )

    def _classes(self) -> PerClass:
        metric = self._metrics["classes"]
        if not isinstance(metric, PerClass):
            raise TypeError("METRICS names another accumulator for the classes")
        return metric


def _made(extras: Sequence[str], spec: Spec) -> dict[str, Accumulator]:
    if not extras:
        return {}
    from cecli.core.extras import EXTRAS

    return {name: EXTRAS[name](spec) for name in extras}


def _fields(*results: Any) -> dict[str, Any]:
    """The fields of frozen results, which are the names of a Score's."""
    return {one.name: getattr(result, one.name) for result in results for one in fields(result)}


def loss_figures(loss: LossResult, cluster: ClusterResult, confidence: float) -> dict[str, Any]:
    """What a Score says of the loss; with clusters its error is theirs, with a degree of freedom less than clusters."""
    error, df = loss.standard_error, loss.df
    if cluster.clusters:
        error, df = (None if error is None else cluster.standard_error), cluster.clusters - 1.0
    low, high = interval(loss.cross_entropy, error, df, confidence)
    return {
        "rows": loss.rows,
        "mass": loss.mass,
        "effective_rows": loss.effective_rows,
        "cross_entropy": loss.cross_entropy,
        "standard_error": error,
        "low": low,
        "high": high,
        "perplexity": perplexity(loss.cross_entropy),
        "zero_probability_rows": loss.zero_probability_rows,
        "finite_cross_entropy": loss.finite_cross_entropy,
        "first_infinite": loss.first_infinite,
        "clusters": cluster.clusters or None,
    }


def interval(mean: float, error: float | None, df: float, confidence: float) -> tuple[float | None, float | None]:
    """mean -+ t SE with t the Student quantile of df degrees of freedom; None where the error is undefined."""
    if error is None or df <= 0:
        return None, None
    margin = student_t_quantile(0.5 + confidence / 2, df) * error
    return mean - margin, mean + margin


def perplexity(cross_entropy: float) -> float:
    """exp(L) for a loss in nats: the number of equally likely classes that would be as surprising.

    >>> perplexity(math.log(10))
    10.0
    """
    try:
        return math.exp(cross_entropy)
    except OverflowError:
        return math.inf


def skill(cross_entropy: float, reference: float) -> float | None:
    """1 - L / H: the share of the reference loss H that the predictions save; None for H = 0.

    >>> skill(0.25, 1.0), skill(math.inf, 1.0), skill(0.1, 0.0)
    (0.75, -inf, None)
    """
    return 1.0 - cross_entropy / reference if reference > 0 else None
