"""What a stream can show: its characters, its colours, its width."""

from __future__ import annotations

import codecs
import os
import sys
from typing import IO

from cecli.errors import literal

Line = list[tuple[str, str]]
"""Pieces of text, each with the name of its style."""

STYLES = {
    "bold": "1",
    "dim": "2",
    "cyan": "36",
    "magenta": "35",
    "green": "32",
    "error": "1;31",
    "warning": "1;33",
    "hint": "36",
}
"""Names of what is shown -> SGR codes; only those that are readable on dark and on light."""

_PLAIN_SIGNS = str.maketrans(
    {"…": "...", "–": "-", "—": "-", "−": "-", "±": "+/-", "×": "x", "·": "-", "≤": "<=", "≥": ">=", "’": "'"}
)


def is_terminal(stream: IO[str] | None) -> bool:
    """Whether a person sees ``stream``; a closed one is no terminal."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def encoding_of(stream: IO[str]) -> str:
    """The encoding that ``stream`` is read in: its own, save where Python chose UTF-8 over a locale that has none.

    With ``LC_ALL=C`` Python writes UTF-8 whatever the terminal reads (PEP 540); unless the person asked for that, the
    locale is believed.
    """
    encoding = getattr(stream, "encoding", None) or "utf-8"
    asked = "PYTHONUTF8" in os.environ or "PYTHONIOENCODING" in os.environ or "utf8" in sys._xoptions
    if sys.flags.utf8_mode and not asked and os.name != "nt":
        import locale

        encoding = locale.nl_langinfo(locale.CODESET) or encoding
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return "ascii"


def has_colour(stream: IO[str] | None) -> bool:
    """Whether to colour: on a terminal that can, or with ``FORCE_COLOR``; never with ``NO_COLOR``."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def width_of(stream: IO[str] | None) -> int:
    """The columns of the screen: ``COLUMNS``, else those of the terminal, else 80."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and int(columns) > 0:
        return int(columns)
    if stream is not None and is_terminal(stream):
        try:
            return os.get_terminal_size(stream.fileno()).columns or 80
        except (OSError, ValueError):  # a terminal only by its own account, without a size
            return 80
    return 80


def paint(text: str, style: str, colour: bool) -> str:
    """``text`` in one of ``STYLES``, or as it is without ``colour``."""
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if colour and style and text else text


def shown_literally(data: bytes) -> bytes:
    r"""Lines of data for a terminal: line ends and tabs stay, all else that it would obey or hide becomes an escape.

    >>> shown_literally(b"a\tb\x1b[2J\n")
    b'a\tb\\x1b[2J\n'
    """
    text = data.decode("utf-8", "backslashreplace")
    if "".join(text.split()).isprintable() and "\r" not in text:
        return data
    lines = ("\t".join(map(literal, line.split("\t"))) for line in text.split("\n"))
    return "\n".join(lines).encode("utf-8")


def fitting(text: str, encoding: str, signs: bool = True) -> str:
    r"""``text`` with what ``encoding`` cannot write as escapes, or with ``signs`` in plain signs where there are such.

    >>> print(fitting("λ ± 1 …", "ascii"))
    \u03bb +/- 1 ...
    """
    if signs and not encoding.startswith("utf"):
        text = text.translate(_PLAIN_SIGNS)
    return text.encode(encoding, "backslashreplace").decode(encoding)
