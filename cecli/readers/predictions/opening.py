"""PREDS and LABELS opened as tables, as options say and as the one says of the other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cecli.errors import InputError
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
        header=HEADERS[options.header][0],
        block_bytes=options.block_bytes,
        vector=options.vector,
        rest=options.rest,
        array=ArrayOptions(class_axis=options.class_axis),
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
        delimiter=options.delimiter,
        header=HEADERS[options.header][1],
        block_bytes=block_bytes,
        array=ArrayOptions(class_axis=options.class_axis, of_labels=True, beside=shape_of(preds)),
    )


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


def check_same_shape(table: Table, reference: Table) -> None:
    """Raise InputError where two arrays of several axes are not of the same rows."""
    ours, theirs = shape_of(table), shape_of(reference)
    if len(ours) > 2 and len(theirs) > 2 and ours != theirs and table.columns == reference.columns:
        raise InputError(f"{table.name} has the shape {ours}, and {reference.name} {theirs}")
