"""``cecli show``: a stored result in any form, again."""

from __future__ import annotations

import click

from cecli.commands.options import output_options, plot_option
from cecli.commands.options.conflicts import check_table
from cecli.commands.options.page import check_one_file, report_option
from cecli.report.model import OutputOptions

TABLES = ("classes", "groups", "worst", "confusions", "like", "worse", "better", "variants", "bins", "biases",
          "outcomes", "terms", "points", "results", "divergences", "experiments", "differences")  # fmt: skip
"""The lists of the results of any command."""

EPILOG = """\b
Examples:
  cecli show signed.json -f table
  cecli show signed.json --table classes -f csv
  cecli score preds.csv labels.csv -f json | cecli show - --report report.html

RESULT is the JSON that a command wrote with -f json or -o FILE.json; - is standard input. Nothing else is read, and
nothing is computed again: cecli verify does that."""


@click.command("show", epilog=EPILOG)
@click.argument("result")
@click.option(
    "--table",
    type=click.Choice(TABLES),
    metavar="NAME",
    help=f"With CSV, TSV and Markdown: print this list of the result: {', '.join(TABLES)}.",
)
@plot_option
@report_option
@output_options
def command(result: str, table: str | None, plot: str | None, page: str | None, output: OutputOptions) -> None:
    """Show a stored result as a table, Markdown, CSV or a page."""
    from cecli.errors import literal
    from cecli.input_guard import check_input
    from cecli.readers.results.result_file import read_stored
    from cecli.results.finish import Ending
    from cecli.results.show import show

    check_one_file(page, output)
    check_table(table, output)
    check_input(result)
    name = "standard input" if result == "-" else literal(result)
    show(read_stored(result), name, Ending(output, table=table, page=page, plot=plot))
