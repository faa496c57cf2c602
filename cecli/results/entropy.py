"""What ``cecli entropy`` finds beside H(p), and shows of its document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cecli.report.model import Block
from cecli.results import measures
from cecli.results.measures import TURNED, headline, is_list, table

if TYPE_CHECKING:
    from cecli.core.pmfs.pmf import Pmf
    from cecli.core.units import Unit

__all__ = ["TURNED", "Asked", "headline", "is_list", "refined", "table", "view"]

_OF_PLUG_IN = ("mle", "miller-madow", "zhang")
"""Estimators that have the standard error of the plug-in estimate, which knows nothing of a bias."""


@dataclass(frozen=True)
class Asked:
    """What is the headline in the place of H(p); one of them at most."""

    estimator: str | None = None
    renyi: float | None = None
    tsallis: float | None = None
    min_entropy: bool = False

    @property
    def options(self) -> list[str]:
        """The options that ask for something."""
        asked = {
            "--estimator": self.estimator is not None,
            "--renyi": self.renyi is not None,
            "--tsallis": self.tsallis is not None,
            "--min-entropy": self.min_entropy,
        }
        return [option for option, given in asked.items() if given]


def view(document: Mapping[str, Any], name: str | None = None) -> list[Block]:
    """The results and, where they are asked for, their terms."""
    return measures.view("entropy", document)


def refined(entry: dict[str, Any], p: Pmf, unit: Unit, asked: Asked, sides: int) -> tuple[dict[str, Any], list[str]]:
    """The result of one PMF over so many ``sides`` with what was asked for, which ``value`` is then; and notes."""
    from cecli.core.functions.elementary_scalars import log_of
    from cecli.core.pmfs import entropy_orders as orders

    terms = {"terms": entry.pop("terms")} if "terms" in entry else {}
    added: dict[str, Any] = {}
    notes: list[str] = []
    if asked.estimator is not None:
        own, added, notes = _estimated(asked.estimator, p, unit, sides)
        entry |= own
    elif asked.renyi is not None:
        added = {"renyi": unit.from_nats(orders.renyi_entropy(p, asked.renyi)), "order": asked.renyi}
    elif asked.tsallis is not None:
        added = {"tsallis": orders.tsallis_entropy(p, asked.tsallis), "order": asked.tsallis}
    elif asked.min_entropy:
        added = {"min_entropy": unit.from_nats(orders.min_entropy(p))}
    for key in ("renyi", "tsallis", "min_entropy"):
        entry["value"] = added.get(key, entry["value"])
    efficiency = unit.divisor * entry["entropy"] / log_of(sides) if sides > 1 else None
    if efficiency is not None and "estimator" in added:
        efficiency = min(max(efficiency, 0.0), 1.0)
    entry["efficiency"] = efficiency
    return entry | added | terms, notes


def _estimated(estimator: str, p: Pmf, unit: Unit, sides: int) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """The entropy behind counts, as it is; the perplexity of what it can be; the error; and notes."""
    from cecli.core.functions.elementary_scalars import log_of
    from cecli.core.pmfs.estimators import MANY, estimate
    from cecli.core.pmfs.information import perplexity
    from cecli.core.pmfs.weights import total_count
    from cecli.results.names import named

    counts = p.weights.astype("int64", copy=False)
    found, largest, rolls = estimate(estimator, counts, sides), log_of(sides), total_count(counts)
    value, error, notes = unit.from_nats(found.value), found.standard_error, []
    if not -1e-12 <= found.value <= largest + 1e-12:
        what = f"below 0 {unit.name}" if found.value < 0 else f"above log K = {unit.from_nats(largest):.6g} {unit.name}"
        bounded = "perplexity and efficiency are those of the nearest entropy that there can be"
        notes.append(f"{named(p.name)}: the {estimator} estimate is {what}, which no entropy is; {bounded}")
    if error is not None and estimator in _OF_PLUG_IN and sides > MANY * rolls:
        missed = f"{rolls:,} rolls of {sides:,} outcomes: the standard error leaves out the bias, which may be larger"
        notes.append(f"{named(p.name)}: {missed}; --estimator nsb has an error of both")
    own = {"value": value, "entropy": value, "perplexity": perplexity(min(max(found.value, 0.0), largest))}
    return own, {"estimator": estimator, "standard_error": None if error is None else unit.from_nats(error)}, notes
