"""A worker of this machine: a process that scores shards and merges states for the one that started it.

It reads pickled pairs (function, arguments) from standard input and answers each on standard output with a pair:
whether it went well, and the result or the error. It ends when there is no more to read, as when who started it has
ended.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from cecli.cluster.work import merge_states, score_shard

WORK: dict[str, Callable[..., bytes]] = {"score": score_shard, "merge": merge_states}


def serve(orders: BinaryIO, answers: BinaryIO) -> None:
    """Do what is asked until there is no more."""
    while True:
        try:
            name, arguments = pickle.load(orders)
        except EOFError:
            return
        answer: tuple[bool, Any]
        try:
            answer = True, WORK[name](*arguments)
        except Exception as error:
            answer = False, error
        pickle.dump(answer, answers)
        answers.flush()


if __name__ == "__main__":
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library may print is no answer
    serve(sys.stdin.buffer, out)
