"""What can be read at any offset, of a source that cannot: a copy in a temporary file."""

from __future__ import annotations

import tempfile
from typing import IO

from cecli.errors import InputError
from cecli.readers.sources.source import Source

_BLOCK = 1 << 20


def spooled(source: Source) -> IO[bytes]:
    """A temporary file with all that is left of ``source``, at its start; it is gone when closed."""
    spool: IO[bytes] = tempfile.TemporaryFile(prefix="cecli-")  # noqa: SIM115 (the caller closes it)
    try:
        while block := source.read(_BLOCK):
            spool.write(block)
        spool.flush()
        spool.seek(0)
    except OSError as error:
        spool.close()
        text = error.strerror or str(error)
        raise InputError(
            f"{source.name}: no room for a temporary copy in {tempfile.gettempdir()}: {text}",
            "save it as a plain file, or set TMPDIR to a directory with more room",
        ) from error
    except BaseException:
        spool.close()
        raise
    return spool
