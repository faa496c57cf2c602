"""The gates of ``compare``: what makes it exit with status 3. They arrive as ``gates``, a GateOptions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from cecli.commands.options import Function, grouped
from cecli.commands.options.headings import option
from cecli.core.units import Unit
from cecli.errors import UsageError

if TYPE_CHECKING:
    from cecli.core.paired.comparison import Comparison

ALPHA = 0.05


@dataclass(frozen=True, eq=False, repr=False)
class GateOptions:
    """``--fail-if-worse``, ``--fail-unless-better``, ``--margin``, ``--alpha`` and ``--test``, as given."""

    if_worse: bool
    unless_better: bool
    margin: float | None
    alpha: float
    by_signs: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is no gate."""
        return not (self.if_worse or self.unless_better or self.margin is not None)

    def judged(self, comparisons: Sequence[Comparison], unit: Unit) -> list[list[dict[str, Any]]]:
        """For every comparison an entry for each gate: its name, level, p-value, and whether it is met."""
        from cecli.core.paired.gates import better, judged, not_worse, not_worse_by

        gates = {}
        if self.if_worse:
            gates["fail-if-worse"] = not_worse(self.by_signs)
        if self.unless_better:
            gates["fail-unless-better"] = better(self.by_signs)
        if self.margin is not None:
            gates["margin"] = not_worse_by(unit.to_nats(self.margin))
        entries: list[list[dict[str, Any]]] = [[] for _ in comparisons]
        for name, gate in gates.items():
            for own, verdict in zip(entries, judged(gate, comparisons, self.alpha), strict=True):
                margin = {"margin": self.margin} if name == "margin" else {}
                own.append(
                    {"gate": name, **margin, "alpha": self.alpha, "p_value": verdict.p_value, "met": verdict.met}
                )
        return entries


def gate_options(function: Function) -> Function:
    """What makes a comparison fail."""
    return grouped(
        function,
        "gates",
        _value,
        [
            option("Gates", "--fail-if-worse", "gates_if_worse", is_flag=True,
                         help="Exit with status 3 if B's loss is higher, one-sided p < --alpha."),
            option("Gates", "--fail-unless-better", "gates_unless_better", is_flag=True,
                         help="Exit with status 3 unless B's loss is lower, one-sided p < --alpha."),
            option("Gates", "--margin", "gates_margin", type=float, metavar="D",
                         help="Exit with status 3 unless B's loss is below A's + D, one-sided p < --alpha: B is not "
                         "inferior by D or more."),
            option("Gates", "--alpha", "gates_alpha", type=click.FloatRange(0, 1, min_open=True, max_open=True),
                         metavar="SHARE", help="Level of these tests.  [default: 0.05]"),
            option("Gates", "--test", "gates_test", type=click.Choice(["t", "sign-flip"]),
                         help="Whose p-value these tests take.  [default: t]"),
        ],
    )  # fmt: skip


def _value(own: dict[str, Any], arguments: dict[str, Any]) -> GateOptions:
    margin, alpha, test = own["margin"], own["alpha"], own["test"]
    if margin is not None and not (margin >= 0 and math.isfinite(margin)):
        raise UsageError(f"--margin: expected a difference >= 0, found {margin!r}", "e.g. --margin 0.01")
    if margin is not None and test == "sign-flip":
        raise UsageError("--margin is tested by t: the signs of differences from a margin are not alike")
    options = GateOptions(
        own["if_worse"], own["unless_better"], margin, ALPHA if alpha is None else alpha, test == "sign-flip"
    )
    if options.is_empty and (alpha is not None or test is not None):
        given = "--alpha" if alpha is not None else "--test"
        raise UsageError(
            f"{given} belongs to a gate, and there is none", "--fail-if-worse, --fail-unless-better or --margin D"
        )
    return options
