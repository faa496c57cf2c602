"""A teacher's predictions and those of its students, opened together: each student's rows beside the teacher's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from cecli.core.fidelity.rows import FidelityBatch
from cecli.core.rows.rows import Batch, LossRule
from cecli.core.sums.layout import shaped
from cecli.errors import InputError, UsageError
from cecli.readers.predictions.candidate import CandidateRun, is_named, own_classes
from cecli.readers.predictions.lockstep import Compared, ComparedOptions, known_rows, spreader
from cecli.readers.predictions.observations import Observed, used_rows
from cecli.readers.predictions.predictions import PredictionOptions
from cecli.readers.predictions.run import Adds, Run
from cecli.readers.tables.table import Block, Cells, Table


class TaughtRun(CandidateRun):
    """A run over a student's rows, each beside the teacher's; batches are FidelityBatch."""

    def _batch(self, block: Block, cells: Cells, observed: Observed) -> tuple[Any, bool, int]:
        """The checked batch, and the teacher's rows of the same numbers."""
        batch, all_pmfs, clipped = Run._batch(self, block, cells, observed)
        if batch is None or observed.table is None or observed.numbers is None:
            return None, all_pmfs, clipped
        table, numbers, keep = observed.table, observed.numbers, used_rows(observed)
        if keep is not None:
            table, numbers = table[keep], numbers[keep]
        teacher = self._candidate.reference
        kind = teacher.options.kind
        if teacher.binary:
            rows = Batch(np.ascontiguousarray(table), 0, batch.labels, kind, binary=True)
        else:
            values, axis = shaped(table, widen=kind != "logits")
            rows = Batch(values, axis, batch.labels, kind)
        return FidelityBatch(rows, batch, numbers, self._candidate.flipped), all_pmfs, clipped


class Taught(Compared):
    """A teacher, its students and LABELS, opened; use it in a ``with`` statement, and ``accumulate`` once.

    The teacher's rows wait for those of the students: where ids are in different orders, all of them.
    """

    run_type: ClassVar[type[CandidateRun]] = TaughtRun

    def reference_figures(self, rule: LossRule) -> tuple[Callable[[], Adds], Callable[..., Observed]]:
        """The rows themselves, and no figures of them."""
        return _Untouched, _part

    def _files(self, options: ComparedOptions) -> tuple[tuple[str, ...], PredictionOptions]:
        """The files and the options, once it is known whether the last file is LABELS; the files are open."""
        label = options.shared.columns.label
        files, shared = super()._files(replace(options, last_may_be_labels=False))
        if not options.last_may_be_labels:
            return files, shared
        reference = self._tables[0]
        if label is not None and label not in reference.columns:
            return files[:-1], replace(shared, labels=files[-1])
        if label is not None:
            return files, shared
        if "-" in files:
            raise UsageError("standard input (-) is read once: say which file is LABELS", "--labels FILE")
        for path in files[len(self._tables) :]:
            self._opened(path, shared)
        if _are_predictions(self._tables[-1], reference, shared):
            return files, shared
        self._tables.pop().close()
        return files[:-1], replace(shared, labels=files[-1])


class _Untouched:
    """An accumulator that adds nothing up."""

    def update(self, batch: Batch) -> None:
        return

    def merge(self, other: object) -> None:
        return


def _part(batch: Batch | None, figures: None, rows: int, first_row: int, ids: Any) -> Observed:
    """All rows of a block as the teacher's file holds them, with what is observed of them."""
    observed = known_rows(batch, rows, first_row, ids)
    if batch is None:
        return observed
    table = batch.values.T if batch.axis == 0 and not batch.binary else batch.values
    return replace(observed, table=spreader(batch, rows, first_row)(table))


def _are_predictions(table: Table, teacher: Table, options: PredictionOptions) -> bool:
    """Whether the last of several files holds the classes of the teacher's, and is no LABELS. Raises UsageError where
    either may be."""
    ours = own_classes(teacher, options)
    try:
        theirs = own_classes(table, options)
    except InputError:
        return False  # no class column is left; what else may be wrong with labels is said when they are opened
    if is_named(teacher) and is_named(table):
        return {teacher.columns[k] for k in ours} <= {table.columns[k] for k in theirs}
    if len(ours) == len(theirs) == 1:
        raise UsageError(
            f"{table.name} may be LABELS or another student: it has one column, as {teacher.name}", "--labels FILE"
        )
    return len(ours) == len(theirs)
