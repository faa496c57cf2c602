"""``cecli power``: how many rolls tell P from the hypothesis Q."""

from __future__ import annotations

import math
from typing import Any

import click

from cecli.commands.dice import drawn_seed, seed_option
from cecli.commands.options import PmfArguments, WholeNumber, output_options, pmf_options
from cecli.core.families import POWER_STATISTICS
from cecli.errors import UsageError, several
from cecli.report.model import Facts, Grid, OutputOptions, Report, Table

_MOST_ROLLS = 10**18
REPLICATES = 20_000

EPILOG = """\b
Examples:
  cecli power sample_data/wolf_white_die.csv uniform
  cecli power 0.51,0.49 uniform --rolls 1000
  cecli power 0.1,0.1,0.1,0.1,0.1,0.5 uniform --alpha 0.01 --simulate --seed 1

The rolls and the power follow from the noncentral chi-squared distribution, which is optimistic where P is far from Q
and few rolls are enough. --simulate runs the test itself on seeded rolls of P, and raises their number until the test
has the power."""


@click.command("power", epilog=EPILOG)
@click.argument("p")
@click.argument("q")
@click.option("--alpha", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.05, show_default=True,
              metavar="SHARE", help="Chance of rejecting Q where it is true.")  # fmt: skip
@click.option("--power", "wanted", type=click.FloatRange(0, 1, min_open=True, max_open=True), metavar="SHARE",
              help="Chance of rejecting Q where P is true.  [default: 0.9]")  # fmt: skip
@click.option("-n", "--rolls", type=WholeNumber(1, _MOST_ROLLS), metavar="N", help="Give the power of N rolls instead.")
@click.option("--statistic", type=click.Choice(POWER_STATISTICS), default="g", show_default=True, help="The test's.")
@click.option("--simulate", is_flag=True, help="Confirm by simulation, and raise the rolls where they do not reach.")
@click.option("--replicates", type=WholeNumber(100, 10**8), metavar="B",
              help=f"Simulated experiments.  [default: {REPLICATES}]")  # fmt: skip
@seed_option("Repeat the simulation of this seed.  [default: drawn]")
@pmf_options
@output_options
def command(
    p: str,
    q: str,
    alpha: float,
    wanted: float | None,
    rolls: int | None,
    statistic: str,
    simulate: bool,
    replicates: int | None,
    seed: int | None,
    pmfs: PmfArguments,
    output: OutputOptions,
) -> None:
    """Find how many rolls a test needs to tell P from Q.

    Prints the rolls after which the test of Q at level --alpha rejects with the chance --power if P is true; with
    --rolls the chance after so many.
    """
    from cecli.core.hypotheses import power as planning
    from cecli.readers.small.pairs import read_pairs
    from cecli.report.write import write

    if rolls is not None and wanted is not None:
        raise UsageError("--power and --rolls exclude each other", "one is given, the other is the answer")
    if not simulate and (seed is not None or replicates is not None):
        raise UsageError("--seed and --replicates are for --simulate")
    replicates = replicates or REPLICATES
    [(left, right)], notes = read_pairs(p, [q], pmfs.reading, pmfs.missing)
    test = planning.plan(left, right, statistic, alpha)
    goal = 0.9 if wanted is None else wanted
    asymptotic = rolls if rolls is not None else planning.rolls_needed(test, goal)
    document: dict[str, Any] = {"rolls": math.inf, "power": alpha, "critical_value": test.critical_value}
    document |= {"effect_per_roll": test.effect, "degrees_of_freedom": test.degrees_of_freedom}
    if asymptotic is None:
        notes.append(f"{left.name} and {right.name} are the same PMF: no number of rolls tells them apart")
    else:
        document |= {"rolls": asymptotic, "power": planning.asymptotic_power(test, asymptotic)}
        if simulate:
            drawn = drawn_seed(seed)
            needed = asymptotic
            if rolls is None:
                needed = planning.confirmed_rolls(test, goal, asymptotic, drawn, replicates)
            document |= _simulated(test, asymptotic, needed, drawn, replicates)
            if seed is None:
                notes.append(f"--seed {drawn} repeats this simulation")
    if test.escape > 0:
        notes.append(f"{right.name} calls impossible what {left.name} does not: one such outcome rejects it")
    write(_report(document, f"{left.name} against {right.name}", alpha, rolls is not None, notes), output)


def _simulated(test: Any, asymptotic: int, needed: int, seed: int, replicates: int) -> dict[str, Any]:
    """What the simulation found at the rolls it confirmed."""
    from cecli.core.hypotheses import power as planning

    share = planning.simulated_power(test, needed, seed, replicates)
    return {
        "rolls": needed,
        "power": planning.asymptotic_power(test, needed),
        "asymptotic_rolls": asymptotic,
        "simulated_power": share,
        "simulated_standard_error": math.sqrt(share * (1 - share) / replicates),
        "simulated_size": planning.simulated_power(test, needed, seed, replicates, null=True),
        "replicates": replicates,
        "seed": seed,
    }


def _report(document: dict[str, Any], title: str, alpha: float, given: bool, notes: list[str]) -> Report:
    rolls = ("Rolls", document["rolls"], "" if given else "needed")
    power = ("Power", document["power"], "by noncentral chi-squared")
    rows = [power, rolls] if given else [rolls, power]
    if "simulated_power" in document:
        error = f"+- {document['simulated_standard_error']:.2g}, {document['replicates']:,} experiments"
        rows += [
            ("Simulated power", document["simulated_power"], error),
            ("Simulated size", document["simulated_size"], f"the test's level should be {alpha:g}"),
        ]
        if not given:
            rows.append(("Asymptotic rolls", document["asymptotic_rolls"], "by the formula alone"))
    law = f"chi-squared, {several(document['degrees_of_freedom'], 'degree')} of freedom"
    rows += [
        ("Critical value", document["critical_value"], law),
        ("Effect per roll", document["effect_per_roll"], "of noncentrality"),
    ]
    view: list[Facts | Grid] = [Facts(rows, title=title)]
    return Report(
        command="power",
        document=document,
        table=Table(list(document), [list(document.values())]),
        headline=[document["power"] if given else document["rolls"]],
        view=view,
        turned=True,
        notes=notes,
    )
