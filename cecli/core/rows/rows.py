"""From checked predictions to the figures of every row that the metrics add up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cecli.core.functions.elementary import exp, log, log1p
from cecli.core.rows.losses import loss_of_probabilities, losses_of_logits
from cecli.core.rows.predictions import Predicted, predicted_of
from cecli.core.sums.layout import Floats, Integers, along, pick, rank, row_sum, shaped

Kind = Literal["probabilities", "logits", "log-probabilities", "losses"]
"""``losses`` only where the figures are those of what was observed, not of all classes."""


@dataclass(frozen=True, eq=False, repr=False)
class Batch:
    """Rows that have been checked: predictions and what was observed.

    ``values`` is a table (n, K) as ``layout.shaped`` lays it, its classes along ``axis`` (wide logits in the precision
    they were stored in); or, with ``binary``, the n figures of class 1 alone, shape (n,); or, with ``observed_only``,
    the n figures of what was observed. Observed are ``labels`` (n,), class numbers from 0, or ``soft``, a PMF a row
    shaped like ``values``. ``first_row`` counts from 0, and ``numbers`` (n,) are the numbers of the rows where some
    were left out. ``row_sums`` (n,) are the sums of the probabilities, where the kind has any. ``weights`` (n,) are
    positive; ``group`` (n,) are group numbers, ``cluster`` (n,) cluster numbers; ``ids`` an array of texts;
    ``precision`` is what the predictions were stored in, and ``weightless`` how many rows beside these were left out
    for a weight of 0; ``left_out`` are the groups of all that were left out, where there are groups;
    ``units`` (n,) what the losses of rows that are ``observed_only`` are divided by, where that is not 1.
    """

    values: Floats
    axis: int
    labels: Integers | None
    kind: Kind
    first_row: int = 0
    binary: bool = False
    row_sums: Floats | None = None
    soft: Floats | None = None
    weights: Floats | None = None
    group: Integers | None = None
    cluster: Integers | None = None
    numbers: Integers | None = None
    ids: Any = None
    observed_only: bool = False
    precision: str = "float64"
    weightless: int = 0
    left_out: Integers | None = None
    units: Floats | None = None

    @property
    def is_column(self) -> bool:
        """Whether ``values`` is one figure a row and no table."""
        return self.binary or self.observed_only

    @property
    def rows(self) -> int:
        """n."""
        return int(self.values.shape[0 if self.is_column else 1 - self.axis])

    def only(self, rows: Integers) -> Batch:
        """The batch without the rows that are not named; their numbers in the file stay known."""
        tables: dict[str, Any] = {
            "values": self.values[rows] if self.is_column else self.values.take(rows, axis=1 - self.axis)
        }
        if self.soft is not None:
            tables["soft"] = self.soft.take(rows, axis=1 - self.axis)
        columns = {name: getattr(self, name) for name in ("labels", "row_sums", "weights", "group", "cluster", "units")}
        chosen: dict[str, Any] = {name: column[rows] for name, column in columns.items() if column is not None}
        numbers = rows + self.first_row if self.numbers is None else self.numbers[rows]
        return replace(self, **tables, **chosen, numbers=numbers, ids=None if self.ids is None else self.ids.take(rows))

    def cut(self, start: int, stop: int) -> Batch:
        """Some consecutive rows of a row-major batch with hard labels, without copies."""
        columns = {name: getattr(self, name) for name in ("values", "labels", "row_sums")}
        parts: dict[str, Any] = {name: column[start:stop] for name, column in columns.items() if column is not None}
        return replace(self, **parts, weights=None, group=None, cluster=None, numbers=None, ids=None)

    @classmethod
    def of(
        cls, table: NDArray[np.floating], labels: NDArray[Any], kind: Kind = "probabilities", first_row: int = 0
    ) -> Batch:
        """A batch that the caller has checked: a table (n, K), or (n, 1) for a binary prediction of class 1.

        ``labels`` are class numbers (n,), or soft labels, a PMF a row (n, K).
        """
        soft = shaped(labels)[0] if labels.ndim == 2 else None
        hard = labels if soft is None else None
        if table.shape[1] == 1:
            column = np.ascontiguousarray(table[:, 0], dtype=np.float64)
            return cls(column, 0, hard, kind, first_row, binary=True, soft=soft)
        values, axis = shaped(table)
        sums = None
        if kind != "logits":
            sums = row_sum(values if kind == "probabilities" else exp(values), axis)
        return cls(values, axis, hard, kind, first_row, row_sums=sums, soft=soft)


@dataclass(frozen=True)
class LossRule:
    """What changes the loss figures and nothing else, with PyTorch's meaning (``CrossEntropyLoss``).

    ``clip`` E limits every probability to [E, 1 - E]. With ``smoothing`` e the observed PMF is (1 - e) times itself
    plus e/K. ``class_weights`` w, shape (K,), weight the loss of each class; the mean is then divided by the weights of
    the observed classes, with soft labels by the number of rows.
    """

    clip: float | None = None
    smoothing: float = 0.0
    class_weights: Floats | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the loss of a row is that of its observed class and no other."""
        return self.smoothing == 0 and self.class_weights is None


@dataclass(frozen=True, eq=False, repr=False)
class ScoredRows:
    """The figures of n rows, each array of shape (n,); losses in nats.

    ``loss`` is what a row adds to the numerator of the mean loss for a weight of 1, ``denominator`` what it adds below
    (1 where None). ``right`` is the observed mass of the predicted class (with hard labels true or false), ``among``
    that of the k first. ``zero`` counts the rows that gave an observed class no probability. ``soft`` and ``losses``
    are tables (n, K) along ``axis``: the observed PMFs and the loss of each class. ``own`` is -log q of the observed
    class as predicted, whatever changes the loss (None with soft labels), and ``batch`` the predictions themselves,
    whose group need not be that of these rows; both for what needs more than the figures.
    """

    first_row: int
    labels: Integers | None
    loss: Floats
    predicted: Integers
    confidence: Floats
    right: NDArray[Any]
    among: NDArray[Any]
    brier: Floats
    zero: NDArray[np.bool_]
    deviation: Floats | None = None
    denominator: Floats | None = None
    weights: Floats | None = None
    group: Integers | None = None
    cluster: Integers | None = None
    numbers: Integers | None = None
    ids: Any = None
    soft: Floats | None = None
    losses: Floats | None = None
    axis: int = 0
    own: Floats | None = None
    batch: Batch | None = None

    @property
    def rows(self) -> int:
        """n."""
        return len(self.loss)

    def numbers_of(self, rows: Integers) -> list[int]:
        """The numbers, from 0, that some of these rows have in their file."""
        return [int(row) for row in (rows + self.first_row if self.numbers is None else self.numbers[rows])]

    def weighted(self, figures: NDArray[Any]) -> Floats:
        """Figures times the weights of their rows, each rounded once."""
        return np.asarray(figures if self.weights is None else figures * self.weights, dtype=np.float64)

    def cells(self, index: Integers | None = None, width: int = 1) -> Integers | None:
        """Positions among the cells of all groups, each ``width`` wide; None where there is only one."""
        if self.group is None:
            return index
        return self.group * width if index is None else self.group * width + index


PLAIN = LossRule()

_CHUNK_CELLS = 1 << 18
"""Cells of wide rows that are scored at once: the dozen passes over them then stay in the cache of a core."""


def score_rows(batch: Batch, rule: LossRule = PLAIN, top_k: int = 5, loss_only: bool = False) -> ScoredRows:
    """Loss, predicted class, confidence, hits and Brier score of every row.

    With ``loss_only`` the loss, and the confidence of probabilities, without what else a report shows: the rest is 0.

    >>> rows = score_rows(Batch.of(np.array([[0.7, 0.2, 0.1], [0.1, 0.5, 0.4]]), np.array([0, 2])))
    >>> rows.loss, rows.predicted, rows.right
    (array([0.35667494, 0.91629073]), array([0, 1]), array([ True, False]))
    """
    if batch.observed_only:
        return _observed_only(batch, rule)
    if batch.soft is None and batch.axis == 1 and not batch.binary:
        size = max(1, _CHUNK_CELLS // batch.values.shape[1])
        if size < batch.rows:
            starts = range(0, batch.rows, size)
            return _joined([_score(batch.cut(start, start + size), rule, top_k, loss_only) for start in starts], batch)
    return _score(batch, rule, top_k, loss_only)


def _score(batch: Batch, rule: LossRule, top_k: int, loss_only: bool = False) -> ScoredRows:
    if loss_only and batch.labels is not None and rule.is_plain and not batch.binary:
        return _loss_only(batch, rule)
    predicted = predicted_of(batch.values, batch.axis, batch.kind, batch.binary)
    figures = _hard(batch, predicted, rule, top_k) if batch.soft is None else _soft(batch, predicted, rule, top_k)
    return ScoredRows(
        first_row=batch.first_row,
        labels=batch.labels,
        predicted=predicted.top,
        confidence=predicted.confidence,
        deviation=None if batch.row_sums is None else np.abs(batch.row_sums - 1.0),
        weights=batch.weights,
        group=batch.group,
        cluster=batch.cluster,
        numbers=batch.numbers,
        ids=batch.ids,
        soft=batch.soft,
        axis=predicted.axis,
        batch=batch,
        **figures,
    )


def _joined(parts: list[ScoredRows], batch: Batch) -> ScoredRows:
    """The figures of consecutive rows as those of the batch they were cut from."""
    names = ("loss", "own", "predicted", "confidence", "right", "among", "brier", "zero", "deviation", "denominator")
    columns = {name: [getattr(part, name) for part in parts] for name in names}
    whole: dict[str, Any] = {name: None if some[0] is None else np.concatenate(some) for name, some in columns.items()}
    return ScoredRows(
        first_row=batch.first_row,
        labels=batch.labels,
        weights=batch.weights,
        group=batch.group,
        cluster=batch.cluster,
        numbers=batch.numbers,
        ids=batch.ids,
        axis=batch.axis,
        batch=batch,
        **whole,
    )


def _loss_only(batch: Batch, rule: LossRule) -> ScoredRows:
    """The loss of the observed class, and how sure the probabilities are."""
    values, axis, labels = np.asarray(batch.values, dtype=np.float64), batch.axis, np.asarray(batch.labels)
    if batch.kind == "logits":
        return _bare(batch, rule, losses_of_logits(values, labels, axis))
    largest = values.max(axis=axis)
    if batch.kind == "probabilities":
        return _bare(batch, rule, loss_of_probabilities(pick(values, labels, axis)), largest)
    return _bare(batch, rule, np.subtract(0.0, pick(values, labels, axis)), exp(largest))


def _observed_only(batch: Batch, rule: LossRule) -> ScoredRows:
    """Rows of which nothing is known but the figure of what was observed."""
    if batch.kind == "probabilities":
        own = loss_of_probabilities(batch.values)
    else:
        own = batch.values if batch.kind == "losses" else np.subtract(0.0, batch.values)
    return _bare(batch, rule, own)


def _bare(batch: Batch, rule: LossRule, own: Floats, confidence: Floats | None = None) -> ScoredRows:
    """A loss, and no more."""
    nothing = np.zeros(batch.rows)
    return ScoredRows(
        first_row=batch.first_row,
        labels=batch.labels,
        loss=_clipped(own, rule),
        predicted=nothing.astype(np.intp),
        confidence=nothing if confidence is None else confidence,
        right=nothing,
        among=nothing,
        brier=nothing,
        zero=np.isinf(own),
        denominator=batch.units,
        weights=batch.weights,
        group=batch.group,
        cluster=batch.cluster,
        numbers=batch.numbers,
        ids=batch.ids,
        own=own,
        batch=batch,
    )


def _hard(batch: Batch, predicted: Predicted, rule: LossRule, top_k: int) -> dict[str, Any]:
    labels = batch.labels
    if labels is None:
        raise ValueError("a batch has either labels or soft labels")
    own = predicted.loss_of(labels)
    loss, denominator = _clipped(own, rule), None
    if rule.class_weights is not None:
        denominator = rule.class_weights[labels]
        loss = _times(denominator, loss)
    if rule.smoothing:
        everywhere = _weighted_sum(_clipped(predicted.losses(), rule), rule.class_weights, predicted.axis)
        classes = predicted.classes
        loss = _times(np.float64(1.0 - rule.smoothing), loss) + (rule.smoothing / classes) * everywhere
    place = rank(predicted.order, labels, predicted.axis)
    return {
        "loss": loss,
        "own": own,
        "denominator": denominator,
        "right": place == 0,
        "among": place < top_k,
        "brier": predicted.brier(labels),
        "zero": np.isinf(own),
    }


def _soft(batch: Batch, predicted: Predicted, rule: LossRule, top_k: int) -> dict[str, Any]:
    soft, axis = np.asarray(batch.soft), predicted.axis
    own = predicted.losses()
    losses = _clipped(own, rule)
    if rule.class_weights is not None:
        losses = _times(along(rule.class_weights, 1 - axis), losses)
    target = soft if not rule.smoothing else (1.0 - rule.smoothing) * soft + rule.smoothing / predicted.classes
    gaps = predicted.probabilities - soft
    return {
        "loss": row_sum(_times(target, losses), axis),
        "losses": losses,
        "right": pick(soft, predicted.top, axis),
        "among": _mass_of_first(predicted.order, soft, axis, top_k),
        "brier": row_sum(gaps * gaps, axis),
        "zero": ((soft > 0) & np.isinf(own)).any(axis=axis),
    }


def _clipped(losses: Floats, rule: LossRule) -> Floats:
    """Clipping p to [E, 1 - E] clips -log p to [-log(1 - E), -log E]."""
    if rule.clip is None:
        return losses
    return np.clip(losses, -log1p(-rule.clip), -log(rule.clip))


def _times(weights: Floats | np.float64, losses: Floats) -> Floats:
    """The product, 0 where the weight is 0: a class without weight costs nothing, be its loss infinite."""
    with np.errstate(invalid="ignore"):
        return np.where(weights == 0, 0.0, weights * losses)


def _weighted_sum(losses: Floats, class_weights: Floats | None, axis: int) -> Floats:
    if class_weights is None:
        return row_sum(losses, axis)
    return row_sum(_times(along(class_weights, 1 - axis), losses), axis)


def _mass_of_first(order: Floats, soft: Floats, axis: int, top_k: int) -> Floats:
    """The observed mass of the ``top_k`` classes that come first; ties go to the class that stands first."""
    by_row, masses = (order.T, soft.T) if axis == 0 else (order, soft)
    first = np.argsort(-by_row, axis=1, kind="stable")[:, :top_k]
    return np.asarray(np.take_along_axis(masses, np.sort(first, axis=1), axis=1).sum(axis=1))
