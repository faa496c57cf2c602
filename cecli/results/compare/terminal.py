"""How the document of ``cecli compare`` looks on a terminal, and how it says that a gate is not met."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from cecli.report.model import Cell, Facts, Grid, Remark, Table
from cecli.report.numbers import rounded
from cecli.results.compare.notes import entries_of

_CLASSES = 10
"""Classes that are shown; of more, those that add most to the difference on either side."""

_METHODS = {"exact": "all choices of the signs", "normal": "normal limit of the sign-flip test"}

Fact = tuple[str, Cell, Remark]


def view(document: Mapping[str, Any], table: str | None = None) -> list[Facts | Grid]:
    """The blocks: of one comparison its facts and lists, of several a row each."""
    if "comparisons" in document:
        return [_several(document)]
    blocks: list[Facts | Grid] = [Facts(_facts(document))]
    if document.get("finite"):
        blocks.append(Facts(_finite(document), title="The rows of two finite losses"))
    if document.get("classes"):
        blocks.append(_classes(document))
    for key, verb in (("worse_rows", "loses"), ("better_rows", "gains")):
        if document.get(key):
            blocks.append(Grid(_rows(document[key]), title=f"Where B {verb} most, in {document['unit']}"))
    if "groups" in document:
        blocks.append(_groups(document))
    return blocks


def _facts(document: Mapping[str, Any]) -> list[Fact]:
    rows = [*_infinite(document), ("Difference", document["difference"], _interval(document, document))]
    rows += _tests(document)
    for side in "ab":
        rows.append((f"Loss of {side.upper()}", document[side]["cross_entropy"], document[side]["file"]))
    if document["a"]["accuracy"] is not None:
        rows.append(("Accuracy of A", document["a"]["accuracy"], ""))
        rows.append(("Accuracy of B", document["b"]["accuracy"], ""))
    mcnemar = document.get("mcnemar", {"p_value": None})
    if mcnemar["p_value"] is not None:
        remark = f"rows only A gets right: {mcnemar['only_a_correct']:,}, only B: {mcnemar['only_b_correct']:,}"
        rows.append(("P-value, McNemar", mcnemar["p_value"], remark))
    wins = document["wins"]
    rows.append(("Wins of B", wins["b"], f"rows of smaller loss; of A {wins['a']:,}, equal {wins['ties']:,}"))
    rows.append(("Rows compared", document["rows"], _how(document)))
    rows += _needed(document)
    for gate in document.get("gates", ()):
        met = "met" if gate["met"] else "not met"
        rows.append((f"--{gate['gate']}", met, f"one-sided p {_p_text(gate)}, level {gate['alpha']:g}"))
    return rows


def _infinite(document: Mapping[str, Any]) -> list[Fact]:
    counts = document["infinite_rows"]
    total = counts["only_a"] + counts["only_b"] + counts["both"]
    if not total:
        return []
    remark = f"rows: of A alone {counts['only_a']:,}, of B alone {counts['only_b']:,}, of both {counts['both']:,}"
    return [("Infinite losses", total, remark)]


def _finite(document: Mapping[str, Any]) -> list[Fact]:
    finite = document["finite"]
    rows = [("Difference", finite["difference"], _interval(finite, document)), *_tests(finite)]
    rows += [(f"Loss of {side.upper()}", finite[side]["cross_entropy"], "") for side in "ab"]
    return [*rows, ("Rows", finite["rows"], ""), *_needed(finite)]


def _interval(entry: Mapping[str, Any], document: Mapping[str, Any]) -> Remark:
    difference = entry["difference"]
    if difference is None:
        return "undefined: both losses are infinite"
    sign = "B is better" if difference < 0 else "B is worse" if difference > 0 else "B is as good"
    per = f" per {document['per'].removesuffix('s')}" if document.get("per") else ""
    remark = f"{document['unit']}{per}, B less A: {sign} here"
    if entry["low"] is None:
        return remark
    return f"{remark}; {document['confidence'] * 100:g} % interval ", entry["low"], " to ", entry["high"]


def _tests(entry: Mapping[str, Any]) -> list[Fact]:
    rows: list[Fact] = []
    if entry["standard_error"] is not None:
        clusters = f", of {entry['clusters']:,} clusters" if entry.get("clusters") else ""
        rows.append(("Standard error", entry["standard_error"], f"of the paired difference{clusters}"))
    if entry["p_value"] is not None:
        freedom = rounded(entry["degrees_of_freedom"], 4)
        remark = f"t = {rounded(entry['t'], 4)}, {freedom} degree{'' if freedom == '1' else 's'} of freedom"
        if entry["interval"] == "hull":
            remark += "; the larger of Student's and Hall's"
        rows.append(("P-value, t test", entry["p_value"], remark))
    signs = entry["sign_flip"]
    if signs["p_value"] is not None:
        method = _METHODS.get(signs["method"]) or f"{signs['flips']:,} drawn choices of the signs"
        rows.append(("P-value, sign flips", signs["p_value"], method))
    return rows


def _needed(entry: Mapping[str, Any]) -> list[Fact]:
    needed = entry["rows_needed"]
    if needed is None:
        return []
    title = "Clusters needed" if entry.get("clusters") else "Rows needed"
    return [(title, needed, "to show such a difference, nine times in ten")]


def _how(document: Mapping[str, Any]) -> str:
    """How rows were read, and what was left out."""
    parts = []
    if "labels_read_as" in document:
        read_as = document["labels_read_as"]
        parts.append("soft labels" if read_as == "soft" else f"labels read by {read_as}")
    parts.append(f"rows matched by {document['matched_by']}")
    if document["rows_left_out"]:
        parts.append(f"{document['rows_left_out']:,} left out")
    return ", ".join(parts)


def _classes(document: Mapping[str, Any]) -> Grid:
    """The classes by what they add to the difference, where B loses most first."""
    listed = [each for each in document["classes"] if each["rows"]]
    size = lambda each: each["contribution"] if each["contribution"] is not None else each["difference"] or 0.0  # noqa: E731
    listed.sort(key=size, reverse=True)
    more = len(listed) - _CLASSES
    if more > 0:
        half = _CLASSES // 2
        listed = listed[:half] + listed[-half:]
    title = f"Classes, where B loses most first, in {document['unit']}"
    title += f" ({more:,} in the middle are left out)" if more > 0 else ""
    return class_grid(listed, title)


def class_grid(listed: Sequence[Mapping[str, Any]], title: str = "") -> Grid:
    """The figures of classes, a row each."""
    names = ["class", "rows", "a", "b", "difference", "standard_error", "contribution"]
    titles = ["class", "rows", "loss of A", "loss of B", "B - A", "error", "adds"]
    return Grid(Table(titles, [[each[name] for name in names] for each in listed]), title=title)


def _rows(listed: Sequence[Mapping[str, Any]]) -> Table:
    titles = {"predicted_a": "by A", "predicted_b": "by B", "a": "loss of A", "b": "loss of B", "difference": "B - A"}
    columns = list(listed[0])
    return Table([titles.get(name, name) for name in columns], [[row[name] for name in columns] for row in listed])


def _groups(document: Mapping[str, Any]) -> Grid:
    titles = [str(document["by"]), "rows", "loss of A", "loss of B", "B - A", "error", "p", "p by signs"]
    rows = [
        [each["group"], each["rows"], each["a"]["cross_entropy"], each["b"]["cross_entropy"], *_short(each)]
        for each in document["groups"]
    ]
    return Grid(Table(titles, rows), title=f"By {document['by']}, in {document['unit']}")


def _several(document: Mapping[str, Any]) -> Grid:
    a, entries = document["a"], document["comparisons"]
    titles = ["", "loss", "- A", "p", "Holm's p", "p by signs", "accuracy"]
    rows: list[list[Cell]] = [[a["file"], a["cross_entropy"], *[None] * 4, a["accuracy"]]]
    for each in entries:
        signs = each["sign_flip"]["p_value"]
        figures = (each["b"]["cross_entropy"], each["difference"], each["p_value"], each["p_holm"], signs)
        rows.append([each["file"], *figures, each["b"]["accuracy"]])
    title = f"{entries[0]['rows']:,} rows, each file compared with the first (A), in {document['unit']}"
    return Grid(Table(titles, rows), title=title)


def _short(entry: Mapping[str, Any]) -> list[Cell]:
    return [entry["difference"], entry["standard_error"], entry["p_value"], entry["sign_flip"]["p_value"]]


def unmet_gates(document: Mapping[str, Any]) -> list[str]:
    """What each gate that is not met found."""
    return [
        _unmet(gate, entry, document["unit"])
        for entry in entries_of(document)
        for gate in entry.get("gates", ())
        if not gate["met"]
    ]


def _unmet(gate: Mapping[str, Any], entry: Mapping[str, Any], unit: str) -> str:
    name, difference = entry["b"].get("file") or entry["file"], entry["difference"]
    said = f"--{gate['gate']}" + (f" {gate['margin']:g}" if "margin" in gate else "")
    if difference is None:
        return f"{said} ({name}: the difference is undefined, both losses are infinite; --clip E limits them)"
    if math.isinf(difference):
        return f"{said} ({name}: the loss is infinite, and A's is not; --clip E limits it)"
    less = f"{rounded(abs(difference))} {unit} {'above' if difference >= 0 else 'below'} A's"
    return f"{said} ({name}: the loss is {less}, one-sided p {_p_text(gate)}, level {gate['alpha']:g})"


def _p_text(gate: Mapping[str, Any]) -> str:
    return "undefined" if gate["p_value"] is None else f"= {rounded(gate['p_value'], 3)}"
