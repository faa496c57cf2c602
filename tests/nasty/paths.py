"""Paths that are no plain file: directories, devices, links, pipes, and files that may not be read."""

import math
import os
import threading
from pathlib import Path

from tests.nasty.case import Put, bad, good, labels, preds, right, wrong


def fed(content):
    """A FIFO that somebody writes into."""

    def put(path):
        os.mkfifo(path)
        threading.Thread(target=path.write_bytes, args=(content.encode(),), daemon=True).start()

    return Put(put)


def link(target):
    """A symbolic link."""
    return Put(lambda path: path.symlink_to(target))


def locked(path):
    """A file that nobody but its owner may read, and not even that one."""
    path.write_text(preds())
    path.chmod(0)


def folder(**files):
    """A directory with files in it."""

    def put(path):
        path.mkdir()
        for name, content in files.items():
            (path / name).write_text(content)

    return Put(put)


def nested(path):
    """A directory in a directory."""
    (path / "inner").mkdir(parents=True)


def linked(path):
    """A file, and a link to it under the name that is read."""
    path.with_name("real.csv").write_text(preds())
    path.symlink_to("real.csv")


HALVES = preds().splitlines(keepends=True)
HEAD = HALVES[0]

GOOD = [
    good("a FIFO", fed(preds())),
    good("two FIFOs", fed(preds()), fed(labels())),
    good("a link", Put(linked)),
    good(
        "a directory of shards",
        folder(a="".join(HALVES[:3]), b=HEAD + "".join(HALVES[3:]), _SUCCESS=""),
        p_name="preds",
    ),
    good("standard input", preds(), p_name="-", stdin="-"),
    good("a name with spaces and quotes", p_name="my \"preds\" 'x'.csv"),
    good("a name with escapes", p_name="\x1b[31mpreds.csv"),
    good("a name with brackets", p_name="preds[1].csv"),
    good("a name that looks like an option", p_name="./-n.csv"),
    good("a name from right to left", p_name="\u202evsc.sderp"),
    good("a name like markup", p_name="[red]preds[_red].csv"),
    right("entropy", "a FIFO", fed("outcome,count\na,1\nb,1\n"), math.log(2)),
    right("entropy", "a name with a colon", "outcome,count\na,1\nb,1\n", math.log(2), file="pmf:count"),
    right(
        "fit", "a directory of samples", folder(a="x\ny\n", b="x\n"), counts={"x": 2, "y": 1}, options=("--samples",)
    ),
    right("fit", "samples from a FIFO", fed("a\nb\na\n"), counts={"a": 2, "b": 1}, options=("--samples",)),
]

BAD = [
    bad("no such file", "missing.csv: no such file", p=Put(lambda path: None), p_name="missing.csv"),
    bad("a name almost like another", "label.csv: no such file",
        hint="did you mean labels.csv?", observed=Put(lambda path:
        path.with_name("labels.csv").write_text(labels())), l_name="label.csv"),
    bad("an empty directory", "preds: no files in this directory", p=folder(), p_name="preds"),
    bad("a directory of directories", "preds: it holds directories",
        hint="name the files by a pattern, in quotes: 'preds/**/*.parquet'", p=Put(nested), p_name="preds"),
    bad("shards of other columns", "preds/b: its columns are not those of preds/a",
        hint="preds is read as one file, all that it stands for put together",
        p=folder(a=preds(), b=preds(["x", "y", "z"])), p_name="preds"),
    bad("a broken link", "preds.csv: a link to nowhere.csv, which does not exist", p=link("nowhere.csv")),
    bad("a link to itself", "preds.csv: ", "symbolic links", p=link("preds.csv")),
    bad("a link with an escape to nowhere", "preds.csv: a link to \\x1b[2Jx, which", p=link("\x1b[2Jx")),
    bad("no permission", "preds.csv: no permission to read it", p=Put(locked), as_nobody=True),
    bad("no permission for a link", "preds.csv: no permission to read it", as_nobody=True,
        p=Put(lambda path: (locked(path.with_name("real.csv")), path.symlink_to("real.csv")))),
    bad("a path through a file", "labels.csv/x.csv: ", "not a directory", p=Put(lambda path: None),
        p_name="labels.csv/x.csv"),
    bad("a name that is too long", "x", "ile name too long", p=Put(lambda path: None), p_name="x" * 300),
    bad("a missing name with an escape", r"\x1b[2J.csv: no file matches this pattern", p=Put(lambda path: None),
        p_name="\x1b[2J.csv"),
    bad("the device of nothing", "/dev/null: the file is empty", p=Path("/dev/null")),
    bad("labels from the device of nothing", "/dev/null: the file is empty", observed=Path("/dev/null")),
    bad("the device of zeros", "/dev/zero:1: a NUL byte", p=Path("/dev/zero")),
    bad("labels from the device of zeros", "/dev/zero:1: a NUL byte", observed=Path("/dev/zero")),
    bad("the device of random bytes", "/dev/urandom:", p=Path("/dev/urandom")),
    bad("memory of the process", "/proc/self/mem: input/output error", p=Path("/proc/self/mem")),
    bad("nothing on standard input", "standard input: the file is empty", p="", p_name="-", stdin="-"),
    bad("a FIFO that is closed at once", "preds.csv: the file is empty", p=fed("")),
    wrong("entropy", "a directory", folder(), "pmf.csv: this is a directory, not a file"),
    wrong("entropy", "a broken link", link("nowhere"), "pmf.csv: a link to nowhere, which does not exist"),
    wrong("entropy", "no permission", Put(locked), "pmf.csv: no permission to read it", as_nobody=True),
    wrong("entropy", "no such file", Put(lambda path: None), "pmf.csv: no such file",
        hint="a PMF is a file, or inline: 0.2,0.3,0.5 or 1/6,1/6,2/3 or"),
    wrong("entropy", "the device of nothing", Path("/dev/null"), "/dev/null: there is nothing in it",
        hint="a PMF file starts with outcome,probability"),
    wrong("entropy", "the device of zeros", Path("/dev/zero"), "/dev/zero:1: a NUL byte"),
    wrong("fit", "an empty directory", folder(), "pmf.csv: no files in this directory", options=("--samples",)),
    wrong("fit", "a directory", folder(), "pmf.csv: this is a directory, not a file"),
    wrong("fit", "samples from the device of nothing", Path("/dev/null"), "/dev/null: no samples in it",
          options=("--samples",)),
    wrong("fit", "samples from the device of zeros", Path("/dev/zero"), "/dev/zero:1: a NUL byte",
          options=("--samples",)),
]  # fmt: skip

CASES = [*GOOD, *BAD]
