"""``cecli compare``: is model B better than A on the same rows, and can it be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cecli.commands.options import confidence_option, output_options, threads_option, unit_option
from cecli.commands.options.conflicts import check_table
from cecli.commands.options.gates import GateOptions, gate_options
from cecli.commands.options.headings import option
from cecli.commands.options.intervals import check_clusters, interval_options
from cecli.commands.options.losses import LossOptions, loss_options
from cecli.commands.options.models import compared_options
from cecli.commands.options.page import check_one_file, report_option
from cecli.commands.options.requirements import require_option
from cecli.commands.options.workers import WorkerOptions, worker_options
from cecli.commands.signature import SignedCommand, arguments_given, inputs_kept, signature_option
from cecli.core.functions.choice import Choice
from cecli.core.units import Unit
from cecli.report.model import OutputOptions
from cecli.results.requirements import Requirement

if TYPE_CHECKING:
    from cecli.readers.predictions.lockstep import ComparedOptions

EPILOG = """\b
Examples:
  cecli compare preds.csv candidate.csv labels.csv
  cecli compare preds.csv candidate.csv labels.csv --fail-if-worse
  cecli compare preds.csv candidate.csv labels.csv --margin 5 --alpha 0.01 -o compare.json
  cecli compare preds.csv logits.npy labels.csv --kinds probs,logits --id none -f table
  cecli compare preds.csv candidate.csv third.csv --labels labels.csv --worst 3 -f json
  cecli compare preds.csv candidate.csv labels.csv --report compare.html --signature -o signed.json
  cecli compare preds.parquet preds.parquet --label-column label --by country --workers 2

Classes are matched by name, whatever their order; rows by id where the files have one, in any order, else by position.
With --labels, and with --label-column where A has that column, all files are predictions: each is compared with the
first, and p-values are adjusted by Holm's method, too.

The t test takes the differences of the rows' losses; its interval fails where the largest ones are not in the sample.
The sign-flip test asks how many choices of their signs give a sum as far from 0: all are gone through for up to 20 rows
that differ, --flips are drawn up to 100,000, and beyond the sum is normal. rows_needed are those that would show a
difference of this size in a two-sided 5 % test nine times in ten. With importance weights, wins and McNemar's test
count rows.

Where a loss is infinite, so is the difference of the means, or it is undefined; the comparison over the other rows
stands beside it. An infinite difference decides a gate by its sign, an undefined one meets none.

--workers and --scheduler hand out the files of directories or patterns, of which A, B, ... and LABELS have the same
number, the first beside the first; and, where the labels are inside, row groups of Parquet that begin at the same rows
in all files, and stretches of plain text, whose lines are counted first. LABELS may be in other files where rows are
matched by id, and are then read whole for every file of A. The report is that of one process to the last digit. The
workers of a scheduler read the files where they run, and must have this version of cecli.

Memory grows with the rows where ids are in different orders: for LABELS as in score, where B's differ from A's by 25 to
32 bytes a row and the length of its id, to the next multiple of 8, more with weights and groups. It grows by 16 bytes
for each of up to 100,000 rows (of every group with --by), of all rows with --flips; by some kilobytes a group and some
hundred bytes a cluster."""


@click.command("compare", cls=SignedCommand, epilog=EPILOG)
@compared_options
@loss_options
@option("Report", "--worst", type=click.IntRange(min=0), default=5, show_default=True, metavar="N",
              help="List the N rows where B loses most, and the N where it gains most.")  # fmt: skip
@option("Report", "--flips", type=click.IntRange(min=1), metavar="B",
              help="Choices of signs that are drawn, however many rows there are.  "
              "[default: 9999, up to 100,000 rows]")  # fmt: skip
@option("Report", "--seed", type=click.IntRange(min=0), default=0, show_default=True, metavar="INT",
              help="Seed of the signs.")  # fmt: skip
@option("Report", "--table", type=click.Choice(["classes", "worse", "better", "groups"]),
              help="With CSV, TSV and Markdown: print this list.")  # fmt: skip
@gate_options
@worker_options
@report_option
@signature_option
@require_option
@confidence_option
@interval_options
@unit_option
@threads_option
@output_options
def command(
    compared: ComparedOptions,
    loss: LossOptions,
    worst: int,
    flips: int | None,
    seed: int,
    table: str | None,
    gates: GateOptions,
    workers: WorkerOptions,
    page: str | None,
    signature: bool,
    requirements: list[Requirement],
    confidence: float,
    choice: Choice,
    unit: Unit,
    threads: int,
    output: OutputOptions,
) -> None:
    """Compare the losses of two models on the same rows, with tests.

    A and B are files of predictions as score reads them, LABELS what was observed. The difference is B's loss less A's:
    below 0, B is better. More than two files are compared with the first.
    """
    from cecli.commands.compare.request import Wanted
    from cecli.core.paired.pair_state import Comparisons
    from cecli.readers.predictions.facts import pair_facts_of
    from cecli.readers.predictions.lockstep import Compared
    from cecli.report.progress import progress
    from cecli.results.compare.document import Finished, Plan
    from cecli.results.finish import Ending, finish

    check_clusters(choice, compared.shared.columns.cluster)
    check_one_file(page, output)
    check_table(table, output)
    plan = Plan(unit, confidence, compared.shared.columns.by, seed, choice)
    lists = bool(table or page or requirements) or _shows_lists(output)
    wanted = Wanted(loss, worst if lists else None, flips, seed)
    if workers.given:
        from cecli.commands.compare.workers import compared_on

        facts, found = compared_on(workers, compared, wanted, output.quiet)
        digests = None
    else:
        with inputs_kept(signature) as inputs:
            with Compared(compared) as opened, progress(opened.size, quiet=output.quiet) as bar:
                options = wanted.options(opened)
                found = Comparisons(opened.accumulate(options.one, options.rule(), threads, bar.advance))
            facts = pair_facts_of(opened)
        digests = None if inputs is None else inputs.digests()
    finished = Finished.of(facts, found, plan)
    document = finished.document()
    if not gates.is_empty:
        _put_gates(document, gates.judged(finished.comparisons, unit))
    ending = Ending(output, requirements, table, page, arguments=arguments_given(), digests=digests)
    finish("compare", document, ending)


def _shows_lists(output: OutputOptions) -> bool:
    """Whether the output has room for the classes and the rows that differ most; else they are not looked for."""
    from cecli.report.write import resolve_format

    return output.get is not None or (not output.value and resolve_format(output) in ("json", "table"))


def _put_gates(document: dict[str, Any], judged: list[list[dict[str, Any]]]) -> None:
    """The verdicts of the gates, with the comparison that each is of."""
    for entry, verdicts in zip(document.get("comparisons", [document]), judged, strict=True):
        entry["gates"] = verdicts
