"""``cecli simulate``: rolls of a K-sided die, or draws from any PMF."""

from __future__ import annotations

import random
from typing import Any

import click
import numpy as np

from cecli.commands.options import PmfArguments, output_options, pmf_options
from cecli.core.pmf import Pmf
from cecli.errors import UsageError
from cecli.report.model import Grid, OutputOptions, Report, Table

EPILOG = """\b
Examples:
  cecli simulate -k 6 -n 10000 --seed 1
  cecli simulate heads=0.6,tails=0.4 -n 20 --seed 7 --sequence
  cecli simulate -k 6 -n 10000 --seed 1 | cecli fit

A seed gives the same rolls on every machine; the shorter sequence is a prefix of the longer, and the counts of a seed
are the tally of its sequence. Past 10,000,000 rolls the counts come from the multinomial distribution directly: the
same for one version of NumPy, and no longer that tally. The PMF is held in memory, the rolls are not."""

_LARGEST_ROLLS = 10**15
_LARGEST_SIDES = 10**8


@click.command("simulate", epilog=EPILOG)
@click.argument("pmf", required=False)
@click.option("-k", "--sides", type=click.IntRange(1, _LARGEST_SIDES), help="Sides of a fair die.  [default: 6]")
@click.option("-n", "--rolls", type=click.IntRange(0, _LARGEST_ROLLS), default=1000, show_default=True,
              help="How many rolls.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), help="Repeat the rolls of this seed.  [default: drawn, and noted]")
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
    from cecli.readers.pmf import PmfOptions, read_pmf
    from cecli.report.messages import note

    if pmf is not None and sides is not None:
        raise UsageError("a PMF and --sides exclude each other", hint="--sides K is the PMF uniform:K")
    if output.value:
        raise UsageError("simulate has no headline number", hint="--get outcomes.1.count prints one count")
    drawn, notes = (
        (Pmf(np.ones(sides or 6, dtype=np.int64), None, f"uniform:{sides or 6}"), [])
        if pmf is None
        else read_pmf(pmf, PmfOptions(pmfs.normalize, pmfs.delimiter))
    )
    if seed is None:
        seed = random.SystemRandom().randrange(2**53)
        notes.append(f"--seed {seed} repeats these rolls")
    if sequence:
        for text in notes:
            note(text, output.quiet)
        _write_sequence(drawn, rolls, seed, output)
        return
    _write_counts(drawn, rolls, seed, notes, output)


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
