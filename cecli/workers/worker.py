"""A worker of this machine: a process that scores shards and merges states for the one that started it.

It reads pickled orders (the kind of work, whether to merge, the arguments) from standard input, and answers each on
standard output with a pair: whether it went well, and the result or the error. It ends when there is no more to read,
as when the one that started it has ended.
"""

from __future__ import annotations

import os
import pickle
import sys
from typing import Any, BinaryIO

from cecli.workers.kinds import KINDS


def serve(orders: BinaryIO, answers: BinaryIO) -> None:
    """Do what is asked until there is no more."""
    while True:
        try:
            kind, merges, arguments = pickle.load(orders)
        except EOFError:
            return
        answer: tuple[bool, Any]
        try:
            answer = True, KINDS[kind].function(merges)(*arguments)
        except Exception as error:
            answer = False, error
        pickle.dump(answer, answers)
        answers.flush()


if __name__ == "__main__":
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library may print is no answer
    serve(sys.stdin.buffer, out)
