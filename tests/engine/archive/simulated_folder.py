"""A storage folder in memory whose power can be cut: what was not synced may be there afterwards, or not."""

from collections.abc import Callable, Iterator
import hashlib

from custom_components.localcam.engine.clip import StoredFile
from custom_components.localcam.engine.errors import StorageError

type Change = Callable[[dict[str, bytes]], None]


class SimulatedFolder:
    """Satisfies `check.Folder`. Bytes of a file are synced when it is written; changes of names only by `sync`."""

    def __init__(self) -> None:
        self._safe: dict[str, bytes] = {}
        self._now: dict[str, bytes] = {}
        self._unsynced: list[Change] = []

    def write(self, name: str, content: bytes) -> None:
        self._change(lambda files: files.__setitem__(name, content))

    def rename(self, part: str, name: str) -> None:
        def move(files: dict[str, bytes]) -> None:
            if part in files:
                files[name] = files.pop(part)

        self._change(move)

    def unlink(self, name: str) -> None:
        def drop(files: dict[str, bytes]) -> None:
            files.pop(name, None)

        self._change(drop)

    def sync(self) -> None:
        self._safe = dict(self._now)
        self._unsynced.clear()

    def cut_power(self, survives: Callable[[], bool]) -> None:
        """Lose those unsynced changes that do not survive."""
        for change in self._unsynced:
            if survives():
                change(self._safe)
        self._now = dict(self._safe)
        self._unsynced.clear()

    def content(self, name: str) -> bytes:
        try:
            return self._now[name]
        except KeyError:
            raise StorageError(f"{name} is not there") from None

    def names(self) -> Iterator[str]:
        return iter(sorted(self._now))

    def exists(self, name: str) -> bool:
        return name in self._now

    def size_on_disk(self, name: str) -> int:
        return len(self.content(name))

    def describe(self, name: str) -> StoredFile:
        content = self.content(name)
        return StoredFile(name=name, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())

    def _change(self, change: Change) -> None:
        change(self._now)
        self._unsynced.append(change)
