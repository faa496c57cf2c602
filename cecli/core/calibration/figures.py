"""What is told of predictions before and after they are calibrated: the loss, the accuracy, how well confidence and
truth agree."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from cecli.core.calibration.reliability import VARIANTS, EqualWidth
from cecli.core.metrics import METRICS, Spec
from cecli.core.metrics.cluster import ClusterResult
from cecli.core.metrics.loss import LossResult
from cecli.core.metrics.reliability_cells import CalibrationError, ConfidenceBin
from cecli.core.rows.rows import Batch, score_rows
from cecli.core.scores.scorer import loss_figures


@dataclass(frozen=True)
class CalibrationFigures:
    """Losses in nats, with the clustered error where there are clusters; ``errors`` by the names of VARIANTS."""

    loss: LossResult
    standard_error: float | None
    accuracy: float
    errors: dict[str, CalibrationError]
    bins: tuple[ConfidenceBin, ...]


class CalibrationScorer:
    """The figures of all rows; an accumulator.

    A fresh one is the identity of ``merge``, which is associative and commutative to the bit. It keeps a few numbers a
    row for the bins of equal mass. With ``loss_only`` it has nothing but the loss.
    """

    def __init__(self, spec: Spec, loss_only: bool = False) -> None:
        names = ("loss",) if loss_only else ("loss", "cluster", "accuracy")
        self._loss_only = loss_only
        self._metrics: dict[str, Any] = {name: METRICS[name](spec) for name in names}
        self._variants: dict[str, Any] = {} if loss_only else {name: make(spec) for name, make in VARIANTS.items()}

    def update(self, batch: Batch) -> None:
        """Add some rows."""
        if not batch.rows:
            return
        rows = score_rows(batch, loss_only=self._loss_only)
        for accumulator in (*self._metrics.values(), *self._variants.values()):
            accumulator.update(rows)

    def merge(self, other: CalibrationScorer) -> None:
        """Add the rows of ``other``."""
        for own, theirs in ((self._metrics, other._metrics), (self._variants, other._variants)):
            for name, accumulator in own.items():
                accumulator.merge(theirs[name])

    def result(self, confidence: float = 0.95) -> CalibrationFigures:
        """The figures, the intervals of the bins at this level."""
        loss: LossResult = self._metrics["loss"].result()
        if self._loss_only:
            return CalibrationFigures(loss, loss.standard_error, math.nan, {}, ())
        cluster: ClusterResult = self._metrics["cluster"].result()
        equal_width: EqualWidth = self._variants["equal-width"]
        error = loss_figures(loss, cluster, confidence)["standard_error"]
        return CalibrationFigures(
            loss,
            error,
            self._metrics["accuracy"].result().accuracy,
            {name: accumulator.result() for name, accumulator in self._variants.items()},
            tuple(equal_width.bins(confidence)),
        )
