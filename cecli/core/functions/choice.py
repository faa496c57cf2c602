"""Which interval of a mean is wanted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """``kind``: auto, t (Student's) or none; ``cluster_error``: cr1, cr2, jackknife, or None for that of the kind.

    >>> Choice().of_clusters, Choice("t").of_clusters
    ('jackknife', 'cr1')
    """

    kind: str = "auto"
    cluster_error: str | None = None

    @property
    def of_clusters(self) -> str:
        """The error that is taken of clusters."""
        return self.cluster_error or ("cr1" if self.kind == "t" else "jackknife")


AUTO, NONE = Choice(), Choice("none")
