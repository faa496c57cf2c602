"""Arrays, Parquet, Arrow and other files that are no text, and what they claim of themselves."""

import math
import sqlite3
import tempfile
from pathlib import Path

from tests.nasty.case import NAMES, OBSERVED, ROWS, bad, good, labels, saved, wrong


def array(dtype="f8", order="C", **options):
    """The predictions as numpy.save writes them."""

    def made():
        import numpy as np

        return saved(np.array(ROWS, dtype=dtype, order=order), **options)

    return made


def of(values, dtype=None, **options):
    """Any array."""

    def made():
        import numpy as np

        return saved(np.array(values, dtype=dtype), **options)

    return made


def header(text, body=bytes(120)):
    """An array with a header of any text."""
    data = text.encode("latin-1")
    return b"\x93NUMPY\x01\0" + len(data).to_bytes(2, "little") + data + body


def table(kind, change=None, replaced=(), **columns):
    """A Parquet or Arrow file; ``change`` gets its bytes, ``replaced`` are two stretches of them."""

    def made():
        import numpy as np
        import pyarrow as pa
        from pyarrow import parquet

        given = {name: [row[k] for row in ROWS] for k, name in enumerate(NAMES)}
        built = pa.table({**given, **{name: value(pa, np) for name, value in columns.items()}})
        sink = pa.BufferOutputStream()
        if kind == "parquet":
            parquet.write_table(built, sink, compression="none")
        else:
            with pa.ipc.new_file(sink, built.schema) as file:
                file.write_table(built)
        data = sink.getvalue().to_pybytes()
        if replaced:
            assert replaced[0] in data
            data = data.replace(*replaced)
        return data if change is None else change(data)

    return made


def database():
    """An SQLite database with a table of predictions."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder, "x.db"))
        connection.execute("create table preds (a real, b real)")
        connection.commit()
        connection.close()
        return Path(folder, "x.db").read_bytes()


def pickled(protocol):
    """A pickle that would print, were it ever opened."""
    import pickle

    return pickle.dumps(Printer(), protocol)


class Printer:
    def __reduce__(self):
        return print, ("this pickle has been opened",)


POSITIONS = labels([str(y) for y in OBSERVED])
SHAPE = "{{'descr': '{}', 'fortran_order': {}, 'shape': {}, }}"
INTEGER_LENGTH = (5).to_bytes(8, "little")
NPY = {"p_name": "preds.npy", "observed": POSITIONS}
OWN = {"options": ("--label-column", "label")}
PARQUET, ARROW = {"p_name": "preds.parquet"}, {"p_name": "preds.arrow"}


def texts(values):
    return lambda pa, np: pa.array(values)


GOOD = [
    good("an array", array(), POSITIONS, p_name="preds.npy"),
    good("an array under another name", array(), POSITIONS),
    good("an array in Fortran order", array(order="F"), POSITIONS),
    good("an array with its bytes the other way", array(">f8"), POSITIONS),
    good("an array of halves", array("f2"), POSITIONS,
         -math.fsum(math.log(p) for p in (0.7001953125, 0.7998046875, 0.5, 0.300048828125, 0.300048828125)) / 5),
    good("labels in an array", None, of(OBSERVED), l_name="labels.npy", options=("--first-label", "0")),
    good("labels in an array of texts", None, of([NAMES[y] for y in OBSERVED]), l_name="labels.npy"),
    good("a header of Python 2", header(SHAPE.format("<f8", False, "(1L, 2L)"), of([[0.5, 0.5]])()[-16:]),
        "label\n0\n",
         math.log(2)),
    good("Parquet", table("parquet"), **PARQUET),
    good("Parquet under another name", table("parquet")),
    good("Arrow", table("arrow"), **ARROW),
    good("Parquet with labels that look missing", table("parquet", label=texts(["NA", "nan", "NULL", "", "None"]),
         **{name: lambda pa, np: pa.array([0.2] * 5) for name in ("NA", "nan", "NULL", "", "None")}),
         options=("--classes", "NA,nan,NULL,None", "--label-column", "label", "--sum-tolerance", "0.5",
         "--ignore", ""),
         value=math.log(5)),
    good("Parquet with labels in bytes", table("parquet", label=texts([NAMES[y].encode() for y in OBSERVED])), **OWN),
]  # fmt: skip
for case in GOOD[-2:]:
    del case.files["labels.csv"]

BAD = [
    bad("an array cut short", "preds.npy: the file is cut short", p=lambda: array()()[:-1], **NPY),
    bad("an array with bytes behind", "preds.npy: bytes follow the array of 5 rows",
        hint="save one array: numpy.save(FILE, numpy.concatenate(arrays))",
        p=lambda: array()() + b"x", **NPY),
    bad("two arrays in a file", "preds.npy: bytes follow the array",
        hint="save one array: numpy.save(FILE, numpy.concatenate(arrays))", p=lambda: array()() * 2, **NPY),
    bad("an array of three dimensions", "preds.npy: [1, 0, :]: ", "the row sums to 1.25, not to 1",
        p=of([[[0.5, 0.25, 0.25]], [[0.5, 0.5, 0.25]]]), hint="are all columns of numbers classes, and all "
        "classes here?", **NPY),
    bad("a number alone", "preds.npy: expected an array of shape (rows, classes)", "found ()", p=of(1.0), **NPY),
    bad("an array without columns", "preds.npy: expected an array of shape", "(2, 0)", p=of([[], []]), **NPY),
    bad("an array without rows", "preds.npy has 0 rows", p=header(SHAPE.format("<f8", False, "(0, 3)"), b""), **NPY),
    bad("an array of objects", "preds.npy: an array of Python objects is a pickle, which is never opened",
        hint="save it as numbers: numpy.save(FILE, a.astype(float))",
        p=of([[Printer()]], object, allow_pickle=True), **NPY),
    bad("an array of records", "preds.npy: expected an array of numbers, found an array of records",
        hint="save it as float64 or float32",
        p=of([(0.5, 1)], [("a", "f8"), ("b", "i4")]), **NPY),
    bad("an array of texts", "preds.npy: expected a probability, found an array of texts", p=of([["a"]]), **NPY),
    bad("an array of complex numbers", 'preds.npy: expected an array of numbers, found dtype "<c16"',
        hint="save it as float64 or float32",
        p=of([[1j]]), **NPY),
    bad("an array of bytes", 'preds.npy: expected an array of numbers, found dtype "|S1"',
        hint="save it as float64 or float32", p=of([[b"a"]]), **NPY),
    bad("an array of dates", "preds.npy: expected an array of numbers, found dtype",
        hint="save it as float64 or float32",
        p=of([["2020-01-01"]], "M8[D]"), **NPY),
    bad("nan in an array", "preds.npy: row 1, column 2: ", "found nan (a missing value is not a number)",
        p=of([[0.5, math.nan, 0.5]]), **NPY),
    bad("an array that promises a million million rows",
        "preds.npy: the file is cut short: its header promises 1,000,000,",
        p=header(SHAPE.format("<f8", False, "(1000000000000, 3)")), **NPY),
    bad("an array that promises a million million columns",
        "preds.npy: its header promises rows of 1,000,000,000,000",
        p=header(SHAPE.format("<f8", False, "(1, 1000000000000)")), **NPY),
    bad("an array of a negative shape", "preds.npy: expected an array of shape", "(5, -3)",
        p=header(SHAPE.format("<f8", False, "(5, -3)")), **NPY),
    bad("an array whose shape is a sum", "preds.npy: not a readable .npy file",
        p=header(SHAPE.format("<f8", False, "(2+3, 3)")), **NPY),
    bad("an array whose header is a program", "preds.npy: not a readable .npy file",
        p=header("__import__('os').system('touch /tmp/opened')"), **NPY),
    bad("an array whose header is nested deeply", "preds.npy: not a readable .npy file",
        p=header("(" * 60_000), **NPY),
    bad("an array without the end of its header", "preds.npy: not a readable .npy file: the header is cut short",
        p=lambda: array()()[:40], **NPY),
    bad("an array of a version to come", "preds.npy: not a readable .npy file: its format is not",
        p=b"\x93NUMPY\x09\0" + bytes(200), **NPY),
    bad("a pickle", "preds.csv: this is a Python pickle, which is never opened",
        hint="save it as CSV, .npy or Parquet", p=pickled(4)),
    bad("a pickle of protocol 2", "preds.csv: this is a Python pickle, which is never opened",
        hint="save it as CSV, .npy or Parquet", p=pickled(2)),
    bad("a pickle as text", "preds.csv", hint="which label is the column of?", p=pickled(0)),
    bad("an HDF5 file", "preds.csv: this is an HDF5 file",
        hint="save it as CSV, .npy or Parquet", p=b"\x89HDF\r\n\x1a\n" + bytes(60)),
    bad("an SQLite database", "preds.csv: this is an SQLite database", hint="export the table as CSV", p=database),
    bad("an ORC file", "preds.csv: this is an ORC file", hint="save it as Parquet or CSV", p=b"ORC" + bytes(60)),
    bad("an Avro file", "preds.csv: this is an Avro file",
        hint="save it as Parquet or CSV", p=b"Obj\x01" + bytes(60)),
    bad("a PDF document", "preds.csv: this is a PDF document",
        hint="export the table as CSV", p=b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
    bad("an old spreadsheet", "preds.csv: this is an old Excel or Word file", hint="export the sheet as CSV",
        p=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60)),
    bad("a picture", "preds.csv:3: a NUL byte", p=b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(60)),
    bad("a program", "preds.csv:1", p=b"\x7fELF\x02\x01\x01" + bytes(60)),
    bad("a null in Parquet", "preds.parquet: row 3: column 2 (beta): ", "found a null",
        p=table("parquet", beta=texts([0.2, 0.8, None, 0.3, 0.5])), **PARQUET),
    bad("nan in Parquet", "preds.parquet: row 3: column 2 (beta): ", "found nan (a missing value is not a number)",
        p=table("parquet", beta=texts([0.2, 0.8, math.nan, 0.3, 0.5])), **PARQUET),
    bad("texts in Parquet", "preds.parquet: column 2 (beta): ", "a column of type string",
        hint="--drop COLUMN leaves a column out, --label-column NAME says which one",
        p=table("parquet", beta=texts(list("abcde"))), **PARQUET),
    bad("a list in Parquet that is too short", "preds.parquet: row 2: p: expected 2 numbers", "found 1",
        hint="the classes are 0, 1",
        p=table("parquet", p=texts([[0.5, 0.5], [1.0], [0.5, 0.5], [0.5, 0.5], [0.5, 0.5]])), **PARQUET),
    bad("a label in bytes that are no text", "preds.parquet: row 2: column 4 (label): ", "not UTF-8",
        p=table("parquet", label=texts([b"a", b"\xff", b"a", b"a", b"a"])), **PARQUET, **OWN),
    bad("a label that is a list", "preds.parquet: column 4 (label): expected texts",
        p=table("parquet", label=texts([["a"]] * 5)), **PARQUET, **OWN),
    bad("Parquet cut short", "preds.parquet: not readable: ", p=table("parquet", lambda data: data[:-20]), **PARQUET),
    bad("Parquet without its footer", "preds.parquet: not readable: ", p=b"PAR1", **PARQUET),
    bad("Parquet whose footer is said to be huge", "preds.parquet: not readable: ",
        p=table("parquet", lambda data: data[:-8] + b"\xff\xff\xff\x7fPAR1"), **PARQUET),
    bad("Parquet whose pages are overwritten", "preds.parquet: ",
        p=table("parquet", lambda data: data[:4] + b"\xff" * 200 + data[204:]), **PARQUET),
    bad("Arrow cut short", "preds.arrow: not readable: ", p=table("arrow", lambda data: data[:-9]), **ARROW),
    bad("Arrow of nothing but its first bytes", "preds.arrow: not readable: ", p=b"ARROW1\0\0", **ARROW),
    bad("Arrow that promises more rows than it holds", 'preds.arrow: not readable: column "alpha"',
        p=table("arrow", replaced=(INTEGER_LENGTH, (1 << 40).to_bytes(8, "little"))), **ARROW),
    bad("Arrow of a negative length", "preds.arrow: not readable: ",
        p=table("arrow", replaced=(INTEGER_LENGTH, (-5).to_bytes(8, "little", signed=True))), **ARROW),
    wrong("entropy", "an array", array(), "pmf.csv: no column is called probability or count",
          hint="name the one that holds the numbers: pmf.csv:"),
    wrong("fit", "samples in an array", array(), "pmf.csv: samples are read from lines of text, this is npy",
          options=("--samples",)),
]  # fmt: skip
for case in BAD:
    if case.options == OWN["options"]:
        del case.files["labels.csv"]

CASES = [*GOOD, *BAD]
