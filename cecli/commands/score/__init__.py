"""``cecli score``: the cross-entropy loss of a file of predictions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from cecli.commands.options import confidence_option, is_given, threads_option, unit_option
from cecli.commands.options.conflicts import check_table
from cecli.commands.options.headings import option
from cecli.commands.options.intervals import check_clusters, interval_options
from cecli.commands.options.losses import LossOptions, loss_options
from cecli.commands.options.metrics import MetricOptions, metric_options
from cecli.commands.options.page import check_one_file, report_option
from cecli.commands.options.partial import output_or_state_options, partial_option
from cecli.commands.options.predictions import prediction_options
from cecli.commands.options.requirements import require_option
from cecli.commands.options.workers import WorkerOptions, worker_options
from cecli.commands.signature import SignedCommand, inputs_kept, signature_option
from cecli.core.functions.choice import Choice
from cecli.core.units import Unit
from cecli.errors import UsageError
from cecli.report.model import OutputOptions
from cecli.report.write import resolve_format
from cecli.results.requirements import Requirement

if TYPE_CHECKING:
    from cecli.core.metrics import Spec
    from cecli.core.pmfs.pmf import Pmf
    from cecli.core.scores.scorer import Scorer
    from cecli.readers.predictions.predictions import PredictionOptions, Predictions
    from cecli.report.progress import Progress

EPILOG = """\b
Examples:
  cecli score preds.csv labels.csv
  cecli score logits.npy labels.csv --logits --base bits
  cecli score preds.parquet --label-column label --by country -f csv
  cecli score 'preds/*.parquet' labels/ --worst 10 --confusions 5 -f json
  cecli score tokens.jsonl --observed logprob --log-probs --cluster document
  cecli score preds.csv labels.csv --require 'cross_entropy<0.5' -o score.json
  cecli score preds.csv labels.csv --report report.html --signature -o signed.json
  cecli score preds.csv labels.csv --partial -o shard.cecli
  cecli score preds.parquet --label-column label --by country --workers 2

A directory or a quoted pattern is read as one file, in natural order; it may be a URL, such as 's3://bucket/*.parquet'
(needs pip install 'cecli[cluster]', save for http). A request to a web server is tried 5 times, and given up after 10 s
without a byte or 25 s without progress. Into a pipe the loss alone is printed; -f says otherwise.

--workers and --scheduler hand out the files of a directory or pattern, and, where the labels are inside, row groups of
Parquet and stretches of plain text. The report is that of one process to the last digit. The workers of a scheduler
read the files where they run, and must have this version of cecli. LABELS go along in as many files as PREDS; or in
others, where rows are matched by id, and are then read whole for every file of PREDS. Repeated ids are found within a
file, and in such LABELS.

Memory does not grow with the rows, save when ids are in different orders: by 12 to 19 bytes a row of LABELS and the
length of its id, to the next multiple of 8 (290 MB for 10 million ids like img_00012345), more with weights; with
--by and --cluster, by some kilobytes a group and some hundred bytes a cluster; and with the options that say so.
Repeated ids are found among the first 16 MB of ids where both files have one order."""


@click.command("score", cls=SignedCommand, epilog=EPILOG)
@click.argument("preds")
@click.argument("labels", required=False)
@prediction_options
@loss_options
@option(
    "Loss",
    "--reduction",
    type=click.Choice(["mean", "sum", "none"]),
    default="mean",
    show_default=True,
    help="The mean loss, its sum, or a loss per row as CSV.",
)
@metric_options
@option(
    "Report",
    "--table",
    type=click.Choice(["classes", "worst", "confusions", "like", "groups"]),
    help="With CSV, TSV and Markdown: print this list.",
)
@option("Input", "--check", is_flag=True, help="Say what would be read as what, and score nothing.")
@worker_options
@partial_option
@report_option
@signature_option
@require_option
@confidence_option
@interval_options
@unit_option
@threads_option
@output_or_state_options
def command(
    predictions: PredictionOptions,
    loss: LossOptions,
    reduction: str,
    wanted: MetricOptions,
    table: str | None,
    check: bool,
    workers: WorkerOptions,
    partial: bool,
    page: str | None,
    signature: bool,
    requirements: list[Requirement],
    confidence: float,
    choice: Choice,
    unit: Unit,
    threads: int,
    output: OutputOptions,
) -> None:  # fmt: skip
    """Score a classifier's predictions by their cross-entropy loss.

    PREDS has a header of class names and a row of probabilities per example; LABELS the observed class of each, by
    name, by the number a name ends in, or by position from 0; or a PMF of the classes. Rows are matched on the column
    id if both have one, else by position. CSV, TSV, JSON Lines, .npy, Parquet and Arrow files are read, compressed ones
    too; - is standard input.
    """
    from cecli.commands.score.wanted import Wanted, check_pairs
    from cecli.core.scores.scorer import Scorer
    from cecli.readers.predictions.facts import facts_of
    from cecli.readers.predictions.predictions import Predictions
    from cecli.report.progress import progress

    with_ids = replace(predictions, columns=replace(predictions.columns, keep_ids=True))
    if check:
        from cecli.commands.score.check import write_check

        given: dict[str, object] = {"require": requirements, "report": page, "signature": signature}
        _check_no_result(given | {"value": output.value, "table": table})
        write_check(with_ids, output)
        return
    _check_meaning(predictions, loss, wanted, reduction)
    may_be_documents = predictions.labels is None and predictions.columns.label is None
    check_clusters(choice, predictions.columns.cluster or may_be_documents or None)
    check_one_file(page, output)
    if reduction == "none":
        from cecli.commands.score.rows import write_rows

        of_report: dict[str, object] = {"require": requirements, "table": table, "report": page, "signature": signature}
        of_report |= {
            "top-k": is_given("wanted_top_k"),
            "confidence": is_given("confidence"),
            "interval": is_given("choice_interval"),
        }
        _check_rows_only(predictions, wanted, of_report, output)
        write_rows(with_ids, loss, unit, threads, output)
        return
    plan = Wanted(
        unit, confidence, reduction == "sum", predictions.columns.by, table, requirements, wanted, output, page, choice
    )
    check_table(table, output)
    if partial and not workers.given:
        from cecli.commands.score.partial import write_partial

        write_partial(with_ids if wanted.worst else predictions, loss, wanted, threads, output)
        return
    if plan.beside:
        wanted = replace(wanted, worst=plan.beside)
    read = with_ids if wanted.worst else predictions
    if workers.given:
        from cecli.commands.score.workers import score_on

        score_on(workers, read, loss, replace(plan, metrics=wanted), partial)
        return
    with inputs_kept(signature) as inputs:
        with Predictions(read) as opened, progress(opened.size, quiet=output.quiet) as bar:
            check_pairs(opened.soft, wanted)
            check_clusters(choice, opened.options.columns.cluster)
            rule, spec = loss.rule(opened.class_names, opened.learn, opened.options), _spec(opened, loss, wanted)
            prior = _prior(opened, wanted)
            metrics = plan.measured(opened.observed_only)
            total, groups = _accumulated(opened, lambda: Scorer(spec, rule, metrics), plan.by, threads, bar)
        facts = facts_of(opened)
        facts = replace(facts, notes=(*facts.notes, *facts.remarks()))
        plan.finish(facts, total, groups, prior, None if inputs is None else inputs.digests())


def _spec(opened: Predictions, loss: LossOptions, wanted: MetricOptions) -> Spec:
    from cecli.core.metrics import Spec

    weighted = opened.options.columns.weight is not None
    return Spec(
        classes=max(2, len(opened.classes)),
        top_k=wanted.top_k,
        weights=None if not weighted else "frequency" if opened.options.frequency else "importance",
        own_denominator=(loss.class_weights is not None and not opened.soft) or opened.divides,
        worst=wanted.worst or 0,
        like=wanted.like,
    )


def _prior(opened: Predictions, wanted: MetricOptions) -> Pmf | None:
    if wanted.prior is None:
        return None
    from cecli.readers.small.prior import read_prior

    return read_prior(wanted.prior, opened.class_names, opened.learn, opened.options.delimiter)


def _accumulated(
    opened: Predictions, new: Callable[[], Scorer], by: str | None, threads: int, bar: Progress
) -> tuple[Scorer, Scorer | None]:
    """The score of all rows, and of the groups where there are some."""
    if by is None:
        return opened.accumulate(new, threads, bar.advance), None
    from cecli.core.scores.groups import GroupedScorer

    both = opened.accumulate(lambda: GroupedScorer(new), threads, bar.advance)
    return both.total, both.groups


def _check_meaning(
    predictions: PredictionOptions, loss: LossOptions, wanted: MetricOptions, reduction: str
) -> None:  # fmt: skip
    """Raise UsageError for what needs classes where only the figure of what was observed is known, and the like."""
    if predictions.columns.observed is not None:
        of_classes = wanted.of_classes() | {
            "top-k": is_given("wanted_top_k"),
            "label-smoothing": loss.smoothing,
            "class-weights": loss.class_weights,
        }
        for name in filter(of_classes.get, of_classes):
            raise UsageError(f"--observed has no classes: --{name} has no meaning beside it")
    if reduction == "sum" and wanted.like:
        raise UsageError("--like is the mean that a library prints: it has no meaning beside --reduction sum")


def _check_no_result(given: dict[str, object]) -> None:
    for name in filter(given.get, given):
        raise UsageError(f"--check scores nothing: --{name} has no meaning beside it")


def _check_rows_only(
    predictions: PredictionOptions, wanted: MetricOptions, of_report: dict[str, object], output: OutputOptions
) -> None:
    """``--reduction none`` prints rows and makes no report, so what is about the report has no meaning."""
    of_report |= {"worst": wanted.worst, **wanted.of_classes()}
    of_report |= {"per": predictions.per}
    of_report |= {"by": predictions.columns.by, "cluster": predictions.columns.cluster}
    for name, given in (of_report | {"value": output.value, "get": output.get}).items():
        if given:
            raise UsageError(f"--reduction none prints a loss per row and no report: --{name} has no meaning beside it")
    form = output.format if output.file is None else resolve_format(output)
    if form not in ("auto", "csv", "tsv"):
        raise UsageError(f"--reduction none streams CSV or TSV, not {form}")
