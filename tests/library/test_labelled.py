"""Frames, columns, mappings, masks and tensors: their names and indices decide, or they are refused.

The stand-ins have what the objects of pandas, polars, xarray and PyTorch have, as far as it is looked at.
"""

import math

import numpy as np
import pytest

import cecli

P = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.25, 0.25, 0.5], [0.6, 0.3, 0.1]])
Y = np.array([0, 1, 2, 1])
NAMES = np.array(["a", "b", "c"])
LOSS = -(math.log(0.7) + math.log(0.8) + math.log(0.5) + math.log(0.3)) / 4


class Index:
    """Of pandas: knows whether it equals another."""

    def __init__(self, values):
        self._values = list(values)

    def equals(self, other):
        return self._values == other._values

    def tolist(self):
        return self._values

    def __len__(self):
        return len(self._values)

    def __getitem__(self, k):
        return self._values[k]

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self._values, dtype=dtype)


class RangeIndex(Index):
    """What pandas gives what has no names."""


class Series:
    """A column of pandas."""

    def __init__(self, values, index=None):
        self._values = np.asarray(values)
        self.index = RangeIndex(range(len(self._values))) if index is None else Index(index)

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self._values, dtype=dtype)


class Frame(Series):
    """A table of pandas."""

    def __init__(self, values, columns=None, index=None):
        super().__init__(values, index)
        self.columns = RangeIndex(range(self._values.shape[1])) if columns is None else Index(columns)


class PolarsFrame:
    """A table of polars, whose columns are a list."""

    def __init__(self, values, columns):
        self._values, self.columns = np.asarray(values), list(columns)

    def __array__(self, dtype=None, copy=None):
        return self._values


class DataArray:
    """Of xarray."""

    class Coordinate:
        def __init__(self, values):
            self.values = np.asarray(values)

    def __init__(self, values, dims, coords):
        self.values, self.dims = np.asarray(values), dims
        self.coords = {name: self.Coordinate(each) for name, each in coords.items()}


class Tensor:
    """Of PyTorch, with a gradient: NumPy gets it after detach and cpu alone."""

    def __init__(self, values, dtype="torch.float32", ready=False):
        self._values, self.dtype, self._ready = values, dtype, ready

    def detach(self):
        return Tensor(self._values, self.dtype, True)

    def cpu(self):
        return self

    def float(self):
        return Tensor(np.asarray(self._values, dtype=np.float32), "torch.float32", self._ready)

    def numpy(self):
        assert self._ready and self.dtype != "torch.bfloat16"
        return self._values

    def __array__(self, dtype=None, copy=None):
        raise TypeError("detach it first")


@pytest.mark.parametrize(("predictions", "labels"), [
    (Frame(P, "abc"), Series(NAMES[Y])),
    (Frame(P[:, [2, 0, 1]], "cab"), NAMES[Y]),
    (PolarsFrame(P[:, [1, 0, 2]], "bac"), NAMES[Y]),
    (PolarsFrame(P, ["column_0", "column_1", "column_2"]), Y),
    (Frame(P), Series(Y)),
    (Frame(P, [3, 5, 9]), np.array([3, 5, 9])[Y]),
    (Frame(P[:, ::-1], [9, 5, 3]), np.array([3.0, 5.0, 9.0])[Y]),
    (DataArray(P[:, ::-1], ("row", "class"), {"class": ["c", "b", "a"]}), NAMES[Y]),
    ({"c": P[:, 2], "a": Series(P[:, 0]), "b": P[:, 1].tolist()}, NAMES[Y]),
    (np.ma.array(P), Y),
    (Frame(P, "abc"), Frame(np.eye(3)[Y][:, ::-1], "cba")),
    (Frame(P, "abc", [7, 5, 3, 1]), Series(NAMES[Y], [7, 5, 3, 1])),
])  # fmt: skip
def test_names_decide_which_column_is_which_class(predictions, labels):
    assert cecli.score(predictions, labels).cross_entropy == pytest.approx(LOSS, rel=1e-15)
    assert cecli.losses(predictions, labels).mean() == pytest.approx(LOSS, rel=1e-15)


def test_classes_may_be_numbers_as_scikit_learn_has_them():
    classes = np.array([3, 5, 9])
    assert cecli.score(P, classes[Y], classes=classes).cross_entropy == pytest.approx(LOSS, rel=1e-15)
    with pytest.raises(ValueError, match=r"labels\[0\]: expected a class, found 0"):
        cecli.score(P, Y, classes=classes)


@pytest.mark.parametrize(("predictions", "labels", "said"), [
    (Frame(P, "abc"), Frame(np.eye(3)[Y], "abd"), "its columns are 'a', 'b', 'd', and the classes 'a', 'b', 'c'"),
    (Frame(P, "abc", [2, 0, 1, 3]), Series(NAMES[Y]), "labels: row 0 of its index is 0, and that of predictions 2"),
    (np.ma.array(P, mask=P < 0.15), Y, "predictions: 4 values are masked"),
    (P, np.ma.array(Y, mask=[0, 0, 1, 0]), "labels: 1 values are masked"),
    (Y, P, "predictions come first, then labels"),
    (np.array([0, 1, 1]), np.array([0.25, 0.5, 0.75]), "predictions come first, then labels"),
    (np.eye(3)[Y], P, "are the two swapped?"),
    ({"a": P[:, 0], "b": P[:2, 1]}, Y, "a column of numbers for each class, all of one length"),
])  # fmt: skip
def test_what_disagrees_is_refused(predictions, labels, said):
    with pytest.raises(ValueError, match=r"^.") as caught:
        cecli.score(predictions, labels)
    assert said in str(caught.value)


def test_batches_of_an_accumulator_are_matched_by_name():
    total = cecli.ScoreAccumulator(classes=3)
    total.update(Frame(P[:2], "abc"), NAMES[Y[:2]])
    total.update(Frame(P[2:, [2, 0, 1]], "cab"), NAMES[Y[2:]])
    assert total.result().cross_entropy == pytest.approx(LOSS, rel=1e-15)
    with pytest.raises(ValueError, match="its columns are 'a', 'b', 'x'"):
        total.update(Frame(P, "abx"), NAMES[Y])


def test_weights_have_an_index_too():
    with pytest.raises(ValueError, match="weights: row 0 of its index"):
        cecli.score(Frame(P, "abc"), NAMES[Y], weights=Series([1.0, 2.0, 1.0, 1.0], [1, 2, 3, 4]))


@pytest.mark.parametrize("dtype", ["torch.float32", "torch.bfloat16"])
def test_tensors_are_taken_off_their_gradient(dtype):
    logits = np.array([[1.0, -0.5, 2.0], [0.25, 0.0, -1.0]], dtype=np.float32)
    wanted = cecli.score(logits, [0, 1], kind="logits").cross_entropy
    assert cecli.score(Tensor(logits, dtype), [0, 1], kind="logits").cross_entropy == wanted
    assert (cecli.softmax(Tensor(logits, dtype)) == cecli.softmax(logits)).all()


def test_teacher_and_student_are_matched_by_name():
    other = np.roll(P, 1, axis=0)
    wanted = cecli.fidelity(P, other, Y)
    found = cecli.fidelity(Frame(P, "abc"), Frame(other[:, ::-1], "cba"), NAMES[Y])
    assert (found.kl_mean, found.log_perplexity_ratio) == (wanted.kl_mean, wanted.log_perplexity_ratio)


def test_columns_of_counts_are_matched_by_their_index():
    p, q = Series([2, 1], ["a", "b"]), Series([2, 1], ["b", "a"])
    assert cecli.kl_divergence(p, q) == cecli.kl_divergence({"a": 2, "b": 1}, {"a": 1, "b": 2}) > 0.2
    assert cecli.kl_divergence(Series([2, 1], [0, 1]), Series([2, 1], [1, 0])) > 0.2
    assert cecli.kl_divergence(DataArray([2, 1], ("x",), {"x": ["a", "b"]}), {"b": 2, "a": 1}) > 0.2
    assert cecli.fit(p).outcomes == ("a", "b")
    with pytest.raises(ValueError, match="an outcome stands in the index twice"):
        cecli.entropy(Series([1, 2], ["a", "a"]))
