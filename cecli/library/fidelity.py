"""How far one model's predictions are from another's, where both are arrays: at once, or batch by batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cecli.core.fidelity.fidelity import Fidelity
from cecli.core.fidelity.rows import FidelityBatch
from cecli.core.fidelity.spec import FidelitySpec
from cecli.core.rows.rows import Kind
from cecli.core.sums.layout import Floats
from cecli.library.batches import batch_of, sized, slices, table_of
from cecli.library.door import between, with_value_errors
from cecli.library.fidelity_figures import FidelityFigures, figures_of
from cecli.library.labelled import check_same_rows, labelled
from cecli.library.scores import ScoreAccumulator


class FidelityAccumulator:
    """How far a student's predictions are from its teacher's, where both come batch by batch.

    ``classes`` are how many there are, or their names; ``kind`` what the teacher's figures are, ``student_kind`` what
    the student's are where that differs. ``exact_quantiles`` holds 8 bytes a row; else memory does not grow with the
    rows. The other options are those of ScoreAccumulator. Sums are exact: the result is the same to the last bit for
    any split into batches, in any order, over any number of accumulators that are merged.

    >>> total = FidelityAccumulator(classes=2)
    >>> total.update([[0.5, 0.5]], [[0.25, 0.75]])
    >>> total.update([[0.2, 0.8]], [[0.2, 0.8]])
    >>> total.result().kl_mean
    0.0719205181129
    """

    def __init__(
        self,
        classes: int | Sequence[str],
        *,
        kind: Kind = "probabilities",
        student_kind: Kind | None = None,
        weighted: bool = False,
        weights_are: Literal["importance", "frequency"] = "importance",
        top_k: int = 5,
        worst: int = 0,
        exact_quantiles: bool = False,
        sum_tolerance: float = 1e-3,
        normalize: bool = False,
        first_row: int = 0,
    ) -> None:
        shared: dict[str, Any] = {"sum_tolerance": sum_tolerance, "normalize": normalize}
        self._teacher = ScoreAccumulator(
            classes, kind=kind, weighted=weighted, weights_are=weights_are, top_k=top_k, worst=worst,
            first_row=first_row, **shared,
        )  # fmt: skip
        self._student = ScoreAccumulator(classes, kind=student_kind or kind, **shared)
        self._spec = FidelitySpec(
            classes=self._teacher.classes,
            top_k=top_k,
            weights=weights_are if weighted else None,
            worst=worst,
            exact=exact_quantiles,
        )
        self._first_row = first_row
        self._total: Fidelity | None = None
        self._clusters: dict[Any, int] = {}
        self.rows = 0

    @with_value_errors
    def update(
        self,
        teacher: ArrayLike,
        student: ArrayLike,
        labels: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        clusters: Sequence[Any] | None = None,
    ) -> None:
        """Add rows: two tables (n, K), labels (n,) or soft labels (n, K), weights (n,), and what tells which rows
        belong together. All rows are checked before the first is added."""
        given = [labelled("teacher", teacher), labelled("student", student)]
        others = [
            None if some is None else labelled(name, some) for name, some in (("labels", labels), ("weights", weights))
        ]
        check_same_rows(given[0], given[1], *others)
        own = self._teacher
        own._columns = own.names or own._columns or given[0].columns
        tables = [table_of(each.ordered(own._columns), self._spec.classes, each.name) for each in given]
        rows = len(tables[0])
        if len(tables[1]) != rows:
            raise ValueError(f"student: {len(tables[1]):,} rows, and the teacher has {rows:,}")
        its_labels, masses = others
        observed = None if its_labels is None else own._labels(its_labels, rows)
        mass = own._weights(None if masses is None else masses.values, rows)
        codes = None if clusters is None else self._codes(clusters, rows)
        total = self._summed(observed)
        parts = slices(rows, self._spec.classes)
        for part in parts if len(parts) > 1 else ():  # one slice is checked before it is added anyway
            self._batch(tables, observed, mass, codes, part)
        for part in parts:
            batch = self._batch(tables, observed, mass, codes, part)
            if batch.rows:
                total.update(batch)
        self.rows += rows

    def merge(self, other: FidelityAccumulator) -> None:
        """Add the rows of another accumulator with the same options; it stays as it is. Its rows keep their numbers."""
        if self._options() != other._options():
            raise ValueError("accumulators with different options cannot be merged")
        if self._clusters or other._clusters:
            raise ValueError("accumulators of clusters cannot be merged: a cluster may have rows in both")
        if other._total is not None:
            if self._total is None:
                self._total = Fidelity(other._total.spec)
            if self._total.spec != other._total.spec:
                raise ValueError("labels: class numbers, PMFs or none in one accumulator, and others in the other")
            self._total.merge(other._total)
            self.rows += other.rows

    def result(self, confidence: float = 0.95) -> FidelityFigures:
        """The figures of all rows so far; intervals at this confidence. Changes nothing."""
        between("confidence", confidence, 0, 1)
        found = None if self._total is None else self._total.result(confidence)
        if self._total is None or found is None or not found.rows:
            raise ValueError("no rows to compare: none were added" + (" with a weight above 0" if self.rows else ""))
        return figures_of(self._total, found)

    def _options(self) -> tuple[Any, ...]:
        return self._teacher._options(), self._student.kind, self._spec

    def _summed(self, observed: NDArray[Any] | None) -> Fidelity:
        kind: Any = None if observed is None else "hard" if observed.ndim == 1 else "soft"
        if self._total is None:
            self._total = Fidelity(replace(self._spec, observed=kind))
        if self._total.spec.observed != kind:
            raise ValueError("labels: class numbers, PMFs or none in one batch, and others in another")
        return self._total

    def _codes(self, clusters: Sequence[Any], rows: int) -> NDArray[np.intp]:
        if len(clusters) != rows:
            raise ValueError(f"clusters: {len(clusters):,} of them for {rows:,} rows of predictions")
        if self.rows and not self._clusters:
            raise ValueError("clusters: given for some rows and not for all")
        each = clusters.tolist() if isinstance(clusters, np.ndarray) else clusters
        return np.array([self._clusters.setdefault(one, len(self._clusters)) for one in each], dtype=np.intp)

    def _batch(
        self,
        tables: Sequence[NDArray[Any]],
        observed: NDArray[Any] | None,
        mass: Floats | None,
        clusters: NDArray[np.intp] | None,
        part: slice,
    ) -> FidelityBatch:
        """The checked batch of some rows, without those of weight 0."""
        if clusters is None and self._clusters:
            raise ValueError("clusters: given for some rows and not for all")
        own = None if observed is None else observed[part]
        teacher, student = (
            batch_of(table[part], own, of.kind, part.start, of._tolerance, of._normalize, name)
            for table, of, name in zip(tables, (self._teacher, self._student), ("teacher", "student"), strict=True)
        )
        numbers = np.arange(part.start, part.stop) + self._first_row + self.rows
        weights = None if mass is None else mass[part]
        student = replace(student, weights=weights, cluster=None if clusters is None else clusters[part])
        if weights is not None and not weights.all():
            kept = np.flatnonzero(weights)
            teacher, student, numbers = teacher.only(kept), student.only(kept), numbers[kept]
        return FidelityBatch(teacher, student, numbers)


@with_value_errors
def fidelity(
    teacher: ArrayLike,
    student: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    kind: Kind = "probabilities",
    student_kind: Kind | None = None,
    classes: Sequence[str] | None = None,
    weights: ArrayLike | None = None,
    weights_are: Literal["importance", "frequency"] = "importance",
    clusters: Sequence[Any] | None = None,
    top_k: int = 5,
    worst: int = 0,
    exact_quantiles: bool = False,
    sum_tolerance: float = 1e-3,
    normalize: bool = False,
    confidence: float = 0.95,
) -> FidelityFigures:
    """How far the rows of a student's predictions (n, K) are from its teacher's: all that ``cecli fidelity`` reports,
    by the same names; divergences in nats. The options are those of FidelityAccumulator.

    >>> found = fidelity([[0.5, 0.5], [0.2, 0.8]], [[0.25, 0.75], [0.2, 0.8]], labels=[0, 1])
    >>> found.kl_mean, found.same_top, found.log_perplexity_ratio
    (0.0719205181129, 0.5, 0.34657359028)
    """
    _, width = sized(labelled("teacher", teacher).values, "teacher")
    if classes is not None and len(classes) != width:
        raise ValueError(f"classes: {len(classes)} names for {width} classes")
    total = FidelityAccumulator(
        width if classes is None else classes,
        kind=kind,
        student_kind=student_kind,
        weighted=weights is not None,
        weights_are=weights_are,
        top_k=top_k,
        worst=worst,
        exact_quantiles=exact_quantiles,
        sum_tolerance=sum_tolerance,
        normalize=normalize,
    )
    total.update(teacher, student, labels, weights, clusters)
    return total.result(confidence)
