"""``cecli simulate``: rolls of a K-sided die, or draws from any PMF."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

import click

from cecli.commands.dice import LARGEST_ROLLS, die, drawn_seed, seed_option, sides_option
from cecli.commands.options import PmfArguments, WholeNumber, lone_pmf_options, output_options
from cecli.errors import UsageError
from cecli.report.model import Grid, OutputOptions, Report, Table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cecli.core.pmfs.pmf import Pmf

EPILOG = """\b
Examples:
  cecli simulate -k 6 -n 10000 --seed 1
  cecli simulate heads=0.6,tails=0.4 -n 20 --seed 7 --sequence
  cecli simulate -k 6 -n 10000 --seed 1 | cecli fit
  cecli simulate -k 6 -n 60 --seed 1 --repeat 3 -f table

A seed gives the same rolls on every machine; the shorter sequence is a prefix of the longer, and the counts of a seed
are the tally of its sequence. Past 10,000,000 rolls the counts come from the multinomial distribution directly: the
same for one version of NumPy, and no longer that tally. With --repeat the first experiment is that of the seed alone,
and the others do not depend on how many there are; --sequence then prints experiment,outcome under that header. The PMF
is held in memory, the rolls are not; experiments are not in CSV and TSV."""

MOST_COUNTS = 1_000_000
"""Counts of all experiments that a table, a JSON or a Markdown document holds; CSV and TSV are streamed."""

NO_LINES = (
    *(".json", ".jsonl", ".ndjson", ".md", ".html", ".parquet", ".arrow", ".feather", ".npy", ".npz", ".safetensors"),
    *(".gz", ".bz2", ".xz", ".zst", ".zip"),
)
"""Suffixes of files that do not hold lines of text."""

MOST_ABREAST = 10
"""Outcomes that a table for people has side by side, an experiment a line."""


@click.command("simulate", epilog=EPILOG)
@click.argument("pmf", required=False)
@sides_option
@click.option("-n", "--rolls", type=WholeNumber(0, LARGEST_ROLLS), default=1000, show_default=True, metavar="N",
              help="How many rolls.")  # fmt: skip
@seed_option("Repeat the rolls of this seed.  [default: drawn, and noted]")
@click.option("--sequence", is_flag=True, help="Print each roll on a line of its own instead of the counts.")
@click.option("--repeat", type=WholeNumber(1, 10**9), metavar="R",
              help="Repeat the experiment R times, with a column that numbers them.")  # fmt: skip
@lone_pmf_options
@output_options
def command(
    pmf: str | None,
    sides: int | None,
    rolls: int,
    seed: int | None,
    sequence: bool,
    repeat: int | None,
    pmfs: PmfArguments,
    output: OutputOptions,
) -> None:
    """Roll a K-sided die, or draw from any PMF.

    Prints how often each outcome came up, outcomes that never did included, as a PMF file that fit, entropy and kl
    read.
    """
    from cecli.report.messages import note
    from cecli.report.stream import stream
    from cecli.report.write import resolve_format, write

    if output.value:
        raise UsageError("simulate has no headline number", hint="--get outcomes.1.count prints one count")
    if sequence and (output.format != "auto" or output.get is not None):
        raise UsageError("--sequence prints one roll a line: --format and --get have no meaning beside it")
    if sequence and output.path is not None and output.path.lower().endswith(NO_LINES):
        raise UsageError(f"--sequence prints one roll a line, which is not what {output.path} promises", "-o rolls.txt")
    drawn, notes = die(pmf, sides, pmfs)
    if seed is None:
        seed = drawn_seed(seed)
        notes.append(f"--seed {seed} repeats these rolls")
    if sequence:
        form = "tsv" if (output.path or "").lower().endswith(".tsv") else "lines"
    else:
        form = "one" if output.get is not None else resolve_format(output)
    if sequence or (repeat is not None and form in ("plain", "csv", "tsv")):
        for text in notes:
            note(text, output.quiet)
        make = _sequence if sequence else _counts
        with stream(output.path) as out:
            for lines in make(drawn, rolls, seed, repeat, "\t" if form == "tsv" else ","):
                out.write(lines)
    elif repeat is None:
        write(_report(drawn, rolls, seed, notes), output)
    else:
        write(_experiments(drawn, rolls, seed, repeat, notes), output)


def _sequence(pmf: Pmf, rolls: int, seed: int, repeat: int | None, delimiter: str) -> Iterator[bytes]:
    """Each roll on a line; of experiments after their number, and below a header."""
    import numpy as np

    from cecli.core.pmfs import sampling
    from cecli.report.lines import LineTable

    limits = sampling.thresholds(pmf)
    few = rolls * (repeat or 1) < pmf.size  # then only those that come up are looked at
    labels = [] if few else pmf.labels()

    def chosen(block: NDArray[np.int32], prefix: str = "") -> bytes:
        if len(block) >= len(labels) > 0:
            return LineTable(labels, prefix, delimiter).of(block)
        seen, places = np.unique(block, return_inverse=True)
        return LineTable([_label(pmf, k) for k in seen.tolist()], prefix, delimiter).of(places)

    if repeat is None:
        make = chosen if few else LineTable(labels, delimiter=delimiter).of
        yield from map(make, sampling.rolls(seed, rolls, limits))
        return
    yield f"experiment{delimiter}outcome\n".encode()
    for number in range(repeat):
        for block in sampling.rolls(seed, rolls, limits, number):
            yield chosen(block, f"{number + 1}{delimiter}")


def _label(pmf: Pmf, k: int) -> str:
    return pmf.outcomes[k] if pmf.outcomes is not None else str(k + 1)


def _counts(pmf: Pmf, rolls: int, seed: int, repeat: int | None, delimiter: str) -> Iterator[str]:
    """The counts of every experiment as CSV or TSV."""
    from cecli.core.pmfs.sampling import experiments
    from cecli.report.formats.csv_format import record, records

    yield record(["experiment", "outcome", "count"], delimiter)
    labels = list(pmf.labels())
    for number, counts in enumerate(experiments(pmf, rolls, seed, repeat or 1), start=1):
        yield from records(zip([number] * pmf.size, labels, counts.tolist(), strict=True), delimiter)


def _report(pmf: Pmf, rolls: int, seed: int, notes: list[str]) -> Report:
    from cecli.core.pmfs.sampling import counts
    from cecli.core.pmfs.weights import probabilities
    from cecli.report.formats.columns import Records

    columns = {
        "outcome": list(pmf.labels()),
        "count": counts(pmf, rolls, seed).tolist(),
        "probability": probabilities(pmf).tolist(),
    }
    records = Records(columns)
    shown = Table(["outcome", "count", "true probability"], records.rows)
    return Report(
        command="simulate",
        document={"seed": seed, "rolls": rolls, "outcomes": records},
        table=Table(["outcome", "count"], Records({name: columns[name] for name in ("outcome", "count")}).rows),
        headline=[],
        view=[Grid(shown, f"{rolls:,} rolls of {pmf.name}, seed {seed}", "count")],
        plain="table",
        notes=notes,
    )


def _experiments(pmf: Pmf, rolls: int, seed: int, repeat: int, notes: list[str]) -> Report:
    from cecli.core.pmfs.sampling import experiments
    from cecli.core.pmfs.weights import probabilities
    from cecli.report.formats.columns import Records, Rows

    if repeat * pmf.size > MOST_COUNTS:
        many = f"{repeat:,} experiments of {pmf.size:,} outcomes are more than {MOST_COUNTS:,} counts"
        raise UsageError(f"{many}, too many for one document", "-f csv streams any number")
    counts = [found.tolist() for found in experiments(pmf, rolls, seed, repeat)]
    labels, shares = list(pmf.labels()), probabilities(pmf).tolist()
    found: list[dict[str, Any]] = [
        {"experiment": number, "outcomes": Records({"outcome": labels, "count": own, "probability": shares})}
        for number, own in enumerate(counts, start=1)
    ]
    numbers = [number for number in range(1, repeat + 1) for _ in labels]
    long = Table(
        ["experiment", "outcome", "count"], Rows([numbers, labels * repeat, list(chain.from_iterable(counts))])
    )
    abreast = Table(["experiment", *labels], [[number, *own] for number, own in enumerate(counts, start=1)])
    title = f"{repeat:,} times {rolls:,} rolls of {pmf.name}, seed {seed}"
    return Report(
        command="simulate",
        document={"seed": seed, "rolls": rolls, "repeat": repeat, "experiments": found},
        table=long,
        headline=[],
        view=[Grid(abreast if pmf.size <= MOST_ABREAST else long, title)],
        plain="table",
        notes=notes,
    )
