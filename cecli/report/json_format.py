"""A report as JSON, strict and readable."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from cecli import __version__
from cecli.report.model import Report
from cecli.report.numbers import normal
from cecli.report.surface import Surface

SCHEMA_VERSION = 1

_UNSAFE = re.compile("[\x7f-\x9f\ud800-\udfff]")
"""What JSON allows and a terminal obeys (DEL, C1), and what UTF-8 cannot hold (lone surrogates)."""


def json_text(report: Report, surface: Surface) -> str:
    """One JSON object (RFC 8259), keys in the report's order, indented by 2.

    An infinity is the string "Infinity" or "-Infinity", an undefined value null, -0.0 is 0.0.
    Raises ValueError for nan, which no result holds.
    """
    import json

    head = {"schema_version": SCHEMA_VERSION, "command": report.command, "version": __version__}
    tree = _plain({**head, **report.document})
    text = json.dumps(tree, indent=2, ensure_ascii=False, allow_nan=False)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def _plain(value: Any) -> Any:
    """``value`` made of dicts, lists and what JSON has."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    value = normal(value)
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value
