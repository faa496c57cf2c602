"""``cecli merge``: the report of many runs of ``score --partial``, as if it had been one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cecli.commands.options import confidence_option, unit_option
from cecli.commands.options.conflicts import check_table
from cecli.commands.options.intervals import check_clusters, interval_options
from cecli.commands.options.page import check_one_file, report_option
from cecli.commands.options.partial import output_or_state_options, partial_option
from cecli.commands.options.requirements import require_option
from cecli.commands.signature import SignedCommand
from cecli.core.functions.choice import Choice
from cecli.core.units import Unit
from cecli.errors import UsageError
from cecli.report.model import OutputOptions
from cecli.results.requirements import Requirement

if TYPE_CHECKING:
    from cecli.commands.options.metrics import MetricOptions
    from cecli.core.scores.score_state import Options

EPILOG = """\b
Examples:
  cecli merge a.cecli b.cecli
  cecli merge a.cecli b.cecli -f json
  cecli merge *.cecli --base bits --require 'accuracy>0.9' -o report.json
  cecli merge a.cecli b.cecli --report report.html
  cecli merge a.cecli b.cecli --partial -o both.cecli

The states are those that cecli score --partial has written, each for a shard of the rows. All that changes a figure was
said there, and must have been the same for all: the classes, --logits, --by, --clip and so on. The report is that of
one run over all shards, to the last digit, in whatever order and in however many steps they are merged; rows are
numbered through the shards in the natural order of their paths. No shard counts twice."""


@click.command("merge", cls=SignedCommand, epilog=EPILOG)
@click.argument("states", nargs=-1, required=True)
@click.option(
    "--reduction",
    type=click.Choice(["mean", "sum"]),
    default="mean",
    show_default=True,
    help="The mean loss, or its sum.",
)
@click.option("--prior", metavar="PMF", help="Measure skill against this PMF of the classes, too: a file, or uniform.")
@click.option(
    "--table",
    type=click.Choice(["classes", "worst", "confusions", "like", "groups"]),
    help="With CSV, TSV and Markdown: print this list.",
)
@partial_option
@report_option
@require_option
@confidence_option
@interval_options
@unit_option
@output_or_state_options
def command(
    states: tuple[str, ...],
    reduction: str,
    prior: str | None,
    table: str | None,
    partial: bool,
    page: str | None,
    requirements: list[Requirement],
    confidence: float,
    choice: Choice,
    unit: Unit,
    output: OutputOptions,
) -> None:
    """Merge states of score --partial into the report of all their rows.

    STATES are files that cecli score --partial has written, one for each shard; a directory or a quoted pattern stands
    for all its files, and - is standard input.
    """
    from cecli.core.rows.run_state import merged
    from cecli.readers.results.state_file import read_states
    from cecli.readers.tables.shards import files_of
    from cecli.report.messages import warning
    from cecli.report.state_file import write_state

    check_one_file(page, output)
    check_table(table, output)
    if states.count("-") > 1:
        raise UsageError("standard input can be read as one state only")
    total = merged(read_states((file for path in states for file in files_of(path)), warning))
    if partial:
        write_state(total.document(), output)
        return
    if total.options.like and reduction == "sum":
        raise UsageError("--like is the mean that a library prints: it has no meaning beside --reduction sum")
    check_clusters(choice, total.options.cluster)
    from cecli.commands.score.partial import finish_partial
    from cecli.commands.score.wanted import Wanted

    wanted = _wanted(total.options, prior)
    plan = Wanted(
        unit, confidence, reduction == "sum", total.options.by, table, requirements, wanted, output, page, choice
    )
    finish_partial(total, plan)


def _wanted(options: Options, prior: str | None) -> MetricOptions:
    """What the runs were asked to measure."""
    from cecli.commands.options.metrics import MetricOptions

    return MetricOptions(
        top_k=options.top_k,
        worst=options.worst or None,
        prior=prior,
        confusions=options.confusions or None,
        decompose="decomposition" in options.metrics,
        corp="corp" in options.metrics,
        like=options.like,
    )
