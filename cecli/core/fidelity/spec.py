"""What the accumulators of a fidelity report must know before the first row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class FidelitySpec:
    """``classes`` is their number; ``top_k`` the k of "among the student's first k"; ``weights`` None where every row
    counts once. ``worst`` rows of largest divergence are kept. ``by_class`` keeps sums by the teacher's class,
    ``quantiles`` bins the divergences, and with ``exact`` holds them; with ``held`` the rows of several students can be
    compared afterwards. ``observed`` is what is known of each row: one class, a PMF over them, or nothing.
    """

    classes: int
    top_k: int = 5
    weights: Literal["importance", "frequency"] | None = None
    worst: int = 0
    by_class: bool = True
    quantiles: bool = True
    exact: bool = False
    held: bool = False
    observed: Literal["hard", "soft"] | None = None
