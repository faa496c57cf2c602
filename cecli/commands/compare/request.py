"""What is wanted of a comparison, whoever does the work."""

from __future__ import annotations

from dataclasses import dataclass

from cecli.commands.options.losses import LossOptions
from cecli.core.paired.pair_state import PairOptions
from cecli.core.paired.sign_flip import FLIPS, SIMULATED
from cecli.core.paired.spec import PairSpec
from cecli.readers.predictions.lockstep import Compared


@dataclass(frozen=True, eq=False, repr=False)
class Wanted:
    """The loss, and the signs that are drawn. ``worst`` rows are listed, and the classes; None where no list is."""

    loss: LossOptions
    worst: int | None
    flips: int | None
    seed: int

    def options(self, opened: Compared) -> PairOptions:
        """All that changes a figure; reads the file of class weights."""
        read = opened.reference
        rule = self.loss.rule(read.class_names, read.learn, read.options)
        weights = rule.class_weights
        return PairOptions(
            classes=read.classes,
            candidates=len(opened.candidates),
            spec=self._spec(opened),
            clip=self.loss.clip,
            label_smoothing=self.loss.smoothing,
            class_weights=None if weights is None else tuple(weights.tolist()),
            by=read.options.columns.by,
        )

    def _spec(self, opened: Compared) -> PairSpec:
        read = opened.reference
        hard = not (read.soft or read.observed_only)
        weighted = read.options.columns.weight is not None
        return PairSpec(
            classes=max(2, len(read.classes)) if hard and self.worst is not None else 0,
            weights=None if not weighted else "frequency" if read.options.frequency else "importance",
            own_denominator=(self.loss.class_weights is not None and not read.soft) or read.divides,
            hard=hard,
            worst=self.worst or 0,
            flips=self.flips or FLIPS,
            seed=self.seed,
            held=None if self.flips else SIMULATED,
        )
