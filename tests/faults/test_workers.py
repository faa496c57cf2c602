"""A thread that raises, or cannot be started: the status, one line of why, no thread left, nothing half written."""

import os
import threading

import pytest

from cecli.readers.predictions import row_checks
from cecli.readers.predictions import run as run_module
from cecli.readers.sources import prefetch


@pytest.fixture
def table(save):
    """Predictions of many blocks, with their labels."""
    return save("p.csv", "a,b,label\n" + "0.123456789,0.876543211,a\n" * 600_000)


@pytest.fixture
def target(tmp_path):
    """A file that must not be replaced."""
    path = tmp_path / "out.csv"
    path.write_text("old")
    before = set(threading.enumerate())  # a library that an earlier test used may keep some of its own
    yield path
    assert os.listdir(tmp_path) == ["out.csv"]
    assert path.read_text() == "old"
    assert set(threading.enumerate()) <= before


def raising(error, after, real):
    """``real``, and from the call number ``after`` on an error."""
    calls = iter(range(10**6))

    def call(*arguments, **options):
        if next(calls) >= after:
            raise error
        return real(*arguments, **options)

    return call


BUG = "cecli: error: this is a bug in cecli"
ERRORS = [
    (RuntimeError("boom"), BUG, "RuntimeError: boom"),
    (MemoryError(), "cecli: error: out of memory", ""),
    (OSError(5, "Input/output error", "p.csv"), "cecli: error: p.csv: Input/output error", ""),
    (RecursionError("too deep"), BUG, "RecursionError: too deep"),
]


@pytest.mark.parametrize("reduction", [["--reduction", "none"], []])
@pytest.mark.parametrize("after", [0, 3])
@pytest.mark.parametrize(("error", "begins", "holds"), ERRORS)
def test_a_worker_raises(run, monkeypatch, table, target, error, begins, holds, after, reduction):
    monkeypatch.setattr(run_module, "check_rows", raising(error, after, row_checks.check_rows))
    done = run("score", table, "--label-column", "label", "--threads", "3", *reduction, "-o", target)
    assert (done.status, done.out) == (1, "")
    lines = [line for line in done.err.splitlines() if not line.startswith("  hint: ")]
    assert len(lines) == 1
    assert lines[0].startswith(begins)
    assert holds in lines[0]


@pytest.mark.parametrize(("error", "begins", "holds"), ERRORS)
def test_the_thread_that_unpacks_raises(run, monkeypatch, save, target, error, begins, holds):
    import gzip

    packed = save("p.csv.gz", gzip.compress(b"a,b,label\n" + b"0.123456789,0.876543211,a\n" * 600_000, 1))
    hand_on = prefetch.ReadAhead._hand_on

    def broken(self, item):
        return hand_on(self, error if isinstance(item, bytes) else item)

    monkeypatch.setattr(prefetch.ReadAhead, "_hand_on", broken)
    done = run("score", packed, "--label-column", "label", "-o", target)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(begins)
    assert holds in done.err


def test_no_thread_can_be_started(run, monkeypatch, table, target):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    done = run("score", table, "--label-column", "label", "--threads", "3", "-o", target)
    assert (done.status, done.out) == (1, "")
    assert done.err == (
        "cecli: error: out of memory: can't start new thread\n"
        "  hint: --threads 1 takes less, and cecli COMMAND -h says what holds rows in memory\n"
    )
