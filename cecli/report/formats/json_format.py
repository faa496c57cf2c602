"""A report as JSON, strict and readable."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from typing import Any

from cecli import __version__
from cecli.report.formats.columns import Records
from cecli.report.model import Cell, Report
from cecli.report.numbers import normal, shortest, shortest_column
from cecli.report.surface import Surface

SCHEMA_VERSION = 1

_INDENT = "  "

_UNSAFE = re.compile("[\x7f-\x9f\ud800-\udfff]")
"""What JSON allows and a terminal obeys (DEL, C1), and what UTF-8 cannot hold (lone surrogates)."""


def json_text(report: Report, surface: Surface) -> str:
    """One JSON object (RFC 8259), keys in the report's order, indented by 2.

    An infinity is the string "Infinity" or "-Infinity", an undefined value null, -0.0 is 0.0.
    Raises ValueError for nan, which no result holds.
    """
    head = {"schema_version": SCHEMA_VERSION, "command": report.command, "version": __version__}
    text = _text({**head, **report.document}, "\n")
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def _text(value: Any, line: str) -> str:
    """``value`` as JSON; ``line`` is a line end and the indent of the value's own line."""
    inner = line + _INDENT
    if isinstance(value, Mapping):
        return _bracketed("{}", [f"{_leaf(str(key))}: {_text(item, inner)}" for key, item in value.items()], line)
    if isinstance(value, Records):
        return _bracketed("[]", _records(value, inner), line)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _bracketed("[]", [_text(item, inner) for item in value], line)
    return _leaf(value)


def _bracketed(brackets: str, items: Sequence[str], line: str) -> str:
    if not items:
        return brackets
    inner = f",{line}{_INDENT}".join(items)
    return f"{brackets[0]}{line}{_INDENT}{inner}{line}{brackets[1]}"


def _records(records: Records, line: str) -> list[str]:
    """The objects of a list of records, column by column: a million of them are a matter of seconds."""
    columns = []
    for key, values in records.columns.items():
        texts = shortest_column(values) or map(_leaf, values)
        before = f"{line}{_INDENT}{_leaf(key)}: "
        columns.append([before + (text or "null") for text in texts])
    return ["{" + ",".join(row) + line + "}" for row in zip(*columns, strict=True)]


def _leaf(value: Cell) -> str:
    """A number, a text, a truth value or null."""
    value = normal(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else '"Infinity"' if value > 0 else '"-Infinity"'
    if isinstance(value, str):
        return encode_basestring(value)
    return shortest(value) or "null"
