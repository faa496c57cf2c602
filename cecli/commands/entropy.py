"""``cecli entropy``: H(p) of PMFs."""

from __future__ import annotations

import click

from cecli.commands.options import (
    PmfArguments,
    WholeNumber,
    lone_pmf_options,
    order_option,
    output_options,
    unit_option,
)
from cecli.commands.options.requirements import require_option
from cecli.core.families import ESTIMATORS
from cecli.core.units import Unit
from cecli.errors import UsageError
from cecli.report.model import OutputOptions
from cecli.results.requirements import Requirement

EPILOG = """\b
Examples:
  cecli entropy 0.5,0.25,0.25 --base bits
  cecli entropy sample_data/wolf_white_die.csv uniform:6
  cecli simulate -k 6 --seed 1 | cecli entropy -
  cecli simulate -k 100 -n 50 --seed 1 | cecli entropy - --estimator nsb
  cecli entropy 0.7,0.2,0.1 --renyi 2

A PMF is a file (outcome,probability or outcome,count; FILE:COLUMN names the column), - for standard input, or written
out: 0.2,0.3,0.5 or 1/6,1/6,2/3 or heads=0.6,tails=0.4 or uniform:K. All of a PMF is held in memory.

An estimator needs counts. mle is H of the count/total, too low by about (K-1)/2N; the others correct for outcomes that
the sample missed. james-stein and nsb use the number of outcomes, seen or not: the file's, or --sides. The efficiency
is
H/log K."""


NEEDS_COUNTS = "an estimator needs a file of counts, or whole numbers: 10,20,30"


@click.command("entropy", epilog=EPILOG)
@click.argument("pmf", nargs=-1, required=True)
@unit_option
@click.option(
    "--estimator", type=click.Choice(ESTIMATORS), metavar="NAME",
    help=f"Estimate the entropy behind counts: {', '.join(ESTIMATORS)}.",
)  # fmt: skip
@click.option("-k", "--sides", type=WholeNumber(min=1), metavar="K", help="There are K outcomes in all, seen or not.")
@click.option("--outcomes", metavar="A,B,...", help="The outcomes are these, seen or not.")
@order_option("--renyi", "renyi", "The Rényi entropy of order A: 0, 0.5, 2, inf, …")
@order_option("--tsallis", "tsallis", "The Tsallis entropy of order A.")
@click.option("--min-entropy", is_flag=True, help="-log max p, the Rényi entropy of order inf.")
@click.option("--explain", is_flag=True, help="Show what each outcome contributes.")
@require_option
@lone_pmf_options
@output_options
def command(
    pmf: tuple[str, ...],
    unit: Unit,
    estimator: str | None,
    sides: int | None,
    outcomes: str | None,
    renyi: float | None,
    tsallis: float | None,
    min_entropy: bool,
    explain: bool,
    requirements: list[Requirement],
    pmfs: PmfArguments,
    output: OutputOptions,
) -> None:
    """Measure the entropy H(p) of PMFs.

    H(p) = -sum p log p: the mean surprise of an outcome drawn from p, between 0 and log K. One result per PMF.
    """
    from cecli.readers.small.counts import read_samples
    from cecli.readers.small.declared import declared_names, sides_of
    from cecli.readers.small.pmf import read_pmfs
    from cecli.results.entropy import Asked, refined
    from cecli.results.finish import Ending, finish
    from cecli.results.measures import document, result

    asked = Asked(estimator, renyi, tsallis, min_entropy)
    if len(asked.options) > 1:
        raise UsageError(f"{' and '.join(asked.options[:2])} exclude each other", "one result is the headline")
    if sides is not None and outcomes is not None:
        raise UsageError("--sides and --outcomes exclude each other")
    if explain and asked.options and estimator != "mle":
        raise UsageError("--explain shows the terms of -sum p log p, which is not what is asked for here")
    declared = None if outcomes is None else declared_names(outcomes)
    given, notes = (
        read_pmfs(pmf, pmfs.reading) if estimator is None else (read_samples(pmf, pmfs.delimiter, NEEDS_COUNTS), [])
    )
    results = []
    for p in given:
        entry, own = refined(result("entropy", p, None, unit, explain), p, unit, asked, sides_of(p, sides, declared))
        results.append(entry)
        notes += own
    finish("entropy", document(unit, results, notes), Ending(output, requirements))
