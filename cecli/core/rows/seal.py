"""The checksum of a state: SHA-256 of all its text but the checksum itself, which stands behind the two versions."""

from __future__ import annotations

import re

_HEAD = re.compile(rb'(\{"cecli_state":[0-9]{1,9},"version":"[^"\\]{0,99}",)"sha256":"([0-9a-f]{64})",')


def sealed(text: bytes) -> bytes:
    """The text of a state, an object whose first two members are its versions, with its checksum.

    >>> seal = sealed(b'{"cecli_state":2,"version":"0","a":1}')
    >>> seal[:41], holds(seal), holds(seal.replace(b"1}", b"2}"))
    (b'{"cecli_state":2,"version":"0","sha256":"', True, False)
    """
    cut = text.index(b",", text.index(b'"version":')) + 1
    return b'%s"sha256":"%s",%s' % (text[:cut], _digest(text[:cut], memoryview(text)[cut:]), text[cut:])


def holds(text: bytes) -> bool | None:
    """Whether the checksum of a state is that of its text; None where it has none."""
    text = text.rstrip()
    head = _HEAD.match(text)
    return None if head is None else head[2] == _digest(head[1], memoryview(text)[head.end() :])


def _digest(head: bytes, rest: memoryview) -> bytes:
    import hashlib  # its import takes longer than most of what is read here

    found = hashlib.sha256(head)
    found.update(rest)
    return found.hexdigest().encode("ascii")
