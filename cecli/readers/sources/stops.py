"""Reads that end when the program is told to stop, wherever the main thread is.

Python's own handler runs in the main thread alone, which may wait in a library until a read in another thread has
ended. So a thread watches for the program's signals, and tells whoever waits for a server.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import weakref
from typing import Any

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")

_waiting: weakref.WeakSet[Any] = weakref.WeakSet()
_writer: socket.socket | None = None


def stop_with_program(reader: Any) -> None:
    """Call ``reader.stop()`` when a signal ends the program, until ``forget`` is called.

    Nothing is done where others handle the signals, as in a program that uses the library.
    """
    global _writer
    _waiting.add(reader)
    if _writer is not None or not _is_ours() or threading.current_thread() is not threading.main_thread():
        return
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    before = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    if before != -1:
        signal.set_wakeup_fd(before)
        ours.close()
        theirs.close()
        return
    _writer = theirs
    threading.Thread(target=_watch, args=(ours,), name="cecli-stops", daemon=True).start()


def forget(reader: Any) -> None:
    """Let go of what has been read; the last one ends the thread."""
    global _writer
    _waiting.discard(reader)
    if _writer is None or len(_waiting) or threading.current_thread() is not threading.main_thread():
        return
    writer, _writer = _writer, None
    if signal.set_wakeup_fd(-1) != writer.fileno():
        return
    writer.close()


def _is_ours() -> bool:
    """Whether the program itself handles the signals."""
    if os.name == "nt":
        return False
    handlers = [signal.getsignal(getattr(signal, name)) for name in _NAMES]
    return any(getattr(handler, "__module__", None) == "cecli.cli" for handler in handlers)


def _watch(ours: socket.socket) -> None:
    numbers = {int(getattr(signal, name)) for name in _NAMES}
    with ours:
        while found := ours.recv(64):
            if numbers.intersection(found):
                for reader in list(_waiting):
                    reader.stop()
