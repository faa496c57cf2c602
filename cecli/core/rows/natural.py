"""The order of names in which numbers count as numbers."""

from __future__ import annotations

import os
import re

_NUMBER = re.compile(r"([0-9]+)")


def natural_key(path: str) -> tuple[list[list[tuple[str, int]]], str]:
    """What to sort paths by, so that numbers in them count as numbers.

    >>> sorted(["a-10", "a-2", "a-02"], key=natural_key)
    ['a-02', 'a-2', 'a-10']
    """
    names = path.replace(os.sep, "/").split("/")
    return [[_part(part) for part in _NUMBER.split(name)] for name in names if name not in ("", ".")], path


def _part(text: str) -> tuple[str, int]:
    return ("", int(text)) if text.isdigit() and text.isascii() else (text, -1)
