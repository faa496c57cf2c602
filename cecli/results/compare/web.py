"""The page of ``cecli compare --report``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cecli.report.model import Curve, Facts, Grid, Remark, Series, Table
from cecli.report.numbers import rounded
from cecli.report.pages.page import Block, Cards, Page, Picture, Section, Words
from cecli.results.compare.notes import entries_of
from cecli.results.compare.terminal import class_grid, view
from cecli.results.pages import Fact, between, cut, notes_block

_MOST_BARS = 20
"""Bars of a picture that are still told apart on a phone."""


def page(document: Mapping[str, Any], notes: Sequence[str], made: Sequence[Section]) -> Page:
    """The page of a comparison, or of several with the same A; ``made`` says how it was made."""
    entries, several = entries_of(document), "comparisons" in document
    first = entries[0]
    names = [first["a"]["file"], *(entry.get("file") or entry["b"]["file"] for entry in entries)]
    lead = f"{first['rows']:,} rows, in {document['unit']}; A is {names[0]}, and a difference below 0 is for the other"
    sections = [Section("At a glance", [Cards(_cards(entries, document["confidence"])), *notes_block(notes)])]
    pictures = _pictures(document, entries)
    if pictures:
        sections.append(Section("Where they differ", pictures))
    for block in view(document):
        sections.append(Section(block.title or "Figures", _shown(block, document)))
    if several:
        sections += [_of_file(entry, document) for entry in entries]
    title = f"{names[1]} compared with {names[0]}" if not several else f"{len(entries)} models compared with {names[0]}"
    return Page(title, lead, [*sections, *made])


def _cards(entries: Sequence[Mapping[str, Any]], confidence: float) -> list[Fact]:
    """The difference of every comparison with its interval; of the only one also what it is made of."""
    cards: list[Fact] = []
    for entry in entries:
        name = entry.get("file", "Difference B - A")
        cards.append((name, entry["difference"], _verdict(entry, confidence)))
    entry = entries[0]
    if len(entries) > 1:
        return [*cards, ("Loss of A", entry["a"]["cross_entropy"], entry["a"]["file"])]
    for side in "ab":
        cards.append((f"Loss of {side.upper()}", entry[side]["cross_entropy"], entry[side]["file"]))
    signs = entry["sign_flip"]["p_value"]
    if entry["p_value"] is not None:
        cards.append(("P-value", rounded(entry["p_value"], 3), f"t test; by sign flips {rounded(signs, 3)}"))
    if entry["a"]["accuracy"] is not None:
        cards += [(f"Accuracy of {side.upper()}", entry[side]["accuracy"], "") for side in "ab"]
    return cards


def _verdict(entry: Mapping[str, Any], confidence: float) -> Remark:
    words = between(entry["low"], entry["high"], confidence) or ("no interval",)
    p_value = entry.get("p_holm", entry["p_value"])
    if "p_holm" in entry and p_value is not None:
        words += (f"; Holm's p = {rounded(p_value, 3)}",)
    return words


def _pictures(document: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> list[Block]:
    """What classes add to the difference; several models with their intervals; groups with theirs."""
    pictures: list[Block] = []
    if len(entries) > 1:
        bounded = [(entry["file"], entry) for entry in entries if entry["low"] is not None]
        pictures += _intervals(bounded, "Differences from A", document)
    elif entries[0].get("classes"):
        pictures += _contributions(entries[0]["classes"], document["unit"])
    if "groups" in entries[0] and len(entries) == 1:
        bounded = [(each["group"], each) for each in entries[0]["groups"] if each["low"] is not None]
        pictures += _intervals(bounded, f"Difference by {document['by']}", document)
    return pictures


def _intervals(named: Sequence[tuple[str, Mapping[str, Any]]], title: str, document: Mapping[str, Any]) -> list[Block]:
    """A point with its interval for each name."""
    shown = named[:_MOST_BARS]
    if not shown:
        return []
    names, entries = [name for name, _ in shown], [entry for _, entry in shown]
    places, differences = list(range(len(shown))), [entry["difference"] for entry in entries]
    low, high = [entry["low"] for entry in entries], [entry["high"] for entry in entries]
    end = len(shown) - 0.5
    curve = Curve(
        [
            Series("difference", places, differences, "points", low, high),
            Series("equal losses", [-0.5, end], [0.0, 0.0], "dashed"),
        ],
        title,
        y_label=f"B - A ({document['unit']})",
        categories=names,
    )
    more = f" The first {len(shown)} of {len(named):,} are drawn." if len(named) > len(shown) else ""
    words = (
        f"Below the line, the other is better than A. The lines are {document['confidence'] * 100:g} % intervals.{more}"
    )
    rows = [list(row) for row in zip(names, differences, low, high, strict=True)]
    return [Picture(curve, words, Grid(Table(["", "difference", "low", "high"], rows), title))]


def _contributions(classes: Sequence[Mapping[str, Any]], unit: str) -> list[Block]:
    """What the classes add to the difference, those that add most on either side."""
    found = [each for each in classes if each["contribution"] is not None and abs(each["contribution"]) < float("inf")]
    largest = sorted(found, key=lambda each: -abs(each["contribution"]))[:_MOST_BARS]
    shown = sorted(largest, key=lambda each: -each["contribution"])
    if not any(each["contribution"] for each in shown):
        return []
    names, amounts = [each["class"] for each in shown], [each["contribution"] for each in shown]
    title = "What each class adds to the difference"
    curve = Curve(
        [Series("", list(range(len(shown))), amounts, "bars")], title, y_label=f"B - A ({unit})", categories=names
    )
    more = f" The {len(shown)} of {len(found):,} classes that add most are drawn." if len(found) > len(shown) else ""
    words = f"Bars above 0 are classes where B loses, below 0 where it gains; together they are the difference.{more}"
    table = Table(["class", "adds"], [list(row) for row in zip(names, amounts, strict=True)])
    return [Picture(curve, words, Grid(table, title))]


def _shown(block: Facts | Grid | Curve, document: Mapping[str, Any]) -> list[Block]:
    """A block of the terminal's view, of classes all rows that a page holds."""
    if isinstance(block, Facts):
        return [Facts(block.rows)]
    if isinstance(block, Curve):
        return [Words([block.title])]
    if block.title.startswith("Classes") and document.get("classes"):
        return _classes(document["classes"])
    kind = "groups" if block.title.startswith("By ") else "worse" if "loses" in block.title else "better"
    return cut(Grid(block.table), range(0, -len(block.table.rows), -1), "that come first", kind)


def _classes(classes: Sequence[Mapping[str, Any]]) -> list[Block]:
    def adds(each: Mapping[str, Any]) -> float:
        amount: float = each["difference"] or 0.0 if each["contribution"] is None else each["contribution"]
        return amount

    listed = sorted((each for each in classes if each["rows"]), key=adds, reverse=True)
    cost = [abs(adds(each)) for each in listed]
    return cut(class_grid(listed), cost, "classes that add most to the difference", "classes")


def _of_file(entry: Mapping[str, Any], document: Mapping[str, Any]) -> Section:
    """The facts of one comparison of several."""
    how = {key: document[key] for key in ("labels_read_as", "matched_by", "confidence") if key in document}
    lists = ("file", "classes", "worse_rows", "better_rows", "groups")
    alone = how | {key: value for key, value in entry.items() if key not in lists}
    alone["b"] = {**alone["b"], "file": entry["file"]}
    facts = view(alone)[0]
    return Section(f"{entry['file']} in detail", [Facts(facts.rows) if isinstance(facts, Facts) else Words([])])
