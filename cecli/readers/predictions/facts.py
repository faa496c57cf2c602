"""What a run over predictions found out, as its report says it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from cecli.core.rows.facts import ALL_PMFS, Facts, PairFacts, Shard
from cecli.errors import literal
from cecli.readers.predictions.roles.proof import check_evidence
from cecli.readers.predictions.token_roles import whole_units
from cecli.readers.sources.urls import is_url, local_path
from cecli.readers.tables.arrays.members import split_member, with_member

if TYPE_CHECKING:
    from cecli.readers.predictions.lockstep import Compared
    from cecli.readers.predictions.predictions import Predictions
    from cecli.readers.tables.table import Table


def facts_of(opened: Predictions, read: bool = True) -> Facts:
    """The facts of predictions that have been accumulated; unless they have been ``read``, of none of the rows."""
    options, reading = opened.options, opened.decoder.reading
    return Facts(
        name=opened.preds.name,
        rows_read=opened.rows_read,
        shards=_shards(opened) if read else (),
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
        unmet=() if reading is None else tuple(reading.unmet()),
        labels_at_cut=_at_cut([opened.preds]),
        **opened.token_counts,
        per=options.per,
        units_include_first_token=whole_units(opened.preds),
        clipped=opened.clipped,
        evidence=opened.evidence,
        suspects=() if reading is None else reading.suspects(extra=options.kind == "logits"),
    )


def pair_facts_of(opened: Compared, read: bool = True) -> PairFacts:
    """The facts of a comparison that has been accumulated, as ``facts_of`` says."""
    reference, candidates = opened.reference, opened.candidates
    sides = [each.roles.by_id for each in candidates]
    sides += [reference.roles.by_id] if reference.labels is not None else []
    of_reference = facts_of(reference, read)
    shared = {field.name: getattr(of_reference, field.name) for field in fields(of_reference)}
    shared |= {"matched_by": "id" if all(sides) else "position", "all_pmfs": opened.all_pmfs[0]}
    at_cut = _at_cut([reference.preds, *(each.preds for each in candidates)])
    return PairFacts(
        **shared | {"notes": tuple(opened.notes), "labels_at_cut": at_cut},
        candidates=tuple(each.preds.name for each in candidates),
        candidates_all_pmfs=tuple(opened.all_pmfs[1:]),
        candidates_clipped=tuple(each.clipped for each in candidates),
        candidates_evidence=tuple(each.evidence for each in candidates),
    )


def _at_cut(tables: Sequence[Table]) -> tuple[int, ...]:
    """How many labels of each file lie at its cut; () where none of them has one."""
    counts = [getattr(table, "labels_at_cut", None) for table in tables]
    return () if all(count is None for count in counts) else tuple(count or 0 for count in counts)


def check_facts(facts: Facts, classes: Sequence[str]) -> None:
    """Raise InputError where the rows, all of them, leave in doubt how columns were read."""
    check_evidence(facts.evidence, facts.name, classes, facts.rows_read, facts.all_pmfs)
    if isinstance(facts, PairFacts):
        flags = facts.candidates_all_pmfs
        for name, evidence, all_pmfs in zip(facts.candidates, facts.candidates_evidence, flags, strict=False):
            check_evidence(evidence, name, classes, facts.rows_read, all_pmfs)


def place_of(path: str) -> str:
    """Where a file lies, wherever one stands; "" for standard input and other pipes, which have no place."""
    if is_url(path):
        return path
    path, member = split_member(local_path(path))
    return with_member(os.path.abspath(path), member) if os.path.isfile(path) else ""


def _shards(opened: Predictions) -> tuple[Shard, ...]:
    """The files of PREDS, each with its rows."""
    path = opened.options.preds
    files, rows = getattr(opened.preds, "files", (path,)), getattr(opened.preds, "rows", [opened.rows_read])
    return tuple(
        Shard(literal(file) if file != "-" else opened.preds.name, place_of(file), count)
        for file, count in zip(files, rows, strict=True)
    )
