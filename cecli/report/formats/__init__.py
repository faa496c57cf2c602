"""The formats a report can be written in: a name, a function."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from cecli.report.model import Report
from cecli.report.surface import Surface

Format = Callable[[Report, Surface], str]
"""The text of a report on a surface."""


def _lazy(module: str, function: str) -> Format:
    """``function`` of ``module``, imported at its first use: a command pays for the one format it writes."""

    def text(report: Report, surface: Surface) -> str:
        write: Format = getattr(import_module(f"cecli.report.formats.{module}"), function)
        return write(report, surface)

    return text


FORMATS: dict[str, Format] = {
    "table": _lazy("table_format", "table_text"),
    "json": _lazy("json_format", "json_text"),
    "csv": _lazy("csv_format", "csv_text"),
    "tsv": _lazy("csv_format", "tsv_text"),
    "md": _lazy("markdown_format", "markdown_text"),
}
"""Name -> function. To add a format, write ``x_format.py`` and a line here."""

SUFFIXES = {".json": "json", ".csv": "csv", ".tsv": "tsv", ".md": "md", ".txt": "table"}
"""The suffix of an output file -> the name of its format."""
