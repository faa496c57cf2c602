"""Blocks come in order from another thread, which ends however the taking ends."""

import gzip
import threading
import time

import pytest

from cecli.errors import InputError
from cecli.readers.sources.prefetch import _AHEAD, ReadAhead
from cecli.readers.sources.source import open_source


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "cecli-unpack"]


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    yield
    assert not threads()


@pytest.mark.parametrize("count", [0, 1, 2, 3, 100])
def test_all_blocks_in_their_order(count):
    blocks = [bytes([k % 256]) * (k % 5) for k in range(count)]
    ahead = ReadAhead(iter(blocks))
    assert list(ahead) == blocks
    assert next(ahead, None) is None
    ahead.close()


def test_a_small_input_needs_no_thread():
    ahead = ReadAhead(iter([b"x"]))
    assert (next(ahead), next(ahead, None)) == (b"x", None)
    assert not threads()


def test_only_so_far_ahead():
    made = []

    def blocks():
        for k in range(1000):
            made.append(k)
            yield b"x"

    ahead = ReadAhead(blocks())
    for _ in range(5):
        next(ahead)
    deadline = time.monotonic() + 5
    while len(made) < 5 + _AHEAD and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(0.02)
    assert len(made) <= 5 + _AHEAD + 1
    ahead.close()
    assert next(ahead, None) is None


@pytest.mark.parametrize("good", [0, 1, 2, 3, 10])
def test_an_error_comes_where_it_happened(good):
    def blocks():
        for _ in range(good):
            yield b"x"
        raise InputError("broken")

    ahead = ReadAhead(blocks())
    assert [next(ahead) for _ in range(good)] == [b"x"] * good
    with pytest.raises(InputError, match="broken"):
        next(ahead)
    ahead.close()


def test_closed_before_anything_is_taken():
    ahead = ReadAhead(iter([b"x"]))
    ahead.close()
    assert next(ahead, None) is None


def large(path, size=40 << 20):
    path.write_bytes(gzip.compress(b"0123456789abcdef" * (size >> 4), 1))
    return str(path)


def test_a_source_closed_early_ends_the_thread(tmp_path):
    with open_source(large(tmp_path / "x.gz")) as source:
        source.read(12 << 20)
        assert threads()


def test_a_broken_archive_is_named_where_it_breaks(tmp_path):
    path = large(tmp_path / "x.gz")
    data = (tmp_path / "x.gz").read_bytes()
    (tmp_path / "x.gz").write_bytes(data[: len(data) - 100])
    with open_source(path) as source:
        assert len(source.read(20 << 20)) == 20 << 20
        with pytest.raises(InputError, match=r"x.gz: this gzip archive is broken: it ends too early"):
            while source.read(1 << 20):
                pass


def test_an_interrupted_reader_leaves_no_thread(tmp_path):
    with pytest.raises(KeyboardInterrupt), open_source(large(tmp_path / "x.gz")) as source:
        source.read(12 << 20)
        raise KeyboardInterrupt
