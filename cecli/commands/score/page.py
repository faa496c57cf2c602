"""The page of ``cecli score --report``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cecli.commands.pages import Fact, between, cut, how_sections, notes_block
from cecli.commands.score.view import view
from cecli.core.scores.scorer import perplexity
from cecli.report.flat import listed
from cecli.report.model import Curve, Facts, Grid, Remark, Series, Table
from cecli.report.numbers import rounded
from cecli.report.pages.page import Block, Cards, Page, Picture, Section, Words

if TYPE_CHECKING:
    from cecli.commands.score.report import Scored
    from cecli.core.metrics.reliability_cells import ConfidenceBin
    from cecli.core.metrics.tail import LossBin

_FEW_OCTAVES = 10
"""Where losses span no more powers of two than this, each has several bars."""

_DEFINITIONS = {
    "cross_entropy": ("Cross-entropy loss", "the mean of -log q(y) over the rows: q(y) is the probability that was "
                      "given to the class y that was observed"),
    "standard_error": ("Standard error", "of that mean; its interval is Student's t"),
    "perplexity": ("Perplexity", "exp of the loss in nats: so many equally likely classes would be as surprising"),
    "skill": ("Skill", "1 - loss / entropy of the label frequencies: 0 for who knows these alone, 1 at best"),
    "accuracy": ("Accuracy", "how often the most probable class is the observed one; the first of equal ones counts"),
    "top_k_accuracy": ("Top-k accuracy", "how often the observed class is among the k most probable ones"),
    "macro_f1": ("Macro F1", "the mean over the classes of 2 precision recall / (precision + recall)"),
    "mcc": ("MCC", "Matthews' correlation of predicted and observed classes: 0 for who guesses, 1 at best"),
    "brier": ("Brier score", "the mean of the sum over the classes of (q - [observed])², from 0 to 2"),
    "ece": ("Calibration error", "ECE of the top label: the mean over the rows of |accuracy - confidence| of their "
            "bin, of 15 equally wide ones"),
    "worst_percent_share": ("Share of the worst 1 %", "how much of the loss the 1 % of the rows carry that cost most"),
}  # fmt: skip


def page(scored: Scored, document: dict[str, Any], notes: Sequence[str]) -> Page:
    """The page of a finished run."""
    unit, rows = scored.plan.unit.name, document["rows"]
    of = f"of {rows['read']:,} " if rows["ignored"] else ""
    lead = f"{rows['scored']:,} rows {of}scored, in {unit}"
    facts, *blocks = view(scored, document)
    sections = [
        Section("At a glance", [Cards(_cards(scored, document)), *notes_block(notes)]),
        Section("Where the loss comes from", _pictures(scored)),
        Section("Figures", [facts if isinstance(facts, Facts) else Words([])]),
    ]
    if document.get("classes"):
        sections.append(Section("Classes", _classes(document, blocks)))
    sections += [Section(block.title, _untitled(block, document)) for block in blocks if not _is_of_classes(block)]
    if not scored.plan.wanted.worst and scored.score.worst:
        sections.append(Section("The worst rows", [_worst(scored)]))
    definitions = [text for key, text in _DEFINITIONS.items() if document.get(key) is not None]
    sections += how_sections("cross_entropy", rows["scored"], document, definitions)
    return Page(f"Cross-entropy score of {scored.facts.name}", lead, sections)


def _cards(scored: Scored, document: dict[str, Any]) -> list[Fact]:
    """The headline numbers with their intervals."""
    confidence, unit = scored.plan.confidence, document["unit"]
    name = "Sum of losses" if scored.plan.summed else "Cross-entropy loss"
    interval = between(document["low"], document["high"], confidence)
    cards: list[Fact] = [(name, document["cross_entropy"], (unit, ", ", *interval) if interval else unit)]
    score = scored.score
    if score.low is not None and score.high is not None:
        cards.append(
            ("Perplexity", score.perplexity, between(perplexity(score.low), perplexity(score.high), confidence))
        )
    else:
        cards.append(("Perplexity", score.perplexity, "equally likely classes"))
    if scored.facts.observed_only:
        return cards
    cards.append(("Accuracy", document["accuracy"], _accuracy_interval(scored)))
    if document["skill"] is not None:
        cards.append(("Skill", document["skill"], "over the frequencies of the labels"))
    chance = f"up to {rounded(document['ece_band'], 3)} is chance" if document["ece_band"] is not None else "ECE"
    return [*cards, ("Calibration error", document["ece"], chance), ("Brier score", document["brier"], "0 to 2")]


def _accuracy_interval(scored: Scored) -> Remark:
    """Wilson's, where rows count once each and are independent."""
    score = scored.score
    if score.accuracy is None or scored.total.spec.weights == "importance" or score.clusters or score.rows == 0:
        return ""
    hits = score.accuracy * score.mass
    if abs(hits - round(hits)) > 1e-6 * max(hits, 1) or score.mass >= 2**53:  # shares of soft labels are no hits
        return ""
    import numpy as np

    from cecli.core.pmfs.intervals import confidence_interval

    confidence = scored.plan.confidence
    low, high = confidence_interval("wilson", np.array([round(hits)]), round(score.mass), confidence)
    return ("Wilson ", *between(float(low[0]), float(high[0]), confidence))


def _pictures(scored: Scored) -> list[Block]:
    pictures: list[Block] = []
    if not scored.facts.observed_only:
        bins = [one for one in scored.total.part("calibration").bins(confidence=scored.plan.confidence) if one.mass]
        pictures.append(_reliability(bins, scored.plan.confidence))
    bins_of_losses, infinite = _histogram(scored)
    if bins_of_losses:
        pictures.append(_losses(bins_of_losses, infinite, scored))
    return pictures


def _reliability(bins: Sequence[ConfidenceBin], confidence: float) -> Picture:
    """Accuracy against confidence, above the histogram of the confidence."""
    total = math.fsum(one.mass for one in bins)
    exact = all(one.accuracy_low is not None for one in bins)
    shares = [one.mass / total for one in bins]
    points = Series(
        "accuracy",
        [one.confidence or 0.0 for one in bins],
        [one.accuracy or 0.0 for one in bins],
        "points",
        [one.accuracy_low or 0.0 for one in bins] if exact else (),
        [one.accuracy_high or 0.0 for one in bins] if exact else (),
    )
    diagonal = Series("perfectly calibrated", [0.0, 1.0], [0.0, 1.0], "dashed")
    bars = Series("", [(one.low + one.high) / 2 for one in bins], shares, "bars", width=bins[0].high - bins[0].low)
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
        [f"{one.low:.3f} to {one.high:.3f}", share, one.confidence, one.accuracy, one.accuracy_low, one.accuracy_high]
        for one, share in zip(bins, shares, strict=True)
    ]
    titles = ["confidence", "share of rows", "mean confidence", "accuracy", "low", "high"]
    return Picture(curve, words, Grid(Table(titles, rows), "Bins of the confidence"))


def _histogram(scored: Scored) -> tuple[list[LossBin], float]:
    """The losses by powers of two, in finer bins where there are few."""
    tail = scored.total.part("tail")
    bins, infinite = tail.histogram()
    if 0 < len(bins) <= _FEW_OCTAVES:
        return tail.histogram(steps=2 if len(bins) > _FEW_OCTAVES // 2 else 4)  # type: ignore[no-any-return]
    return bins, infinite


def _losses(bins: Sequence[LossBin], infinite: float, scored: Scored) -> Picture:
    """How the losses of the rows are spread, above what the rows of each size carry of the loss."""
    unit = scored.plan.unit
    edges = [(unit.from_nats(one.low), unit.from_nats(one.high)) for one in bins]
    drawn = [_drawn(low, high) for low, high in edges]
    places, widths = [(low + high) / 2 for low, high in drawn], [high - low for low, high in drawn]
    doublings = [math.log2(high / low) for low, high in drawn]
    rows = [one.mass / size for one, size in zip(bins, doublings, strict=True)]
    loss = [(one.loss or 0.0) / size for one, size in zip(bins, doublings, strict=True)]
    curve = Curve(
        [Series("rows", places, rows, "bars", width=widths)],
        "Losses of the rows",
        f"loss of a row ({unit.name})",
        "share of rows, for a doubling of the loss",
        log_x=True,
        below=Curve([Series("loss that they carry", places, loss, "bars", width=widths)], y_label="share of the loss"),
    )
    words = "Above: how many rows have a loss of this size. Below: how much of the whole loss they carry."
    if bins[0].low == 0:
        words += " The first bar holds all smaller losses, 0 among them."
    if math.isinf(bins[-1].high):
        words += " The last bar holds all larger ones."
    if infinite:
        words += f" {rounded(100 * infinite, 3)} % of the rows have an infinite loss and stand outside."
    cells = [
        [_range(low, high), one.mass, one.loss]
        for one, (low, high) in zip(bins, edges, strict=True)
    ]  # fmt: skip
    figures = Grid(Table([f"loss ({unit.name})", "share of rows", "share of the loss"], cells), "Losses of the rows")
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


def _classes(document: dict[str, Any], blocks: Sequence[Any]) -> list[Block]:
    grid = next(filter(_is_of_classes, blocks))
    cost = [(each["cross_entropy"] or 0.0) * each["rows"] for each in document["classes"]]
    return cut(Grid(grid.table, "", grid.bars), cost, "classes that cost most", "classes")


def _is_of_classes(block: Any) -> bool:
    return isinstance(block, Grid) and block.title == "Per class"


def _untitled(block: Facts | Grid | Curve, document: dict[str, Any]) -> list[Block]:
    """A block of the terminal's view below a heading of its own; groups may be very many."""
    if not isinstance(block, Grid):
        return [Facts(block.rows) if isinstance(block, Facts) else Words([block.title])]
    grid = Grid(block.table, "", block.bars)
    if block.title.startswith("By "):
        cost = [(each["cross_entropy"] or 0.0) * each["rows"]["scored"] for each in document["groups"]]
        return cut(grid, cost, "groups that cost most", "groups")
    kind = "confusions" if "confused" in block.title else "worst"
    return cut(grid, range(0, -len(block.table.rows), -1), "that come first", kind)


def _worst(scored: Scored) -> Block:
    """The rows that cost most, where no option asked for them."""
    table = listed(scored.worst_rows(scored.score))
    titles = [f"loss ({scored.plan.unit.name})" if name == "loss" else name for name in table.columns]
    return Grid(Table(titles, table.rows))
