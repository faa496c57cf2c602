"""What llama.cpp's file of logits begins with; known without NumPy, so that arguments can be told apart by it."""

from __future__ import annotations

import os

MAGIC = b"_logits_"


def has_own_labels(path: str) -> bool:
    """Whether a file on disk is one of those that hold what was observed beside the predictions."""
    if not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False  # whoever opens it to read it says so
