"""Several students of one teacher: which of them is nearer to it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from cecli.core.fidelity.fidelity import Fidelity
from cecli.core.fidelity.pairs import compared
from cecli.core.functions.holm import holm
from cecli.core.paired.comparison import Comparison
from cecli.core.units import Unit


def comparisons(
    students: Sequence[Fidelity], names: Sequence[str], unit: Unit, confidence: float
) -> list[dict[str, Any]]:
    """Every student but the first compared with the first; p-values are Holm's, too."""
    first = students[0]
    entries = []
    for name, other in zip(names[1:], students[1:], strict=True):
        if first.held is None or other.held is None:
            raise ValueError("the rows of several students are held")
        found = compared(first.held, other.held, first.spec, confidence)
        entries.append({"file": name} | _entry(found, unit))
    adjusted = holm([entry["p_value"] for entry in entries])
    for entry, p_value in zip(entries, adjusted, strict=True):
        entry["p_holm"] = p_value
    return entries


def _entry(found: Comparison, unit: Unit) -> dict[str, Any]:
    def converted(nats: float | None) -> float | None:
        return None if nats is None or math.isnan(nats) else unit.from_nats(nats)

    test = found.test if found.is_finite else None
    entry: dict[str, Any] = {"difference": converted(found.loss.difference)}
    for key in ("standard_error", "low", "high"):
        entry[key] = None if test is None else converted(getattr(test, key))
    entry["t"] = None if test is None else test.t
    entry["degrees_of_freedom"] = None if test is None or test.df <= 0 else test.df
    entry["p_value"] = entry["p_holm"] = None if test is None else test.p_value
    entry["p_sign_flip"] = None if test is None else test.sign_flip.p_value
    entry["p_mcnemar"] = found.hits.p_value
    entry["nearer_rows"] = found.hits.second_wins
    entry["farther_rows"] = found.hits.first_wins
    return entry
