"""The spool before a share, as its mover sees it: what waits there, what the share has room for, and what is to go.

Only the mover's thread touches the share: it alone clears away there what was deleted, and never while a clip is being
copied, so that no copy outlives its clip. The order of a move is that of docs/storage.md.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
import sys

from .archive.clips import Archive
from .archive.file_names import Stage, understand
from .archive.retention import floor_bytes, plan
from .archive.spools import Spools
from .catalogued import SpooledClip
from .clip import StoredFile
from .clip_recovery import ClipRecovery
from .commands import Move
from .errors import StorageError
from .folder_binding import Bound, FolderBinding
from .reports import Reported
from .safekeeping import SpoolState, StorageState
from .vault.disk_space import DiskSpace
from .vault.names import clip_of

_MOST_CLIPS = 16
"""In one order: what was deleted meanwhile waits so long to be cleared away."""
_FINISHED = frozenset({Stage.VIDEO, Stage.THUMBNAIL, Stage.EXPLANATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A clip of which something is still in a spool."""

    clip: SpooledClip
    files: tuple[StoredFile, ...]
    """Those that are; the video last."""


class Spool:
    """Belongs to the keeper. All but `is_used` and `state` are for the mover's thread, and raise EngineError."""

    def __init__(
        self,
        archive: Archive,
        spools: Spools,
        binding: FolderBinding,
        recovery: ClipRecovery,
        make_room: Callable[[Sequence[str]], None],
    ) -> None:
        """`make_room` deletes clips because the share has too little free."""
        self._archive = archive
        self._spools = spools
        self._binding = binding
        self._recovery = recovery
        self._make_room = make_room
        self._recovered = ""
        """The share in which what was left from before has been finished."""
        self._refused: set[str] = set()
        """Files that are not what the catalogue says: they stay, and keep no other from being moved."""
        self._left_in_share: set[str] = set()
        """What grew there when clips began to go to a spool, and is finished."""
        self._free_bytes: int | None = None

    @property
    def is_used(self) -> bool:
        """Whether anything is, or may be, in a spool."""
        return bool(self._binding.now.sources)

    def begin(self) -> None:
        """The house starts: what is in the share is to be looked at once, when it is there."""
        self._recovered, self._free_bytes = "", None
        self._refused.clear()

    def state(self, stalled_s: float) -> SpoolState:
        """What waits; raises ArchiveError. Nothing is asked of the share."""
        bound = self._binding.now
        waiting = [each for source in bound.sources for each in self._waiting_in(bound, source)]
        return SpoolState(
            waiting_clips=len(waiting),
            waiting_bytes=sum(file.size_bytes for each in waiting for file in each.files),
            share_free_bytes=self._free_bytes,
            stalled_s=stalled_s,
        )

    def look(self) -> tuple[Bound, str]:
        """The folders, and the name of the one that clips are moved to, which is there, and ours alone."""
        self._free_bytes = None
        bound = self._binding.now
        folder_uuid = self._binding.hold_target(bound)
        self._free_bytes = bound.folders.space(bound.house.storage_folder).free_bytes
        return bound, folder_uuid

    def tidy(self, bound: Bound) -> list[Reported]:
        """Finish what was left in the share, clear away what was deleted, keep the floor; returns what was saved."""
        saved: list[Reported] = []
        if (share := bound.folders.share) and self._recovered != share:
            saved = self._recovery.recover_share(bound.folders, self._binding.see_share, self.clear)
            self._recovered = share
        self.clear(self._archive.garbage())
        left = tuple(self._left_in_share)
        self.clear(left)
        self._left_in_share.difference_update(left)
        if share:
            self._keep_floor(bound)
        self._drop_emptied(bound)
        return saved

    def next_move(self, bound: Bound, folder_uuid: str) -> Move | None:
        """What is to be copied next, oldest clips first; None where nothing waits."""
        target = bound.house.storage_folder
        for source in bound.sources:
            waiting = [each for each in self._waiting_in(bound, source) if not self._is_refused(each)]
            if files := tuple(file for each in waiting[:_MOST_CLIPS] for file in each.files):
                return Move(
                    spool_folder=source,
                    storage_folder=target,
                    folder_uuid=folder_uuid,
                    least_free_bytes=_room_bytes(bound, bound.folders.space(target), waiting[:_MOST_CLIPS]),
                    files=files,
                )
        return None

    def let_go(self, bound: Bound, source: str, names: Sequence[str]) -> None:
        """These files are safe in the share: they leave the spool, the video last."""
        for name in names:
            bound.folders.remove_in(source, name)

    def refuse(self, name: str) -> bool:
        """This file cannot be moved as it is; it is left, and told by the daily check. False where it was deleted."""
        if not self._spools.clips([clip_of(name)[0]]):
            return False
        self._refused.add(name)
        return True

    def clear_later(self, name: str) -> None:
        """A file that is no garbage by the catalogue's rows is to go from the share; from any thread."""
        self._left_in_share.add(name)

    def clear(self, names: Sequence[str]) -> None:
        """Remove files of deleted clips everywhere, with what was copied of them; no clip may be under way."""
        bound = self._binding.now
        target = bound.house.storage_folder
        gone: list[str] = []
        try:
            for name in names:
                bound.folders.remove(name)
                bound.folders.remove_in(target, name)
                if not name.endswith(".part"):
                    bound.folders.remove_in(target, f"{name}.part")
                gone.append(name)
        finally:
            if gone:
                self._binding.see_share()  # else they seem to be gone because it is
                self._archive.drop_garbage(gone)

    def _keep_floor(self, bound: Bound) -> None:
        """Deleting what still waits would free nothing in the share."""
        share = bound.folders.share
        space = bound.folders.space(share)
        waiting = {each.clip.clip_id: each for source in bound.sources for each in self._waiting_in(bound, source)}
        movable = [each for each in waiting.values() if not self._is_refused(each)]
        floor = _room_bytes(bound, space, movable)
        if space.free_bytes < floor:
            state = StorageState(
                used_bytes=self._archive.used_bytes()
                - sum(file.size_bytes for each in waiting.values() for file in each.files),
                free_bytes=space.free_bytes,
                quota_bytes=sys.maxsize,
                floor_bytes=floor,
                clips=self._archive.count(),
                may_record=True,
            )
            candidates = (each for each in self._archive.deletable() if each.clip_id not in waiting)
            if chosen := plan(candidates, state).below_floor:
                self._make_room(chosen)
                self.clear(self._archive.garbage())
        self._free_bytes = bound.folders.space(share).free_bytes

    def _drop_emptied(self, bound: Bound) -> None:
        """Forget folders of before that are there, and empty, and one that became the storage folder."""
        for source in set(bound.sources).intersection(self._spools.folders()):
            with suppress(StorageError):  # a disk of before that is gone keeps no clip from being moved
                if self._binding.is_target(bound, source) or self._is_emptied(bound, source):
                    self._spools.drop(source)

    def _is_emptied(self, bound: Bound, source: str) -> bool:
        if source == bound.house.recording_folder:
            return False
        return bound.folders.mark(source) is not None and not bound.folders.names_in(source)

    def _is_refused(self, waiting: Waiting) -> bool:
        return any(file.name in self._refused for file in waiting.files)

    def _waiting_in(self, bound: Bound, source: str) -> list[Waiting]:
        try:
            if self._binding.is_target(bound, source):
                return []  # moving clips to where they are would end in removing them there
            names = frozenset(bound.folders.names_in(source))
        except StorageError:
            return []  # that is told by who records there; one of before may be gone
        found = (understand(name) for name in names)
        clip_ids = {file.clip_id for file in found if file is not None and file.stage in _FINISHED}
        clips = self._spools.clips(clip_ids) if clip_ids else ()
        waiting = (Waiting(clip=clip, files=tuple(file for file in clip.files if file.name in names)) for clip in clips)
        return [each for each in waiting if each.files]


def _room_bytes(bound: Bound, space: DiskSpace, waiting: Iterable[Waiting]) -> int:
    """What the share must have free before the largest of these is copied: its floor may be smaller than a clip."""
    largest = max((sum(file.size_bytes for file in each.files) for each in waiting), default=0)
    return max(floor_bytes(bound.house, space.total_bytes), largest)
