"""The same rows as a teacher and a student see them, and the figures of each that are added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.core.fidelity.divergences import Divergences, divergences
from cecli.core.fidelity.model import Model, model_of
from cecli.core.rows.rows import Batch
from cecli.core.sums.layout import Floats, Integers, pick, rank, row_sum


@dataclass(frozen=True, eq=False, repr=False)
class FidelityBatch:
    """Checked rows of a student and the same rows of its teacher. What was observed of them, their weights, groups and
    clusters are those of the student's batch; ``numbers`` count them in the teacher's file. ``flipped``: of two classes
    the student's first is the teacher's second."""

    teacher: Batch
    student: Batch
    numbers: Integers
    flipped: bool = False

    @property
    def rows(self) -> int:
        """n."""
        return self.student.rows

    weightless = 0
    left_out = None
    """Rows that are left out leave no trace here."""


@dataclass(frozen=True, eq=False, repr=False)
class Observation:
    """Of n rows with labels: the losses of teacher and student in nats, and, with one observed class a row, what the
    student gives it beyond what the teacher does, and the class."""

    teacher: Floats
    student: Floats
    change: Floats | None
    labels: Integers | None


@dataclass(frozen=True, eq=False, repr=False)
class FidelityRows:
    """The figures of n rows, arrays of shape (n,): the divergences, the classes that come first in teacher and student,
    whether the teacher's is among the student's k first, and what the student gives it beyond what the teacher does."""

    divergences: Divergences
    top: Integers
    student_top: Integers
    among: NDArray[np.bool_]
    top_change: Floats
    numbers: Integers
    observed: Observation | None = None
    weights: Floats | None = None
    group: Integers | None = None
    cluster: Integers | None = None
    ids: Any = None

    @property
    def rows(self) -> int:
        """n."""
        return len(self.top)

    @property
    def same(self) -> NDArray[np.bool_]:
        """Whether the same class comes first."""
        return np.asarray(self.top == self.student_top)

    def without_groups(self) -> FidelityRows:
        """The same rows as one group."""
        return replace(self, group=None)


_CHUNK_CELLS = 1 << 14
"""Cells of wide rows that are taken at once: the passes over them then stay in the cache of a core."""


def fidelity_rows(batch: FidelityBatch, top_k: int = 5) -> FidelityRows:
    """The figures of all rows of a batch.

    >>> p, q = (Batch.of(np.array([row]), np.array([0])) for row in ([0.5, 0.5], [0.25, 0.75]))
    >>> rows = fidelity_rows(FidelityBatch(p, q, np.array([0])))
    >>> rows.same.tolist(), rows.observed.teacher.round(6).tolist(), rows.observed.change.tolist()
    ([False], [0.693147], [-0.25])
    """
    student = batch.student
    step = batch.rows
    if batch.teacher.axis == 1 and not batch.teacher.binary:
        step = max(2, _CHUNK_CELLS // batch.teacher.values.shape[1])
    parts = [_some(batch, start, start + step, top_k) for start in range(0, max(batch.rows, 1), max(step, 1))]
    found = parts[0] if len(parts) == 1 else _joined(parts)
    return replace(
        found,
        numbers=batch.numbers,
        weights=student.weights,
        group=student.group,
        cluster=student.cluster,
        ids=student.ids,
    )


def _some(batch: FidelityBatch, start: int, stop: int, top_k: int) -> FidelityRows:
    """The figures of some consecutive rows."""
    teacher, student, soft = batch.teacher, batch.student, batch.student.soft
    labels = student.labels
    if start or stop < batch.rows:
        teacher, student = teacher.cut(start, stop), student.cut(start, stop)
        soft = None if soft is None else soft[start:stop]
        labels = None if labels is None else labels[start:stop]
    p, q = model_of(teacher), model_of(student, batch.flipped)
    return FidelityRows(
        divergences=divergences(p, q),
        top=p.top,
        student_top=q.top,
        among=rank(q.order, p.top, q.axis) < top_k,
        top_change=pick(q.pmf, p.top, q.axis) - pick(p.pmf, p.top, p.axis),
        numbers=batch.numbers[start:stop],
        observed=_observed(p, q, labels, soft),
    )


def _observed(p: Model, q: Model, labels: Integers | None, soft: Floats | None) -> Observation | None:
    if labels is not None:
        change = pick(q.pmf, labels, q.axis) - pick(p.pmf, labels, p.axis)
        return Observation(p.losses(labels), q.losses(labels), change, labels)
    if soft is None:
        return None
    with np.errstate(invalid="ignore"):
        losses = [row_sum(np.where(soft == 0, 0.0, soft * model.losses()), model.axis) for model in (p, q)]
    return Observation(losses[0], losses[1], None, None)


def _joined(parts: list[FidelityRows]) -> FidelityRows:
    """The figures of consecutive rows."""
    apart = [part.divergences for part in parts]
    observed = [part.observed for part in parts if part.observed is not None]
    return FidelityRows(
        divergences=Divergences(*(_column(one.name, apart) for one in fields(Divergences))),
        top=_column("top", parts),
        student_top=_column("student_top", parts),
        among=_column("among", parts),
        top_change=_column("top_change", parts),
        numbers=_column("numbers", parts),
        observed=Observation(*(_column(one.name, observed) for one in fields(Observation))) if observed else None,
    )


def _column(name: str, parts: Sequence[Any]) -> Any:
    """A column of consecutive parts as one; None where they have none."""
    columns = [getattr(part, name) for part in parts]
    return None if columns[0] is None else np.concatenate(columns)
