"""The inputs of a run: the SHA-256 of each, taken while it is read, and whether it may be read at all.

A ledger is open while ``kept`` runs, and ``open_source`` is where inputs enter it. It belongs to the process and not to
a thread, since the files of a directory are opened in whatever thread comes to them. Without one, nothing is hashed.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import Any

from cecli.errors import InputError, literal, unreadable

_BLOCK = 1 << 20


class Hashed:
    """The SHA-256 of one input, of exactly the bytes that ``sha256sum`` would see.

    Who reads it from its beginning hands on what is read. Of a file that is read at offsets, or not to its end, the
    rest is read once more.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._sum = _new_sum()
        self._count = 0
        self._is_file = os.path.isfile(path)
        self._ended = False
        self._stop = Event()
        self._thread: Thread | None = None
        self._error: OSError | None = None

    def saw(self, place: int, data: bytes) -> None:
        """Add what was read at ``place``; what was seen before counts once."""
        if self._thread is None and place <= self._count < place + len(data):
            self._sum.update(memoryview(data)[self._count - place :])
            self._count = place + len(data)

    def end(self) -> None:
        """Say that there is no more."""
        self._ended = True

    def read_apart(self) -> None:
        """Read the file in a thread, as who opened it reads it at offsets."""
        if self._thread is None:
            self._thread = Thread(target=self._read_rest, name="cecli-sha256", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread, whatever it has in hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def digest(self) -> str:
        """The sum in hexadecimal digits. Raises InputError where the input is gone, or was a stream that was not read
        to its end."""
        name = "standard input" if self.path == "-" else literal(self.path)
        if self._thread is not None:
            self._thread.join()
        elif self._is_file:
            self._read_rest()
        elif not self._ended:
            raise InputError(f"{name}: it was not read from beginning to end, and has no SHA-256", "copy it to a file")
        if self._error is not None:
            raise InputError(f"{name}: {unreadable(self._error)}") from self._error
        digest: str = self._sum.hexdigest()
        return digest

    def _read_rest(self) -> None:
        try:
            with open(self.path, "rb", buffering=0) as file:
                file.seek(self._count)
                while not self._stop.is_set() and (block := file.read(_BLOCK)):
                    self._sum.update(block)
                    self._count += len(block)
        except OSError as error:
            self._error = error  # raised where the sum is asked for


class Ledger:
    """The inputs that were opened, in their order; ``only`` names those that may be, None where all may."""

    def __init__(self, only: Collection[str] | None = None) -> None:
        self._only = None if only is None else frozenset(only)
        self._inputs: dict[str, Hashed] = {}
        self._lock = Lock()

    @property
    def only(self) -> frozenset[str] | None:
        """The paths that may be opened."""
        return self._only

    def opened(self, path: str) -> Hashed | None:
        """What hashes an input that is opened; None where it is known already. Raises InputError where it may not."""
        if self._only is not None and path not in self._only:
            raise InputError(f"{literal(path)}: it is not among the inputs that the result names, and is not read")
        with self._lock:
            if path in self._inputs:
                return None
            made = self._inputs[path] = Hashed(path)
        return made

    def digests(self) -> dict[str, str]:
        """Path -> SHA-256, of all inputs."""
        return {path: each.digest() for path, each in self._inputs.items()}

    def stop(self) -> None:
        """End what still reads."""
        for each in self._inputs.values():
            each.stop()


_open: list[Ledger] = []
"""The ledgers that are open, the innermost last."""


@contextmanager
def kept(only: Collection[str] | None = None) -> Iterator[Ledger]:
    """A ledger of all that is opened inside; it may be asked afterwards. One within another may open no more than that
    one."""
    if only is None and _open:
        only = _open[-1].only
    ledger = Ledger(only)
    _open.append(ledger)
    try:
        yield ledger
    except BaseException:
        ledger.stop()
        raise
    finally:
        _open.remove(ledger)


def opened(path: str) -> Hashed | None:
    """What hashes an input that is opened now; None where nobody asks."""
    return _open[-1].opened(path) if _open else None


def sha256_of(path: str) -> str:
    """The SHA-256 of a file. Raises OSError where it cannot be read."""
    found = _new_sum()
    with open(path, "rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            found.update(block)
    digest: str = found.hexdigest()
    return digest


def _new_sum() -> Any:
    import hashlib  # here, since it costs milliseconds that most runs need not pay

    return hashlib.sha256()
