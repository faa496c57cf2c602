"""The whole program on two files: 0, 1 or 2; a number or a message, never both; nothing that a terminal obeys."""

from __future__ import annotations

import contextlib
import io
import re
import sys

from tests.fuzz.harness import chosen, saved

MODULES = (
    "cecli.cli",
    "cecli.commands.score",
    "cecli.readers.predictions.predictions",
    "cecli.readers.predictions.run",
    "cecli.core.scores.scorer",
    "cecli.readers.tables.csv_table",
    "cecli.readers.tables.jsonl_table",
    "cecli.report.write",
)

SPLIT = b"\n=====\n"
"""What stands between the two files in the input."""

OPTIONS = [[], ["--logits"], ["--log-probs"], ["--header", "none"], ["--normalize"], ["--reduction", "none"],
           ["-f", "json"],
           ["--top-k", "2", "--worst", "2"], ["-f", "table"], ["--clip", "1e-7"],
           ["--label-smoothing", "0.1"]]  # fmt: skip

SEEDS = [
    b"\0\0a,b,c\n0.7,0.2,0.1\n0.1,0.8,0.1\n" + SPLIT + b"label\na\nb\n",
    b"\1\0id,x_1,x_2\nr1,3,-4\nr2,0,9\n" + SPLIT + b"id,label\nr2,1\nr1,2\n",
    b"\3\0000.5,0.5\n0.25,0.75\n" + SPLIT + b"0\n1\n",
    b'\6\0{"p": [0.5, 0.5], "id": 1}\n{"p": [0, 1], "id": 2}\n'
    + SPLIT
    + b'{"id": 2, "label": 1}\n{"id": 1, "label": 0}\n',
    b"\5\0yes\n0.5\n1\n" + SPLIT + b"label\nyes\nno\n",
    b"\4\0a,b\n1,3\n" + SPLIT + b"a,b\n0.25,0.75\n",
]
FOUND: list[bytes] = []

WORDS = ["id", "label", "inf", "-inf", "1e-400", '"', "\r\n", "\x1b[2J", "[bold]", "\u202e", "\ufeff", "NA",
         "\xff", "\0",
         SPLIT, "class_7", "0.5,0.5\n", "9" * 30]  # fmt: skip

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def check(data: bytes) -> None:
    """Break where an error is not one of the person's, or something stands on standard output beside it."""
    (options, threads), text = chosen(data, OPTIONS, ("1", "2"))
    preds, _, labels = text.partition(SPLIT)
    with saved(preds, "preds.csv") as first, saved(labels, "labels.csv") as second:
        status, out, err = called("score", first, second, *options, "--threads", threads)
    assert status in (0, 1, 2), (status, err)
    assert "this is a bug" not in err and "Traceback" not in err, err
    assert not CONTROL.search(err), err
    if status:
        assert err.startswith("cecli: error: ")
        assert not out or "none" in options, out
    else:
        assert out
        assert "nan" not in out.lower().replace("kanan", "") or "nan" in text.decode("latin-1").lower(), out


def called(*arguments: str) -> tuple[int, str, str]:
    """The program in this process: its exit status and what it writes."""
    from cecli.cli import main

    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    kept, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO())
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(list(arguments))
    finally:
        sys.stdin = kept
    return status, out.buffer.getvalue().decode(), err.buffer.getvalue().decode()
