"""Which paths are URLs; ``remote`` reads them."""

from __future__ import annotations

import re


class RemoteError(OSError):
    """A file behind a URL cannot be read, and why."""

    def __init__(self, reason: str) -> None:
        super().__init__(0, reason)

    def __str__(self) -> str:
        return str(self.strerror)


_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_LOCAL = re.compile(r"(?i)(?:file|local)://")


def is_url(path: str) -> bool:
    """Whether a path is a URL of something that is not a file of this machine.

    >>> is_url("s3://bucket/preds.csv"), is_url("preds.csv"), is_url("file:///tmp/preds.csv")
    (True, False, False)
    """
    return _URL.match(path) is not None and _LOCAL.match(path) is None


def local_path(path: str) -> str:
    """The path of a file of this machine, where it is written as a URL; others as they are.

    >>> local_path("file:///tmp/preds.csv")
    '/tmp/preds.csv'
    """
    match = _LOCAL.match(path)
    return path if match is None else path[match.end() :]
