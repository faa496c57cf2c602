"""Files behind URLs: https:// by ``http_file``, s3://, gs:// and all else through fsspec, which is imported here alone.

Only what is asked for is fetched: text in large blocks one after the other, and of a file that is read at offsets, as
Parquet is, its ranges.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cecli.errors import InputError, literal, quoted
from cecli.readers.sources.urls import RemoteError

if TYPE_CHECKING:
    from cecli.readers.sources.http_file import HttpFile

HEAD, AHEAD = 1 << 16, 8 << 20
"""Bytes fetched at once of a file that is read from its beginning: few first, since they may tell that it is read at
offsets; then many, since a request costs some tens of milliseconds."""

_LONGEST_REASON = 300

_PACKAGES = {"gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "abfss": "adlfs", "az": "adlfs", "hf": "huggingface_hub"}
"""What reads a protocol that the extra does not bring."""


class RemoteFile(io.RawIOBase):
    """A file behind a URL, from its beginning to its end. ``size`` is known unless the server does not say it. All
    errors are OSErrors."""

    def __init__(self, url: str, file: Any) -> None:
        super().__init__()
        self.url = url
        self.size: int | None = getattr(file, "size", None)
        self._file = file
        self._waiting = memoryview(b"")
        self._step = HEAD

    def ranges(self) -> RemoteRanges | None:
        """The same file read at offsets; None where the store gives no ranges."""
        return RemoteRanges(self) if self.size is not None and self._file.seekable() else None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Some bytes, not more than ``size``; none at the end."""
        if not self._waiting:
            with as_os_errors():
                self._waiting, self._step = memoryview(self._file.read(self._step)), AHEAD
        some, self._waiting = self._waiting[:size], self._waiting[size:]
        return bytes(some)

    def stop(self) -> None:
        """Its library waits in a thread of its own, which ends with the program."""

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


class RemoteRanges(io.RawIOBase):
    """A file behind a URL of which nothing is fetched but what is asked for. All errors are OSErrors."""

    def __init__(self, of: RemoteFile) -> None:
        super().__init__()
        self.url = of.url
        self._of = of  # which is closed when nobody holds it
        self._file = of._file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """The next ``size`` bytes; fewer only at the end."""
        with as_os_errors():
            data: bytes = self._file.read(size)
            return data

    def seek(self, offset: int, whence: int = 0) -> int:
        with as_os_errors():
            place: int = self._file.seek(offset, whence)
            return place

    def tell(self) -> int:
        place: int = self._file.tell()
        return place

    def close(self) -> None:
        self._of.close()
        super().close()


def open_remote(url: str, head: int = HEAD) -> RemoteFile | HttpFile:
    """The file at ``url``, of which so many bytes are fetched first. Raises InputError where it cannot be opened."""
    with _explained(url):
        if is_web(url):
            from cecli.readers.sources.http_file import HttpFile

            return HttpFile(url, head)
        system, path = _system(url)
        return RemoteFile(url, system.open(path, "rb", cache_type="none"))


def is_web(url: str) -> bool:
    """Whether a web server has it."""
    return url.lower().startswith(("http://", "https://"))


def find_remote(url: str) -> list[str] | None:
    """The files that ``url`` stands for where it is a directory or a pattern, in no order; None where it is a file."""
    with _explained(url):
        if is_pattern(url):
            system, path = _system(url)
            found = [name for name, about in system.glob(path, detail=True).items() if about.get("type") != "directory"]
        elif url.endswith("/") or _is_bucket(url):
            system, path = _system(url)
            found = [about["name"] for about in system.ls(path, detail=True) if about.get("type") != "directory"]
        elif is_web(url):
            return None  # to look whether it is a directory would fetch it
        else:
            system, path = _system(url)
            if system.info(path).get("type") != "directory":
                return None
            found = [about["name"] for about in system.ls(path, detail=True) if about.get("type") != "directory"]
        return [system.unstrip_protocol(name) for name in found]


def sizes_of(urls: Sequence[str]) -> int | None:
    """The bytes of all files together, where a listing has told them."""
    if is_web(urls[0]):
        return None
    with _explained(urls[0]):
        sizes = [system.size(path) for system, path in map(_system, urls)]
    return None if None in sizes else sum(sizes)


def is_pattern(url: str) -> bool:
    """Whether a URL stands for several: in one of http a question mark begins the query.

    >>> is_pattern("s3://bucket/part-?.csv"), is_pattern("https://host/a.csv?key=1"), is_pattern("https://host/*.csv")
    (True, False, True)
    """
    if is_web(url):
        return "*" in url.partition("?")[0]
    return re.search(r"[*?\[]", url) is not None


def _is_bucket(url: str) -> bool:
    return re.fullmatch(r"(?:s3|s3a|gs|gcs)://[^/]*", url) is not None


def _system(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise InputError(
            f"{literal(url)}: reading a URL needs fsspec, which is not installed", "pip install 'cecli[cluster]'"
        ) from error
    system, path = url_to_fs(url)
    return system, path


@contextmanager
def as_os_errors() -> Iterator[None]:
    """Servers fail in as many ways as there are libraries that speak to them."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise RemoteError(_reason(error)) from error


@contextmanager
def _explained(url: str) -> Iterator[None]:
    """Say in our words what cannot be opened, and why."""
    name = literal(url)
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError as error:
        raise InputError(f"{name}: {_absent(error)}") from error
    except PermissionError as error:
        raise InputError(f"{name}: no permission to read it: {_reason(error)}") from error
    except ImportError as error:
        protocol = url.partition(":")[0].lower()
        package = _PACKAGES.get(protocol)
        hint = f"pip install {package}" if package else "pip install 'cecli[cluster]'"
        raise InputError(f"{name}: {_reason(error)}", hint) from error
    except Exception as error:
        raise InputError(f"{name}: {_told(url, error)}") from error


def _absent(error: FileNotFoundError) -> str:
    """Whatever keeps a server from telling of a file, fsspec says that there is none; the cause knows better."""
    cause = error.__cause__
    if cause is None or isinstance(cause, FileNotFoundError) or getattr(cause, "status", None) in (404, 410):
        return "no such file"
    return _reason(cause if isinstance(cause, Exception) else error)


def _told(url: str, error: Exception) -> str:
    if isinstance(error, ValueError) and "rotocol not known" in str(error):
        return f"no way is known to read {quoted(url.partition(':')[0] + '://')}"
    if type(error).__name__ == "NoCredentialsError":
        return "there are no credentials to read it with"
    return _reason(error)


def _reason(error: Exception) -> str:
    """The library's own words, on one line."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _LONGEST_REASON else text[:_LONGEST_REASON] + "…"
