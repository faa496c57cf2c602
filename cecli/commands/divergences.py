"""``cecli divergences``: every way to tell how far two PMFs are apart, or one way for all pairs of many."""

from __future__ import annotations

import click

from cecli.commands.options import PmfArguments, order_option, output_options, pmf_options, unit_option
from cecli.commands.options.requirements import require_option
from cecli.core.families import DIVERGENCES, OTHER_NAMES
from cecli.core.units import Unit
from cecli.errors import UsageError, several
from cecli.report.model import OutputOptions
from cecli.results.divergences import CROSS_ENTROPY
from cecli.results.requirements import Requirement

EPILOG = """\b
Examples:
  cecli divergences sample_data/wolf_white_die.csv uniform
  cecli divergences sample_data/letters_english.csv sample_data/letters_german.csv --only jensen-shannon --base bits
  cecli divergences 0.5,0.3,0.2 0.2,0.3,0.5 --order 2
  cecli divergences --matrix uniform:2 0.6,0.4 0.9,0.1 --only hellinger
  cecli divergences --matrix uniform:2 0.6,0.4 0.9,0.1 --only cross-entropy -f table

A matrix holds row against column, for PMFs or for the columns of one table, of which the first names the outcomes; it
is right to about 12 digits, near-equal pairs too. jensen-shannon-distance is the root of jensen-shannon; hellinger is a
distance, and the base applies to informations only: not to total-variation, hellinger, chi-squared and tsallis."""


@click.command("divergences", epilog=EPILOG)
@click.argument("pmf", nargs=-1, required=True, metavar="P Q")
@order_option("--order", "order", "Add renyi and tsallis of this order: 0, 0.5, 2, inf, …")
@click.option("--only", metavar="NAME", type=click.Choice([*DIVERGENCES, CROSS_ENTROPY, *OTHER_NAMES]),
              callback=lambda context, parameter, name: OTHER_NAMES.get(name, name),
              help=f"Just this one: {', '.join(DIVERGENCES)} (psi is jeffreys, js jensen-shannon; cross-entropy: of a "
              "matrix).")  # fmt: skip
@click.option("--matrix", is_flag=True, help="All pairs of any number of PMFs, or of the columns of one wide table.")
@require_option
@unit_option
@pmf_options
@output_options
def command(
    pmf: tuple[str, ...],
    order: float | None,
    only: str | None,
    matrix: bool,
    requirements: list[Requirement],
    unit: Unit,
    pmfs: PmfArguments,
    output: OutputOptions,
) -> None:
    """Measure how far two PMFs are apart, in every usual way.

    kl is D(p||q), reverse-kl D(q||p), jeffreys their sum. With --matrix one of them (kl unless --only says another) for
    every pair of PMFs.
    """
    from cecli.readers.small.pairs import read_alike, read_pairs
    from cecli.results.divergences import matrix_document, pair_document
    from cecli.results.finish import Ending, finish

    if only in ("renyi", "tsallis") and order is None:
        raise UsageError(f"--only {only} needs an order", "--order 2; at 1 it is kl")
    named = only or ("kl" if matrix else None)
    if order is not None and named not in (None, "renyi", "tsallis"):
        raise UsageError(f"--order has no meaning for {named}", "--only renyi and --only tsallis take one")
    if only == CROSS_ENTROPY and not matrix:
        raise UsageError("--only cross-entropy is for --matrix", "cecli cross-entropy P Q gives it for two PMFs")
    if matrix and requirements:
        raise UsageError("--require has no meaning for a matrix", "each of its numbers is one of cecli divergences P Q")
    if not matrix and len(pmf) != 2:
        raise UsageError(f"expected P and Q, found {several(len(pmf), 'PMF')}", "--matrix takes any number of them")
    if matrix:
        many, notes = read_alike(pmf, pmfs.reading, pmfs.missing)
        document = matrix_document(many, only or "kl", order, unit, notes)
    else:
        [(p, q)], notes = read_pairs(pmf[0], [pmf[1]], pmfs.reading, pmfs.missing)
        document = pair_document(p, q, only, order, unit, notes)
    finish("divergences", document, Ending(output, requirements))
