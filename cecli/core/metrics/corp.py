"""Miscalibration, discrimination and uncertainty of a binary forecast, and the area under its ROC curve."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cecli.core.functions.elementary import exp, log, log1p
from cecli.core.functions.pav import pooled
from cecli.core.metrics.spec import Spec
from cecli.core.rows.losses import binary_losses
from cecli.core.rows.rows import Batch, ScoredRows
from cecli.core.sums.exact import exact_sum
from cecli.core.sums.layout import Floats, Integers
from cecli.core.sums.row_arrays import Rows
from cecli.core.sums.state import VALUE, State


@dataclass(frozen=True)
class ScoreParts:
    """A mean score S = miscalibration - discrimination + uncertainty: S(p) - S(PAV), S(base rate) - S(PAV), S(base
    rate)."""

    score: float
    miscalibration: float
    discrimination: float
    uncertainty: float


@dataclass(frozen=True)
class CorpResult:
    """The parts of the log loss in nats and of the Brier score (as everywhere here the sum over both classes, 0 to 2),
    and the probability that a row of class 1 has a larger prediction than one of class 0, ties half; None with the
    ``reason``.

    ``auc`` is None too where only one class was observed; ``bins`` is the number of levels of the recalibrated
    forecast.
    """

    log_loss: ScoreParts | None = None
    brier: ScoreParts | None = None
    auc: float | None = None
    bins: int | None = None
    reason: str | None = None


class Corp:
    """CORP (Dimitriadis, Gneiting and Jordan, "Stable reliability diagrams for probabilistic classifiers", PNAS 118,
    2021): the forecast beside its own isotonic recalibration.

    The forecast is the figure of class 1: its probability, its log-probability, or the difference of the two logits;
    class 0 gets the rest. Memory: all rows are held, 9 bytes a row (8 more with weights, 8 more with groups), and
    about ten times that while the result is formed.
    """

    STATE: ClassVar[State] = {"_kind": VALUE, "_soft": VALUE, "_parts": Rows()}

    def __init__(self, spec: Spec) -> None:
        self._binary = spec.classes == 2
        self._kind = "probabilities"
        self._soft = False
        self._parts: list[tuple[Floats, NDArray[np.int8], Floats | None, Integers | None]] = []

    def update(self, rows: ScoredRows) -> None:
        """Keep some rows."""
        batch = rows.batch
        if not self._binary or batch is None or batch.observed_only or not rows.rows:
            return
        if rows.labels is None:
            self._soft = True
            return
        self._kind = batch.kind
        self._parts.append((_figure(batch) + 0.0, rows.labels.astype(np.int8), rows.weights, rows.group))

    def merge(self, other: Corp) -> None:
        """Keep the rows of ``other``."""
        if other._parts:
            self._kind = other._kind
        self._soft = self._soft or other._soft
        self._parts += other._parts

    def result(self, group: int = 0) -> CorpResult:
        """The parts; rows are sorted first, so that their order does not matter."""
        if not self._binary or self._soft:
            reason = "the labels are soft" if self._binary else "there are more than two classes"
            return CorpResult(reason=reason)
        figures, labels, weights = self._rows(group)
        if not len(figures):
            return CorpResult(reason="there are no rows")
        losses = binary_losses(figures, self._kind)
        loss = np.where(labels == 1, losses[1], losses[0])
        one = exp(-losses[1]) if self._kind != "probabilities" else figures
        starts = np.flatnonzero(np.concatenate([[True], figures[1:] != figures[:-1]]))
        masses = np.add.reduceat(weights, starts)
        ones = np.add.reduceat(weights * labels, starts)
        total, positive = exact_sum(weights), exact_sum(weights * labels)
        block_ones, block_masses = pooled(ones, masses)
        levels = block_ones / block_masses
        base = positive / total
        gaps = one - labels
        return CorpResult(
            log_loss=_parts(
                _mean(loss, weights, total),
                _mean(_entropies(levels), block_masses, total),
                float(_entropies(np.array(base))),
            ),
            brier=_parts(
                _mean(2 * gaps * gaps, weights, total),
                _mean(2 * levels * (1 - levels), block_masses, total),
                2 * base * (1 - base),
            ),
            auc=_auc(ones, masses - ones),
            bins=len(levels),
        )

    def _rows(self, group: int) -> tuple[Floats, Floats, Floats]:
        parts = [part for part in self._parts if part[3] is not None or group == 0]
        if not parts:
            return np.empty(0), np.empty(0), np.empty(0)
        chosen = [slice(None) if groups is None else groups == group for *_, groups in parts]
        figures = np.concatenate([part[0][rows] for part, rows in zip(parts, chosen, strict=True)])
        labels = np.concatenate([part[1][rows] for part, rows in zip(parts, chosen, strict=True)])
        if parts[0][2] is None:
            order = np.argsort(
                figures, kind="stable"
            )  # rows of equal forecasts are only ever added up as whole numbers
            return figures[order], labels[order].astype(np.float64), np.ones(len(figures))
        weights = np.concatenate([np.asarray(part[2])[rows] for part, rows in zip(parts, chosen, strict=True)])
        order = np.lexsort((weights, labels, figures))
        return figures[order], labels[order].astype(np.float64), weights[order]


def _figure(batch: Batch) -> Floats:
    if batch.binary:
        return batch.values
    zero, one = batch.values if batch.axis == 0 else batch.values.T
    if batch.kind != "logits":
        return np.asarray(one)
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(one - zero)


def _parts(score: float, calibrated: float, base: float) -> ScoreParts:
    """The calibrated score is the smallest that any rising function of the forecast has: what is less is rounding."""
    return ScoreParts(score, max(0.0, score - calibrated), max(0.0, base - calibrated), base)


def _entropies(levels: Floats) -> Floats:
    """-p log p - (1-p) log(1-p), 0 at the ends."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = -levels * log(levels) - (1 - levels) * log1p(-levels)
    return np.where((levels > 0) & (levels < 1), terms, 0.0)


def _mean(figures: Floats, weights: Floats, total: float) -> float:
    products = figures * weights
    return exact_sum(products) / total if np.isfinite(products).all() else math.inf


def _auc(ones: Floats, zeros: Floats) -> float | None:
    """The share of pairs in the right order; sums of halves, each exact for counts."""
    below = np.concatenate([[0.0], np.cumsum(zeros)[:-1]])
    pairs = exact_sum(ones) * exact_sum(zeros)
    return min(1.0, exact_sum(ones * (below + 0.5 * zeros)) / pairs) if pairs > 0 else None
