"""What a report shows beyond what every report does. The options arrive as ``wanted``, a MetricOptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click

from cecli.commands.options import Function, grouped
from cecli.commands.options.headings import option
from cecli.core.families import LIBRARIES


@dataclass(frozen=True, eq=False, repr=False)
class MetricOptions:
    """``--top-k``, ``--worst``, ``--prior``, ``--confusions``, ``--decompose``, ``--corp`` and ``--like``, as given."""

    top_k: int
    worst: int | None
    prior: str | None
    confusions: int | None
    decompose: bool
    corp: bool
    like: tuple[str, ...]

    def of_classes(self) -> dict[str, Any]:
        """Those that need the predictions of all classes, by the names of their options."""
        names = ("prior", "confusions", "decompose", "corp", "like")
        return {name: getattr(self, name) for name in names}

    def metrics(self) -> tuple[str, ...]:
        """The names in METRICS of what is asked for and not in every report."""
        asked = {
            "confusions": self.confusions,
            "decomposition": self.decompose,
            "corp": self.corp,
            "like": self.like,
        }
        return tuple(name for name, given in asked.items() if given)


def metric_options(function: Function) -> Function:
    """What else is measured."""
    return grouped(
        function,
        "wanted",
        _value,
        [
            option("Report", "--top-k", "wanted_top_k", type=click.IntRange(min=1), default=5, show_default=True,
                         metavar="K", help="The k of top-k accuracy."),
            option("Report", "--worst", "wanted_worst", type=click.IntRange(min=1), metavar="N",
                         help="List the N rows of largest loss."),
            option("Report", "--confusions", "wanted_confusions", type=click.IntRange(min=1), metavar="N",
                         help="List the N pairs of classes whose confusion costs most."),
            option("Report", "--prior", "wanted_prior", metavar="PMF",
                         help="Measure skill against this PMF of the classes, too: a file, or uniform."),
            option("Report", "--decompose", "wanted_decompose", is_flag=True,
                         help="Split the loss into calibration, resolution and uncertainty, where forecasts repeat; "
                         "holds every distinct forecast, 100,000 at most."),
            option("Report", "--corp", "wanted_corp", is_flag=True,
                         help="The same for two classes and any forecasts, by isotonic recalibration, and AUC; "
                         "holds all rows, 9 bytes each (17 with weights), and ten times that at the end."),
            option("Report", "--like", "wanted_like", type=click.Choice(LIBRARIES), multiple=True,
                         help="Beside ours the number that this library gives for the same rows; repeatable."),
        ],
    )  # fmt: skip


def _value(own: dict[str, Any], arguments: dict[str, Any]) -> MetricOptions:
    own["like"] = tuple(dict.fromkeys(own["like"]))
    return MetricOptions(**own)
