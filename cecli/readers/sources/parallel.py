"""Work on the items of a stream in threads, its results in the order of the items, only a few items in flight."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from queue import SimpleQueue

Item = TypeVar("Item")
Result = TypeVar("Result")


def ordered(items: Iterable[Item], work: Callable[[Item], Result], threads: int) -> Iterator[Result]:
    """``work(item)`` for every item, in order; with one thread or item, in the calling one.

    The calling thread is one of the threads: it takes items from the stream, and works on one itself when enough are
    waiting. So there are no more threads than cores, of which one would be stopped while it holds what others wait for.
    At most two items a thread wait or run, so memory does not grow with the stream. An error ends the work: what has
    not begun is dropped, what has is waited for.

    >>> list(ordered(range(4), lambda item: item * item, threads=2))
    [0, 1, 4, 9]
    """
    rest = iter(items)
    first = list(islice(rest, 2)) if threads > 1 else []
    if len(first) < 2:  # nothing to do at once: a single block costs no thread, and not their import
        yield from map(work, chain(first, rest))
        return
    pool = _Pool(work)
    waiting: deque[_Task[Item, Result]] = deque()
    try:
        pool.start(threads - 1)
        for item in chain(first, rest):
            waiting.append(pool.submit(item))
            if len(waiting) >= 2 * threads:
                pool.help(waiting[0])
                yield waiting.popleft().result()
        while waiting:
            pool.help(waiting[0])
            yield waiting.popleft().result()
    finally:
        pool.close()


class _Task(Generic[Item, Result]):
    """An item, and what has become of it."""

    def __init__(self, item: Item, outcome: SimpleQueue[tuple[Any, BaseException | None]]) -> None:
        self._item = item
        self._outcome = outcome

    def perform(self, work: Callable[[Item], Result], caught: type[BaseException] = BaseException) -> None:
        """Do the work; an error is raised where it is this item's turn."""
        try:
            self._outcome.put((work(self._item), None))
        except caught as error:
            self._outcome.put((None, error))

    def is_done(self) -> bool:
        """Whether the result is there."""
        return not self._outcome.empty()

    def result(self) -> Result:
        """The result, waited for."""
        value, error = self._outcome.get()
        if error is not None:
            raise error
        result: Result = value
        return result


class _Pool(Generic[Item, Result]):
    """Threads that take tasks from a queue.

    A signal may raise an exception in the calling thread between any two of its instructions. The pools of the standard
    library then may be left with a lock held, on which their threads hang; a ``SimpleQueue`` is written in C and may
    not (its documentation promises it).
    """

    def __init__(self, work: Callable[[Item], Result]) -> None:
        from queue import SimpleQueue

        self._work = work
        self._new = SimpleQueue
        self._tasks: SimpleQueue[_Task[Item, Result] | None] = SimpleQueue()
        self._ended: SimpleQueue[None] = SimpleQueue()
        self._threads = 0

    def start(self, threads: int) -> None:
        """Start the threads. Raises RuntimeError where the system has none left."""
        from threading import Thread

        for number in range(threads):
            thread = Thread(target=self._run, name=f"cecli_{number}", daemon=True)
            self._threads += 1
            try:
                thread.start()
            except RuntimeError:
                self._threads -= 1
                raise

    def submit(self, item: Item) -> _Task[Item, Result]:
        """A task for the threads."""
        task: _Task[Item, Result] = _Task(item, self._new())
        self._tasks.put(task)
        return task

    def help(self, wanted: _Task[Item, Result]) -> None:
        """Do what no thread has begun, the first of it, unless ``wanted`` is done."""
        from queue import Empty

        if wanted.is_done():
            return
        try:
            task = self._tasks.get_nowait()
        except Empty:
            return
        if task is not None:
            task.perform(self._work, Exception)

    def close(self) -> None:
        """Drop what has not begun, and wait for the threads."""
        from queue import Empty

        try:
            while True:
                self._tasks.get_nowait()
        except Empty:
            pass
        for _ in range(self._threads):
            self._tasks.put(None)
        for _ in range(self._threads):
            self._ended.get()

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            task.perform(self._work)
            del task  # else its block would stay until the next one comes
        self._ended.put(None)
