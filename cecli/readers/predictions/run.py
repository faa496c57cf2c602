"""One pass over predictions: blocks parsed, matched, checked and added up in threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from cecli.core.functions.elementary_scalars import log_of
from cecli.core.rows.facts import ALL_PMFS
from cecli.core.rows.rows import Batch
from cecli.core.sums.layout import Integers
from cecli.errors import CellErrors, InputError, quoted
from cecli.readers.predictions.flat_tokens import FlatTokens
from cecli.readers.predictions.label_table import Gathered
from cecli.readers.predictions.observations import Observed, used_rows, weightless
from cecli.readers.predictions.roles import refusals
from cecli.readers.predictions.roles.proof import check_evidence
from cecli.readers.predictions.row_checks import check_column, check_rows
from cecli.readers.sources.parallel import ordered
from cecli.readers.tables.table import Block, Cells, Problems

if TYPE_CHECKING:
    from cecli.core.rows.evidence import Evidence
    from cecli.readers.predictions.id_index import IdIndex
    from cecli.readers.predictions.observations import Decoder
    from cecli.readers.predictions.predictions import PredictionOptions
    from cecli.readers.predictions.roles.options import Roles
    from cecli.readers.predictions.roles.proof import Proof
    from cecli.readers.predictions.row_stream import RowStream
    from cecli.readers.tables.table import Table

HELD_IDS = 16 << 20
"""Bytes of ids that are kept to find repeated ones when both files have the same order."""


class Adds(Protocol):
    """What batches are added to: an accumulator."""

    def update(self, batch: Any) -> Any:
        """Add a batch, or what a run makes of it."""

    def merge(self, other: Any) -> None:
        """Add what another one has seen."""


Accumulator = TypeVar("Accumulator", bound=Adds)


class Opened(Protocol):
    """Opened predictions: what a run needs to know of them."""

    options: PredictionOptions
    preds: Table
    roles: Roles
    decoder: Decoder
    proof: Proof
    binary: bool
    observed_only: bool
    unlabelled: bool
    rows_read: int
    clipped: int
    evidence: Evidence

    @property
    def classes(self) -> Sequence[str]:
        """What its class columns are called."""

    @property
    def labels(self) -> RowStream | None:
        """The rows that those of PREDS are matched with."""

    def blocks(self) -> Iterator[Block]:
        """The blocks that have not been taken."""

    def check_shards(self) -> None:
        """Raise InputError where shards do not pair."""


@dataclass(frozen=True, eq=False, repr=False)
class Sink:
    """Something made of every block, in a thread, and written in the order of the file.

    ``make`` gets the batch (None where no row of the block counts), what ``update`` returned for it, and the number of
    rows, the first row and the ids of the block.
    """

    make: Callable[[Batch | None, Any, int, int, Any], Any]
    write: Callable[[Any], None]


@dataclass(frozen=True, eq=False, repr=False)
class _Task:
    block: Block
    observed: Observed | None


@dataclass(frozen=True, eq=False, repr=False)
class _Outcome:
    """What became of a block: scored, put off until ids can be looked up, or wrong."""

    task: _Task
    postponed: bool = False
    problems: CellErrors | None = None
    used: Integers | None = None
    all_pmfs: bool = False
    clipped: int = 0
    made: Any = None


class Pool(Generic[Accumulator]):
    """As many accumulators as threads work at once."""

    def __init__(self, new: Callable[[], Accumulator]) -> None:
        self._new = new
        self._idle: list[Accumulator] = []
        self._lock = Lock()

    def add(self, batch: Batch) -> Any:
        """Add a batch to one that no other thread is using; what its ``update`` returns."""
        with self._lock:
            accumulator = self._idle.pop() if self._idle else self._new()
        result = accumulator.update(batch)
        with self._lock:
            self._idle.append(accumulator)
        return result

    def merged(self) -> Accumulator:
        """All of them as one."""
        total = self._new()
        for accumulator in self._idle:
            total.merge(accumulator)
        return total


class Run:
    """In step first, and by id for what was out of step."""

    def __init__(
        self,
        of: Opened,
        pool: Pool[Any],
        threads: int,
        progress: Callable[[int, int], None],
        sink: Sink | None = None,
    ) -> None:
        self._of = of
        self._pool = pool
        self._threads = threads
        self._progress = progress
        self._sink = sink
        self._problems = Problems()
        self._label_problems = of.labels.problems if of.labels else Problems()
        self._held: list[Any] = []
        self._held_bytes = 0
        self._seen_bytes = 0
        self._short = 0
        self._all_pmfs = of.options.kind == "logits" and not of.binary
        self._index: IdIndex | None = None
        self._indexed = Gathered()
        self._late: dict[int, Any] = {}
        self.postponed: list[_Task] = []
        self.flat = FlatTokens(of.options, of.roles, of.decoder, getattr(of.preds, "cluster", None) is not None)

    def steps(self) -> Iterator[None]:
        """All blocks, one at a time: with the labels that stand at the same rows, then by id where those differ."""
        for outcome in ordered(self._tasks(), self._score, self._threads):
            self._collect(outcome)
            yield
        if self.postponed:
            yield from self._by_id()

    def _by_id(self) -> Iterator[None]:
        """What was put off, and all that follows, with labels looked up by id."""
        stream = self._of.labels
        if stream is None or self._label_problems.total:
            return
        from cecli.readers.predictions.id_index import IdIndex

        index = IdIndex(stream.name)
        waiting = (task.observed for task in self.postponed if task.observed is not None)
        for part in chain(waiting, stream.rest()):
            if part.ids is not None:  # rows without ids could not be read, and have been noted as problems
                index.add(part.ids)
                self._indexed.add(part)
        if self._label_problems.total:
            return
        index.finish()
        self._indexed.finish()
        for ids in self._held:
            again = np.flatnonzero(index.find(ids) >= 0)
            if len(again):
                raise InputError(f"{stream.name}: the id {quoted(ids[int(again[0])].as_py())} stands more than once")
        self._index = index
        tasks = [_Task(task.block, None) for task in self.postponed]
        later = (_Task(block, None) for block in self._of.blocks())
        for outcome in ordered(chain(tasks, self._counted(later)), self._score, self._threads):
            self._collect(outcome)
            yield
        self._write_late(None)

    def finish(self) -> None:
        """Raise what was found wrong, and what can only be known at the end."""
        of = self._of
        stream = of.labels
        shared = of.options.shared_labels
        left = sum(part.rows for part in stream.rest()) if stream and self._index is None and not shared else 0
        self._problems.add(self._label_problems.messages, self._label_problems.total, self._label_problems.hint)
        self._problems.raise_any()
        of.check_shards()
        if stream is not None and (left or self._short):
            raise self._unequal()
        if self._index is not None and not shared:
            count, names = self._index.unused()
            if count:
                some = ", ".join(quoted(name) for name in names)
                raise InputError(f"{of.preds.name}: no row for {count:,} of the ids in {self._index.name}: {some}")
        self._check_repeated()
        self.flat.check_end(of.preds.name)
        if not of.rows_read and not of.options.may_be_empty:
            raise InputError(f"{of.preds.name}: no rows")
        self._of.clipped += self._of.decoder.clipped if self._of.roles.labels.soft else 0
        self._verdict()

    def _verdict(self) -> None:
        """Raise InputError where all rows together speak against how they were read; of some of the rows, what they
        leave in doubt is a fact that the others may settle."""
        of, reading = self._of, self._of.decoder.reading
        named = reading is not None and reading.calls_names and not of.binary
        soft = frozenset(range(len(of.roles.classes))) if of.roles.labels.soft else frozenset[int]()
        counted = reading is not None and not named
        evidence = of.proof.evidence(reading.observed if named and reading is not None else soft, counted)
        if reading is not None:
            name = of.preds.name if of.labels is None else of.labels.name
            evidence = replace(evidence, doubts=(*evidence.doubts, *reading.doubts(name)))
        of.evidence = evidence
        if not of.options.in_parts:
            check_evidence(evidence, of.preds.name, of.classes, of.rows_read, self._all_pmfs)

    def used_labels(self) -> NDArray[np.bool_] | None:
        """Which rows of LABELS were used, where those are looked up by id; None where they are not."""
        return None if self._index is None else self._index.used

    def notes(self) -> list[str]:
        """What a person should know of the rows."""
        return [ALL_PMFS] if self._all_pmfs else []

    def _unequal(self) -> InputError:
        of = self._of
        preds, labels = of.rows_read, 0 if of.labels is None else of.labels.rows
        name = "" if of.labels is None else of.labels.name
        hint = None
        if preds - labels == 1 and of.options.header in ("both", "labels"):
            hint = "if LABELS has no header line: --header preds"
        elif labels - preds == 1 and of.options.header in ("both", "preds"):
            hint = "if PREDS has no header line: --header labels"
        return InputError(f"{of.preds.name} has {preds:,} rows and {name} has {labels:,}", hint)

    def _check_repeated(self) -> None:
        if not self._held:
            return
        from cecli.readers.predictions.id_index import first_repeated

        again = first_repeated(self._held)
        if again is not None:
            raise InputError(f"{self._of.preds.name}: the id {quoted(again)} stands more than once")

    def _tasks(self) -> Iterator[_Task]:
        for task in self._counted(_Task(block, None) for block in self._of.blocks()):
            stream = self._of.labels
            if stream is None or self._of.options.shared_labels:  # those of other parts stand between
                yield task
            else:
                yield _Task(task.block, stream.take(task.block.rows))
            if self.postponed:
                return

    def _counted(self, tasks: Iterator[_Task]) -> Iterator[_Task]:
        for task in tasks:
            self._of.rows_read += task.block.rows
            yield _Task(self.flat.marked(task.block), task.observed) if self.flat.drops else task

    def _score(self, task: _Task) -> _Outcome:
        """Parse, match, check and add one block; runs in any thread."""
        of, block = self._of, task.block
        try:
            cells = block.parse()
            matched = self._match(task, cells)
            if matched is None:
                return _Outcome(task, postponed=True)
            observed, used = matched
            problems = Problems()
            own = of.decoder.observed(of.roles.preds, cells, block, problems, of.roles.figures)
            known = self._known(own, observed, block, problems)
            batch, all_pmfs, clipped = self._batch(block, cells, known)
            problems.raise_any()
            self._prove(block, cells, known)
            made: Any = None
            if batch is not None and not self._label_problems.total:
                counts = batch.rows or batch.weightless or batch.left_out is not None
                result = self._pool.add(batch) if counts else None
                if self._sink is not None:
                    made = self._sink.make(
                        batch, result if batch.rows else None, block.rows, block.first_row, known.ids
                    )
        except CellErrors as error:
            return _Outcome(task, problems=error.with_traceback(None))  # its frames would hold the block for long
        return _Outcome(task, used=used, all_pmfs=all_pmfs, clipped=clipped, made=made)

    def _prove(self, block: Block, cells: Cells, known: Observed) -> None:
        """Hold what was decided by the first rows against those of a block."""
        of = self._of
        proof, side = of.proof, of.roles.preds
        count = len(of.roles.classes)
        if not proof.idle:
            texts = cells.coded[len(side.coded) :]
            beside = cells.numbers[:, count : of.roles.figures]
            proof.look(block, cells.numbers[:, :count], beside, texts, known.labels)
        if side.also_label and known.labels is not None and of.decoder.reading is not None:
            start = len(side.coded) - len(side.also_label)
            name = of.preds.name if of.labels is None else of.labels.name
            for column, coded in zip(side.also_label, cells.coded[start:], strict=False):
                proof.compare(block, column, of.decoder.reading.lookup(coded), known.labels, name)
        if known.soft is not None:
            proof.look_at_soft(cells.numbers[:, :count], known.soft)
        elif known.labels is not None:
            proof.look_at_labels(cells.numbers[:, :count], known.labels)
        if self._sink is not None:
            proof.raise_wrong()

    def _match(self, task: _Task, cells: Cells) -> tuple[Observed, Integers | None] | None:
        """What LABELS knows of the rows of a block; None where ids are not in step."""
        of = self._of
        if of.labels is None:
            return Observed(task.block.rows), None
        if self._index is not None:
            rows = self._index.find(cells.strings[0])
            _name_missing(
                rows, cells.strings[0], task.block, of.roles.preds.id, f"{of.labels.what} in {of.labels.name}"
            )
            return self._indexed.take(rows), rows
        observed = task.observed
        if observed is None:
            return None
        if of.roles.by_id and not (observed.ids is not None and cells.strings[0].equals(observed.ids)):
            return None
        if of.roles.in_step is not None and observed.ids is not None:
            self._check_in_step(task.block, cells.strings[0], observed.ids)
        return observed, None

    def _check_in_step(self, block: Block, own: Any, other: Any) -> None:
        """Raise InputError where a key that both files have says that their rows are not in the same order."""
        rows = min(len(own), len(other))
        if own.slice(0, rows).equals(other.slice(0, rows)):
            return
        at = next(k for k in range(rows) if own[k] != other[k])
        where, name = block.place(at, self._of.roles.preds.id), self._of.labels.name if self._of.labels else ""
        raise refusals.out_of_step(where, str(self._of.roles.in_step), own[at].as_py(), other[at].as_py(), name)

    def _known(self, own: Observed, observed: Observed, block: Block, problems: Problems) -> Observed:
        """What PREDS and LABELS say of the rows of a block."""
        return own.with_those_of(observed) if observed.rows == block.rows else own

    def _batch(self, block: Block, cells: Cells, observed: Observed) -> tuple[Batch | None, bool, int]:
        """The checked batch of a block, without the rows that do not count (None where labels are missing), whether all
        rows of logits are PMFs, and how many figures were set to a bound."""
        of = self._of
        kind, columns = of.options.kind, of.roles.classes
        numbers, checks = cells.numbers[:, : len(columns)], of.options.checks
        numbers, observed = self.flat.settled(numbers, observed, block, columns[0])
        if of.options.log_base is not None:
            numbers = numbers * log_of(of.options.log_base)
        if of.binary or of.observed_only:
            values, clipped = check_column(numbers, kind, checks, block, columns)
            axis, sums, all_pmfs = 0, None, False
        else:
            checked = check_rows(numbers, kind, checks, block, columns)
            values, axis, sums, all_pmfs = checked.values, checked.axis, checked.row_sums, checked.all_pmfs
            clipped = checked.clipped
        known = of.observed_only or of.unlabelled or observed.labels is not None or observed.soft is not None
        if not known:
            return None, all_pmfs, clipped
        batch = Batch(
            values,
            axis,
            observed.labels,
            kind,
            block.first_row,
            of.binary,
            sums,
            None if observed.soft is None else (observed.soft.T if axis == 0 else observed.soft),
            observed.weights,
            observed.group,
            observed.cluster,
            ids=observed.ids,
            observed_only=of.observed_only,
            precision=cells.precision or numbers.dtype.name,
            units=observed.units,
        )
        keep = used_rows(observed)
        if cells.left_out is not None:
            keep = ~cells.left_out if keep is None else keep & ~cells.left_out
        if keep is None:
            return batch, all_pmfs, clipped
        left_out = None if observed.group is None else observed.group[~keep]
        kept = batch.only(np.flatnonzero(keep))
        return replace(kept, weightless=weightless(observed), left_out=left_out), all_pmfs, clipped

    def _collect(self, outcome: _Outcome) -> None:
        task = outcome.task
        if outcome.postponed:
            self.postponed.append(task)
            return
        if outcome.problems is not None:
            self._problems.add(outcome.problems.problems, outcome.problems.total, outcome.problems.hint)
            return
        self._all_pmfs = self._all_pmfs and outcome.all_pmfs
        self._of.clipped += outcome.clipped
        if outcome.used is not None and self._index is not None:
            again = self._index.mark(outcome.used)
            if len(again):
                where = task.block.place(int(again[0]), self._of.roles.preds.id)
                self._problems.add([f"{where}: an id that stands more than once"], len(again))
        elif task.observed is not None:
            self._short += task.block.rows - task.observed.rows
            self._hold(task.observed.ids)
        self._write(task.block.first_row, outcome.made)
        position = self._of.preds.position
        self._progress(task.block.rows, position - self._seen_bytes)
        self._seen_bytes = position

    def _write(self, first_row: int, made: Any) -> None:
        """What was made of a block goes out in the order of the file, and not after a bad row."""
        if made is None or self._sink is None or self._problems.total or self._label_problems.total:
            return
        if self.postponed and self._index is None:
            self._late[first_row] = made  # blocks before it are still to come
            return
        self._write_late(first_row)
        self._sink.write(made)

    def _write_late(self, before: int | None) -> None:
        for first_row in sorted(self._late):
            if self._sink is not None and (before is None or first_row < before):
                self._sink.write(self._late.pop(first_row))

    def _hold(self, ids: Any) -> None:
        if ids is not None and self._held_bytes < HELD_IDS:
            self._held.append(ids)
            self._held_bytes += ids.nbytes


def _name_missing(rows: Integers, ids: Any, block: Block, column: int | None, what: str) -> None:
    missing = np.flatnonzero(rows < 0)
    if len(missing):
        problems = Problems()
        found = [
            f"{block.place(int(row), column)}: no {what} for the id {quoted(ids[int(row)].as_py())}"
            for row in missing[:10]
        ]
        problems.add(found, len(missing))
        problems.raise_any()
