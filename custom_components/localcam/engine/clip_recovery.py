"""What a crash left is found, sorted out and finished, as docs/storage.md says state by state; also keys without clips.

While the house is locked, what is sealed waits: it is listed, left as it is, and finished when the house is unlocked.
"""

from collections.abc import Callable, Iterable, Sequence, Set as AbstractSet

from .archive.clips import Archive
from .archive.file_names import understand
from .archive.recovery import RecoveryPlan, plan
from .clip_folders import ClipFolders
from .clip_key_desk import ClipKeyDesk
from .commands import ClipKey, Salvage
from .errors import KeyringError, LockedError, StorageError
from .executor import CameraExecutor
from .reports import ClipClosed, Reported, Salvaged
from .salvaging import salvage
from .vault.names import clip_of


class ClipRecovery:
    """Belongs to the keeper. Methods raise ArchiveError, StorageError."""

    def __init__(
        self,
        archive: Archive,
        desk: ClipKeyDesk,
        executor: CameraExecutor,
        *,
        keep: Callable[[Reported, ClipClosed], bool],
        unlink: Callable[[Sequence[str]], None],
    ) -> None:
        """`keep` enters a finished clip and says whether it is new; `unlink` removes files for good."""
        self._archive = archive
        self._desk = desk
        self._executor = executor
        self._keep = keep
        self._unlink = unlink
        self._locked: dict[str, RecoveryPlan] = {}
        """By folder: what waits for the house to be unlocked."""

    @property
    def waiting(self) -> int:
        """How many files wait for the house to be unlocked."""
        return sum(len(todo.salvage_growing) + len(todo.adopt_unlisted) for todo in self._locked.values())

    def recover(self, folders: ClipFolders, camera_id: str | None) -> list[Reported]:
        """Finish what is left of one camera or of all; returns the clips that it saved. Nothing is asked of a share.

        Clips whose keys a worker holds are left alone. A key is held from before its clip has a file until the clip is
        in the catalogue, or the worker gone. So keys that nobody holds are listed before the files are: no file can
        come to them; and whether somebody holds a file's key is asked after that, and what is catalogued last.
        """
        loose = self._loose(camera_id)
        prefix = f"{camera_id}/" if camera_id else ""
        found = [(folder, name) for folder, name in folders.found(with_share=False) if name.startswith(prefix)]
        todo = self._plan([name for _, name in found], prefix)
        there = _clip_ids(name for _, name in found)
        self._sweep(loose, there, complete=not folders.share and folders.all_there())
        self._unlink(todo.unlink)
        self._destroy_keys(folders, todo.unlink)
        saved: list[Reported] = []
        for folder in dict.fromkeys(folder for folder, _ in found):
            saved += self._salvage(folders, folder, _within(todo, {name for where, name in found if where == folder}))
        return saved

    def recover_share(
        self, folders: ClipFolders, see_share: Callable[[], None], unlink: Callable[[Sequence[str]], None]
    ) -> list[Reported]:
        """The same of the share alone, while workers run: none of them writes there. Sweeps the keys of all folders.

        `see_share` raises StorageError where it is not there, `unlink` removes files for good, there too.
        """
        loose = self._loose(None)
        found = list(folders.found())
        see_share()  # else it looked empty because it was gone
        todo = self._plan([name for folder, name in found if folder == folders.share], "")
        self._sweep(loose, _clip_ids(name for _, name in found), complete=folders.all_there())
        unlink(todo.unlink)
        self._destroy_keys(folders, todo.unlink)
        saved = self._salvage(folders, folders.share, todo)
        growing = [each.report.part_name for each in saved if isinstance(each.report, ClipClosed)]
        unlink([name for name in growing if name])
        return saved

    def _loose(self, camera_id: str | None) -> list[tuple[str, str]]:
        """Camera and clip of keys that nobody holds."""
        known = self._desk.known(camera_id)
        return [(camera, clip_id) for camera, clip_id in known if not self._is_held(camera, clip_id)]

    def _plan(self, found: Sequence[str], prefix: str) -> RecoveryPlan:
        """What to do about files that were found, of those whose names begin so."""
        free = {name for name in found if not self._is_held_file(name)}
        return plan(
            listed={name for name in self._archive.file_names() if name.startswith(prefix)},
            garbage={name for name in self._archive.garbage() if name.startswith(prefix)},
            found=free,
            is_deleted=self._archive.is_deleted,
        )

    def recover_locked(self, folders: ClipFolders) -> list[Reported]:
        """Finish what waited for the house to be unlocked, which it is now; workers may run."""
        locked, self._locked = self._locked, {}
        saved: list[Reported] = []
        for folder, todo in locked.items():
            saved += self._salvage(folders, folder, todo)
        return saved

    def _sweep(self, loose: Iterable[tuple[str, str]], there: AbstractSet[str], *, complete: bool) -> None:
        """Destroy keys, of those that nobody holds, of clips that were deleted, and of those that were never begun.

        Where a folder is not there to be looked into (`complete`), nothing is said of the latter.
        """
        listed = _clip_ids(self._archive.file_names())
        self._desk.destroy(
            (camera, clip_id)
            for camera, clip_id in loose
            if clip_id not in listed and (self._archive.is_deleted(clip_id) or (complete and clip_id not in there))
        )

    def _is_held_file(self, name: str) -> bool:
        file = understand(name)
        return file is not None and self._is_held(name.partition("/")[0], file.clip_id)

    def _is_held(self, camera_id: str, clip_id: str) -> bool:
        return self._desk.is_issued(camera_id, clip_id)

    def _salvage(self, folders: ClipFolders, folder: str, todo: RecoveryPlan) -> list[Reported]:
        order = self._order(folders, folder, todo)
        if not order.growing_names and not order.unlisted_names:
            return []
        saved: list[Reported] = []
        sizes_bytes = {name: _size_on_disk(folders, name) for name in (*order.growing_names, *order.unlisted_names)}
        for reported in salvage(order, self._executor, sizes_bytes):
            match reported.report:
                case ClipClosed() as closed:
                    if self._keep(reported, closed):
                        saved.append(reported)
                case Salvaged(unusable_names=unusable):
                    self._unlink(unusable)
                    self._destroy_keys(folders, unusable)
                case _:
                    pass
        return saved

    def _destroy_keys(self, folders: ClipFolders, gone: Sequence[str]) -> None:
        """Of clips whose last file is among those that are gone, and that have no row."""
        clips = {clip_of(name) for name in gone}
        if folders.share:
            # Whether the share has more of such a clip is known when it is looked at, and then the key goes.
            clips = {(clip_id, camera_id) for clip_id, camera_id in clips if self._archive.is_deleted(clip_id)}
        there = _clip_ids(folders.names(with_share=False)) | _clip_ids(self._archive.file_names()) if clips else set()
        self._desk.destroy((camera_id, clip_id) for clip_id, camera_id in clips if clip_id not in there)

    def _order(self, folders: ClipFolders, folder: str, todo: RecoveryPlan) -> Salvage:
        """What a worker can do now, with the keys for it; the rest waits, or stays where its key is lost."""
        keys: list[ClipKey] = []
        plain: list[str] = []
        lost: set[str] = set()
        locked: set[str] = set()
        for name in (*todo.salvage_growing, *todo.adopt_unlisted):
            try:
                if not folders.is_plain(folder, name):
                    keys.append(self._old_key(name))
                    continue
                plain.append(name)
                if name in todo.salvage_growing:
                    keys.append(self._new_key(name))
            except LockedError:
                locked.add(name)
            except KeyringError:
                lost.add(name)
        if locked:
            self._locked[folder] = _within(todo, locked)
        todo = _within(todo, {*todo.salvage_growing, *todo.adopt_unlisted} - locked - lost)
        return Salvage(
            storage_folder=folder,
            growing_names=todo.salvage_growing,
            unlisted_names=todo.adopt_unlisted,
            plain_names=tuple(plain),
            keys=tuple(keys),
        )

    def _new_key(self, name: str) -> ClipKey:
        """For the clip that is made of a growing file of before clips were sealed."""
        clip_id, camera_id = clip_of(name)
        return self._desk.issue_for(clip_id, camera_id)

    def _old_key(self, name: str) -> ClipKey:
        """Raises LockedError, and KeyringError where there is none."""
        key = self._desk.key_of(name)
        if key is None:
            raise KeyringError("the clip's key is lost")
        return ClipKey(clip_id=clip_of(name)[0], key=key)


def _size_on_disk(folders: ClipFolders, name: str) -> int:
    """0 where the disk does not tell: whoever reads the file will hear why."""
    try:
        return folders.size_on_disk(name)
    except StorageError:
        return 0


def _clip_ids(names: Iterable[str]) -> set[str]:
    return {file.clip_id for name in names if (file := understand(name))}


def _within(todo: RecoveryPlan, names: set[str]) -> RecoveryPlan:
    """What there is to salvage and to adopt among these names."""
    return RecoveryPlan(
        unlink=(),
        adopt_unlisted=tuple(name for name in todo.adopt_unlisted if name in names),
        salvage_growing=tuple(name for name in todo.salvage_growing if name in names),
        missing=(),
        foreign=(),
    )
