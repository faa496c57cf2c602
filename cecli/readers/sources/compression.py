"""Decompression as streams: blocks of an archive in, blocks of what it holds out, every check sum checked."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any

BLOCK = 1 << 20
"""Bytes read at a time, large enough that the cost of a call does not show."""

_LARGEST_STEP = 4 << 20
"""Bytes unpacked at a time, so that an archive of zeros does not fill the memory."""

_MAGIC: dict[str, re.Pattern[bytes]] = {
    "gzip": re.compile(rb"\x1f\x8b"),
    "zstd": re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),
    "bzip2": re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"),
    "xz": re.compile(rb"\xfd7zXZ\x00"),
    "lz4": re.compile(rb"\x04\x22\x4d\x18"),
}


class BrokenArchive(Exception):
    """The archive cannot be unpacked to its end; the text says why."""


def compression_of(head: bytes) -> str | None:
    r"""The name of the compression that the first bytes of a file announce, or None.

    >>> compression_of(b"\x1f\x8b\x08\x00")
    'gzip'
    """
    return next((name for name, magic in _MAGIC.items() if magic.match(head)), None)


def decompress(kind: str, blocks: Iterator[bytes]) -> Iterator[bytes]:
    """What the archive in ``blocks`` holds, all its members one after the other.

    Raises ``BrokenArchive`` when it ends too early, is damaged, or is followed by something else.
    """
    return _STREAMS[kind](blocks)


def _gzip(blocks: Iterator[bytes]) -> Iterator[bytes]:
    decoder = zlib.decompressobj(wbits=31)
    for raw in blocks:
        block = raw
        while block:
            if decoder.eof:
                block = block.lstrip(b"\0")  # tapes and some writers pad with zeros
                if not block:
                    break
                decoder = zlib.decompressobj(wbits=31)
            try:
                yield decoder.decompress(block, _LARGEST_STEP)
            except zlib.error as error:
                raise BrokenArchive(_reason(error)) from error
            block = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
    if not decoder.eof:
        raise BrokenArchive("it ends too early")


def _deflate(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """A stream without a head or a checksum, as zip archives hold it."""
    decoder = zlib.decompressobj(wbits=-15)
    for raw in blocks:
        block = raw
        while block:
            if decoder.eof:
                raise BrokenArchive("something stands behind its end")
            try:
                yield decoder.decompress(block, _LARGEST_STEP)
            except zlib.error as error:
                raise BrokenArchive(_reason(error)) from error
            block = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
    if not decoder.eof:
        raise BrokenArchive("it ends too early")


def _members(make: Callable[[], Any], blocks: Iterator[bytes], own: type[Exception] = OSError) -> Iterator[bytes]:
    """Unpack with a decoder of the shape of bz2 and lzma, a new one for each member; ``own`` are its errors."""
    decoder = make()
    for raw in blocks:
        block = raw
        while block or not (decoder.eof or decoder.needs_input):
            if decoder.eof:
                block = block.lstrip(b"\0")
                if not block:
                    break
                decoder = make()
            try:
                yield decoder.decompress(block, _LARGEST_STEP)
            except (OSError, own) as error:
                raise BrokenArchive(_reason(error)) from error
            block = decoder.unused_data if decoder.eof else b""
    if not decoder.eof:
        raise BrokenArchive("it ends too early")


def _bzip2(blocks: Iterator[bytes]) -> Iterator[bytes]:
    import bz2  # imported when there is one to read: start-up counts

    return _members(bz2.BZ2Decompressor, blocks)


def _xz(blocks: Iterator[bytes]) -> Iterator[bytes]:
    import lzma

    return _members(lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ), blocks, lzma.LZMAError)


def _arrow(kind: str) -> Callable[[Iterator[bytes]], Iterator[bytes]]:
    def unpack(blocks: Iterator[bytes]) -> Iterator[bytes]:
        import pyarrow

        stream = pyarrow.CompressedInputStream(pyarrow.PythonFile(_Blocks(blocks), mode="r"), kind)
        while True:
            try:
                block: bytes = stream.read(BLOCK)
            except OSError as error:
                truncated = "truncated" in str(error).lower()
                raise BrokenArchive("it ends too early" if truncated else _reason(error)) from error
            if not block:
                return
            yield block

    return unpack


class _Blocks:
    """Blocks as the file object that Arrow reads from."""

    closed = False

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        data = self._rest or next(self._blocks, b"")
        if size < 0:
            data, size = b"".join([data, *self._blocks]), len(data)
        self._rest = data[size:]
        return data[:size]

    def close(self) -> None:
        self.closed = True


_NUMBERS = re.compile(r"^Error -?[0-9]+ while decompressing data: ")


def _reason(error: Exception) -> str:
    """The library's own words, on one line, without its numbers."""
    return _NUMBERS.sub("", " ".join(str(error).split())) or type(error).__name__


_STREAMS: dict[str, Callable[[Iterator[bytes]], Iterator[bytes]]] = {
    "gzip": _gzip,
    "deflate": _deflate,
    "zstd": _arrow("zstd"),
    "bzip2": _bzip2,
    "xz": _xz,
    "lz4": _arrow("lz4"),
}
