"""The composition root of what lives in Home Assistant's process: the catalogue, the vault, and a worker per camera.

Every method blocks and belongs on a thread that is not the event loop's. Reports are passed on from the workers' own
threads, after what they announce is safe.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
import random

from .archive.check import Depth, Violation
from .audit_keeper import AuditKeeper
from .backoff import CRASH_STEPS_S, Backoff
from .camera_post import CameraPost
from .catalogue_witness import CatalogueWitness
from .catalogued import CatalogueEntry, ClipDay, ClipQuery, ClipVerdict, DeletionReceipt
from .clip_keeper import ClipKeeper, ClipReader
from .clip_mover import ClipMover
from .clock import Clock
from .commands import EntityAddress, EntityPicture, StreamAddress
from .errors import WorkerError
from .executor import CameraExecutor, LocalExecutor
from .ingest.address import Place, locate, split_credentials
from .live_views import LiveViews
from .reports import Reported
from .safekeeping import StorageState, StorageTrouble
from .settings import AddressRules, AddressSource, CameraSettings, EntitySource, HouseSettings
from .station_home import StationHome
from .vault.keyring import Keyring
from .watched_cameras import WatchedCameras


class Station:
    """One per house."""

    def __init__(
        self,
        *,
        catalogue_folder: Path,
        clock: Clock,
        on_report: Callable[[Reported], None],
        executor: CameraExecutor | None = None,
        keyring: Keyring | None = None,
        own_port: int = 0,
    ) -> None:
        """`own_port`: of Home Assistant's web server, where no camera is."""
        self._clock = clock
        self._on_report = on_report
        self._executor = executor or LocalExecutor()
        self.audit = AuditKeeper(catalogue_folder, clock, before_signing=self._before_signing)
        """Who did what; also to be asked by whoever shows or changes something, before it is done."""
        self._keeper = ClipKeeper(catalogue_folder, clock, self._executor, keyring, self.audit.log_deletions)
        self._witness = CatalogueWitness(self.audit, self._keeper)
        self._mover = ClipMover(self._keeper.spool, self._executor, clock, self._on_saved_in_share)
        self._cameras = WatchedCameras(self._new_post)
        self.home = StationHome(
            self._keeper,
            self.audit,
            AddressRules(own_port=own_port),
            on_report=on_report,
            enforce_bounds=self.enforce_bounds,
        )
        """What the cameras' posts ask of the station."""
        self._live = LiveViews(self._locate, clock)

    def start(self, house: HouseSettings) -> None:
        """Open catalogue and keys, and finish what a crash left; raises ArchiveError, StorageError, KeyringError."""
        self.home.take_rules(house)
        self.audit.open()
        saved = self._keeper.open(house, self._witness.compare)
        self.audit.log_recovery(None, saved)
        self._witness.settle()
        self._mover.follow()

    def choose_folder(self, house: HouseSettings) -> None:
        """Instead of `change_house`, where the station does not run. Raises ArchiveError or StorageError."""
        self._keeper.choose(house)

    def stop(self) -> None:
        """End every worker, each closing its clip, then the catalogue; nothing can be watched afterwards."""
        self._live.end_all()
        self._cameras.close()
        self._mover.stop()
        self._witness.tell()
        self._keeper.close()
        self.audit.close()

    def change_house(self, house: HouseSettings) -> None:
        """Other bounds at once; another folder for the clips that follow, another public host. Raises StorageError."""
        moved = self._keeper.change(house)
        self._mover.follow()
        if self.home.take_rules(house) or moved:
            self._live.end_all()
            self._cameras.watch_all_anew()
        self.enforce_bounds()

    # Cameras

    def watch(self, settings: CameraSettings) -> None:
        """Start the camera's worker; a camera that is watched already is watched anew."""
        self._cameras.watch(settings)

    def change(self, settings: CameraSettings) -> None:
        """Other record and detect settings, without a break; a camera that is not watched is left alone."""
        self._cameras.change(settings)

    def rest(self, camera_id: str) -> None:
        """Close the clip, end the live view and the worker; returns when nothing of it is left."""
        self._live.end(camera_id)
        self._cameras.rest(camera_id)

    def picture(self, camera_id: str) -> bytes:
        """The camera's last picture as JPEG, empty where there is none."""
        post = self._cameras.post(camera_id)
        return post.picture() if post else b""

    def record_now(self, camera_id: str, duration_s: float) -> None:
        """Begin a clip; raises WorkerError with a problem's key as its text (`offline`, `storage_full`)."""
        self._post_or_offline(camera_id).record_now(duration_s)

    def keep_last(self, camera_id: str, seconds: float) -> str:
        """The id of the clip that keeps the last seconds; raises WorkerError with a problem's key as its text."""
        return self._post_or_offline(camera_id).keep_last(seconds)

    def calibrate(self, camera_id: str, seconds: float) -> None:
        """Begin to learn the empty room; `Calibrated` is reported when it is over, or cut short.

        Raises WorkerError with a problem's key as its text (`offline`, `sees_nothing`, `something_moves`).
        """
        self._post_or_offline(camera_id).calibrate(seconds)

    def entity_address(self, camera_id: str, address: StreamAddress | None) -> None:
        """The answer to the camera's `AddressWanted`."""
        self._tell(camera_id, EntityAddress(address=address))

    def entity_picture(self, camera_id: str, jpeg: bytes) -> None:
        """The answer to the camera's `PictureWanted`."""
        self._tell(camera_id, EntityPicture(jpeg=jpeg))

    def live_address(self, camera_id: str, entity_url: str = "") -> str:
        """Where the main stream can be watched live, on loopback; empty where there is none.

        `entity_url`: where a camera entity's stream is now, perhaps with credentials. Raises SourceError for an
        address that LocalCam does not connect to; the name is resolved for it.
        """
        post = self._cameras.post(camera_id)
        source = post.settings.source if post else None
        if entity_url and isinstance(source, EntitySource):
            url, username, password = split_credentials(entity_url)
            source = AddressSource(url=url, username=username, password=password)
        return self._live.address(camera_id, source) if isinstance(source, AddressSource) else ""

    # Clips

    def clip(self, clip_id: str) -> CatalogueEntry:
        """One clip; raises UnknownClipError."""
        return self._keeper.archive.clip(clip_id)

    def clips(self, query: ClipQuery) -> list[CatalogueEntry]:
        """The clips that the query asks for, newest first."""
        return self._keeper.archive.clips(query)

    def clips_since(self, camera_id: str, utc_s: float) -> int:
        """How many of the camera's clips began at this time or later."""
        return self._keeper.archive.clips_since(camera_id, utc_s)

    def camera_ids(self) -> set[str]:
        """Of all cameras that have clips, those that were removed, too."""
        return self._keeper.archive.camera_ids()

    def clip_days(self, camera_id: str, zone: tzinfo) -> list[ClipDay]:
        """The days of a time zone on which clips of the camera began, newest first."""
        return self._keeper.archive.days(camera_id, zone)

    def flag(self, verdict: ClipVerdict) -> CatalogueEntry:
        """Keep the owner's word; the clip is no longer deleted automatically. Raises UnknownClipError."""
        return self._keeper.archive.flag(verdict)

    def delete(self, clip_ids: Sequence[str]) -> DeletionReceipt:
        """Delete all of them, keys first, and say what was destroyed; raises UnknownClipError before any is."""
        receipt = self._keeper.delete(clip_ids)
        self._witness.tell()
        self.enforce_bounds()
        return receipt

    def open_video(self, clip_id: str) -> ClipReader:
        """The bytes of a clip; raises UnknownClipError, StorageError, LockedError."""
        return self._keeper.open_video(clip_id)

    def open_thumbnail(self, clip_id: str) -> ClipReader:
        """The bytes of a clip's picture; raises as `open_video` does, UnknownClipError also where it has none."""
        return self._keeper.open_thumbnail(clip_id)

    def open_explanation(self, clip_id: str) -> ClipReader:
        """The bytes of the picture of what moved; raises UnknownClipError (also where it has none), StorageError."""
        return self._keeper.open_explanation(clip_id)

    # Keys

    @property
    def keyring(self) -> Keyring:
        """The house's keys: their state and how they are kept. To unlock, call `unlock` here."""
        return self._keeper.keyring

    def unlock(self, passphrase: str) -> None:
        """Make clips visible, and finish what waited for that; raises SecretError."""
        self.keyring.unlock(passphrase)
        self.finish_waiting()

    def unlock_by_code(self, recovery_code: str) -> None:
        """The same, by the recovery code; raises SecretError."""
        self.keyring.unlock_by_code(recovery_code)
        self.finish_waiting()

    def finish_waiting(self) -> None:
        """Finish what waited for the house to be unlocked, where its keyring was; raises ArchiveError, StorageError."""
        for reported in self._keeper.recover_locked():
            self._on_report(reported)

    def lost_clips(self) -> list[str]:
        """Ids of clips that nobody can open any more, because their keys are lost; raises EngineError."""
        return self._keeper.lost_clips()

    def key_digest(self, clip_id: str) -> str:
        """Of the clip's sealed key, as a receipt names it; empty where it has none. Raises ArchiveError."""
        return self._keeper.key_digest(clip_id)

    # Storage

    def check_storage(self, depth: Depth, reads: Callable[[str], bool] = lambda _: False) -> list[Violation]:
        """What does not hold of catalogue and folders; every byte is read of the clips that it `reads`.

        Raises ArchiveError, StorageError.
        """
        return self._keeper.check(depth, reads)

    @property
    def deleted_again(self) -> int | None:
        """How many clips were deleted again at the start, where an older catalogue was found; else None."""
        return self._witness.deleted_again

    def begin_copying(self) -> None:
        """A backup begins: the main files of catalogue and log stay as they are. Raises ArchiveError, AuditError."""
        self._witness.pause()
        self._keeper.begin_copying()
        self.audit.begin_copying()

    def end_copying(self) -> None:
        """It is over. Raises ArchiveError, AuditError."""
        self._keeper.end_copying()
        self.audit.end_copying()
        self._witness.resume()

    def enforce_bounds(self) -> StorageState:
        """Enter what the catalogue did not take, then delete what quota and floor ask for; raises ArchiveError.

        Workers learn whether they may record.
        """
        self.home.enter_late()
        before = self._keeper.may_record
        state = replace(self._keeper.enforce_bounds(), spool=self._mover.state())
        self._mover.wake()
        if state.may_record is not before:
            for post in self._cameras.posts():
                post.allow_recording(state.may_record)
        return replace(state, trouble=state.trouble or StorageTrouble.CATALOGUE) if self.home.has_late else state

    def _before_signing(self) -> None:
        self._witness.tell()

    def _on_saved_in_share(self, saved: list[Reported]) -> None:
        self.audit.log_recovery(None, len(saved))
        for reported in saved:
            self._on_report(reported)

    def _locate(self, url: str) -> Place:
        return locate(url, rules=self.home.address_rules)

    def _new_post(self, settings: CameraSettings) -> CameraPost:
        backoff = Backoff(random.random, CRASH_STEPS_S)
        return CameraPost(settings, self._executor, self.home, self._on_report, self._clock, backoff)

    def _post_or_offline(self, camera_id: str) -> CameraPost:
        post = self._cameras.post(camera_id)
        if post is None:
            raise WorkerError("offline")
        return post

    def _tell(self, camera_id: str, command: EntityAddress | EntityPicture) -> None:
        post = self._cameras.post(camera_id)
        if post is not None:
            post.tell(command)
