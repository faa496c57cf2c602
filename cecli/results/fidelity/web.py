"""The page of ``cecli fidelity --report``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from cecli.report.model import Curve, Facts, Grid, Series, Table
from cecli.report.pages.page import Block, Cards, Page, Picture, Section, Words
from cecli.results.fidelity.entries import entries_of
from cecli.results.fidelity.terminal import class_grid, view
from cecli.results.pages import Fact, between, cut, notes_block


def page(document: Mapping[str, Any], notes: Sequence[str], made: Sequence[Section]) -> Page:
    """The page of one student, or of several; ``made`` says how it was made."""
    entries, several = entries_of(document), "students" in document
    teacher = document["teacher"]
    lead = f"{entries[0]['rows']:,} rows, in {document['unit']}; p is what {teacher} predicts of a row, q the other"
    sections = [Section("At a glance", [Cards(_cards(document, entries)), *notes_block(notes)])]
    for entry in entries:
        picture = _histogram(entry, document["unit"])
        name = f": {entry['file']}" if several else ""
        sections += [Section(f"How far the rows are{name}", picture)] if picture else []
    for block in view(document):
        sections.append(Section(block.title or "Figures", _shown(block, document)))
    title = f"{len(entries)} students of {teacher}" if several else f"{document['student']} as a copy of {teacher}"
    return Page(title, lead, [*sections, *made])


def _cards(document: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> list[Fact]:
    confidence = document["confidence"]
    cards: list[Fact] = []
    for entry in entries:
        name = entry.get("file", "KL divergence")
        cards.append((name, entry["kl_mean"], between(entry["kl_low"], entry["kl_high"], confidence) or ""))
    if len(entries) == 1:
        entry = entries[0]
        words = between(entry["same_top_low"], entry["same_top_high"], confidence)
        cards.append(("Same top class", entry["same_top"], words))
        cards.append(("99 % of the rows below", entry["kl_quantiles"]["p99"], "KL divergence"))
        cards.append(("Total variation", entry["total_variation_mean"], "0 to 1"))
    return cards


def _histogram(entry: Mapping[str, Any], unit: str) -> list[Block]:
    """The shares of the rows by the power of two that their divergence is."""
    bins = [each for each in entry.get("histogram", ()) if each["low"] not in (None, 0.0) and each["high"] < math.inf]
    if not any(each["share"] for each in bins):
        return []
    places = [math.log2(each["low"]) + 0.5 for each in bins]
    shares = [each["share"] for each in bins]
    curve = Curve(
        [Series("", places, shares, "bars", width=0.9)],
        "The divergence of the rows",
        x_label=f"log2 of the KL divergence ({unit})",
        y_label="share of the rows",
    )
    rest = 1.0 - math.fsum(shares)
    words = "Each bar is a power of two."
    words += f" Rows that are not drawn, of divergence 0 or infinite: {100 * rest:.3g} %." if rest > 1e-12 else ""
    table = Table(["from", "to", "share"], [[each["low"], each["high"], each["share"]] for each in bins])
    return [Picture(curve, words, Grid(table, "The divergence of the rows"))]


def _shown(block: Facts | Grid, document: Mapping[str, Any]) -> list[Block]:
    """A block of the terminal's view, of classes all that a page holds."""
    if isinstance(block, Facts):
        return [Facts(block.rows)]
    if block.title.startswith("Classes") and document.get("classes"):
        classes = document["classes"]
        cost = [each["rows"] * (1 - each["same_top"]) for each in classes]
        return cut(class_grid(classes), cost, "classes that the student leaves most often", "classes")
    if not block.table.rows:
        return [Words([block.title])]
    kind = "groups" if block.title.startswith("By ") else "worst"
    return cut(Grid(block.table), range(0, -len(block.table.rows), -1), "that come first", kind)
