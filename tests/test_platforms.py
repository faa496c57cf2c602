"""What other systems lack: the same results without it. Windows has no pread, no owners of files, no SIGHUP."""

import os
import subprocess
import sys

import numpy as np
import pytest

from tests.forked import programs

POSIX = ["pread", "preadv", "sched_getaffinity", "fchown", "fchmod", "posix_fadvise", "mkfifo", "getuid", "geteuid"]
POSIX += ["statvfs", "getpgid", "killpg", "setsid", "fork", "sysconf", "nice", "getloadavg", "memfd_create", "sendfile"]
MODULES = ["resource", "fcntl", "termios", "pwd", "grp", "pty", "tty"]

WITHOUT = f"""
import os, signal, sys, subprocess, tempfile, shutil, random  # what the standard library itself may need is imported
for name in {POSIX!r}:
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGHUP", "SIGPIPE", "SIGALRM", "SIGUSR1", "SIGKILL"):
    if hasattr(signal, name):
        delattr(signal, name)
for name in {MODULES!r}:
    sys.modules[name] = None
from cecli.cli import main
sys.exit(main(sys.argv[1:]))
"""

DIGITS = "sample_data/digits_logistic.csv sample_data/digits_labels.csv"


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """An array of several blocks, the same in the order of Fortran, and their labels."""
    folder = tmp_path_factory.mktemp("many")
    rng = np.random.default_rng(3)
    logits = rng.normal(size=(150_000, 8))
    np.save(folder / "logits.npy", logits)
    np.save(folder / "fortran.npy", np.asfortranarray(logits))
    np.savetxt(folder / "labels.csv", rng.integers(0, 8, 150_000), fmt="%d", header="label", comments="")
    return folder


def call(program, environment, root, line):
    done = subprocess.run(
        [sys.executable, *program, *line.split()],
        env=environment,
        cwd=root,
        capture_output=True,
        check=False,
        timeout=300,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "line",
    [
        "kl 1/2,1/2 0.6,0.4",
        f"score {DIGITS} -f json",
        f"score {DIGITS} --require accuracy>2",
        "score absent.csv absent.csv",
        "score {many}/logits.npy {many}/labels.csv --logits --header labels --threads 2 -f json",
        "score {many}/fortran.npy {many}/labels.csv --logits --header labels --threads 2 -f json",
        "calibrate {many}/logits.npy {many}/labels.csv --header labels --threads 2 --get temperature -q",
        "simulate -n 1000000 --seed 1",
        "fit sample_data/wolf_white_die.csv -f table",
        "softmax sample_data/digits_logits.csv --threads 2",
        "compare sample_data/digits_logistic.csv sample_data/digits_overconfident.csv sample_data/digits_labels.csv",
        "help kl",
    ],
)
def test_the_same_without_posix(environment, root, many, line):
    line = line.format(many=many)
    assert call(["-c", WITHOUT], environment, root, line) == call([str(programs() / "cecli")], environment, root, line)


def test_a_file_is_replaced_without_owners(environment, root, tmp_path):
    target = tmp_path / "fit.json"
    target.write_text("old")
    assert call(["-c", WITHOUT], environment, root, f"fit sample_data/wolf_white_die.csv -o {target}")[0] == 0
    assert '"command": "fit"' in target.read_text()
    assert os.listdir(tmp_path) == ["fit.json"]


@pytest.mark.parametrize(
    "line",
    [
        "fit sample_data/wolf_white_die.csv",
        "fit sample_data/wolf_white_die.csv -f table",
        "simulate --seed 1 -f json",
        "simulate --seed 1 --sequence",
        "softmax sample_data/digits_logits.csv",
        "help kl --roff",
        "completion bash",
    ],
)
def test_line_ends_are_the_same_everywhere(environment, root, line):
    """Results go out as bytes, so that where a text stream writes two characters for a line end there is one too."""
    as_there = "import io, sys; sys.stdout = io.TextIOWrapper(sys.stdout.buffer, 'utf-8', newline='\\r\\n')\n" + WITHOUT
    status, out, err = call(["-c", as_there], environment, root, line)
    assert (status, err) == (0, b"")
    assert b"\r" not in out
    assert out == call([str(programs() / "cecli")], environment, root, line)[1]


def test_lines_that_end_as_on_windows_are_read(run, save):
    preds = save("preds.csv", b"a,b\r\n0.5,0.5\r\n0.9,0.1\r\n")
    labels = save("labels.csv", b"label\r\na\r\na\r\n")
    assert run("score", preds, labels).out == run("score", save("p.csv", "a,b\n0.5,0.5\n0.9,0.1\n"), labels).out
    assert run("fit", "--samples", save("rolls.txt", b"1\r\n2\r\n2\r\n"), "-f", "csv").out.startswith("outcome")
    assert run("entropy", save("counts.csv", b"\xef\xbb\xbfoutcome,count\r\na,1\r\nb,1\r\n"), "-b", "2").out == "1.0\n"


@pytest.mark.parametrize("path", [r"C:\data\preds.csv", r"\\server\share\preds.csv", "C:preds.csv", "C:/preds.csv"])
def test_paths_of_windows_are_paths(run, path):
    """No part of such a path is taken for a column, an address or a pattern."""
    done = run("kl", path, "1/2,1/2")
    assert done.status == 1
    assert f"{path}: no such file" in done.err


def test_a_path_of_windows_with_a_column(tmp_path, monkeypatch):
    from cecli.readers.tables.columns import split_column

    monkeypatch.setattr("os.path.lexists", lambda path: path == r"C:\data\counts.csv")
    assert split_column(r"C:\data\counts.csv:share") == (r"C:\data\counts.csv", "share")
    assert split_column(r"C:\data\counts.csv") == (r"C:\data\counts.csv", None)


def test_names_of_files_in_any_letters(run, tmp_path):
    """macOS decomposes accents in the names of files, and either spelling is one there."""
    path = tmp_path / "zähler 統計.csv"
    path.write_text("outcome,count\na,1\nb,1\n")
    assert run("entropy", path, "-b", "2").out == "1.0\n"
