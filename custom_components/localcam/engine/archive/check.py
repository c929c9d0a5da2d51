"""Verifies what must always hold of catalogue and folder: I1, I2 and I4 of docs/storage.md.

May run beside everything else: what looks wrong is looked at again before it is told, since clips come and go
meanwhile. A clip between its renaming and its row, which is a moment, is told as I2.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from ..clip import StoredFile
from ..errors import StorageError, UnknownClipError
from .clips import Archive
from .database import Database
from .file_names import Stage, understand


class Depth(IntEnum):
    """How closely files are looked at; each includes those before it."""

    PRESENCE = 1
    """The folder's listing: seconds."""
    SIZE = 2
    """One stat per file."""
    DIGEST = 3
    """Every byte is read."""


class Folder(Protocol):
    """What checking needs of the storage folder; names are relative to it."""

    def names(self) -> Iterator[str]:
        """All files."""

    def exists(self, name: str) -> bool:
        """Whether the file is there."""

    def size_on_disk(self, name: str) -> int:
        """In bytes; raises StorageError."""

    def describe(self, name: str) -> StoredFile:
        """Size and digest of the bytes on disk, all of them read; raises StorageError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One thing that does not hold."""

    invariant: str
    """`I1`, `I2` or `I4`."""
    subject: str
    """A clip's id or a file's name."""
    text: str


def check(
    database: Database, folder: Folder, depth: Depth, reads: Callable[[str], bool] = lambda _: False
) -> list[Violation]:
    """All violations that this depth can find; raises ArchiveError and StorageError where it cannot look.

    Clips that it `reads`, by their ids, are looked at as closely as can be.
    """
    archive = Archive(database)
    # The folder first: a clip that is saved meanwhile is then in the rows, which only I2 compares with this listing.
    names = frozenset(folder.names())
    files = archive.files()
    return [
        *_check_rows(archive, folder, files, names, lambda clip_id: Depth.DIGEST if reads(clip_id) else depth),
        *_check_files(archive, folder, files, names),
        *_check_verdicts(database),
    ]


def _check_rows(
    archive: Archive,
    folder: Folder,
    files: list[tuple[str, StoredFile]],
    names: frozenset[str],
    depth_of: Callable[[str], Depth],
) -> Iterator[Violation]:
    for clip_id, file in files:
        fault = _fault(folder, file, file.name in names, depth_of(clip_id))
        if fault and _still_listed(archive, clip_id):
            yield Violation(invariant="I1", subject=clip_id, text=f"{file.name} {fault}")


def _fault(folder: Folder, file: StoredFile, seen: bool, depth: Depth) -> str:
    """What is wrong with a row's file; empty for nothing."""
    if not seen and not folder.exists(file.name):
        return "is missing"
    if depth < Depth.SIZE:
        return ""
    try:
        size_bytes = folder.size_on_disk(file.name)
        if size_bytes != file.size_bytes:
            return f"has {size_bytes} bytes, not {file.size_bytes}"
        if depth >= Depth.DIGEST and folder.describe(file.name) != file:
            return "holds other bytes than were written"
    except StorageError as err:
        return f"cannot be read: {err}"
    return ""


def _still_listed(archive: Archive, clip_id: str) -> bool:
    try:
        archive.clip(clip_id)
    except UnknownClipError:
        return False
    return True


def _check_files(
    archive: Archive, folder: Folder, files: list[tuple[str, StoredFile]], names: frozenset[str]
) -> Iterator[Violation]:
    listed = {file.name for _, file in files}
    garbage = set(archive.garbage())
    for name in sorted(listed & garbage):
        yield Violation(invariant="I2", subject=name, text="has a row and is garbage")
    strays = [name for name in sorted(names - listed - garbage) if _is_finished(name)]
    if strays:
        # Entered or deleted since the folder was listed?
        listed = archive.file_names()
        garbage = set(archive.garbage())
    for name in strays:
        if name not in listed and name not in garbage and folder.exists(name):
            yield Violation(invariant="I2", subject=name, text="has neither a row nor a garbage row")


def _is_finished(name: str) -> bool:
    file = understand(name)
    return file is not None and file.stage in {Stage.VIDEO, Stage.THUMBNAIL, Stage.EXPLANATION}


def _check_verdicts(database: Database) -> Iterator[Violation]:
    with database.reading() as connection:
        orphans = connection.execute(
            "SELECT DISTINCT clip_id FROM verdicts v "
            "WHERE NOT EXISTS (SELECT 1 FROM clips WHERE clip_id = v.clip_id) "
            "AND NOT EXISTS (SELECT 1 FROM tombstones WHERE clip_id = v.clip_id) ORDER BY clip_id"
        ).fetchall()
    for row in orphans:
        yield Violation(invariant="I4", subject=row["clip_id"], text="has a verdict, but neither a row nor a tombstone")
