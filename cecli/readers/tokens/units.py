"""What a loss may be divided by: the units of a text, counted."""

from __future__ import annotations

import re
from collections.abc import Callable

UNITS: dict[str, Callable[[str], int]] = {
    "bytes": lambda text: len(text.encode("utf-8", "surrogatepass")),
    "characters": len,
    "words": lambda text: len(text.split()),
    "lm-eval-words": lambda text: len(re.split(r"\s+", text)),
}
"""Name -> how many a text has. ``lm-eval-words`` counts as lm-evaluation-harness does (``count_words`` in
``lm_eval/api/metrics.py``, 0.4.9.2): a blank at the end is followed by one more word, which is empty."""

TOKENS = "tokens"
"""The unit that is a row; it needs no text."""


def count(unit: str, text: str) -> int:
    """How many of these units a text has.

    >>> count("words", "a cat "), count("lm-eval-words", "a cat "), count("bytes", "é")
    (2, 3, 2)
    """
    return UNITS[unit](text)
