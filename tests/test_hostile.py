"""What README promises of files from strangers: nothing in them is run, obeyed, followed, or handed on in silence."""

import ast
import fcntl
import os
import pty
import re
import select
import subprocess
import sys
import termios
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "cecli"
FILES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))

UNPICKLERS = {"pickle", "_pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib", "yaml"}
RUNNERS = {"eval", "exec", "compile", "__import__"}
OWN_PROCESSES = "workers"
"""The one room that pickles: orders and answers between processes that it has started itself, never a file."""


def tree(path):
    return ast.parse((PACKAGE / path).read_text(encoding="utf-8"))


def imported(node):
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    return {node.module.split(".")[0]} if isinstance(node, ast.ImportFrom) and node.module else set()


@pytest.mark.parametrize("path", FILES, ids=str)
def test_nothing_that_unpickles_or_evaluates(path):
    for node in ast.walk(tree(path)):
        if path.parts[0] != OWN_PROCESSES:
            assert not imported(node) & UNPICKLERS, f"{path}:{node.lineno}"
            assert not imported(node) & {"subprocess"}, f"{path}:{node.lineno}"
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                assert node.func.id not in RUNNERS, f"{path}:{node.lineno}"
            called = ast.unparse(node.func)
            assert called not in ("os.system", "os.popen", "np.load", "numpy.load", "ast.eval"), f"{path}:{node.lineno}"
            assert all(keyword.arg not in ("allow_pickle", "shell") for keyword in node.keywords), (
                f"{path}:{node.lineno}"
            )


class Tells:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("name", ["p.npy", "p.csv", "p.pkl"])
@pytest.mark.parametrize("command", [("score", "labels.csv"), ("entropy",), ("fit", "--samples"), ("softmax",)])
def test_a_pickle_is_not_opened(run, tmp_path, monkeypatch, name, command):
    import pickle

    import numpy as np

    monkeypatch.chdir(tmp_path)
    (tmp_path / "labels.csv").write_text("label\n0\n")
    thing = Tells(tmp_path / "opened")
    if name == "p.npy":
        np.save(name, np.array([[thing, thing]]), allow_pickle=True)
    else:
        (tmp_path / name).write_bytes(pickle.dumps(thing))
    done = run(command[0], name, *command[1:])
    assert (done.status, done.out) == (1, "")
    assert not (tmp_path / "opened").exists()


PATHS = ["../secret.csv", "/etc/passwd", "file:///etc/passwd", "https://127.0.0.1:9/x.csv", "$(touch opened)", "`id`"]


@pytest.mark.parametrize("text", PATHS)
def test_a_path_in_a_file_is_a_text(run, save, tmp_path, monkeypatch, text):
    """Names of classes, labels, ids and outcomes that are paths or commands are read as what they are: texts."""
    monkeypatch.chdir(tmp_path)
    opened = []
    real = os.open

    def watched(path, *arguments, **options):
        opened.append(os.fsdecode(path) if not isinstance(path, int) else path)
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, "open", watched)
    preds = save("p.csv", f'id,"{text}",b\n"{text}",0.5,0.5\n')
    labels = save("l.csv", f'id,label\n"{text}","{text}"\n')
    done = run("score", preds, labels, "--by", "label", "-f", "json")
    assert done.status == 0, done.err
    assert done.document["classes"][0]["class"] == text
    assert run("fit", "--samples", save("s.txt", f'"{text}"\n')).status == 0
    assert run("entropy", save("o.csv", f'outcome,n\n"{text}",1\n')).status == 0
    assert os.listdir(tmp_path) == []
    assert not [path for path in opened if "passwd" in str(path) or "secret" in str(path)]


def test_formulas_in_streams_of_rows_are_told(run, save, tmp_path):
    rows = save("p.csv", "id,@a,b\n=1+1,0.5,0.5\n-3,0.25,0.75\n@x,0.25,0.75\n")
    labels = save("l.csv", "id,label\n=1+1,b\n-3,b\n@x,b\n")
    told = 'cells begin with =, +, - or @, which a spreadsheet takes for a formula: "=1+1"\n'
    target = tmp_path / "o.csv"
    done = run("score", rows, labels, "--reduction", "none", "-o", target)
    assert (done.status, done.err) == (0, f"cecli: note: 2 {told}")
    assert target.read_text().splitlines()[1].startswith("1,=1+1,")
    assert run("score", rows, labels, "--reduction", "none", "-o", "-").err == ""
    rows = save("z.csv", "id,@a,b\n=1+1,0.5,5\n-3,0.25,7\n@x,0.25,0.75\n")
    done = run("softmax", rows, "-o", target)
    assert (done.status, done.err) == (0, f"cecli: note: 3 {told}")
    assert run("softmax", rows, "-o", target, "-q").err == ""
    assert run("softmax", rows, "-o", tmp_path / "o.jsonl").err == run("softmax", rows).err == ""


FORMULAS = 'outcome,count\n=1+1,3\n@x,2\n-1,5\n"+cmd|\' /C calc\'!A0",1\n" =2",4\nplain,6\n'


@pytest.mark.parametrize(("suffix", "options"), [("csv", []), ("tsv", []), ("txt", ["-f", "csv"])])
def test_formulas_are_written_as_they_are_and_told(run, save, tmp_path, suffix, options):
    target = tmp_path / f"o.{suffix}"
    done = run("fit", save("c.csv", FORMULAS), "-o", target, *options)
    assert done.status == 0
    assert done.err == (
        'cecli: note: 4 cells begin with =, +, - or @, which a spreadsheet takes for a formula: "=1+1"\n'
    )
    assert target.read_text().splitlines()[1].startswith("=1+1")
    assert run("fit", save("c.csv", FORMULAS), "-o", target, *options, "-q").err == ""


@pytest.mark.parametrize("options", [["-o", "o.json"], ["-o", "o.md"], ["-f", "csv"], ["-o", "o.csv", "--value"]])
def test_formulas_are_not_told_where_no_spreadsheet_reads_them(run, save, tmp_path, monkeypatch, options):
    monkeypatch.chdir(tmp_path)
    assert run("fit", save("c.csv", FORMULAS), *options).err == ""


def test_numbers_with_a_sign_are_no_formulas(run, save, tmp_path):
    counts = save("c.csv", "outcome,count\n-1,3\n+2.5,2\n-1e3,5\n1-1,6\na=b,1\n")
    assert run("fit", counts, "-o", tmp_path / "o.csv").err == ""


def on_terminal(environment, root, *arguments):
    """What the program writes to a terminal of 80 columns, on all three of its streams, without its own colours
    and without the line of its progress, which it erases."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cecli", *arguments],
        cwd=root,
        env={**environment, "TERM": "xterm-256color", "COLUMNS": "80"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
        preexec_fn=lambda: (os.setsid(), fcntl.ioctl(0, termios.TIOCSCTTY, 0)),
    )
    os.close(follower)
    parts = []
    try:
        while select.select([leader], [], [], 60)[0]:
            parts.append(os.read(leader, 1 << 16))
            if not parts[-1]:
                break
    except OSError:  # Linux says that the other end is closed in this way
        pass
    finally:
        os.close(leader)
    process.wait(60)
    return re.sub(rb"\x1b\[[0-9;]*m|\r\x1b\[K", b"", b"".join(parts))


ESCAPES = ["\x1b]0;title\x07", "\x1b[2J", "\x1b[31", "\x9b2J", "\x1bP1$r\x1b\\", "\x1b]8;;http://x\x1b\\y", "\x08\x08",
           "a\rb", "\u202eabc", "\u2066x", "[bold]x[/bold]", "[link=http://x]y[/link]", "\x7f"]  # fmt: skip
OBEYED = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069]")


@pytest.mark.parametrize(
    "command",
    [
        ["fit", "COUNTS"],
        ["fit", "COUNTS", "-f", "table", "--explain"],
        ["entropy", "COUNTS", "--explain"],
        ["kl", "COUNTS", "1,0"],
        ["test", "COUNTS"],
        ["score", "PREDS", "LABELS", "--worst", "3"],
        ["score", "PREDS", "LABELS", "--by", "label"],
        ["score", "PREDS", "WRONG"],
        ["score", "WRONG", "LABELS"],
        ["score", "PREDS", "LABELS", "-f", "json"],
        ["score", "PREDS", "LABELS", "--reduction", "none"],
        ["softmax", "PREDS"],
        ["softmax", "PREDS", "-f", "jsonl"],
        ["fit", "COUNTS", "-f", "csv"],
        ["fit", "COUNTS", "-f", "tsv"],
        ["fit", "COUNTS", "-f", "md"],
        ["fit", "COUNTS", "-f", "csv", "-o", "/dev/tty"],
        ["simulate", "COUNTS", "--seed", "1", "-n", "200", "--sequence"],
    ],
    ids=" ".join,
)
def test_no_escape_reaches_a_terminal(environment, root, save, command):
    cells = [f'"{text}"' for text in ESCAPES]
    share = 1 / len(cells)
    files = {
        "COUNTS": save("c.csv", "outcome,count\n" + "".join(f"{cell},{k + 1}\n" for k, cell in enumerate(cells))),
        "PREDS": save("p.csv", ",".join(["id", *cells]) + "\n"
                      + "".join(f"{cell},{','.join([repr(share)] * len(cells))}\n" for cell in cells)),
        "LABELS": save("l.csv", "id,label\n" + "".join(f"{cell},{cell}\n" for cell in cells)),
        "WRONG": save("w.csv", "id,label\n" + "".join(f"{cell},{cell[:-1]}x\"\n" for cell in cells)),
    }  # fmt: skip
    shown = on_terminal(environment, root, *(files.get(word, word) for word in command))
    text = shown.replace(b"\r\n", b"\n").decode("utf-8")
    assert text.strip()
    found = OBEYED.search(text.replace("\t", "") if "tsv" in command else text)
    assert not found, repr(found)
    assert "\r" not in text
