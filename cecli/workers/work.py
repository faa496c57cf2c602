"""What a worker does: it scores a shard with the accumulators of one process, and merges what others have added up.

A result is the bytes of a state (``core.scores.score_state``). An error of the data goes back as a ShardError, which
every library that moves it can pack; all others as they are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from cecli import __version__
from cecli.core.rows.facts import Facts, Shard
from cecli.core.rows.run_state import AnyPartial, merged
from cecli.core.scores.score_state import Partial, partial_from, partial_of
from cecli.errors import CecliError, CellErrors, InputError, literal
from cecli.readers.predictions.facts import facts_of, place_of
from cecli.readers.predictions.opening import HEADERS, open_preds, text_of_labels
from cecli.readers.predictions.predictions import PredictionOptions, Predictions
from cecli.readers.tables.fields import NoRows
from cecli.readers.tables.parts import NotInParts, TextPart, open_seekable
from cecli.readers.tables.table import Part, Selection
from cecli.readers.tables.tables import open_part, open_table
from cecli.workers.job import Job, Task


class ShardError(Exception):
    """An error of the data of one shard: what it says, and what helps."""

    def __init__(self, problems: list[str], total: int, hint: str | None) -> None:
        super().__init__(problems, total, hint)
        self.problems, self.total, self.hint = problems, total, hint

    def as_error(self) -> CecliError:
        """The error that one process would have raised."""
        if len(self.problems) == self.total == 1:
            return InputError(self.problems[0], self.hint)
        return CellErrors(self.problems, self.total, self.hint)


class Divided(Exception):
    """A text that must be read as a whole: a line end may be inside quotes."""


class OtherVersion(Exception):
    """A worker has another version of the program."""


def score_shard(job: Job, task: Task) -> bytes:
    """The state of one shard."""
    with as_shard_error(job.version, task):
        return _score(job, task)


@contextmanager
def as_shard_error(version: str, task: Task) -> Iterator[None]:
    """Check the version of who asks, and let errors of the data travel."""
    if version != __version__:
        raise OtherVersion(__version__)
    try:
        yield
    except NotInParts as error:
        raise Divided(task.name) from error
    except CecliError as error:
        problems = error.problems if isinstance(error, CellErrors) else [error.message]
        total = error.total if isinstance(error, CellErrors) else 1
        hint = None if error.hint is None else task.as_called(error.hint)
        raise ShardError([task.as_called(problem) for problem in problems], total, hint) from None


def with_lines(work: Callable[[Task], bytes], task: Task) -> bytes:
    """What ``work`` makes of a task. Where it fails in the midst of a text, it does so once more with the lines counted
    before, to name the right ones."""
    part = task.part
    try:
        return work(task)
    except CecliError as error:
        if part is None or not part.of_text or isinstance(error, NoRows):
            raise
        lines = _lines_before(task)
        if not lines:
            raise
    return work(replace(task, part=replace(part, lines_before=lines)))


def merge_states(*states: bytes) -> bytes:
    """Several states as one."""
    return pack(merged([unpack(state) for state in states]))


def pack(partial: AnyPartial) -> bytes:
    """A state as it travels."""
    return json.dumps(partial.document(), separators=(",", ":"), allow_nan=False).encode("ascii")


def unpack(state: bytes) -> Partial:
    """A state that has arrived."""
    return partial_from(json.loads(state), "a state")


def open_shard(place: str, part: Part | None, options: PredictionOptions, columns: tuple[str, ...]) -> Any:
    """The table of a shard of predictions, or of a part of one. Raises InputError where its columns are others."""
    table: Any = (
        open_preds(place, options)
        if part is None
        else open_part(
            place,
            part,
            delimiter=options.delimiter,
            header=HEADERS[options.header][0],
            block_bytes=options.block_bytes,
            vector=options.vector,
        )
    )
    if tuple(table.columns) != columns:
        from cecli.readers.tables.shards import difference

        table.close()
        found = difference(table.columns, columns)
        raise InputError(f"{table.name}: its columns are not those of the first shard: {found}")
    return table


def _score(job: Job, task: Task) -> bytes:
    try:
        return with_lines(lambda task: _state(job, task), task)
    except NoRows:
        return _nothing(job, task)


def _state(job: Job, task: Task) -> bytes:
    options = replace(job.predictions, preds=task.preds, labels=task.labels_place, shared_labels=task.shared)
    table = open_shard(task.preds, task.part, options, job.columns)
    try:
        with Predictions(options, preds=table) as opened:
            scorer = opened.accumulate(job.options.fresh)
            facts = facts_of(opened)
    finally:
        table.close()
    facts = replace(facts, shards=shards_of(facts, task), notes=())
    partial = partial_of(scorer, job.options, facts, opened.decoder.clusters.texts)
    return pack(replace(partial, labels_used=opened.used_labels if task.shared else None))


def shards_of(facts: Facts, task: Task) -> tuple[Shard, ...]:
    """The shard of a task, as the person called it."""
    return tuple(replace(shard, file=literal(task.name), part=task.number) for shard in facts.shards)


def _nothing(job: Job, task: Task) -> bytes:
    """The state of a shard without rows, of which not even the columns are known."""
    check_no_rows([task.preds], None if task.shared else task.labels_place, job.predictions)
    given = job.options
    facts = Facts(
        name=literal(task.preds),
        rows_read=0,
        shards=nothing_read(task),
        class_names=job.class_names,
        labels_read_as=given.labels_read_as,
        matched_by=given.matched_by,
        observed_only=given.observed,
        clustered=given.cluster is not None,
        unmet=given.ignore,
        normalized=given.normalize,
    )
    return pack(partial_of(given.fresh(), given, facts, ()))


def nothing_read(task: Task) -> tuple[Shard, ...]:
    """The shard of a task that has no rows."""
    return (Shard(literal(task.name), place_of(task.preds), 0, task.number),)


def check_no_rows(preds: Sequence[str], labels: str | None, options: PredictionOptions) -> None:
    """Raise InputError where one of the files that stand beside each other has rows, as the first of them has none."""
    header = HEADERS[options.header][0]
    how: dict[str, Any] = {"delimiter": options.delimiter, "decimal": options.decimal, "header": header}
    rows = [_rows(place, options, vector=options.vector, **how) for place in preds]
    of_labels = {} if labels is None else text_of_labels(options)
    beside = [] if labels is None else [(preds[0], rows[0], labels, _rows(labels, options, **of_labels))]
    beside += [(preds[k], rows[k], preds[0], rows[0]) for k in range(1, len(preds))]
    for ours, count, theirs, other in beside:
        if count != other:
            raise InputError(f"{literal(ours)} has {count:,} rows and {literal(theirs)}, its pair, has {other:,}")


def _rows(place: str, options: PredictionOptions, **how: Any) -> int:
    """The rows of a file."""
    try:
        table = open_table(place, block_bytes=options.block_bytes, **how)
    except NoRows:
        return 0
    try:
        return sum(block.rows for block in table.blocks(Selection()))
    finally:
        table.close()


def _lines_before(task: Task) -> int:
    file = open_seekable(task.preds)
    if file is None or task.part is None:
        return 0
    with TextPart(file, task.part) as text:
        return text.lines_before()
