"""Rows of predictions in, rows of predictions out: read, changed in threads, and written in their order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cecli.commands.options.rows import RowOutput
from cecli.core.calibration.softmax import Scaling, as_logits, log_probabilities, probabilities
from cecli.core.sums.layout import Floats
from cecli.readers.predictions.row_reader import RowOptions, Rows, Unlabelled
from cecli.report.formulas import FormulaWatch
from cecli.report.messages import note
from cecli.report.predictions import prediction_writer
from cecli.report.predictions.layout import Figures, Layout
from cecli.report.progress import progress

Formula = Callable[[Rows], Floats]
"""What becomes of the figures of some rows: a table with the classes along the axis of theirs."""


def write_softmax(
    options: RowOptions,
    scaling: Callable[[Unlabelled], Scaling],
    output: RowOutput,
    threads: int,
    logarithms: bool = False,
) -> None:
    """Write softmax(z / T + a) of every row, or its logarithm; ``scaling`` may depend on the classes of the file."""
    formula = log_probabilities if logarithms else probabilities

    def opened_as(opened: Unlabelled) -> Formula:
        chosen = scaling(opened)
        return lambda rows: _own(formula(as_logits(rows.values, options.kind, rows.binary), rows.axis, chosen), rows)

    with Unlabelled(options) as opened:
        _write(opened, opened_as(opened), output, threads, opened.list_name)


def write_rows(options: RowOptions, output: RowOutput, threads: int) -> None:
    """Write the figures of every row as they are, a column per class."""

    def same(rows: Rows) -> Floats:
        values = rows.values.astype(np.float64, copy=False)
        return values[None, :] if rows.binary else values

    with Unlabelled(options) as opened:
        _write(opened, same, output, threads, None, notes=False)


def _write(
    opened: Unlabelled, formula: Formula, output: RowOutput, threads: int, list_name: str | None, notes: bool = True
) -> None:
    """Write what ``formula`` makes of every row; ``notes``: what is to be said of logits is said."""
    total = None if opened.options.rest == "drop" else opened.total_rows
    with progress(opened.size, quiet=output.quiet) as bar:
        watch = FormulaWatch() if output.path is not None and output.format in ("csv", "tsv") else None
        if watch is not None:
            watch.look([*opened.beside, *opened.classes])
        layout = Layout(opened.beside, opened.classes, list_name, total)
        with prediction_writer(output.format, output.path, layout) as writer:

            def made(rows: Rows) -> Any:
                if watch is not None:
                    for column in rows.beside:
                        watch.look_at_column(column)
                return writer.encode(Figures(formula(rows), rows.axis, rows.beside))

            for encoded in opened.each(made, threads, bar.advance):
                writer.write(encoded)
    told = list(opened.notes) if notes else []
    if opened.beside and output.format == "npy":
        told.append(f".npy holds numbers alone: {', '.join(opened.beside)} left out")
    if watch is not None:
        told += watch.notes()
    for text in told:
        note(text, output.quiet)


def _own(table: Floats, rows: Rows) -> Floats:
    """What belongs into the columns of the file: of a binary prediction class 1 alone."""
    return table[1:] if rows.binary else table
