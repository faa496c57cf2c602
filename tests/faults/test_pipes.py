"""The reader goes away, or a standard stream was never open: the status, and silence where nobody would hear."""

import os
import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def shell(process_shell):
    return process_shell


LONG = {
    "rolls": ["simulate", "-n", "100000000", "--seed", "1", "--sequence"],
    "a report": ["simulate", "--seed", "1", "-k", "200000"],
    "rows": ["score", "BIG", "--label-column", "label", "--reduction", "none"],
    "probabilities": ["softmax", "BIG", "--drop", "label"],
    "a table": ["simulate", "--seed", "1", "-k", "20000", "-f", "table"],
    "JSON": ["fit", "--samples", "LINES", "-f", "json"],
}


@pytest.fixture
def arguments(tmp_path):
    """Commands that write more than a pipe holds."""
    big, lines = tmp_path / "p.csv", tmp_path / "l.txt"
    big.write_text("a,b,label\n" + "0.123456789,0.876543211,a\n" * 60_000)
    lines.write_text("".join(f"{k}\n" for k in range(10_000)))
    files = {"BIG": str(big), "LINES": str(lines)}
    return {name: [files.get(word, word) for word in words] for name, words in LONG.items()}


@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize("taken", [0, 1, 5000])
def test_the_reader_goes_away(start, arguments, name, taken):
    running = start(*arguments[name])
    if taken:
        assert os.read(running.process.stdout.fileno(), taken)
    running.process.stdout.close()
    _, err = running.process.communicate(timeout=60)
    assert (running.process.returncode, err) == (141, b"")


@pytest.mark.parametrize("name", LONG)
def test_a_fifo_whose_reader_goes_away(start, arguments, tmp_path, name):
    fifo = tmp_path / "out.csv"
    os.mkfifo(fifo)
    running = start(*arguments[name], "-o", fifo)
    with fifo.open("rb", buffering=0) as reader:
        assert reader.read(1)
    ended = running.end()
    assert (ended.status, ended.err) == (141, "")


CALLS = ["kl 1/2,1/2 0.6,0.4", "score sample_data/digits_logistic.csv sample_data/digits_labels.csv -q --value"]
HELPS = ["--help", "score -h", "--version"]


@pytest.mark.parametrize("line", [*CALLS, *HELPS])
@pytest.mark.parametrize(
    ("streams", "status", "shows"),
    [(">&-", 1, False), ("2>&-", 0, True), ("<&-", 0, True), (">&- 2>&-", 1, False), (">&- 2>&- <&-", 1, False)],
)
def test_streams_that_are_closed(shell, line, streams, status, shows):
    done = shell(f"cecli {line} {streams}")
    assert done.status == status
    assert bool(done.out) == shows
    assert done.err == ("cecli: error: cannot write standard output: it is closed\n" if streams == ">&-" else "")


@pytest.mark.parametrize("line", ["fit", "fit --samples", "kl - uniform", "score - sample_data/digits_labels.csv"])
def test_standard_input_that_is_closed(shell, line):
    done = shell(f"cecli {line} <&-")
    assert (done.status, done.out) == (1, "")
    assert done.err == "cecli: error: standard input: it is closed\n"


NUMBER_OF_THE_FILE = """
import sys
from cecli.report import sink

def opened(descriptor, mode, real=sink.FileIO, log=sys.argv[1]):
    with open(log, "w") as log:
        log.write(str(descriptor))
    return real(descriptor, mode)

sink.FileIO = opened
sys.argv = ["cecli", "kl", "1/2,1/2", "uniform", "-o", sys.argv[2]]
from cecli.__main__ import run
raise SystemExit(run())
"""


def test_a_result_is_not_mixed_with_what_libraries_print(environment, root, tmp_path):
    """The file that is written has none of the numbers 0, 1 and 2, though all three were free."""
    log, result = tmp_path / "log", tmp_path / "x.json"
    line = f'exec "{sys.executable}" -c "$0" {log} {result} >&- 2>&- <&-'
    done = subprocess.run(["bash", "-c", line, NUMBER_OF_THE_FILE], env=environment, cwd=root, check=False)
    assert done.returncode == 0
    assert int(log.read_text()) > 2
    assert result.read_text().startswith("{")
