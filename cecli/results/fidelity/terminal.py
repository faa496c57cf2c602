"""How the document of ``cecli fidelity`` looks on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cecli.report.model import Cell, Facts, Grid, Remark, Table

_CLASSES = 10
"""Classes that are shown; of more, those in which the student is farthest from its teacher."""

_SHOWN = ("min", "p01", "p05", "p10", "median", "p90", "p95", "p99", "p99_9", "max")

Fact = tuple[str, Cell, Remark]


def view(document: Mapping[str, Any], table: str | None = None) -> list[Facts | Grid]:
    """The blocks: of one student its facts and lists, of several a row each."""
    if "students" in document:
        return several_students(document)
    blocks: list[Facts | Grid] = [Facts(_facts(document))]
    if "loss_teacher" in document:
        blocks.append(Facts(_labels(document), title="With the labels"))
    blocks.append(quantile_grid(document))
    if document.get("classes"):
        blocks.append(_classes(document))
    if document.get("worst"):
        blocks.append(Grid(_table(document["worst"]), title=f"The farthest rows, in {document['unit']}"))
    if "groups" in document:
        blocks.append(_groups(document))
    return blocks


def _facts(document: Mapping[str, Any]) -> list[Fact]:
    unit = document["unit"]
    rows: list[Fact] = [("KL divergence", document["kl_mean"], _interval(document))]
    if document["infinite_rows"]:
        rows.append(("Infinite rows", document["infinite_rows"], "the student has a 0 where the teacher has none"))
        rows.append(("of the other rows", document["finite_kl_mean"], ""))
    if document["kl_standard_error"] is not None:
        clusters = f"of {document['clusters']:,} clusters" if document.get("clusters") else ""
        rows.append(("Standard error", document["kl_standard_error"], clusters))
    rows += [
        ("Reverse KL", document["reverse_kl_mean"], "student to teacher"),
        ("Jensen-Shannon", document["jensen_shannon_mean"], ""),
        ("Total variation", document["total_variation_mean"], "0 to 1"),
        ("Hellinger distance", document["hellinger_mean"], "0 to 1"),
        ("Cross-entropy", document["cross_entropy"], "H(p, q), p the teacher, q the student"),
        ("Entropy", document["entropy_teacher"], ("of the teacher; of the student ", document["entropy_student"])),
        ("Same top class", document["same_top"], _same(document)),
    ]
    if "top_k_agreement" in document:
        text = f"the teacher's top class among the student's first {document['top_k']}"
        rows.append((f"Top-{document['top_k']} agreement", document["top_k_agreement"], text))
    change = document["top_probability_change"]
    rows.append(("Change of top p", change["rms"], ("root mean square; mean ", change["mean"])))
    left_out = f", {document['rows_left_out']:,} left out" if document["rows_left_out"] else ""
    rows.append(("Rows", document["rows"], f"matched by {document['matched_by']}{left_out}; {unit}"))
    return rows


def _interval(document: Mapping[str, Any]) -> Remark:
    words = f"{document['unit']}, of {document['student']} from {document['teacher']}"
    if document["kl_low"] is None:
        return words
    percent = f"{document['confidence'] * 100:g} % interval "
    return f"{words}; {percent}", document["kl_low"], " to ", document["kl_high"]


def _same(document: Mapping[str, Any]) -> Remark:
    percent = f"{document['confidence'] * 100:g} % interval "
    return percent, document["same_top_low"], " to ", document["same_top_high"]


def _labels(document: Mapping[str, Any]) -> list[Fact]:
    rows: list[Fact] = [
        ("Loss of the teacher", document["loss_teacher"], ("perplexity ", document["perplexity_teacher"])),
        ("Loss of the student", document["loss_student"], ("perplexity ", document["perplexity_student"])),
        ("Log perplexity ratio", document["log_perplexity_ratio"], _ratio(document)),
    ]
    if document["loss_correlation"] is not None:
        rows.append(("Correlation of losses", document["loss_correlation"], ""))
    change = document.get("label_probability_change")
    if change is not None:
        rows.append(("Change of label p", change["rms"], ("root mean square; mean ", change["mean"])))
    return rows


def _ratio(document: Mapping[str, Any]) -> Remark:
    if document["log_perplexity_ratio_low"] is None:
        return "student less teacher"
    percent = f"student less teacher; {document['confidence'] * 100:g} % interval "
    return percent, document["log_perplexity_ratio_low"], " to ", document["log_perplexity_ratio_high"]


def quantile_grid(document: Mapping[str, Any]) -> Grid:
    """The quantiles of the divergence, and of the change of the label's probability where there are labels."""
    changes = document.get("label_probability_change")
    titles = ["rows below", "KL divergence"] + (["change of label p"] if changes else [])
    rows: list[list[Cell]] = []
    for key in _SHOWN:
        name = {"min": "minimum", "median": "50 %", "max": "maximum"}.get(key) or f"{_percent(key)} %"
        row: list[Cell] = [name, document["kl_quantiles"][key]]
        rows.append(row + ([changes["quantiles"][key]] if changes else []))
    width = document["quantile_width"]
    how = "of the rows themselves" if not width else f"to {100 * width / 2:.1g} %"
    return Grid(Table(titles, rows), title=f"Quantiles, {how}")


def _percent(key: str) -> str:
    return key[1:].lstrip("0").replace("_", ".") if "_" not in key else key[1:].replace("_", ".")


def _classes(document: Mapping[str, Any]) -> Grid:
    listed = sorted(document["classes"], key=lambda each: -each["rows"] * (1 - each["same_top"]))
    more = len(listed) - _CLASSES
    title = "Classes of the teacher, where the student leaves it most often first"
    title += f" ({more:,} more are left out)" if more > 0 else ""
    return class_grid(listed[:_CLASSES], title)


def class_grid(listed: Sequence[Mapping[str, Any]], title: str = "") -> Grid:
    """The figures of classes, a row each."""
    names = ["class", "rows", "kl_mean", "same_top", "left_for", "left_rows"]
    titles = ["class", "rows", "KL", "same top", "mostly for", "rows"]
    return Grid(Table(titles, [[each[name] for name in names] for each in listed]), title=title)


def _groups(document: Mapping[str, Any]) -> Grid:
    names = ["group", "rows", "kl_mean", "kl_standard_error", "same_top", "entropy_teacher", "entropy_student"]
    titles = [str(document["by"]), "rows", "KL", "error", "same top", "entropy p", "entropy q"]
    rows = [[each[name] for name in names] for each in document["groups"]]
    return Grid(Table(titles, rows), title=f"By {document['by']}, in {document['unit']}")


def several_students(document: Mapping[str, Any]) -> list[Facts | Grid]:
    """A row for every student, and how each compares with the first."""
    students = document["students"]
    titles = ["", "KL", "error", "median", "99 %", "same top", "total variation"]
    rows = [
        [
            each["file"],
            each["kl_mean"],
            each["kl_standard_error"],
            each["kl_quantiles"]["median"],
            each["kl_quantiles"]["p99"],
            each["same_top"],
            each["total_variation_mean"],
        ]
        for each in students
    ]
    title = f"{students[0]['rows']:,} rows, each file against {document['teacher']}, in {document['unit']}"
    names = ["file", "difference", "standard_error", "p_value", "p_holm", "p_sign_flip", "nearer_rows", "farther_rows"]
    heads = ["", "KL less the first's", "error", "p", "Holm's p", "p by signs", "nearer in", "farther in"]
    compared = [[each[name] for name in names] for each in document["comparisons"]]
    return [
        Grid(Table(titles, rows), title=title),
        Grid(Table(heads, compared), title=f"Compared with {students[0]['file']}; below 0, the file is nearer"),
    ]


def _table(listed: Sequence[Mapping[str, Any]]) -> Table:
    columns = list(listed[0])
    return Table(
        [{"kl": "KL"}.get(name, name) for name in columns], [[row[name] for name in columns] for row in listed]
    )
