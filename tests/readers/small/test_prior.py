"""The prior over the classes: by name, in their order."""

import pytest

from cecli.core.pmfs.information import probabilities
from cecli.errors import InputError
from cecli.readers.small.prior import read_prior

CLASSES = ("ant", "bee", "cat")


@pytest.mark.parametrize(
    "argument", ["ant=0.5,bee=0.25,cat=0.25", "cat=1/4,ant=1/2,bee=1/4"],
)  # fmt: skip
def test_inline(argument):
    prior = read_prior(argument, CLASSES)
    assert list(prior.outcomes) == list(CLASSES)
    assert probabilities(prior).tolist() == [0.5, 0.25, 0.25]


def test_a_file_of_counts(save):
    path = save("train.csv", "outcome,count\ncat,1\nant,2\nbee,1\n")
    assert probabilities(read_prior(path, CLASSES)).tolist() == [0.5, 0.25, 0.25]


def test_uniform():
    assert probabilities(read_prior("uniform", CLASSES)).tolist() == [1 / 3] * 3


def test_without_names_by_position():
    assert probabilities(read_prior("0.5,0.25,0.25", CLASSES)).tolist() == [0.5, 0.25, 0.25]


@pytest.mark.parametrize(
    ("argument", "word"),
    [("ant=0.5,bee=0.5", "cat"), ("ant=0.5,bee=0.25,dog=0.25", "dog"), ("0.5,0.5", "2"), ("nofile.csv", "nofile.csv")],
)
def test_what_does_not_match(argument, word):
    with pytest.raises(InputError, match=word):
        read_prior(argument, CLASSES)


def test_the_class_that_no_label_has_named_yet():
    prior = read_prior("yes=0.25,no=0.75", ("not yes", "yes"), lambda name: name == "no")
    assert list(prior.outcomes) == ["no", "yes"]
    assert probabilities(prior).tolist() == [0.75, 0.25]
    with pytest.raises(InputError, match="no"):
        read_prior("yes=0.25,no=0.75", ("nein", "yes"), lambda name: False)


def test_the_delimiter_of_the_predictions_holds_where_the_header_has_it(save):
    path = save("p.csv", "outcome;p\ncat;0.25\ndog;0.75\n")
    assert probabilities(read_prior(path, ("dog", "cat"), delimiter=";")).tolist() == [0.75, 0.25]
    path = save("q.csv", "outcome,p\ncat;x,0.25\ndog,0.75\n")
    assert probabilities(read_prior(path, ("dog", "cat;x"), delimiter=";")).tolist() == [0.75, 0.25]
