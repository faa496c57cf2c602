"""The errors that shards come back with, as one process would have raised them."""

from __future__ import annotations

from cecli import __version__
from cecli.errors import InputError
from cecli.workers.work import OtherVersion, ShardError


def error_of(error: BaseException) -> BaseException:
    """What to raise for the error of a worker."""
    if isinstance(error, ShardError):
        return error.as_error()
    if isinstance(error, OtherVersion):
        return InputError(f"a worker has cecli {error}, and here is {__version__}: the two must be the same")
    return error
