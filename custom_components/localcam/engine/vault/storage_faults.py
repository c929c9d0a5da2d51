"""What the operating system says of files -> errors of the engine."""

from collections.abc import Iterator
from contextlib import contextmanager
import errno

from ..errors import StorageError, StorageFullError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextmanager
def storage_faults(doing: str) -> Iterator[None]:
    """Raise StorageFullError or StorageError instead of OSError; the text names no folder of the machine."""
    try:
        yield
    except OSError as err:
        kind = StorageFullError if err.errno in _FULL else StorageError
        raise kind(f"{doing}: {err.strerror or type(err).__name__}") from err
