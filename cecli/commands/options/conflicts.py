"""Options that have no meaning beside each other: one way to say so, before anything is read."""

from __future__ import annotations

from cecli.errors import UsageError
from cecli.report.model import OutputOptions
from cecli.report.write import resolve_format


def check_table(table: str | None, output: OutputOptions) -> None:
    """Raise UsageError where ``--table`` has no meaning: JSON holds all lists, and a number is none."""
    if table is None:
        return
    if output.value or output.get is not None:
        raise UsageError(f"--table prints a list: --{'value' if output.value else 'get'} has no meaning beside it")
    if resolve_format(output) == "json":
        raise UsageError("--table is for CSV, TSV and Markdown: JSON holds all lists")
