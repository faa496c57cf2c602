"""Notes, warnings and errors: lines on standard error, text from files shown literally."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from cecli.errors import literal
from cecli.report import progress, sink
from cecli.report.terminal import encoding_of, fitting, has_colour, paint


def note(text: str, quiet: bool = False) -> None:
    """``cecli: note: …``, unless ``quiet``."""
    if not quiet:
        _say([("note: ", "bold", text)])


def warning(text: str) -> None:
    """``cecli: warning: …``, also with ``--quiet``."""
    _say([("warning: ", "warning", text)])


def error(lines: Iterable[str], hint: str | None = None) -> None:
    """``cecli: error: …`` for each line, then ``hint: …``."""
    _say([("error: ", "error", line) for line in lines], hint)


def _say(parts: Iterable[tuple[str, str, str]], hint: str | None = None) -> None:
    stream = sys.stderr
    if stream is None or stream.closed:
        return
    colour = has_colour(stream)
    encoding = encoding_of(stream)
    lines = [f"cecli: {paint(kind, style, colour)}{fitting(literal(text), encoding)}" for kind, style, text in parts]
    if hint is not None:
        lines.append(f"  {paint('hint: ', 'hint', colour)}{fitting(literal(hint), encoding)}")
    data = "".join(line + "\n" for line in lines).encode(encoding, "backslashreplace")
    try:
        with progress.hidden():
            sink.send_to(stream, data)
    except (OSError, ValueError):
        return  # standard error itself is gone: there is no place left to say so, and the exit status still tells
