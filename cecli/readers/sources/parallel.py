"""Work on the items of a stream in threads, its results in the order of the items, only a few items in flight."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

Item = TypeVar("Item")
Result = TypeVar("Result")


def ordered(items: Iterable[Item], work: Callable[[Item], Result], threads: int) -> Iterator[Result]:
    """``work(item)`` for every item, in order; with one thread or item, in the calling one.

    At most two items a thread wait or run, so memory does not grow with the stream. An error ends the work: what has
    not begun is cancelled, what has is waited for.

    >>> list(ordered(range(4), lambda item: item * item, threads=2))
    [0, 1, 4, 9]
    """
    rest = iter(items)
    first = list(islice(rest, 2)) if threads > 1 else []
    if len(first) < 2:  # nothing to do at once: a single block costs no thread, and not their import
        yield from map(work, chain(first, rest))
        return
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(threads, thread_name_prefix="cecli")
    waiting: deque[Future[Result]] = deque()
    try:
        for item in chain(first, rest):
            waiting.append(pool.submit(work, item))
            if len(waiting) >= 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
