"""The keys of the clips that a worker records: given to it by the station, used once each, forgotten with the clip.

Those of the clips to come lie ready before they are needed. So a worker seals without knowing how a clip's key is
sealed to the house, and no clip waits for the station when its motion begins.
"""

from collections import deque
from collections.abc import Callable

from .commands import ClipKey
from .errors import StorageError
from .vault.names import clip_of


class WorkerKeys:
    """Taken on the main thread; asked for on any."""

    def __init__(self, keys: tuple[ClipKey, ...], on_low: Callable[[int], None]) -> None:
        """`on_low` is told how many are left each time one is taken, or is missed."""
        self._ready = deque(keys)
        self._in_use: dict[str, bytes] = {}
        self._on_low = on_low

    def add(self, keys: tuple[ClipKey, ...]) -> None:
        """More for the clips to come."""
        self._ready.extend(keys)

    def next_clip_id(self) -> str:
        """Of the clip that begins now, whose key can be asked for until it is forgotten; raises StorageError."""
        key = self._ready.popleft() if self._ready else None
        self._on_low(len(self._ready))
        if key is None:
            raise StorageError("there is no key for another clip yet")
        self._in_use[key.clip_id] = key.key
        return key.clip_id

    def key_of(self, name: str) -> bytes | None:
        """Of the clip to which the file of this name belongs; raises StorageError for a clip that is none of these."""
        clip_id, _ = clip_of(name)
        try:
            return self._in_use[clip_id]
        except KeyError:
            raise StorageError("the clip's key is not known here") from None

    def forget(self, clip_id: str) -> None:
        """The clip is finished."""
        self._in_use.pop(clip_id, None)
