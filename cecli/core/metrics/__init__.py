"""The accumulators that a score is made of, one family a file.

Each has ``update(rows)``, ``merge(other)`` and ``result(group)``; a fresh one is the identity of ``merge``, which is
associative and commutative to the bit, since all sums are integers. Every one keeps its sums per group of rows; without
groups all rows are in group 0. To add a metric: write its accumulator and its line in METRICS, and its name in REPORT
if every report has it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol

from cecli.core.metrics.spec import Spec
from cecli.core.rows.rows import ScoredRows

__all__ = ["HEADLINE", "METRICS", "NEEDS", "OF_LOSSES", "REPORT", "Accumulator", "Spec"]


class Accumulator(Protocol):
    """Statistics of rows whose state does not grow with the rows, save where its docstring says so."""

    def update(self, rows: ScoredRows) -> None:
        """Add the figures of some rows."""

    def merge(self, other: Any) -> None:
        """Add what another accumulator of the same kind has seen; it stays as it is."""

    def result(self, group: int = 0) -> Any:
        """The statistics of one group; changes nothing."""


def _at(place: str) -> Callable[[Spec], Accumulator]:
    """The accumulator at ``module.Class``, imported when it is made: a run pays for the metrics that it shows."""
    module, name = place.split(".")

    def make(spec: Spec) -> Accumulator:
        made: Accumulator = getattr(import_module(f"cecli.core.metrics.{module}"), name)(spec)
        return made

    return make


METRICS: dict[str, Callable[[Spec], Accumulator]] = {
    "loss": _at("loss.Loss"),
    "labels": _at("labels.LabelFrequencies"),
    "accuracy": _at("accuracy.Accuracy"),
    "brier": _at("brier.Brier"),
    "calibration": _at("calibration.Calibration"),
    "classes": _at("per_class.PerClass"),
    "row_sums": _at("row_sums.RowSums"),
    "tail": _at("tail.Tail"),
    "cluster": _at("cluster.Cluster"),
    "worst": _at("worst.Worst"),
    "twice": _at("double_softmax.SoftmaxedTwice"),
    "left_out": _at("exclusions.LeftOut"),
    "confusions": _at("confusions.Confusions"),
    "decomposition": _at("decomposition.Decomposition"),
    "corp": _at("corp.Corp"),
    "like": _at("like.Likes"),
}

REPORT = (
    "loss",
    "labels",
    "accuracy",
    "brier",
    "calibration",
    "classes",
    "row_sums",
    "tail",
    "cluster",
    "worst",
    "twice",
    "left_out",
)
"""What every report shows; the others cost more, and are made where they are asked for."""

HEADLINE = ("loss", "twice")
"""What a bare number needs: the loss, and the warning that it may be the loss of something else."""

_OF_ERROR = ("standard_error", "low", "high", "degrees_of_freedom", "skewness", "kurtosis", "interval", "clusters",
             "perplexity_low", "perplexity_high", "design_effect", "worth_rows")  # fmt: skip

NEEDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("cross_entropy", "perplexity", "effective_rows", "zero_probability_rows"), ()),
    **dict.fromkeys(_OF_ERROR, ("cluster", "tail")),
    **dict.fromkeys(("accuracy", "top_k_accuracy"), ("accuracy",)),
    "brier": ("brier",),
    **dict.fromkeys(("ece", "ece_expected", "ece_band"), ("calibration",)),
    **dict.fromkeys(("label_entropy", "skill"), ("labels",)),
    **dict.fromkeys(("rows.read", "rows.scored", "rows.ignored"), ()),
}
"""Key of a report -> what it needs beside the headline, of keys that do not need all."""

OF_LOSSES = ("loss", "tail", "cluster", "worst", "left_out")
"""What needs nothing but a loss a row, as where only the figure of what was observed is known."""
