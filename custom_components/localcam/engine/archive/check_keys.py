"""Verifies what I2 of docs/storage.md says of keys: each clip's in the catalogue and in its header, no header in vain.

May run beside everything else, like `check`: what looks wrong is looked at again before it is told.
"""

from collections.abc import Iterator
from typing import Protocol

from .check import Violation
from .clips import Archive


class Headers(Protocol):
    """What checking needs of the key headers; clips are named by camera and id. All raise StorageError."""

    def listed(self) -> frozenset[tuple[str, str]]:
        """All that are there."""

    def exists(self, camera_id: str, clip_id: str) -> bool:
        """Whether it is there now."""

    def is_needed(self, camera_id: str, clip_id: str) -> bool:
        """Whether a worker has this key for a clip to come, or a file is there that it opens."""

    def is_sealed(self, name: str) -> bool:
        """Whether a clip's file is there and is not one of before clips were sealed."""


def check_keys(archive: Archive, headers: Headers) -> Iterator[Violation]:
    """All violations; raises ArchiveError and StorageError where it cannot look."""
    # The headers first: a clip that is begun and saved meanwhile is then in the rows, and looked at again.
    listed = headers.listed()
    keyed, unkeyed = archive.keyed(), archive.unkeyed()
    for clip_id, (camera_id, _) in keyed.items():
        if (camera_id, clip_id) in listed or headers.exists(camera_id, clip_id):
            continue
        if archive.sealed_key(clip_id) is not None:
            yield Violation(invariant="I2", subject=clip_id, text="has its key in the catalogue, but no header")
    for clip_id, (camera_id, name) in unkeyed.items():
        if not headers.is_sealed(name):
            continue
        where = "in its header, but not in the catalogue" if (camera_id, clip_id) in listed else "nowhere"
        yield Violation(invariant="I2", subject=clip_id, text=f"has its key {where}")
    for camera_id, clip_id in sorted(listed):
        if clip_id in keyed or clip_id in unkeyed or headers.is_needed(camera_id, clip_id):
            continue
        if archive.sealed_key(clip_id) is None and headers.exists(camera_id, clip_id):
            yield Violation(invariant="I2", subject=clip_id, text="has a key header, but neither a row nor a file")
