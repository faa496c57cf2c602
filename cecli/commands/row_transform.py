"""Rows of predictions in, rows of predictions out: read, changed in threads, and written in their order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cecli.commands.options.rows import RowOutput
from cecli.core.calibration.softmax import Scaling, as_logits, log_probabilities, probabilities
from cecli.core.sums.layout import Floats
from cecli.readers.predictions.row_reader import RowOptions, Rows, Unlabelled
from cecli.report.formulas import FormulaWatch
from cecli.report.messages import note
from cecli.report.predictions import prediction_writer
from cecli.report.predictions.layout import Figures, Layout
from cecli.report.progress import progress


def write_softmax(
    options: RowOptions,
    scaling: Callable[[Unlabelled], Scaling],
    output: RowOutput,
    threads: int,
    logarithms: bool = False,
) -> None:
    """Write softmax(z / T + a) of every row, or its logarithm; ``scaling`` may depend on the classes of the file."""
    formula = log_probabilities if logarithms else probabilities
    with Unlabelled(options) as opened, progress(opened.size, quiet=output.quiet) as bar:
        chosen = scaling(opened)
        watch = FormulaWatch() if output.path is not None and output.format in ("csv", "tsv") else None
        if watch is not None:
            watch.look([*opened.beside, *opened.classes])
        layout = Layout(opened.beside, opened.classes, opened.list_name, opened.total_rows)
        with prediction_writer(output.format, output.path, layout) as writer:

            def made(rows: Rows) -> Any:
                if watch is not None:
                    for column in rows.beside:
                        watch.look_at_column(column)
                values = as_logits(rows.values, options.kind, rows.binary)
                return writer.encode(Figures(_own(formula(values, rows.axis, chosen), rows), rows.axis, rows.beside))

            for encoded in opened.each(made, threads, bar.advance):
                writer.write(encoded)
    told = list(opened.notes)
    if opened.beside and output.format == "npy":
        told.append(f".npy holds numbers alone: {', '.join(opened.beside)} left out")
    if watch is not None:
        told += watch.notes()
    for text in told:
        note(text, output.quiet)


def _own(table: Floats, rows: Rows) -> Floats:
    """What belongs into the columns of the file: of a binary prediction class 1 alone."""
    return table[1:] if rows.binary else table
