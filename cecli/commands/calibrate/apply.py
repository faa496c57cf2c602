"""``cecli calibrate --apply``: calibrated predictions, by parameters from a file or by those just fitted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from cecli.commands.calibrate.options import CalibrateOptions
from cecli.commands.options.rows import FORMATS, RowOutput
from cecli.commands.row_transform import write_softmax
from cecli.core.calibration.softmax import Scaling
from cecli.errors import InputError, UsageError, literal, quoted
from cecli.readers.predictions.opening import HEADERS
from cecli.readers.predictions.predictions import PredictionOptions
from cecli.readers.predictions.row_reader import RowOptions, Unlabelled
from cecli.readers.results.parameters import Parameters, holds_parameters, read_parameters
from cecli.report.messages import note
from cecli.report.model import OutputOptions

if TYPE_CHECKING:
    from cecli.results.calibrate.document import Calibrated


def is_parameters(path: str, predictions: PredictionOptions) -> bool:
    """Whether FILE of --apply holds parameters: without labels nothing can be fitted, so it must."""
    if holds_parameters(path):
        if predictions.labels is not None:
            raise UsageError(
                f"--apply {quoted(path)} holds parameters, so there is nothing to fit to LABELS",
                "leave LABELS out, or score what comes out: cecli score CALIBRATED LABELS",
            )
        return True
    return predictions.labels is None and predictions.columns.label is None


def write_by_parameters(
    predictions: PredictionOptions,
    path: str,
    wanted: CalibrateOptions,
    given: dict[str, Any],
    output: OutputOptions,
    threads: int,
) -> None:
    """Write LOGITS calibrated by the parameters in a file."""
    of_fit = {"bias": wanted.bias, "folds": wanted.folds, "seed": wanted.seed, "table": wanted.table, **given}
    of_fit |= {"ignore": predictions.ignore}
    for name, value in of_fit.items():
        if value:
            raise UsageError(f"--apply with parameters fits nothing and reports nothing: --{name} has no meaning")
    parameters = read_parameters(path)
    _check_kind(parameters, predictions)
    _write(predictions, predictions.preds, parameters, _row_output(output, output.format), threads)


def _check_kind(parameters: Parameters, predictions: PredictionOptions) -> None:
    """Raise UsageError for a temperature of probabilities that would be taken for that of logits, or the other way."""
    fitted, read, probabilities = parameters.kind, predictions.kind, "probabilities"
    if fitted is not None and (fitted == probabilities) != (read == probabilities):
        raise UsageError(
            f"{parameters.name} was fitted to {fitted}, and {literal(predictions.preds)} would be read as {read}",
            "add --probs" if fitted == probabilities else "leave --probs out",
        )


def write_by_fit(
    predictions: PredictionOptions, path: str, done: Calibrated, output: OutputOptions, threads: int
) -> None:
    """Write the predictions in a file calibrated by what was fitted; without -o to standard output, in place of the
    result, which then is a note."""
    fit = done.fit
    if fit.temperature == 0:
        raise InputError(
            f"{done.facts.name}: every row is right, so no temperature is best and nothing can be calibrated",
            "calibrate by rows that the model gets wrong, too",
        )
    biases = None if fit.biases is None else tuple(fit.biases.tolist())
    names = done.facts.class_names
    parameters = Parameters("the fit", fit.temperature, len(names), names, biases)
    rows = _row_output(output, "auto" if output.path is not None else output.format)
    _write(predictions, path, parameters, rows, threads)
    if output.path is None and done.after is not None:
        losses = f"{done.unit.from_nats(done.before.loss.cross_entropy):.6g} to "
        losses += f"{done.unit.from_nats(done.after.loss.cross_entropy):.6g} {done.unit.name}"
        note(f"T = {fit.temperature:.6g}; the loss of the rows it was fitted to goes from {losses}", output.quiet)


def _row_output(output: OutputOptions, name: str) -> RowOutput:
    if output.value or output.get is not None:
        raise UsageError("--apply writes predictions; --value and --get are of a result")
    if name not in FORMATS:
        raise UsageError(
            f"--apply writes predictions, and not as {name}",
            "CSV, TSV with -f tsv, or with -o FILE what its suffix says: .jsonl, .parquet, .arrow, .npy",
        )
    return RowOutput.of(output.path, name, output.quiet)


def _write(predictions: PredictionOptions, path: str, parameters: Parameters, output: RowOutput, threads: int) -> None:
    """Columns that are no classes are carried along: the id, the label, the weight and the cluster."""
    columns = predictions.columns
    beside = tuple(name for name in (columns.label, columns.weight, columns.cluster) if name is not None)
    options = RowOptions(
        path,
        kind=predictions.kind,
        columns=replace(columns, label=None, weight=None, cluster=None),
        kept=beside,
        checks=predictions.checks,
        header=HEADERS[predictions.header][0],
        delimiter=predictions.delimiter,
        decimal=predictions.decimal,
        vector=predictions.vector,
        class_axis=predictions.class_axis,
        lenient=True,
    )
    write_softmax(options, lambda opened: scaling_of(parameters, opened), output, threads)


def scaling_of(parameters: Parameters, opened: Unlabelled) -> Scaling:
    """The parameters for the classes of a file, in its order."""
    count = 2 if opened.binary else len(opened.classes)
    if parameters.class_count not in (None, count):
        raise InputError(
            f"{opened.name}: {count:,} classes, and {parameters.name} was fitted to {parameters.class_count:,}",
            "--classes or --drop choose the columns that are classes",
        )
    if parameters.biases is None:
        return Scaling(parameters.temperature)
    known, names = parameters.classes, opened.classes
    if opened.binary and len(known) == 2:
        names = (known[1 - known.index(names[0])], names[0]) if names[0] in known else ("0", "1")
    if set(names) == set(known):
        order = [known.index(name) for name in names]
    elif len(names) == len(known) and (_are_positions(names) or _are_positions(known)):
        order = list(range(len(known)))
    else:
        missing = [name for name in known if name not in names] or [name for name in names if name not in known]
        raise InputError(
            f"{opened.name}: its classes are not the {len(known):,} of the biases in {parameters.name}: "
            f"{quoted(missing[0])} is only in one of the two"
        )
    return Scaling(parameters.temperature, np.array([parameters.biases[k] for k in order]))


def _are_positions(names: tuple[str, ...]) -> bool:
    """Whether classes have no names of their own but 0…K-1."""
    return names == tuple(map(str, range(len(names))))
