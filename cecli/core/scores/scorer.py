"""The score of a set of predictions: metrics as one accumulator, and the report's figures made from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

from cecli.core.functions.choice import AUTO, Choice
from cecli.core.functions.elementary_scalars import exp_of
from cecli.core.metrics import HEADLINE, METRICS, REPORT, Accumulator, Spec
from cecli.core.rows.rows import PLAIN, Batch, LossRule, ScoredRows, score_rows
from cecli.core.sums.mean_intervals import MeanInterval, interval_of_clusters, interval_of_rows
from cecli.core.sums.state import PARTS, State

if TYPE_CHECKING:
    from cecli.core.metrics.cluster import ClusterResult, Macro
    from cecli.core.metrics.confusions import Confusion
    from cecli.core.metrics.corp import CorpResult
    from cecli.core.metrics.decomposition import DecompositionResult
    from cecli.core.metrics.like import LikeResult
    from cecli.core.metrics.loss import LossResult
    from cecli.core.metrics.per_class import ClassResult, PerClass
    from cecli.core.metrics.worst import WorstRow


@dataclass(frozen=True)
class Score:
    """The figures of a report, losses in nats; None (or nothing) where one is undefined or its metric was left out."""

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
    interval: str = "none"
    interval_reason: str | None = None
    degrees_of_freedom: float | None = None
    skewness: float | None = None
    kurtosis: float | None = None
    perplexity_low: float | None = None
    perplexity_high: float | None = None
    cluster_error: str | None = None
    design_effect: float | None = None
    worth_rows: float | None = None
    macro_f1: float | None = None
    weighted_f1: float | None = None
    balanced_accuracy: float | None = None
    mcc: float | None = None
    clusters: int | None = None
    macro: Macro | None = None
    max_row_sum_deviation: float | None = None
    label_masses: tuple[float, ...] = ()
    looks_softmaxed_twice: bool = False
    left_out: int = 0
    classes: tuple[ClassResult, ...] = ()
    worst: tuple[WorstRow, ...] = ()
    confusions: tuple[Confusion, ...] = ()
    decomposition: DecompositionResult | None = None
    corp: CorpResult | None = None
    like: tuple[LikeResult, ...] = ()


_FLAT = ("accuracy", "brier", "calibration", "tail", "row_sums", "twice", "left_out")
"""Metrics whose results have the fields of a Score."""

_WHOLE = ("worst", "confusions", "decomposition", "corp", "like")
"""Metrics whose result is a field of a Score."""


class Scorer:
    """Metrics over the same rows, those of REPORT unless others are named; an accumulator itself.

    >>> import numpy as np
    >>> scorer = Scorer(Spec(classes=2))
    >>> rows = scorer.update(Batch.of(np.array([[0.8, 0.2], [0.4, 0.6]]), np.array([0, 1])))
    >>> scorer.result().cross_entropy
    0.36698458754
    """

    STATE: ClassVar[State] = {"_metrics": PARTS}

    def __init__(self, spec: Spec, rule: LossRule = PLAIN, metrics: Sequence[str] = REPORT) -> None:
        self.spec = replace(spec, rule=rule)
        self.rule = rule
        self._metrics: dict[str, Accumulator] = {name: METRICS[name](self.spec) for name in metrics}
        self._loss_only = all(name in (*HEADLINE, "cluster", "tail") for name in metrics)

    def update(self, batch: Batch) -> ScoredRows:
        """Score checked rows and add them; their figures."""
        rows = score_rows(batch, self.rule, self.spec.top_k, self._loss_only)
        self.add(rows)
        return rows

    def add(self, rows: ScoredRows) -> None:
        """Add rows whose figures are known."""
        for metric in self._metrics.values():
            metric.update(rows)

    def part(self, name: str) -> Any:
        """The accumulator of one metric, which may know more than a Score says."""
        return self._metrics[name]

    def merge(self, other: Scorer) -> None:
        """Add the rows that ``other`` has seen; both have the same metrics."""
        for name, metric in self._metrics.items():
            metric.merge(other._metrics[name])

    def result(
        self, confidence: float = 0.95, group: int = 0, classes: bool = True, choice: Choice = AUTO
    ) -> Score:  # fmt: skip
        """The figures of all rows of a group so far, the interval of this kind and confidence.

        Without ``classes`` the figures of each class are left out: of 50,000 classes they cost more than all others.
        """
        parts = {name: metric.result(group) for name, metric in self._metrics.items() if name != "classes"}
        figures = loss_figures(parts["loss"], parts.get("cluster"), confidence, choice)
        if "labels" in parts:
            labels = parts["labels"]
            figures |= {"label_entropy": labels.label_entropy, "label_masses": labels.masses}
            figures["skill"] = skill(figures["cross_entropy"], labels.label_entropy)
        if "classes" in self._metrics:
            metric = cast("PerClass", self._metrics["classes"])
            figures |= _fields(metric.summary(group)) | {"classes": metric.result(group) if classes else ()}
        for name in _FLAT:
            figures |= _fields(parts[name]) if name in parts else {}
        return Score(**figures, **{name: parts[name] for name in _WHOLE if name in parts})


def _fields(result: Any) -> dict[str, Any]:
    """The fields of a frozen result, which are the names of a Score's."""
    return {one.name: getattr(result, one.name) for one in fields(result)}


def loss_figures(
    loss: LossResult, cluster: ClusterResult | None, confidence: float, choice: Choice = AUTO
) -> dict[str, Any]:
    """What a Score says of the loss and of its interval, which with clusters is taken of these."""
    found, of_clusters = _interval(loss, cluster, confidence, choice)
    return {
        "rows": loss.rows,
        "mass": loss.mass,
        "effective_rows": loss.effective_rows,
        "cross_entropy": loss.cross_entropy,
        "standard_error": found.standard_error,
        "low": found.low,
        "high": found.high,
        "perplexity": perplexity(loss.cross_entropy),
        "perplexity_low": None if found.low is None else perplexity(found.low),
        "perplexity_high": None if found.high is None else perplexity(found.high),
        "zero_probability_rows": loss.zero_probability_rows,
        "finite_cross_entropy": loss.finite_cross_entropy,
        "first_infinite": loss.first_infinite,
        "clusters": None if cluster is None else cluster.clusters or None,
        "interval": found.kind,
        "interval_reason": found.reason,
        "degrees_of_freedom": found.df,
        "skewness": None if loss.shape is None else loss.shape.skewness,
        "kurtosis": None if loss.shape is None else loss.shape.kurtosis,
        **of_clusters,
        "macro": None if cluster is None or loss.cross_entropy == math.inf else cluster.macro(),
    }


def _interval(
    loss: LossResult, cluster: ClusterResult | None, confidence: float, choice: Choice
) -> tuple[MeanInterval, dict[str, Any]]:
    """The interval of the loss; and with clusters what they make of its error: so many times the variance that as many
    independent rows had, worth so many of them."""
    if math.isinf(loss.cross_entropy):
        return MeanInterval("none", None, None, None, None, None, "the loss is infinite"), {}
    if cluster is None or not cluster.clusters:
        return interval_of_rows(loss.finite, loss.shape, confidence, choice, loss.has_powers), {}
    found, _ = interval_of_clusters(loss.cross_entropy, cluster.sums, confidence, choice)
    made: dict[str, Any] = {"cluster_error": choice.of_clusters}
    alone, error = loss.finite.standard_error, found.standard_error
    if alone and error is not None:
        made["design_effect"] = (error / alone) ** 2
        made["worth_rows"] = loss.effective_rows * (alone / error) ** 2 if error else None
    return found, made


def perplexity(cross_entropy: float) -> float:
    """exp(L) for a loss in nats: the number of equally likely classes that would be as surprising.

    >>> perplexity(math.log(10))
    10.0
    """
    try:
        return exp_of(cross_entropy)
    except OverflowError:
        return math.inf


def skill(cross_entropy: float, reference: float) -> float | None:
    """1 - L / H: the share of the reference loss H that the predictions save; None for H = 0.

    >>> skill(0.25, 1.0), skill(math.inf, 1.0), skill(0.1, 0.0)
    (0.75, -inf, None)
    """
    return 1.0 - cross_entropy / reference if reference > 0 else None
