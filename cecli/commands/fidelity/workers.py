"""``cecli fidelity --workers`` and ``--scheduler``: a run that others do."""

from __future__ import annotations

from cecli.commands.fidelity.request import Wanted
from cecli.commands.options.workers import WorkerOptions
from cecli.commands.pair_runs import handed_out
from cecli.core.fidelity.state import Students
from cecli.core.rows.facts import PairFacts
from cecli.readers.predictions.lockstep import ComparedOptions
from cecli.readers.predictions.taught import Taught
from cecli.workers.students import unpack_students


def taught_on(
    workers: WorkerOptions, compared: ComparedOptions, wanted: Wanted, quiet: bool
) -> tuple[PairFacts, Students]:
    """What was read, and what has been added up, as in one process."""
    return handed_out("fidelity", Taught, unpack_students, workers, compared, wanted.options, quiet)
