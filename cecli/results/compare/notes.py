"""What a person should know of a comparison beside its figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cecli.errors import several
from cecli.results.few_clusters import few_clusters

_LEVEL = 0.05


def entries_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The comparisons of a document, each with what all have in common."""
    if "comparisons" not in document:
        return [dict(document)]
    common = {key: document[key] for key in ("unit", "a")}
    return [common | entry for entry in document["comparisons"]]


def notes(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """The notes on every comparison, by what they are about."""
    found: dict[str, list[str]] = {"difference": [], "interval": []}
    for entry in entries_of(document):
        before = f"{entry['file']}: " if "comparisons" in document else ""
        found["difference"] += [before + text for text in _rows(entry)]
        found["interval"] += [before + text for text in _interval(entry)]
    return found


def _interval(entry: Mapping[str, Any]) -> list[str]:
    """Why there is no interval, or little to take one of."""
    few, reason = few_clusters(entry.get("clusters")), entry.get("interval_reason")
    if few or reason is None or "asked" in reason:
        return few
    return [f"no interval of the difference: {reason}"]


def _rows(entry: Mapping[str, Any]) -> list[str]:
    if entry["infinite_rows"].get("first"):
        return [_infinite(entry)]
    wins = entry["wins"]
    differ = wins["a"] + wins["b"]
    if not differ:
        return ["A and B give every row the same loss"]
    smallest = 2.0 ** (1 - differ)
    if entry["sign_flip"]["method"] == "exact" and smallest > _LEVEL and not entry.get("clusters"):
        rows = "1 row differs" if differ == 1 else f"{differ} rows differ"
        return [f"{rows}: no choice of signs gives a p-value below {smallest:g}"]
    return []


def _infinite(entry: Mapping[str, Any]) -> str:
    """Which rows make a loss infinite, whose it is, and what that makes of the difference."""
    counts, difference = entry["infinite_rows"], entry["difference"]
    kinds = (("of A alone", counts["only_a"]), ("of B alone", counts["only_b"]), ("of both", counts["both"]))
    told = ", ".join(f"{several(count, 'row')} {whose}" for whose, count in kinds if count)
    total = sum(count for _, count in kinds)
    shown = ", ".join(f"{row:,}" for row in counts["first"])
    more = f" and {total - len(counts['first']):,} more" if total > len(counts["first"]) else ""
    rows = "row" if total == 1 else "rows"
    what = "undefined" if difference is None else "infinite"
    rest = "the comparison over the other rows stands beside it" if entry["finite"] else "no other row is left"
    return (
        f"the difference is {what}: the observed class has a probability of 0 in {rows} {shown}{more} ({told}); {rest}"
    )
