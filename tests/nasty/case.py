"""What a nasty input is: files, a command, and what must come out. Also the valid files that they are made from."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAMES = ["alpha", "beta", "gamma"]
ROWS = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.25, 0.25, 0.5], [0.6, 0.3, 0.1], [0.2, 0.5, 0.3]]
OBSERVED = [0, 1, 2, 1, 2]
LOSS = -math.fsum(math.log(row[y]) for row, y in zip(ROWS, OBSERVED, strict=True)) / len(ROWS)
"""Of the rows as they stand; made with nothing but the standard library."""

LINE = 4
"""Where a bad line is put: the third row."""

Content = str | bytes | Path | Callable[[], bytes] | Callable[[Path], None]
"""Text, bytes, a path that is there already, what makes the bytes, or (as ``Put``) what puts something at a path."""


@dataclass(frozen=True)
class Put:
    """A file that is no plain file, or whose making has a side: ``put(path)`` makes it."""

    put: Callable[[Path], Any]


@dataclass(frozen=True)
class Case:
    """Files by name, in the order of the arguments, a command with options, and what must come out.

    Either a ``value`` (within 1e-12) or ``counts`` (outcome -> count), or an error: ``place`` is how its first line
    begins, ``words`` stand in it, ``hint`` in its hint (None: there must be none).
    """

    name: str
    files: dict[str, Any]
    command: str = "score"
    options: tuple[str, ...] = ()
    value: float | None = None
    counts: dict[str, int] | None = None
    place: str | None = None
    words: tuple[str, ...] = ()
    hint: str | None = None
    status: int = 0
    threads: bool = True
    as_nobody: bool = False
    stdin: str | None = None
    kilobytes: int = 250_000


def preds(names=NAMES, rows=ROWS, mark=",", end="\n"):
    """Predictions as text; a cell may be text already."""
    lines = [mark.join(names), *(mark.join(c if isinstance(c, str) else repr(c) for c in row) for row in rows)]
    return "".join(line + end for line in lines)


def labels(texts=None, names=NAMES, end="\n"):
    """Their labels, one a line."""
    return "".join(line + end for line in ["label", *([names[y] for y in OBSERVED] if texts is None else texts)])


def with_cell(text):
    """The predictions with another text in the middle cell of one row."""
    rows = [list(row) for row in ROWS]
    rows[LINE - 2][1] = text
    return preds(rows=rows)


def with_line(text, at=LINE):
    """The predictions with another line, of text or of bytes."""
    lines = preds().encode().splitlines(keepends=True)
    lines[at - 1] = (text.encode() if isinstance(text, str) else text) + b"\n"
    return b"".join(lines)


def with_label(text):
    """The labels with another one."""
    texts = [NAMES[y] for y in OBSERVED]
    texts[LINE - 2] = text
    return labels(texts)


def renamed(*names):
    """Both files with other names of the classes, quoted."""
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    return preds(quoted), labels([quoted[y] for y in OBSERVED])


def saved(array, **options):
    """What numpy.save writes."""
    import numpy as np

    out = io.BytesIO()
    np.save(out, array, **options)
    return out.getvalue()


def good(name, p=None, observed=None, value=LOSS, options=(), p_name="preds.csv", l_name="labels.csv", **more):
    """Predictions and labels that are valid, odd as they look."""
    files = {p_name: preds() if p is None else p, l_name: labels() if observed is None else observed}
    return Case(name, files, options=options, value=value, **more)


def bad(
    name, place, *words, hint=None, p=None, observed=None, options=(), p_name="preds.csv", l_name="labels.csv", **more
):
    """Predictions and labels of which one is wrong, at ``place``."""
    files = {p_name: preds() if p is None else p, l_name: labels() if observed is None else observed}
    return Case(name, files, options=options, place=place, words=words, hint=hint, **{"status": 1, **more})


def cell(name, text, *words, hint=None):
    """A cell that is no probability: it is named by line and column, with its text."""
    return bad(f"cell: {name}", f"preds.csv:{LINE}: column 2 (beta): ", *words, hint=hint, p=with_cell(text))


def right(command, name, content, value=None, counts=None, options=(), file="pmf.csv", **more):
    """One valid file for another command than ``score``."""
    return Case(f"{command}: {name}", {file: content}, command, options, value, counts, threads=False, **more)


def wrong(command, name, content, place, *words, hint=None, options=(), file="pmf.csv", **more):
    """One file that is wrong for another command than ``score``."""
    given = {"status": 1, "threads": False, **more}
    return Case(f"{command}: {name}", {file: content}, command, options, None, None, place, words, hint, **given)
