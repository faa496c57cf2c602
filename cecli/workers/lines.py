"""Lines counted before texts are cut at the same ones: what a worker counts in a stretch of a text. A result is an
object of JSON, file -> offset -> line ends in every step from there on, or null where there are quotes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import chain

from cecli import __version__
from cecli.readers.tables.abreast import STEP, Text, line_ends
from cecli.readers.tables.table import Part
from cecli.workers.job import PART_BYTES, Task, place_of
from cecli.workers.work import as_shard_error

Counts = dict[str, list[int] | None]
"""File -> the line ends in every step of it; None where it has quotes."""


def line_tasks(texts: Sequence[Text]) -> list[Task]:
    """Stretches of texts."""
    stretch = max(STEP, PART_BYTES // STEP * STEP)
    return [
        Task(text.path, place_of(text.path), part=Part(start, min(start + stretch, text.size), True))
        for text in texts
        for start in range(0, text.size, stretch)
    ]


def count_lines(version: str, task: Task) -> bytes:
    """The line ends in one stretch."""
    part = task.part
    with as_shard_error(version, task):
        ends = [] if part is None else line_ends(task.preds, part.start, part.stop)
        return _packed({task.name: {str(0 if part is None else part.start): ends}})


def merge_lines(*counts: bytes) -> bytes:
    """Those of several stretches."""
    total: dict[str, dict[str, list[int] | None]] = {}
    for some in counts:
        for name, own in json.loads(some).items():
            total.setdefault(name, {}).update(own)
    return _packed(total)


def counted(texts: Sequence[Text], run: Callable[[str, list[Task]], bytes]) -> Counts:
    """The line ends of texts; ``run`` has tasks of a kind done."""
    tasks = line_tasks(texts)
    if not tasks:
        return {}
    found: dict[str, dict[str, list[int] | None]] = json.loads(run(__version__, tasks))
    return {name: _whole(stretches) for name, stretches in found.items()}


def _whole(stretches: dict[str, list[int] | None]) -> list[int] | None:
    each = [stretches[start] for start in sorted(stretches, key=int)]
    return None if any(own is None for own in each) else list(chain.from_iterable(own or [] for own in each))


def _packed(counts: dict[str, dict[str, list[int] | None]]) -> bytes:
    return json.dumps(counts, separators=(",", ":")).encode("ascii")
