"""Makes the keys of clips before they are recorded, finds them again, and destroys them.

A clip's key is known in two places: sealed in the catalogue, with its row, and sealed in its header in the folder of
keys, from before its first byte until it is deleted. The worker that records the clip has it in memory.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
import os
from pathlib import Path

from ulid_transform import ulid_now

from .commands import ClipKey
from .errors import KeyringError
from .safekeeping import SealedKey
from .vault.chunked_encryption import KEY_BYTES
from .vault.key_headers import KeyHeaders
from .vault.keyring import Keyring
from .vault.names import clip_of

STOCK = 4
"""Keys of clips to come that a worker has: more than can be begun while new ones are on their way."""


class ClipKeyDesk:
    """Methods block. Those of one camera are called by one thread at a time: that of its worker.

    Beside it, another may look at keys, and destroy those that nobody holds.
    """

    def __init__(self, folder: Path, keyring: Keyring, catalogued: Callable[[str], SealedKey | None]) -> None:
        """`folder`: the folder of keys. `catalogued`: a clip's key in the catalogue."""
        self._headers = KeyHeaders(folder)
        self._keyring = keyring
        self._catalogued = catalogued
        self._issued: defaultdict[str, list[str]] = defaultdict(list)
        """By camera: clips whose keys its worker was given, that were not seen in the catalogue yet.

        A key is here before its header is on disk, so that it is never taken for one that nobody holds.
        """

    @property
    def has_headers(self) -> bool:
        """Whether there is, or may be, any clip's key. Raises StorageError."""
        return bool(self._headers.cameras())

    def issue(self, camera_id: str, left: int) -> tuple[ClipKey, ...]:
        """So many new keys that a worker that has `left` has its stock; raises StorageError, KeyringError.

        Their headers are on disk when this returns. May be called in a locked house.
        """
        keys = [ClipKey(clip_id=ulid_now(), key=os.urandom(KEY_BYTES)) for _ in range(STOCK - left)]
        before = self._issued[camera_id]
        self._issued[camera_id] = [*before, *(key.clip_id for key in keys)]
        try:
            self._write(camera_id, keys)
        except BaseException:
            self._issued[camera_id] = before
            raise
        return tuple(keys)

    def issue_for(self, clip_id: str, camera_id: str) -> ClipKey:
        """A key for a clip that grew before clips were sealed; raises as `issue` does."""
        key = ClipKey(clip_id=clip_id, key=os.urandom(KEY_BYTES))
        self._headers.erase([(camera_id, clip_id)])
        self._write(camera_id, [key])
        return key

    def unused(self, camera_id: str, is_used: Callable[[str], bool]) -> list[tuple[str, str]]:
        """Camera and clip of keys that the camera's worker took long ago and made nothing of.

        Of those that it may hold, or use right now, nothing is said.
        """
        old, new = self._issued[camera_id][: -2 * STOCK], self._issued[camera_id][-2 * STOCK :]
        old = [clip_id for clip_id in old if self._catalogued(clip_id) is None]
        self._issued[camera_id] = old + new
        return [(camera_id, clip_id) for clip_id in old if not is_used(clip_id)]

    def withdraw(self, camera_id: str) -> None:
        """The camera's worker is gone, and uses none of its keys any more."""
        self._issued.pop(camera_id, None)

    def key_of(self, name: str) -> bytes | None:
        """The key of the clip to which a file belongs; None for one of before clips were sealed.

        Raises LockedError, KeyringError, StorageError.
        """
        clip_id, camera_id = clip_of(name)
        sealed = self.sealed_key(clip_id, camera_id)
        return None if sealed is None else self._keyring.unseal(sealed, clip_id, camera_id)

    def sealed_key(self, clip_id: str, camera_id: str) -> SealedKey | None:
        """A clip's key as it is kept; raises StorageError, KeyringError."""
        return self._catalogued(clip_id) or self._headers.read(camera_id, clip_id)

    def known(self, camera_id: str | None) -> Iterable[tuple[str, str]]:
        """Camera and clip of every header, or of one camera's; raises StorageError."""
        for camera in self._headers.cameras() if camera_id is None else [camera_id]:
            for clip_id in self._headers.clip_ids(camera):
                yield camera, clip_id

    def has_header(self, camera_id: str, clip_id: str) -> bool:
        """Whether the clip's key is in its header; raises StorageError."""
        try:
            return self._headers.read(camera_id, clip_id) is not None
        except KeyringError:
            return True  # a damaged one is one all the same

    def put_back(self, camera_id: str, clip_id: str, key: SealedKey) -> None:
        """Write a header that was lost; raises StorageError."""
        self._headers.write(camera_id, {clip_id: key})

    def is_issued(self, camera_id: str, clip_id: str) -> bool:
        """Whether a worker was given this key, and has not used it."""
        return clip_id in self._issued.get(camera_id, ())

    def destroy(self, clips: Iterable[tuple[str, str]]) -> None:
        """Overwrite and remove headers, given as camera and clip; raises StorageError."""
        gone = list(clips)
        self._headers.erase(gone)
        for camera_id, clip_id in gone:
            if clip_id in self._issued.get(camera_id, ()):
                self._issued[camera_id].remove(clip_id)

    def _write(self, camera_id: str, keys: list[ClipKey]) -> None:
        sealed = {key.clip_id: self._keyring.seal(key.key, key.clip_id, camera_id) for key in keys}
        if sealed:
            self._headers.write(camera_id, sealed)
