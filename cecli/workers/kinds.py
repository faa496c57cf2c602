"""The kinds of work that are handed out: what is made of a shard, and how what was made is merged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

Work = Callable[..., bytes]


@dataclass(frozen=True)
class Kind:
    """The functions of a module: of a job and a task, and of several results; imported when they are used."""

    module: str
    shard: str
    merge: str

    def function(self, merges: bool) -> Work:
        """The one that merges, or the one for a shard."""
        found: Work = getattr(import_module(f"cecli.workers.{self.module}"), self.merge if merges else self.shard)
        return found


KINDS = {
    "score": Kind("work", "score_shard", "merge_states"),
    "compare": Kind("pairs", "compare_shard", "merge_pairs"),
    "fidelity": Kind("students", "fidelity_shard", "merge_students"),
    "count": Kind("count", "count_shard", "merge_counts"),
    "lines": Kind("lines", "count_lines", "merge_lines"),
}
