"""The formats a report can be written in: a name, a function."""

from __future__ import annotations

from collections.abc import Callable

from cecli.report.lazy import lazy
from cecli.report.model import Report
from cecli.report.surface import Surface

Format = Callable[[Report, Surface], str]
"""The text of a report on a surface."""


FORMATS: dict[str, Format] = {
    "table": lazy("formats.table_format.table_text"),
    "json": lazy("formats.json_format.json_text"),
    "csv": lazy("formats.csv_format.csv_text"),
    "tsv": lazy("formats.csv_format.tsv_text"),
    "md": lazy("formats.markdown_format.markdown_text"),
}
"""Name -> function. To add a format, write ``x_format.py`` and a line here."""

SUFFIXES = {".json": "json", ".csv": "csv", ".tsv": "tsv", ".md": "md", ".txt": "table"}
"""The suffix of an output file -> the name of its format."""
