"""What somebody may have meant, and what only looks as if it were the same."""

import pytest

from cecli.core.nearest import meant, nearest

COMPOSED, DECOMPOSED = "\u00e9", "e\u0301"


@pytest.mark.parametrize(
    ("text", "names", "found"),
    [
        ("accuracy ", ["accuracy"], "accuracy"),
        ("ACCURACY", ["brier", "accuracy"], "accuracy"),
        ("xyz", ["accuracy"], None),
        ("", ["accuracy"], None),
        ("x", [], None),
        (COMPOSED, [DECOMPOSED, "e"], DECOMPOSED),
        (f"caf{DECOMPOSED}s", ["b", f"caf{COMPOSED}"], f"caf{COMPOSED}"),
    ],
)
def test_nearest(text, names, found):
    assert nearest(text, names) == found


def test_what_looks_the_same_is_told():
    assert meant(DECOMPOSED, ["b", COMPOSED]) == f'"{COMPOSED}" looks the same, and is composed of other characters'
    assert meant("bb", ["b", COMPOSED]) == 'did you mean "b"?'
    assert meant("zzz", ["b"]) is None
