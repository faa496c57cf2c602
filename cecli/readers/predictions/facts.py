"""What a run over predictions found out, as its report says it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cecli.core.facts import ALL_PMFS, Facts, Shard
from cecli.errors import literal
from cecli.readers.sources.urls import is_url, local_path

if TYPE_CHECKING:
    from cecli.readers.predictions.predictions import Predictions


def facts_of(opened: Predictions) -> Facts:
    """The facts of predictions that have been accumulated."""
    options, reading = opened.options, opened.decoder.reading
    return Facts(
        name=opened.preds.name,
        rows_read=opened.rows_read,
        shards=_shards(opened),
        class_names=opened.class_names,
        groups=tuple(opened.decoder.groups.texts),
        labels_read_as=opened.labels_read_as,
        matched_by=opened.matched_by,
        observed_only=opened.observed_only,
        has_ids=opened.roles.preds.id is not None,
        clustered=options.columns.cluster is not None,
        normalized=options.checks.normalize,
        all_pmfs=ALL_PMFS in opened.notes,
        other=None if reading is None else reading.other,
        notes=tuple(note for note in opened.notes if note != ALL_PMFS),
    )


def place_of(path: str) -> str:
    """Where a file lies, wherever one stands; "" for standard input and other pipes, which have no place."""
    if is_url(path):
        return path
    path = local_path(path)
    return os.path.abspath(path) if os.path.isfile(path) else ""


def _shards(opened: Predictions) -> tuple[Shard, ...]:
    """The files of PREDS, each with its rows."""
    path = opened.options.preds
    files, rows = getattr(opened.preds, "files", (path,)), getattr(opened.preds, "rows", [opened.rows_read])
    return tuple(
        Shard(literal(file) if file != "-" else opened.preds.name, place_of(file), count)
        for file, count in zip(files, rows, strict=True)
    )
