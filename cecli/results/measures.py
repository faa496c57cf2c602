"""What ``entropy``, ``cross-entropy`` and ``kl`` have in common: a result per PMF, and what is seen of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cecli.report.model import Block, Facts, Grid, Table
from cecli.results.contributions import Fact, largest_terms, share
from cecli.results.finish import noted
from cecli.results.names import named

if TYPE_CHECKING:
    from cecli.core.pmfs.information import Terms
    from cecli.core.pmfs.pmf import Pmf
    from cecli.core.units import Unit

_TERM_COLUMNS = ("outcome", "p", "q", "-log q", "contribution", "share")

TURNED = False
"""One result is a row like any other."""


def document(unit: Unit, results: Sequence[dict[str, Any]], notes: Sequence[str]) -> dict[str, Any]:
    """The document of results, each made by ``result``, and notes on what was read."""
    infinite = [
        f"{_pair(entry)}: infinite, since q is 0 where p is not: {_listed(entry['infinite_outcomes'])}"
        for entry in results
        if entry.get("infinite_outcomes")
    ]
    return {"unit": unit.name, "results": list(results), **noted(input=notes, result=infinite)}


def headline(document: Mapping[str, Any]) -> list[float | None]:
    """The value of each result."""
    return [entry["value"] for entry in document["results"]]


def is_list(document: Mapping[str, Any]) -> bool:
    """Whether the terms are printed."""
    return "terms" in document["results"][0]


def table(document: Mapping[str, Any], name: str | None) -> Table:
    """The terms where there are some, else a row a result."""
    return _explained_table(document["results"]) if is_list(document) else _result_table(document["results"])


def result(command: str, p: Pmf, q: Pmf | None, unit: Unit, explain: bool) -> dict[str, Any]:
    """The keys that SPEC names for one result; those without a meaning for the command are left out."""
    from cecli.core.pmfs import information

    entry: dict[str, Any] = {"p": p.name}
    entropy = unit.from_nats(information.entropy(p))
    if q is None:
        nats = information.entropy(p)
        entry |= {"value": entropy, "entropy": entropy, "perplexity": information.perplexity(nats)}
        terms = information.entropy_terms(p) if explain else None
    else:
        nats = information.cross_entropy(p, q)
        cross, divergence = unit.from_nats(nats), unit.from_nats(information.kl_divergence(p, q))
        infinite = [p.labels()[k] for k in information.infinite_outcomes(p, q)]
        entry |= {"q": q.name, "value": divergence if command == "kl" else cross}
        entry |= {"entropy": entropy, "cross_entropy": cross, "kl_divergence": divergence}
        if command == "cross-entropy":
            entry["perplexity"] = information.perplexity(nats)
        entry["infinite_outcomes"] = infinite
        make = information.kl_terms if command == "kl" else information.cross_entropy_terms
        terms = make(p, q) if explain else None
    if terms is not None:
        entry["terms"] = _terms(p.labels(), terms, unit, entry["value"])
    return entry


def _terms(outcomes: Sequence[str], terms: Terms, unit: Unit, total: float) -> list[dict[str, Any]]:
    """A ledger that adds up to the total; the share of a term is undefined where the total is 0 or infinite."""
    rows = zip(
        outcomes, terms.p.tolist(), terms.q.tolist(), terms.surprisal.tolist(), terms.contribution.tolist(), strict=True
    )
    return [
        {
            "outcome": outcome,
            "p": p,
            "q": q,
            "surprisal": unit.from_nats(surprisal),
            "contribution": unit.from_nats(contribution),
            "share": share(unit.from_nats(contribution), total),
        }
        for outcome, p, q, surprisal, contribution in rows
    ]


def _scalar_keys(entry: Mapping[str, Any]) -> list[str]:
    return [key for key, value in entry.items() if not isinstance(value, list)]


def _result_table(results: Sequence[Mapping[str, Any]]) -> Table:
    columns = _scalar_keys(results[0])
    return Table(columns, [[entry[key] for key in columns] for entry in results])


def _explained_table(results: Sequence[Mapping[str, Any]]) -> Table:
    """The terms of all results; where there are several, the PMFs they belong to stand before them."""
    keys = list(results[0]["terms"][0])
    which = [key for key in ("p", "q") if key in results[0]] if len(results) > 1 else []
    columns = [*(f"{key}_name" for key in which), *keys]
    rows = [[*(entry[key] for key in which), *term.values()] for entry in results for term in entry["terms"]]
    return Table(columns, rows)


def view(headline: str, document: Mapping[str, Any]) -> list[Block]:
    """The figures of one result, ``headline`` first, or a line for each of several; and the terms."""
    results, unit = document["results"], document["unit"]
    alone = len(results) == 1
    view: list[Block] = [_facts(results[0], unit, headline) if alone else _grid(results, unit)]
    for entry in results:
        if "terms" in entry:
            title = "What each outcome contributes" + ("" if alone else f": {_pair(entry)}")
            rows = [list(term.values()) for term in entry["terms"]]
            columns = [*_TERM_COLUMNS[:4], f"contribution ({unit})", "share"]
            bars = columns[4]
            if "q" not in entry:  # the surprise of p under itself: a second column of the same numbers tells nothing
                columns, rows = ["outcome", "p", "-log p", *columns[4:]], [[*row[:2], *row[3:]] for row in rows]
            view.append(Grid(Table(columns, rows), title=title, bars=bars))
    return view


_NAMES = {
    "entropy": "Entropy H(p)",
    "cross_entropy": "Cross-entropy H(p, q)",
    "kl_divergence": "KL divergence D(p||q)",
    "perplexity": "Perplexity",
    "efficiency": "Efficiency H/log K",
    "standard_error": "Standard error",
    "renyi": "Rényi entropy",
    "tsallis": "Tsallis entropy",
    "min_entropy": "Min-entropy",
}
_ASKED = ("renyi", "tsallis", "min_entropy")
"""What may stand in the place of the entropy."""

_REMARKS = {"perplexity": "outcomes", "efficiency": "of the fair die's", "tsallis": ""}
_SYMBOLS = {"entropy": "H(p)", "cross_entropy": "H(p, q)", "kl_divergence": "D(p||q)"}
"""The short names, for the heads of columns."""


def _facts(entry: Mapping[str, Any], unit: str, headline: str) -> Facts:
    """One result, its headline first."""
    headline = next((key for key in _ASKED if key in entry), headline)
    keys = [headline, *(key for key in _NAMES if key in entry and key != headline)]
    rows: list[Fact] = [(_NAMES[key], entry[key], _REMARKS.get(key, unit)) for key in keys]
    how = f", {entry['estimator']} estimate" if "estimator" in entry else ""
    how += f", order {entry['order']:g}" if "order" in entry else ""
    if "terms" in entry:
        outcomes, parts = zip(*((term["outcome"], term["contribution"]) for term in entry["terms"]), strict=True)
        rows += largest_terms(outcomes, parts, entry["value"])
    return Facts(rows, title=_pair(entry) + how)


def _pair(entry: Mapping[str, Any]) -> str:
    return named(entry["p"]) + (f" against {named(entry['q'])}" if "q" in entry else "")


def _grid(results: Sequence[Mapping[str, Any]], unit: str) -> Grid:
    """A line per result; P is the same for all where there are Qs, so the title names it and no column repeats it."""
    title = f"{named(results[0]['p'])} against each q, in {unit}" if "q" in results[0] else f"In {unit}"
    columns = [key for key in _scalar_keys(results[0]) if key != "value" and not (key == "p" and "q" in results[0])]
    titles = [_SYMBOLS.get(key, key) for key in columns]
    return Grid(Table(titles, [[entry[key] for key in columns] for entry in results]), title=title)


def _listed(outcomes: Sequence[str]) -> str:
    more = len(outcomes) - 5
    return ", ".join(outcomes[:5]) + (f" and {more:,} more" if more > 0 else "")
