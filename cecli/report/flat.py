"""The entries of a document as a table: what CSV, TSV and Markdown show of JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cecli.report.model import Table


def listed(entries: Sequence[Mapping[str, Any]]) -> Table:
    """Entries as the rows of a table, whose columns are the keys of them all."""
    columns = list(dict.fromkeys(key for entry in entries for key in entry))
    return Table(columns, [[entry.get(key) for key in columns] for entry in entries])


def scalars(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as one row: what is inside another has its path as its name; lists have no place in a row.

    >>> scalars({"rows": 3, "interval": {"low": 0.25, "high": 0.75}, "classes": [1, 2]})
    {'rows': 3, 'interval.low': 0.25, 'interval.high': 0.75}
    """
    found: dict[str, Any] = {}
    for key, value in entry.items():
        if isinstance(value, Mapping):
            found |= {f"{key}.{inner}": figure for inner, figure in scalars(value).items()}
        elif not isinstance(value, list):
            found[key] = value
    return found
