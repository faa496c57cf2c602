"""The headings under which a long help lists its options, and the kind of command that does so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])

HEADINGS = ("Input", "What counts", "Loss", "Fit", "Report", "Gates", "Output", "Speed")
"""In the order of the help. What has none, as ``--help``, stands with the output."""

_ATTRIBUTE = "heading"


def option(heading: str, *names: str, **attributes: Any) -> Callable[[Function], Function]:
    """``click.option``, listed under a heading where the command's help has headings."""

    def declare(function: Function) -> Function:
        declared: Any = click.option(*names, **attributes)(function)
        setattr(declared.__click_params__[-1], _ATTRIBUTE, heading)
        return declared  # type: ignore[no-any-return]

    return declare


def options_by_heading(command: click.Command, context: click.Context) -> Mapping[str, list[click.Option]]:
    """Heading -> the options under it, as the help of a command shows them; one heading if it is short."""
    options = [one for one in command.get_params(context) if isinstance(one, click.Option) and not one.hidden]
    if not isinstance(command, HeadedCommand):
        return {"Options": options}
    found: dict[str, list[click.Option]] = {heading: [] for heading in HEADINGS}
    for one in options:
        found[getattr(one, _ATTRIBUTE, "Output")].append(one)
    return {heading: listed for heading, listed in found.items() if listed}


class HeadedCommand(click.Command):
    """A command of many options, which its help lists under headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for heading, options in options_by_heading(self, ctx).items():
            records = [record for one in options if (record := one.get_help_record(ctx)) is not None]
            with formatter.section(heading):
                formatter.write_dl(records)
