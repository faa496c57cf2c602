"""Parameters read back, and what is said of files that hold none."""

import json
import math

import pytest

from cecli.errors import InputError
from cecli.readers.results.parameters import holds_parameters, read_parameters

GOOD = {"schema_version": 1, "command": "calibrate", "temperature": 2.5}
BIASES = [{"class": "a", "bias": 0.5, "standard_error": None}, {"class": "b", "bias": -0.5}]


def test_a_temperature(save):
    path = save("p.json", json.dumps(GOOD))
    assert holds_parameters(path)
    found = read_parameters(path)
    assert (found.temperature, found.biases) == (2.5, None)


def test_biases_and_an_infinite_temperature(save):
    found = read_parameters(save("p.json", json.dumps(GOOD | {"temperature": "Infinity", "biases": BIASES})))
    assert found.temperature == math.inf
    assert (found.classes, found.biases) == (("a", "b"), (0.5, -0.5))


def test_keys_in_any_order_and_indented(save):
    assert holds_parameters(save("p.json", "\n" + json.dumps(dict(reversed(GOOD.items())), indent=4)))


@pytest.mark.parametrize("text", ["a,b\n1,2\n", '{"a": 1, "b": 2}\n{"a": 1, "b": 2}\n', ""])
def test_predictions_are_no_parameters(save, text):
    assert not holds_parameters(save("p.csv", text or "x"))
    assert not holds_parameters("nothing.json")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("[1]", "its command is not calibrate"),
        ("{", "it is not one JSON object"),
        ('{"a": 1}\n{"a": 2}', "it is not one JSON object"),
        (GOOD | {"command": "score"}, "its command is not calibrate"),
        (GOOD | {"schema_version": 2}, "parameters of the version 2, and 1 is read"),
        (GOOD | {"temperature": 0}, "the fit is unbounded"),
        (GOOD | {"temperature": -1.5}, "the temperature -1.5 is negative"),
        (GOOD | {"temperature": None}, "temperature is no number"),
        (GOOD | {"temperature": True}, "temperature is no number"),
        (GOOD | {"temperature": "hot"}, "temperature is no number"),
        (GOOD | {"temperature": math.nan}, "temperature is no finite number"),
        (GOOD | {"temperature": 10**400}, "temperature is no finite number"),
        ('{"schema_version": 1, "command": "calibrate", "temperature": 1e400}', "temperature is no finite number"),
        (GOOD | {"class_count": 2.0}, "class_count is no whole number"),
        (GOOD | {"class_count": True}, "class_count is no whole number"),
        (GOOD | {"biases": [{"class": "a", "bias": -math.inf}]}, 'the bias of "a" is no finite number'),
        (GOOD | {"biases": {"a": 1}}, "its biases are no list of classes"),
        (GOOD | {"biases": [1]}, "its biases are no list of classes"),
        (GOOD | {"biases": [{"class": "a", "bias": "Infinity"}]}, "not a finite number for each class"),
        (GOOD | {"biases": [BIASES[0], BIASES[0]]}, "not a finite number for each class"),
        (GOOD | {"biases": [{"class": "a"}]}, 'the bias of "a" is no number'),
    ],
)
def test_what_is_wrong(save, document, message):
    path = save("p.json", document if isinstance(document, str) else json.dumps(document))
    with pytest.raises(InputError, match=r"p\.json") as error:
        read_parameters(path)
    assert message in error.value.message
