"""Nasty input, made here: each is read exactly as it means, or refused in one message with its place.

Never a traceback, never half a result, never a control character sent on to a terminal.
"""

import bz2
import gzip
import io
import lzma
import math
import re
import zipfile
from dataclasses import dataclass, field

import numpy as np
import pytest

NAMES = ["alpha", "beta", "gamma"]
ROWS = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.25, 0.25, 0.5], [0.6, 0.3, 0.1], [0.2, 0.5, 0.3]]
OBSERVED = [0, 1, 2, 1, 2]
LOSS = -math.fsum(math.log(row[y]) for row, y in zip(ROWS, OBSERVED, strict=True)) / len(ROWS)
LINE = 4
"""Where a bad line is put: the third row."""


def preds(names=NAMES, rows=ROWS, mark=",", end="\n"):
    lines = [mark.join(names), *(mark.join(c if isinstance(c, str) else repr(c) for c in row) for row in rows)]
    return "".join(line + end for line in lines)


def labels(texts=None, names=NAMES, end="\n"):
    return "".join(line + end for line in ["label", *([names[y] for y in OBSERVED] if texts is None else texts)])


def with_cell(text):
    """The predictions with another text in the middle cell of one row."""
    rows = [list(row) for row in ROWS]
    rows[LINE - 2][1] = text
    return preds(rows=rows)


def with_line(text, at=LINE):
    lines = preds().splitlines(keepends=True)
    lines[at - 1] = text + "\n"
    return "".join(lines)


def with_label(text):
    texts = [NAMES[y] for y in OBSERVED]
    texts[LINE - 2] = text
    return labels(texts)


def renamed(*names):
    """Both files with other names of the classes, quoted."""
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    return preds(quoted), labels([quoted[y] for y in OBSERVED])


def archive():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("preds.csv", preds())
    return out.getvalue()


@dataclass
class Case:
    """Files by name, the options, and either the value or the words of the message."""

    name: str
    files: dict
    value: float | None = LOSS
    words: tuple = ()
    options: tuple = ()
    command: str = "score"
    status: int = field(init=False)

    def __post_init__(self):
        self.status = 1 if self.words else 0


def good(name, p=None, observed=None, value=LOSS, options=(), p_name="preds.csv", l_name="labels.csv"):
    files = {p_name: preds() if p is None else p, l_name: labels() if observed is None else observed}
    return Case(name, files, value, options=options)


def bad(name, p=None, observed=None, words=(), options=(), p_name="preds.csv", l_name="labels.csv"):
    files = {p_name: preds() if p is None else p, l_name: labels() if observed is None else observed}
    return Case(name, files, None, tuple(words), options)


def cell(name, text, *words):
    """A cell that is no probability is named by line and column, with its text."""
    return bad(f"cell: {name}", with_cell(text), words=(f"preds.csv:{LINE}: column 2 (beta)", *words))


def other(command, name, content, value=None, words=(), options=()):
    return Case(f"{command}: {name}", {"pmf.csv": content}, value, tuple(words), options, command)


BOM = "\ufeff"

GOOD = [
    good("plain"),
    good("byte order mark", BOM + preds(), BOM + labels()),
    good("byte order mark before a quote", BOM + preds(['"alpha"', "beta", "gamma"])),
    good("CRLF", preds(end="\r\n"), labels(end="\r\n")),
    good("CRLF and LF", preds().replace("\n", "\r\n", 2), labels().replace("\n", "\r\n", 3)),
    good("no final newline", preds().rstrip("\n"), labels().rstrip("\n")),
    good("CRLF and no final newline", preds(end="\r\n").removesuffix("\r\n"), labels(end="\r\n").removesuffix("\r\n")),
    good("blank lines at the end", preds() + "\n\n\r\n", labels() + "\n\n"),
    good("every cell quoted", preds(['"alpha"', '"beta"', '"gamma"'], [[f'"{c!r}"' for c in row] for row in ROWS])),
    good("spaces around numbers", preds(rows=[[f"  {c!r} " for c in row] for row in ROWS])),
    good("exponents", preds(rows=[[f"{c:.17E}" for c in row] for row in ROWS])),
    good("plus signs and bare points", preds(rows=[[f"+{repr(c)[1:]}" for c in row] for row in ROWS])),
    good("forty digits", preds(rows=[[f"{c:.40f}" for c in row] for row in ROWS])),
    good("leading zeros", preds(rows=[["000" + repr(c) for c in row] for row in ROWS])),
    good("tabs by suffix", preds(mark="\t"), p_name="preds.tsv"),
    good("semicolons", preds(mark=";"), options=("--delimiter", ";")),
    good("gzip", gzip.compress(preds().encode()), gzip.compress(labels().encode()), p_name="preds.csv.gz"),
    good("gzip under another name", gzip.compress(preds().encode())),
    good("two gzip members", gzip.compress(preds()[:40].encode()) + gzip.compress(preds()[40:].encode())),
    good("bzip2", bz2.compress(preds().encode())),
    good("xz", lzma.compress(preds().encode())),
    good("text named .gz", p_name="preds.csv.gz"),
    good("gzip, mark and CRLF", gzip.compress((BOM + preds(end="\r\n")).encode())),
    good("names that are numbers out of order", preds(["2", "0", "1"]), labels(["2", "0", "1", "0", "1"])),
    good("names equal as numbers", *renamed("1", "1.0", "01")),
    good("names that look missing", *renamed("NA", "nan", "NULL")),
    good("names that look like options", *renamed("-1", "--help", "-")),
    good("names that are infinite", *renamed("inf", "-inf", "None")),
    good("names that are dates", *renamed("2020-01-01", "1/2", "12:30")),
    good("names with spaces outside", *renamed(" a", "a ", "a")),
    good("names with commas and quotes", *renamed("a,b", 'say "a"', "a'b")),
    good("names over two lines", *renamed("a\nb", "c\r\nd", "e\n\nf")),
    good("names beyond the plane", *renamed("\U0001f469\u200d\U0001f52c", "\u202eabc", "a\u200bb")),
    good("names that are equal when composed", *renamed("é", "e\u0301", "e")),
    good("names with escapes", *renamed("\x1b[31mred\x1b[0m", "[bold]x[/bold]", "\x07")),
    good("names that are formulas", *renamed("=1+1", "+a", "@x")),
    good("a name of 10,000 letters", *renamed("x" * 10000, "y" * 10000, "z")),
    good("suffixes", preds(["class_2", "class_10", "class_07"]), labels(["2", "10", "7", "10", "7"])),
    good("positions", observed=labels(["0", "1", "2", "1", "2"])),
    good("positions as floats", observed=labels(["0.0", "1.0", "2.0", "1.0", "2.0"])),
    good("no header anywhere", "\n".join(preds().splitlines()[1:]), "0\n1\n2\n1\n2\n", options=("--header", "none")),
    good(
        "index of a data frame dropped",
        preds(["", *NAMES], [[str(k), *row] for k, row in enumerate(ROWS)]),
        options=("--drop", ""),
    ),
    good(
        "ids in another order",
        preds(["id", *NAMES], [[f"r{k}", *row] for k, row in enumerate(ROWS)]),
        "label,id\n" + "".join(f"{NAMES[OBSERVED[k]]},r{k}\n" for k in (4, 0, 3, 1, 2)),
    ),
    good(
        "ids that look alike",
        preds(["id", *NAMES], [[i, *row] for i, row in zip(["1", "01", "1.0", " 1", ""], ROWS, strict=True)]),
        "id,label\n"
        + "".join(
            f"{i},{NAMES[y]}\n" for i, y in reversed(list(zip(["1", "01", "1.0", " 1", ""], OBSERVED, strict=True)))
        ),
    ),
    good("no probability for what happened", "a,b\n1,0\n", "label\nb\n", math.inf),
    good("the smallest double", "a,b\n5e-324,1\n", "label\na\n", -math.log(5e-324)),
    good("a probability that underflows is 0", "a,b\n1e-400,1\n", "label\na\n", math.inf),
    good("minus zero", "a,b\n-0.0,1\n", "label\nb\n", 0.0),
    good(
        "whole numbers for 150 rows", "a,b\n" + "1,0\n" * 150 + "0.5,0.5\n", "label\n" + "a\n" * 151, math.log(2) / 151
    ),
    good(
        "2,000 classes",
        ",".join(f"c{k}" for k in range(2000)) + "\n" + ",".join(["0.0005"] * 2000) + "\n",
        "label\nc1999\n",
        math.log(2000),
    ),
    good("logits of any size", "a,b\n1e308,-1e308\n", "label\na\n", 0.0, options=("--logits",)),
    good("logits too far apart for a double", "a,b\n1e308,-1e308\n", "label\nb\n", math.inf, options=("--logits",)),
    good("a logit of minus infinity", "a,b\n-inf,3\n", "label\nb\n", 0.0, options=("--logits",)),
    good("a sum at the tolerance", "a,b\n0.5,0.5009\n", "label\na\n", math.log(2)),
]

BAD = [
    cell("text", "abc", '"abc"'),
    cell("nothing", "", "an empty cell"),
    cell("spaces", "  ", "an empty cell"),
    cell("nan", "nan", "missing"),
    cell("NA", "NA", "missing"),
    cell("infinity", "inf", "inf"),
    cell("minus infinity", "-inf", "inf"),
    cell("overflow", "1e400", '"1e400"'),
    cell("decimal comma", '"0,25"', '"0,25"', "point"),
    cell("thousands", '"1,000"', '"1,000"'),
    cell("per cent", "25%", '"25%"', "0.25"),
    cell("hexadecimal", "0x1p-2", '"0x1p-2"'),
    cell("underscore", "0.2_5", '"0.2_5"'),
    cell("fraction", "1/4", '"1/4"'),
    cell("other digits", "\uff10.\uff12\uff15", "ASCII"),
    cell("two points", "0.2.5", '"0.2.5"'),
    cell("two numbers", "0.2 5", '"0.2 5"'),
    cell("a letter behind", "0.25f", '"0.25f"'),
    cell("no-break space", "\xa00.25", "0.25"),
    cell("an escape", "\x1b[31m0.25", r"\x1b[31m0.25"),
    cell("true", "true", '"true"'),
    cell("above one", "1.5", "1.5", "--logits"),
    cell("below zero", "-0.25", "-0.25"),
    bad(
        "a sum that is off",
        with_cell("0.26"),
        words=(f"preds.csv:{LINE}: the row sums to 1.01", "--sum-tolerance 0.015"),
    ),
    bad("a cell too few", with_line("0.5,0.5"), words=(f"preds.csv:{LINE}: expected 3 cells", "found 2")),
    bad("a cell too many", with_line("0.5,0.25,0.25,0"), words=(f"preds.csv:{LINE}: expected 3 cells", "found 4")),
    bad("every row one longer", "a,b\n" + "0.5,0.25,0.25\n" * 5, words=("preds.csv:2: expected 2 cells",)),
    bad("a blank line inside", with_line(""), words=(f"preds.csv:{LINE}: a blank line inside",)),
    bad("a blank label inside", observed=with_label(""), words=(f"labels.csv:{LINE}: a blank line inside",)),
    bad("an empty label", observed=with_label('""'), words=(f"labels.csv:{LINE}: column 1 (label)", "an empty label")),
    bad("a quote inside a cell", with_line('0.5,0"25,0.25'), words=(f"preds.csv:{LINE}", "a quote inside")),
    bad("text behind a quote", with_line('"0.5"0,0.25,0.25'), words=(f"preds.csv:{LINE}", "after the closing quote")),
    bad(
        "a quote that is not closed",
        with_line('"0.5,0.25,0.25'),
        words=(f"preds.csv:{LINE}: a quote that is not closed",),
    ),
    bad(
        "an open quote in the last label",
        observed=labels(["alpha", "beta", "gamma", "beta", '"gamma']),
        words=("labels.csv:6",),
    ),
    bad("a lone carriage return", preds(end="\r"), words=("preds.csv:1", "carriage return")),
    bad("NUL in a number", with_cell("0.\x0025"), words=(f"preds.csv:{LINE}", "NUL")),
    bad("UTF-16", preds().encode("utf-16"), words=("preds.csv", "UTF-16")),
    bad("UTF-16 without a mark", observed=labels().encode("utf-16-le"), words=("labels.csv", "UTF-16")),
    bad("Latin-1", observed=with_label("gr\xfcn").encode("latin-1"), words=(f"labels.csv:{LINE}", "0xfc", "Latin-1")),
    bad("random bytes", bytes(np.random.default_rng(1).integers(0, 256, 600, dtype=np.uint8)), words=("preds.csv",)),
    bad("a zip archive", archive(), words=("preds.csv: this is a zip archive",)),
    bad("a pickle", b"\x80\x04\x95" + bytes(50), words=("preds.csv: this is a Python pickle",)),
    bad("an array of texts", lambda: npy(np.array([["a"]])), words=("preds.csv", "texts")),
    bad("gzip cut short", gzip.compress(preds().encode())[:-9], words=("preds.csv",)),
    bad("gzip without its last byte", gzip.compress(preds().encode())[:-1], words=("preds.csv",)),
    bad("gzip with a wrong sum", gzip.compress(preds().encode())[:-8] + bytes(8), words=("preds.csv",)),
    bad("gzip of nothing", gzip.compress(b""), words=("preds.csv: the file is empty",)),
    bad("gzip twice", gzip.compress(gzip.compress(preds().encode())), words=("preds.csv: compressed twice",)),
    bad("empty predictions", "", words=("preds.csv: the file is empty",)),
    bad("empty labels", observed="", words=("labels.csv: the file is empty",)),
    bad("newlines only", "\n\n\n", words=("preds.csv:1: a blank line",)),
    bad("a mark only", BOM, words=("preds.csv: the file is empty",)),
    bad("headers only", "a,b\n", "label\n", words=("labels.csv: no labels",)),
    bad("a label too few", observed=labels().rsplit("gamma", 1)[0], words=("has 5 rows", "has 4", "--header preds")),
    bad("a label too many", observed=labels() + "alpha\n", words=("has 5 rows", "has 6")),
    bad("an unknown label", observed=with_label("delta"), words=(f"labels.csv:{LINE}: column 1 (label)", '"delta"')),
    bad("a label in capitals", observed=with_label("Gamma"), words=(f"labels.csv:{LINE}", 'did you mean "gamma"?')),
    bad("a label with a space", observed=with_label("gamma "), words=(f"labels.csv:{LINE}", '"gamma "')),
    bad("a label with an escape", observed=with_label("\x1b[2Jzz"), words=(f"labels.csv:{LINE}", r'"\x1b[2Jzz"')),
    bad("a position below 0", observed=labels(["0", "1", "-1", "1", "2"]), words=(f"labels.csv:{LINE}", '"-1"')),
    bad(
        "a position beyond",
        observed=labels(["0", "1", "3", "1", "2"]),
        words=(f"labels.csv:{LINE}", "from 0 to 2", '"3"'),
    ),
    bad("a position and a half", observed=labels(["0", "1", "1.5", "1", "2"]), words=(f"labels.csv:{LINE}", '"1.5"')),
    bad(
        "labels over two lines, then a bad one",
        preds(['"a\nb"', "c", "d"]),
        labels(['"a\nb"', '"a\nb"', "zz", "c", "d"]),
        words=("labels.csv:6", '"zz"'),
    ),
    bad(
        "a header over two lines, then a bad cell",
        preds(['"a\nb"', "c", "d"], [*ROWS[:2], ["x", 0.5, 0.5], *ROWS[3:]]),
        labels(["c"] * 5),
        words=("preds.csv:5", r"column 1 (a\nb)", '"x"'),
    ),
    bad("a column twice", preds(["a", "b", "a"]), words=("preds.csv:1: columns 1 and 3 are both called",)),
    bad("a column without a name", preds(["a", "", "c"]), words=("preds.csv:1: column 2 has no name", "--drop")),
    bad("a header of numbers", preds(["0.7", "0.2", "0.1"]), words=("preds.csv:1", "--header none")),
    bad(
        "a third label of two",
        "yes\n0.5\n0.5\n0.5\n",
        "label\nyes\nno\nmaybe\n",
        words=("labels.csv:4", "a third label"),
    ),
    bad("every logit minus infinity", "a,b\n0,0\n-inf,-inf\n", "label\na\na\n", ("preds.csv:3", "-inf"), ("--logits",)),
    bad("a logit of infinity", "a,b\n0,0\ninf,0\n", "label\na\na\n", ("preds.csv:3", "inf"), ("--logits",)),
    bad("a log-probability above 0", "a,b\n0.1,-9\n", "label\na\n", ("preds.csv:2", "0.1"), ("--log-probs",)),
]

OTHERS = [
    other("entropy", "zeros and forms of numbers", "outcome,p\na,0\nb,5e-1\nc,.5\nd,0e9\n", math.log(2)),
    other("entropy", "one outcome", "outcome,count\na,7\n", 0.0),
    other(
        "entropy", "a sum beyond 2^63", "outcome,count\n" + "".join(f"{k},{2**63 - 1}\n" for k in range(3)), math.log(3)
    ),
    other("entropy", "outcomes that look missing", "outcome,count\nNA,1\nnan,1\nNULL,1\n01,1\n1,1\n", math.log(5)),
    other("entropy", "columns the other way", "count,outcome\n1,a\n1,b\n", math.log(2)),
    other("entropy", "a sum that is off", "outcome,p\na,0.52\nb,0.5\n", words=("pmf.csv", "1.02", "--normalize")),
    other("entropy", "a negative probability", "outcome,p\na,0.6\nb,-0.1\nc,0.5\n", words=("pmf.csv:3", "-0.1")),
    other("entropy", "a repeated outcome", "outcome,p\na,0.5\nb,0.25\na,0.25\n", words=("pmf.csv:4", '"a"')),
    other("entropy", "a total of nothing", "outcome,count\na,0\nb,0\n", words=("pmf.csv", "sum to 0")),
    other("entropy", "a cell too many", "outcome,count\na,1\nb,c,1\n", words=("pmf.csv:3", "expected 2 cells")),
    other("fit", "half a roll", "outcome,count\na,1\nb,2.5\n", words=("pmf.csv:3", "2.5")),
    other("fit", "text", "outcome,count\na,1\nb,many\n", words=("pmf.csv:3", '"many"')),
    other("fit", "thousands", 'outcome,count\na,1\nb,"1,000"\n', words=("pmf.csv:3", "1,000")),
    other("fit", "hexadecimal", "outcome,count\na,1\nb,0x10\n", words=("pmf.csv:3", "0x10")),
    other("fit", "beyond the largest count", "outcome,count\na,1\nb,1e300\n", words=("pmf.csv:3", "2^63-1")),
    other(
        "fit", "an exponent that would fill the memory", "outcome,count\na,1\nb,1e999999999999\n", words=("pmf.csv:3",)
    ),
    other("fit", "other digits", "outcome,count\na,1\nb,\u0663\n", words=("pmf.csv:3", "ASCII")),
]

CASES = [*GOOD, *BAD, *OTHERS]


def npy(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


CALLS = [
    pytest.param(case, threads, id=f"{case.name}, {threads} threads" if threads else case.name)
    for case in CASES
    for threads in (("1", "2") if case.command == "score" else (None,))
]


@pytest.mark.parametrize(("case", "threads"), CALLS)
def test_nasty(run, save, case, threads):
    paths = [save(name, content() if callable(content) else content) for name, content in case.files.items()]
    more = ["--value"] if threads is None else ["--threads", threads, "--value"]
    done = run(case.command, *paths, *case.options, *more)
    assert done.status == case.status, done.err
    assert "Traceback" not in done.err
    assert "a bug" not in done.err
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", done.err)
    if case.words:
        assert done.out == ""
        assert done.err.startswith("cecli: error: ")
        assert all(word in done.err for word in case.words), done.err
    else:
        value = float(done.out)
        assert value == case.value or math.isclose(value, case.value, rel_tol=2e-15)


def test_there_are_many_and_no_two_have_one_name():
    assert len(CASES) >= 120
    assert len({case.name for case in CASES}) == len(CASES)
