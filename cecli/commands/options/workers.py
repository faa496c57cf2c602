"""``--workers`` and ``--scheduler``: who does the work. They arrive as ``workers``, a WorkerOptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click

from cecli.commands.options import Function, grouped
from cecli.commands.options.headings import option
from cecli.errors import UsageError


@dataclass(frozen=True, eq=False, repr=False)
class WorkerOptions:
    """So many processes here, or the workers of a scheduler; neither where this process does the work."""

    processes: int | None
    scheduler: str | None

    @property
    def given(self) -> bool:
        """Whether others do the work."""
        return self.processes is not None or self.scheduler is not None


def worker_options(function: Function) -> Function:
    """Who does the work."""
    return grouped(
        function,
        "workers",
        _value,
        [
            option("Speed", "--workers", "workers_processes", type=click.IntRange(min=1), metavar="N",
                         help="Hand the shards out to N processes of one thread each."),
            option("Speed", "--scheduler", "workers_scheduler", metavar="URL",
                         help="Hand them out to the workers of a Dask cluster, e.g. tcp://host:8786 "
                         "(needs pip install 'cecli[cluster]')."),
        ],
    )  # fmt: skip


def _value(own: dict[str, Any], arguments: dict[str, Any]) -> WorkerOptions:
    options = WorkerOptions(**own)
    if options.processes is not None and options.scheduler is not None:
        raise UsageError("--workers and --scheduler exclude each other")
    if options.given:
        _check_others()
    return options


def _check_others() -> None:
    context = click.get_current_context()
    for name, flag, why in (
        ("threads", "--threads", "each worker has threads of its own"),
        ("check", "--check", "it looks at the heads of the files alone"),
        ("signature", "--signature", "it is taken of what this process reads"),
    ):
        if context.get_parameter_source(name) == click.core.ParameterSource.COMMANDLINE:
            raise UsageError(f"{flag} has no meaning beside --workers and --scheduler: {why}")
    if context.params.get("reduction") == "none":
        raise UsageError("--reduction none streams a loss per row, which is the work of one process")
