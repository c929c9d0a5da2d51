"""How many clips are sent at the same time: a few for each user, and not too many in all."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

PER_USER: Final = 4
IN_ALL: Final = 16


class TooManyStreamsError(Exception):
    """There is no place now."""


class StreamPlaces:
    """For the event loop."""

    def __init__(self) -> None:
        self._taken: Counter[str | None] = Counter()

    @contextmanager
    def one(self, user_id: str | None) -> Iterator[None]:
        """A place while the block runs; raises TooManyStreamsError."""
        if self._taken[user_id] >= PER_USER or self._taken.total() >= IN_ALL:
            raise TooManyStreamsError
        self._taken[user_id] += 1
        try:
            yield
        finally:
            self._taken[user_id] -= 1
            if not self._taken[user_id]:
                del self._taken[user_id]
