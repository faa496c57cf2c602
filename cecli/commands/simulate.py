"""``cecli simulate``: rolls of a K-sided die, or draws from any PMF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cecli.commands.dice import LARGEST_ROLLS, die, drawn_seed, seed_option, sides_option
from cecli.commands.options import PmfArguments, output_options, pmf_options
from cecli.errors import UsageError
from cecli.report.model import Grid, OutputOptions, Report, Table

if TYPE_CHECKING:
    from cecli.core.pmf import Pmf

EPILOG = """\b
Examples:
  cecli simulate -k 6 -n 10000 --seed 1
  cecli simulate heads=0.6,tails=0.4 -n 20 --seed 7 --sequence
  cecli simulate -k 6 -n 10000 --seed 1 | cecli fit

A seed gives the same rolls on every machine; the shorter sequence is a prefix of the longer, and the counts of a seed
are the tally of its sequence. Past 10,000,000 rolls the counts come from the multinomial distribution directly: the
same for one version of NumPy, and no longer that tally. The PMF is held in memory, the rolls are not."""


@click.command("simulate", epilog=EPILOG)
@click.argument("pmf", required=False)
@sides_option
@click.option("-n", "--rolls", type=click.IntRange(0, LARGEST_ROLLS), default=1000, show_default=True, metavar="N",
              help="How many rolls.")  # fmt: skip
@seed_option("Repeat the rolls of this seed.  [default: drawn, and noted]")
@click.option("--sequence", is_flag=True, help="Print each roll on a line of its own instead of the counts.")
@pmf_options
@output_options
def command(
    pmf: str | None,
    sides: int | None,
    rolls: int,
    seed: int | None,
    sequence: bool,
    pmfs: PmfArguments,
    output: OutputOptions,
) -> None:
    """Roll a K-sided die, or draw from any PMF.

    Prints how often each outcome came up, outcomes that never did included, as a PMF file that fit, entropy and kl
    read.
    """
    from cecli.report.messages import note

    if output.value:
        raise UsageError("simulate has no headline number", hint="--get outcomes.1.count prints one count")
    source, notes = die(pmf, sides, pmfs)
    drawn = drawn_seed(seed)
    if seed is None:
        notes.append(f"--seed {drawn} repeats these rolls")
    if sequence:
        for text in notes:
            note(text, output.quiet)
        _write_sequence(source, rolls, drawn, output)
        return
    _write_counts(source, rolls, drawn, notes, output)


def _write_counts(pmf: Pmf, rolls: int, seed: int, notes: list[str], output: OutputOptions) -> None:
    from cecli.core.sampling import counts
    from cecli.core.weights import probabilities
    from cecli.report.write import write

    columns = zip(pmf.labels(), counts(pmf, rolls, seed).tolist(), probabilities(pmf).tolist(), strict=True)
    outcomes: list[dict[str, Any]] = [
        {"outcome": outcome, "count": count, "probability": probability} for outcome, count, probability in columns
    ]
    rows = [[entry["outcome"], entry["count"]] for entry in outcomes]
    shown = [[entry["outcome"], entry["count"], entry["probability"]] for entry in outcomes]
    view = Grid(
        Table(["outcome", "count", "true probability"], shown), f"{rolls:,} rolls of {pmf.name}, seed {seed}", "count"
    )
    write(
        Report(
            command="simulate",
            document={"seed": seed, "rolls": rolls, "outcomes": outcomes},
            table=Table(["outcome", "count"], rows),
            headline=[],
            view=[view],
            plain="table",
            notes=notes,
        ),
        output,
    )


def _write_sequence(pmf: Pmf, rolls: int, seed: int, output: OutputOptions) -> None:
    from cecli.core import sampling
    from cecli.report.lines import LineTable
    from cecli.report.stream import stream

    if output.format != "auto" or output.get is not None:
        raise UsageError("--sequence prints one roll a line: --format and --get have no meaning beside it")
    lines = LineTable(pmf.labels())
    limits = sampling.thresholds(pmf)
    with stream(output.path) as out:
        for block in sampling.rolls(seed, rolls, limits):
            out.write(lines.of(block))
