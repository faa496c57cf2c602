"""Several files of predictions of the same rows, opened together and read in lock-step."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import tee
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from cecli.core.paired.rows import Figures, figures_of
from cecli.core.rows.kinds import KINDS
from cecli.core.rows.rows import Batch, Kind, LossRule
from cecli.errors import InputError, UsageError, quoted
from cecli.readers.predictions.candidate import Candidate, CandidateRun, is_named, own_classes
from cecli.readers.predictions.labels import IGNORED
from cecli.readers.predictions.observations import Observed
from cecli.readers.predictions.opening import as_stored, check_same_shape, check_same_tokens, kind_of, open_preds
from cecli.readers.predictions.predictions import PredictionOptions, Predictions
from cecli.readers.predictions.roles.find import shared_key
from cecli.readers.predictions.row_stream import RowStream
from cecli.readers.predictions.run import Adds, Pool, Run, Sink
from cecli.readers.predictions.token_roles import check_compared
from cecli.readers.tables.table import Table
from cecli.readers.tables.tables import vector_columns

Accumulator = TypeVar("Accumulator", bound=Adds)

_CALLED = {kind: name for name, kind in KINDS.items()}
"""Kind -> what ``--kinds`` calls it."""

_SHARE = 2
"""How many times smaller than usual blocks are: those of two files are in memory at once."""


@dataclass(frozen=True)
class ComparedOptions:
    """The files of predictions, the first of them A, and what each holds; the rest is in ``shared``, whose PREDS is A.

    With ``last_may_be_labels`` the last file is LABELS unless A has the label column itself.
    """

    files: tuple[str, ...]
    kinds: tuple[Kind, ...]
    shared: PredictionOptions
    last_may_be_labels: bool = False


class Compared:
    """Files of predictions, opened; use it in a ``with`` statement, and ``accumulate`` once."""

    run_type: ClassVar[type[CandidateRun]] = CandidateRun
    """What puts the rows of a candidate beside the reference's."""

    def __init__(self, options: ComparedOptions, tables: Sequence[Table] = (), in_parts: bool = False) -> None:
        """``tables`` are the files of predictions where they are open already, which they are no more in the end;
        ``in_parts``: they are parts of files, and NotInParts is raised where ids are in different orders."""
        self._in_parts = in_parts
        self._tables = list(tables)
        self._reference: list[Predictions] = []
        try:
            files, shared = self._files(options)
            tables = [*self._tables, *(self._opened(path, shared) for path in files[len(self._tables) :])]
            _check_dropped(tables, shared.columns.drop)
            check_compared(shared, tables)
            for table in tables[1:]:
                check_same_shape(table, tables[0])
                check_same_tokens(table, tables[0])
            if len(tables) > 1 and shared.columns.key is None:
                shared = replace(shared, columns=replace(shared.columns, key=shared_key(tables, shared.columns)))
            of_candidates = as_stored(shared, tables[0])
            kinds = tuple(kind_of(table, kind) for table, kind in zip(tables, options.kinds, strict=False))
            names, notes = _names(tables, shared)
            self.options = replace(
                options, files=files, shared=replace(options.shared, labels=shared.labels), last_may_be_labels=False
            )
            self._reference.append(Predictions(_of_reference(shared, files, kinds, tables[0]), tables[0], names))
            self.candidates = [
                self._candidate(options, _with_kinds(of_candidates, kinds, k, len(files)), path, tables[k])
                for k, path in enumerate(files)
                if k
            ]
        except BaseException:
            self.close()
            raise
        self.notes = [*self.reference.notes, *notes, *(note for each in self.candidates for note in each.notes)]
        self.all_pmfs = [False] * (1 + len(self.candidates))
        """Of which files all rows of logits are PMFs; complete once they have been read."""

    @property
    def reference(self) -> Predictions:
        """A."""
        return self._reference[0]

    @property
    def size(self) -> int | None:
        """Bytes of all files of predictions on disk, where that is known."""
        sizes = [table.size for table in self._tables]
        return None if any(size is None for size in sizes) else sum(size or 0 for size in sizes)

    def close(self) -> None:
        """Close the files."""
        for table in self._tables:
            table.close()
        for reference in self._reference:
            reference.close()

    def __enter__(self) -> Compared:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def accumulate(
        self,
        new: Callable[[], Accumulator],
        rule: LossRule,
        threads: int = 1,
        progress: Callable[[int, int], None] = lambda rows, size: None,
    ) -> list[Accumulator]:
        """For every candidate all rows, beside the reference's, added to accumulators that ``new`` makes, one a thread,
        merged into one. Raises as ``Predictions.accumulate`` does."""
        rows = self._reference_rows(rule, threads, progress)
        sides = tee(rows, len(self.candidates)) if len(self.candidates) > 1 else (rows,)
        pools: list[Pool[Accumulator]] = [Pool(new) for _ in self.candidates]
        runs = []
        for candidate, side, pool in zip(self.candidates, sides, pools, strict=True):
            candidate.labels = RowStream(self.reference.preds.name, "row", side)
            runs.append(self.run_type(candidate, pool, threads, lambda _, size: progress(0, size)))
        try:
            _in_turns([run.steps() for run in runs])
            for k, run in enumerate(runs, start=1):
                run.finish()
                self.all_pmfs[k] = bool(run.notes())
        finally:
            rows.close()
        return [pool.merged() for pool in pools]

    def reference_figures(self, rule: LossRule) -> tuple[Callable[[], Adds], Callable[..., Observed]]:
        """What makes the figures of A's rows, a batch at a time, and what puts those of a block beside its labels."""
        return lambda: _Figures(rule), _reference_part

    def _reference_rows(
        self, rule: LossRule, threads: int, progress: Callable[[int, int], None]
    ) -> Generator[Observed, None, None]:
        """What is observed of A's rows, and what A made of them, in the order of its file."""
        ready: deque[Observed] = deque()

        def add(made: Observed | bytes) -> None:
            if not isinstance(made, bytes):  # of a block whose labels are missing nothing is made
                ready.append(made)

        new, part = self.reference_figures(rule)
        run = Run(self.reference, Pool(new), threads, progress, Sink(part, add))
        for _ in run.steps():
            while ready:
                yield ready.popleft()
        run.finish()
        self.reference.used_labels = run.used_labels()
        self.all_pmfs[0] = bool(run.notes())
        yield from ready

    def _files(self, options: ComparedOptions) -> tuple[tuple[str, ...], PredictionOptions]:
        """The files of predictions and the options, once it is known whether the last file is LABELS; A is open."""
        files, shared = options.files, options.shared
        shared = replace(shared, block_bytes=shared.block_bytes // _SHARE, totals=shared.per is not None)
        inputs = [*files, *([shared.labels] if shared.labels is not None else [])]
        if inputs.count("-") > 1:
            raise UsageError("standard input (-) can be read only once", "write one of the two to a file first")
        if shared.rest == "drop":
            raise UsageError("--rest drop leaves rows out of one file that the others have: zero or uniform")
        reference = self._tables[0] if self._tables else self._opened(files[0], shared)
        if options.last_may_be_labels and shared.columns.label not in reference.columns:
            return files[:-1], replace(shared, labels=files[-1])
        return files, shared

    def _candidate(self, options: ComparedOptions, own: PredictionOptions, path: str, table: Table) -> Candidate:
        try:
            own = replace(own, preds=path, shared_labels=False)
            return Candidate(table, own, self.reference, self._in_parts)
        except InputError as error:
            if options.last_may_be_labels and path == options.files[-1]:  # A has the label column
                raise InputError(error.message, f"--labels {path} if that file holds the labels") from None
            raise

    def _opened(self, path: str, options: PredictionOptions) -> Table:
        table = open_preds(path, options)
        self._tables.append(table)
        return table


class _Figures:
    """An accumulator that adds nothing up: it only makes the figures."""

    def __init__(self, rule: LossRule) -> None:
        self._rule = rule

    def update(self, batch: Batch) -> Figures:
        return figures_of(batch, self._rule)

    def merge(self, other: object) -> None:
        return


def _in_turns(steps: list[Iterator[None]]) -> None:
    """Each a step at a time, until all are done."""
    while steps:
        steps = [each for each in steps if next(each, _DONE) is not _DONE]


_DONE = object()


def _reference_part(batch: Batch | None, figures: Figures | None, rows: int, first_row: int, ids: Any) -> Observed:
    """All rows of a block, with what A made of them."""
    observed = known_rows(batch, rows, first_row, ids)
    if batch is None:
        return observed
    nothing = figures or Figures(np.zeros(0), np.zeros(0, dtype=np.intp), np.zeros(0))
    spread = spreader(batch, rows, first_row)
    return replace(
        observed,
        loss=spread(nothing.loss),
        predicted=spread(nothing.predicted),
        right=spread(nothing.right) if batch.labels is None else None,
    )


def known_rows(batch: Batch | None, rows: int, first_row: int, ids: Any) -> Observed:
    """What is observed of all rows of a block; those that do not count have an ignored label, or none and a weight
    of 0."""
    numbers = np.arange(first_row, first_row + rows)
    if batch is None:
        return Observed(rows, ids=ids, numbers=numbers)
    spread = spreader(batch, rows, first_row)
    soft = batch.soft.T if batch.soft is not None and batch.axis == 0 else batch.soft
    return Observed(
        rows,
        labels=spread(batch.labels, IGNORED),
        soft=spread(soft),
        weights=spread(batch.weights),
        group=spread(batch.group),
        cluster=spread(batch.cluster),
        ids=ids,
        numbers=numbers,
        units=spread(batch.units),
    )


def spreader(batch: Batch, rows: int, first_row: int) -> Callable[..., Any]:
    """What gives columns of a batch a place for the rows that were left out, filled with ``rest``."""
    places = None if batch.numbers is None else batch.numbers - first_row

    def spread(column: NDArray[Any] | None, rest: int = 0) -> Any:
        if column is None or places is None:
            return column
        full = np.full((rows, *column.shape[1:]), rest, dtype=column.dtype)
        full[places] = column
        return full

    return spread


def _with_kinds(shared: PredictionOptions, kinds: Sequence[Kind], number: int, count: int) -> PredictionOptions:
    """The options for one of the files: its kind, and how hints say that it holds another, and the others what they
    do."""
    kinds = kinds[:count]
    if shared.columns.observed is not None:
        return replace(shared, kind=kinds[number])

    def other(kind: Kind) -> str:
        return f"--kinds {','.join(_CALLED[kind if k == number else one] for k, one in enumerate(kinds))}"

    checks = replace(
        shared.checks,
        as_probabilities=other("probabilities"),
        as_logits=other("logits"),
        as_log_probabilities=other("log-probabilities"),
    )
    return replace(shared, kind=kinds[number], checks=checks)


def _of_reference(
    shared: PredictionOptions, files: Sequence[str], kinds: Sequence[Kind], table: Table
) -> PredictionOptions:
    """The options for A: it needs no column of ``--drop`` and no tolerance that another file has use for, and ids name
    rows."""
    columns = shared.columns
    drop = tuple(name for name in columns.drop if name in table.columns)
    given = shared.checks.tolerance_given and len({*kinds}) == 1
    shared = _with_kinds(shared, kinds, 0, len(files))
    return replace(
        shared,
        preds=files[0],
        columns=replace(columns, drop=drop, keep_ids=True, label_ids=True),
        checks=replace(shared.checks, tolerance_given=given),
    )


def _names(tables: Sequence[Table], options: PredictionOptions) -> tuple[tuple[str, ...], list[str]]:
    """What A's classes are called, where its file does not say and another does; and a note of it."""
    reference = tables[0]
    if is_named(reference) or options.columns.observed is not None or options.columns.classes is not None:
        return (), []
    classes = len(vector_columns(reference)) or len(reference.columns)
    for table in tables[1:]:
        names = tuple(table.columns[k] for k in own_classes(table, options)) if is_named(table) else ()
        if len(names) == classes and set(names) != {str(k) for k in range(classes)}:
            note = f"{reference.name} has no names of classes: its columns are taken in the order of {table.name}"
            return names, [note]
    return (), []


def _check_dropped(tables: Sequence[Table], drop: Sequence[str]) -> None:
    for name in drop:
        if not any(name in table.columns for table in tables):
            names = " and ".join(table.name for table in tables)
            raise InputError(f"{names}: no column {quoted(name)} to drop")
