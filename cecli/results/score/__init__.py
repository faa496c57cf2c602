"""What ``cecli score`` and ``cecli merge`` show of their document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cecli.errors import UsageError
from cecli.report.flat import listed, scalars
from cecli.report.lazy import lazy
from cecli.report.model import Table

SIGNED = "cross_entropy"
"""The figure that a signature names."""

LISTS = ("worst", "confusions", "like")
"""Lists that an option of their name asks for, and that ``--table`` prints."""

view = lazy("terminal.view", __name__)
page = lazy("web.page", __name__)


def headline(document: Mapping[str, Any]) -> list[float | None]:
    """The loss alone."""
    return [document["cross_entropy"]]


def rows_of(document: Mapping[str, Any]) -> int:
    """How many rows count."""
    rows: int = document["rows"]["scored"]
    return rows


def is_list(document: Mapping[str, Any]) -> bool:
    """Whether the rows of CSV are many."""
    return "groups" in document


def table(document: Mapping[str, Any], name: str | None) -> Table:
    """The list that ``--table`` names, else the document as one row, or a row a group. Raises UsageError where the
    document has no such list."""
    if name is None:
        return listed([scalars(entry) for entry in document.get("groups", [document])])
    if name not in document:
        raise UsageError(f"--table {name} {_NEEDED[name]}" if name != "classes" else _NO_CLASSES)
    if name == "confusions" and not document[name]:  # every row is right
        return Table(("label", "predicted", "rows", "excess_cost"), ())
    return listed([scalars(entry) for entry in document[name]] if name == "groups" else document[name])


_NEEDED = {
    "groups": "needs --by COLUMN",
    "worst": "needs --worst N",
    "confusions": "needs --confusions N",
    "like": "needs --like LIBRARY",
}
_NO_CLASSES = "--table classes: with --observed there are no classes"
