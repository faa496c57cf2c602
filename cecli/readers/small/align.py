"""Two PMFs brought over the same outcomes in the same order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cecli.core.pmfs.pmf import Pmf
from cecli.errors import InputError, quoted

_SHOWN = 5

MISSING = "--missing zero takes it as probability 0 there"
"""What helps where an outcome has no counterpart, in the commands that have this option."""


def align(p: Pmf, q: Pmf, missing: str = "error", hint: str = MISSING) -> tuple[Pmf, Pmf, list[str]]:
    """``p`` and ``q`` over the same outcomes, those of ``p`` first and in its order, and notes for the person.

    Matched by outcome. ``missing`` says what an outcome of only one side is: ``error``, against which ``hint`` helps,
    or ``zero`` (probability 0 on the other). Without names on both sides: by position. Without names on one: its
    outcomes are 1…K where those are the other's, else by position, with a note. Raises InputError where they do not
    match.
    """
    if p.outcomes is None and q.outcomes is None:
        if p.size != q.size:
            raise _different_sizes(p, q)
        return p, q, []
    if (p.outcomes is None) != (q.outcomes is None) and not _numbered(p, q):
        return _by_position(p, q)
    return _by_name(p, q, missing, hint)


def _numbered(p: Pmf, q: Pmf) -> bool:
    """Whether the names of the side that has some are 1…K of the other, or such numbers of another K."""
    named, other = (p, q) if p.outcomes is not None else (q, p)
    names = set(named.labels())
    if named.size == other.size:
        return names == set(other.labels())
    return all(name.isascii() and name.isdigit() and name[0] != "0" for name in names)


def _by_position(p: Pmf, q: Pmf) -> tuple[Pmf, Pmf, list[str]]:
    if p.size != q.size:
        raise _different_sizes(p, q)
    bare, named = (p, q) if p.outcomes is None else (q, p)
    note = f"{bare.name} has no names for its outcomes: matched with those of {named.name} by position"
    return replace(p, outcomes=named.outcomes), replace(q, outcomes=named.outcomes), [note]


def _by_name(p: Pmf, q: Pmf, missing: str, hint: str) -> tuple[Pmf, Pmf, list[str]]:
    ours, theirs = list(p.labels()), list(q.labels())
    if ours == theirs:
        return replace(p, outcomes=ours), replace(q, outcomes=ours), []
    position = {outcome: index for index, outcome in enumerate(theirs)}
    known = set(ours)
    only_p = [outcome for outcome in ours if outcome not in position]
    only_q = [outcome for outcome in theirs if outcome not in known]
    notes = []
    for only, here, there in ((only_p, p, q), (only_q, q, p)):
        if only:
            notes.append(f"{_listed(only)} only in {here.name}, not in {there.name}")
    if notes and missing != "zero":
        raise InputError("; ".join(notes), _alike(only_p, only_q) or hint)
    outcomes = ours + only_q
    # An outcome that a side does not have points at a weight of 0 put behind its own.
    rows = np.array([position.get(outcome, q.size) for outcome in outcomes], dtype=np.intp)
    zero = np.zeros(1, dtype=q.weights.dtype)
    aligned_q = np.concatenate([q.weights, zero])[rows]
    aligned_p = np.concatenate([p.weights, np.zeros(len(only_q), dtype=p.weights.dtype)])
    notes = [f"{note}: taken as probability 0 there" for note in notes]
    return replace(p, weights=aligned_p, outcomes=outcomes), replace(q, weights=aligned_q, outcomes=outcomes), notes


def _alike(ours: Sequence[str], theirs: Sequence[str]) -> str | None:
    """What to say where outcomes that look the same are composed of other characters."""
    if all(outcome.isascii() for outcome in ours):
        return None
    from unicodedata import normalize

    if not {normalize("NFC", outcome) for outcome in ours} & {normalize("NFC", outcome) for outcome in theirs}:
        return None
    return "what looks the same is composed of other characters: bring both to one form, as by uconv -x nfc"


def _listed(outcomes: Sequence[str]) -> str:
    shown = ", ".join(quoted(outcome) for outcome in outcomes[:_SHOWN])
    more = f" and {len(outcomes) - _SHOWN:,} more" if len(outcomes) > _SHOWN else ""
    return f"outcome {shown} is" if len(outcomes) == 1 else f"outcomes {shown}{more} are"


def _different_sizes(p: Pmf, q: Pmf) -> InputError:
    return InputError(f"{p.name} has {p.size:,} outcomes, {q.name} has {q.size:,}")
