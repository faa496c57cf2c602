"""Sources: every packing read and checked, every way a path can be wrong said in plain words."""

import bz2
import errno
import gc
import gzip
import io
import itertools
import lzma
import os
import pickle
import subprocess
import sys
import threading
import tracemalloc
import zipfile
import zlib

import pytest

from cecli.errors import InputError
from cecli.readers.sources import source as source_module
from cecli.readers.sources.source import check_text_head, open_source

DATA = b"outcome,count\n" + b"".join(b"k%d,%d\n" % (i, i * i) for i in range(2000))


def arrow(kind):
    import pyarrow

    sink = pyarrow.BufferOutputStream()
    with pyarrow.CompressedOutputStream(sink, kind) as stream:
        stream.write(DATA)
    return sink.getvalue().to_pybytes()


PACKED = {
    "plain": DATA,
    "gzip": gzip.compress(DATA),
    "gzip of two members, padded": gzip.compress(DATA[:99]) + gzip.compress(DATA[99:]) + bytes(64),
    "bzip2": bz2.compress(DATA),
    "bzip2 of two streams": bz2.compress(DATA[:99]) + bz2.compress(DATA[99:]),
    "xz": lzma.compress(DATA),
    "xz of two streams": lzma.compress(DATA[:99]) + lzma.compress(DATA[99:]),
    "zstd": arrow("zstd"),
    "lz4": arrow("lz4"),
}


def whole(path, size=1000):
    with open_source(str(path)) as source:
        parts = []
        while part := source.read(size):
            parts.append(part)
        assert all(len(part) == size for part in parts[:-1])
        assert source.position == os.path.getsize(path)
        return b"".join(parts)


def message(path):
    with pytest.raises(InputError) as caught:
        whole(path)
    assert caught.value.exit_code == 1
    return caught.value.message, caught.value.hint


@pytest.mark.parametrize("kind", PACKED)
def test_reads_every_packing_whatever_the_file_is_called(tmp_path, kind):
    path = tmp_path / "data.csv"
    path.write_bytes(PACKED[kind])
    assert whole(path) == DATA


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz", "zstd", "lz4"])
@pytest.mark.parametrize("cut", [0.5, -1])
def test_a_truncated_archive_is_an_error(tmp_path, kind, cut):
    path = tmp_path / "data.csv.gz"
    path.write_bytes(PACKED[kind][: int(len(PACKED[kind]) * cut) if cut > 0 else cut])
    assert message(path)[0] == f"{path}: this {kind} archive is broken: it ends too early"


def test_a_wrong_check_sum_is_an_error(tmp_path):
    packed = bytearray(PACKED["gzip"])
    packed[-6] ^= 1
    path = tmp_path / "data.gz"
    path.write_bytes(packed)
    assert message(path)[0].endswith("this gzip archive is broken: incorrect data check")


@pytest.mark.parametrize(("kind", "why"), [("bzip2", "Invalid data stream"), ("xz", "Corrupt input data")])
def test_a_damaged_archive_is_an_error(tmp_path, kind, why):
    packed = bytearray(PACKED[kind])
    packed[len(packed) // 2] ^= 0xFF
    path = tmp_path / "data"
    path.write_bytes(packed)
    assert message(path)[0] == f"{path}: this {kind} archive is broken: {why}"


def test_bytes_after_a_gzip_archive_are_an_error(tmp_path):
    path = tmp_path / "data.gz"
    path.write_bytes(PACKED["gzip"] + b"more")
    assert "this gzip archive is broken" in message(path)[0]


def test_an_archive_of_zeros_does_not_fill_the_memory(tmp_path):
    path = tmp_path / "zeros.gz"
    packer = zlib.compressobj(9, wbits=31)
    with open(path, "wb") as file:
        for _ in range(64):
            file.write(packer.compress(bytes(1 << 20)))
        file.write(packer.flush())
    with open_source(str(path)) as source:
        source.read(10)
        assert len(source._buffer) <= 4 << 20


def test_compressed_twice_names_both(tmp_path):
    path = tmp_path / "data.gz.gz"
    path.write_bytes(gzip.compress(PACKED["bzip2"]))
    assert message(path) == (f"{path}: compressed twice (bzip2 inside gzip)", "unpack it once first")


def test_names_suffix_size_and_file(tmp_path):
    plain, packed = tmp_path / "Data.TSV", tmp_path / "data.csv.GZ"
    plain.write_bytes(DATA)
    packed.write_bytes(PACKED["gzip"])
    with open_source(str(plain)) as source:
        assert (source.name, source.suffix, source.file, source.size) == (str(plain), ".tsv", str(plain), len(DATA))
        assert source.peek(7) == b"outcome" == source.peek(7)
        assert source.read(8) == b"outcome,"
    with open_source(str(packed)) as source:
        assert (source.suffix, source.file, source.size) == (".csv", None, len(PACKED["gzip"]))


def test_an_empty_file_is_not_an_error_here(tmp_path):
    path = tmp_path / "empty.csv"
    path.touch()
    assert whole(path) == b""
    path.write_bytes(gzip.compress(b""))
    assert whole(path) == b""


def test_a_fifo_is_read_once(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_bytes(PACKED["gzip"]))
    writer.start()
    with open_source(str(path)) as source:
        assert source.file is None
        assert source.size is None
        assert source.read(1 << 20) == DATA
    writer.join()


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PACKED["gzip"])))
    with open_source("-") as source:
        assert (source.name, source.suffix, source.file) == ("standard input", "", None)
        assert source.read(1 << 20) == DATA
    assert not sys.stdin.closed


def test_standard_input_of_a_process():
    code = "from cecli.readers.sources.source import open_source; print(len(open_source('-').read(10**6)))"
    run = subprocess.run([sys.executable, "-c", code], input=PACKED["xz"], capture_output=True, check=True)
    assert int(run.stdout) == len(DATA)


def test_closed_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InputError, match="standard input: it is closed"):
        open_source("-")


def test_missing_files(tmp_path):
    (tmp_path / "preds.csv").touch()
    assert message(tmp_path / "pred.csv") == (
        f"{tmp_path / 'pred.csv'}: no such file",
        f"did you mean {tmp_path / 'preds.csv'}?",
    )
    assert message(tmp_path / "zzz") == (f"{tmp_path / 'zzz'}: no such file", None)
    assert message(tmp_path / "no" / "file") == (f"{tmp_path / 'no' / 'file'}: no such file", None)


def test_paths_that_are_no_file(tmp_path):
    assert message(tmp_path)[0] == f"{tmp_path}: this is a directory, not a file"
    link = tmp_path / "link"
    link.symlink_to("gone.csv")
    assert message(link)[0] == f"{link}: a link to gone.csv, which does not exist"
    (tmp_path / "file").touch()
    assert message(tmp_path / "file" / "x")[0].endswith(": not a directory")
    assert message("x" * 5000)[0].endswith(": file name too long")


def test_no_permission(monkeypatch):
    def denied(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")  # root, as in a container, is never denied

    monkeypatch.setattr(source_module, "open", denied, raising=False)
    assert message("secret.csv")[0] == "secret.csv: no permission to read it"


def test_escapes_in_a_name_are_shown_literally(tmp_path):
    assert "\\x1b[2J" in message(tmp_path / "\x1b[2J")[0]


def zipped(name):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "1,2")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (zipped("preds.csv"), "a zip archive"),
        (zipped("arr_0.npy"), "a NumPy .npz archive"),
        (zipped("xl/workbook.xml"), "a spreadsheet or document, not text"),
        (pickle.dumps([1, 2], protocol=4), "a Python pickle, which is never opened"),
        (b"\x89HDF\r\n\x1a\n....", "an HDF5 file"),
        (b"SQLite format 3\x00", "an SQLite database"),
        (b"preds.csv".ljust(257, b"\0") + b"ustar\x0000", "a tar archive"),
    ],
)
def test_formats_without_a_table_are_named(tmp_path, content, what):
    path = tmp_path / "preds.csv"
    for packed in (content, gzip.compress(content)):
        path.write_bytes(packed)
        said, hint = message(path)
        assert said == f"{path}: this is {what}"
        assert hint


@pytest.mark.parametrize(
    ("codec", "named"),
    [
        ("utf-16", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("utf-16-le", "UTF-16LE"),
        ("utf-16-be", "UTF-16BE"),
        ("utf-32-le", "UTF-32LE"),
        ("utf-32-be", "UTF-32BE"),
    ],
)
def test_wide_encodings_are_named(tmp_path, codec, named):
    path = tmp_path / "labels.csv"
    path.write_bytes("label\ncat\n".encode(codec))
    with open_source(str(path)) as source, pytest.raises(InputError) as caught:
        check_text_head(source)
    assert caught.value.message == f"{path}: this text is encoded as {named}, not as UTF-8"
    assert caught.value.hint == f"convert it: iconv -f {named} -t UTF-8 {path}"


def test_binary_data_is_no_text_of_another_encoding_whatever_its_first_line(tmp_path):
    """A first line of three bytes could be Latin-1; the control bytes behind it cannot."""
    path = tmp_path / "preds.csv"
    path.write_bytes(b"ca\xe9\n\x01\x02\xb6")
    with open_source(str(path)) as source, pytest.raises(InputError) as caught:
        check_text_head(source)
    assert caught.value.message == f"{path}:1: byte 0xe9 is not UTF-8; this looks like binary data, not text"
    assert caught.value.hint is None


def test_a_character_cut_by_the_end_of_the_head_is_text(tmp_path):
    path = tmp_path / "preds.csv"
    path.write_bytes(b"\x01" + b"a" * 4094 + "é".encode() + b"\n")
    with open_source(str(path)) as source:
        check_text_head(source)
        assert source.read(1) == b"\x01"


def test_a_byte_order_mark_is_consumed(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_bytes("\ufefflabel\n".encode())
    with open_source(str(path)) as source:
        check_text_head(source)
        assert source.read(10) == b"label\n"


@pytest.mark.parametrize("size", [999, 70_000, 150_000, 400_000])
def test_a_read_may_take_parts_of_several_members(tmp_path, size):
    data = bytes(k * k % 251 for k in range(500_000))
    cuts = [0, 70_000, 200_000, 200_001, 290_000, 500_000]
    path = tmp_path / "data"
    path.write_bytes(b"".join(gzip.compress(data[start:stop]) for start, stop in itertools.pairwise(cuts)))
    assert whole(path, size) == data


def test_a_closed_source_holds_nothing(tmp_path):
    """Thousands of shards are opened and closed before Python looks for garbage."""
    path = tmp_path / "big.csv"
    path.write_bytes(b"0.5,0.5\n" * 200_000)
    gc.disable()
    tracemalloc.start()
    try:
        for _ in range(20):
            with open_source(str(path)) as source:
                assert source.peek(8) == b"0.5,0.5\n"
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    assert held < 2 << 20
