"""A file, a pipe or standard input as a stream of bytes, unpacked, read once, and named as the person typed it."""

from __future__ import annotations

import errno
import io
import os
import re
import stat
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from itertools import chain
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO

from cecli.errors import InputError, literal, unreadable
from cecli.input_guard import check_input
from cecli.readers.sources.compression import BLOCK, BrokenArchive, compression_of, decompress
from cecli.readers.sources.ledger import opened
from cecli.readers.sources.urls import is_url, local_path

if TYPE_CHECKING:
    from cecli.readers.sources.http_file import HttpRanges
    from cecli.readers.sources.ledger import Hashed
    from cecli.readers.sources.prefetch import ReadAhead
    from cecli.readers.sources.remote import RemoteRanges

STANDARD_INPUT = "standard input"
HEAD = 512
"""Bytes that are enough to tell every format, tar's mark at 257 included."""

_LINE_END_WITHIN = 1 << 16
"""Bytes at the end of a block in which its last line end is looked for; longer lines are read in another way."""

_COMPRESSED_SUFFIXES = (".gz", ".zst", ".zstd", ".bz2", ".xz", ".lz4", ".gzip")

_REFUSED: list[tuple[bytes, str, str]] = [
    (
        rb"(?s)PK\x03\x04.{26}(\[Content_Types\]|_rels|xl/|docProps|mimetype)",
        "a spreadsheet or document, not text",
        "export the sheet as CSV",
    ),
    (rb"PK(\x03\x04|\x05\x06)", "a zip archive", "unpack it first, or pipe: unzip -p FILE | cecli … -"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Word file", "export the sheet as CSV"),
    (rb"\x80[\x02-\x05](?!\x00{6}\{)", "a Python pickle, which is never opened", "save it as CSV, .npy or Parquet"),
    (rb"\x89HDF\r\n\x1a\n", "an HDF5 file", "save it as CSV, .npy or Parquet"),
    (rb"SQLite format 3\x00", "an SQLite database", "export the table as CSV"),
    (rb"ORC", "an ORC file", "save it as Parquet or CSV"),
    (rb"Obj\x01", "an Avro file", "save it as Parquet or CSV"),
    (rb"%PDF-", "a PDF document", "export the table as CSV"),
    (rb"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it first"),
    (rb"Rar!\x1a\x07", "a RAR archive", "unpack it first"),
    (rb"\x1f\x9d", "a file packed by compress (.Z)", "unpack it first with uncompress"),
    (rb"(?s).{257}ustar", "a tar archive", "unpack it first, or pipe: tar -xOf FILE | cecli … -"),
]
"""How files begin that hold no table, what they are, and what to do. Compiled only where a file does not begin as plain
text does: that would take longer than to read a small file."""

_ARRAYS: list[tuple[bytes, str, str]] = [
    (rb"(?s)PK\x03\x04.{26}[^\x00]*?\.npy", "a NumPy .npz archive", "save the one array with numpy.save"),
    (rb"(?s).{4}\x00{4}\{", "a file of tensors (.safetensors)", "save the one array with numpy.save"),
]
"""The same of files of several arrays, for those who do not read them."""

_PLAIN = bytes(range(32, 127)) + b"\t\r\n"
_BEGINNINGS = (b"PK", b"SQLite", b"ORC", b"Obj", b"%PDF", b"7z", b"Rar!")


class Source:
    """Bytes of one input from its beginning to its end, decompressed; use it in a ``with`` statement.

    ``name`` is what messages call it, ``suffix`` its suffix in lower case without that of the compression ("" for
    standard input), ``file`` the path where the bytes on disk are the bytes read here and may be read at any offset
    (else None), ``size`` the bytes on disk where that is known, ``position`` how many of them have been taken so far.
    """

    def __init__(self, raw: BinaryIO, path: str | None, hashed: Hashed | None = None, arrays: bool = False) -> None:
        """``arrays``: files of several arrays are not refused."""
        self.name = STANDARD_INPUT if path is None else literal(path)
        self.suffix = "" if path is None else suffix_of(path)
        self.size: int | None = getattr(raw, "size", None)
        self._remote: Any = None
        self.file: str | None = None
        self.position = 0
        self.lines_skipped = getattr(raw, "lines_skipped", 0)
        self._wanted = 0
        self._stamp: tuple[int, int] | None = None
        self._hashed = hashed
        self._raw = raw
        self._owned = path is not None
        self._blocks = self._raw_blocks()
        self._ahead: ReadAhead | None = None
        self._buffer = memoryview(b"")
        self._open(path, arrays)

    def _open(self, path: str | None, arrays: bool) -> None:
        try:
            status = os.fstat(self._raw.fileno())
            self.size = status.st_size if stat.S_ISREG(status.st_mode) and status.st_size else None
            self._stamp = None if self.size is None else _stamp(status)
        except (OSError, io.UnsupportedOperation):  # a stand-in for standard input, without a file behind it
            pass
        kind = compression_of(self.peek(HEAD))
        if kind is None and hasattr(self._raw, "ranges"):
            from cecli.readers.sources.prefetch import ReadAhead

            self._remote = self._raw
            self._blocks = self._ahead = ReadAhead(self._blocks)
        elif kind is None:
            self.file = path if self.size else None
        else:
            head, self._buffer = bytes(self._buffer), memoryview(b"")
            self._blocks = self._unpacked(kind, chain([head], self._blocks))
            if self.size is not None:  # a pipe may block the thread for ever, and unpacks elsewhere anyway
                from cecli.readers.sources.prefetch import ReadAhead

                self._blocks = self._ahead = ReadAhead(self._blocks)
            inner = compression_of(self.peek(HEAD))
            if inner:
                raise InputError(f"{self.name}: compressed twice ({inner} inside {kind})", "unpack it once first")
        head_bytes = self.peek(HEAD)
        if head_bytes.startswith(b"PK\x03\x04") and self._is_log(path, head_bytes):
            return
        if head_bytes.translate(None, _PLAIN) or head_bytes.startswith(_BEGINNINGS):
            for pattern, what, hint in (*_ARRAYS, *_REFUSED):
                if re.match(pattern, head_bytes):
                    if arrays and (pattern, what, hint) in _ARRAYS:
                        break
                    raise InputError(f"{self.name}: this is {what}", hint)

    def _is_log(self, path: str | None, head: bytes) -> bool:
        """Whether this is a log of Inspect's; then it goes on with the samples in it, one behind the other."""
        from cecli.readers.sources.inspect_log import is_inspect_log, samples_of

        if not is_inspect_log(head):
            return False
        if self.file is None or path is None:
            raise InputError(f"{self.name}: a log of Inspect's (.eval) is read from a file, not from a stream",
                             "save it as a file first")  # fmt: skip
        self.read_elsewhere()
        self.suffix, self.file = ".json", None
        self._buffer, self._blocks = memoryview(b""), samples_of(path, self.name)
        return True

    def ranges(self) -> RemoteRanges | HttpRanges | None:
        """What reads a plain file behind a URL at offsets from now on, instead of this; None for all other inputs."""
        return None if self._remote is None else self._remote.ranges()

    def read(self, size: int) -> bytes:
        """The next ``size`` bytes; fewer only at the end."""
        self._wanted = size
        if not self._buffer:  # one read of the file is handed on as it is
            whole = next(self._blocks, b"")
            if len(whole) == size:
                return whole
            self._buffer = memoryview(whole)
        parts, have = [self._buffer], len(self._buffer)
        while have < size:
            block = next(self._blocks, None)
            if block is None:
                break
            parts.append(memoryview(block))
            have += len(block)
        cut = len(parts[-1]) - max(have - size, 0)
        parts[-1], self._buffer = parts[-1][:cut], parts[-1][cut:]
        return b"".join(parts)

    def peek(self, size: int) -> bytes:
        """The next ``size`` bytes, left to be read again; fewer only at the end."""
        if len(self._buffer) < size:
            self.unread(self.read(size))
        return bytes(self._buffer[:size])

    def unread(self, data: bytes) -> None:
        """Put ``data`` back in front of what is left, to be read again."""
        self._buffer = memoryview(data + bytes(self._buffer) if self._buffer else data)

    def rewrite(self, made: Callable[[Iterator[bytes]], Iterator[bytes]], lines_skipped: int) -> None:
        """Let what is left be what ``made`` makes of its blocks; ``lines_skipped`` lines more stood before the rows."""
        head, self._buffer = bytes(self._buffer), memoryview(b"")
        self._blocks = made(chain([head] if head else [], self._blocks))
        self.file = None
        self.lines_skipped += lines_skipped

    def read_lines(self, size: int, again: bytes) -> bytes | None:
        """About ``size`` bytes that end at a line end, read in one piece; None where the file cannot be read so.

        ``again`` is what was read last and is to be read again, in front of the rest. Only a plain file can look ahead
        for its last line end, and a block that is read at its exact length is neither cut nor put together afterwards.
        """
        if self.file is None or not hasattr(os, "pread"):
            return None
        back, within = len(again) + len(self._buffer), min(size, _LINE_END_WITHIN)
        try:
            start = self._raw.tell() - back
            ahead = os.pread(self._raw.fileno(), within, start + size - within)
            length = size - within + ahead.rfind(b"\n") + 1
            if len(ahead) < within or b"\n" not in ahead or length <= len(again):
                return None
            self._raw.seek(start)
            block = self._raw.read(length)
        except OSError as error:
            raise InputError(f"{self.name}: {unreadable(error)}") from error
        self._buffer, self._blocks = memoryview(b""), self._raw_blocks()  # which may have seen the end already
        self.position += len(block) - back
        if self._hashed is not None:
            self._hashed.saw(start, block)
        return block

    def check_unchanged(self) -> None:
        """Raise InputError where the file has been written to since it was opened; to be called when all is read."""
        if self._stamp is None:
            return
        now = _stamp(os.fstat(self._raw.fileno()))
        if now != self._stamp:
            bytes_now = f", now {now[0]:,}" if now[0] != self._stamp[0] else ""
            raise InputError(
                f"{self.name}: it was written to while it was read: {self._stamp[0]:,} bytes at first{bytes_now}",
                "read it when it is complete, or a copy of it",
            )

    def read_elsewhere(self) -> None:
        """Say that ``file``, where there is one, is now read at offsets by somebody else."""
        if self._hashed is not None and self.file is not None:
            self._hashed.read_apart()

    def close(self) -> None:
        """Close the file; standard input stays open."""
        if self._ahead is not None:
            if self._remote is not None:
                self._remote.stop()
            self._ahead.close()
        if self._owned:
            self._raw.close()
        # What reads refers to what it reads for, so without this a megabyte of every file would wait for the collector.
        self._blocks, self._buffer = iter(()), memoryview(b"")

    def __enter__(self) -> Source:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _raw_blocks(self) -> Iterator[bytes]:
        # A buffered reader's read() waits for all the bytes; read1() hands over what a pipe has.
        take = getattr(self._raw, "read1", self._raw.read)
        while True:
            try:
                block = take(max(BLOCK, self._wanted))
            except OSError as error:
                raise InputError(f"{self.name}: {unreadable(error)}") from error
            if not block:
                self.check_unchanged()
                if self._hashed is not None:
                    self._hashed.end()
                return
            if self._hashed is not None:
                self._hashed.saw(self.position, block)
            self.position += len(block)
            yield block

    def _unpacked(self, kind: str, archive: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from decompress(kind, archive)
        except BrokenArchive as error:
            raise InputError(f"{self.name}: this {kind} archive is broken: {error}") from error


def open_source(path: str, arrays: bool = False) -> Source:
    """The file at ``path`` (``-`` is standard input) as a stream of unpacked bytes.

    gzip, zstd, bzip2, xz and lz4 are recognised by their first bytes. Raises InputError where it cannot be opened, is
    packed in a way that is not read here, or is a format that holds no table; a file of several arrays is one of these
    unless ``arrays`` says that they are read.
    """
    if path == "-":
        if sys.stdin is None:
            raise InputError(f"{STANDARD_INPUT}: it is closed")
        return Source(sys.stdin.buffer, None, opened("-"), arrays)
    path = local_path(path)
    check_input(path)
    hashed = opened(path)
    raw = _opened(path)
    try:
        return Source(raw, path, hashed, arrays)
    except BaseException:
        raw.close()
        raise


def _opened(path: str) -> BinaryIO:
    if is_url(path):
        from cecli.readers.sources.remote import open_remote

        remote: Any = open_remote(path)
        file: BinaryIO = remote
        return file
    try:
        return open(path, "rb", buffering=0)
    except OSError as error:
        raise _cannot_open(path, error) from error


def suffix_of(path: str) -> str:
    """The suffix of a path in lower case, without that of a compression.

    >>> suffix_of("a/B.CSV.gz"), suffix_of("b")
    ('.csv', '')
    """
    base = os.path.basename(path.rstrip("/")).lower()
    for packed in _COMPRESSED_SUFFIXES:
        base = base.removesuffix(packed)
    return os.path.splitext(base)[1]


CONTROL = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f\x7f]")
"""What text does not hold, save for line ends, tabs, form feeds, escapes and the mark with which DOS ends a file."""

_BINARY_HEAD = 4096


def check_text_head(source: Source) -> None:
    """Consume a byte order mark of UTF-8; raise InputError naming the encoding where the head is UTF-16 or UTF-32."""
    head = source.peek(64)
    if head.startswith(b"\xef\xbb\xbf"):
        source.read(3)
        return
    encoding = _wide_encoding(head)
    if encoding:
        file = source.name if source.file else "FILE"
        raise InputError(
            f"{source.name}: this text is encoded as {encoding}, not as UTF-8",
            f"convert it: iconv -f {encoding} -t UTF-8 {file}",
        )
    if b"\0" in head:
        line = head.count(b"\n", 0, head.index(b"\0")) + 1
        raise InputError(f"{source.name}:{line}: a NUL byte: this does not look like a text file")
    _check_not_binary(source)


def _check_not_binary(source: Source) -> None:
    """Raise InputError where the head is neither UTF-8 nor, by its control bytes, text in another encoding.

    The whole head says so: the first line of binary data alone may be a few bytes, which could be of any encoding.
    """
    head = source.peek(_BINARY_HEAD)
    if not CONTROL.search(head):
        return
    try:
        getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError as error:
        line = head.count(b"\n", 0, error.start) + 1
        what = f"byte 0x{head[error.start]:02x} is not UTF-8; this looks like binary data, not text"
        raise InputError(f"{source.name}:{line}: {what}") from error


def _wide_encoding(head: bytes) -> str | None:
    for mark, name in (
        (b"\xff\xfe\x00\x00", "UTF-32"),
        (b"\x00\x00\xfe\xff", "UTF-32"),
        (b"\xff\xfe", "UTF-16"),
        (b"\xfe\xff", "UTF-16"),
    ):
        if head.startswith(mark):
            return name
    if len(head) < 4:
        return None
    # Without a mark: ASCII in a wide encoding has its zero bytes in the same places all along.
    lanes = [all(byte == 0 for byte in head[lane::4]) for lane in range(4)]
    zeros: dict[tuple[bool, ...], str] = {
        (False, True, False, True): "UTF-16LE",
        (True, False, True, False): "UTF-16BE",
        (False, True, True, True): "UTF-32LE",
        (True, True, True, False): "UTF-32BE",
    }
    return zeros.get(tuple(lanes))


def _stamp(status: os.stat_result) -> tuple[int, int]:
    """The size of a file and when it was last written to."""
    return status.st_size, status.st_mtime_ns


def _cannot_open(path: str, error: OSError) -> InputError:
    name = literal(path)
    if error.errno != errno.ENOENT:
        return InputError(f"{name}: {unreadable(error)}")
    if os.path.islink(path):
        return InputError(f"{name}: a link to {literal(os.readlink(path))}, which does not exist")
    near = _near_name(path)
    return InputError(f"{name}: no such file", f"did you mean {literal(near)}?" if near else None)


def _near_name(path: str) -> str | None:
    """The path whose first name that there is not is changed to the most like one in its directory, if it exists."""
    from pathlib import Path

    from cecli.core.nearest import nearest

    missing = Path(path)
    first = next((above for above in reversed(missing.parents) if not above.exists()), missing)
    try:
        near = nearest(first.name, [entry.name for entry in first.parent.iterdir()], 0.7)
    except OSError:
        return None
    found = None if near is None else first.with_name(near) / missing.relative_to(first)
    return str(found) if found is not None and found.exists() else None
