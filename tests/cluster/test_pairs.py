"""``compare`` handed out to processes: the report is that of one process to the letter, and so are its errors."""

import random

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

CLASSES = ["cat", "dog", "emu"]
HEADER = ["id", *CLASSES, "label", "country", "document", "weight"]
COUNTS = (30, 1, 80, 0, 51)


def shares(draw):
    weights = [draw.random() ** 3 for _ in CLASSES]
    rounded = [round(weight / sum(weights), 6) for weight in weights]
    return [0.0, 0.25, 0.75] if draw.random() < 0.02 else rounded


def rows_of(count, seed):
    """What A says of some rows and what is known of them, and what B says."""
    draw = random.Random(seed)
    for k in range(count):
        known = [draw.choice(CLASSES), draw.choice(["ch", "de"]), f"d{draw.randrange(9)}", draw.randrange(4)]
        yield [f"row {seed}-{k}", *shares(draw), *known], [f"row {seed}-{k}", *shares(draw)]


def write(path, header, rows):
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in [header, *rows]))


def write_parquet(path, header, rows, size):
    columns = list(zip(*rows, strict=True)) or [[] for _ in header]
    kinds = {"weight": pa.int64()} | dict.fromkeys(CLASSES, pa.float64())
    table = {name: pa.array(column, kinds.get(name, pa.string())) for name, column in zip(header, columns, strict=True)}
    parquet.write_table(pa.table(table), path, row_group_size=size)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Shards of A with labels inside, of B, of LABELS, and all of each as one file."""
    base = tmp_path_factory.mktemp("pairs")
    for name in ("a", "b", "c", "plain", "labels", "pa", "pb", "na", "nb", "classes"):
        (base / name).mkdir()
    ours, theirs = [], []
    for k, count in enumerate(COUNTS):
        rows = list(rows_of(count, k))
        a, b = [row for row, _ in rows], [row for _, row in rows]
        ours += a
        theirs += b
        write(base / "a" / f"{k}.csv", HEADER, a)
        write(base / "plain" / f"{k}.csv", HEADER[:4], [row[:4] for row in a])
        write(base / "b" / f"{k}.csv", HEADER[:4], b[::-1])
        write(base / "c" / f"{k}.csv", ["emu", "cat", "dog"], [[row[3], row[1], row[2]] for row in b])
        write(base / "labels" / f"{k}.csv", ["id", "label"], [[row[0], row[4]] for row in a[::-1]])
        write_parquet(base / "pa" / f"{k}.parquet", HEADER, a, 12)
        write_parquet(base / "pb" / f"{k}.parquet", HEADER[:4], b, 18)
        if rows:
            np.save(base / "na" / f"{k}.npy", np.log(np.array([row[1:4] for row in a]) + 0.01))
            np.save(base / "nb" / f"{k}.npy", np.log(np.array([row[1:4] for row in b]) + 0.01))
            write(base / "classes" / f"{k}.csv", ["label"], [[CLASSES.index(row[4])] for row in a])
    write(base / "a.csv", HEADER, ours)
    write(base / "b.csv", HEADER[:4], theirs)
    write(base / "b_turned.csv", HEADER[:4], theirs[::-1])
    write(base / "b_quoted.csv", HEADER[:4], [[f'"{row[0]}"', *row[1:]] for row in theirs])
    write(base / "labels.csv", ["id", "label"], [[row[0], row[4]] for row in ours])
    write_parquet(base / "a.parquet", HEADER, ours, 10)
    write_parquet(base / "b.parquet", HEADER[:4], theirs, 15)
    write_parquet(base / "b7.parquet", HEADER[:4], theirs, 7)
    (base / "bare_a.csv").write_text("".join(f"{row[1]},{row[2]},{row[3]},{CLASSES.index(row[4])}\n" for row in ours))
    (base / "bare_b.csv").write_text("".join(f"{row[1]},{row[2]},{row[3]}\n" for row in theirs))
    return base


INSIDE = "--label-column label --classes cat,dog,emu"
CASES = {
    "shards": f"a/*.csv b/*.csv {INSIDE} --by country --cluster document",
    "directories": f"a b {INSIDE} --worst 9 --fail-if-worse",
    "weights": f"a b {INSIDE} --weight-column weight --by country",
    "repeats": f"a b {INSIDE} --weight-column weight --weights-are frequency --flips 500",
    "several": "plain b c --labels labels --id none --worst 2",
    "several, by id": "plain b plain --labels labels --ignore emu --seed 3 --flips 300",
    "parquet shards": f"pa/*.parquet pb/*.parquet {INSIDE} --worst 3",
    "row groups": f"a.parquet b.parquet {INSIDE} --by country --clip 1e-3",
    "row groups that meet nowhere": f"a.parquet b7.parquet {INSIDE}",
    "parts of texts": f"a.csv b.csv {INSIDE} --by country --worst 9",
    "parts of texts, ids in another order": f"a.csv b_turned.csv {INSIDE} --worst 9",
    "a text with quotes": f"a.csv b_quoted.csv {INSIDE} --worst 9",
    "a text and parquet": f"a.csv b.parquet {INSIDE} --label-smoothing 0.1",
    "no header": "bare_a.csv bare_b.csv --header none --label-column 3",
    "labels that are shared": "plain/*.csv b/*.csv labels.csv --worst 4",
    "arrays of logits": "na/*.npy nb/*.npy classes/*.csv --logits",
    "kinds": "na/*.npy nb/*.npy classes/*.csv --kinds logits,logits",
    "observed": "a.csv b.csv --observed cat --cluster document",
}


@pytest.fixture
def small_parts(monkeypatch):
    """Files are taken apart as if they were large."""
    monkeypatch.setattr("cecli.cluster.job.PART_BYTES", 700)
    monkeypatch.setattr("cecli.cluster.pairs.PART_BYTES", 700)
    monkeypatch.setattr("cecli.cluster.lines.PART_BYTES", 700)


@pytest.mark.parametrize("name", CASES)
def test_the_report_is_that_of_one_process(run, folder, small_parts, monkeypatch, name):
    monkeypatch.chdir(folder)
    arguments = CASES[name].split()
    for form in (["-f", "json"], ["-f", "table"], []):
        one = run("compare", *arguments, *form)
        assert one.status in (0, 3), one.err
        many = run("compare", *arguments, *form, "--workers", "2")
        assert (many.status, many.out, many.err) == (one.status, one.out, one.err)
