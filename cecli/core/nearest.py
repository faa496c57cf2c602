"""What somebody may have meant by a name that there is not."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from cecli.errors import quoted

_MOST = 10_000
"""Names that are looked at: comparing a name with very many takes seconds."""

_STEM = 0.6
"""How much alike two names of files must be without the suffix that both have."""


def nearest(text: str, names: Iterable[str], likeness: float = 0.6) -> str | None:
    """The name most like ``text``, upper case or lower; None where none is. A suffix that both have makes no likeness.

    >>> nearest("Acuracy", ["accuracy", "brier"]), nearest("ID", ["id"]), nearest("xyz", ["accuracy"])
    ('accuracy', 'id', None)
    >>> nearest("pred.csv", ["preds.csv"]), nearest("nope.csv", ["p.csv"])
    ('preds.csv', None)
    """
    from difflib import get_close_matches

    folded: dict[str, str] = {}
    for name in islice(names, _MOST):
        folded.setdefault(_composed(name).casefold(), name)
    asked = _composed(text).casefold()
    found = get_close_matches(asked, folded, n=_SIEVED, cutoff=likeness)
    return next((folded[name] for name in found if _alike_before_the_suffix(asked, name)), None)


_SIEVED = 20


def _alike_before_the_suffix(text: str, name: str) -> bool:
    from difflib import SequenceMatcher

    stem, dot, suffix = text.rpartition(".")
    if not stem or text == name or not name.endswith(dot + suffix):
        return True
    return SequenceMatcher(None, name.removesuffix(dot + suffix), stem).ratio() >= _STEM


def _composed(text: str) -> str:
    """Unicode's normal form, in which an accent is a part of its letter."""
    if text.isascii():
        return text
    from unicodedata import normalize

    return normalize("NFC", text)


def meant(text: str, names: Iterable[str], likeness: float = 0.6) -> str | None:
    """A hint at the name most like ``text``; None where none is.

    >>> meant("Id", ["id", "label"])
    'did you mean "id"?'
    """
    near = nearest(text, names, likeness)
    if near is None:
        return None
    if _composed(near) == _composed(text):
        return f"{quoted(near)} looks the same, and is composed of other characters"
    return f"did you mean {quoted(near)}?"
