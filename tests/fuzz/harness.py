"""What the targets share: files in memory, and the only two ways in which reading one may end."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cecli.errors import CecliError
from cecli.readers.sources.source import Source

_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
_FOLDER = tempfile.TemporaryDirectory(prefix="cecli-fuzz-", dir=_MEMORY)


@contextmanager
def saved(data: bytes, name: str = "t.csv") -> Iterator[str]:
    """The path of a file that holds ``data``; it is gone afterwards."""
    path = Path(_FOLDER.name, name)
    path.write_bytes(data)
    try:
        yield str(path)
    finally:
        path.unlink()


def stream(data: bytes) -> Source:
    """The same bytes as they come from a pipe."""
    return Source(io.BytesIO(data), None)


def concluded(read: Callable[[], Any]) -> tuple[str, Any]:
    """``("read", what)`` or ``("refused", the lines of the message)``; any other exception is a finding."""
    try:
        return "read", read()
    except CecliError as error:
        lines = error.lines()
        assert lines and all(line and "\n" not in line for line in lines), lines
        return "refused", lines


def chosen(data: bytes, *options: Any) -> tuple[list[Any], bytes]:
    """One of each of ``options``, picked by the first bytes of ``data``, and what is left of it."""
    size = len(options)
    head = data[:size].ljust(size, b"\0")
    return [of[byte % len(of)] for of, byte in zip(options, head, strict=True)], data[size:]
