"""The cross-entropy loss of a classifier whose predictions and labels are arrays: at once, or batch by batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cecli.core.metrics import Spec
from cecli.core.rows.rows import Batch, Kind, LossRule, score_rows
from cecli.core.scores.scorer import Score, Scorer
from cecli.core.sums.layout import Floats, shaped
from cecli.library.batches import (
    batch_of,
    by_name,
    check_first,
    check_logits,
    check_order,
    check_pmfs,
    sized,
    slices,
    table_of,
)
from cecli.library.door import array_of, between, one_of, refuse, with_value_errors
from cecli.library.labelled import Labelled, check_same_rows, labelled

KINDS: tuple[Kind, ...] = ("probabilities", "logits", "log-probabilities")


class ScoreAccumulator:
    """The score of predictions that come batch by batch; its memory does not grow with the rows.

    ``classes`` are how many there are, or their names, which labels that are texts are then matched with. A table of
    predictions has a row per example and a column per class; a single column, or one dimension, is the probability (or
    logit) of class 1. ``kind`` is ``probabilities``, ``logits`` or ``log-probabilities``. Each row of probabilities has
    to sum to 1 within ``sum_tolerance``, unless ``normalize`` divides by its sum. ``weights_are`` ``frequency`` takes
    weights for counts of repeated rows. ``clip``, ``label_smoothing`` and ``class_weights`` change the loss figures and
    nothing else, with PyTorch's meaning. ``worst`` rows of largest loss are kept; rows are numbered from ``first_row``.

    Sums are exact: the result is the same to the last bit for any split into batches, in any order, over any number of
    accumulators that are merged.

    >>> total = ScoreAccumulator(classes=2)
    >>> total.update([[0.8, 0.2]], [0])
    >>> other = ScoreAccumulator(classes=2)
    >>> other.update([[0.4, 0.6]], [1])
    >>> total.merge(other)
    >>> total.result().cross_entropy
    0.36698458754
    """

    def __init__(
        self,
        classes: int | Sequence[str],
        *,
        kind: Kind = "probabilities",
        weighted: bool = False,
        weights_are: Literal["importance", "frequency"] = "importance",
        clip: float | None = None,
        label_smoothing: float = 0.0,
        class_weights: ArrayLike | None = None,
        top_k: int = 5,
        worst: int = 0,
        sum_tolerance: float = 1e-3,
        normalize: bool = False,
        first_row: int = 0,
    ) -> None:
        self.names = None if isinstance(classes, int) else tuple(classes)
        self.classes = _number_of_classes(classes)
        self.kind: Kind = _kind(kind)
        self.rows = 0
        self._first_row = int(_at_least("first_row", first_row, 0))
        self._rule = _rule(self.classes, clip, label_smoothing, class_weights)
        self._weighted = weighted
        self._frequency = one_of("weights_are", weights_are, ("importance", "frequency")) == "frequency"
        self._tolerance = _at_least("sum_tolerance", sum_tolerance, 0)
        self._normalize = normalize
        self._spec = Spec(
            classes=self.classes,
            top_k=int(_at_least("top_k", top_k, 1)),
            weights=weights_are if weighted else None,
            own_denominator=class_weights is not None,
            worst=int(_at_least("worst", worst, 0)),
        )
        self._scorer: Scorer | None = None
        self._columns: tuple[Any, ...] | None = None
        self._soft: bool | None = None

    @with_value_errors
    def update(self, predictions: ArrayLike, labels: ArrayLike, weights: ArrayLike | None = None) -> None:
        """Add rows: predictions (n, K), and labels (n,), or soft labels (n, K), a PMF a row.

        Labels are class numbers from 0, or names. All rows are checked before the first is added.
        """
        given, its_labels = labelled("predictions", predictions), labelled("labels", labels)
        masses = None if weights is None else labelled("weights", weights)
        check_same_rows(given, its_labels, masses)
        self._columns = self.names or self._columns or given.columns
        table = table_of(given.ordered(self._columns), self.classes)
        observed = self._labels(its_labels, len(table))
        mass = self._weights(None if masses is None else masses.values, len(table))
        check_order(table, observed, self.kind, self._rule.clip is not None)
        if self._soft not in (None, observed.ndim == 2):
            raise ValueError("labels: class numbers in one batch and PMFs in another")
        parts = slices(len(table), self.classes)
        for rows in parts if len(parts) > 1 else ():  # one slice is checked before it is added anyway
            self._batch(table, observed, mass, rows)
        self._add(table, observed, mass)

    def _add(self, table: NDArray[Any], observed: NDArray[Any], mass: Floats | None) -> None:
        for rows in slices(len(table), self.classes):
            batch = self._batch(table, observed, mass, rows)
            self._soft = observed.ndim == 2
            self._summed().update(batch)
        self.rows += len(table)

    def merge(self, other: ScoreAccumulator) -> None:
        """Add the rows of another accumulator with the same options; it stays as it is. Its rows keep their numbers."""
        if self._options() != other._options():
            raise ValueError("accumulators with different options cannot be merged")
        if other._scorer is not None:
            if self._soft is not None and other._soft != self._soft:
                raise ValueError("labels: class numbers in one accumulator and PMFs in the other")
            self._soft = other._soft
            self._summed().merge(other._scorer)
            self.rows += other.rows

    def result(self, confidence: float = 0.95) -> Score:
        """The figures of all rows so far, losses in nats; the interval at this confidence. Changes nothing."""
        between("confidence", confidence, 0, 1)
        found = self._summed().result(confidence)
        if not found.rows:
            raise ValueError("no rows to score: none were added" + (" with a weight above 0" if self.rows else ""))
        return found

    def _summed(self) -> Scorer:
        if self._scorer is None:
            own = self._spec.own_denominator and not self._soft
            self._scorer = Scorer(replace(self._spec, own_denominator=own), self._rule)
        return self._scorer

    def _options(self) -> tuple[Any, ...]:
        weights = None if self._rule.class_weights is None else tuple(self._rule.class_weights.tolist())
        return self.names, self.kind, self._spec, self._rule.clip, self._rule.smoothing, weights

    def _labels(self, labels: Labelled, rows: int) -> NDArray[Any]:
        found = np.asarray(labels.ordered(self.names or self._columns))
        names = self.names or (self._columns if found.dtype.kind in "OU" or _are_numbers(self._columns) else None)
        if names is not None and found.ndim == 1 and (found.dtype.kind in "OU" or _are_numbers(names)):
            return by_name(found, names, rows)
        if found.dtype.kind in "OU" and names is None:
            raise ValueError("labels: expected class numbers, found text; classes=[...] names the classes")
        found = array_of("labels", found, (1, 2))
        if len(found) != rows:
            raise ValueError(f"labels: {len(found):,} of them for {rows:,} rows of predictions")
        if found.ndim == 1:
            wrong = (found != np.floor(found)) | (found < 0) | (found >= self.classes)
            refuse("labels", wrong, found, f"a class number from 0 to {self.classes - 1}")
            return found.astype(np.intp)
        if found.shape[1] != self.classes:
            raise ValueError(f"labels: {found.shape[1]} columns for {self.classes} classes")
        values = found.astype(np.float64)
        check_pmfs("labels", values, self._tolerance)
        return values

    def _weights(self, weights: ArrayLike | None, rows: int) -> Floats | None:
        if (weights is not None) != self._weighted:
            raise ValueError("weights: given for some rows and not for all; ScoreAccumulator(weighted=True) wants them")
        if weights is None:
            return None
        found = array_of("weights", weights, (1,)).astype(np.float64)
        if len(found) != rows:
            raise ValueError(f"weights: {len(found):,} of them for {rows:,} rows of predictions")
        wrong = ~(np.isfinite(found) & (found >= 0))
        if self._frequency:
            wrong |= found != np.floor(found)
        refuse("weights", wrong, found, "a whole number of repeats" if self._frequency else "a weight >= 0")
        return found

    def _batch(self, table: NDArray[Any], observed: NDArray[Any], mass: Floats | None, rows: slice) -> Batch:
        """The checked batch of some rows of a table, without those of weight 0."""
        batch = batch_of(table[rows], observed[rows], self.kind, rows.start, self._tolerance, self._normalize)
        batch = replace(batch, first_row=self._first_row + self.rows + rows.start)
        if mass is None:
            return batch
        batch = replace(batch, weights=mass[rows])
        counted = np.flatnonzero(mass[rows])
        return batch if len(counted) == batch.rows else batch.only(counted)


@with_value_errors
def score(
    predictions: ArrayLike,
    labels: ArrayLike,
    *,
    kind: Kind = "probabilities",
    classes: Sequence[str] | None = None,
    weights: ArrayLike | None = None,
    weights_are: Literal["importance", "frequency"] = "importance",
    clip: float | None = None,
    label_smoothing: float = 0.0,
    class_weights: ArrayLike | None = None,
    top_k: int = 5,
    worst: int = 0,
    sum_tolerance: float = 1e-3,
    normalize: bool = False,
    confidence: float = 0.95,
) -> Score:
    """The score of a table of predictions (n, K): loss with its error and interval, skill, accuracy, calibration, and
    all else that ``cecli score`` reports, as a frozen Score; losses in nats.

    ``labels`` are class numbers from 0 (n,), names of ``classes``, or soft labels (n, K). The other options are those
    of ScoreAccumulator.

    >>> found = score([[0.7, 0.2, 0.1], [0.1, 0.5, 0.4]], [0, 2])
    >>> found.cross_entropy, found.accuracy
    (0.636482837906, 0.5)
    >>> score([2.0, -1.0], [1, 0], kind="logits").cross_entropy
    0.22009484928
    """
    given = labelled("predictions", predictions)
    check_first(np.asarray(given.values), np.asarray(labelled("labels", labels).values))
    _, width = sized(given.values)
    if classes is not None and len(classes) != width:
        raise ValueError(f"classes: {len(classes)} names for {width} classes")
    total = ScoreAccumulator(
        width if classes is None else classes,
        kind=kind,
        weighted=weights is not None,
        weights_are=weights_are,
        clip=clip,
        label_smoothing=label_smoothing,
        class_weights=class_weights,
        top_k=top_k,
        worst=worst,
        sum_tolerance=sum_tolerance,
        normalize=normalize,
    )
    total.update(predictions, labels, weights)
    return total.result(confidence)


@with_value_errors
def losses(
    predictions: ArrayLike,
    labels: ArrayLike,
    *,
    kind: Kind = "probabilities",
    clip: float | None = None,
    label_smoothing: float = 0.0,
    class_weights: ArrayLike | None = None,
    sum_tolerance: float = 1e-3,
    normalize: bool = False,
) -> Floats:
    """-log q of what was observed, row by row, in nats: what ``cecli score --reduction none`` prints.

    >>> losses([[0.5, 0.5], [1.0, 0.0]], [1, 1])
    array([0.69314718,        inf])
    """
    given, its_labels = labelled("predictions", predictions), labelled("labels", labels)
    check_same_rows(given, its_labels)
    table, width = sized(given.values)
    checked = ScoreAccumulator(
        width,
        kind=kind,
        clip=clip,
        label_smoothing=label_smoothing,
        class_weights=class_weights,
        sum_tolerance=sum_tolerance,
        normalize=normalize,
    )
    checked._columns = given.columns
    observed = checked._labels(its_labels, len(table))
    check_order(table, observed, checked.kind, clip is not None)
    batches = (checked._batch(table, observed, None, rows) for rows in slices(len(table), width))
    return np.concatenate([score_rows(batch, checked._rule).loss for batch in batches])


@with_value_errors
def softmax(logits: ArrayLike, *, temperature: float = 1.0, log: bool = False) -> Floats:
    """softmax(z / T) of each row of a table (n, K), to a few ulps for logits of any size; with ``log`` its logarithm.

    >>> softmax([[0.0, 0.0], [1000.0, -1000.0]])
    array([[0.5, 0.5], [1. , 0. ]])
    """
    from cecli.core.calibration.softmax import Scaling, log_probabilities, probabilities

    table = array_of("logits", labelled("logits", logits).values, (2,))
    if not 0 < temperature < np.inf:
        raise ValueError(f"temperature: expected a number > 0, found {temperature!r}")
    result = np.empty(table.shape)
    make = log_probabilities if log else probabilities
    for rows in slices(len(table), table.shape[1]):
        values, axis = shaped(table[rows])
        check_logits(values, axis, rows.start, "logits")
        made = make(values, axis, Scaling(float(temperature)))
        result[rows] = made.T if axis == 0 else made
    return result


def _are_numbers(names: Sequence[Any] | None) -> bool:
    """Whether classes are called by numbers, as ``classes_`` of scikit-learn may be, which labels then are."""
    return names is not None and all(isinstance(name, (int, float, np.number)) for name in names)


def _number_of_classes(classes: int | Sequence[str]) -> int:
    if isinstance(classes, str):
        raise ValueError(f"classes: expected a number or a sequence of names, found {classes!r}")
    if not isinstance(classes, int):
        if len(set(classes)) < len(classes):
            raise ValueError("classes: a name is there twice")
        return _number_of_classes(len(classes))
    if classes < 2:
        raise ValueError(f"classes: expected at least 2, found {classes}; a single column is class 1 of 2")
    return classes


def _kind(kind: str) -> Any:
    return one_of("kind", kind, KINDS)


def _rule(classes: int, clip: float | None, smoothing: float, class_weights: ArrayLike | None) -> LossRule:
    if clip is not None:
        between("clip", clip, 0, 0.5)
    if not 0 <= smoothing <= 1:
        raise ValueError(f"label_smoothing: expected a share from 0 to 1, found {smoothing!r}")
    if class_weights is None:
        return LossRule(clip, float(smoothing))
    weights = array_of("class_weights", class_weights, (1,)).astype(np.float64)
    if len(weights) != classes:
        raise ValueError(f"class_weights: {len(weights)} of them for {classes} classes")
    refuse("class_weights", ~(np.isfinite(weights) & (weights >= 0)), weights, "a weight >= 0")
    return LossRule(clip, float(smoothing), weights)


def _at_least(name: str, value: float, least: float) -> float:
    if not (value >= least and np.isfinite(value)):
        raise ValueError(f"{name}: expected a number >= {least:g}, found {value!r}")
    return value
