"""A result as a page to hand around: one HTML file that loads nothing, runs nothing, and shows all text literally."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import PurePath

from cecli.errors import UsageError, literal, quoted
from cecli.report import sink
from cecli.report.drawing.svg import svg_text
from cecli.report.model import Cell, Curve, Facts, Grid, Remark
from cecli.report.numbers import aligned, remarked, rounded
from cecli.report.pages.style import STYLE

SUFFIXES = (".html", ".htm")

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What a browser may load for the page: nothing. Even if a text got out of its place it could not run."""


@dataclass(frozen=True)
class Cards:
    """The headline numbers: name, value, and an interval or a remark."""

    rows: Sequence[tuple[str, Cell, Remark]]


@dataclass(frozen=True)
class Words:
    """Paragraphs, or a list of notes."""

    texts: Sequence[str]
    notes: bool = False


@dataclass(frozen=True)
class Picture:
    """A curve, what it shows in words, and the figures that it is drawn from."""

    curve: Curve
    words: str
    figures: Grid


Block = Cards | Words | Facts | Grid | Picture


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it; pictures that follow each other stand side by side where there is room."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Page:
    """A title, a line below it, and sections."""

    title: str
    lead: str
    sections: Sequence[Section]


def check_page(path: str) -> None:
    """Raise UsageError for a name that is not that of a page."""
    suffix = PurePath(path).suffix
    if suffix.lower() not in SUFFIXES:
        problem = f"has the suffix {quoted(suffix)}" if suffix else "has no suffix"
        raise UsageError(f"--report {quoted(path)} {problem}, and it writes HTML", "--report report.html")


def write_page(page: Page, path: str, digits: int) -> None:
    """Write the page to ``path``, which appears whole or stays as it was. Raises OutputError where that is refused."""
    data = page_text(page, digits).encode("utf-8", "backslashreplace")
    with sink.opened(path) as send:
        send(data)


def page_text(page: Page, digits: int = 6) -> str:
    """The page as HTML."""
    head = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{_escaped(page.title)}</title>",
        f"<style>{STYLE}</style>",
        "</head>",
        "<body>",
        f'<header><h1>{_shown(page.title)}</h1><p class="soft">{_shown(page.lead)}</p></header>',
        "<main>",
    ]
    body = []
    for number, section in enumerate(page.sections, 1):
        body += [f'<section aria-labelledby="s{number}"><h2 id="s{number}">{_shown(section.title)}</h2>']
        body += _blocks(section.blocks, digits, f"s{number}")
        body.append("</section>")
    return "\n".join([*head, *body, "</main>", "</body>", "</html>", ""])


def _blocks(blocks: Sequence[Block], digits: int, name: str) -> Iterator[str]:
    is_open = False
    for number, block in enumerate(blocks, 1):
        if isinstance(block, Picture) != is_open:
            yield "</div>" if is_open else '<div class="pictures">'
            is_open = not is_open
        if isinstance(block, Picture):
            yield from _picture(block, digits, f"{name}-{number}")
        elif isinstance(block, Cards):
            yield from _cards(block, digits)
        elif isinstance(block, Words):
            yield from _words(block)
        elif isinstance(block, Facts):
            yield from _facts(block, digits)
        else:
            yield from _grid(block, digits)
    if is_open:
        yield "</div>"


def _cards(cards: Cards, digits: int) -> Iterator[str]:
    yield '<dl class="cards">'
    for name, value, remark in cards.rows:
        yield (
            f'<div><dt>{_shown(name)}</dt><dd class="value">{_cell(value, digits)}</dd>'
            f'<dd class="remark">{_shown(remarked(remark, digits))}</dd></div>'
        )
    yield "</dl>"


def _words(words: Words) -> Iterator[str]:
    if words.notes:
        yield '<ul class="notes">' + "".join(f"<li>{_shown(text)}</li>" for text in words.texts) + "</ul>"
    else:
        yield from (f"<p>{_shown(text)}</p>" for text in words.texts)


def _facts(facts: Facts, digits: int) -> Iterator[str]:
    """A row for each fact: its name heads the row. The roles are said, as a phone's layout takes them away."""
    yield '<table class="facts" role="table">'
    yield f"<caption>{_shown(facts.title)}</caption>" if facts.title else ""
    yield '<tbody role="rowgroup">'
    for name, value, remark in facts.rows:
        kind = "" if isinstance(value, (str, bool)) else ' class="number"'
        yield (
            f'<tr role="row"><th scope="row" role="rowheader">{_shown(name)}</th>'
            f'<td role="cell"{kind}>{_cell(value, digits)}</td>'
            f'<td role="cell">{_shown(remarked(remark, digits))}</td></tr>'
        )
    yield "</tbody></table>"


def _grid(grid: Grid, digits: int) -> Iterator[str]:
    """A table with a heading for each column and each row; numbers have their decimal points below each other."""
    columns = [_column([row[k] for row in grid.table.rows], digits) for k in range(len(grid.table.columns))]
    label = f' aria-label="{_escaped(grid.title)}"' if grid.title else ""
    yield f'<div class="scroll" role="region" tabindex="0"{label}><table class="grid">'
    yield f"<caption>{_shown(grid.title)}</caption>" if grid.title else ""
    kinds = ["" if is_text else ' class="number"' for _, is_text in columns]
    heads = zip(grid.table.columns, kinds, strict=True)
    bars = _bars(grid)
    bar_head = '<td class="bars" aria-hidden="true"></td>' if bars else ""
    yield (
        "<thead><tr>"
        + "".join(f'<th scope="col"{kind}>{_shown(name)}</th>' for name, kind in heads)
        + f"{bar_head}</tr></thead><tbody>"
    )
    for number in range(len(grid.table.rows)):
        first, *others = (texts[number] for texts, _ in columns)
        cells = "".join(f"<td{kind}>{text}</td>" for text, kind in zip(others, kinds[1:], strict=True))
        bar = bars[number] if bars else ""
        yield f'<tr><th scope="row"{kinds[0]}>{first}</th>{cells}{bar}</tr>'
    yield "</tbody></table></div>"


def _column(values: Sequence[Cell], digits: int) -> tuple[list[str], bool]:
    """The cells of a column, and whether they are text."""
    if any(isinstance(value, (str, bool)) for value in values):
        return [_cell(value, digits) for value in values], True
    texts = aligned([None if _is_infinite(value) else value for value in values], digits)
    return [
        _cell(value, digits) if value is None or _is_infinite(value) else text
        for value, text in zip(values, texts, strict=True)
    ], False


def _bars(grid: Grid) -> list[str]:
    """A bar a row for the column that is drawn, where it has finite numbers."""
    if grid.bars is None:
        return []
    place = list(grid.table.columns).index(grid.bars)
    sizes = [float(row[place] or 0.0) for row in grid.table.rows]
    largest = max((size for size in sizes if math.isfinite(size)), default=0.0)
    if not largest > 0:
        return []
    shares = [100.0 if size == math.inf else 100 * max(size, 0.0) / largest for size in sizes]
    drawn = [f'<span class="bar" style="width:{share:.1f}%"></span>' if share > 0 else "" for share in shares]
    return [f'<td class="bars" aria-hidden="true">{bar}</td>' for bar in drawn]


def _picture(picture: Picture, digits: int, name: str) -> Iterator[str]:
    yield f"<figure><figcaption>{_shown(picture.curve.title)}</figcaption>"
    yield svg_text(picture.curve, picture.words, name)
    yield f'<p class="soft">{_shown(picture.words)}</p>'
    yield "<details><summary>The figures of this picture</summary>"
    yield from _grid(picture.figures, digits)
    yield "</details></figure>"


def _cell(value: Cell, digits: int) -> str:
    """A number rounded, a text literally and in its own direction."""
    if value is None:
        return '<abbr title="undefined">–</abbr>'
    if _is_infinite(value):
        return "∞" if float(value) > 0 else "−∞"
    return _shown(rounded(value, digits))


def _is_infinite(value: Cell) -> bool:
    return isinstance(value, float) and math.isinf(value)


def _shown(text: str) -> str:
    """Text as it is, whatever it holds: escaped, and kept from turning the direction of what stands around it."""
    shown = _escaped(text)
    return shown if shown.isascii() else f"<bdi>{shown}</bdi>"


def _escaped(text: str) -> str:
    """The same where no element may stand: in an attribute, in the title."""
    return escape(literal(text))
