"""``cecli test``: may these counts be rolls of that PMF, and which outcome is to blame if not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cecli.commands.dice import drawn_seed, seed_option
from cecli.commands.options import PmfArguments, WholeNumber, output_options, pmf_options
from cecli.core.families import METHODS, STATISTICS
from cecli.errors import UsageError, several
from cecli.report.model import Facts, Grid, OutputOptions, Report, Table

if TYPE_CHECKING:
    from cecli.core.hypotheses.goodness_of_fit import Fit
    from cecli.core.pmfs.pmf import Pmf

EPILOG = """\b
Examples:
  cecli test sample_data/wolf_white_die.csv --explain
  cecli test sample_data/wolf_white_die.csv 1/6,1/6,1/6,1/6,1/6,1/6 --statistic pearson
  cecli test sample_data/letters_english.csv sample_data/letters_german.csv --two-sample

G is 2N times the KL divergence of the empirical PMF from the hypothesis, in nats. auto enumerates all tables of counts
where they are at most a million (alike outcomes exchanged count once), simulates where an expected count is below 5 or
their mean below 10, and takes chi-squared elsewhere. A simulated p-value is (1 + c)/(1 + B) of B samples, c of them at
least as extreme."""


@click.command("test", epilog=EPILOG)
@click.argument("counts")
@click.argument("pmf", required=False)
@click.option("--two-sample", is_flag=True, help="PMF is a second file of counts: do both come from one PMF?")
@click.option("--statistic", type=click.Choice(STATISTICS), default="g", show_default=True,
              help="What measures the distance; g is 2N KL.")  # fmt: skip
@click.option("--method", type=click.Choice(METHODS), default="auto", show_default=True,
              help="Where the p-value comes from.")  # fmt: skip
@click.option("--replicates", type=WholeNumber(1, 10**9), metavar="B",
              help="Simulated samples.  [default: 9999; fewer, at least 199, for more than 2000 outcomes]")  # fmt: skip
@seed_option("Repeat the simulation of this seed.  [default: drawn]")
@click.option("--explain", is_flag=True, help="Show what each outcome contributes to the statistic.")
@pmf_options
@output_options
def command(
    counts: str,
    pmf: str | None,
    two_sample: bool,
    statistic: str,
    method: str,
    replicates: int | None,
    seed: int | None,
    explain: bool,
    pmfs: PmfArguments,
    output: OutputOptions,
) -> None:
    """Test whether counts fit a PMF, or whether two samples differ.

    COUNTS is a file of outcome,count, or -; PMF, the hypothesis, is uniform unless given. The p-value is the chance of
    counts at least this far from it if it is true.
    """
    from cecli.core.hypotheses.goodness_of_fit import Choice, goodness_of_fit, two_samples
    from cecli.report.write import write

    if two_sample and pmf is None:
        raise UsageError("--two-sample needs two files of counts")
    if method in ("asymptotic", "exact") and (seed is not None or replicates is not None):
        raise UsageError(
            f"--seed and --replicates have no meaning beside --method {method}", "nothing is simulated there"
        )
    observed, other, notes = _inputs(counts, pmf, two_sample, pmfs)
    drawn = drawn_seed(seed)
    choice = Choice(method, replicates, drawn)
    first = observed.weights.astype("int64", copy=False)
    if two_sample:
        fit = two_samples(first, other.weights.astype("int64", copy=False), statistic, choice)
    else:
        fit = goodness_of_fit(first, other, statistic, choice)
    if fit.replicates is not None and seed is None:
        notes.append(f"--seed {drawn} repeats this simulation")
    if fit.impossible.size:
        names = [observed.labels()[k] for k in fit.impossible[:5].tolist()]
        notes.append(f"{other.name} says these cannot come up, so the p-value is 0: {', '.join(names)}")
    write(_report(observed, other, fit, statistic, drawn, explain, notes), output)


def _inputs(counts: str, pmf: str | None, two_sample: bool, options: PmfArguments) -> tuple[Pmf, Pmf, list[str]]:
    """The observed counts, the hypothesis or the second sample over the same outcomes, and notes."""
    import numpy as np

    from cecli.core.pmfs.pmf import Pmf
    from cecli.readers.small.align import align
    from cecli.readers.small.counts import AS_WRITTEN, is_written_out, read_sample
    from cecli.readers.small.pmf import UNIFORM, PmfOptions, read_pmf
    from cecli.readers.tables.columns import split_column

    if pmf is not None and split_column(counts)[0] == split_column(pmf)[0] == "-":
        raise UsageError("standard input (-) can be read only once", "write one of the two to a file first")
    swapped = pmf is not None and not is_written_out(pmf)
    observed = read_sample(counts, options.delimiter, "COUNTS comes first, then PMF" if swapped else AS_WRITTEN)
    notes: list[str] = []
    if pmf is None or (pmf == UNIFORM and not two_sample):
        return observed, Pmf(np.ones(observed.size, dtype=np.int64), observed.outcomes, UNIFORM), notes
    if two_sample:
        other = read_sample(pmf, options.delimiter)
    else:
        other, notes = read_pmf(pmf, PmfOptions(options.normalize, options.delimiter))
    left, right, own = align(observed, other, options.missing)
    return left, right, notes + own


def _report(observed: Pmf, other: Pmf, fit: Fit, statistic: str, seed: int, explain: bool, notes: list[str]) -> Report:
    document: dict[str, Any] = {
        "rolls": fit.rolls,
        "statistic_name": statistic,
        "statistic": fit.statistic,
        "degrees_of_freedom": fit.degrees_of_freedom,
        "p_value": fit.p_value,
        "method": fit.method,
        "kl_divergence": fit.kl_divergence,
    }
    if fit.replicates is not None:
        document |= {"replicates": fit.replicates, "seed": seed}
    scalars = dict(document)
    rows = _ledger(observed, fit, explain)
    document["outcomes"] = rows
    ledger = Table(list(rows[0]), [list(row.values()) for row in rows])
    return Report(
        command="test",
        document=document,
        table=ledger if explain else Table(list(scalars), [list(scalars.values())]),
        headline=[fit.p_value],
        view=_view(document, observed, other, fit, ledger),
        plain="table" if explain else "headline",
        turned=not explain,
        notes=notes,
    )


def _ledger(observed: Pmf, fit: Fit, explain: bool) -> list[dict[str, Any]]:
    """A row per outcome; the contributions sum to the statistic, the share is undefined where that is 0 or infinite."""
    columns: dict[str, list[Any]] = {
        "outcome": list(observed.labels()),
        "count": observed.weights.tolist(),
        "expected": fit.expected.tolist(),
        "residual": fit.residuals.tolist(),
        "standardized_residual": fit.standardized.tolist(),
        "contribution": fit.contributions.tolist(),
    }
    if explain:
        divides = 0 < fit.statistic < float("inf")
        columns["share"] = [part / fit.statistic if divides else None for part in columns["contribution"]]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


_METHOD_TITLES = {
    "asymptotic": "chi-squared",
    "exact": "exact: all tables of counts",
    "monte-carlo": "Monte Carlo",
}


def _view(document: dict[str, Any], observed: Pmf, other: Pmf, fit: Fit, ledger: Table) -> list[Facts | Grid]:
    how = _METHOD_TITLES[fit.method] + (f", {fit.replicates:,} samples" if fit.replicates else "")
    largest = int(abs(fit.standardized).argmax())
    seen, expected = int(observed.weights[largest]), float(fit.expected[largest])
    blame = f"standard deviations: outcome {observed.labels()[largest]}, {seen:,} seen, ", expected, " expected"
    is_g = "= 2N KL, " if document["statistic_name"] == "g" and fit.samples == 1 else ""
    freedom = f"{is_g}{several(fit.degrees_of_freedom, 'degree')} of freedom"
    facts = Facts(
        [
            ("P-value", fit.p_value, how),
            (f"Statistic {document['statistic_name']}", fit.statistic, freedom),
            ("KL divergence D(p||q)", fit.kl_divergence, "nats"),
            ("Rolls", fit.rolls, ""),
            ("Largest residual", float(fit.standardized[largest]), blame),
        ],
        title=f"{observed.name} against {other.name}",
    )
    return [facts, Grid(ledger, title="Outcome by outcome", bars="contribution")]
