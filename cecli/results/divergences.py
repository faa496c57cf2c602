"""What ``cecli divergences`` finds of two PMFs or of all pairs of many, and shows of its document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cecli.core.families import DIVERGENCES
from cecli.report.model import Block, Facts, Grid, Table
from cecli.results.names import named

if TYPE_CHECKING:
    from cecli.core.pmfs.pmf import Pmf
    from cecli.core.units import Unit

CROSS_ENTROPY = "cross-entropy"
"""What --matrix offers besides: no divergence, since it is not 0 between equal PMFs."""

TURNED = False
"""One divergence is a row like any other."""


def pair_document(
    p: Pmf, q: Pmf, only: str | None, order: float | None, unit: Unit, notes: Sequence[str]
) -> dict[str, Any]:
    """The divergence that ``only`` names, or all; those with an order where there is one."""
    from cecli.core.pmfs.divergences import Pair
    from cecli.results.finish import noted

    pair = Pair(p, q)
    names = [only] if only else [name for name, kind in DIVERGENCES.items() if not kind.ordered or order is not None]
    found = []
    for name in names:
        kind = DIVERGENCES[name]
        value = kind.of(pair, 1.0 if order is None else order)
        in_unit = unit.from_nats(value) if kind.unit == 1 else float(value / unit.divisor**kind.unit)
        found.append({"name": name, "value": in_unit})
    document: dict[str, Any] = {"unit": unit.name, "p": p.name, "q": q.name}
    if order is not None:
        document["order"] = order
    return {**document, "divergences": found, **noted(input=notes)}


def matrix_document(
    pmfs: Sequence[Pmf], name: str, order: float | None, unit: Unit, notes: Sequence[str]
) -> dict[str, Any]:
    """One divergence, or the cross-entropy, of every PMF from every other."""
    from cecli.core.pmfs.divergence_matrix import cross_entropy_matrix, divergence_matrix
    from cecli.results.finish import noted

    if name == CROSS_ENTROPY:
        found = cross_entropy_matrix(pmfs)
    else:
        found = divergence_matrix(name, pmfs, 1.0 if order is None else order)
    document: dict[str, Any] = {"unit": unit.name, "divergence": name}
    if order is not None:
        document["order"] = order
    values = (found / unit.divisor ** _power(name)).tolist()
    return {**document, "pmfs": [pmf.name for pmf in pmfs], "matrix": values, **noted(input=notes)}


def headline(document: Mapping[str, Any]) -> list[float | None]:
    """Each divergence, or each entry of the matrix."""
    if "matrix" in document:
        return [value for row in document["matrix"] for value in row]
    return [entry["value"] for entry in document["divergences"]]


def is_list(document: Mapping[str, Any]) -> bool:
    """Whether there is more than a number."""
    return "matrix" in document or len(document["divergences"]) > 1


def table(document: Mapping[str, Any], name: str | None) -> Table:
    """Names and values, or the matrix."""
    if "matrix" in document:
        rows = [[label, *row] for label, row in zip(document["pmfs"], document["matrix"], strict=True)]
        return Table(["pmf", *document["pmfs"]], rows)
    return Table(["name", "value"], [list(entry.values()) for entry in document["divergences"]])


def view(document: Mapping[str, Any], name: str | None = None) -> list[Block]:
    """A line each, or the matrix."""
    if "matrix" in document:
        name, found = document["divergence"], table(document, None)
        remark = _remark(document["divergence"], document)
        shown = Table(
            [named(column) for column in found.columns], [[named(str(row[0])), *row[1:]] for row in found.rows]
        )
        return [Grid(shown, title=f"{name} of row from column" + (f", {remark}" if remark else ""))]
    lines = [(entry["name"], entry["value"], _remark(entry["name"], document)) for entry in document["divergences"]]
    return [Facts(lines, title=f"{named(document['p'])} against {named(document['q'])}")]


def _power(name: str) -> float:
    """The power of the unit of information that a measure has."""
    return 1.0 if name == CROSS_ENTROPY else DIVERGENCES[name].unit


def _remark(name: str, document: Mapping[str, Any]) -> str:
    unit, order = document["unit"], document.get("order")
    remark = {1: unit, 0.5: f"root of {unit}"}.get(_power(name), "")
    ordered = name != CROSS_ENTROPY and DIVERGENCES[name].ordered
    return f"{remark}{', ' if remark else ''}order {order:g}" if ordered and order is not None else remark
