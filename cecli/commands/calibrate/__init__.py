"""``cecli calibrate``: the temperature that makes a classifier's probabilities mean what they say."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from cecli.commands.calibrate.options import CalibrateOptions, calibrate_options
from cecli.commands.options import confidence_option, hidden, output_options, plot_option, threads_option, unit_option
from cecli.commands.options.conflicts import check_table
from cecli.commands.options.headings import option
from cecli.commands.options.predictions import prediction_options
from cecli.commands.options.requirements import require_option
from cecli.commands.signature import SignedCommand, arguments_given, inputs_kept, signature_option
from cecli.core.units import Unit
from cecli.errors import UsageError
from cecli.report.model import OutputOptions
from cecli.results.requirements import Requirement

if TYPE_CHECKING:
    from cecli.readers.predictions.predictions import PredictionOptions

EPILOG = """\b
Examples:
  cecli calibrate logits.npy labels.csv -f table
  cecli calibrate sample_data/digits_logits.csv labels.csv --folds 5 -o parameters.json
  cecli calibrate sample_data/digits_logits.csv --apply parameters.json -o calibrated.csv
  cecli calibrate sample_data/digits_logits.csv labels.csv --apply logits.npy -o calibrated.npy
  cecli calibrate preds.csv labels.csv --probs --bias -f json

The loss of softmax(z / T) is convex in 1/T. Its least value is found by Newton's method with exact sums, to the last
digits. Where no temperature is best it says so: T is Infinity where equal probabilities are best (solution uniform),
and 0 where every row is right, so that the loss falls as long as T does (unbounded). With --bias the logits are
z / T + a, the biases a summing to 0; that of a class that never occurs stays 0.

standard_error comes from the curvature of the loss, robust_standard_error and the interval (of log T) from the scores
of the rows, clustered with --cluster. --folds shows what calibration is worth on rows it has not seen. Rows go to folds
by their cluster, their id or their number.

The calibration error is given for the top label in 15 bins of equal width and of equal mass, and class by class, each
with the band that 95 % of perfectly calibrated models stay below. Bins have exact (Clopper-Pearson) intervals.

--apply FILE writes calibrated predictions, as CSV or in the format that the suffix of -o names. Either FILE holds
parameters, and LOGITS is calibrated by them; or, with labels, FILE holds predictions that what was fitted is applied
to. The result of the fit then goes to standard output, if -o is given.

Rows are read once and kept while they are gone over: 8 bytes a class and row (4 where single precision is enough),
beyond 64 MB in a temporary file; and in memory up to 17 bytes a row for the bins of equal mass, 41 with weights, and
what score needs for ids in different orders. With --bias 16 K^2 bytes for K classes, a thread."""


def _output(own: dict[str, Any], arguments: dict[str, Any]) -> OutputOptions:
    """With --apply the suffix of -o names a format of predictions, not of a report."""
    from cecli.report.write import check_options

    options = OutputOptions(**own)
    check_options(options if arguments["apply"] is None else replace(options, path=None))
    return options


@click.command("calibrate", cls=SignedCommand, epilog=EPILOG)
@click.argument("preds", metavar="LOGITS")
@click.argument("labels", required=False)
@hidden("predictions_observed", "predictions_losses", "predictions_by")
@prediction_options
@calibrate_options
@option(
    "Output", "--apply", metavar="FILE", help="Write calibrated predictions, by the parameters in FILE, or of FILE."
)
@plot_option
@signature_option
@require_option
@confidence_option
@unit_option
@threads_option
@partial(output_options, make=_output)
def command(
    predictions: PredictionOptions,
    wanted: CalibrateOptions,
    apply: str | None,
    plot: str | None,
    signature: bool,
    requirements: list[Requirement],
    confidence: float,
    unit: Unit,
    threads: int,
    output: OutputOptions,
) -> None:
    """Find the temperature that makes a classifier's probabilities mean what they say.

    LOGITS has a header of class names and a row of raw scores per example, LABELS the observed class of each, all read
    as score does; probabilities and log-probabilities are taken, too. The temperature T is the one for which the
    cross-entropy loss of softmax(logits / T) is least.
    """
    from cecli.commands.calibrate.apply import is_parameters, write_by_fit, write_by_parameters

    options = _as_logits(predictions)
    _check(options)
    if apply is not None and is_parameters(apply, options):
        given = {"plot": plot, "signature": signature, "require": requirements}
        given |= {"value": output.value, "get": output.get}
        write_by_parameters(options, apply, wanted, given, output, threads)
        return
    from cecli.commands.calibrate.run import calibrated
    from cecli.results.finish import Ending, finish

    if apply is None:
        check_table(wanted.table, output)
    more = requirements or plot or apply is not None or wanted.folds or wanted.table or signature
    alone = not more and _is_number(output)
    with inputs_kept(signature) as inputs:
        done = calibrated(options, wanted, unit, confidence, threads, output.quiet, alone)
    digests, written = None if inputs is None else inputs.digests(), True
    if apply is not None:
        write_by_fit(options, apply, done, output, threads)
        output, written = replace(output, path=None), output.path is not None
    ending = Ending(
        output, requirements, wanted.table, plot=plot, arguments=arguments_given(), digests=digests, written=written
    )
    finish("calibrate", done.document(), ending)


def _as_logits(predictions: PredictionOptions) -> PredictionOptions:
    """Logits, where nothing else is said."""
    if predictions.said and predictions.kind == "probabilities":
        return replace(predictions, checks=replace(predictions.checks, as_logits="leave --probs out"))
    kind = "logits" if predictions.kind == "probabilities" else predictions.kind
    if kind == "logits" and predictions.checks.normalize:
        raise UsageError(
            "--normalize is for probabilities: softmax makes every row of logits sum to 1", "--probs if they are that"
        )
    return replace(predictions, kind=kind)


def _check(predictions: PredictionOptions) -> None:
    if predictions.columns.observed is not None:
        raise UsageError("--observed: the figures of all classes are needed to calibrate them")
    if predictions.columns.by is not None:
        raise UsageError("--by: calibrate finds one temperature for all rows", "calibrate each group's file by itself")


def _is_number(output: OutputOptions) -> bool:
    """Whether nothing but the temperature is printed."""
    from cecli.report.write import resolve_format

    return output.get is None and (output.value or resolve_format(output) == "plain")
