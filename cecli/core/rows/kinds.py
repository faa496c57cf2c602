"""What predictions may hold, in the words of the command line. No NumPy, so that options can be declared with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cecli.core.rows.rows import Kind

KINDS: dict[str, Kind] = {"probs": "probabilities", "logits": "logits", "log-probs": "log-probabilities"}
"""What ``--kinds`` calls the kinds of figures of all classes."""
