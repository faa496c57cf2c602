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


def signed_bar(value: float, least: float, largest: float, columns: int, blocks: bool = True) -> str:
    """A bar that begins at an axis, to the left for ``value`` < 0; ``least`` < 0 and ``largest`` fill ``columns``.

    >>> [signed_bar(value, -1.0, 1.0, 7) for value in (-0.5, 0.0, 1.0)]
    [' ▐█│', '   │', '   │███']
    """
    above = max(largest, 0.0)
    before = min(max(round((columns - 1) * -least / (above - least)), 1), columns - 1 - (above > 0))
    axis = "│" if blocks else "|"
    if value > 0:
        return " " * before + axis + bar(value, largest, columns - 1 - before, blocks)
    share = 0.0 if value == 0 else 1.0 if math.isinf(value) else value / least
    halves = max(round(share * before * 2), value < 0)
    drawn = "▐" * (halves % 2) + "█" * (halves // 2) if blocks else "#" * ((halves + 1) // 2)
    return drawn.rjust(before) + axis
