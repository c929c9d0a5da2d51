"""A file that is open for as long as an object lives that owns it."""

import os
from typing import Self


class OpenFile:
    """Owns a descriptor; whoever has opened it closes it, or uses it in a `with`."""

    def __init__(self, fd: int) -> None:
        """`fd` belongs to this object from now on."""
        self._fd = fd

    def close(self) -> None:
        """May be called twice."""
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
