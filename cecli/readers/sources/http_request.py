"""Requests for a file on a web server: redirects, time-outs, tries, and what an answer promises.

Every wait has an end. The standard library's client is used as it is, since what a server says of the file must be
compared over all requests, and a signal must end every phase.
"""

from __future__ import annotations

import errno
import http.client
import re
import time
import zlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from threading import Timer
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from cecli.readers.sources.http_connect import Plain, Secure
from cecli.readers.sources.http_patience import TIMEOUT, Forbidden, HttpError, PassingError, reason_of

_REDIRECTS = 10
_BUSY = {408, 425, 429, 500, 502, 503, 504}
"""Answers that another try may better."""

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


@dataclass(frozen=True)
class Version:
    """What a server says of a file: it must say the same in every answer."""

    etag: str | None
    modified: str | None
    length: int | None
    encoding: str | None

    def check(self, other: Version) -> None:
        """Raise HttpError where another answer is of another file."""
        pairs = (
            ("ETag", self.etag, other.etag),
            ("Last-Modified", self.modified, other.modified),
            ("length", self.length, other.length),
        )
        for name, before, now in pairs:
            if before is not None and now is not None and before != now:
                raise HttpError(f"it changed on the server while it was read: its {name} was {before}, now {now}")
        if self.encoding != other.encoding:
            raise HttpError(f"the server sent it as {self.encoding or 'it is'}, and now as {other.encoding or 'it is'}")


class Answer:
    """The answer to a request: the ``version`` of the file, and its bytes from ``start`` on; ``promised`` is how many,
    where that is known."""

    def __init__(self, response: Any, version: Version, start: int, promised: int | None) -> None:
        self.version, self.start, self.promised = version, start, promised
        self.got = 0
        self._response = response

    def read(self, size: int) -> bytes:
        """Some bytes, none at the end. Raises PassingError where it is not the promised one."""
        if self.promised is not None:
            size = min(size, self.promised - self.got)
        try:
            data: bytes = self._response.read1(size) if size else b""
        except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
            raise PassingError(f"the connection broke after {self.got:,} bytes: {reason_of(error)}") from error
        self.got += len(data)
        if not data and self.promised is not None and self.got < self.promised:
            raise PassingError(f"the connection was closed after {self.got:,} of {self.promised:,} bytes")
        return data

    @property
    def ended(self) -> bool:
        """Whether all of it has been read, so that the connection serves for another request."""
        return bool(self._response.isclosed())


class Web:
    """Requests for one file, over one connection while it lasts."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection: Any = None
        self._last: Answer | None = None
        self._host = ""

    def get(self, start: int | None, stop: int | None, seconds: float) -> Answer:
        """The bytes from ``start`` to before ``stop`` (to the end without; of the whole where ``start`` is None too),
        asked for in so many seconds. Raises HttpError."""
        timer = Timer(seconds, self.interrupt)
        timer.daemon = True
        timer.start()
        try:
            return self._get(start, stop, time.monotonic() + seconds)
        finally:
            timer.cancel()

    def interrupt(self) -> None:
        """End what is waited for, from another thread."""
        if self._connection is not None:
            self._connection.interrupt()

    def _get(self, start: int | None, stop: int | None, deadline: float) -> Answer:
        url = self.url
        for _ in range(_REDIRECTS + 1):
            response = self._response(url, start, stop, min(TIMEOUT, max(0.5, deadline - time.monotonic())))
            where = response.headers.get("Location")
            if response.status not in (301, 302, 303, 307, 308) or where is None:
                self._last = _answer(response, start, stop)
                return self._last
            self.close()
            url = urljoin(url, where)
            if urlsplit(url).scheme not in ("http", "https"):
                raise HttpError(f"it is redirected to {url}, which is not on the web")
            if time.monotonic() > deadline:
                raise PassingError("its redirections take too long")
        raise HttpError(f"it is redirected more than {_REDIRECTS} times, as in a circle")

    def close(self) -> None:
        """End the connection."""
        connection, self._connection, self._last = self._connection, None, None
        if connection is not None:
            connection.end()

    def _response(self, url: str, start: int | None, stop: int | None, timeout: float) -> Any:
        parts = urlsplit(url)
        connection = self._connected(parts, timeout)
        headers = {"Accept-Encoding": "identity", "User-Agent": "cecli", "Accept": "*/*"}
        if start is not None:
            headers["Range"] = f"bytes={start}-{'' if stop is None else stop - 1}"
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        path = quote(parts.path or "/", safe="/%:=&~+!$,;'@()*[]") + (f"?{_query(parts.query)}" if parts.query else "")
        try:
            connection.request("GET", path, headers=headers)
            return connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if isinstance(error, HttpError):
                raise
            raise PassingError(f"no answer from {parts.hostname}: {reason_of(error)}") from error

    def _connected(self, parts: Any, timeout: float) -> Any:
        host = f"{parts.scheme}://{parts.netloc}"
        if (self._last is not None and not self._last.ended) or host != self._host:
            self.close()
        if self._connection is None:
            if not parts.hostname:
                raise HttpError("the URL names no host")
            try:
                port = parts.port
            except ValueError as error:
                raise HttpError(str(error)) from error
            kind: Callable[..., Any] = Secure if parts.scheme == "https" else Plain
            self._connection = kind(parts.hostname, port, timeout=timeout)
            self._host = host
        self._connection.wait_at_most(timeout)
        return self._connection


def _query(text: str) -> str:
    return quote(text, safe="/%:=&~+!$,;'@()*[]?")


def _answer(response: Any, start: int | None, stop: int | None) -> Answer:
    """What a response promises. Raises HttpError where it is not what was asked for."""
    status, headers = response.status, response.headers
    if status in _BUSY:
        raise PassingError(f"the server answers {status} {response.reason}".rstrip(), _after(headers))
    if status in (404, 410):
        raise FileNotFoundError(errno.ENOENT, "no such file")
    if status in (401, 403):
        raise Forbidden(f"the server answers {status} {response.reason}".rstrip())
    if status not in (200, 206) or (status == 206 and start is None):
        raise HttpError(f"the server answers {status} {response.reason}".rstrip(), status)
    length = headers.get("Content-Length")
    size = int(length) if length is not None and length.isdecimal() and not response.chunked else None
    encoding = headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip", "zstd"):
        raise HttpError(f"the server packs it as {encoding} (Content-Encoding), which is not read here")
    if status == 206:
        match = _RANGE.fullmatch(headers.get("Content-Range", ""))
        if match is None:
            raise HttpError("the server sends a part of it and does not say which (Content-Range)")
        first, last = int(match[1]), int(match[2])
        if first != start or last < first or (stop is not None and last >= stop):
            asked = f"{start}-{'' if stop is None else stop - 1}"
            raise HttpError(f"the server sends bytes {first}-{last} where bytes {asked} were asked for")
        if size is not None and size != last - first + 1:
            raise HttpError(f"the server sends {size:,} bytes and says that they are bytes {first}-{last}")
        size, whole = last - first + 1, None if match[3] == "*" else int(match[3])
    else:
        first, whole = 0, size
    named = None if encoding in ("", "identity") else encoding.removeprefix("x-")
    return Answer(response, Version(headers.get("ETag"), headers.get("Last-Modified"), whole, named), first, size)


def _after(headers: Any) -> float:
    text = (headers.get("Retry-After") or "").strip()
    return float(text) if text.isdecimal() and len(text) < 9 else 0.0


def checksum(data: bytes, before: int = 0) -> int:
    """What tells the bytes of one answer from those of another."""
    return zlib.crc32(data, before)
