"""What ``cecli cross-entropy`` shows of its document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cecli.report.model import Block
from cecli.results import measures
from cecli.results.measures import TURNED, headline, is_list, table

__all__ = ["TURNED", "headline", "is_list", "table", "view"]


def view(document: Mapping[str, Any], name: str | None = None) -> list[Block]:
    """The results and, where they are asked for, their terms."""
    return measures.view("cross_entropy", document)
