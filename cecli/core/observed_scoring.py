"""The score of rows of which only the figure of what was observed is known, as language models give it per token."""

from __future__ import annotations

from cecli.core.metrics import METRICS, Accumulator, Spec
from cecli.core.rows import PLAIN, Batch, LossRule, ScoredRows, score_rows
from cecli.core.scoring import Score, loss_figures

OF_LOSSES = ("loss", "tail", "cluster", "worst")
"""The metrics that need nothing but a loss a row."""


class ObservedScorer:
    """The loss, its error and its perplexity; what needs the other classes is None. An accumulator.

    >>> import numpy as np
    >>> scorer = ObservedScorer(Spec(classes=0))
    >>> batch = Batch(np.array([0.5, 0.25]), 0, None, "probabilities", observed_only=True)
    >>> scorer.update(batch).loss
    array([0.69314718, 1.38629436])
    >>> scorer.result().perplexity
    2.828427124746
    """

    def __init__(self, spec: Spec, rule: LossRule = PLAIN) -> None:
        self.spec = spec
        self.rule = rule
        self._metrics: dict[str, Accumulator] = {name: METRICS[name](spec) for name in OF_LOSSES}

    def update(self, batch: Batch) -> ScoredRows:
        """Take the losses of checked rows and add them; their figures."""
        rows = score_rows(batch, self.rule)
        self.add(rows)
        return rows

    def add(self, rows: ScoredRows) -> None:
        """Add rows whose losses are known."""
        for metric in self._metrics.values():
            metric.update(rows)

    def merge(self, other: ObservedScorer) -> None:
        """Add the rows that ``other`` has seen."""
        for name, metric in self._metrics.items():
            metric.merge(other._metrics[name])

    def result(self, confidence: float = 0.95, group: int = 0, classes: bool = False) -> Score:
        """The figures of all rows of a group so far, the interval at this confidence."""
        parts = {name: metric.result(group) for name, metric in self._metrics.items()}
        of_loss = loss_figures(parts["loss"], parts["cluster"], confidence)
        return Score(**of_loss, worst_percent_share=parts["tail"].worst_percent_share, worst=parts["worst"])
