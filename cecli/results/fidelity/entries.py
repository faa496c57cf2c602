"""The students of a document, and what a person should know of them beside their figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cecli.errors import several
from cecli.results.few_clusters import few_clusters


def entries_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The figures of each student."""
    return [dict(entry) for entry in document["students"]] if "students" in document else [dict(document)]


def notes(document: Mapping[str, Any], first: list[tuple[int, ...]]) -> dict[str, list[str]]:
    """The notes on every student, by what they are about; ``first`` are the first rows of infinite divergence of each,
    from 0."""
    found: dict[str, list[str]] = {"divergence": [], "interval": []}
    for entry, rows in zip(entries_of(document), first, strict=True):
        before = f"{entry['file']}: " if "students" in document else ""
        if entry["infinite_rows"]:
            found["divergence"].append(before + _infinite(entry, rows))
        found["interval"] += [before + text for text in few_clusters(entry.get("clusters"))]
    return found


def _infinite(entry: Mapping[str, Any], rows: tuple[int, ...]) -> str:
    """Which rows make the mean infinite."""
    total = entry["infinite_rows"]
    shown = ", ".join(f"{row + 1:,}" for row in rows)
    more = f" and {total - len(rows):,} more" if total > len(rows) else ""
    rest = "" if entry["finite_kl_mean"] is None else "; finite_kl_mean is the mean of the other rows"
    return (
        f"the mean divergence is infinite: in {several(total, 'row')} ({shown}{more}) the student gives a class a "
        f"probability of 0 that the teacher does not{rest}"
    )
