"""JSON as services and tools write it: the figures of all classes in one value of a record."""

import contextlib
import json

import numpy as np
import pytest

from cecli.errors import InputError
from cecli.readers.tables import jsonl_table
from cecli.readers.tables.table import Selection
from cecli.readers.tables.tables import has_numbers_for_names, open_table

ROWS = [[0.5, 0.25, 0.25], [0.125, 0.75, 0.125], [0.1, 0.2, 0.7]]
NAMES = ["ant", "bee", "cat"]


def pairs(row, name="label", figure="score"):
    """By figure, as services write them."""
    return [{name: n, figure: f} for f, n in sorted(zip(row, NAMES, strict=True), reverse=True)]


def lists(row, names="classes", figures="scores"):
    order = np.argsort(row)
    return {names: [NAMES[k] for k in order], figures: [row[k] for k in order]}


SHAPES = {
    "onnx": lambda row: {"label": "ant", "probabilities": dict(zip(NAMES, row, strict=True))},
    "pipeline": pairs,
    "bigquery": lambda row: {"predicted_label": "ant", "predicted_label_probs": pairs(row, "label", "prob")},
    "vertex": lambda row: {"instance": {"x": 1}, "prediction": lists(row)},
    "zero-shot": lambda row: {"sequence": "a text", **lists(row, "labels", "scores")},
    "nested": lambda row: {"id": 7, "result": {"time": 3, "probs": dict(zip(NAMES, row, strict=True))}},
    "natural": lambda row: pairs(row, "label", "value"),
}


def read(path, vector=None):
    """The figures, the names of the classes, and the rows of the file that the quick reader gave back."""
    with contextlib.closing(open_table(path, vector=vector)) as table:
        chosen = Selection(numbers=tuple(range(table.vector_width)))
        assert table.columns[: table.vector_width] == table.fields.elements
        return np.concatenate([block.parse().numbers for block in table.blocks(chosen)]), table


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("form", ["lines", "array"])
def test_shapes(save, shape, form, monkeypatch):
    records = [SHAPES[shape](row) for row in ROWS]
    text = json.dumps(records, indent=1) if form == "array" else "\n".join(map(json.dumps, records))
    path = save("a.json" if form == "array" else "a.jsonl", text.encode())
    monkeypatch.setattr(jsonl_table, "read_carefully", None)  # the quick reader does it alone
    numbers, table = read(path)
    assert numbers.tolist() == ROWS
    assert table.columns[:3] == tuple(NAMES)
    assert not has_numbers_for_names(table)
    monkeypatch.undo()
    monkeypatch.setattr(jsonl_table.JsonlBlock, "_parse_fast", lambda self: None)
    assert read(path)[0].tolist() == ROWS


def test_spark_vectors(save):
    dense = [{"label": 0.0, "probability": {"type": 1, "values": row}} for row in ROWS]
    sparse = {"label": 0.0, "probability": {"type": 0, "size": 3, "indices": [1], "values": [1.0]}}
    for records in (dense, [*dense, sparse], [sparse, *dense]):
        numbers, table = read(save("a.jsonl", "\n".join(map(json.dumps, records)).encode()))
        assert sorted(numbers.tolist()) == sorted(ROWS + [[0.0, 1.0, 0.0]] * (len(records) - 3))
        assert has_numbers_for_names(table)


def test_lists_a_line(save):
    text = "\n".join(map(json.dumps, ROWS)).encode()
    for name in ("a.jsonl", "a.json", "a.out"):
        numbers, _ = read(save(name, text + b"\r\n"))
        assert numbers.tolist() == ROWS
    with pytest.raises(InputError, match=r"a\.jsonl:4: "):
        read(save("a.jsonl", text + b"\n{}\n"))


def test_whole_numbers_as_names(save):
    records = [pairs_of({1: 0.25, 0: 0.75}), pairs_of({0: 0.5, 1: 0.5})]
    numbers, table = read(save("a.jsonl", "\n".join(map(json.dumps, records)).encode()))
    assert table.columns == ("0", "1") and numbers.tolist() == [[0.75, 0.25], [0.5, 0.5]]


def pairs_of(row):
    return {"predicted_label_probs": [{"label": name, "prob": figure} for name, figure in row.items()]}


def test_what_is_meant_must_be_clear(save):
    """Several values, or an object of numbers beside numbers, are not chosen for the person."""
    two = {"one": dict(zip(NAMES, ROWS[0], strict=True)), "other": dict(zip(NAMES, ROWS[1], strict=True))}
    path = save("a.jsonl", json.dumps(two).encode())
    with contextlib.closing(open_table(path)) as table:
        assert table.vector_width == 0
    assert read(path, "other")[0].tolist() == [ROWS[1]]
    beside = {"cat": 0.5, "dog": 0.5, "meta": {"a": 1, "b": 2}}
    with contextlib.closing(open_table(save("a.jsonl", json.dumps(beside).encode()))) as table:
        assert table.columns == ("cat", "dog", "meta")
    both = {"probs": ROWS[0], "top": pairs(ROWS[1])}
    path = save("a.jsonl", json.dumps(both).encode())
    with contextlib.closing(open_table(path)) as table:
        assert table.vector_width == 0
    assert read(path, "top")[0].tolist() == [ROWS[1]]
    assert read(path, "probs")[0].tolist() == [ROWS[0]]


def test_keys_below_each_other(save):
    record = {"a": {"b": {"c": dict(zip(NAMES, ROWS[0], strict=True)), "d": {"x": 1, "y": 2}}}}
    path = save("a.jsonl", json.dumps(record).encode())
    assert read(path, "a.b.c")[0].tolist() == [ROWS[0]]
    with pytest.raises(InputError, match=r'no column "a\.b\.e"'):
        read(path, "a.b.e")


BAD = {
    "a class that is missing": (pairs(ROWS[0])[:2], 'no figure of "bee"|no figure of "cat"'),
    "a class too many": ([*pairs(ROWS[0]), {"label": "dog", "score": 0}], 'a figure of "dog", which the first row'),
    "a class twice": (pairs(ROWS[0])[:2] + pairs(ROWS[0])[:1], "the class ant stands twice"),
    "a null": ([*pairs(ROWS[0])[:2], {"label": "bee", "score": None}], "row.bee: expected a number, found a null"),
    "no figure": ([*pairs(ROWS[0])[:2], {"label": "bee"}], "expected objects with label and score"),
    "an object": ({"label": "ant", "score": 1}, "."),
    "no name": ([*pairs(ROWS[0])[:2], {"label": None, "score": 0}], "expected the name of a class"),
}


@pytest.mark.parametrize("case", BAD)
def test_rows_that_are_not_as_the_first(save, case):
    record, words = BAD[case]
    text = json.dumps(pairs(ROWS[0])) + "\n" + json.dumps(record)
    with pytest.raises(InputError, match=words) as refused:
        read(save("a.jsonl", text.encode()))
    assert "a.jsonl:2" in str(refused.value)
    if case.startswith("a class ") and case != "a class twice":
        assert "--rest" in refused.value.hint


def test_a_class_that_is_named_twice_in_an_object(save):
    text = b'{"probs": {"a": 0.5, "b": 0.5}}\n{"probs": {"a": 0.5, "a": 0.1, "b": 0.5}}\n'
    with pytest.raises(InputError, match="the class a stands twice"):
        read(save("a.jsonl", text))


def test_a_class_that_is_called_as_a_column(save):
    with pytest.raises(InputError, match='the column "id" has the name of element id of "probs"'):
        read(save("a.jsonl", b'{"id": 1, "probs": {"id": 0.5, "b": 0.5}}'))


def test_infinities_of_logits(save):
    text = b'{"logits": {"a": "-Infinity", "b": 0.5}}\n{"logits": {"a": 1, "b": "Infinity"}}\n'
    assert read(save("a.jsonl", text))[0].tolist() == [[float("-inf"), 0.5], [1.0, float("inf")]]


def test_a_list_of_lists_is_no_vector(save):
    with pytest.raises(InputError, match=r"a\.jsonl:1: x\[0\]: expected a number, found a list"):
        open_table(save("a.jsonl", b'{"x": [["-1.5", "False"], ["-2", "True"]], "y": 0}'), vector="x")
