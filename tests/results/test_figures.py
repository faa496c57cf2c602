"""The catalogue holds every key of every document, in its order, with a meaning; and keys are named in few places."""

import ast
import json
from collections import defaultdict
from pathlib import Path

import pytest

from cecli.results import reference
from cecli.results.figures import ANY, catalogue, numbers_of, within

PACKAGE = Path(__file__).parents[2] / "cecli"
DIGITS = ["sample_data/digits_logistic.csv", "sample_data/digits_labels.csv"]
CANCER = ["sample_data/breast_cancer.csv", "sample_data/breast_cancer_labels.csv"]
PAIR = [DIGITS[0], "sample_data/digits_overconfident.csv", DIGITS[1]]
LOGITS = ["sample_data/digits_logits.csv", DIGITS[1]]
WOLF = "sample_data/wolf_white_die.csv"
LETTERS = ["sample_data/letters_english.csv", "sample_data/letters_german.csv"]

CALLS = [
    ["score", *DIGITS, "--worst", "2", "--confusions", "2", "--by", "label", "--cluster", "label", "--like", "torch",
     "--decompose", "--prior", "uniform", "--require", "accuracy>0", "--signature"],
    ["score", *CANCER, "--corp"],
    ["compare", *PAIR, "--by", "label", "--cluster", "label", "--margin", "1", "--flips", "9"],
    ["compare", *PAIR[:2], PAIR[0], "--labels", PAIR[2]],
    ["fidelity", *PAIR, "--by", "label", "--cluster", "label"],
    ["fidelity", PAIR[1], PAIR[0], PAIR[1], "--labels", PAIR[2], "--signature"],
    ["calibrate", *LOGITS, "--folds", "2", "--bias", "--cluster", "label"],
    ["fit", WOLF, "--top", "3", "--explain"],
    ["entropy", WOLF, "--estimator", "nsb"],
    ["entropy", "0.5,0.5", "--renyi", "2"],
    ["cross-entropy", *LETTERS, "--missing", "zero", "--explain"],
    ["kl", *LETTERS, "--missing", "zero", "--explain"],
    ["divergences", WOLF, "uniform", "--order", "2"],
    ["divergences", "--matrix", "0.5,0.5", "0.6,0.4", "--only", "kl"],
    ["test", WOLF, "--method", "monte-carlo", "--replicates", "99", "--seed", "1", "--explain"],
    ["power", WOLF, "uniform", "--simulate", "--replicates", "100", "--seed", "1"],
    ["converge", "--seed", "1", "-n", "10", "--replicates", "3"],
    ["simulate", "--seed", "1", "--repeat", "2"],
]  # fmt: skip
"""Calls whose documents have most keys."""


@pytest.fixture(params=CALLS, ids=lambda call: " ".join(call[:1] + call[-2:]))
def document(request, run, root, monkeypatch):
    """The document of one of the calls."""
    monkeypatch.chdir(root)
    return run(*request.param, "-f", "json", "-q").document


def check(value, command, place):
    """Every key of an object is in the catalogue, and they stand in its order."""
    figures = {one.key: one for one in (*(within(ANY) if place == command else ()), *within(place))}
    unknown = [key for key in value if key not in figures]
    assert not unknown, f"{place}: mend cecli/results/figures: {unknown}"
    order = [one.key for one in within(place) if one.key in value]
    assert [key for key in value if key in order] == order, place
    for key, inner in value.items():
        below = figures[key].inner(command)
        for each in inner if isinstance(inner, list) else [inner]:
            if isinstance(each, dict):
                assert below, f"{place} {key}"
                check(each, command, below)


def test_every_key_is_in_the_catalogue_in_its_order(document):
    check(document, document["command"], document["command"])


def test_the_schema_describes_every_document(document):
    """Only what the schema uses is looked at: types, enumerations, references, lists and objects."""
    schema = json.loads(reference.text_of("schema"))

    def fits(value, one):
        if "$ref" in one:
            return fits(value, schema["$defs"][one["$ref"].rpartition("/")[2]])
        if "anyOf" in one:
            return any(fits(value, each) for each in one["anyOf"])
        if "enum" in one:
            return value in one["enum"]
        names = {"null": type(None), "integer": int, "number": (int, float), "string": str, "boolean": bool,
                 "array": list, "object": dict}  # fmt: skip
        types = one.get("type", list(names))
        kinds = [names[name] for name in ([types] if isinstance(types, str) else types)]
        if not any(isinstance(value, kind) for kind in kinds):
            return False
        if isinstance(value, list):
            return all(fits(each, one.get("items", {})) for each in value)
        if isinstance(value, dict) and "properties" in one:
            return set(value) <= set(one["properties"]) and all(
                fits(each, one["properties"][key]) for key, each in value.items()
            )
        return value == one.get("const", value)

    assert fits(document, {"$ref": f"#/$defs/{document['command']}"})
    assert not fits(document | {"another": 1}, {"$ref": f"#/$defs/{document['command']}"})


def test_every_figure_says_what_it_is():
    for figure in catalogue():
        assert figure.title, figure
        assert len(figure.meaning) > 3, figure
        assert figure.meaning[-1] not in ".;", figure
        assert figure.where, figure


def test_no_key_stands_twice_in_a_place():
    for place in {place for figure in catalogue() for place in figure.where.split()}:
        keys = [figure.key for figure in within(place)]
        assert len(keys) == len(set(keys)), place


def test_numbers_are_named_by_their_paths():
    assert {"cross_entropy", "clusters", "rows.scored", "corp.auc"} <= set(numbers_of("merge"))
    assert "divergences.renyi.value" in numbers_of("divergences")
    assert "results.0.value" in numbers_of("kl")


def test_a_key_of_a_report_is_named_in_the_catalogue_and_in_the_results_of_its_command():
    """No third place: a new figure costs its accumulator and a line of the catalogue, and a remark at most."""
    places = defaultdict(set)
    for figure in catalogue():
        for place in figure.where.split():
            places[figure.key].add(place.partition(".")[0])
    alone = {
        key
        for key, commands in places.items()
        if len(commands) == 1 and commands <= {"score", "compare", "calibrate"} and "_" in key
    }
    found = defaultdict(set)
    for room in ("commands", "results", "report"):
        for path in (PACKAGE / room).rglob("*.py"):
            parts = path.relative_to(PACKAGE).parts
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and node.value in alone:
                    found[node.value].add("/".join(parts[:2]))
    many = {key: files for key, files in found.items() if len(files) > 2}
    assert not many
