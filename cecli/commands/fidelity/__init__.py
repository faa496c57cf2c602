"""``cecli fidelity``: does a quantised, distilled or retrained model still predict what the original did."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from cecli.commands.options import confidence_option, output_options, threads_option, unit_option
from cecli.commands.options.conflicts import check_table
from cecli.commands.options.headings import option
from cecli.commands.options.models import taught_options
from cecli.commands.options.page import check_one_file, report_option
from cecli.commands.options.requirements import require_option
from cecli.commands.options.workers import WorkerOptions, worker_options
from cecli.commands.signature import SignedCommand, arguments_given, inputs_kept, signature_option
from cecli.core.units import Unit
from cecli.report.model import OutputOptions
from cecli.results.requirements import Requirement

if TYPE_CHECKING:
    from cecli.readers.predictions.lockstep import ComparedOptions

EPILOG = """\b
Examples:
  cecli fidelity preds.csv candidate.csv
  cecli fidelity preds.csv candidate.csv labels.csv -f table
  cecli fidelity preds.csv candidate.csv --require 'kl_mean<0.5' --require 'same_top>0.5'
  cecli fidelity preds.csv logits.npy labels.csv --kinds probs,logits --id none
  cecli fidelity preds.csv candidate.csv third.csv --labels labels.csv -f table
  cecli fidelity preds.csv candidate.csv labels.csv --by label --report fidelity.html -o fidelity.json

For every row, p is what TEACHER predicts and q what STUDENT does, each divided by its sum: KL divergence D(p||q), its
reverse, the Jensen-Shannon divergence, total variation, Hellinger's distance, the cross-entropy H(p, q), both
entropies, and whether the same class comes first. D(p||q) is never negative and keeps its digits where p and q nearly
agree, where both files hold probabilities or both logarithms; where one holds these and the other those, to 1e-16 of
the logarithms.

Classes are matched by name, whatever their order; rows by id where the files have one, in any order, else by position.
Of three files and more the last is LABELS unless it holds the classes of TEACHER; --labels says it. With labels the
losses of both models are reported, as score takes them, and by how much the label's probability changes.

With several students each is compared with the first, row by row, by the difference of their divergences from the same
teacher; p-values are adjusted by Holm's method, too.

A row where the student gives a class a probability of 0 and the teacher does not is infinite, and so is the mean;
finite_kl_mean is that of the other rows.

--workers and --scheduler hand out the files of directories or patterns as compare does; the report is that of one
process to the last digit.

Quantiles are taken of bins whose width is 2^-7 of their lower end, so that memory does not grow with the rows; of all
rows, 8 bytes each, with --exact-quantiles. Memory grows by 17 bytes a row with several students, and by the rows of
TEACHER where ids are in different orders; by a kilobyte for each pair of classes of which one takes the other's place,
some kilobytes a group and some hundred bytes a cluster."""


@click.command("fidelity", cls=SignedCommand, epilog=EPILOG)
@taught_options
@option("Report", "--top-k", type=click.IntRange(min=1), default=5, show_default=True, metavar="K",
              help="Report how often the teacher's top class is among the student's K first.")  # fmt: skip
@option("Report", "--worst", type=click.IntRange(min=0), default=5, show_default=True, metavar="N",
              help="List the N rows of largest divergence.")  # fmt: skip
@option("Report", "--exact-quantiles", is_flag=True,
              help="Take the quantiles of all rows, which are held: 8 bytes a row.")  # fmt: skip
@option("Report", "--table",
              type=click.Choice(["measures", "histogram", "classes", "worst", "groups", "comparisons"]),
              help="With CSV, TSV and Markdown: print this list.")  # fmt: skip
@worker_options
@report_option
@signature_option
@require_option
@confidence_option
@unit_option
@threads_option
@output_options
def command(
    compared: ComparedOptions,
    top_k: int,
    worst: int,
    exact_quantiles: bool,
    table: str | None,
    workers: WorkerOptions,
    page: str | None,
    signature: bool,
    requirements: list[Requirement],
    confidence: float,
    unit: Unit,
    threads: int,
    output: OutputOptions,
) -> None:
    """Measure how far the predictions of one model are from another's.

    TEACHER and STUDENT are files of predictions as score reads them: a model, and its quantised, distilled, pruned or
    retrained copy. More than one copy may be given. LABELS, what was observed, may be left out.
    """
    from cecli.commands.fidelity.request import Wanted
    from cecli.core.fidelity.state import Students
    from cecli.readers.predictions.facts import pair_facts_of
    from cecli.readers.predictions.taught import Taught
    from cecli.report.progress import progress
    from cecli.results.fidelity.document import Finished, Plan
    from cecli.results.finish import Ending, finish

    check_one_file(page, output)
    check_table(table, output)
    lists = bool(table or page or requirements) or _shows_lists(output)
    wanted = Wanted(top_k, worst, lists, exact_quantiles)
    columns = replace(compared.shared.columns, unlabelled=True)
    compared = replace(compared, shared=replace(compared.shared, columns=columns))
    if workers.given:
        from cecli.commands.fidelity.workers import taught_on

        facts, found = taught_on(workers, compared, wanted, output.quiet)
        digests = None
    else:
        with inputs_kept(signature) as inputs:
            with Taught(compared) as opened, progress(opened.size, quiet=output.quiet) as bar:
                options = wanted.options(opened)
                found = Students(opened.accumulate(options.one, options.rule(), threads, bar.advance))
            facts = pair_facts_of(opened)
        digests = None if inputs is None else inputs.digests()
    plan = Plan(unit, confidence, columns.by, lists)
    document = Finished(facts, *found.split(), plan).document()
    ending = Ending(output, requirements, table, page, arguments=arguments_given(), digests=digests)
    finish("fidelity", document, ending)


def _shows_lists(output: OutputOptions) -> bool:
    """Whether the output has room for the classes and the farthest rows; else they are not looked for."""
    from cecli.report.write import resolve_format

    return output.get is not None or (not output.value and resolve_format(output) in ("json", "table"))
