"""A house whose clips are recorded into a spool and moved to a share: a keeper on real files, moved in this process."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import override

from custom_components.localcam.engine.archive.check import Depth
from custom_components.localcam.engine.clip import Clip, StoredFile
from custom_components.localcam.engine.clip_keeper import ClipKeeper
from custom_components.localcam.engine.clip_mover import MovingLife
from custom_components.localcam.engine.commands import Command
from custom_components.localcam.engine.reports import ClipClosed, Reported
from custom_components.localcam.engine.settings import HouseSettings
from custom_components.localcam.engine.vault.vault import Vault
from tests.engine.keys import KnownKeys, cheap_keyring, keep_key
from tests.engine.test_wire import CLIP
from tests.engine.workers import FakeClock
from tests.faults.inline_executor import EndedWorker, InlineExecutor

IDS = [f"01J{'0' * 21}{number:02}" for number in range(30)]
FILES = (".lct", ".lce", ".lcv")


class MovingExecutor(InlineExecutor):
    """Lets a test do something before or after a worker does its work."""

    def __init__(self) -> None:
        self.orders: list[Command] = []
        self.before: Callable[[], object] = lambda: None
        self.after: Callable[[], object] = lambda: None

    @override
    def start(
        self, first: Command, on_reported: Callable[[Reported], None], on_end: Callable[[int | None], None]
    ) -> EndedWorker:
        self.orders.append(first)
        self.before()
        held: list[Reported] = []
        worker = super().start(first, held.append, lambda _: None)
        self.after()
        for reported in held:
            on_reported(reported)
        on_end(0)
        return worker


class SpooledHouse:
    """`disk` holds share and spool; the catalogue and the keys lie in `folder`."""

    def __init__(self, folder: Path, disk: Path | None = None) -> None:
        self.folder = folder
        self.share = (disk or folder) / "share" / "clips"
        self.spool = (disk or folder) / "local" / "localcam-spool"
        self.executor = MovingExecutor()
        self.clock = FakeClock()
        self.keyring = cheap_keyring(folder / "catalogue" / "keys")
        self.direct = HouseSettings(
            storage_folder=str(self.share), quota_bytes=1 << 40, free_floor_share=0, free_floor_bytes=0
        )
        self.house = replace(self.direct, spool_folder=str(self.spool))
        self.saved: list[Reported] = []
        self.begin()

    def begin(self) -> None:
        """A life of its own, not opened yet."""
        self.keeper = ClipKeeper(self.folder / "catalogue", self.clock, self.executor, self.keyring)
        self.mover = MovingLife(self.keeper.spool, self.executor, self.clock, self.saved.extend)

    def restart(self, house: HouseSettings | None = None) -> None:
        self.keeper.close()
        self.begin()
        self.keeper.open(house or self.house)

    def record(self, number: int, camera_id: str = "hall", size_bytes: int = 40_000) -> Clip:
        """A finished, announced clip, in the folder that is recorded into."""
        clip = self.finish(number, camera_id, size_bytes)
        assert self.keep(clip)
        return clip

    def finish(self, number: int, camera_id: str = "hall", size_bytes: int = 40_000) -> Clip:
        """One that is not catalogued yet."""
        stem = f"{camera_id}/2026-11-23/{IDS[number]}"
        keep_key(self.folder / "catalogue" / "keys", self.keyring, f"{stem}.lcv")
        vault = Vault(Path(self.keeper.storage_folder), KnownKeys())
        thumbnail, explanation, video = (
            self._written(vault, stem + suffix, size)
            for suffix, size in zip(FILES, (900, 700, size_bytes), strict=True)
        )
        return replace(
            CLIP,
            clip_id=IDS[number],
            camera_id=camera_id,
            started_utc_s=1e9 + number,
            events=(),
            video=video,
            thumbnail=thumbnail,
            explanation=explanation,
        )

    def keep(self, clip: Clip, part_name: str = "") -> bool:
        """Have it catalogued; `part_name`: the file in which it grew."""
        closed = ClipClosed(clip=clip, part_name=part_name)
        sequence = IDS.index(clip.clip_id) + 1
        return self.keeper.keep(Reported(camera_id=clip.camera_id, epoch=1, sequence=sequence, report=closed), closed)

    def _written(self, vault: Vault, name: str, size_bytes: int) -> StoredFile:
        with vault.create(name + ".part") as file:
            file.write(name.encode() + bytes(size_bytes))
            file.seal()
            file.sync()
        vault.publish(name + ".part", name)
        return vault.describe(name)

    def move(self) -> bool:
        """Whether nothing was in the way."""
        return self.mover.moves_all()

    def in_share(self) -> set[str]:
        return names_in(self.share)

    def in_spool(self) -> set[str]:
        return names_in(self.spool)

    def violations(self) -> list[str]:
        return [f"{each.invariant} {each.subject} {each.text}" for each in self.keeper.check(Depth.DIGEST)]


def names_in(folder: Path) -> set[str]:
    """Of all files of clips, parts too."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*.*") if path.is_file()}


def names_of(*clips: Clip) -> set[str]:
    return {file.name for clip in clips for file in clip.files}
