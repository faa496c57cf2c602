"""Predictions and labels in files of arrays, as the commands take them."""

import json

import numpy as np
import pytest

LOGITS = np.random.default_rng(3).normal(size=(2, 3, 4, 5))
LABELS = np.random.default_rng(4).integers(0, 5, (2, 3, 4))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The arrays in files, in the current directory."""
    monkeypatch.chdir(tmp_path)
    np.save("z.npy", LOGITS)
    np.save("y.npy", LABELS)
    np.save("first.npy", np.ascontiguousarray(np.moveaxis(LOGITS, -1, 1)))
    np.savez("pair.npz", logits=LOGITS, labels=LABELS)
    np.savez_compressed("packed.npz", logits=LOGITS, labels=LABELS)
    np.save("flat.npy", LOGITS.reshape(-1, 5))
    np.save("flat_y.npy", LABELS.reshape(-1))
    return tmp_path


def loss(run, *arguments):
    result = run("score", *arguments, "--logits", "-f", "json", "-q")
    assert result.status == 0, result.err
    return json.loads(result.out)["cross_entropy"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["z.npy", "y.npy"],
        ["z.npy", "flat_y.npy"],
        ["first.npy", "y.npy", "--class-axis", "1"],
        ["first.npy", "y.npy", "--class-axis", "-3"],
        ["pair.npz"],
        ["packed.npz"],
        ["packed.npz:logits", "pair.npz:labels"],
        ["pair.npz", "packed.npz"],
        ["pair.npz", "flat_y.npy"],
        ["pair.npz", "--workers", "2"],
    ],
)
def test_the_same_loss(folder, run, arguments):
    assert loss(run, *arguments) == loss(run, "flat.npy", "flat_y.npy")


def test_the_result_names_what_was_read(folder, run):
    result = run("score", "pair.npz", "--logits", "-f", "json")
    document = json.loads(result.out)
    assert "the labels are those of pair.npz:labels" in result.err
    assert document["rows"]["read"] == 24 if isinstance(document["rows"], dict) else document["rows"] == 24


def test_a_place_is_the_full_index(folder, run):
    LOGITS_BAD = LOGITS.copy()
    LOGITS_BAD[1, 2, 0, 3] = np.nan
    np.save("bad.npy", LOGITS_BAD)
    result = run("score", "bad.npy", "y.npy", "--logits")
    assert result.status == 1 and "bad.npy: [1, 2, 0, 3]: expected a finite logit" in result.err


def test_other_commands_take_them_as_well(folder, run):
    compared = run("compare", "pair.npz", "packed.npz", "flat_y.npy", "--logits", "-f", "json", "-q")
    assert compared.status == 0, compared.err
    assert run("softmax", "pair.npz", "-q").out == run("softmax", "flat.npy", "-q").out
    one = run("calibrate", "pair.npz", "-f", "json", "-q")
    assert one.status == 0, one.err
    other = run("calibrate", "flat.npy", "flat_y.npy", "-f", "json", "-q")
    assert json.loads(one.out)["temperature"] == json.loads(other.out)["temperature"]


def test_axes_that_may_be_either_are_refused_for_logits_alone(folder, run):
    np.save("square.npy", np.zeros((2, 3, 3)))
    np.save("square_y.npy", np.zeros((2, 3), dtype=int))
    refused = run("score", "square.npy", "square_y.npy", "--logits")
    assert refused.status == 1 and "--class-axis 1, as PyTorch has it" in refused.err
    assert run("score", "square.npy", "square_y.npy", "--logits", "--class-axis", "1", "-q").status == 0
    np.save("square.npy", np.full((2, 3, 3), 1 / 3))
    assert run("score", "square.npy", "square_y.npy", "-q").status == 0


def test_a_result_of_an_archive_can_be_verified(folder, run):
    assert run("score", "pair.npz", "--logits", "--signature", "-o", "result.json", "-q").status == 0
    verified = run("verify", "result.json")
    assert verified.status == 0, verified.err + verified.out


def test_labels_that_are_too_few_for_two_models(folder, run):
    np.save("few.npy", LABELS.reshape(-1)[:-1])
    refused = run("compare", "flat.npy", "pair.npz", "few.npy", "--logits")
    assert refused.status == 1 and "flat.npy has 24 rows and few.npy has 23" in refused.err
