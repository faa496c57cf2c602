"""What a worker does: it scores a shard with the accumulators of one process, and merges what others have added up.

A result is the bytes of a state (``core.scoring.partial``). An error of the data goes back as a ShardError, which every
library that moves it can pack; all others as they are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from cecli import __version__
from cecli.cluster.job import Job, Task
from cecli.core.facts import Facts, Shard
from cecli.core.machine import fingerprint
from cecli.core.scoring.partial import Partial, merged, partial_from, partial_of
from cecli.errors import CecliError, CellErrors, InputError, literal
from cecli.readers.predictions.facts import facts_of, place_of
from cecli.readers.predictions.predictions import HEADERS, Predictions
from cecli.readers.tables.fields import NoRows
from cecli.readers.tables.parts import NotInParts, TextPart, open_seekable
from cecli.readers.tables.tables import open_part, open_table


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
        raise ShardError(problems, total, error.hint) from None


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


def pack(partial: Partial) -> bytes:
    """A state as it travels."""
    return json.dumps(partial.document(), separators=(",", ":"), allow_nan=False).encode("ascii")


def unpack(state: bytes) -> Partial:
    """A state that has arrived."""
    return partial_from(json.loads(state), "a state")


def _score(job: Job, task: Task) -> bytes:
    try:
        return with_lines(lambda task: _state(job, task), task)
    except NoRows:
        return _nothing(job, task)


def _state(job: Job, task: Task) -> bytes:
    options = replace(job.predictions, preds=task.preds, labels=task.labels, shared_labels=task.shared)
    how: dict[str, Any] = {
        "delimiter": options.delimiter,
        "header": HEADERS[options.header][0],
        "block_bytes": options.block_bytes,
        "vector": options.vector,
    }
    table: Any
    table = open_table(task.preds, **how) if task.part is None else open_part(task.preds, task.part, **how)
    try:
        if tuple(table.columns) != job.columns:
            from cecli.readers.tables.shards import difference

            raise InputError(
                f"{table.name}: its columns are not those of the first shard: {difference(table.columns, job.columns)}"
            )
        with Predictions(options, preds=table) as opened:
            scorer = opened.accumulate(job.options.fresh)
            facts = facts_of(opened)
    finally:
        table.close()
    shards = tuple(replace(shard, file=literal(task.name), part=task.number) for shard in facts.shards)
    facts = replace(facts, shards=shards, notes=())
    partial = partial_of(scorer, job.options, facts, opened.decoder.clusters.texts, fingerprint())
    return pack(replace(partial, labels_used=opened.used_labels if task.shared else None))


def _nothing(job: Job, task: Task) -> bytes:
    """The state of a shard without rows, of which not even the columns are known."""
    given = job.options
    facts = Facts(
        name=literal(task.preds),
        rows_read=0,
        shards=(Shard(literal(task.name), place_of(task.preds), 0, task.number),),
        class_names=job.class_names,
        labels_read_as=given.labels_read_as,
        matched_by=given.matched_by,
        observed_only=given.observed,
        clustered=given.cluster is not None,
        normalized=given.normalize,
    )
    return pack(partial_of(given.fresh(), given, facts, (), fingerprint()))


def _lines_before(task: Task) -> int:
    file = open_seekable(task.preds)
    if file is None or task.part is None:
        return 0
    with TextPart(file, task.part) as text:
        return text.lines_before()
