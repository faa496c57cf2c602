"""Results too long to hold: whole lines, written as they come."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from cecli.errors import InputError
from cecli.report import sink
from cecli.report.model import STDOUT
from cecli.report.terminal import is_terminal, shown_literally

CHUNK = 1 << 18
"""Bytes collected before they are written: four times what a pipe holds, so that writing costs little."""


class Stream:
    """Takes whole lines and writes them in large chunks."""

    def __init__(self, send: sink.Send, chunk: int = CHUNK) -> None:
        self._send = send
        self._chunk = chunk
        self._waiting: list[bytes | memoryview] = []
        self._size = 0

    def write(self, lines: bytes | bytearray | memoryview | str) -> None:
        """Take whole lines, as UTF-8 text or as its bytes. A buffer may be changed by the caller afterwards."""
        data = lines.encode("utf-8", "backslashreplace") if isinstance(lines, str) else bytes(lines)
        self._waiting.append(data)
        self._size += len(data)
        if self._size >= self._chunk:
            self.flush()

    def flush(self) -> None:
        """Write what was collected."""
        data = b"".join(self._waiting)
        self._waiting, self._size = [], 0
        if data:
            self._send(data)


def _send_to_terminal(data: bytes) -> None:
    sink.send_to_stdout(shown_literally(data))


@contextmanager
def stream(path: str | None = None) -> Iterator[Stream]:
    """A ``Stream`` to standard output, line by line on a terminal, or to the file
    ``path`` (whole or not at all; ``-`` is standard output too).

    When the block raises, lines already collected for standard output are written if it is an error of the data, so
    that what precedes the bad line is there; a file stays as it was.
    Raises OutputError when the system refuses; BrokenPipeError goes up as it is.
    """
    if path is not None and path != STDOUT:
        with sink.opened(path) as send:
            lines = Stream(send)
            yield lines
            lines.flush()
        return
    lines = Stream(_send_to_terminal, 1) if is_terminal(sys.stdout) else Stream(sink.send_to_stdout)
    try:
        yield lines
    except InputError:
        lines.flush()
        raise
    lines.flush()
