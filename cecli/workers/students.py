"""``fidelity`` handed out: what a worker makes of a shard of a teacher and its students, and such states merged."""

from __future__ import annotations

import json

from cecli.core.fidelity.state import FidelityPartial, fidelity_partial_from, fidelity_partial_of
from cecli.core.rows.run_state import merged
from cecli.readers.predictions.taught import Taught
from cecli.workers.job import Task
from cecli.workers.pairs import PairJob, state_of_shard
from cecli.workers.work import pack


def fidelity_shard(job: PairJob, task: Task) -> bytes:
    """The state of one shard."""
    return state_of_shard(job, task, Taught, fidelity_partial_of)


def merge_students(*states: bytes) -> bytes:
    """Several states as one."""
    return pack(merged([unpack_students(state) for state in states]))


def unpack_students(state: bytes) -> FidelityPartial:
    """A state that has arrived."""
    return fidelity_partial_from(json.loads(state), "a state")
