"""``cecli divergences``: every way to tell how far two PMFs are apart, or one way for all pairs of many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from cecli.commands.options import PmfArguments, order_option, output_options, pmf_options, unit_option
from cecli.core.families import DIVERGENCES, OTHER_NAMES
from cecli.core.units import Unit
from cecli.errors import UsageError, several
from cecli.report.model import Facts, Grid, OutputOptions, Report, Table

if TYPE_CHECKING:
    from cecli.core.pmfs.pmf import Pmf

CROSS_ENTROPY = "cross-entropy"
"""What --matrix offers besides: no divergence, since it is not 0 between equal PMFs."""

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
@unit_option
@pmf_options
@output_options
def command(
    pmf: tuple[str, ...],
    order: float | None,
    only: str | None,
    matrix: bool,
    unit: Unit,
    pmfs: PmfArguments,
    output: OutputOptions,
) -> None:
    """Measure how far two PMFs are apart, in every usual way.

    kl is D(p||q), reverse-kl D(q||p), jeffreys their sum. With --matrix one of them (kl unless --only says another) for
    every pair of PMFs.
    """
    from cecli.report.write import write

    if only in ("renyi", "tsallis") and order is None:
        raise UsageError(f"--only {only} needs an order", "--order 2; at 1 it is kl")
    named = only or ("kl" if matrix else None)
    if order is not None and named not in (None, "renyi", "tsallis"):
        raise UsageError(f"--order has no meaning for {named}", "--only renyi and --only tsallis take one")
    if only == CROSS_ENTROPY and not matrix:
        raise UsageError("--only cross-entropy is for --matrix", "cecli cross-entropy P Q gives it for two PMFs")
    if matrix:
        write(_matrix(pmf, only or "kl", order, unit, pmfs), output)
        return
    if len(pmf) != 2:
        raise UsageError(f"expected P and Q, found {several(len(pmf), 'PMF')}", "--matrix takes any number of them")
    write(_pair(pmf[0], pmf[1], only, order, unit, pmfs), output)


def _pair(p: str, q: str, only: str | None, order: float | None, unit: Unit, options: PmfArguments) -> Report:
    from cecli.commands.measures import pairs
    from cecli.core.pmfs.divergences import Pair

    [(left, right)], notes = pairs(p, [q], options)
    pair = Pair(left, right)
    chosen = [name for name, kind in DIVERGENCES.items() if not kind.ordered or order is not None]
    found: list[dict[str, Any]] = []
    for name in [only] if only else chosen:
        kind = DIVERGENCES[name]
        value = _in_unit(kind.of(pair, 1.0 if order is None else order), kind.unit, unit)
        found.append({"name": name, "value": value})
    rows = [(str(entry["name"]), entry["value"], _remark(entry["name"], order, unit)) for entry in found]
    document: dict[str, Any] = {"unit": unit.name, "p": left.name, "q": right.name}
    if order is not None:
        document["order"] = order
    document["divergences"] = found
    return Report(
        command="divergences",
        document=document,
        table=Table(["name", "value"], [list(entry.values()) for entry in found]),
        headline=[entry["value"] for entry in found],
        view=[Facts(rows, title=f"{left.name} against {right.name}")],
        plain="headline" if only else "table",
        notes=notes,
    )


def _matrix(arguments: Sequence[str], name: str, order: float | None, unit: Unit, options: PmfArguments) -> Report:
    from cecli.core.pmfs.divergence_matrix import cross_entropy_matrix, divergence_matrix

    pmfs, notes = _many(arguments, options)
    if name == CROSS_ENTROPY:
        found = cross_entropy_matrix(pmfs)
    else:
        found = divergence_matrix(name, pmfs, 1.0 if order is None else order)
    values = (found / unit.divisor ** _power(name)).tolist()
    names = [pmf.name for pmf in pmfs]
    table = Table(["pmf", *names], [[label, *row] for label, row in zip(names, values, strict=True)])
    remark = _remark(name, order, unit)
    document: dict[str, Any] = {"unit": unit.name, "divergence": name}
    if order is not None:
        document["order"] = order
    return Report(
        command="divergences",
        document=document | {"pmfs": names, "matrix": values},
        table=table,
        headline=[value for row in values for value in row],
        view=[Grid(table, title=f"{name} of row from column" + (f", {remark}" if remark else ""))],
        plain="table",
        notes=notes,
    )


def _many(arguments: Sequence[str], options: PmfArguments) -> tuple[list[Pmf], list[str]]:
    """The PMFs of a matrix over the same outcomes, and notes."""
    from cecli.commands.measures import read
    from cecli.readers.small.align import align
    from cecli.readers.small.wide_table import read_wide

    if len(arguments) == 1:
        return read_wide(arguments[0], options.delimiter, options.normalize)
    pmfs, notes = read(arguments, options)
    first = pmfs[0]
    for other in pmfs[1:]:  # afterwards the first has every outcome
        first, _, own = align(first, other, options.missing)
        notes += own
    return [first, *(align(first, other, options.missing)[1] for other in pmfs[1:])], notes


def _power(name: str) -> float:
    """The power of the unit of information that a measure has."""
    return 1.0 if name == CROSS_ENTROPY else DIVERGENCES[name].unit


def _in_unit(value: float, power: float, unit: Unit) -> float:
    return unit.from_nats(value) if power == 1 else float(value / unit.divisor**power)


def _remark(name: str, order: float | None, unit: Unit) -> str:
    remark = {1: unit.name, 0.5: f"root of {unit.name}"}.get(_power(name), "")
    ordered = name != CROSS_ENTROPY and DIVERGENCES[name].ordered
    return f"{remark}{', ' if remark else ''}order {order:g}" if ordered and order is not None else remark
