"""A small file for each clip with its sealed key, in the folder of keys, from which a lost catalogue gets it back.

`clips/<camera>/<clip>.key`. It is on disk before the first byte of the clip is, and is overwritten before the clip's
files are unlinked: without it, and without the catalogue's copy, nobody opens the clip again.
"""

from collections.abc import Iterable, Mapping
import json
from pathlib import Path
import re

from ..durable_folders import sync_folder
from ..errors import KeyringError, StorageError
from ..safekeeping import SealedKey
from . import private_files
from .storage_faults import storage_faults

_VERSION = 1
_SUFFIX = ".key"
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class KeyHeaders:
    """By camera and clip. All methods raise StorageError."""

    def __init__(self, folder: Path) -> None:
        """`folder`: the folder of keys."""
        self._folder = folder / "clips"

    def write(self, camera_id: str, keys: Mapping[str, SealedKey]) -> None:
        """Keep the sealed keys of new clips, by their ids; on disk when this returns."""
        folder = self._of(camera_id)
        private_files.make_folder(folder)
        for clip_id, key in keys.items():
            written = {
                "localcam": _VERSION,
                "clip_id": clip_id,
                "camera_id": camera_id,
                "sealed_to": key.sealed_to,
                "sealed_key": key.sealed.hex(),
            }
            private_files.write_new(self._path(camera_id, clip_id), json.dumps(written).encode())
        with storage_faults("writing a key"):
            sync_folder(folder)

    def read(self, camera_id: str, clip_id: str) -> SealedKey | None:
        """None where there is none; raises KeyringError where it is damaged."""
        path = self._path(camera_id, clip_id)
        with storage_faults("reading a key"):
            try:
                text = path.read_bytes()
            except FileNotFoundError:
                return None
        try:
            found = json.loads(text)
            return SealedKey(sealed=bytes.fromhex(found["sealed_key"]), sealed_to=str(found["sealed_to"]))
        except (ValueError, KeyError, TypeError) as err:
            raise KeyringError("The clip's key is damaged.") from err

    def erase(self, clips: Iterable[tuple[str, str]]) -> None:
        """Overwrite and remove the keys of clips, given as camera and clip; those that are gone are fine."""
        private_files.erase([self._path(camera_id, clip_id) for camera_id, clip_id in clips])

    def cameras(self) -> list[str]:
        """That have a folder."""
        return self._listing(self._folder)

    def clip_ids(self, camera_id: str) -> list[str]:
        """Of the camera's clips whose keys are here."""
        return [name.removesuffix(_SUFFIX) for name in self._listing(self._of(camera_id)) if name.endswith(_SUFFIX)]

    def _listing(self, folder: Path) -> list[str]:
        with storage_faults("listing keys"):
            try:
                return sorted(path.name for path in folder.iterdir())
            except FileNotFoundError:
                return []

    def _of(self, camera_id: str) -> Path:
        if not _PART.fullmatch(camera_id):
            raise StorageError("not a camera's id")
        return self._folder / camera_id

    def _path(self, camera_id: str, clip_id: str) -> Path:
        if not _PART.fullmatch(clip_id):
            raise StorageError("not a clip's id")
        return self._of(camera_id) / f"{clip_id}{_SUFFIX}"
