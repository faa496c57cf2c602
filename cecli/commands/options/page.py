"""``--report FILE``: the result as a page to hand around, beside what is printed as usual."""

from __future__ import annotations

import click

from cecli.commands.options import Function
from cecli.commands.options.headings import option
from cecli.errors import UsageError, quoted
from cecli.input_guard import will_write
from cecli.report.model import OutputOptions

WORST_ROWS = 10
"""Rows of largest loss that a page lists where no option says how many."""


def report_option(function: Function) -> Function:
    """--report; arrives as ``page``, a path with a suffix of HTML, or None."""
    return option(
        "Output", "--report", "page", metavar="FILE", callback=_checked,
        help="Write the result into FILE.html as well: one page with diagrams that loads nothing.",
    )(function)  # fmt: skip


def check_one_file(page: str | None, output: OutputOptions) -> None:
    """Raise UsageError where -o names the same file."""
    if page is not None and output.file == page:
        raise UsageError(f"--report and --output name the same file, {quoted(page)}")


def _checked(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None:
        from cecli.report.pages.page import check_page

        check_page(value)
        will_write(value, "--report")
    return value
