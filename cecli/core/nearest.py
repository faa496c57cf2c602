"""What somebody may have meant by a name that there is not."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from cecli.errors import quoted

_MOST = 10_000
"""Names that are looked at: comparing a name with very many takes seconds."""


def nearest(text: str, names: Iterable[str], likeness: float = 0.6) -> str | None:
    """The name most like ``text``, upper case or lower; None where none is.

    >>> nearest("Acuracy", ["accuracy", "brier"]), nearest("ID", ["id"]), nearest("xyz", ["accuracy"])
    ('accuracy', 'id', None)
    """
    from difflib import get_close_matches

    folded: dict[str, str] = {}
    for name in islice(names, _MOST):
        folded.setdefault(_composed(name).casefold(), name)
    found = get_close_matches(_composed(text).casefold(), folded, n=1, cutoff=likeness)
    return folded[found[0]] if found else None


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
