"""Predictions in files, as the library reads them."""

import numpy as np
import pytest

import cecli

P = np.array([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]])


def test_arrays_and_their_names(tmp_path):
    np.savez(tmp_path / "p.npz", probs=P, labels=[0, 1])
    found = cecli.read_predictions(tmp_path / "p.npz", class_names=["ant", "bee", "cat"])
    assert np.array_equal(found.values, P) and found.values.flags.c_contiguous
    assert found.classes == ("ant", "bee", "cat") and found.beside == {}
    assert repr(found) == "<predictions of 2 rows and 3 classes: ant, bee, cat>"
    labels = cecli.read_predictions(f"{tmp_path / 'p.npz'}:labels", kind="logits")
    assert cecli.score(found.values, labels.values[:, 0].astype(int)).cross_entropy == pytest.approx(0.49041462650)


def test_columns_beside(tmp_path):
    (tmp_path / "p.csv").write_text("id,cat,dog,split\n7,0.25,0.75,a\n8,1,0,b\n")
    found = cecli.read_predictions(tmp_path / "p.csv", keep=["split"])
    assert found.beside == {"id": ["7", "8"], "split": ["a", "b"]}
    assert found.classes == ("cat", "dog")
    assert cecli.read_predictions(tmp_path / "p.csv", classes=["dog", "cat"]).values.tolist() == [[0.75, 0.25], [0, 1]]


def test_a_binary_prediction(tmp_path):
    (tmp_path / "p.csv").write_text("id,spam\n1,0.25\n")
    assert cecli.read_predictions(tmp_path / "p.csv").values.tolist() == [[0.25]]


def test_what_is_wrong_is_a_value_error(tmp_path):
    (tmp_path / "p.csv").write_text("cat,dog\n0.25,0.5\n")
    with pytest.raises(ValueError, match=r"the row sums to 0\.75"):
        cecli.read_predictions(tmp_path / "p.csv")
    assert cecli.read_predictions(tmp_path / "p.csv", normalize=True).values.tolist() == [[1 / 3, 2 / 3]]
    with pytest.raises(ValueError, match="expected one of probabilities"):
        cecli.read_predictions(tmp_path / "p.csv", kind="losses")
    with pytest.raises(ValueError, match="no such file"):
        cecli.read_predictions(tmp_path / "q.csv")
