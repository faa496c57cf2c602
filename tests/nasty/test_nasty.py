"""The nasty corpus: each input is read exactly as it means, or refused with its place and what helps.

Never a traceback, never half a result, never a control character sent on to a terminal, never a leftover.
"""

import csv
import io
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.nasty.case import Put
from tests.nasty.corpus import CASES, THEMES

SHOWN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""What no message may hold, since a terminal obeys or hides it."""

NOBODY = 65534


def prepared(case, folder):
    """Make the files of a case in a folder; the arguments that name them, with the options."""
    arguments = []
    for name, content in case.files.items():
        if isinstance(content, Path):
            arguments.append(str(content))
            continue
        arguments.append(name)
        if name == case.stdin:
            continue
        path = folder / name
        if isinstance(content, Put):
            content.put(path)
        else:
            made = content() if callable(content) else content
            path.write_bytes(made.encode() if isinstance(made, str) else made)
    return [*arguments, *case.options]


@pytest.fixture
def folder(monkeypatch):
    """The working directory of a case, which other users may enter."""
    path = Path(tempfile.mkdtemp(prefix="cecli-nasty-"))
    path.chmod(0o755)
    monkeypatch.chdir(path)
    yield path
    shutil.rmtree(path)


CALLS = [
    pytest.param(case, number, id=f"{theme}: {case.name}" + (f", {number} threads" if number else ""))
    for theme, module in THEMES.items()
    for case in module.CASES
    for number in ((1, 2) if case.threads else (0,))
    if theme != "sizes"
]


@pytest.mark.parametrize(("case", "threads"), CALLS)
def test_nasty(run, folder, case, threads):
    arguments = [*prepared(case, folder), *(["--threads", str(threads)] if threads else [])]
    if case.counts is None:
        arguments.append("--value")
    before = sorted(os.listdir(folder))
    given = {"stdin": case.files[case.stdin].encode()} if case.stdin else {}
    done = called(run, case, [case.command, *arguments], given)
    check(case, done)
    assert sorted(os.listdir(folder)) == before
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("cecli")]


MEASURED = """
import resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "cecli", *sys.argv[2:]])
with open(sys.argv[1], "w") as file:
    file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
raise SystemExit(done.returncode)
"""
"""A process takes over the peak of the one that starts it, so a small one does."""


@pytest.mark.slow
@pytest.mark.parametrize("case", THEMES["sizes"].CASES, ids=lambda case: case.name)
def test_sizes(environment, folder, tmp_path, case):
    """In a process of its own, so that its memory is known."""
    arguments = [case.command, *prepared(case, folder), *([] if case.counts is not None else ["--value"])]
    peak = tmp_path / "peak"
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(peak), *arguments],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    check(case, Done(done.returncode, done.stdout, done.stderr))
    assert int(peak.read_text()) < case.kilobytes


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str


def check(case, done):
    """What came out is what had to."""
    assert done.status == case.status, done.err
    assert "Traceback" not in done.err and "a bug" not in done.err
    assert not SHOWN.search(done.err)
    if case.place is not None:
        assert done.out == ""
        check_message(case, done.err)
    elif case.counts is not None:
        assert counts_of(done.out) == case.counts
    else:
        value = float(done.out)
        assert value == case.value or math.isclose(value, case.value, rel_tol=1e-12)


def called(run, case, arguments, given):
    if not case.as_nobody or os.geteuid() != 0:
        return run(*arguments, **given)
    run(*arguments)  # what is imported now need not be imported as somebody who may not read it
    os.seteuid(NOBODY)
    try:
        return run(*arguments)
    finally:
        os.seteuid(0)


def check_message(case, err):
    """The place first, then what is wrong, then what helps; nothing else."""
    *lines, last = err.splitlines()
    hint = last.removeprefix("  hint: ") if last.startswith("  hint: ") else None
    lines += [] if hint is not None else [last]
    assert lines[0].startswith(f"cecli: error: {case.place}"), err
    assert all(line.startswith("cecli: error: ") for line in lines), err
    assert all(any(word in line for line in lines) for word in case.words), err
    assert (hint is None) == (case.hint is None), err
    assert case.hint is None or case.hint in hint, err


def counts_of(text):
    """The first two columns of what ``fit`` prints."""
    rows = csv.reader(io.StringIO(text, newline=""))
    assert next(rows)[:2] == ["outcome", "count"]
    return {row[0]: int(row[1]) for row in rows}


def test_there_are_many_and_no_two_have_one_name():
    assert len(CASES) >= 150
    assert len({case.name for case in CASES}) == len(CASES)
    assert sum(case.place is not None for case in CASES) > len(CASES) / 2
