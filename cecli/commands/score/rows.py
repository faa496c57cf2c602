"""``cecli score --reduction none``: a loss per row, streamed in the order of the file."""

from __future__ import annotations

from typing import Any

import numpy as np

from cecli.commands.options.losses import LossOptions
from cecli.core.rows.rows import Batch, LossRule, ScoredRows, score_rows
from cecli.core.units import Unit
from cecli.readers.predictions.facts import facts_of
from cecli.readers.predictions.predictions import PredictionOptions, Predictions
from cecli.readers.predictions.run import Sink
from cecli.report.formats.csv_format import record
from cecli.report.formulas import FormulaWatch
from cecli.report.model import OutputOptions
from cecli.report.progress import progress
from cecli.report.stream import Stream, stream


class _RowLosses:
    """An accumulator that adds nothing up: it only scores."""

    def __init__(self, rule: LossRule) -> None:
        self._rule = rule

    def update(self, batch: Batch) -> ScoredRows:
        return score_rows(batch, self._rule)

    def merge(self, other: object) -> None:
        return


def write_rows(options: PredictionOptions, loss: LossOptions, unit: Unit, threads: int, output: OutputOptions) -> None:
    """Write ``row[,id],loss``; rows that do not count have the loss 0, as in PyTorch."""
    from cecli.report.messages import note

    delimiter = "\t" if output.format == "tsv" or (output.file or "").lower().endswith((".tsv", ".tab")) else ","
    with Predictions(options) as opened, progress(opened.size, quiet=output.quiet) as bar, stream(output.path) as out:
        named = opened.roles.preds.id is not None
        out.write(record(["row", "id", "loss"] if named else ["row", "loss"], delimiter))
        watch = FormulaWatch() if named and output.file is not None else None
        sink = Sink(lambda *block: _lines(*block, unit=unit, delimiter=delimiter, watch=watch), _writer(out))
        rule = loss.rule(opened.class_names, opened.learn, opened.options)
        opened.accumulate(lambda: _RowLosses(rule), threads, bar.advance, sink)
    formulas = [] if watch is None else watch.notes()
    for text in [*opened.notes, *facts_of(opened).remarks(), *formulas]:
        note(text, output.quiet)


def _writer(out: Stream) -> Any:
    return lambda data: out.write(data) if data else None


def _lines(
    batch: Batch | None,
    scored: ScoredRows | None,
    rows: int,
    first_row: int,
    ids: Any,
    *,
    unit: Unit,
    delimiter: str,
    watch: FormulaWatch | None,
) -> bytes:
    losses = np.zeros(rows)
    if scored is not None:
        weighted = scored.weighted(scored.loss) / unit.divisor + 0.0
        losses[np.array(scored.numbers_of(np.arange(scored.rows))) - first_row] = weighted
    texts = map(repr, losses.tolist())
    numbers = map(str, range(first_row + 1, first_row + rows + 1))
    if ids is None:
        lines = map(delimiter.join, zip(numbers, texts, strict=True))
        return "\n".join(lines).encode() + b"\n"
    if watch is not None:
        watch.look_at_column(ids)
    return "".join(
        record([int(number), text, float(loss)], delimiter)
        for number, text, loss in zip(numbers, ids.to_pylist(), texts, strict=True)
    ).encode("utf-8")
