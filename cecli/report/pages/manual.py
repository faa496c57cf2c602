"""A manual page as text and as the source of ``man``."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_INDENT = 7
"""Where the text of a section begins, as ``man`` has it."""


@dataclass(frozen=True)
class Block:
    """A part of a section: a paragraph, lines that stay as they are (``kept``), what a ``term`` means, or the
    ``heading`` of those that follow."""

    text: str
    term: str = ""
    kept: bool = False
    heading: bool = False


@dataclass(frozen=True)
class Page:
    """A page called ``name``, and its sections: heading -> blocks."""

    name: str
    version: str
    sections: dict[str, list[Block]]


def as_text(page: Page, width: int = 80) -> str:
    """The page in lines of at most ``width`` characters, where words and lines that are kept allow."""
    lines: list[str] = []
    for heading, blocks in page.sections.items():
        lines += ["", heading]
        for k, block in enumerate(blocks):
            if k and not blocks[k - 1].heading:
                lines.append("")
            lines += _text_lines(block, max(width, 40))
    return "\n".join(lines[1:]) + "\n"


def _text_lines(block: Block, width: int) -> Iterator[str]:
    indent = " " * _INDENT
    if block.heading:
        yield f"{' ' * (_INDENT // 2)}{block.text}"
    elif block.kept:
        yield from (f"{indent}{line}" for line in block.text.splitlines())
    elif block.term:
        deeper = " " * (2 * _INDENT)
        if len(block.term) < _INDENT - 1:
            yield from _wrapped(block.text, width, f"{indent}{block.term.ljust(_INDENT)}", deeper)
        else:
            yield f"{indent}{block.term}"
            yield from _wrapped(block.text, width, deeper, deeper)
    else:
        yield from _wrapped(block.text, width, indent, indent)


def _wrapped(text: str, width: int, first: str, rest: str) -> Sequence[str]:
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


def as_roff(page: Page) -> str:
    """The page for ``man``: macros of man(7), in ASCII."""
    lines = [f'.TH "{_roff(page.name.upper())}" "1" "" "cecli {_roff(page.version)}" "User Commands"', ".nh", ".ad l"]
    for heading, blocks in page.sections.items():
        lines.append(f'.SH "{_roff(heading)}"')
        for k, block in enumerate(blocks):
            lines += _roff_lines(block, first=k == 0 or blocks[k - 1].heading)
    return "\n".join(lines) + "\n"


def _roff_lines(block: Block, first: bool) -> Iterator[str]:
    if block.heading:
        yield f'.SS "{_roff(block.text)}"'
    elif block.term:
        yield from (".TP", f".B {_roff(block.term)}".replace("|", r"|\:"), *_filled(block.text))
    elif block.kept:
        yield from ([] if first else [".PP"])
        yield from (".nf", *(_line(line) for line in block.text.splitlines()), ".fi")
    else:
        yield from ([] if first else [".PP"])
        yield from _filled(block.text)


def _filled(text: str) -> Iterator[str]:
    return (_line(line) for line in _wrapped(text, 78, "", ""))


def _line(text: str) -> str:
    r"""A line of text: a dot or an apostrophe at its start would be a request."""
    escaped = _roff(text)
    return rf"\&{escaped}" if escaped.startswith((".", "'")) else escaped


def _roff(text: str) -> str:
    r"""``text`` with what roff would read as something else escaped, and all of it ASCII.

    >>> print(_roff("-f \\ … “x”"))
    \-f \e \[u2026] \[u201C]x\[u201D]
    """
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq").replace("^", "\\(ha")
    escaped = escaped.replace("`", "\\(ga").replace("~", "\\(ti").replace("'", "\\(aq")
    return "".join(sign if sign.isascii() else f"\\[u{ord(sign):04X}]" for sign in escaped)
