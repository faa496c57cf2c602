"""What is shown of the document of a command that has no module of its own here, by the catalogue alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cecli.errors import UsageError
from cecli.report.flat import listed, scalars
from cecli.report.model import Block, Cell, Facts, Grid, Remark, Table
from cecli.results.figures import UNIT, Figure, described, within

Document = Mapping[str, Any]


def headline(command: str, document: Document) -> list[float | None]:
    """The first number, of a list of results that of each."""
    for figure in within(command):
        if figure.kind == "results" and figure.key in document:
            return [entry["value"] for entry in document[figure.key]]
    return [document[figure.key] for figure in within(command) if figure.is_number and figure.key in document][:1]


def table(command: str, document: Document, name: str | None) -> Table:
    """A list by its key, else the document as one row, or a row a result."""
    lists = {figure.key: figure.kind for figure in within(command) if isinstance(document.get(figure.key), list)}
    name = name or next((key for key, kind in lists.items() if kind == "results"), None)
    if name is None:
        return listed([scalars(document)])
    if lists.get(name) not in ("list", "results"):
        known = ", ".join(key for key, kind in lists.items() if kind in ("list", "results"))
        raise UsageError(f"--table {name}: the result has no such list", f"it has {known or 'none'}")
    return listed([scalars(entry) for entry in document[name]])


def view(command: str, document: Document, name: str | None = None) -> list[Block]:
    """A line for each single value, and a table for each list."""
    lines: list[tuple[str, Cell, Remark]] = []
    for path, value in scalars(document).items():
        figure = described(command, path)
        if figure is not None:
            lines.append((figure.title, value, document.get("unit", "") if figure.kind == UNIT else ""))
    lists = [one for one in within(command) if one.kind in ("list", "results") and document.get(one.key)]
    grids: list[Block] = [Grid(_listed(document, one), title=one.title) for one in lists if name in (None, one.key)]
    return grids if name is not None else [*([Facts(lines)] if lines else []), *grids]


def _listed(document: Document, figure: Figure) -> Table:
    return listed([scalars(entry) for entry in document[figure.key]])
