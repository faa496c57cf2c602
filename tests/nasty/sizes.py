"""Sizes: long lines, many columns, archives of zeros. Each is read, or refused, within seconds and 250 MB.

The one with 100,000 outcomes may take more: ``fit`` holds its outcomes, as its help says.
"""

import gzip
import math

from tests.nasty.case import bad, good, right, wrong

COLUMNS = 100_000
HEADER = ",".join(f"c{k}" for k in range(COLUMNS)) + "\n"
ROW = ",".join(["1e-5"] * COLUMNS) + "\n"
THREE_LABELS = "label\nc7\nc99999\nc0\n"
LONG = 100 << 20
LONGER_THAN_ALLOWED = 72 << 20


def bomb(begin, middle, times, end=b""):
    """A gzip archive of ``begin``, ``middle`` so many times, and ``end``, a member each."""

    def made():
        members = [gzip.compress(part, 9) for part in (begin, middle, end)]
        return members[0] + members[1] * times + (members[2] if end else b"")

    return made


def promised(rows, columns):
    """The first bytes of an array."""
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({rows}, {columns})}}".encode()
    return b"\x93NUMPY\x01\0" + len(text).to_bytes(2, "little") + text


ZEROS, NEWLINES = b"0" * (1 << 20), b"\n" * (1 << 20)

CASES = [
    good("2,000 classes", HEADER[: HEADER.index(",c2000")] + "\n" + ",".join(["0.0005"] * 2000) + "\n",
        "label\nc1999\n",
         math.log(2000)),
    good("100,000 columns", HEADER + ROW * 3, THREE_LABELS, math.log(COLUMNS)),
    good("100,000 columns and an id", "id," + HEADER + "".join(f"r{k},{ROW}" for k in range(3)),
         "id,label\nr2,c7\nr0,c99999\nr1,c0\n", math.log(COLUMNS)),
    bad("a bad cell behind 99,999 others", "preds.csv:4: column 100000 (c99999): ", '"x"',
        p=HEADER + ROW * 2 + ROW.removesuffix("1e-5\n") + "x\n", observed=THREE_LABELS),
    bad("300,000 bad cells", "preds.csv:3: column 1 (c0): ", "299,990 more like these",
        p=HEADER + ROW + ROW.replace("1e-5", "x") * 3, observed=THREE_LABELS + "c0\n"),
    bad("100,000 columns of one name", "preds.csv:1: columns 1 and 2 are both called",
        p=",".join("c" * COLUMNS) + "\n" + ROW),
    bad("100,000 keys, one of them twice", 'preds.jsonl:1: the key "c0" stands more than once',
        p=lambda: ("{" + ", ".join(f'"c{k % (COLUMNS - 1)}": 1e-5' for k in range(COLUMNS)) + "}\n").encode(),
        p_name="preds.jsonl"),
    bad("a line of 100 MB", "preds.csv:1: a line without an end within 64 MiB", p=lambda: b"x" * LONG),
    bad("a line of 72 MB behind a header", "preds.csv:2: a line without an end within 64 MiB",
        p=lambda: b"a,b\n" + b"0" * LONGER_THAN_ALLOWED),
    bad("a quote open for 72 MB", "preds.csv:2: a quote that is not closed within 64 MiB",
        p=lambda: b'a,b\n"' + b"0.5,0.5\n" * (LONGER_THAN_ALLOWED // 8)),
    bad("a label of 72 MB", "labels.csv:2: a line without an end within 64 MiB",
        observed=lambda: b"label\n" + b"x" * LONGER_THAN_ALLOWED),
    bad("an object of 72 MB", "preds.jsonl:1: a line without an end within 64 MiB",
        p=lambda: b'{"a": "' + b"x" * LONGER_THAN_ALLOWED, p_name="preds.jsonl"),
    wrong("entropy", "a line of 100 MB", lambda: b"outcome,count\n" + b"x" * LONG,
          "pmf.csv:2: a line without an end within 64 MiB"),
    wrong("fit", "a sample of 100 MB", lambda: b"x\n" + b"x" * LONG, "pmf.csv:2: a line without an end",
          options=("--samples",)),
    wrong("fit", "a header open for 72 MB", lambda: b'"x\n' + b"1\n" * (LONGER_THAN_ALLOWED // 2),
          "pmf.csv:1: a quote that is not closed within 64 MiB", options=("--samples", "--column", "x")),
    right("fit", "100,000 outcomes", "outcome,count\n" + "".join(f"{k},1\n" for k in range(COLUMNS)),
        math.log(COLUMNS), kilobytes=400_000),
    bad("an archive of 1 GB of zeros", "preds.csv.gz:2: a line without an end within 64 MiB",
        p=bomb(b"a,b\n", ZEROS, 1000), p_name="preds.csv.gz"),
    bad("an archive of 50 MB of newlines", "preds.csv.gz:3: a blank line inside",
        p=bomb(b"a,b\n0.5,0.5\n", NEWLINES, 50, b"0.5,0.5\n"), p_name="preds.csv.gz"),
    bad("an archive of an array of 16 TB", "preds.npy.gz: the file is cut short",
        p=bomb(promised(10**12, 2), bytes(1 << 20), 100), p_name="preds.npy.gz", observed="label\n0\n"),
    bad("an archive in an archive of zeros", "preds.csv.gz: compressed twice", hint="unpack it once first",
        p=lambda: gzip.compress(bomb(b"x", ZEROS, 100)()), p_name="preds.csv.gz"),
    wrong("fit", "samples in an archive of 1 GB of zeros", bomb(b"1\n", ZEROS, 1000),
        "pmf.csv:2: a line without an end", options=("--samples",)),
]  # fmt: skip
