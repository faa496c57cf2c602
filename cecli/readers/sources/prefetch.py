"""A stream of blocks made in a thread of its own, a few blocks ahead of who takes them."""

from __future__ import annotations

from collections.abc import Iterator
from queue import Empty, Full, Queue
from threading import Event, Thread

_AHEAD = 3
"""Blocks that wait at most; with the largest step of the unpackers that is some 12 MB."""

_AT_ONCE = 2
"""Blocks that come without a thread, so that a small input costs none."""

_PATIENCE = 0.1
"""Seconds after which a thread that cannot hand on its block looks whether anyone still wants it."""


class ReadAhead:
    """The blocks of ``blocks`` in their order, and then its error if it ends in one.

    ``close`` ends the thread and waits for it: give only what does not block for long, such as a file on disk. Not
    closed, it ends with the program.
    """

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._queue: Queue[bytes | BaseException | None] = Queue(_AHEAD)
        self._stop = Event()
        self._thread: Thread | None = None
        self._taken = 0
        self._ended = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._ended:
            raise StopIteration
        if self._taken < _AT_ONCE:
            self._taken += 1
            block = next(self._blocks, None)
            if block is None:
                self._ended = True
                raise StopIteration
            return block
        if self._thread is None:
            self._thread = Thread(target=self._run, name="cecli-unpack", daemon=True)
            self._thread.start()
        item = self._queue.get()
        if isinstance(item, bytes):
            return item
        self._ended = True
        self._thread.join()
        if item is None:
            raise StopIteration
        raise item

    def close(self) -> None:
        """End the thread, whatever it has in hand."""
        self._ended = True
        self._stop.set()
        if self._thread is not None:
            while self._thread.is_alive():
                try:
                    self._queue.get_nowait()
                except Empty:
                    self._thread.join(_PATIENCE)

    def _run(self) -> None:
        end: BaseException | None = None
        try:
            for block in self._blocks:
                if not self._hand_on(block):
                    return
        except BaseException as error:  # raised again where the blocks are taken
            end = error
        self._hand_on(end)

    def _hand_on(self, item: bytes | BaseException | None) -> bool:
        while not self._stop.is_set():
            try:
                self._queue.put(item, timeout=_PATIENCE)
            except Full:
                continue
            return True
        return False
