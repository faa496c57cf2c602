"""Archives: under any name, in many members, cut short, damaged, one in another, and those that are never read."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

from tests.nasty.case import bad, good, labels, preds, right, wrong

PLAIN = preds().encode()
PACKED = gzip.compress(PLAIN, mtime=0)


def zipped(name="preds.csv"):
    """A zip archive that holds one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(name, preds())
    return out.getvalue()


def tarred():
    """A tar archive that holds the predictions."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as file:
        info = tarfile.TarInfo("preds.csv")
        info.size = len(PLAIN)
        file.addfile(info, io.BytesIO(PLAIN))
    return out.getvalue()


def by_arrow(kind):
    """The predictions in a format that only PyArrow writes here."""

    def made():
        import pyarrow

        sink = pyarrow.BufferOutputStream()
        with pyarrow.CompressedOutputStream(sink, kind) as stream:
            stream.write(PLAIN)
        return sink.getvalue().to_pybytes()

    return made


def damaged(packed):
    """The same with one byte in the middle changed."""
    middle = len(packed) // 2
    return packed[:middle] + bytes([packed[middle] ^ 0xFF]) + packed[middle + 1 :]


GOOD = [
    good("gzip", PACKED, gzip.compress(labels().encode()), p_name="preds.csv.gz"),
    good("gzip under another name", PACKED),
    good("gzip of tabs by suffix", gzip.compress(preds(mark="\t").encode()), p_name="preds.tsv.gz"),
    good("two gzip members", gzip.compress(PLAIN[:40]) + gzip.compress(PLAIN[40:])),
    good("gzip with an empty member first", gzip.compress(b"") + PACKED),
    good("gzip with zeros behind", PACKED + bytes(600)),
    good("bzip2", bz2.compress(PLAIN)),
    good("two bzip2 streams", bz2.compress(PLAIN[:40]) + bz2.compress(PLAIN[40:])),
    good("xz", lzma.compress(PLAIN)),
    good("zstd", by_arrow("zstd")),
    good("lz4", by_arrow("lz4")),
    good("text named .gz", p_name="preds.csv.gz"),
    good("bzip2 named .gz", bz2.compress(PLAIN), p_name="preds.csv.gz"),
    good("gzip, mark and CRLF", gzip.compress(("\ufeff" + preds(end="\r\n")).encode())),
    right("entropy", "gzip", gzip.compress(b"outcome,count\na,1\nb,1\n"), 0.6931471805599453),
    right("fit", "samples in xz", lzma.compress(b"a\nb\na\n"), counts={"a": 2, "b": 1}, options=("--samples",)),
]

BROKEN = "archive is broken: "

BAD = [
    bad("gzip cut short", "preds.csv: this gzip " + BROKEN + "it ends too early", p=PACKED[:-9]),
    bad("gzip without its last byte", "preds.csv: this gzip " + BROKEN + "it ends too early", p=PACKED[:-1]),
    bad("gzip cut in its header", "preds.csv: this gzip " + BROKEN + "it ends too early", p=PACKED[:5]),
    bad("gzip with a wrong sum", "preds.csv: this gzip " + BROKEN, "incorrect data check",
        p=PACKED[:-8] + bytes(4) + PACKED[-4:]),
    bad("gzip with a wrong length", "preds.csv: this gzip " + BROKEN, "incorrect length check",
        p=PACKED[:-4] + bytes(4)),
    bad("gzip with text behind", "preds.csv: this gzip " + BROKEN, p=PACKED + b"more"),
    bad("gzip of nothing", "preds.csv: the file is empty", p=gzip.compress(b"")),
    bad("gzip of a cell that is bad", "preds.csv:3: column 1 (a)", '"x"', observed="label\na\nb\n",
        p=gzip.compress(b"a,b\n0.5,0.5\nx,0.5\n")),
    bad("gzip twice", "preds.csv: compressed twice (gzip inside gzip)",
        hint="unpack it once first", p=gzip.compress(PACKED)),
    bad("bzip2 in gzip", "preds.csv: compressed twice (bzip2 inside gzip)",
        hint="unpack it once first", p=gzip.compress(bz2.compress(PLAIN))),
    bad("zip in gzip", "preds.csv: this is a zip archive",
        hint="unpack it first, or pipe: unzip -p FILE | cecli \u2026 -", p=gzip.compress(zipped())),
    bad("bzip2 cut short", "preds.csv: this bzip2 " + BROKEN + "it ends too early", p=bz2.compress(PLAIN)[:-3]),
    bad("bzip2 damaged", "preds.csv: this bzip2 " + BROKEN, p=damaged(bz2.compress(PLAIN))),
    bad("xz cut short", "preds.csv: this xz " + BROKEN + "it ends too early", p=lzma.compress(PLAIN)[:-3]),
    bad("xz damaged", "preds.csv: this xz " + BROKEN, p=damaged(lzma.compress(PLAIN))),
    bad("zstd cut short", "preds.csv: this zstd " + BROKEN + "it ends too early",
        p=lambda: by_arrow("zstd")()[:-3]),
    bad("zstd damaged", "preds.csv: this zstd " + BROKEN, p=lambda: by_arrow("zstd")()[:6] + b"\xff" * 50),
    bad("lz4 cut short", "preds.csv: this lz4 " + BROKEN + "it ends too early",
        p=lambda: by_arrow("lz4")()[:-3]),
    bad("lz4 damaged", "preds.csv: this lz4 " + BROKEN, p=lambda: by_arrow("lz4")()[:6] + b"\xff" * 50),
    bad("a zip archive", "preds.csv: this is a zip archive",
        hint="unpack it first, or pipe: unzip -p FILE | cecli \u2026 -", p=zipped()),
    bad("a zip archive of what should be an array", "preds.csv:preds: not a readable .npy file",
        p=zipped("preds.npy")),
    bad("a spreadsheet", "preds.csv: this is a spreadsheet",
        hint="export the sheet as CSV", p=zipped("xl/worksheets/sheet1.xml")),
    bad("a zip archive whose name leads outside", "preds.csv: this is a zip archive",
        hint="unpack it first, or pipe: unzip -p FILE | cecli \u2026 -", p=zipped("../../evil.csv")),
    bad("a tar archive", "preds.csv: this is a tar archive",
        hint="unpack it first, or pipe: tar -xOf FILE | cecli \u2026 -", p=tarred()),
    bad("a tar archive in gzip", "preds.csv: this is a tar archive",
        hint="unpack it first, or pipe: tar -xOf FILE | cecli \u2026 -", p=gzip.compress(tarred())),
    bad("a 7z archive", "preds.csv: this is a 7z archive",
        hint="unpack it first", p=b"7z\xbc\xaf\x27\x1c" + bytes(60)),
    bad("a RAR archive", "preds.csv: this is a RAR archive",
        hint="unpack it first", p=b"Rar!\x1a\x07\x00" + bytes(60)),
    bad("a file of compress", "preds.csv: this is a file packed by compress",
        hint="unpack it first with uncompress", p=b"\x1f\x9d\x90" + bytes(60)),
    wrong("entropy", "gzip cut short", gzip.compress(b"outcome,count\na,1\nb,1\n")[:-1],
        "pmf.csv: this gzip " + BROKEN),
    wrong("fit", "samples in gzip cut short", gzip.compress(b"a\nb\n")[:-1], "pmf.csv: this gzip " + BROKEN,
          options=("--samples",)),
]  # fmt: skip

CASES = [*GOOD, *BAD]
