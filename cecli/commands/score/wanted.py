"""What is wanted of a score, whoever does the work, and its ending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from cecli.commands.options.metrics import MetricOptions
from cecli.commands.options.page import WORST_ROWS
from cecli.commands.signature import arguments_given
from cecli.core.functions.choice import AUTO, NONE, Choice
from cecli.core.metrics import HEADLINE, NEEDS, OF_LOSSES, REPORT
from cecli.core.units import Unit
from cecli.errors import UsageError
from cecli.report.model import OutputOptions
from cecli.report.write import resolve_format
from cecli.results.finish import Ending, finish
from cecli.results.requirements import Requirement
from cecli.results.score.document import Scored

if TYPE_CHECKING:
    from cecli.core.pmfs.pmf import Pmf
    from cecli.core.rows.facts import Facts
    from cecli.core.scores.scorer import Scorer


@dataclass(frozen=True, eq=False, repr=False)
class Wanted:
    """What is wanted of a run, whatever it finds."""

    unit: Unit
    confidence: float
    summed: bool
    by: str | None
    table: str | None
    requirements: Sequence[Requirement]
    metrics: MetricOptions
    output: OutputOptions
    page: str | None = None
    choice: Choice = AUTO

    @property
    def beside(self) -> int:
        """How many rows of largest loss the page shows that nobody asked for."""
        return WORST_ROWS if self.page is not None and self.metrics.worst is None else 0

    def measured(self, observed_only: bool) -> tuple[str, ...]:
        """The names in METRICS of what must be measured; little where nothing but the loss is printed."""
        if self._bare():
            return HEADLINE[:1] if observed_only else HEADLINE
        if (needed := self._needed()) is not None and not observed_only:
            return (*HEADLINE, *needed)
        return OF_LOSSES if observed_only else (*REPORT, *self.metrics.metrics())

    def _bare(self) -> bool:
        """Whether nothing but the loss is printed."""
        more = self.by or self.table or self.requirements or self.page or self.metrics.metrics()
        single = self.output.get is None and (self.output.value or resolve_format(self.output) == "plain")
        return single and not more

    def _needed(self) -> tuple[str, ...] | None:
        """What the keys need that are asked for; None where the whole report is."""
        asked = [each.key for each in self.requirements] + ([] if self.output.get is None else [self.output.get])
        single = self.output.value or self.output.get is not None
        more = self.by or self.table or self.page or self.metrics.metrics() or self.metrics.worst
        if not single or more or not all(key in NEEDS for key in asked):
            return None
        return tuple(dict.fromkeys(name for key in asked for name in NEEDS[key]))

    def finish(
        self,
        facts: Facts,
        total: Scorer,
        groups: Scorer | None,
        prior: Pmf | None,
        digests: Mapping[str, str] | None = None,
    ) -> None:
        """Write the report of a run, or of the states of several."""
        wanted = self.metrics
        scored = Scored(
            facts, total, groups, self.unit, self.confidence, self.summed, self.by,
            worst=None if self.beside else wanted.worst, confusions=wanted.confusions, prior=prior,
            listed=self._lists(), page=self.page is not None,
            choice=NONE if self._bare() else self.choice,
        )  # fmt: skip
        ending = Ending(
            self.output,
            self.requirements,
            self.table,
            self.page,
            arguments=arguments_given(),
            digests=digests,
            called=str(click.get_current_context().info_name),
        )
        finish("score", scored.document(), ending)

    def _lists(self) -> bool:
        """Whether the figures of each class are wanted, which are many where the classes are."""
        if self._needed() is not None:
            return False
        if self.requirements or self.table == "classes" or self.output.get is not None or self.page:
            return True
        return not self.output.value and resolve_format(self.output) in ("json", "table")


def check_pairs(soft: bool, metrics: MetricOptions) -> None:
    """Raise UsageError for the pairs of a label and the class predicted where no row has one label."""
    if soft and metrics.confusions:
        raise UsageError("--confusions counts pairs of classes, and LABELS holds a PMF for every row")
