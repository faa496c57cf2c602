"""The figures of ``cecli.fidelity``."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cecli.core.fidelity.fidelity import Change, Fidelity, FidelityResult
from cecli.core.fidelity.means import MeanResult
from cecli.core.fidelity.observed import ObservedResult
from cecli.core.fidelity.worst import FarRow

SHARES = {
    "min": 0.0, "p00_1": 0.001, "p01": 0.01, "p05": 0.05, "p10": 0.1, "p25": 0.25, "median": 0.5, "p75": 0.75,
    "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99_9": 0.999, "max": 1.0,
}  # fmt: skip
"""The quantiles by their names: the share of the rows below each."""


@dataclass(frozen=True)
class FidelityFigures:
    """What ``cecli fidelity`` reports of one student, by the same names; divergences, entropies and losses in nats.

    ``means`` are all figures of a row with their errors and intervals; ``farthest`` the rows of largest divergence,
    numbered from 0. What needs labels is None without them, and so is ``top_k_agreement`` of k classes or fewer.
    """

    rows: int
    kl_mean: float
    kl_standard_error: float | None
    kl_low: float | None
    kl_high: float | None
    kl_rms: float
    kl_quantiles: dict[str, float | None]
    reverse_kl_mean: float
    jensen_shannon_mean: float
    total_variation_mean: float
    hellinger_mean: float
    cross_entropy: float
    entropy_teacher: float
    entropy_student: float
    same_top: float
    same_top_low: float
    same_top_high: float
    top_k_agreement: float | None
    top_probability_change: Change
    infinite_rows: int
    finite_kl_mean: float | None
    clusters: int
    observed: ObservedResult | None
    label_probability_change: Change | None
    label_quantiles: dict[str, float | None] | None
    means: dict[str, MeanResult]
    farthest: tuple[FarRow, ...]

    @property
    def loss_teacher(self) -> float | None:
        """The teacher's cross-entropy loss."""
        return None if self.observed is None else self.observed.teacher

    @property
    def loss_student(self) -> float | None:
        """The student's cross-entropy loss."""
        return None if self.observed is None else self.observed.student

    @property
    def log_perplexity_ratio(self) -> float | None:
        """The student's loss less the teacher's."""
        return None if self.observed is None else self.observed.difference


def figures_of(total: Fidelity, found: FidelityResult) -> FidelityFigures:
    """The figures of what has been added up, and of its result."""
    kl, same = found.means["kl"], found.same_top
    names, shares = tuple(SHARES), tuple(SHARES.values())
    of_labels = None if found.label_change is None else total.quantiles(shares, of_labels=True)
    return FidelityFigures(
        rows=found.rows,
        kl_mean=kl.mean,
        kl_standard_error=kl.standard_error,
        kl_low=kl.low,
        kl_high=kl.high,
        kl_rms=found.kl_rms,
        kl_quantiles=dict(zip(names, total.quantiles(shares), strict=True)),
        reverse_kl_mean=found.means["reverse_kl"].mean,
        jensen_shannon_mean=found.means["jensen_shannon"].mean,
        total_variation_mean=found.means["total_variation"].mean,
        hellinger_mean=found.means["hellinger"].mean,
        cross_entropy=found.means["cross_entropy"].mean,
        entropy_teacher=found.means["entropy_teacher"].mean,
        entropy_student=found.means["entropy_student"].mean,
        same_top=same.share,
        same_top_low=same.low,
        same_top_high=same.high,
        top_k_agreement=found.top_k,
        top_probability_change=found.top_change,
        infinite_rows=kl.infinite,
        finite_kl_mean=None if math.isnan(kl.finite) else kl.finite,
        clusters=kl.clusters,
        observed=found.observed,
        label_probability_change=found.label_change,
        label_quantiles=None if of_labels is None else dict(zip(names, of_labels, strict=True)),
        means=found.means,
        farthest=found.farthest,
    )
