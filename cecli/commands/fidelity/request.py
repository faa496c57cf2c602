"""What is wanted of a fidelity report, whoever does the work."""

from __future__ import annotations

from dataclasses import dataclass

from cecli.core.fidelity.spec import FidelitySpec
from cecli.core.fidelity.state import FidelityOptions
from cecli.readers.predictions.lockstep import Compared


@dataclass(frozen=True, eq=False, repr=False)
class Wanted:
    """The k of the top k, whether ``lists`` are shown and of how many worst rows, and whether all rows are held."""

    top_k: int
    worst: int
    lists: bool
    exact: bool

    def options(self, opened: Compared) -> FidelityOptions:
        """All that changes a figure."""
        read = opened.reference
        return FidelityOptions(
            classes=read.classes,
            candidates=len(opened.candidates),
            spec=self._spec(opened),
            by=read.options.columns.by,
        )

    def _spec(self, opened: Compared) -> FidelitySpec:
        read = opened.reference
        observed = None if read.unlabelled else "soft" if read.soft else "hard"
        weighted = read.options.columns.weight is not None
        return FidelitySpec(
            classes=max(2, len(read.classes)),
            top_k=self.top_k,
            weights=None if not weighted else "frequency" if read.options.frequency else "importance",
            worst=self.worst if self.lists else 0,
            by_class=self.lists,
            exact=self.exact,
            held=len(opened.candidates) > 1,
            observed=observed,  # type: ignore[arg-type]
        )
