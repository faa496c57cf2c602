"""How long and how often a web server is waited for, and the errors of that."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

from cecli.readers.sources.urls import RemoteError

TIMEOUT = 10.0
"""Seconds without a byte after which a request has failed."""

PATIENCE = 25.0
"""Seconds without progress after which no more requests are made."""

TRIES = 5
"""Requests without progress, and no more."""

_LEAST = 1 << 10
"""Bytes in PATIENCE seconds that are progress."""


class HttpError(RemoteError):
    """A file on a web server cannot be read, and why."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


class Forbidden(HttpError, PermissionError):
    """The same where the server does not let everybody read it."""


class PassingError(HttpError):
    """The same where another try may help; ``after`` are the seconds that the server asks for."""

    def __init__(self, reason: str, after: float = 0.0) -> None:
        super().__init__(reason)
        self.after = after


class Patience:
    """How long and how often a request is tried again: not at all once somebody has said ``stop``. Only the time of
    ``waiting`` counts, not what is done with the bytes in between."""

    def __init__(self) -> None:
        self.stopped = Event()
        self._tries = 0
        self._waited = 0.0
        self._bytes = 0

    @property
    def left(self) -> float:
        """The seconds that may still be waited."""
        return max(0.5, PATIENCE - self._waited)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Count the seconds of a block."""
        start = time.monotonic()
        try:
            yield
        finally:
            self._waited += time.monotonic() - start

    def moved(self, size: int, progress: bool = True) -> None:
        """So many bytes have come; those that came before are no ``progress``. Raises HttpError where they are few."""
        self._bytes += size
        if self._bytes >= _LEAST:
            self._waited, self._bytes = 0.0, 0
        elif self._waited > PATIENCE:
            raise HttpError(f"the server is too slow: {self._bytes:,} bytes in {self._waited:.0f} s")
        if progress and size:
            self._tries = 0

    def failed(self, error: Exception) -> None:
        """A request failed: wait until it is time for another. Raises HttpError where that was the last."""
        self._tries += 1
        wait = max(0.25 * 2**self._tries, getattr(error, "after", 0.0))
        if self.stopped.is_set() or self._tries >= TRIES or self._waited + wait > PATIENCE:
            times = f" ({self._tries} tries)" if self._tries > 1 else ""
            raise HttpError(f"{reason_of(error)}{times}", getattr(error, "status", None)) from error
        with self.waiting():
            self.stopped.wait(wait)


def reason_of(error: Exception) -> str:
    """Why a request failed, on one line."""
    if isinstance(error, TimeoutError):
        return f"nothing came for {TIMEOUT:.0f} s"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {error.verify_message}"
    if isinstance(error, OSError) and error.strerror:
        return str(error.strerror)
    if isinstance(error, http.client.IncompleteRead):
        return "it ended in the midst of a chunk"
    return " ".join(str(error).split())[:200] or type(error).__name__
