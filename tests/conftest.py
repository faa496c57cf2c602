"""What many tests share: the program called in this process or in one of its own, and files to feed it."""

import contextlib
import io
import itertools
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from tests.forked import programs

ROOT = Path(__file__).parents[1]

for ignored in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT)):
    if signal.getsignal(ignored) == signal.SIG_IGN:  # as in a job in the background, whose children inherit that
        signal.signal(ignored, signal.default_int_handler if ignored == signal.SIGINT else signal.SIG_DFL)

# No deadline: a machine that is busy fails no property. The same examples everywhere: none fails by chance.
settings.register_profile("default", max_examples=25, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile("default")

MOST_WORKERS = 4
"""Processes that run tests, however many processors there are: each of them first collects all tests."""


@pytest.hookimpl(optionalhook=True)  # -p no:xdist
def pytest_xdist_auto_num_workers(config):
    """Processes for ``-n auto``: one for each processor, or none beside this one where only files are asked for."""
    folders = [name for name in config.args if (config.invocation_params.dir / name.partition("::")[0]).is_dir()]
    return min(processors(), MOST_WORKERS) if folders else 0


def processors():
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Result:
    """What a call left behind."""

    status: int
    stdout: bytes
    stderr: bytes

    @property
    def out(self):
        return self.stdout.decode("utf-8")

    @property
    def err(self):
        return self.stderr.decode("utf-8")

    @property
    def document(self):
        """The JSON object on standard output, which must be strict JSON."""

        def refuse(name):
            raise AssertionError(f"{name} is not JSON")

        return json.loads(self.out, parse_constant=refuse)


@pytest.fixture(scope="session")
def root():
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def run():
    """``run("kl", "1/2,1/2", "uniform")``: the program called in this process; bytes may be given as ``stdin``."""

    def call(*arguments, stdin=b""):
        from cecli.cli import main

        given = io.TextIOWrapper(io.BytesIO(stdin))
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        kept, sys.stdin = sys.stdin, given
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                status = main([str(argument) for argument in arguments])
        finally:
            sys.stdin = kept
        return Result(status, out.buffer.getvalue(), err.buffer.getvalue())

    return call


@pytest.fixture(scope="session")
def environment():
    """The environment of a child process: this one's, without what would change how results look."""
    dropped = {"COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TERM", "CECLI_THREADS"}
    dropped |= {"PYTHONIOENCODING", "PYTHONUTF8", "PYTHONUNBUFFERED"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped and not name.startswith("LC_")}
    return {**kept, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}


@pytest.fixture(scope="session")
def shell(environment):
    """``shell("cecli kl 1/2,1/2 uniform | cat")``: a line of Bash with ``cecli`` in its path, run in the checkout.

    ``cecli`` is that of tests/forked.py, for lines whose result is what is tested.
    """
    return shell_with(programs(), environment)


@pytest.fixture(scope="session")
def process_shell(environment, tmp_path_factory):
    """A ``shell`` in which ``cecli`` is a new process of Python, for lines that test the process."""
    folder = tmp_path_factory.mktemp("bin")
    program = folder / "cecli"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cecli "$@"\n')
    program.chmod(0o755)
    return shell_with(folder, environment)


def shell_with(folder, environment):
    """The function that runs lines of Bash with the programs of a folder."""

    def call(line, stdin=b"", env=None, **options):
        done = subprocess.run(
            ["bash", "-c", line],
            input=stdin,
            capture_output=True,
            cwd=ROOT,
            env={**environment, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", **(env or {})},
            timeout=60,
            check=False,
            **options,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture(scope="session")
def save(tmp_path_factory):
    """``save("preds.csv", content)``: the path of a file with text or bytes, in a folder of its own."""
    base = tmp_path_factory.mktemp("files")
    numbers = itertools.count()

    def write(name, content):
        folder = base / str(next(numbers))
        folder.mkdir()
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write
