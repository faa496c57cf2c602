"""What a format may know about the place its text will be shown at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

from cecli.report import terminal


@dataclass(frozen=True)
class Surface:
    """A screen, a pipe or a file. ``rows`` is how many rows of a long table are shown, None for all of them."""

    digits: int = 6
    width: int = 80
    encoding: str = "utf-8"
    colour: bool = False
    rows: int | None = None

    @property
    def blocks(self) -> bool:
        """Whether block and box characters can be drawn; where not, ASCII stands in for them."""
        return self.encoding.startswith("utf")


SHOWN_ROWS = 40
"""A table of more than ``LONG_TABLE`` rows would scroll its own heading away: a screen shows the first of them."""
LONG_TABLE = 60


def surface_of(stream: IO[str] | None, digits: int) -> Surface:
    """The surface of standard output."""
    return Surface(
        digits=digits,
        width=terminal.width_of(stream),
        encoding=terminal.encoding_of(stream) if stream is not None else "utf-8",
        colour=terminal.has_colour(stream),
        rows=SHOWN_ROWS if terminal.is_terminal(stream) else None,
    )


def surface_of_file(digits: int) -> Surface:
    """The surface of a file: UTF-8, without colour, all rows."""
    return Surface(digits=digits, width=terminal.width_of(None))
