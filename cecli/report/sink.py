"""Where bytes go: standard output, standard error, or a file that is replaced whole or not at all."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from typing import IO, TYPE_CHECKING, Any

from cecli.errors import OutputError, literal
from cecli.report.terminal import shown_literally

if TYPE_CHECKING:
    from pathlib import Path

Send = Callable[[bytes], None]
"""Writes all of the bytes, or raises."""

_OWN_DESCRIPTOR = re.compile(r"/dev/(?:(stdout)|(stderr)|fd/(\d+))|/proc/self/fd/(\d+)")


def send_all(raw: Any, data: bytes) -> None:
    """Write all of ``data`` to an unbuffered binary stream, in as many steps as it takes.

    Without a buffer in between nothing is left that could fail once more when the interpreter shuts down.
    """
    rest = memoryview(data)
    while rest:
        written = raw.write(rest)
        if written is None:  # a pipe that somebody set to non-blocking, and that is full
            import select

            select.select([], [raw], [])
            continue
        rest = rest[written:]


def send_to(stream: IO[str], data: bytes) -> None:
    """Write ``data`` to a standard stream past its buffers; a stream made of text alone gets text."""
    stream.flush()
    buffer = getattr(stream, "buffer", None)
    if buffer is None:
        stream.write(data.decode("utf-8", "replace"))
    else:
        buffer.flush()
        send_all(getattr(buffer, "raw", buffer), data)
    stream.flush()


def send_to_stdout(data: bytes) -> None:
    """Write ``data`` to standard output.

    Raises OutputError for a full disk or a closed stream; BrokenPipeError goes up as it is.
    """
    if sys.stdout is None or sys.stdout.closed:
        raise OutputError("cannot write standard output: it is closed")
    with _explained("standard output"):
        send_to(sys.stdout, data)


@contextmanager
def opened(path: str) -> Iterator[Send]:
    """A function that writes to ``path``: a regular file appears whole when the block ends, or stays as it was.

    A FIFO, a device and one of the process's own descriptors (``/dev/stdout``) are written to directly. A symbolic link
    stays, the file it points to is replaced. The new file has the mode of the old one. On any exception, Ctrl-C
    included, the temporary file is removed.
    Raises OutputError where the system refuses; BrokenPipeError goes up as it is.
    """
    name = literal(path)
    with _explained(name):
        descriptor = _own_descriptor(path)
        old = None if descriptor is not None else _status(path)
    if descriptor is not None or (old is not None and not stat.S_ISREG(old.st_mode)):
        with _explained(name):
            raw = FileIO(os.dup(descriptor) if descriptor is not None else path, "wb")
        yield from _lent(raw, name)
    else:
        yield from _replaced(path, old, name)


def _lent(raw: FileIO, name: str) -> Iterator[Send]:
    send = _sender(raw, name)
    try:
        yield (lambda data: send(shown_literally(data))) if raw.isatty() else send
    except BaseException:
        raw.close()
        raise
    with _explained(name):
        raw.close()


def _replaced(path: str, old: os.stat_result | None, name: str) -> Iterator[Send]:
    from pathlib import Path  # here, since it costs milliseconds that a result on standard output need not pay

    with _explained(name):
        target = Path(os.path.realpath(path))
        if old is not None:
            os.close(os.open(target, os.O_WRONLY))  # a rename does not ask whether the old file may be written
    temporary = target.parent / f".cecli-{os.urandom(8).hex()}.tmp"
    raw = None
    try:
        with _explained(name):
            raw = FileIO(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if old else 0o666), "wb")
            if old is not None:
                _inherit(raw.fileno(), old)
        yield _sender(raw, name)
        with _explained(name):
            raw.close()  # before the rename: some file systems report a full disk only here
            temporary.replace(target)
    except BaseException:
        if raw is not None:
            _discard(raw, temporary)
        raise


def _discard(raw: FileIO, temporary: Path) -> None:
    """Close and remove the temporary file, as far as the system lets us: what went wrong before is to be told."""
    try:
        with suppress(OSError):
            raw.close()
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _sender(raw: FileIO, name: str) -> Send:
    def send(data: bytes) -> None:
        with _explained(name):
            send_all(raw, data)

    return send


def _inherit(descriptor: int, old: os.stat_result) -> None:
    """Give the new file the old one's owner, where the system allows it, and mode."""
    if not hasattr(os, "fchown"):
        return  # Windows
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        try:
            os.fchown(descriptor, old.st_uid, old.st_gid)
        except PermissionError:  # only root gives files away; the writer owns the new one then
            os.fchmod(descriptor, stat.S_IMODE(old.st_mode) & 0o777)
            return
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode))


def _own_descriptor(path: str) -> int | None:
    """The number of the descriptor that ``path`` names. Opened by name, a file behind it would be cut to nothing."""
    match = _OWN_DESCRIPTOR.fullmatch(path)
    if not match or os.name == "nt":
        return None
    return 1 if match[1] else 2 if match[2] else int(match[3] or match[4])


def _status(path: str) -> os.stat_result | None:
    if path.endswith(os.sep):
        raise IsADirectoryError(21, "Is a directory")
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(21, "Is a directory")
    return found


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Say in our words which output the system refused, and why."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write {name}: {error.strerror or error}") from error
    except ValueError as error:  # a NUL in a path, a stream that somebody closed
        raise OutputError(f"cannot write {name}: {error}") from error
