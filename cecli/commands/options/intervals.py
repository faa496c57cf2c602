"""Which interval of the loss. The options arrive as ``choice``, a Choice."""

from __future__ import annotations

from typing import Any

import click

from cecli.commands.options import Function, grouped
from cecli.commands.options.headings import option
from cecli.core.functions.choice import Choice
from cecli.errors import UsageError


def interval_options(function: Function) -> Function:
    """--interval and --cluster-error."""
    return grouped(
        function,
        "choice",
        lambda own, arguments: Choice(own["interval"], own["cluster_error"]),
        [
            option("Report", "--interval", "choice_interval", type=click.Choice(["auto", "t", "none"]), default="auto",
                   show_default=True, help="Kind of interval: auto knows of skewness, and of few or unequal clusters; "
                   "t is Student's."),
            option("Report", "--cluster-error", "choice_cluster_error", type=click.Choice(["cr1", "cr2", "jackknife"]),
                   help="Error of clusters: cr1 is that of Stata and statsmodels, cr2 that of clubSandwich.  "
                   "[default: jackknife, with a logarithmic interval; cr1 with --interval t]"),
        ],
    )  # fmt: skip


def check_clusters(choice: Choice, cluster: Any) -> None:
    """Raise UsageError where an error of clusters is asked for and there are none."""
    if choice.cluster_error is not None and cluster is None:
        raise UsageError("--cluster-error is about clusters: --cluster COLUMN names them")
