"""Archives: what is unpacked is what the standard library unpacks, in the same few megabytes at a time."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib

import pyarrow

from cecli.readers.sources import compression
from cecli.readers.sources.source import Source, open_source
from cecli.readers.tables.formats import format_of
from tests.fuzz.harness import concluded, saved, stream

MODULES = ("cecli.readers.sources.source", "cecli.readers.sources.compression", "cecli.readers.sources.prefetch")

TEXT = b"a,b\n" + b"0.5,0.5\n" * 20


def packed(kind: str) -> bytes:
    """The text in a format that only PyArrow writes here."""
    sink = pyarrow.BufferOutputStream()
    with pyarrow.CompressedOutputStream(sink, kind) as file:
        file.write(TEXT)
    return bytes(sink.getvalue())


SEEDS = [gzip.compress(TEXT, mtime=0), gzip.compress(b"", mtime=0) + gzip.compress(TEXT, mtime=0) + bytes(9),
         bz2.compress(TEXT), lzma.compress(TEXT), packed("zstd"), packed("lz4"), TEXT,
         gzip.compress(bz2.compress(TEXT), mtime=0), bz2.compress(bytes(99999))]  # fmt: skip
FOUND: list[bytes] = []

WORDS = [
    b"\x1f\x8b\x08",
    b"BZh9",
    b"\x04\x22\x4d\x18",
    b"PK\x03\x04",
    b"\x50\x2a\x4d\x18",
    b"PAR1",
    b"ARROW1",
    b"ustar",
    b"\0" * 8,
]

BY_STANDARD_LIBRARY = {
    "gzip": (gzip.decompress, (OSError, EOFError, zlib.error)),
    "bzip2": (bz2.decompress, (OSError, ValueError)),
    "xz": (lzma.decompress, (lzma.LZMAError,)),
}


def check(data: bytes) -> None:
    """Break where a file, a pipe and the standard library do not unpack the same."""
    with saved(data, "t.csv.gz") as path:
        on_disk = concluded(lambda: whole(open_source(path)))
    piped = concluded(lambda: whole(stream(data)))
    assert on_disk[0] == piped[0], (data, on_disk, piped)
    if on_disk[0] == "refused":
        return
    assert on_disk == piped, data
    kind = compression.compression_of(data)
    if kind in BY_STANDARD_LIBRARY:
        unpack, _ = BY_STANDARD_LIBRARY[kind]
        assert on_disk[1][1] == unpack(data), data


def whole(source: Source) -> tuple[str, bytes]:
    """The format and all bytes; none of the steps may be large."""
    with source:
        kind = format_of(source).name
        parts = []
        while part := source.read(1 << 16):
            parts.append(part)
            assert len(source._buffer) <= 5 << 20
            assert sum(map(len, parts)) <= 64 << 20, "a bomb; let it be"
        return kind, b"".join(parts)
