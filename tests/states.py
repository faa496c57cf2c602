"""States as documents: to change what one holds, and to write it with the checksum of what it then holds."""

import json

from cecli.core.rows.seal import sealed


def document_of(path):
    """What a state holds, without its checksum."""
    document = json.loads(path.read_text())
    document.pop("sha256", None)
    return document


def resealed(text):
    """A state of this text with the checksum that it should have, whatever it says now."""
    document = json.loads(text)
    if not isinstance(document, dict) or "sha256" not in document:
        return text
    seal = f'"sha256":"{document["sha256"]}",'
    assert seal in text
    return sealed(text.rstrip().replace(seal, "").encode()).decode() + "\n"


def write(path, document):
    """Write a state, sealed if its version is."""
    text = json.dumps(document, separators=(",", ":"))
    path.write_bytes(sealed(text.encode()) + b"\n" if document["cecli_state"] > 1 else text.encode())
