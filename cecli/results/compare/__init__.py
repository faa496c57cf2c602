"""What ``cecli compare`` shows of its document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cecli.errors import UsageError
from cecli.report.flat import listed, scalars
from cecli.report.lazy import lazy
from cecli.report.model import Table
from cecli.results.compare.notes import entries_of

SIGNED = "difference"
"""The figure that a signature names."""

view = lazy("terminal.view", __name__)
unmet = lazy("terminal.unmet_gates", __name__)
page = lazy("web.page", __name__)

_TABLES = {
    "classes": ("classes", "needs one observed class a row: soft labels and --observed have none"),
    "worse": ("worse_rows", "needs --worst N"),
    "better": ("better_rows", "needs --worst N"),
    "groups": ("groups", "needs --by COLUMN"),
}
"""``--table``: its name, the key of the list that it prints, and what there must be."""


def headline(document: Mapping[str, Any]) -> list[float | None]:
    """The difference of each comparison."""
    return [entry["difference"] for entry in entries_of(document)]


def rows_of(document: Mapping[str, Any]) -> int:
    """How many rows were compared."""
    rows: int = entries_of(document)[0]["rows"]
    return rows


def is_list(document: Mapping[str, Any]) -> bool:
    """Whether the rows of CSV are groups."""
    return "by" in document


def table(document: Mapping[str, Any], name: str | None) -> Table:
    """A list of the document, the groups, or the scalars of each comparison. Raises UsageError where the document has
    no such list."""
    several = "comparisons" in document
    name = "groups" if name is None and "by" in document else name
    rows = []
    for entry in entries_of(document):
        file = {"file": entry["file"]} if several else {}
        if name is None:
            rows.append(file | scalars(entry))
            continue
        key, needed = _TABLES[name]
        if key not in entry:
            raise UsageError(f"--table {name} {needed}")
        rows += [file | scalars(each) for each in entry[key]]
    return listed(rows)
