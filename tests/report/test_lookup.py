"""``--get``: a path into the document."""

import pytest

from cecli.errors import UsageError
from cecli.report.lookup import find

DOCUMENT = {
    "unit": "nats",
    "rows": {"read": 12, "scored": 11},
    "results": [{"p": "a.csv", "value": 0.5, "skill": None}, {"p": "b", "value": 1.5}],
    "classes": [{"class": "cat", "recall": 0.25}, {"class": "cat.big", "recall": 0.75}],
    "outcomes": [{"outcome": str(number), "probability": number / 10} for number in (1, 2, 3)],
    "infinite": ["x", "y"],
}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("unit", "nats"),
        ("rows.scored", 11),
        ("results.0.value", 0.5),
        ("results.a.csv.value", 0.5),
        ("results.1.value", 1.5),
        ("results.0.skill", None),
        ("classes.cat.recall", 0.25),
        ("classes.cat.big.recall", 0.75),
        ("outcomes.3.probability", 0.3),
        ("outcomes.0.probability", 0.1),
        ("infinite.1", "y"),
    ],
)
def test_a_path_finds_its_value(key, value):
    assert find(DOCUMENT, key) == value


@pytest.mark.parametrize(
    ("key", "message", "hint"),
    [
        ("rows.scorde", 'did you mean "rows.scored"?', 'the keys below "rows": read, scored'),
        ("recall", 'did you mean "classes.cat.recall"?', "the keys: unit, rows, results"),
        ("zzz", 'the result has no key "zzz"', "the keys: unit, rows"),
        ("unit.x", 'no key "unit.x"', '"unit" is one value'),
        ("rows", '"rows" is more than one value', 'the keys below "rows": read, scored'),
        ("classes", "more than one value", 'below "classes": cat, cat.big'),
        ("results.2.value", "no key", 'below "results": a.csv, b'),
        ("results.-1.value", "no key", "below"),
        ("infinite.7", "no key", 'below "infinite": 0, 1'),
        ("", "no key", "the keys: unit"),
        ("\x1b[2J", "no key", "the keys"),
    ],
)
def test_an_unknown_key_is_a_usage_error_that_helps(key, message, hint):
    with pytest.raises(UsageError) as caught:
        find(DOCUMENT, key)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert "\x1b" not in caught.value.message


def test_a_long_list_of_keys_is_counted():
    document = {"outcomes": [{"outcome": f"o{number}"} for number in range(1000)]}
    with pytest.raises(UsageError) as caught:
        find(document, "outcomes.x")
    assert caught.value.hint.endswith("o19, and 980 more")
