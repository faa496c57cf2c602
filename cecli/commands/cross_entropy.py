"""``cecli cross-entropy``: H(p, q) of one PMF against others."""

from __future__ import annotations

import click

from cecli.commands.options import PmfArguments, output_options, pmf_options, unit_option
from cecli.commands.options.requirements import require_option
from cecli.core.units import Unit
from cecli.report.model import OutputOptions
from cecli.results.requirements import Requirement

EPILOG = """\b
Examples:
  cecli cross-entropy sample_data/wolf_white_die.csv uniform
  cecli cross-entropy 0.5,0.5 0.9,0.1 0.6,0.4 --base bits
  cecli cross-entropy 1/6,1/6,2/3 0.2,0.2,0.6 --explain

P and Q are matched by outcome, not by order. A PMF is a file, -, or written out: cecli entropy -h shows how."""


@click.command("cross-entropy", epilog=EPILOG)
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
    """Measure the cross-entropy H(p, q) of one PMF against others.

    H(p, q) = -sum p log q = H(p) + D(p||q): the mean surprise of someone who expects q where p is true; the loss of the
    forecast q. One result per Q.
    """
    from cecli.readers.small.pairs import read_pairs
    from cecli.results.finish import Ending, finish
    from cecli.results.measures import document, result

    pairs, notes = read_pairs(p, q, pmfs.reading, pmfs.missing)
    results = [result("cross-entropy", left, right, unit, explain) for left, right in pairs]
    finish("cross-entropy", document(unit, results, notes), Ending(output, requirements))
