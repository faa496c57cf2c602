"""What is said of an error that few clusters stand behind."""

from __future__ import annotations

from cecli.errors import several

_FEW = 3
"""Clusters up to which the error of a mean over them is hardly more than chance: of three it has two degrees of
freedom, and the 95 % interval of its ratio to the true one is 0.16 to 1.92 even where clusters are normal."""


def few_clusters(count: int | None) -> list[str]:
    """A note where clusters are that few; none where there are none.

    >>> few_clusters(2)
    ['--cluster: 2 clusters are too few: they say next to nothing of the error']
    >>> few_clusters(4), few_clusters(None)
    ([], [])
    """
    if not count or count > _FEW:
        return []
    if count == 1:
        return ["--cluster: all rows are in 1 cluster, which says nothing of the error"]
    return [f"--cluster: {several(count, 'cluster')} are too few: they say next to nothing of the error"]
