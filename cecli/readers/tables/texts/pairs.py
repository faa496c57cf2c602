"""Lines of classes and their figures, as Vowpal Wabbit, fastText and others write them, as objects of JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from cecli.errors import InputError
from cecli.readers.sources.source import Source
from cecli.readers.tables.jsonl_split import LineSplitter
from cecli.readers.tables.records import decode
from cecli.readers.tables.texts.cells import is_number
from cecli.readers.tables.texts.listed import braced, tuples
from cecli.readers.tables.texts.shape import Rewrite, Shape, reshape

_PREFIX = b"__label__"
"""What fastText's names begin with, where nobody said otherwise."""

_JSON = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_NO_FIGURE = re.compile(rb'":(?!-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?[,}])')
_TAG = "tag"
"""The key of what Vowpal Wabbit writes behind the pairs: the tag of the example."""


def pairs_of(lines: Sequence[bytes], name: str) -> Shape | None:
    """The shape of a text all of whose first lines are pairs; None where they are not."""
    rows = [line.split() for line in lines]
    if not all(rows):
        return None
    rewrite: Rewrite | None = None
    if all(_is_joined(row) for row in rows):
        rewrite = _rewriting(_joined_fast, _joined, name)
    elif all(_is_alternating(row) for row in rows):
        rewrite = _rewriting(_alternating_fast, _alternating, name)
    else:
        texts = [line.decode("utf-8", "replace") for line in lines]
        listed = next((read for read in (braced, tuples) if all(read(text) is not None for text in texts)), None)
        rewrite = None if listed is None else _rewriting(_never, listed, name, whole=True)
    return None if rewrite is None else Shape("", True, rewrite=rewrite, pairs=True)


def splitter_of(shape: Shape) -> Callable[[Source, int], LineSplitter]:
    """What takes such a text apart, as lines of JSON."""

    def splitter(source: Source, block_bytes: int) -> LineSplitter:
        reshape(source, shape)
        return LineSplitter(source, block_bytes)

    return splitter


def _is_joined(row: Sequence[bytes]) -> bool:
    """Whether a line is ``1:0.25 2:0.75`` and perhaps a tag."""
    pairs = [_is_pair(cell) for cell in row]
    return len(row) > 1 and all(pairs[:2]) and all(pairs[:-1])


def _is_pair(cell: bytes) -> bool:
    name, colon, figure = cell.rpartition(b":")
    return bool(name and colon) and is_number(figure)


def _is_alternating(row: Sequence[bytes]) -> bool:
    """Whether a line is ``__label__a 0.75 __label__b 0.25``; a single pair only if it has this prefix."""
    names, figures = row[0::2], row[1::2]
    if len(names) != len(figures) or not all(map(is_number, figures)):
        return False
    return all(name.startswith(_PREFIX) for name in names) or (len(row) > 3 and not any(map(is_number, names)))


def _rewriting(
    fast: Callable[[bytes, int], bytes | None],
    slow: Callable[[Any], list[tuple[str, str]] | None],
    name: str,
    whole: bool = False,
) -> Rewrite:
    """What makes an object of every line: by replacements where a block is as regular as the tools write it. ``slow``
    takes the cells of a line, or with ``whole`` the line."""

    def rewrite(data: bytes, line: int) -> bytes:
        lines = data.count(b"\n") + (not data.endswith(b"\n"))
        regular = not any(sign in data for sign in (b'"', b"\\", b"\t", b"  ", b" \n", b"\n ", b"\n\n"))
        ready = fast(data.removesuffix(b"\n"), lines) if regular and b"\r" not in data and data[:1] > b" " else None
        if ready is None or _NO_FIGURE.search(ready):
            ready = _carefully(data, line, slow, name, whole)
        return ready + (b"\n" if data.endswith(b"\n") else b"")

    return rewrite


def _joined_fast(data: bytes, lines: int) -> bytes | None:
    if data.count(b":") != data.count(b" ") + lines:
        return None  # a tag, or a colon in a name
    objects = data.replace(b":", b'":').replace(b" ", b',"').replace(b"\n", b'}\n{"')
    return b'{"' + objects + b"}"


def _alternating_fast(data: bytes, lines: int) -> bytes | None:
    starts = data.count(b"\n" + _PREFIX) + data.startswith(_PREFIX)
    names = data.count(b" " + _PREFIX) + starts
    if starts != lines or data.count(b" ") != 2 * names - lines or data.count(_PREFIX) != names:
        return None
    objects = data.replace(b" " + _PREFIX, b',"' + _PREFIX).replace(b" ", b'":').replace(b"\n", b'}\n{"')
    return b'{"' + objects + b"}"


def _never(data: bytes, lines: int) -> None:
    """No replacements do it."""


def _carefully(
    data: bytes, line: int, pairs: Callable[[Any], list[tuple[str, str]] | None], name: str, whole: bool
) -> bytes:
    made = []
    for number, content in enumerate(decode(data, name, line).removesuffix("\n").split("\n"), line):
        cells = content.split()
        found = pairs(content if whole else cells) if cells else []
        if found is None:
            raise InputError(
                f"{name}:{number}: expected classes and their figures, as in the first line, found {content!r}"
            )
        figures = ", ".join(f"{json.dumps(key)}: {_figure(text)}" for key, text in found)
        made.append(f"{{{figures}}}" if cells else "")
    return "\n".join(made).encode()


def _joined(cells: Sequence[str]) -> list[tuple[str, str]] | None:
    tag = [] if _is_pair(cells[-1].encode()) else [(_TAG, json.dumps(cells[-1]))]
    pairs = [cell.rpartition(":")[::2] for cell in cells[: len(cells) - len(tag)]]
    return None if not pairs or any(not key or key == _TAG for key, _ in pairs) else [*pairs, *tag]


def _alternating(cells: Sequence[str]) -> list[tuple[str, str]] | None:
    return None if len(cells) % 2 else list(zip(cells[0::2], cells[1::2], strict=True))


def _figure(text: str) -> str:
    """A figure as JSON has it; what is no number is a text, and named as such by who reads it."""
    if _JSON.fullmatch(text):
        return text
    if text.startswith("{") or (text.startswith('"') and text.endswith('"')):
        return text  # written as JSON already
    return repr(float(text)) if is_number(text.encode()) and "inf" not in text.lower() else json.dumps(text)
