"""The options that change the loss figures and nothing else. They arrive as ``loss``, a LossOptions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cecli.commands.options import Function, grouped
from cecli.commands.options.headings import option
from cecli.errors import UsageError

if TYPE_CHECKING:
    from cecli.core.rows.rows import LossRule
    from cecli.readers.predictions.predictions import PredictionOptions


@dataclass(frozen=True, eq=False, repr=False)
class LossOptions:
    """``--clip``, ``--label-smoothing`` and ``--class-weights``, as given."""

    clip: float | None
    smoothing: float
    class_weights: str | None

    def rule(self, classes: Sequence[str], learn: Callable[[str], bool] | None, options: PredictionOptions) -> LossRule:
        """The rule for these classes; reads the file of class weights. ``learn`` as in ``read_class_weights``,
        ``options`` say how the predictions are read."""
        from cecli.core.rows.rows import LossRule

        if self.class_weights is None:
            return LossRule(self.clip, self.smoothing)
        from cecli.readers.small.class_weights import read_class_weights

        weights = read_class_weights(self.class_weights, classes, learn, options.delimiter, options.first_label or 0)
        return LossRule(self.clip, self.smoothing, weights)


def loss_options(function: Function) -> Function:
    """What changes the loss and nothing else."""
    return grouped(
        function,
        "loss",
        _value,
        [
            option("Loss", "--clip", "loss_clip", type=float, metavar="E",
                         help="Limit probabilities to [E, 1 - E] in the loss.  [default: no limit]"),
            option("Loss", "--label-smoothing", "loss_smoothing", type=float, default=0.0, metavar="E",
                         help="Mix the observed PMF with the uniform one: (1 - E) p + E/K."),
            option("Loss", "--class-weights", "loss_class_weights", metavar="FILE",
                         help="Weights of the classes in the loss: a file of class,weight."),
        ],
    )  # fmt: skip


def _value(own: dict[str, Any], arguments: dict[str, Any]) -> LossOptions:
    clip, smoothing = own["clip"], own["smoothing"]
    if clip is not None and not 0 < clip < 0.5:
        raise UsageError(f"--clip: expected a probability between 0 and 0.5, found {clip!r}", hint="e.g. 1e-15")
    if not (0 <= smoothing <= 1 and math.isfinite(smoothing)):
        raise UsageError(f"--label-smoothing: expected a share from 0 to 1, found {smoothing!r}", hint="e.g. 0.1")
    return LossOptions(clip, smoothing, own["class_weights"])
