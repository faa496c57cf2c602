"""``cecli score``: the cross-entropy loss of a file of predictions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from cecli.commands.loss_options import LossOptions, loss_options
from cecli.commands.options import confidence_option, output_options, threads_option, unit_option
from cecli.commands.prediction_options import prediction_options
from cecli.commands.requirements import Requirement, require_option
from cecli.core.units import Unit
from cecli.errors import UsageError
from cecli.report.model import OutputOptions

if TYPE_CHECKING:
    from cecli.core.rows import LossRule
    from cecli.core.scoring import Scores
    from cecli.readers.predictions import PredictionOptions, Predictions
    from cecli.report.progress import Progress

EPILOG = """\b
Examples:
  cecli score preds.csv labels.csv
  cecli score logits.npy labels.csv --logits --base bits
  cecli score preds.parquet --label-column label --by country -f csv
  cecli score preds.csv labels.csv --require 'cross_entropy<0.5' -o score.json

Memory does not grow with the rows, save when ids are in different orders: by 12 to 19 bytes a row of LABELS and the
length of its id, to the next multiple of 8 (290 MB for 10 million ids like img_00012345), more with weights; and with
--by, by some kilobytes a group. Repeated ids are found among the first 32 MB of ids where both files have one order."""


@click.command("score", epilog=EPILOG)
@click.argument("preds")
@click.argument("labels", required=False)
@prediction_options
@loss_options
@click.option(
    "--reduction",
    type=click.Choice(["mean", "sum", "none"]),
    default="mean",
    show_default=True,
    help="The mean loss, its sum, or a loss per row as CSV.",
)
@click.option("--top-k", type=click.IntRange(min=1), default=5, show_default=True, help="The k of top-k accuracy.")
@click.option("--worst", type=click.IntRange(min=1), metavar="N", help="List the N rows of largest loss.")
@click.option("--prior", metavar="PMF", help="Measure skill against this PMF of the classes, too: a file, or uniform.")
@click.option(
    "--table", type=click.Choice(["classes", "worst", "groups"]), help="With CSV, TSV and Markdown: print this list."
)
@click.option("--check", is_flag=True, help="Say what would be read as what, and score nothing.")
@require_option
@confidence_option
@unit_option
@threads_option
@output_options
def command(
    predictions: PredictionOptions,
    loss: LossOptions,
    reduction: str,
    top_k: int,
    worst: int | None,
    prior: str | None,
    table: str | None,
    check: bool,
    requirements: list[Requirement],
    confidence: float,
    unit: Unit,
    threads: int,
    output: OutputOptions,
) -> None:  # fmt: skip
    """Score a classifier's predictions by their cross-entropy loss.

    PREDS has a header of class names and a row of probabilities per example; LABELS the observed class of each, by
    name, by the number a name ends in, or by position from 0; or a PMF of the classes. Rows are matched on the column
    id if both have one, else by position. CSV, TSV, .npy, Parquet and Arrow files are read, compressed ones too; - is
    standard input.
    """
    from cecli.commands import score_report
    from cecli.commands.requirements import checked, raise_unmet
    from cecli.core.metrics import Spec
    from cecli.core.observed_scoring import ObservedScorer
    from cecli.core.scoring import Scorer
    from cecli.readers.predictions import Predictions
    from cecli.readers.prior import read_prior
    from cecli.report.progress import progress
    from cecli.report.write import write

    if check:
        from cecli.commands.score_check import write_check

        write_check(replace(predictions, columns=replace(predictions.columns, keep_ids=True)), output)
        return
    if prior is not None and predictions.columns.observed is not None:
        raise UsageError("--observed has no classes: --prior has no meaning beside it")
    if worst:
        predictions = replace(predictions, columns=replace(predictions.columns, keep_ids=True))
    if reduction == "none":
        _check_rows_only(predictions, {"require": requirements, "table": table, "worst": worst, "prior": prior}, output)
        from cecli.commands.score_rows import write_rows

        write_rows(
            replace(predictions, columns=replace(predictions.columns, keep_ids=True)), loss, unit, threads, output
        )
        return
    with Predictions(predictions) as opened, progress(opened.size, quiet=output.quiet) as bar:
        spec = Spec(
            classes=max(2, len(opened.classes)),
            top_k=top_k,
            weights=None
            if predictions.columns.weight is None
            else "frequency"
            if predictions.frequency
            else "importance",
            worst=worst or 0,
            own_denominator=loss.class_weights is not None and not opened.soft,
        )
        rule = loss.rule(opened.class_names)
        prior_pmf = None if prior is None or opened.observed_only else read_prior(prior, opened.class_names)
        make: Callable[[Spec, LossRule], Scores] = ObservedScorer if opened.observed_only else Scorer
        total, groups = _accumulated(opened, lambda: make(spec, rule), predictions.columns.by, threads, bar)
    with_classes = bool(requirements) or table == "classes" or score_report.shows_classes(output)
    scored = score_report.Scored(
        opened, total, groups, unit, confidence, reduction == "sum", predictions.columns.by, with_classes, prior_pmf
    )
    document = scored.document()
    if requirements:
        document["requirements"] = checked(requirements, document)
    write(score_report.report(scored, document, table), output)
    raise_unmet(document.get("requirements", []))


def _accumulated(
    opened: Predictions, new: Callable[[], Scores], by: str | None, threads: int, bar: Progress
) -> tuple[Scores, Scores | None]:
    """The score of all rows, and of the groups where there are some."""
    if by is None:
        return opened.accumulate(new, threads, bar.advance), None
    from cecli.core.grouped import GroupedScorer

    both = opened.accumulate(lambda: GroupedScorer(new), threads, bar.advance)
    return both.total, both.groups


def _check_rows_only(predictions: PredictionOptions, of_report: dict[str, object], output: OutputOptions) -> None:
    """``--reduction none`` prints rows and makes no report, so what is about the report has no meaning."""
    of_report |= {"by": predictions.columns.by, "cluster": predictions.columns.cluster}
    for name, given in (of_report | {"value": output.value, "get": output.get}).items():
        if given:
            raise UsageError(f"--reduction none prints a loss per row and no report: --{name} has no meaning beside it")
    if output.format not in ("auto", "csv", "tsv"):
        raise UsageError(f"--reduction none streams CSV or TSV, not {output.format}")
