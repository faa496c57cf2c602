"""``cecli fit``: the categorical maximum-likelihood estimate of counts or samples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from cecli.commands.options import WholeNumber, confidence_option, delimiter_option, output_options, threads_option
from cecli.commands.options.workers import WorkerOptions, worker_options
from cecli.core.families import INTERVALS, SMOOTHINGS
from cecli.errors import InputError, UsageError
from cecli.readers.small.declared import declared_names, over
from cecli.report.formats.columns import Records
from cecli.report.model import Facts, Grid, OutputOptions, Report, Table
from cecli.results.contributions import Fact, largest_terms, share

if TYPE_CHECKING:
    from cecli.core.pmfs.pmf import Pmf
    from cecli.readers.small.samples import SampleOptions

EPILOG = """\b
Examples:
  cecli fit sample_data/wolf_white_die.csv
  cecli simulate -n 500 --seed 2 --sequence | cecli fit --samples --sides 6
  cecli fit sample_data/wolf_white_die.csv --smoothing jeffreys -f json
  cecli fit sample_data/wolf_white_die.csv --explain -f table

With --samples a directory, a quoted pattern or a URL stands for all its files, which --workers hands out. The output is
itself a PMF file: cecli fit counts.csv | cecli kl - uniform. What --min-count and --top leave out takes
no part in the fit: the probabilities are those among the outcomes kept. sison-glaz gives all outcomes the same width
and is meant for counts of five and more. Memory grows with the different outcomes, not
with the samples."""


@click.command("fit", epilog=EPILOG)
@click.argument("counts", default="-")
@click.option("--samples", is_flag=True, help="COUNTS holds one observed outcome a line.")
@click.option("--column", metavar="NAME", help="With --samples: the column of a CSV that holds the outcomes.")
@click.option(
    "--header",
    type=click.Choice(["none", "first"]),
    help="With --samples: whether the first line is a header.  [default: first with --column, else none]",
)
@click.option("-k", "--sides", type=WholeNumber(min=1), metavar="K", help="The outcomes are 1 to K, seen or not.")
@click.option("--outcomes", metavar="A,B,...", help="The outcomes are these, seen or not.")
@click.option(
    "--interval",
    type=click.Choice(["auto", *INTERVALS, "none"]),
    metavar="NAME",
    default="auto",
    show_default=True,
    help=f"Confidence interval of each probability: {', '.join(['auto', *INTERVALS, 'none'])}. Those up to "
    "bonferroni-clopper-pearson hold for all outcomes at once; auto is the last of them where a count is below 5, else "
    "goodman.",
)
@click.option(
    "--smoothing",
    default="none",
    show_default=True,
    metavar="NAME|ALPHA",
    help=f"Posterior mean under a symmetric Dirichlet: {', '.join(SMOOTHINGS)}, or a pseudocount.",
)
@click.option("--min-count", type=click.IntRange(min=1), metavar="N", help="Leave out outcomes with fewer counts.")
@click.option("--explain", is_flag=True, help="Show what each outcome adds to the entropy and the log-likelihood.")
@click.option("--top", type=click.IntRange(min=1), metavar="K", help="Only the K most frequent outcomes, those first.")
@worker_options
@confidence_option
@delimiter_option("delimiter")
@threads_option
@output_options
def command(
    counts: str,
    samples: bool,
    column: str | None,
    header: str | None,
    sides: int | None,
    outcomes: str | None,
    interval: str,
    smoothing: str,
    min_count: int | None,
    explain: bool,
    top: int | None,
    workers: WorkerOptions,
    confidence: float,
    delimiter: str | None,
    threads: int,
    output: OutputOptions,
) -> None:  # fmt: skip
    """Fit the categorical maximum-likelihood estimate to counts or samples.

    COUNTS is a file of outcome,count, - for standard input, or written out: 10,20,30. Prints the empirical PMF
    count/total with an interval for each probability; the interval is of the counts, also with --smoothing.
    """
    from cecli.readers.small.columns import TO_FIT
    from cecli.readers.small.counts import read_sample
    from cecli.readers.small.samples import SampleOptions, count_samples
    from cecli.report.write import write

    if not samples and (column is not None or header is not None):
        raise UsageError("--column and --header are for --samples", hint="a column of counts is named FILE:COLUMN")
    if sides is not None and outcomes is not None:
        raise UsageError("--sides and --outcomes exclude each other")
    if samples:
        options = SampleOptions(column, header, delimiter)
        observed = (
            _counted_on(workers, counts, options, output.quiet)
            if workers.given
            else count_samples(counts, options, threads)
        )
    elif workers.given:
        raise UsageError("--workers and --scheduler are for --samples: counts are read in an instant")
    else:
        observed = read_sample(counts, delimiter, wanted=TO_FIT)
    declared = (
        [str(k) for k in range(1, sides + 1)] if sides else None if outcomes is None else declared_names(outcomes)
    )
    if declared is not None:
        observed = over(observed, declared)
    kept, left_out = _kept(observed, min_count, top)
    write(_report(kept, interval, confidence, smoothing, explain, left_out), output)


def _counted_on(workers: WorkerOptions, path: str, options: SampleOptions, quiet: bool) -> Pmf:
    """Samples counted by others."""
    from cecli.commands.worker_runs import run_on
    from cecli.workers.count import CountJob, count_tasks, pmf_of_total

    total = run_on(workers, "count", CountJob(options), lambda whole, _: count_tasks(path, options, whole), quiet)
    return pmf_of_total(total, path)


def _kept(observed: Pmf, min_count: int | None, top: int | None) -> tuple[Pmf, dict[str, int] | None]:
    """The outcomes to fit, with ``top`` the most frequent first, and how many outcomes and rolls were left out."""
    import numpy as np

    from cecli.core.pmfs.pmf import Pmf
    from cecli.core.pmfs.weights import total_count

    if min_count is None and top is None:
        return observed, None
    counts = observed.weights.astype(np.int64, copy=False)
    order = np.arange(observed.size) if top is None else np.argsort(-counts, kind="stable")
    order = order[counts[order] >= (min_count or 0)][:top]
    if not counts[order].any():
        raise InputError(f"{observed.name}: no outcome has a count of {min_count:,}", "a lower --min-count keeps some")
    labels = observed.labels()
    kept = Pmf(counts[order], [labels[k] for k in order.tolist()], observed.name)
    rolls = total_count(counts) - total_count(counts[order])
    return kept, {"outcomes": observed.size - kept.size, "rolls": rolls}


def _report(
    observed: Pmf,
    interval: str,
    confidence: float,
    smoothing: str,
    explain: bool,
    left_out: dict[str, int] | None,
) -> Report:
    import numpy as np

    from cecli.core.functions.elementary_scalars import log_of
    from cecli.core.pmfs import categorical, information, intervals
    from cecli.core.pmfs.estimators import standard_error
    from cecli.core.pmfs.pmf import Pmf
    from cecli.core.pmfs.weights import total_count

    counts = observed.weights.astype(np.int64, copy=False)
    total = total_count(counts)
    interval = intervals.chosen(interval, counts)
    pseudocount = categorical.pseudocount(smoothing, total, observed.size)
    probabilities = categorical.smoothed(counts, pseudocount)
    fitted = Pmf(probabilities) if pseudocount else observed
    low, high = (
        (None, None) if interval == "none" else intervals.confidence_interval(interval, counts, total, confidence)
    )
    nothing = [None] * observed.size
    columns = {
        "outcome": list(observed.labels()),
        "count": counts.tolist(),
        "probability": probabilities.tolist(),
        "low": nothing if low is None else low.tolist(),
        "high": nothing if high is None else high.tolist(),
    }
    records = Records(columns)
    log_likelihood, free = categorical.log_likelihood(counts, fitted), observed.size - 1
    document: dict[str, Any] = {
        "rolls": total,
        "sides": observed.size,
        "entropy": information.entropy(fitted),
        "entropy_standard_error": standard_error(counts),
        "log_likelihood": log_likelihood,
        "aic": 2 * free - 2 * log_likelihood,
        "bic": free * log_of(total) - 2 * log_likelihood,
        "smoothing": smoothing if smoothing in SMOOTHINGS else pseudocount,
        "interval": interval,
        "confidence": confidence,
    }
    notes = []
    if left_out is not None:
        document["left_out"] = left_out
        notes.append(f"{left_out['outcomes']:,} outcomes with {left_out['rolls']:,} rolls are left out of the fit")
    document["outcomes"] = records
    terms = _terms(observed, fitted, document["entropy"]) if explain else None
    if terms is not None:
        document["terms"] = terms
        shown = {name: terms.columns[name] for name in ("surprisal", "contribution", "log_likelihood", "share")}
        records = Records({**columns, **shown})  # with the columns of a PMF file first, so that it stays one
    return Report(
        command="fit",
        document=document,
        table=Table(list(records.columns), records.rows),
        headline=[document["entropy"]],
        view=_view(document, Records(columns), terms),
        plain="table",
        notes=notes,
    )


def _terms(observed: Pmf, fitted: Pmf, entropy: float) -> Records:
    """The ledgers of the two totals: -q log q of the entropy and n log q of the log-likelihood, q the fitted PMF."""
    import numpy as np

    from cecli.core.pmfs.information import entropy_terms

    found = entropy_terms(fitted)
    counts = observed.weights.astype(np.float64)
    likelihood = np.multiply(counts, -found.surprisal, out=np.zeros_like(counts), where=counts > 0)
    return Records(
        {
            "outcome": list(observed.labels()),
            "count": observed.weights.tolist(),
            "p": found.p.tolist(),
            "surprisal": found.surprisal.tolist(),
            "contribution": found.contribution.tolist(),
            "log_likelihood": likelihood.tolist(),
            "share": [share(part, entropy) for part in found.contribution.tolist()],
        }
    )


_TERM_TITLES = ("outcome", "count", "p", "-log p", "-p log p", "n log p", "share")


def _view(document: dict[str, Any], records: Records, terms: Records | None) -> list[Facts | Grid]:
    facts: list[Fact] = [
        ("Rolls", document["rolls"], f"over {document['sides']:,} outcomes"),
        ("Entropy", document["entropy"], "nats, of the fitted PMF"),
        ("Standard error", document["entropy_standard_error"], "of the entropy of the counts"),
        ("Log-likelihood", document["log_likelihood"], "nats, of the counts under it"),
        ("AIC", document["aic"], f"{document['sides'] - 1:,} free parameters"),
        ("BIC", document["bic"], ""),
    ]
    if terms is not None:
        columns: Mapping[str, Any] = terms.columns
        facts += largest_terms(columns["outcome"], columns["contribution"], document["entropy"])
    title = "Maximum-likelihood estimate" if document["smoothing"] in ("none", 0) else "Smoothed estimate"
    if document["interval"] == "none":
        records = Records({name: records.columns[name] for name in ("outcome", "count", "probability")})
    else:
        scope = "for all outcomes at once" if INTERVALS[document["interval"]].simultaneous else "per outcome"
        title += f", {document['confidence'] * 100:g} % {INTERVALS[document['interval']].title} interval ({scope})"
    view: list[Facts | Grid] = [Facts(facts)]
    view.append(Grid(Table(list(records.columns), records.rows), title=title, bars="probability"))
    if terms is not None:
        ledger = Table(_TERM_TITLES, terms.rows)
        title = "What each outcome adds to the entropy, and to the log-likelihood (nats)"
        view.append(Grid(ledger, title=title, bars="-p log p"))
    return view
