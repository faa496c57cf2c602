"""``fit --samples`` handed out: what a worker counts in a shard, and counts added up. A result is an object of JSON,
outcome -> count."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from cecli import __version__
from cecli.core.pmfs.pmf import Pmf
from cecli.errors import UsageError, literal
from cecli.readers.small.samples import SampleOptions, counts_in, pmf_of_counts
from cecli.readers.sources.source import Source, open_source
from cecli.readers.tables.parts import TextPart, open_seekable
from cecli.readers.tables.shards import files_of
from cecli.workers.job import Task, tasks_of_files
from cecli.workers.work import as_shard_error, with_lines


@dataclass(frozen=True)
class CountJob:
    """How samples are read."""

    options: SampleOptions
    version: str = __version__


def count_tasks(path: str, options: SampleOptions, whole: Collection[str] = ()) -> list[Task]:
    """The shards of a file, a directory or a pattern of samples."""
    if path == "-":
        raise UsageError("standard input cannot be handed out to workers", "write it to a file first")
    header = options.header or ("none" if options.column is None else "first")
    return tasks_of_files(files_of(path), header == "first", whole)


def count_shard(job: CountJob, task: Task) -> bytes:
    """How often each outcome was met in one shard."""
    with as_shard_error(job.version, task):
        return with_lines(lambda task: _counts(job.options, task), task)


def merge_counts(*counts: bytes) -> bytes:
    """Several counts as one."""
    total: Counter[str] = Counter()
    for some in counts:
        total.update(json.loads(some))
    return json.dumps(total).encode("ascii")


def pmf_of_total(total: bytes, path: str) -> Pmf:
    """All counts as a PMF."""
    counts: dict[str, int] = json.loads(total)
    return pmf_of_counts(list(counts), np.array(list(counts.values()), dtype=np.int64), literal(path))


def _counts(options: SampleOptions, task: Task) -> bytes:
    with _source(task) as source:
        outcomes, counts = counts_in(source, options, begins=task.part is None or not task.part.start)
    return json.dumps(dict(zip(outcomes, counts.tolist(), strict=True))).encode("ascii")


def _source(task: Task) -> Source:
    if task.part is None:
        return open_source(task.preds)
    file: Any = open_seekable(task.preds)
    text: Any = TextPart(file, task.part)
    return Source(text, task.preds)
