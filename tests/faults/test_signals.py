"""Ctrl-C, SIGTERM and SIGHUP at any moment: the status, one line, nothing half written, and an end."""

import gzip
import os
import random
import signal
import subprocess
import sys

import pytest

from tests.faults.conftest import ROWS

STOPS = {
    signal.SIGINT: "cecli: error: stopped by Ctrl-C\n",
    signal.SIGTERM: "cecli: error: stopped by SIGTERM\n",
    signal.SIGHUP: "cecli: error: stopped by SIGHUP\n",
}
each_signal = pytest.mark.parametrize("number", STOPS, ids=lambda number: number.name)


def check(ended, number):
    assert (ended.status, ended.out, ended.err) == (128 + number, b"", STOPS[number])


@pytest.fixture
def old(tmp_path):
    """A file that is to be replaced, and must not be."""
    path = tmp_path / "out.csv"
    path.write_text("old")
    yield path
    assert os.listdir(tmp_path) == ["out.csv"]
    assert path.read_text() == "old"


@each_signal
def test_while_threads_work_and_the_result_is_written(start, old, number):
    arguments = ["score", "-", "--label-column", "label", "--threads", "2", "--reduction", "none", "-o", old]
    running = start(*arguments, stdin=subprocess.PIPE).feed(b"a,b,c,label\n", ROWS)
    running.wait_for(lambda: sum(entry.stat().st_size for entry in os.scandir(old.parent)) > 1 << 20)
    check(running.stop(number), number)


@each_signal
@pytest.mark.parametrize(
    ("arguments", "head", "more"),
    [
        (["score", "-", "--label-column", "label"], b"a,b,c,label\n", ROWS),
        (["fit", "--samples"], b"", b"6\n1\n" * 10_000),
        (["fit", "--samples"], b"", b'6\n"1"\n' * 10_000),
        (["fit", "-"], b"outcome,count\n", b""),
        (["entropy", "-"], b"outcome,count\na,1\n", b""),
    ],
    ids=["score", "samples", "quoted samples", "fit", "entropy"],
)
def test_while_standard_input_is_read(start, old, number, arguments, head, more):
    running = start(*arguments, "-o", old, stdin=subprocess.PIPE).feed(head, more)
    running.wait_for(lambda: is_inside(running.process.pid))
    check(running.stop(number), number)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """60 MB of predictions, packed."""
    path = tmp_path_factory.mktemp("archive") / "p.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"a,b,c,label\n")
        for _ in range(250):
            file.write(ROWS)
    return path


@each_signal
def test_while_an_archive_is_unpacked_in_a_thread(start, old, archive, number):
    running = start("score", archive, "--label-column", "label", "--reduction", "none", "-o", old)
    running.wait_for(lambda: sum(entry.stat().st_size for entry in os.scandir(old.parent)) > 1 << 18)
    check(running.stop(number), number)


@each_signal
def test_while_rolling(start, old, number):
    running = start("simulate", "-n", 10**15, "--seed", "1", "--sequence", "-o", old)
    running.wait_for(lambda: sum(entry.stat().st_size for entry in os.scandir(old.parent)) > 1 << 20)
    check(running.stop(number), number)


@each_signal
def test_while_nobody_reads_the_result(start, number):
    running = start("simulate", "-n", 10**9, "--seed", "1", "--sequence")
    assert running.process.stdout.read(10)
    running.process.send_signal(number)
    running.process.wait(20)
    ended = running.end()
    assert (ended.status, ended.err) == (128 + number, STOPS[number])


@each_signal
def test_at_the_start(start, number):
    """The imports take longer than all else. What Python prints before the first line of the program is its own."""
    generator = random.Random(number)
    for _ in range(12):
        running = start("kl", "1/2,1/2", "0.6,0.4")
        with pytest.raises(subprocess.TimeoutExpired):
            running.process.wait(generator.uniform(0, 0.05))
        ended = running.stop(number)
        assert ended.status in (0, 128 + number, -number) or "cecli" not in ended.err
        assert "cecli/cli.py" not in ended.err
        assert ended.out == (b"" if ended.status else b"0.020410997260127555\n")


def test_twice(start, old):
    arguments = ["score", "-", "--label-column", "label", "--reduction", "none", "-o", old]
    running = start(*arguments, stdin=subprocess.PIPE).feed(b"a,b,c,label\n", ROWS)
    running.wait_for(lambda: sum(entry.stat().st_size for entry in os.scandir(old.parent)) > 1 << 20)
    running.process.send_signal(signal.SIGINT)
    ended = running.stop(signal.SIGTERM)
    assert ended.status in (130, 143)
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_that_is_ignored_stays_so(start, number):
    """As by nohup, and for what a shell runs in the background."""
    running = start(
        "fit",
        "--samples",
        "--get",
        "rolls",
        stdin=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(number, signal.SIG_IGN),
    )
    running.process.stdin.write(b"1\n")
    running.process.stdin.flush()
    running.wait_for(lambda: is_inside(running.process.pid))
    running.process.send_signal(number)
    running.process.stdin.write(b"2\n")
    ended = running.end()
    assert (ended.status, ended.out, ended.err) == (0, b"2\n", "")


LOST = """
import os, signal, sys, time
from cecli import cli

class Late:
    def __del__(self):
        os.kill(os.getpid(), int(sys.argv[1]))
        time.sleep(0.001)

def run(arguments, asked):
    late = Late()
    del late
    time.sleep(60)

cli._run = run
raise SystemExit(cli.main([]))
"""


@each_signal
def test_where_python_lets_no_exception_out(environment, root, number):
    done = subprocess.run(
        [sys.executable, "-c", LOST, str(int(number))],
        capture_output=True,
        text=True,
        env=environment,
        cwd=root,
        timeout=30,
    )
    assert (done.returncode, done.stderr) == (128 + number, STOPS[number])


def is_inside(pid):
    """Whether a process has loaded NumPy and waits or works: what it does then is the command's own."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps:
        return "_multiarray_umath" in maps.read()


def test_the_second_signal_waits_and_the_third_does_not(monkeypatch):
    from cecli import cli

    ended = []
    monkeypatch.setattr(cli, "_received", [])
    monkeypatch.setattr(cli.os, "_exit", ended.append)
    with pytest.raises(KeyboardInterrupt):
        cli._stop(signal.SIGINT, None)
    cli._stop(signal.SIGTERM, None)
    assert ended == []
    cli._stop(signal.SIGINT, None)
    assert ended == [130]
