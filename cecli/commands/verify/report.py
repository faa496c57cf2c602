"""What ``cecli verify`` reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cecli.core.agreement import Agreement, agreement
from cecli.errors import GateError, literal, quoted
from cecli.readers.results.signature import SignedResult
from cecli.report.model import Block, Cell, Facts, Grid, Report, Table
from cecli.report.numbers import shortest
from cecli.report.signature import VERSION

SKIPPED = frozenset({"arguments", "file", "inputs", "notes", "requirements", "schema_version", "signature", "version"})
"""Keys that hold no figure, or follow from others."""

_SHOWN = 10


def report(signed: SignedResult, again: Mapping[str, Any]) -> Report:
    """Whether the result is what it was."""
    same_version = signed.version == VERSION
    found = agreement(signed.document, again, SKIPPED, all_of_second=same_version)
    different = len(found.differences)
    document: dict[str, Any] = {
        "result": signed.name,
        "verified": not different,
        "figures": found.figures,
        "different": different,
        "made_by": signed.version,
        "inputs": [{"path": path, "sha256": digest} for path, digest in signed.inputs.items()],
        "differences": [
            {"key": one.key, "stored": _cell(one.first), "now": _cell(one.second)} for one in found.differences
        ],
    }
    columns = ["result", "verified", "figures", "different", "made_by"]
    return Report(
        command="verify",
        document=document,
        table=Table(columns, [[document[key] for key in columns]]),
        headline=[different],
        view=_view(signed, document, found),
        plain="table",
        turned=True,
        notes=[] if same_version else [_other_version(signed)],
    )


def _other_version(signed: SignedResult) -> str:
    return f"the result is of cecli {literal(signed.version)}, and this is {VERSION}: figures of both are compared"


def _view(signed: SignedResult, document: Mapping[str, Any], found: Agreement) -> list[Block]:
    different, figures = document["different"], document["figures"]
    verdict = f"all {figures:,} figures are the same" if not different else f"{different:,} of {figures:,} differ"
    count = len(signed.inputs)
    rows: list[tuple[str, Cell, str]] = [
        ("Verified", "no" if different else "yes", f"{signed.name}: {verdict}, to the last digit"),
        ("Inputs", count, f"SHA-256 as signed: {', '.join(map(literal, signed.inputs))}"),
        ("Made by", f"cecli {literal(signed.version)}", f"computed again by {VERSION}"),
    ]
    blocks: list[Block] = [Facts(rows)]
    if different:
        cells = [[one["key"], _text(one["stored"]), _text(one["now"])] for one in document["differences"]]
        blocks.append(Grid(Table(["figure", "stored", "now"], cells), title="What differs"))
    return blocks


def raise_differences(document: Mapping[str, Any]) -> None:
    """Raise GateError that names the figures that differ, if any do."""
    differences = document["differences"]
    if not differences:
        return
    shown = [
        f"{literal(one['key'])} (stored {_text(one['stored'])}, now {_text(one['now'])})"
        for one in differences[:_SHOWN]
    ]
    more = len(differences) - len(shown)
    rest = f", and {more:,} more" if more else ""
    raise GateError(f"{document['result']}: not the same: {'; '.join(shown)}{rest}")


def _cell(value: Any) -> Cell:
    """A value of JSON that a report can hold; a nan, which strict JSON has not, and lists and objects as text."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float) and value == value and abs(value) != float("inf"):
        return value
    return str(value)


def _text(value: Cell) -> str:
    """Every digit, and texts in quotes."""
    return quoted(value) if isinstance(value, str) else shortest(value) or "null"
