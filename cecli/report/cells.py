"""Text measured in the columns of a screen: padded, shortened, wrapped, drawn as a bar."""

from __future__ import annotations

import math

_EIGHTHS = " ▏▎▍▌▋▊▉"


def width(text: str) -> int:
    """The columns that ``text`` takes on a screen: two for wide characters and most emoji, none for combining ones."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def pad(text: str, columns: int, right: bool = False) -> str:
    """``text`` filled with spaces up to ``columns``: after it, or before it to set it ``right``."""
    spaces = " " * (columns - width(text))
    return spaces + text if right else text + spaces


def shorten(text: str, columns: int, ellipsis: str = "…") -> str:
    """``text`` cut to ``columns`` with an ellipsis at its end, or whole where it fits."""
    if width(text) <= columns:
        return text
    from rich.cells import set_cell_size

    return set_cell_size(text, max(columns - len(ellipsis), 0)).rstrip() + ellipsis


def wrap(text: str, columns: int) -> list[str]:
    """The words of ``text`` on lines of at most ``columns``; a longer word stands alone and is not broken."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and width(f"{lines[-1]} {word}") > columns:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".lstrip()
    return lines


def bar(value: float, largest: float, columns: int, blocks: bool = True) -> str:
    """A bar for ``value`` >= 0 that is ``columns`` long for ``largest``; a value above 0 is never invisible.

    In eighths of a column, or in ``#`` without ``blocks``. An infinite value takes all columns.

    >>> bar(0.5, 1.0, 5), bar(0.5, 1.0, 4, blocks=False)
    ('██▌', '##')
    """
    if not value > 0:
        return ""
    share = 1.0 if math.isinf(value) else value / largest
    if not blocks:
        return "#" * max(round(share * columns), 1)
    full, eighths = divmod(max(round(share * columns * 8), 1), 8)
    return "█" * full + _EIGHTHS[eighths].strip()
