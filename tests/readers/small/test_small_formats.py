"""PMFs and counts in every format that tables are read in; what is wrong is told with the place that the format has."""

import io
import json
import sys

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from cecli.cli import main
from cecli.errors import CellErrors, InputError, UsageError
from cecli.readers.small.file import read_counts
from cecli.readers.small.pmf import PmfOptions, read_pmf

RECORDS = [{"count": 3, "outcome": "a"}, {"count": 2**53 + 1, "outcome": "b"}]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def text(name, content):
    with open(name, "w", encoding="utf-8") as file:
        file.write(content)
    return name


def written(name, records=RECORDS):
    """The records in the format that the name says."""
    columns = {key: [record[key] for record in records] for key in records[0]}
    if name.endswith(".parquet"):
        parquet.write_table(pa.table(columns), name)
    elif name.endswith(".arrow"):
        feather.write_feather(pa.table(columns), name)
    elif name.endswith(".jsonl"):
        text(name, "".join(json.dumps(record) + "\n" for record in records))
    elif name.endswith(".json"):
        text(name, json.dumps(records))
    else:
        text(name, "count,outcome\n" + "".join(f"{record['count']},{record['outcome']}\n" for record in records))
    return name


@pytest.mark.parametrize("name", ["c.csv", "c.parquet", "c.arrow", "c.jsonl", "c.json"])
def test_counts_are_exact_in_every_format(name):
    for pmf in (read_counts(written(name)), read_pmf(name)[0], read_pmf(f"{name}:count")[0]):
        assert (pmf.outcomes, pmf.weights.tolist()) == (["a", "b"], [3, 2**53 + 1])


def test_an_array_has_no_outcomes():
    np.save("p.npy", np.array([0.5, 0.25, 0.25], dtype=np.float32))
    np.save("c.npy", np.array([3, 2**62 + 1]))
    assert read_pmf("p.npy")[0].weights.tolist() == [0.5, 0.25, 0.25]
    assert (read_pmf("c.npy")[0].outcomes, read_counts("c.npy").weights.tolist()) == (None, [3, 2**62 + 1])
    np.save("two.npy", np.array([[7, 3], [8, 4]]))
    with pytest.raises(InputError, match="no column is called probability or count"):
        read_pmf("two.npy")
    pmf = read_pmf("two.npy:1")[0]
    assert (pmf.outcomes, pmf.weights.tolist()) == (["7", "8"], [3, 4])


def test_proportions_of_pandas():
    parquet.write_table(pa.table({"proportion": [0.75, 0.25], "species": ["x", "y"]}), "v.parquet")
    pmf = read_pmf("v.parquet")[0]
    assert (pmf.outcomes, pmf.weights.tolist()) == (["x", "y"], [0.75, 0.25])


@pytest.mark.parametrize("command", [["fit", "c.csv"], ["simulate", "c.csv", "-n", "20", "--seed", "1"]])
def test_our_own_results_are_read_again(command, monkeypatch, capfd):
    """``fit -f json | kl -``: the counts, where the probabilities are those of the counts."""
    text("c.csv", 'outcome,count\nx,5\n"",3\n"a""b",2\n')
    assert main([*command, "-f", "json"]) == 0
    printed = capfd.readouterr().out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(printed.encode())))
    pmf = read_pmf("-")[0]
    assert pmf.outcomes == ["x", "", 'a"b']
    assert pmf.weights.tolist() == ([5, 3, 2] if command[0] == "fit" else [0.5, 0.3, 0.2])
    text("r.json", printed)
    assert read_counts("r.json").weights.tolist() == [one["count"] for one in json.loads(printed)["outcomes"]]


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("c.parquet", "c.parquet: row 2: column 1 (count)"),
        ("c.jsonl", "c.jsonl:2: count"),
        ("c.json", "c.json: record 2: count"),
        ("c.csv", "c.csv:3: column 1 (count)"),
    ],
)
def test_bad_cells_are_told_with_their_place(name, where):
    written(name, [{"count": 3.0, "outcome": "a"}, {"count": 2.5, "outcome": "a"}])
    with pytest.raises(CellErrors) as caught:
        read_counts(name)
    lines = caught.value.lines()
    assert any(line.startswith(f'{where}: expected a count, found "2.5"') for line in lines)
    first = {"c.csv": "line 2", "c.jsonl": "line 1", "c.json": "record 1", "c.parquet": "row 1"}[name]
    assert any(line.endswith(f'"a" stands already in {first}') for line in lines)


def test_a_result_without_outcomes_and_broken_ones():
    text("s.json", '{\n "command": "score",\n "rows": 3\n}\n')
    with pytest.raises(InputError, match="without a list of records called outcomes"):
        read_pmf("s.json")
    text(
        "s.json", '{\n "outcomes": [{"outcome": "a", "count": 1}, {"outcome": "b"}, {"outcome": "c", "count": null}]\n}'
    )
    with pytest.raises(CellErrors) as caught:
        read_pmf("s.json")
    assert caught.value.lines() == [
        "s.json: outcomes, record 2: its keys are not those of the first record",
        "s.json: outcomes, record 3: count: expected a text or a number, found a null",
    ]


def test_what_no_pmf_is_read_from():
    parquet.write_table(pa.table({"p": [[0.5, 0.5]]}), "lists.parquet")
    with pytest.raises(InputError, match="holds lists"):
        read_pmf("lists.parquet")
    parquet.write_table(
        pa.table({"outcome": pa.array([], pa.string()), "count": pa.array([], pa.int64())}), "e.parquet"
    )
    with pytest.raises(InputError, match=r"e\.parquet: no rows"):
        read_pmf("e.parquet")
    with pytest.raises(UsageError, match="--delimiter is for text"):
        read_pmf("e.parquet", PmfOptions(delimiter=";"))


def test_a_prior_and_weights_of_other_formats_beside_predictions_of_text(capfd):
    text("p.csv", "a;b\n0.5;0.5\n0.25;0.75\n")
    text("l.csv", "label\na\nb\n")
    written("prior.parquet", [{"outcome": "b", "p": 0.5}, {"outcome": "a", "p": 0.5}])
    written("w.jsonl", [{"class": "a", "weight": 1}, {"class": "b", "weight": 3}])
    arguments = ["--delimiter", ";", "--prior", "prior.parquet", "--class-weights", "w.jsonl", "-f", "json"]
    assert main(["score", "p.csv", "l.csv", *arguments]) == 0
    found = json.loads(capfd.readouterr().out)
    assert found["cross_entropy"] == pytest.approx((np.log(2) - 3 * np.log(0.75)) / 4, rel=1e-15)
