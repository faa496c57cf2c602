"""Predictions as Weka prints them: a title between blank lines, and a star before the figure of the predicted class."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence

from cecli.errors import InputError, quoted
from cecli.readers.tables.records import decode
from cecli.readers.tables.texts.shape import Shape

_HEADER = b"inst#,actual,predicted,error,distribution"
_TITLE = re.compile(rb"\s*|=== .* ===\s*")
_ROW = r"(\d+),(\d+):('(?:[^'\\]|\\.)*'|[^,]*),(\d+):(.*),(\+?),(\*?[0-9.eE+-]+(?:,\*?[0-9.eE+-]+){%d})"
_UNKNOWN = "?"


def weka_of(lines: Sequence[bytes], lengths: Sequence[int], name: str) -> Shape | None:
    """The shape of what Weka prints with ``-p 0 -distribution`` as CSV; None where a text is something else.

    The columns become ``index,actual,predicted,error`` and the classes, whose names stand beside their numbers in the
    cells of ``actual`` and ``predicted``; one that is not met in the first lines is called by its number.
    """
    start = next((k for k, line in enumerate(lines) if not _TITLE.fullmatch(line)), len(lines))
    if start == len(lines) or not lines[start].startswith(_HEADER):
        return None
    width = lines[start].count(b",") - 3
    row = re.compile(_ROW % (width - 1))
    names: dict[int, str] = {}
    for number, line in enumerate(lines[start + 1 :], start + 2):
        if line:
            _, _, known = _read(row, decode(line, name, number), name, number)
            names = dict(known) | names
    classes = [names.get(k, str(k)) for k in range(1, width + 1)]
    begin = _record(["index", "actual", "predicted", "error", *classes])
    return Shape(",", True, sum(lengths[: start + 1]), start + 1, begin, _rewriting(row, names, name))


def _rewriting(row: re.Pattern[str], names: dict[int, str], name: str) -> Callable[[bytes, int], bytes]:
    def rewrite(data: bytes, line: int) -> bytes:
        made = []
        for number, content in enumerate(decode(data, name, line).removesuffix("\n").split("\n"), line):
            content = content.removesuffix("\r")
            if not content:
                made.append(b"\n")
                continue
            cells, figures, known = _read(row, content, name, number)
            other = next(((k, called) for k, called in known if names.get(k) != called), None)
            if other is not None:
                raise InputError(
                    f"{name}:{number}: class {other[0]} is called {quoted(other[1])} here, and "
                    f"{quoted(names.get(other[0], str(other[0])))} in the first lines",
                    "move a row with each class to the top",
                )
            made.append(_record([*cells, *figures]))
        return b"".join(made) if data.endswith(b"\n") else b"".join(made).removesuffix(b"\n")

    return rewrite


def _read(
    row: re.Pattern[str], line: str, name: str, number: int
) -> tuple[list[str], list[str], list[tuple[int, str]]]:
    """The number of a row, its two classes and whether they differ; the figures; and what the two are called."""
    found = row.fullmatch(line)
    if found is None:
        raise InputError(
            f"{name}:{number}: expected a row of Weka's, as 1,1:a,2:b,+,0.25,*0.75, found {quoted(line)}",
        )
    inst, first, actual, second, predicted, error, figures = found.groups()
    if actual.startswith("'"):
        actual = re.sub(r"\\(.)", r"\1", actual[1:-1])
    known = [(int(k), called) for k, called in ((first, actual), (second, predicted)) if called != _UNKNOWN]
    return [inst, actual, predicted, error], figures.replace("*", "").split(","), known


def _record(cells: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue().encode()
