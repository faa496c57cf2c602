"""``FILE:MEMBER``, an array of a file of several; and which of them is meant where nobody says it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from cecli.errors import UsageError, literal, quoted
from cecli.readers.sources.urls import is_url
from cecli.readers.tables.arrays.spec import ArrayOptions

PREDICTIONS = ("logits", "probs", "predictions", "y_pred")
LABELS = ("labels", "label_ids", "targets", "y_true")
"""What tools call the arrays of the two."""

_BY_SUFFIX = re.compile(r"(?s)(.+\.(?:npz|safetensors)):([^/]+)", re.IGNORECASE)
_LISTED = 8


def split_member(argument: str) -> tuple[str, str | None]:
    """Path and member of ``FILE:MEMBER``; None where a file has the whole name, or none has.

    >>> split_member("https://host/preds.npz:logits")
    ('https://host/preds.npz', 'logits')
    """
    if ":" not in argument or (not is_url(argument) and os.path.lexists(argument)):
        return argument, None
    match = _BY_SUFFIX.fullmatch(argument)
    if match:
        return match[1], match[2]
    if is_url(argument):
        return argument, None
    path, _, member = argument.rpartition(":")
    return (path, member) if member and (path == "-" or os.path.isfile(path)) else (argument, None)


def with_member(path: str, member: str | None) -> str:
    """``FILE:MEMBER``, or the path alone."""
    return path if member is None else f"{path}:{member}"


def chosen_member(names: Sequence[str], options: ArrayOptions, name: str, path: str) -> str:
    """The array that is meant: the one that is named, the only one, or the only one that is called as usual. Raises
    UsageError where that is none, or several; ``path`` is what the person typed."""
    if options.member is not None:
        if options.member in names:
            return options.member
        from cecli.core.nearest import meant

        raise UsageError(f"{name}: no array {quoted(options.member)}", meant(options.member, names) or _listed(names))
    if len(names) == 1:
        return names[0]
    usual = _usual(names, LABELS if options.of_labels else PREDICTIONS)
    if len(usual) == 1:
        return usual[0]
    what = "labels" if options.of_labels else "predictions"
    found = f"several may be the {what}" if usual else f"none is called {' or '.join(_words(options))}"
    if not names:
        raise UsageError(f"{name}: it holds no arrays")
    some = (usual or names)[0]
    raise UsageError(f"{name}: {len(names)} arrays, and {found}", f"{literal(path)}:{some}, say; {_listed(names)}")


def labels_beside(names: Sequence[str], chosen: str) -> str | None:
    """The array of labels that lies beside predictions, if just one is called so."""
    found = [name for name in _usual(names, LABELS) if name != chosen]
    return found[0] if len(found) == 1 else None


def _usual(names: Sequence[str], words: Sequence[str]) -> list[str]:
    return [name for name in names if name.casefold() in words]


def _words(options: ArrayOptions) -> Sequence[str]:
    return LABELS if options.of_labels else PREDICTIONS


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(quoted(name)[1:-1] for name in names[:_LISTED])
    return f"its arrays are {shown}{f' and {len(names) - _LISTED:,} more' if len(names) > _LISTED else ''}"
