"""How files of arrays begin, for those who have only seen their first bytes."""

from __future__ import annotations


def is_safetensors(head: bytes, suffix: str) -> bool:
    """Whether a file begins with the length of a header (less than 4 GiB, so that four bytes are zero, as in no text),
    and the header with a brace."""
    return head[8:9] == b"{" and 2 <= int.from_bytes(head[:8], "little") < 1 << 32
