"""Outcomes that were declared and may never have come up: ``--sides`` and ``--outcomes``."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from cecli.errors import InputError, UsageError, quoted

if TYPE_CHECKING:
    from cecli.core.pmfs.pmf import Pmf


def declared_names(text: str) -> list[str]:
    """The outcomes that ``--outcomes A,B,…`` names, a record of CSV."""
    names = next(csv.reader([text]), [])
    if not names:
        raise UsageError("--outcomes: expected names separated by commas")
    if len(set(names)) < len(names):
        raise UsageError("--outcomes names an outcome twice")
    return names


def over(observed: Pmf, declared: list[str]) -> Pmf:
    """The counts over the declared outcomes; an observed one that was not declared is an error."""
    import numpy as np

    from cecli.core.pmfs.pmf import Pmf

    check_declared(observed, declared)
    found = dict(zip(observed.labels(), observed.weights.tolist(), strict=True))
    return Pmf(np.array([found.get(outcome, 0) for outcome in declared], dtype=np.int64), declared, observed.name)


def check_declared(observed: Pmf, declared: list[str]) -> None:
    """Raise InputError for an outcome that was not declared."""
    known = set(declared)
    unknown = next((outcome for outcome in observed.labels() if outcome not in known), None)
    if unknown is not None:
        raise InputError(
            f"{observed.name}: the outcome {quoted(unknown)} is none of the {len(declared):,} declared",
            hint="--sides K declares 1…K, --outcomes A,B,… declares any",
        )


def sides_of(p: Pmf, sides: int | None, declared: list[str] | None) -> int:
    """K, the outcomes in all, seen or not. Raises InputError where more came up than were declared."""
    if declared is not None:
        check_declared(p, declared)
        return len(declared)
    if sides is None:
        return p.size
    seen = int((p.weights > 0).sum())
    if sides < seen:
        raise InputError(f"{p.name}: {seen:,} outcomes came up, more than the {sides:,} sides declared")
    return sides
