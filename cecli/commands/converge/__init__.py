"""``cecli converge``: the law of large numbers and Wilks' theorem at work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from cecli.commands.dice import LARGEST_ROLLS, die, drawn_seed, seed_option, sides_option
from cecli.commands.options import (
    PmfArguments,
    WholeNumber,
    confidence_option,
    lone_pmf_options,
    output_options,
    plot_option,
    unit_option,
)
from cecli.core.units import Unit
from cecli.report.model import OutputOptions

if TYPE_CHECKING:
    from cecli.core.hypotheses.convergence import Point
    from cecli.core.pmfs.pmf import Pmf

EPILOG = """\b
Examples:
  cecli converge --seed 1
  cecli converge sample_data/wolf_white_die.csv -n 20000 --seed 1 --replicates 1000
  cecli converge -k 100 -n 1000000000 --seed 2 --plot convergence.svg

The sample is one that grows: a longer run of the same seed goes on where the shorter one ended. Up to 10,000,000 rolls
it is the sequence of cecli simulate; past that each doubling is a multinomial draw, and so are the replicates: the same
for one version of NumPy. The mean of D(p_n||q) tends to (K-1)/2n, and 2n D(p_n||q), in nats, to chi-squared with K-1
degrees of freedom, of which the band holds the middle. The JSON holds p_n itself for up to 1,000 outcomes. Memory grows
with the outcomes, and by 40 bytes for each replicate and size of the sample."""


@click.command("converge", epilog=EPILOG)
@click.argument("pmf", required=False)
@sides_option
@click.option("-n", "--rolls", type=WholeNumber(1, LARGEST_ROLLS), default=1_000_000, show_default=True, metavar="N",
              help="How far the sample grows.")  # fmt: skip
@click.option("--replicates", type=WholeNumber(2, 100_000), metavar="B",
              help="Show the spread over B other samples as well.")  # fmt: skip
@seed_option("Repeat the rolls of this seed.  [default: drawn, and noted]")
@unit_option
@confidence_option
@plot_option
@lone_pmf_options
@output_options
def command(
    pmf: str | None,
    sides: int | None,
    rolls: int,
    replicates: int | None,
    seed: int | None,
    unit: Unit,
    confidence: float,
    plot: str | None,
    pmfs: PmfArguments,
    output: OutputOptions,
) -> None:
    """Watch an empirical PMF converge to the true one.

    Rolls a K-sided die, or draws from PMF (q), and compares the empirical PMF p_n with q after n = 1, 2, 4, … rolls of
    one growing sample: total variation, KL divergence, cross-entropy, entropy.
    """
    from cecli.commands.converge.report import MOST_PROBABILITIES, drawn_curve, report
    from cecli.core.hypotheses import convergence
    from cecli.report.write import write

    source, notes = die(pmf, sides, pmfs)
    drawn = drawn_seed(seed)
    if seed is None:
        notes.append(f"--seed {drawn} repeats these rolls")
    points = list(convergence.growing_sample(source, rolls, drawn))
    rows = [_row(point, source, unit) for point in points]
    if replicates is not None:
        for row, spread in zip(rows, _replicated(source, rolls, drawn, replicates, confidence, unit), strict=True):
            row |= spread
    document: dict[str, Any] = {
        "unit": unit.name,
        "seed": drawn,
        "rolls": rolls,
        "sides": source.size,
        "degrees_of_freedom": convergence.degrees_of_freedom(source),
        "confidence": confidence,
        "replicates": replicates,
    }
    document |= dict(zip(("wilks_low", "wilks_high"), convergence.wilks_band(source, confidence), strict=True))
    if source.size > MOST_PROBABILITIES and output.format == "json":
        notes.append(f"p_n itself is left out: {source.size:,} outcomes are more than {MOST_PROBABILITIES:,}")
    curve = drawn_curve(document, rows, source, unit)
    if plot is not None:
        from cecli.report.drawing.plot import write_plot

        write_plot(curve, plot)
    write(report(document, rows, points, source, unit, curve, notes), output)


def _row(point: Point, source: Pmf, unit: Unit) -> dict[str, Any]:
    """One size of the sample: the informations in the unit, 2n D in nats, which its distribution is stated for."""
    from cecli.core.hypotheses.convergence import expected_divergence

    values = {name: _in_unit(name, value, unit) for name, value in point.values.items()}
    return {
        "rolls": point.rolls,
        "kl_divergence": values["kl_divergence"],
        "expected_kl_divergence": unit.from_nats(expected_divergence(source, point.rolls)),
        "total_variation": values["total_variation"],
        "wilks": values["wilks"],
        "entropy": values["entropy"],
        "cross_entropy": values["cross_entropy"],
    }


def _in_unit(name: str, value: float, unit: Unit) -> float:
    return value if name in ("total_variation", "wilks") else unit.from_nats(value)


def _replicated(
    source: Pmf, rolls: int, seed: int, replicates: int, confidence: float, unit: Unit
) -> Iterator[dict[str, Any]]:
    """For each size of the sample the spread of every measure, and the share of 2n D within the band."""
    from cecli.core.hypotheses import convergence

    band = convergence.wilks_band(source, confidence)
    for found in convergence.replicated(source, convergence.sizes(rolls), seed, replicates):
        row: dict[str, Any] = {}
        for name, values in zip(convergence.MEASURES, found, strict=True):
            for key, value in asdict(convergence.spread(values, confidence)).items():
                row[f"{name}_{key}"] = _in_unit(name, value, unit)
        wilks = found[convergence.MEASURES.index("wilks")]
        yield row | {"within_band": convergence.share_within(wilks, band)}
