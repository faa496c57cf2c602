"""``cecli compare --workers`` and ``--scheduler``: a run that others do."""

from __future__ import annotations

from cecli.commands.compare.request import Wanted
from cecli.commands.options.workers import WorkerOptions
from cecli.commands.pair_runs import handed_out
from cecli.core.paired.pair_state import Comparisons
from cecli.core.rows.facts import PairFacts
from cecli.readers.predictions.lockstep import Compared, ComparedOptions
from cecli.workers.pairs import unpack_pair


def compared_on(
    workers: WorkerOptions, compared: ComparedOptions, wanted: Wanted, quiet: bool
) -> tuple[PairFacts, Comparisons]:
    """What was read, and what has been added up, as in one process."""
    return handed_out("compare", Compared, unpack_pair, workers, compared, wanted.options, quiet)
