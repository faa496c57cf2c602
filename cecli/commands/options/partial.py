"""``--partial``: the state of a run instead of its report. What is about the report has no meaning beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from cecli.commands.options import Function, output_options
from cecli.commands.options.headings import option
from cecli.errors import UsageError
from cecli.report.model import OutputOptions

_OF_REPORT = {
    "output_format": "--format",
    "output_value": "--value",
    "output_get": "--get",
    "output_digits": "--digits",
    "confidence": "--confidence",
    "choice_interval": "--interval",
    "choice_cluster_error": "--cluster-error",
    "unit": "--base",
    "reduction": "--reduction",
    "table": "--table",
    "requirements": "--require",
    "check": "--check",
    "page": "--report",
    "signature": "--signature",
    "wanted_prior": "--prior",
    "prior": "--prior",
}
"""Parameters that change the report alone, and the option that each stands for."""


def partial_option(function: Function) -> Function:
    """--partial; arrives as ``partial``."""
    return option(
        "Output", "--partial", is_flag=True,
        help="Write no report but the state of the run, which cecli merge adds to those of other shards.",
    )(function)  # fmt: skip


def output_or_state_options(function: Function) -> Function:
    """How a report or a state is written; arrives as ``output``."""
    return output_options(function, _output_or_state)


def _output_or_state(own: dict[str, Any], arguments: dict[str, Any]) -> OutputOptions:
    """The output options; with --partial the suffix of the file says nothing, and without it is none of a state."""
    from cecli.report.state_file import SUFFIX
    from cecli.report.write import check_options

    options = OutputOptions(**own)
    if arguments["partial"]:
        _check_no_report()
        check_options(replace(options, path=None))
        return options
    if options.format == "auto" and (options.file or "").lower().endswith(SUFFIX):
        raise UsageError(f"--output: {SUFFIX} is the suffix of a state, which is written with --partial")
    check_options(options)
    return options


def _check_no_report() -> None:
    context = click.get_current_context()
    for name, flag in _OF_REPORT.items():
        if context.get_parameter_source(name) == click.core.ParameterSource.COMMANDLINE:
            hint = None if flag in ("--check", "--signature") else f"give {flag} to cecli merge"
            raise UsageError(f"--partial writes a state and no report: {flag} has no meaning beside it", hint)
