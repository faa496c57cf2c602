"""A file on a web server, from its beginning to its end or at offsets. All errors are OSErrors.

What a server says of the file (``http_request.Version``) is compared over all requests, and what it sends again with
what it has sent before: it may give no ranges, and it may break off at any byte.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TypeVar

from cecli.readers.sources.http_patience import HttpError, PassingError, Patience
from cecli.readers.sources.http_request import Answer, Version, Web, checksum
from cecli.readers.sources.stops import forget, stop_with_program

_STEP = 1 << 20

AHEAD = 8 << 20
"""Bytes asked for at once: a request costs some tens of milliseconds, and what nobody reads is sent in vain."""

Made = TypeVar("Made")


class HttpFile(io.RawIOBase):
    """A file as a stream. ``size`` is known unless the server does not say it."""

    def __init__(self, url: str, head: int) -> None:
        """``head``: ask for so many bytes first, since the rest may not be wanted."""
        super().__init__()
        self.url = url
        stop_with_program(self)
        self._web, self._patience = Web(url), Patience()
        self._version: Version | None = None
        self._place, self._checksum, self._begun = 0, 0, -1
        self._has_ranges: bool | None = None
        self._answer: Answer | None = self._first(head)
        encoded = self._version is None or self._version.encoding is not None
        self.size: int | None = None if encoded or self._version is None else self._version.length

    def readable(self) -> bool:
        return True

    def ranges(self) -> HttpRanges | None:
        """The same file read at offsets; None where the server gives no ranges."""
        if self._has_ranges is None and self.size:
            self._answer = None
            self._has_ranges = self._gives_ranges(self.size)
        return HttpRanges(self) if self._has_ranges and self.size else None

    def read(self, size: int = -1) -> bytes:
        """Some bytes, not more than ``size``; none at the end."""
        size = _STEP if size is None or size < 0 else size
        while True:
            try:
                with self._patience.waiting():
                    if self._answer is None:
                        self._answer, self._begun = self._again(), self._place
                    data = self._answer.read(size)
            except PassingError as error:
                self._answer = None
                self._web.close()
                self._patience.failed(error)
                continue
            if data or not size or self._is_end():
                self._place, self._checksum = self._place + len(data), checksum(data, self._checksum)
                self._patience.moved(len(data))
                return data
            self._answer = None
            if self._place == self._begun:
                self._patience.failed(PassingError(f"the server sends nothing after {self._place:,} bytes"))

    def bytes_of(self, start: int, stop: int) -> bytes:
        """The bytes from ``start`` to before ``stop``, from a server that gives ranges."""
        parts: list[bytes] = []
        while start < stop:
            try:
                with self._patience.waiting():
                    answer = self._asked(start, stop)
                if answer.start != start or answer.promised is None:
                    raise HttpError("the server does not send ranges of it any more")
                while data := self._some(answer):
                    parts.append(data)
                    start += len(data)
                    self._patience.moved(len(data))
            except PassingError as error:
                self._web.close()
                self._patience.failed(error)
        return b"".join(parts)

    def stop(self) -> None:
        """End all requests, from whatever thread."""
        self._patience.stopped.set()
        self._web.interrupt()

    def close(self) -> None:
        if not self.closed:
            self.stop()
            self._web.close()
            forget(self)
        super().close()

    def _some(self, answer: Answer) -> bytes:
        with self._patience.waiting():
            return answer.read(_STEP)

    def _first(self, head: int) -> Answer:
        try:
            answer = self._tried(lambda: self._asked(0, head))
            self._has_ranges = answer.promised != answer.version.length or answer.promised is None
        except HttpError as error:
            if error.status not in (400, 416, 501):  # it knows no ranges, or the file is empty
                raise
            self._has_ranges = False
            answer = self._tried(lambda: self._asked(None, None))
        return answer

    def _gives_ranges(self, size: int) -> bool:
        try:
            answer = self._tried(lambda: self._asked(size - 1, size))
        except HttpError as error:
            if error.status in (400, 416, 501):
                return False
            raise
        if answer.start != size - 1:
            self._web.close()
            return False
        answer.read(1)
        return True

    def _tried(self, ask: Callable[[], Made]) -> Made:
        while True:
            try:
                with self._patience.waiting():
                    return ask()
            except PassingError as error:
                self._web.close()
                self._patience.failed(error)

    def _asked(self, start: int | None, stop: int | None) -> Answer:
        """The answer to a request, of the same file as all before."""
        if self._patience.stopped.is_set():
            raise HttpError("stopped")
        answer = self._web.get(start, stop, self._patience.left)
        if self._version is None:
            self._version = answer.version
        self._version.check(answer.version)
        return answer

    def _again(self) -> Answer:
        """An answer that goes on where the last one ended: what comes before it, sent again, must be the same."""
        if not self._place:
            return self._asked(None, None)
        try:
            answer = self._asked(self._place, self._place + AHEAD)
        except HttpError as error:
            if error.status not in (400, 416, 501):
                raise
            answer = self._asked(None, None)
        seen, left = 0, self._place - answer.start
        while left:
            data = answer.read(min(left, _STEP))
            if not data:
                raise HttpError(f"the server sent {self._place:,} bytes of it, and then fewer: {answer.got:,}")
            seen, left = checksum(data, seen), left - len(data)
            self._patience.moved(len(data), progress=False)
        if self._place != answer.start and seen != self._checksum:
            raise HttpError("the server sent other bytes of it when it was asked again")
        return answer

    def _is_end(self) -> bool:
        """Whether an answer that has ended was the end of the file."""
        known = None if self._version is None else self._version.length
        return known is None or self._place >= known


class HttpRanges(io.RawIOBase):
    """A file of which nothing is fetched but what is asked for."""

    def __init__(self, of: HttpFile) -> None:
        super().__init__()
        self.url = of.url
        self._of, self._size, self._place = of, of.size or 0, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """The next ``size`` bytes; fewer only at the end."""
        stop = self._size if size is None or size < 0 else min(self._size, self._place + size)
        data = self._of.bytes_of(self._place, stop) if stop > self._place else b""
        self._place += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        place = offset + (0, self._place, self._size)[whence]
        if place < 0:
            raise OSError(22, "a place before the beginning")
        self._place = place
        return place

    def tell(self) -> int:
        return self._place

    def close(self) -> None:
        self._of.close()
        super().close()
