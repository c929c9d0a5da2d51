"""The composition root of what lives in Home Assistant's process: the catalogue, the vault, and a worker per camera.

Every method blocks and belongs on a thread that is not the event loop's. Reports are passed on from the workers' own
threads, after what they announce is safe.
"""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
import random

from .archive.check import Depth, Violation
from .backoff import Backoff
from .camera_post import CameraPost
from .clip_keeper import ClipKeeper, ClipReader
from .clock import Clock
from .errors import EngineError, WorkerError
from .executor import CameraExecutor, LocalExecutor
from .ingest.address import check_address, with_credentials
from .messages import (
    ClipClosed,
    EntityAddress,
    EntityPicture,
    RecordingFailed,
    RecordingFault,
    Reported,
    StreamAddress,
)
from .settings import AddressSource, CameraSettings, HouseSettings
from .values import CatalogueEntry, ClipDay, ClipQuery, ClipVerdict, StorageState, StorageTrouble
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
    ) -> None:
        self._clock = clock
        self._on_report = on_report
        self._executor = executor or LocalExecutor()
        self._keeper = ClipKeeper(catalogue_folder, clock, self._executor)
        self._cameras = WatchedCameras(self._new_post)
        self._late: deque[tuple[Reported, ClipClosed]] = deque()
        """Finished clips that the catalogue did not take."""

    def start(self, house: HouseSettings) -> None:
        """Open the catalogue and finish what a crash left; raises ArchiveError or StorageError."""
        self._keeper.open(house)

    def choose_folder(self, house: HouseSettings) -> None:
        """Instead of `change_house`, where the station does not run. Raises ArchiveError or StorageError."""
        self._keeper.choose(house)

    def stop(self) -> None:
        """End every worker, each closing its clip, then the catalogue; nothing can be watched afterwards."""
        self._cameras.close()
        self._keeper.close()

    def change_house(self, house: HouseSettings) -> None:
        """Other bounds at once; another folder for the clips that follow. Raises StorageError."""
        if self._keeper.change(house):
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
        """Close the clip and end the worker; returns when nothing of it is left."""
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

    def entity_address(self, camera_id: str, address: StreamAddress | None) -> None:
        """The answer to the camera's `AddressWanted`."""
        self._tell(camera_id, EntityAddress(address=address))

    def entity_picture(self, camera_id: str, jpeg: bytes) -> None:
        """The answer to the camera's `PictureWanted`."""
        self._tell(camera_id, EntityPicture(jpeg=jpeg))

    def check_address(self, url: str) -> None:
        """Raise SourceError for an address that LocalCam does not connect to; the name is resolved for it."""
        check_address(url)

    def live_address(self, camera_id: str) -> str:
        """Where the main stream is, with credentials, for the live view; empty where there is none.

        Raises SourceError for an address that LocalCam does not connect to.
        """
        post = self._cameras.post(camera_id)
        source = post.settings.source if post else None
        if not isinstance(source, AddressSource):
            return ""
        check_address(source.url)
        return with_credentials(source.url, source.username, source.password)

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

    def clip_days(self, camera_id: str, zone: tzinfo) -> list[ClipDay]:
        """The days of a time zone on which clips of the camera began, newest first."""
        return self._keeper.archive.days(camera_id, zone)

    def flag(self, verdict: ClipVerdict) -> CatalogueEntry:
        """Keep the owner's word; the clip is no longer deleted automatically. Raises UnknownClipError."""
        return self._keeper.archive.flag(verdict)

    def delete(self, clip_ids: Sequence[str]) -> None:
        """Delete all of them; raises UnknownClipError before any is."""
        self._keeper.delete(clip_ids)
        self.enforce_bounds()

    def open_video(self, clip_id: str) -> ClipReader:
        """The bytes of a clip; raises UnknownClipError, StorageError."""
        return self._keeper.open_video(clip_id)

    def open_thumbnail(self, clip_id: str) -> ClipReader:
        """The bytes of a clip's picture; raises UnknownClipError (also where it has none), StorageError."""
        return self._keeper.open_thumbnail(clip_id)

    def open_explanation(self, clip_id: str) -> ClipReader:
        """The bytes of the picture of what moved; raises UnknownClipError (also where it has none), StorageError."""
        return self._keeper.open_explanation(clip_id)

    # Storage

    def check_storage(self, depth: Depth, reads: Callable[[str], bool] = lambda _: False) -> list[Violation]:
        """What does not hold of catalogue and folders; every byte is read of the clips that it `reads`.

        Raises ArchiveError, StorageError.
        """
        return self._keeper.check(depth, reads)

    def begin_copying(self) -> None:
        """A backup begins: the catalogue's main file stays as it is. Raises ArchiveError."""
        self._keeper.begin_copying()

    def end_copying(self) -> None:
        """It is over. Raises ArchiveError."""
        self._keeper.end_copying()

    def enforce_bounds(self) -> StorageState:
        """Enter what the catalogue did not take, then delete what quota and floor ask for; raises ArchiveError.

        Workers learn whether they may record.
        """
        self._enter_late()
        before = self._keeper.may_record
        state = self._keeper.enforce_bounds()
        if state.may_record is not before:
            for post in self._cameras.posts():
                post.allow_recording(state.may_record)
        return replace(state, trouble=state.trouble or StorageTrouble.CATALOGUE) if self._late else state

    # What a post needs (`camera_post.Home`)

    @property
    def storage_folder(self) -> str:
        """Where clips go now."""
        return self._keeper.storage_folder

    @property
    def may_record(self) -> bool:
        """Whether there is room for clips."""
        return self._keeper.may_record

    def next_epoch(self, camera_id: str) -> int:
        """A number greater than that of each earlier life of the camera's worker."""
        return self._keeper.archive.next_epoch(camera_id)

    def keep(self, reported: Reported, closed: ClipClosed) -> bool:
        """Enter a finished clip in the catalogue; False where it must not be announced.

        A clip that cannot be entered keeps its files, and is entered, and announced, as soon as that is possible: it is
        tried each time the bounds are looked at, and at the next start.
        """
        try:
            added = self._keeper.keep(reported, closed)
        except EngineError as err:
            self._late.append((reported, closed))
            failed = RecordingFailed(fault=RecordingFault.DISK_ERROR, detail=str(err))
            self._on_report(replace(reported, report=failed))
            return False
        with suppress(EngineError):  # they are looked at each minute, too, and the clip is safe
            self.enforce_bounds()
        return added

    def _enter_late(self) -> None:
        for _ in range(len(self._late)):
            reported, closed = self._late.popleft()
            try:
                added = self._keeper.keep(reported, closed)
            except EngineError:
                self._late.appendleft((reported, closed))
                return
            if added:
                self._on_report(reported)

    def tidy(self, camera_id: str) -> None:
        """Finish what a crashed worker left; what cannot be finished now is at the next start."""
        try:
            saved = self._keeper.recover(camera_id)
        except EngineError as err:
            failed = RecordingFailed(fault=RecordingFault.DISK_ERROR, detail=str(err))
            saved = [Reported(camera_id=camera_id, epoch=0, sequence=0, report=failed)]
        for reported in saved:
            self._on_report(reported)

    def _new_post(self, settings: CameraSettings) -> CameraPost:
        return CameraPost(settings, self._executor, self, self._on_report, self._clock, Backoff(random.random))

    def _post_or_offline(self, camera_id: str) -> CameraPost:
        post = self._cameras.post(camera_id)
        if post is None:
            raise WorkerError("offline")
        return post

    def _tell(self, camera_id: str, command: EntityAddress | EntityPicture) -> None:
        post = self._cameras.post(camera_id)
        if post is not None:
            post.tell(command)
