"""``cecli kl``: D(p||q) of one PMF against others."""

from __future__ import annotations

import click

from cecli.commands.options import PmfArguments, output_options, pmf_options, unit_option
from cecli.commands.options.requirements import require_option
from cecli.core.units import Unit
from cecli.report.model import OutputOptions
from cecli.results.requirements import Requirement

EPILOG = """\b
Examples:
  cecli kl sample_data/wolf_white_die.csv uniform
  cecli kl 1/2,1/2 0.6,0.4 --base bits --explain
  cecli simulate --seed 1 | cecli fit | cecli kl - uniform:6

P and Q are matched by outcome, not by order. A PMF is a file, -, or written out: cecli entropy -h shows how."""


@click.command("kl", epilog=EPILOG)
@click.argument("p")
@click.argument("q", nargs=-1, required=True)
@unit_option
@click.option("--explain", is_flag=True, help="Show what each outcome contributes.")
@require_option
@pmf_options
@output_options
def command(
    p: str,
    q: tuple[str, ...],
    unit: Unit,
    explain: bool,
    requirements: list[Requirement],
    pmfs: PmfArguments,
    output: OutputOptions,
) -> None:
    """Measure the KL divergence D(p||q) of one PMF from others.

    D(p||q) = sum p log(p/q) >= 0: what it costs to expect q where p is true. It is 0 only for equal PMFs and infinite
    where q is 0 and p is not. One result per Q.
    """
    from cecli.readers.small.pairs import read_pairs
    from cecli.results.finish import Ending, finish
    from cecli.results.measures import document, result

    pairs, notes = read_pairs(p, q, pmfs.reading, pmfs.missing)
    results = [result("kl", left, right, unit, explain) for left, right in pairs]
    finish("kl", document(unit, results, notes), Ending(output, requirements))
