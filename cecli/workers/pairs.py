"""``compare`` handed out: what a worker makes of the same shard of several files, and such states merged."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cecli import __version__
from cecli.core.paired.pair_state import PairOptions, PairPartial, pair_partial_from, pair_partial_of
from cecli.core.rows.facts import PairFacts
from cecli.core.rows.run_state import merged
from cecli.readers.predictions.facts import pair_facts_of
from cecli.readers.predictions.lockstep import Compared, ComparedOptions
from cecli.readers.predictions.opening import HEADERS
from cecli.readers.tables.abreast import Parts, Text, parquet_parts, text_of, text_parts
from cecli.readers.tables.fields import NoRows
from cecli.readers.tables.texts.look import Said
from cecli.workers.job import PART_BYTES, Piece, Task, as_known, labels_of, place_of, size_of, unpaired
from cecli.workers.lines import counted
from cecli.workers.work import as_shard_error, check_no_rows, nothing_read, open_shard, pack, shards_of

if TYPE_CHECKING:
    from cecli.core.fidelity.state import FidelityOptions
    from cecli.readers.predictions.predictions import PredictionOptions


@dataclass(frozen=True)
class PairJob:
    """What is the same for all shards. ``columns`` are those of each file, which all of its shards must have."""

    compared: ComparedOptions
    options: PairOptions | FidelityOptions
    columns: tuple[tuple[str, ...], ...]
    facts: PairFacts
    version: str


def pair_job_of(opened: Compared, options: PairOptions | FidelityOptions) -> PairJob:
    """The job of comparing what has been opened."""
    given = opened.options
    compared = replace(given, shared=as_known(given.shared, opened.reference))
    tables = (opened.reference.preds, *(each.preds for each in opened.candidates))
    facts = replace(pair_facts_of(opened, read=False), notes=(), groups=())
    return PairJob(compared, options, tuple(tuple(table.columns) for table in tables), facts, __version__)


def pair_tasks_of(opened: Compared, whole: Collection[str], run: Callable[[str, list[Task]], bytes]) -> list[Task]:
    """The shards of what has been opened; those whose first file is among ``whole`` are not taken apart. ``run`` has
    lines counted. Raises UsageError where rows cannot be handed out."""
    given = opened.options
    tables = (opened.reference.preds, *(each.preds for each in opened.candidates))
    sets = [getattr(table, "files", (path,)) for table, path in zip(tables, given.files, strict=True)]
    for path, files in zip(given.files, sets, strict=True):
        if len(files) != len(sets[0]):
            raise unpaired(given.files[0], len(sets[0]), path, len(files))
    labels = labels_of(opened.reference, len(sets[0]))
    rows = [*zip(*sets, strict=True)]
    apart = [k for k, files in enumerate(rows) if labels[k][0] is None and files[0] not in whole]
    parts = _parts([rows[k] for k in apart], _said(given.shared), run)
    of_shard = dict(zip(apart, parts, strict=True))
    return [task for k, files in enumerate(rows) for task in _tasks(files, *labels[k], of_shard.get(k, []))]


def compare_shard(job: PairJob, task: Task) -> bytes:
    """The state of one shard."""
    return state_of_shard(job, task, Compared, pair_partial_of)


def state_of_shard(job: PairJob, task: Task, opener: type[Compared], partial_of: Callable[..., Any]) -> bytes:
    """The state of one shard, of whatever is made of the rows of several files."""
    with as_shard_error(job.version, task):
        try:
            return _state(job, task, opener, partial_of)
        except NoRows:
            return _nothing(job, task, partial_of)


def merge_pairs(*states: bytes) -> bytes:
    """Several states as one."""
    return pack(merged([unpack_pair(state) for state in states]))


def unpack_pair(state: bytes) -> PairPartial:
    """A state that has arrived."""
    return pair_partial_from(json.loads(state), "a state")


def _tasks(files: Sequence[str], labels: Piece | None, shared: bool, parts: Parts) -> Iterator[Task]:
    """A shard of every file, or its parts."""
    size, places = sum(map(size_of, files)), [place_of(file) for file in files]
    if not parts:
        others = tuple(map(Piece, files[1:], places[1:]))
        yield Task(files[0], places[0], labels, size=size, shared=shared, others=others)
    for number, (first, *rest) in enumerate(parts):
        others = tuple(map(Piece, files[1:], places[1:], rest))
        yield Task(files[0], places[0], None, first, number, size // len(parts), others=others)


def _said(options: PredictionOptions) -> Said:
    """How PREDS is read if it is text."""
    return Said(pairs=True, delimiter=options.delimiter, decimal=options.decimal, header=HEADERS[options.header][0])


def _parts(shards: Sequence[Sequence[str]], said: Said, run: Callable[[str, list[Task]], bytes]) -> list[Parts]:
    """Of every shard the parts of its files; lines are counted in those texts alone that are large enough."""
    texts: list[list[Text]] = []
    found: list[Parts] = []
    for files in shards:
        large = size_of(files[0]) >= 2 * PART_BYTES
        own = [text_of(file, said) for file in files] if large else []
        known = [text for text in own if text is not None]
        texts.append(known if len(known) == len(files) else [])
        found.append(parquet_parts(files, PART_BYTES) if large and not known else [])
    counts = counted(list({text.path: text for some in texts for text in some}.values()), run)
    for k, some in enumerate(texts):
        own_counts = [counts[text.path] for text in some]
        if some and not any(each is None for each in own_counts):
            found[k] = text_parts(some, [each or [] for each in own_counts], PART_BYTES)
    return [parts if len(parts) > 1 else [] for parts in found]


def _state(job: PairJob, task: Task, opener: type[Compared], partial_of: Callable[..., Any]) -> bytes:
    pieces = (Piece(task.name, task.preds, task.part), *task.others)
    shared = replace(job.compared.shared, preds=task.preds, labels=task.labels_place, shared_labels=task.shared)
    options = replace(job.compared, files=tuple(piece.place for piece in pieces), shared=shared)
    with ExitStack() as stack:
        tables = []
        for piece, columns in zip(pieces, job.columns, strict=True):
            tables.append(open_shard(piece.place, piece.part, shared, columns))
            stack.callback(tables[-1].close)
        opened = stack.enter_context(opener(options, tables, in_parts=task.part is not None))
        each = opened.accumulate(job.options.one, job.options.rule())
    facts = pair_facts_of(opened)
    facts = replace(facts, shards=shards_of(facts, task), notes=())
    partial = partial_of(each, job.options, facts, opened.reference.decoder.clusters.texts)
    return pack(replace(partial, labels_used=opened.reference.used_labels if task.shared else None))


def _nothing(job: PairJob, task: Task, partial_of: Callable[..., Any]) -> bytes:
    """The state of a shard without rows."""
    pieces = (Piece(task.name, task.preds, task.part), *task.others)
    check_no_rows([piece.place for piece in pieces], None if task.shared else task.labels_place, job.compared.shared)
    facts = replace(job.facts, name=task.preds, shards=nothing_read(task))
    return pack(partial_of(job.options.fresh().each, job.options, facts, ()))
