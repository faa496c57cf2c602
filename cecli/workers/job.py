"""What the workers are told: how shards are read and what is measured, and which shards there are."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cecli import __version__
from cecli.core.scores.score_state import Options
from cecli.errors import InputError, UsageError, literal, quoted, unreadable
from cecli.readers.predictions.opening import HEADERS, text_of_labels
from cecli.readers.predictions.predictions import PredictionOptions, Predictions
from cecli.readers.sources.urls import is_url, local_path
from cecli.readers.tables.arrays.members import split_member
from cecli.readers.tables.parts import parts_of
from cecli.readers.tables.table import Part, Selection
from cecli.readers.tables.tables import open_table
from cecli.readers.tables.texts.look import Said

PART_BYTES = 64 << 20
"""Bytes of a file that make a task: half a second of work or so, many times what it costs to hand it out."""

BRANCHES = 8
"""States that are merged at once."""


@dataclass(frozen=True)
class Job:
    """What is the same for all shards. ``columns`` are those of PREDS, which all of them must have."""

    predictions: PredictionOptions
    options: Options
    columns: tuple[str, ...]
    class_names: tuple[str, ...]
    version: str


@dataclass(frozen=True)
class Piece:
    """A file, or a part of it: what the person called it, and where it lies."""

    name: str
    place: str
    part: Part | None = None


@dataclass(frozen=True)
class Task:
    """A shard of PREDS or a part of one, and its shard of LABELS, or with ``shared`` all of LABELS, where they lie.
    ``name`` is what the person called PREDS, ``number`` counts the parts of a file. ``others`` are the shards, or the
    parts, of the files that PREDS is compared with."""

    name: str
    preds: str
    labels: Piece | None = None
    part: Part | None = None
    number: int = 0
    size: int = 0
    shared: bool = False
    others: tuple[Piece, ...] = ()

    @property
    def labels_place(self) -> str | None:
        """Where LABELS lie."""
        return None if self.labels is None else self.labels.place

    def as_called(self, text: str) -> str:
        """A message about its files, with the names that the person gave them instead of where they lie."""
        files = [(self.preds, self.name), *((one.place, one.name) for one in (self.labels, *self.others) if one)]
        for place, name in sorted(files, key=lambda file: -len(file[0])):
            text = text.replace(literal(place), literal(name))
        return text


def job_of(opened: Predictions, options: Options) -> Job:
    """The job of scoring what has been opened."""
    predictions = as_known(opened.options, opened)
    return Job(predictions, options, tuple(opened.preds.columns), opened.class_names, __version__)


def as_known(options: PredictionOptions, opened: Predictions) -> PredictionOptions:
    """The options for a shard, which may be empty, once it is known how labels are read."""
    reading = opened.decoder.reading
    texts = () if reading is None else (*reading.first, *([] if reading.other is None else [reading.other]))
    columns = replace(options.columns, decision=opened.roles.decision)
    return replace(options, columns=columns, first_texts=texts, in_parts=True, may_be_empty=True)


def tasks_of(opened: Predictions, whole: Collection[str] = ()) -> list[Task]:
    """The shards of what has been opened; the files called ``whole`` are not taken apart. Raises UsageError where rows
    cannot be handed out."""
    given = opened.options
    check_no_stream(given.preds, given.labels)
    preds = getattr(opened.preds, "files", (given.preds,))
    if given.labels is None:
        header = HEADERS[given.header][0]
        said = Said(pairs=True, delimiter=given.delimiter, decimal=given.decimal, header=header)
        return tasks_of_files(preds, header, whole, said)
    return [
        Task(file, place_of(file), labels, size=size_of(file), shared=shared)
        for file, (labels, shared) in zip(preds, labels_of(opened, len(preds)), strict=True)
    ]


def check_no_stream(*paths: str | None) -> None:
    """Raise UsageError where one of the paths is standard input."""
    if "-" in paths:
        raise UsageError("standard input cannot be handed out to workers", "write it to a file first")


def labels_of(opened: Predictions, count: int) -> list[tuple[Piece | None, bool]]:
    """The labels of each of so many shards of PREDS, and whether others share them. Raises UsageError where that cannot
    be told."""
    given = opened.options
    if given.labels is None:
        return [(None, False)] * count
    labels = getattr(opened.labels_table, "files", (given.labels,))
    if len(labels) == count:
        return [(Piece(file, place_of(file)), False) for file in labels]
    if opened.roles.by_id:
        return [(Piece(given.labels, place_of(given.labels)), True)] * count
    raise unpaired(given.preds, count, given.labels, len(labels))


def unpaired(preds: str, count: int, other: str, others: int) -> UsageError:
    """What to say where two sets of shards differ in number."""
    return UsageError(
        f"{literal(preds)} has {count:,} files and {literal(other)} has {others:,}: "
        "workers read shards that are paired, have the labels inside, or ids that rows are matched by",
        "score them in one process, without --workers and --scheduler",
    )


def tasks_of_files(
    files: Sequence[str], header: bool, whole: Collection[str] = (), said: Said | None = None
) -> list[Task]:
    """The parts of files that need no others; ``said`` is how text is read that may have any shape, None where it is
    read as it stands."""
    return [task for file in files for task in _parts(file, header, file in whole, said)]


def _parts(file: str, header: bool, whole: bool, said: Said | None) -> list[Task]:
    parts = [] if whole else parts_of(file, header, PART_BYTES, said)
    size = size_of(file)
    if not parts:
        return [Task(file, place_of(file), size=size)]
    return [Task(file, place_of(file), None, part, number, size // len(parts)) for number, part in enumerate(parts)]


def place_of(file: str) -> str:
    """Where a worker, which runs in a directory of its own, finds a file."""
    return file if is_url(file) else os.path.abspath(local_path(file))


def size_of(file: str) -> int:
    file, _ = split_member(file)
    if is_url(file):
        from cecli.readers.sources.remote import sizes_of

        return sizes_of([file]) or 0
    try:
        return os.stat(local_path(file)).st_size
    except OSError as error:
        raise InputError(f"{literal(file)}: {unreadable(error)}") from error


def check_all_used(opened: Predictions, used: NDArray[np.bool_] | None) -> None:
    """Raise InputError where a row of LABELS, which all shards share, is one of none of them."""
    missing = set() if used is None else set(np.flatnonzero(~used).tolist())
    table, position = opened.labels_table, opened.roles.labels.id
    if not missing or table is None or position is None:
        return
    first, names = sorted(missing)[:5], []
    options = opened.options
    again = open_table(str(options.labels), block_bytes=options.block_bytes, **text_of_labels(options))
    try:
        for block in again.blocks(Selection(strings=(position,))):
            ids = block.parse().strings[0]
            names += [ids[row - block.first_row].as_py() for row in first if 0 <= row - block.first_row < block.rows]
    finally:
        again.close()
    some = ", ".join(quoted(name) for name in names)
    raise InputError(f"{opened.preds.name}: no row for {len(missing):,} of the ids in {table.name}: {some}")
