"""What ``cecli fidelity`` shows of its document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cecli.errors import UsageError
from cecli.report.flat import listed, scalars
from cecli.report.lazy import lazy
from cecli.report.model import Table
from cecli.results.fidelity.entries import entries_of

SIGNED = "kl_mean"
"""The figure that a signature names."""

view = lazy("terminal.view", __name__)
page = lazy("web.page", __name__)

_TABLES = {
    "measures": "is there always",
    "histogram": "is there always",
    "classes": "is there always",
    "worst": "needs --worst N",
    "groups": "needs --by COLUMN",
    "comparisons": "needs several students",
}
"""``--table``: the key of the list that it prints, and what there must be."""


def headline(document: Mapping[str, Any]) -> list[float | None]:
    """The mean divergence of each student."""
    return [entry["kl_mean"] for entry in entries_of(document)]


def rows_of(document: Mapping[str, Any]) -> int:
    """How many rows count."""
    rows: int = entries_of(document)[0]["rows"]
    return rows


def is_list(document: Mapping[str, Any]) -> bool:
    """Whether the rows of CSV are groups."""
    return "by" in document


def table(document: Mapping[str, Any], name: str | None) -> Table:
    """A list of the document, the groups, or the scalars of each student. Raises UsageError where the document has no
    such list."""
    name = "groups" if name is None and "by" in document else name
    if name == "comparisons" and name in document:
        return listed([scalars(each) for each in document[name]])
    rows = []
    for entry in entries_of(document):
        file = {"file": entry["file"]} if "students" in document else {}
        if name is None:
            rows.append(file | scalars(entry))
            continue
        if name not in entry:
            raise UsageError(f"--table {name} {_TABLES[name]}")
        rows += [file | scalars(each) for each in entry[name]]
    return listed(rows)
