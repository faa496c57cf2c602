"""A line on the terminal that says how far the work is, once it has lasted a second."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from cecli.report import cells, sink
from cecli.report.terminal import encoding_of, is_terminal, width_of

DELAY = 1.0
"""Seconds of silence: most work is done by then, and its terminal stays clean."""
INTERVAL = 0.2
LARGEST_BAR = 30

_ERASE = b"\r\x1b[K"
_shown: list[Progress] = []
"""The progress line on the screen, if there is one: a message erases it first."""
_screen = threading.RLock()


class Progress:
    """Counts rows and bytes from any thread; its own thread draws them."""

    def __init__(self, total_bytes: int | None = None, total_rows: int | None = None) -> None:
        self.rows = 0
        self.bytes = 0
        self.total_bytes = total_bytes
        self.total_rows = total_rows
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._start = time.monotonic()

    def advance(self, rows: int = 0, bytes: int = 0) -> None:
        """So many more rows and bytes are done."""
        with self._lock:
            self.rows += rows
            self.bytes += bytes

    def line(self, seconds: float, width: int, blocks: bool = True) -> str:
        """The text of the line after ``seconds`` of work, at most ``width`` columns."""
        share = self._share()
        parts = [f"{self.rows:,} rows"] if self.rows else []
        if self.bytes:
            parts += [_size(self.bytes), f"{_size(self.bytes / seconds)}/s"]
        elif self.rows:
            parts.append(f"{self.rows / seconds:,.0f} rows/s")
        if share is None:
            parts.append(_clock(seconds))
            return "  ".join(parts)[:width]
        parts.append(f"{_clock(seconds / share - seconds)} left" if share > 0 else "starting")
        text = f"{share:4.0%}  {'  '.join(parts)}"
        room = min(width - len(text) - 2, LARGEST_BAR)
        if room >= 8:
            text = f"{cells.pad(cells.bar(share, 1.0, room, blocks), room)}  {text}"
        return text[:width]

    def _share(self) -> float | None:
        done, total = (self.bytes, self.total_bytes) if self.total_bytes else (self.rows, self.total_rows)
        return min(done / total, 1.0) if total else None

    def _draw(self) -> None:
        encoding = encoding_of(sys.stderr)
        wait = DELAY
        while not self._done.wait(wait):
            wait = INTERVAL
            text = self.line(time.monotonic() - self._start, width_of(sys.stderr) - 1, encoding.startswith("utf"))
            with _screen:
                _shown[:] = [self]
                _put(_ERASE + text.encode(encoding, "replace"))


@contextmanager
def progress(total_bytes: int | None = None, total_rows: int | None = None, quiet: bool = False) -> Iterator[Progress]:
    """A ``Progress`` to advance. It is drawn only on a terminal, only after a second, and not if ``quiet``.

    The line is erased when the block ends, however it ends. The cursor is never hidden, so there is nothing to restore
    even after a kill. Without a known total there is no bar and no time left.
    """
    state = Progress(total_bytes, total_rows)
    if quiet or not is_terminal(sys.stderr):
        yield state
        return
    thread = threading.Thread(target=state._draw, name="progress", daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state._done.set()
        thread.join()
        with hidden():
            pass


@contextmanager
def hidden() -> Iterator[None]:
    """Keep the progress line, if there is one, off the screen for the block; it is drawn again at its next turn."""
    with _screen:
        if _shown:
            _shown.clear()
            _put(_ERASE)
        yield


def _put(data: bytes) -> None:
    try:
        sink.send_to(sys.stderr, data)
    except (OSError, ValueError):
        return  # a terminal that went away; progress is not worth an error


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 999.5:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:,.1f} GB"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(max(round(seconds), 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
