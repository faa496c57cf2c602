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

    The calling thread is one of the threads: it takes items from the stream, and works on one itself when enough are
    waiting. So there are no more threads than cores, of which one would be stopped while it holds what others wait for.
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

    pool = ThreadPoolExecutor(threads - 1, thread_name_prefix="cecli")
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    try:
        for item in chain(first, rest):
            waiting.append((item, pool.submit(work, item)))
            if len(waiting) >= 2 * threads:
                _help(waiting, work)
                yield waiting.popleft()[1].result()
        while waiting:
            _help(waiting, work)
            yield waiting.popleft()[1].result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _help(waiting: deque[tuple[Item, Future[Result]]], work: Callable[[Item], Result]) -> None:
    """Do what no thread has begun, the first of it, unless the next result is there already."""
    if waiting[0][1].done():
        return
    for place, (item, future) in enumerate(waiting):
        if future.cancel():
            done: Future[Result] = type(future)()
            try:
                done.set_result(work(item))
            except Exception as error:  # raised where it is this item's turn
                done.set_exception(error)
            waiting[place] = (item, done)
            return
