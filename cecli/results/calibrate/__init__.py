"""What ``cecli calibrate`` shows of its document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cecli.errors import UsageError
from cecli.report.flat import listed, scalars
from cecli.report.lazy import lazy
from cecli.report.model import Table

SIGNED = "temperature"
"""The figure that a signature names."""

view = lazy("terminal.view", __name__)
diagram = lazy("terminal.diagram", __name__)


def headline(document: Mapping[str, Any]) -> list[float | None]:
    """The temperature."""
    return [document["temperature"]]


def rows_of(document: Mapping[str, Any]) -> int:
    """How many rows count."""
    rows: int = document["rows"]
    return rows


def table(document: Mapping[str, Any], name: str | None) -> Table:
    """The list that ``--table`` names, else the document as one row. Raises UsageError where there is no such list."""
    if name is not None and name not in document:
        raise UsageError(f"--table {name} needs --{'bias' if name == 'biases' else name}")
    return listed([scalars(entry) for entry in (document[name] if name else [document])])
