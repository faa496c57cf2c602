"""The page of ``cecli score --report``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from cecli.report.model import Curve, Facts, Grid, Remark, Series, Table
from cecli.report.numbers import rounded
from cecli.report.pages.page import Block, Cards, Page, Picture, Section, Words
from cecli.results.pages import Fact, between, cut, notes_block
from cecli.results.score.terminal import Document, list_grid, loss_title, view


def page(document: Document, notes: Sequence[str], made: Sequence[Section]) -> Page:
    """The page of a document; ``made`` says how it was made."""
    unit, rows = document["unit"], document["rows"]
    of = f"of {rows['read']:,} " if rows["ignored"] else ""
    lead = f"{rows['scored']:,} rows {of}scored, in {unit}"
    facts, *blocks = view(document)
    sections = [Section("At a glance", [Cards(_cards(document)), *notes_block(notes)])]
    pictures = _pictures(document)
    if pictures:
        sections.append(Section("Where the loss comes from", pictures))
    sections.append(Section("Figures", [facts if isinstance(facts, Facts) else Words([])]))
    if document.get("classes"):
        sections.append(Section("Classes", _classes(document, blocks)))
    sections += [Section(block.title, _untitled(block, document)) for block in blocks if not _is_of_classes(block)]
    if "worst" not in document and document.get("page", {}).get("worst"):
        grid = list_grid(document, document["page"]["worst"], "loss", "")
        sections.append(Section("The worst rows", [grid]))
    of = f" of {document['page']['file']}" if "file" in document.get("page", {}) else ""
    return Page(f"Cross-entropy score{of}", lead, [*sections, *made])


def _cards(document: Document) -> list[Fact]:
    """The headline numbers with their intervals."""
    confidence, unit, low, high = (document[key] for key in ("confidence", "unit", "low", "high"))
    interval = between(low, high, confidence)
    cards: list[Fact] = [
        (loss_title(document), document["cross_entropy"], (unit, ", ", *interval) if interval else unit)
    ]
    cards.append(("Perplexity", document["perplexity"], _perplexities(document) or "equally likely classes"))
    if "accuracy" not in document:
        return cards
    cards.append(("Accuracy", document["accuracy"], _accuracy_interval(document)))
    if document["skill"] is not None:
        cards.append(("Skill", document["skill"], "over the frequencies of the labels"))
    band = document["ece_band"]
    calibrated = "ECE" if band is None else f"a calibrated model stays below {rounded(band, 3)} in 95 of 100 samples"
    return [*cards, ("Calibration error", document["ece"], calibrated), ("Brier score", document["brier"], "0 to 2")]


def _perplexities(document: Document) -> tuple[str | float, ...]:
    """The interval of the perplexity, from that of the mean loss."""
    if document["perplexity_low"] is None:
        return ()
    return between(document["perplexity_low"], document["perplexity_high"], document["confidence"])


def _whole_rows(document: Document) -> bool:
    """Whether rows count once each, or so many times, and are right or wrong."""
    return bool(document["weights"] != "importance" and document["labels_read_as"] != "soft")


def _exact(document: Document, kind: str, accuracy: float, mass: float) -> tuple[float, float]:
    """An interval of an accuracy, of whole rows."""
    import numpy as np

    from cecli.core.pmfs.intervals import confidence_interval

    low, high = confidence_interval(kind, np.array([round(accuracy * mass)]), round(mass), document["confidence"])
    return float(low[0]), float(high[0])


def _accuracy_interval(document: Document) -> Remark:
    """Wilson's, where rows count once each and are independent."""
    mass = math.fsum(one["mass"] for one in document.get("bins", ()))
    if document["accuracy"] is None or document.get("clusters") or not _whole_rows(document) or not 0 < mass < 2**53:
        return ""
    return ("Wilson ", *between(*_exact(document, "wilson", document["accuracy"], mass), document["confidence"]))


def _pictures(document: Document) -> list[Block]:
    pictures: list[Block] = []
    if any(one["mass"] for one in document.get("bins", ())):
        pictures.append(_reliability(document))
    if document.get("losses"):
        pictures.append(_losses(document))
    return pictures


def _reliability(document: Document) -> Picture:
    """Accuracy against confidence, above the histogram of the confidence."""
    bins = [one for one in document["bins"] if one["mass"]]
    total, confidence = math.fsum(one["mass"] for one in bins), document["confidence"]
    exact = _whole_rows(document) and total < 2**53
    shares = [one["mass"] / total for one in bins]
    ends = [_exact(document, "clopper-pearson", one["accuracy"], one["mass"]) for one in bins] if exact else []
    low, high = [end for end, _ in ends], [end for _, end in ends]
    means, accuracies = [one["confidence"] for one in bins], [one["accuracy"] for one in bins]
    points = Series("accuracy", means, accuracies, "points", low, high)
    diagonal = Series("perfectly calibrated", [0.0, 1.0], [0.0, 1.0], "dashed")
    width = bins[0]["high"] - bins[0]["low"]
    bars = Series("", [(one["low"] + one["high"]) / 2 for one in bins], shares, "bars", width=width)
    curve = Curve(
        [points, diagonal],
        "Reliability of the most probable class",
        "confidence",
        "accuracy",
        x_range=(0.0, 1.0),
        y_range=(0.0, 1.0),
        square=True,
        below=Curve([bars], y_label="share of rows", x_range=(0.0, 1.0)),
    )
    words = "Points below the diagonal are rows whose probabilities promise more than comes true."
    words += f" The lines are exact {confidence * 100:g} % intervals." if exact else ""
    rows = [
        [f"{one['low']:.3f} to {one['high']:.3f}", share, one["confidence"], one["accuracy"], *(end or (None, None))]
        for one, share, end in zip_longest(bins, shares, ends)
    ]
    titles = ["confidence", "share of rows", "mean confidence", "accuracy", "low", "high"]
    return Picture(curve, words, Grid(Table(titles, rows), "Bins of the confidence"))


def _losses(document: Document) -> Picture:
    """How the losses of the rows are spread, above what the rows of each size carry of the loss."""
    unit, bins = document["unit"], document["losses"]
    edges = [(one["low"], one["high"]) for one in bins]
    drawn = [_drawn(low, high) for low, high in edges]
    places, widths = [(low + high) / 2 for low, high in drawn], [high - low for low, high in drawn]
    doublings = [math.log2(high / low) for low, high in drawn]
    rows = [one["mass"] / size for one, size in zip(bins, doublings, strict=True)]
    loss = [(one["loss"] or 0.0) / size for one, size in zip(bins, doublings, strict=True)]
    curve = Curve(
        [Series("rows", places, rows, "bars", width=widths)],
        "Losses of the rows",
        f"loss of a row ({unit})",
        "share of rows, for a doubling of the loss",
        log_x=True,
        below=Curve([Series("loss that they carry", places, loss, "bars", width=widths)], y_label="share of the loss"),
    )
    words = "Above: how many rows have a loss of this size. Below: how much of the whole loss they carry."
    if bins[0]["low"] == 0:
        words += " The first bar holds all smaller losses, 0 among them."
    if math.isinf(bins[-1]["high"]):
        words += " The last bar holds all larger ones."
    if document["zero_probability_rows"]:
        infinite = 1 - math.fsum(one["mass"] for one in bins)
        words += f" {rounded(100 * infinite, 3)} % of the rows have an infinite loss and stand outside."
    cells = [
        [_range(low, high), one["mass"], one["loss"]]
        for one, (low, high) in zip(bins, edges, strict=True)
    ]  # fmt: skip
    figures = Grid(Table([f"loss ({unit})", "share of rows", "share of the loss"], cells), "Losses of the rows")
    return Picture(curve, words, figures)


def _drawn(low: float, high: float) -> tuple[float, float]:
    """A bin that reaches down to 0 or up to infinity as one of a doubling."""
    if low == 0:
        return high / 2, high
    return (low, 2 * low) if math.isinf(high) else (low, high)


def _range(low: float, high: float) -> str:
    if math.isinf(high):
        return f"{rounded(low, 4)} and more"
    return f"below {rounded(high, 4)}" if low == 0 else f"{rounded(low, 4)} to {rounded(high, 4)}"


def _classes(document: Document, blocks: Sequence[Any]) -> list[Block]:
    grid = next(filter(_is_of_classes, blocks))
    cost = [(each["cross_entropy"] or 0.0) * each["rows"] for each in document["classes"]]
    return cut(Grid(grid.table, "", grid.bars), cost, "classes that cost most", "classes")


def _is_of_classes(block: Any) -> bool:
    return isinstance(block, Grid) and block.title == "Per class"


def _untitled(block: Facts | Grid | Curve, document: Document) -> list[Block]:
    """A block of the terminal's view below a heading of its own; groups may be very many."""
    if not isinstance(block, Grid):
        return [Facts(block.rows) if isinstance(block, Facts) else Words([block.title])]
    grid = Grid(block.table, "", block.bars)
    if block.title.startswith("By "):
        cost = [(each["cross_entropy"] or 0.0) * each["rows"]["scored"] for each in document["groups"]]
        return cut(grid, cost, "groups that cost most", "groups")
    kind = "confusions" if "confused" in block.title else "worst"
    return cut(grid, range(0, -len(block.table.rows), -1), "that come first", kind)
