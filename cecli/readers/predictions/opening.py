"""PREDS and LABELS opened as tables, as options say and as the one says of the other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from cecli.core.rows.rows import Kind
from cecli.errors import InputError, UsageError
from cecli.readers.predictions.token_roles import token_options
from cecli.readers.tables.arrays.shapes import check_axis_is_known
from cecli.readers.tables.arrays.spec import ArrayOptions
from cecli.readers.tables.table import Table
from cecli.readers.tables.tables import open_table

if TYPE_CHECKING:
    from cecli.readers.predictions.predictions import PredictionOptions

HEADERS = {"both": (True, True), "preds": (True, False), "labels": (False, True), "none": (False, False)}
"""``--header``: whether PREDS and LABELS have one."""


def open_preds(path: str, options: PredictionOptions) -> Table:
    """A file of predictions."""
    table = open_table(
        path,
        delimiter=options.delimiter,
        decimal=options.decimal,
        header=HEADERS[options.header][0],
        block_bytes=options.block_bytes,
        vector=options.vector,
        rest=options.rest,
        array=ArrayOptions(class_axis=options.class_axis),
        tokens=token_options(options, f"{path}:" if options.in_parts else ""),
    )
    try:
        if options.kind == "logits":  # of the others, the rows must sum to 1
            check_axis_is_known(shape_of(table), options.class_axis, table.name)
    except BaseException:
        table.close()
        raise
    return table


def open_labels(path: str, options: PredictionOptions, preds: Table, block_bytes: int) -> Table:
    """The labels of predictions that are open."""
    return open_table(
        path,
        **text_of_labels(options),
        block_bytes=block_bytes,
        array=ArrayOptions(class_axis=options.class_axis, of_labels=True, beside=shape_of(preds)),
    )


def text_of_labels(options: PredictionOptions) -> dict[str, Any]:
    """How LABELS is read if it is text: as is said of it, and else as of PREDS where that can be."""
    return {
        "delimiter": options.labels_delimiter or options.delimiter,
        "decimal": options.decimal,
        "shared": options.labels_delimiter is None,
        "header": HEADERS[options.header][1],
    }


def shape_of(table: Table) -> tuple[int, ...]:
    """The shape of an array, () for what is none."""
    shape: tuple[int, ...] = getattr(table, "shape", ())
    return shape


def with_labels_beside(options: PredictionOptions, preds: Table) -> PredictionOptions:
    """The options with the labels that lie in the file of the predictions, where none are named."""
    beside = getattr(preds, "labels_beside", None)
    if beside is None or options.labels is not None or options.columns.label or options.columns.observed:
        return options
    return replace(options, labels=beside)


def as_stored(options: PredictionOptions, preds: Table) -> PredictionOptions:
    """The options with what the format of the predictions says: the kind of its numbers, and the columns of labels and
    clusters that it always has, where others are not named."""
    columns = options.columns
    own_label, own_cluster = getattr(preds, "own_label", None), getattr(preds, "own_cluster", None)
    if own_label is not None and columns.observed is not None:
        raise UsageError(f"--observed has no meaning: {preds.name} holds the figures of all classes and its own labels")
    if own_label is not None and options.labels is None and not (columns.label or columns.observed):
        columns = replace(columns, label=own_label)
    if own_cluster is not None and columns.cluster in (None, "none"):
        columns = replace(columns, cluster=own_cluster if columns.cluster is None else None)
    return replace(options, columns=columns, kind=kind_of(preds, options.kind))


def kind_of(table: Table, said: Kind) -> Kind:
    """What the numbers of a table are: what its format says, where nothing else has been said."""
    stored: Kind = getattr(table, "stored_kind", said)
    return stored if said == "probabilities" else said


def check_same_tokens(table: Table, reference: Table) -> None:
    """Raise InputError where two files that hold the tokens of a text hold others."""
    ours, theirs = getattr(table, "tokens", None), getattr(reference, "tokens", None)
    if ours is None or theirs is None:
        return
    if ours.shape != theirs.shape:
        shapes = [f"{chunks:,} chunks of {tokens:,} tokens" for chunks, tokens in (ours.shape, theirs.shape)]
        raise InputError(f"{table.name} has {shapes[0]}, and {reference.name} {shapes[1]}", _SAME_TEXT)
    differ = np.argwhere(ours != theirs)
    if len(differ):
        chunk, at = differ[0].tolist()
        raise InputError(
            f"{table.name} is of another text than {reference.name}: token {at + 1:,} of chunk {chunk + 1:,} is "
            f"{ours[chunk, at]}, and there {theirs[chunk, at]}",
            _SAME_TEXT,
        )


_SAME_TEXT = "both must be written for the same text, with the same -c and --chunks"


def check_same_shape(table: Table, reference: Table) -> None:
    """Raise InputError where two arrays of several axes are not of the same rows."""
    ours, theirs = shape_of(table), shape_of(reference)
    if len(ours) > 2 and len(theirs) > 2 and ours != theirs and table.columns == reference.columns:
        raise InputError(f"{table.name} has the shape {ours}, and {reference.name} {theirs}")
