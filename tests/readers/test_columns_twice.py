"""A column may be asked for in two roles, in every format: labels as groups, groups as clusters, weights as groups."""

import json

import pytest

HEADER = ("id", "ant", "bee", "label", "w", "g")
ROWS = [
    ("r1", 0.5, 0.5, "ant", 1.0, "x"),
    ("r2", 0.25, 0.75, "bee", 2.0, "y"),
    ("r3", 0.125, 0.875, "ant", 2.0, "x"),
    ("r4", 0.75, 0.25, "bee", 1.0, "z"),
]


def text(delimiter):
    return "".join(delimiter.join(map(str, row)) + "\n" for row in (HEADER, *ROWS))


@pytest.fixture(params=["csv", "quoted", "tsv", "jsonl", "parquet", "arrow"])
def path(request, save):
    form = request.param
    if form == "csv":
        return save("p.csv", text(","))
    if form == "tsv":
        return save("p.tsv", text("\t"))
    if form == "quoted":  # takes the careful reader
        return save("p.csv", text(",").replace("ant,1", '"ant",1'))
    if form == "jsonl":
        return save("p.jsonl", "".join(json.dumps(dict(zip(HEADER, row, strict=True))) + "\n" for row in ROWS))
    import io

    import pyarrow as pa
    from pyarrow import feather, parquet

    table, sink = pa.table({name: [row[k] for row in ROWS] for k, name in enumerate(HEADER)}), io.BytesIO()
    (parquet.write_table if form == "parquet" else feather.write_feather)(table, sink)
    return save(f"p.{form}", sink.getvalue())


def document(run, path, *options):
    done = run("score", path, "--classes", "ant,bee", "--label-column", "label", *options, "-f", "json", "-q")
    assert done.status == 0, done.err
    return done.document


def groups(found):
    return {entry["group"]: entry["rows"]["scored"] for entry in found["groups"]}


def test_labels_as_groups(run, path):
    assert groups(document(run, path, "--by", "label")) == {"ant": 2, "bee": 2}


def test_groups_as_clusters(run, path):
    found = document(run, path, "--by", "g", "--cluster", "g")
    assert groups(found) == {"x": 2, "y": 1, "z": 1}
    assert found["clusters"] == 3
    assert [entry["clusters"] for entry in found["groups"]] == [1, 1, 1]


def test_weights_as_groups(run, path):
    found = document(run, path, "--by", "w", "--weight-column", "w")
    assert sorted(map(float, groups(found))) == [1.0, 2.0]


def test_ids_as_groups(run, path):
    found = document(run, path, "--by", "id", "--worst", "1")
    assert set(groups(found)) == {"r1", "r2", "r3", "r4"}
    assert found["worst"][0]["id"] == "r3"


def test_a_class_as_weight(run, path):
    """What it says is odd, and it is what is asked for."""
    found = document(run, path, "--weight-column", "bee")
    plain = document(run, path)
    assert found["effective_rows"] != plain["effective_rows"]
    assert found["effective_rows"] == pytest.approx(sum(row[2] for row in ROWS) ** 2 / sum(row[2] ** 2 for row in ROWS))


def test_labels_of_a_file_of_their_own_as_groups(run, save):
    preds = save("p.csv", "ant,bee\n0.5,0.5\n0.25,0.75\n")
    for columns in ("label\nant\nbee\n", "label,more\nant,1\nbee,2\n", "more,label\n1,ant\n2,bee\n"):
        done = run("score", preds, save("l.csv", columns), "--by", "label", "-f", "json")
        assert done.status == 0, done.err
        assert groups(done.document) == {"ant": 1, "bee": 1}
