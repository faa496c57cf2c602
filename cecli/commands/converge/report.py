"""What ``converge`` shows: the growing sample as a table, a document and a curve."""

from __future__ import annotations

from typing import Any

from cecli.core.hypotheses.convergence import Point
from cecli.core.pmfs.information import entropy
from cecli.core.pmfs.pmf import Pmf
from cecli.core.pmfs.weights import probabilities
from cecli.core.units import Unit
from cecli.report.model import Block, Cell, Curve, Facts, Grid, Remark, Report, Series, Table

MOST_PROBABILITIES = 1_000
"""Outcomes up to which the JSON holds p_n itself: at twenty sizes of the sample it is twenty times as many numbers."""


def report(
    document: dict[str, Any],
    rows: list[dict[str, Any]],
    points: list[Point],
    source: Pmf,
    unit: Unit,
    curve: Curve,
    notes: list[str],
) -> Report:
    """The report; ``rows`` are the points as their CSV shows them."""
    columns = list(rows[0])
    table = Table(columns, [list(row.values()) for row in rows])
    if source.size <= MOST_PROBABILITIES:
        for row, point in zip(rows, points, strict=True):
            row["probabilities"] = (point.counts / point.rolls).tolist()
        outcomes = zip(source.labels(), probabilities(source).tolist(), strict=True)
        document["outcomes"] = [{"outcome": outcome, "probability": probability} for outcome, probability in outcomes]
    document["points"] = rows
    return Report(
        command="converge",
        document=document,
        table=table,
        headline=[rows[-1]["kl_divergence"]],
        view=_view(document, rows, source, curve, unit),
        plain="table",
        notes=notes,
    )


def drawn_curve(document: dict[str, Any], rows: list[dict[str, Any]], source: Pmf, unit: Unit) -> Curve:
    """D(p_n||q) falls like 1/n, total variation like its root; below it 2n D, which settles in a distribution."""

    def column(name: str) -> list[float]:
        return [row[name] for row in rows]

    n, share = column("rolls"), f"{document['confidence'] * 100:g} %"
    series = [Series("D(p_n||q)", n, column("kl_divergence"))]
    if document["replicates"]:
        series += [Series(f"mean over {document['replicates']:,} samples", n, column("kl_divergence_mean"))]
        series += [
            Series(
                f"{share} of them", n, style="band", low=column("kl_divergence_low"), high=column("kl_divergence_high")
            )
        ]
    series += [Series("total variation", n, column("total_variation"))]
    series += [Series("(K-1)/2n", n, column("expected_kl_divergence"), "dashed")]
    low, high = ([document[key]] * len(n) for key in ("wilks_low", "wilks_high"))
    law = f"{share} of chi-squared, df {document['degrees_of_freedom']:,}"
    below = [Series("2n D(p_n||q)", n, column("wilks")), Series(law, n, style="band", low=low, high=high)]
    return Curve(
        series,
        f"{document['rolls']:,} rolls of {source.name}, seed {document['seed']}",
        "rolls n",
        f"D in {unit.name}, total variation",
        log_x=True,
        log_y=True,
        below=Curve(below, y_label="2n D in nats", log_x=True),
    )


_SHOWN = {
    "rolls": "n",
    "kl_divergence": "D(p_n||q)",
    "expected_kl_divergence": "(K-1)/2n",
    "total_variation": "TV",
    "wilks": "2n D",
    "entropy": "H(p_n)",
    "cross_entropy": "H(p_n,q)",
}
_SHOWN_SPREAD = {
    "rolls": "n",
    "kl_divergence_mean": "mean D",
    "kl_divergence_low": "low",
    "kl_divergence_high": "high",
    "total_variation_mean": "mean TV",
    "within_band": "in band",
}


def _view(document: dict[str, Any], rows: list[dict[str, Any]], source: Pmf, curve: Curve, unit: Unit) -> list[Block]:
    last, share = rows[-1], f"{document['confidence'] * 100:g} %"
    band = f"{share} of chi-squared: {document['wilks_low']:.4g} to {document['wilks_high']:.4g}"
    facts: list[tuple[str, Cell, Remark]] = [
        (
            "KL divergence D(p_n||q)",
            last["kl_divergence"],
            f"{unit.name}; (K-1)/2n = {last['expected_kl_divergence']:.4g}",
        ),
        ("2n D(p_n||q)", last["wilks"], f"nats; {band}"),
        ("Total variation", last["total_variation"], ""),
        ("Entropy H(p_n)", last["entropy"], (f"{unit.name}; H(q) = ", unit.from_nats(entropy(source)))),
        ("Cross-entropy H(p_n, q)", last["cross_entropy"], unit.name),
    ]
    view: list[Block] = [Facts(facts, title=f"p_n after {document['rolls']:,} rolls of {source.name}"), curve]
    varies = len({row["cross_entropy"] for row in rows}) > 1  # under a uniform q it is log K throughout
    shown = {key: name for key, name in _SHOWN.items() if varies or key != "cross_entropy"}
    view.append(_grid(rows, shown, "One growing sample"))
    if document["replicates"]:
        title = f"{document['replicates']:,} other samples: means, and D of the middle {share}"
        view.append(_grid(rows, _SHOWN_SPREAD, title))
    return view


def _grid(rows: list[dict[str, Any]], shown: dict[str, str], title: str) -> Grid:
    return Grid(Table(list(shown.values()), [[row[key] for key in shown] for row in rows]), title=title)
