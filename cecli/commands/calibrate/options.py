"""What ``cecli calibrate`` is asked for beside its input. The options arrive as ``wanted``, a CalibrateOptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click

from cecli.commands.options import Function, grouped
from cecli.commands.options.headings import option
from cecli.errors import UsageError


@dataclass(frozen=True)
class CalibrateOptions:
    """``--bias``, ``--folds``, ``--seed`` and ``--table``, as given."""

    bias: bool = False
    folds: int | None = None
    seed: int | None = None
    table: str | None = None


def calibrate_options(function: Function) -> Function:
    """What is fitted and shown."""
    return grouped(
        function,
        "wanted",
        _value,
        [
            option("Fit", "--bias", "wanted_bias", is_flag=True, help="Fit a bias for each class, too."),
            option("Fit", "--folds", "wanted_folds", type=click.IntRange(2, 1000), metavar="K",
                         help="Score each of K parts of the rows by what was fitted to the others, too."),
            option("Fit", "--seed", "wanted_seed", type=click.IntRange(0, 2**53), metavar="INT",
                         help="Seed of the folds.  [default: 0]"),
            option("Report", "--table", "wanted_table", type=click.Choice(["variants", "bins", "biases"]),
                         help="With CSV, TSV and Markdown: print this list."),
        ],
    )  # fmt: skip


def _value(own: dict[str, Any], arguments: dict[str, Any]) -> CalibrateOptions:
    if own["seed"] is not None and own["folds"] is None:
        raise UsageError("--seed is the seed of --folds, which is not given")
    if own["table"] == "biases" and not own["bias"]:
        raise UsageError("--table biases needs --bias")
    return CalibrateOptions(**own)
