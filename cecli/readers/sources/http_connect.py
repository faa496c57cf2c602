"""Connections to web servers whose every phase a signal or another thread can end, the look-up of the name included."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
import threading
from contextlib import suppress
from queue import Empty, Queue
from typing import Any

from cecli.readers.sources.http_patience import HttpError, reason_of


class Plain(http.client.HTTPConnection):
    """A connection without encryption."""

    def __init__(self, host: str, port: int | None, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self._own: socket.socket | None = None

    def connect(self) -> None:
        """Connect within the time-out. Raises OSError."""
        self._own = _connected(self.host, self.port, float(self.timeout or 0))
        self._own = self.sock = self._encrypted(self._own)

    def wait_at_most(self, seconds: float) -> None:
        """Let every wait end after so many seconds."""
        self.timeout = seconds
        if self._own is not None:
            with suppress(OSError):
                self._own.settimeout(seconds)

    def interrupt(self) -> None:
        """End whatever is waited for, from another thread."""
        if self._own is not None:
            with suppress(OSError):
                self._own.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        """Close the connection, whoever waits for it."""
        self.interrupt()
        if self._own is not None:
            self._own.close()
        self.close()

    def _encrypted(self, plain: socket.socket) -> Any:
        return plain


class Secure(Plain):
    """A connection over TLS, the server's certificate checked."""

    default_port = 443

    def _encrypted(self, plain: socket.socket) -> Any:
        try:
            return ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def _connected(host: str, port: int, timeout: float) -> socket.socket:
    """A socket to the first of the host's addresses that answers. Raises OSError."""
    where = f"Cannot connect to host {host}:{port}"
    last: OSError | None = None
    for family, kind, protocol, _, address in _addresses(host, port, timeout, where):
        made = socket.socket(family, kind, protocol)
        try:
            made.settimeout(timeout)
            made.connect(address)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return made
        except OSError as error:
            made.close()
            last = error
        except BaseException:
            made.close()
            raise
    reason = "it has no address" if last is None else reason_of(last)
    if isinstance(last, TimeoutError) or (last is not None and last.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH)):
        reason = f"{reason}, and it may be out of reach"
    raise HttpError(f"{where}: {reason}") from last


def _addresses(host: str, port: int, timeout: float, where: str) -> list[Any]:
    """The addresses of a host, looked up in a thread that may be left alone: no signal ends a look-up."""
    found: Queue[list[Any] | Exception] = Queue()

    def look_up() -> None:
        try:
            found.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.put(error)

    threading.Thread(target=look_up, name="cecli-look-up", daemon=True).start()
    try:
        answer = found.get(timeout=timeout)
    except Empty:
        raise HttpError(f"{where}: its address was not found in {timeout:.0f} s") from None
    if isinstance(answer, Exception):
        raise HttpError(f"{where}: {reason_of(answer)}") from answer
    return answer
