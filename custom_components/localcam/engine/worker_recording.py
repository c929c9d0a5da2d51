"""A worker's recorder and finisher as the main thread uses them: what comes of recording goes to the station."""

from pathlib import Path

from .clock import Clock
from .commands import ClipKey, KeepLast, RecordNow, Watch
from .detect.event_machine import Named, Started
from .errors import StorageError, WorkerError
from .motion import MotionEvent
from .record.clip_identity import ClipIdentity
from .record.clip_in_progress import RecorderTools
from .record.clip_recorder import ClipRecorder
from .record.clip_store import GrowingFile
from .record.clip_writer import open_clip
from .record.growing_clip import GrowingClip, RecorderOutput
from .record.ring_buffer import RingBuffer
from .record.writing import problem_of
from .reports import Answer, ClipClosed, KeysLow, RecordingFailed
from .settings import RecordSettings
from .values import Packet, StreamFormat
from .vault.vault import Vault
from .worker_confinement import folder_identity
from .worker_finisher import Finisher, FinishOrder
from .worker_inbox import ClipFinished, Inbox
from .worker_keys import WorkerKeys
from .worker_outbox import Outbox
from .worker_sight import Look, Sight
from .worker_syncer import Syncer

_KEPT_S = 15.0
"""What the ring holds at least, so that the last seconds can be kept after the fact."""
_RING_BYTES = 32 << 20
_CLOSING_S = 6.0


class Recording:
    """Belongs to the main thread."""

    def __init__(self, first: Watch, outbox: Outbox, inbox: Inbox, clock: Clock, sight: Sight) -> None:
        self._outbox = outbox
        self._inbox = inbox
        self._clock = clock
        self._sight = sight
        self._keys = WorkerKeys(first.keys, lambda left: outbox.report(KeysLow(left=left)))
        self._syncer = Syncer()
        self._folder = Path(first.storage_folder)
        self._has_folder = bool(first.storage_folder)
        self._folder_was = folder_identity(self._folder)
        self._vault = Vault(self._folder, self._keys, self._syncer.order)
        self._finisher = Finisher(self._vault, inbox)
        record = first.settings.record
        self._ring = RingBuffer(max(record.pre_roll_s, _KEPT_S), _RING_BYTES)
        tools = RecorderTools(
            camera_id=first.settings.camera_id,
            open_clip=self._open_clip,
            new_id=self._keys.next_clip_id,
            to_utc_s=lambda at_s: clock.utc_s() - (clock.monotonic_s() - at_s),
            open_event=lambda: sight.event,
        )
        self._recorder = ClipRecorder(record, self._ring, tools, allowed=first.may_record)
        self._finisher.start()
        self._syncer.start()

    def packet(self, packet: Packet) -> None:
        """A packet of the main stream arrived."""
        self._pass_on(self._recorder.packet(packet))

    @property
    def is_open(self) -> bool:
        """Whether a clip grows, or is about to."""
        return self._recorder.is_open

    def motion_started(self, started: Started) -> None:
        """An event began."""
        self._pass_on(self._recorder.motion_started(started.at_s, started.event_id, started.kind, started.score))

    def motion_continues(self, look: Look) -> None:
        """The open event, whether it alerts or not, moved in the frame that was just looked at."""
        recorder = self._recorder
        extend = recorder.motion_continues if look.moving else recorder.demoted_continues
        self._pass_on(extend(look.at_s, look.score, look.kind))
        if recorder.strongest_at_s == look.at_s:
            self._sight.remember(look)

    def motion_named(self, named: Named) -> None:
        """The open event is of another kind than it seemed to be."""
        self._recorder.motion_named(named.since_s, named.kind)

    def motion_ended(self, event: MotionEvent) -> str | None:
        """An event is over; the clip that holds its beginning, where there is one."""
        self._pass_on(self._recorder.motion_ended(event))
        return self._recorder.clip_id_of(event.event_id)

    def record_now(self, command: RecordNow) -> None:
        """Begin a clip, or make the open one longer; answered."""
        now_s = self._clock.monotonic_s()
        self._pass_on(self._recorder.record_now(command.request_id, command.duration_s, now_s))

    def keep_last(self, command: KeepLast) -> None:
        """Make a clip of the last seconds; answered."""
        self._pass_on(self._recorder.keep_last(command.request_id, command.seconds))

    def format_changed(self, formats: tuple[StreamFormat, ...]) -> None:
        """The packets that come have these formats."""
        self._pass_on(self._recorder.format_changed(formats))

    def source_lost(self) -> None:
        """Nothing comes any more."""
        self._pass_on(self._recorder.source_lost())

    def allow(self, allowed: bool) -> None:
        """Whether there is room for clips."""
        if allowed and not self._has_folder:
            # It hung when this process began, which may therefore write nowhere; its successor may.
            raise WorkerError("the storage folder answers again")
        self._pass_on(self._recorder.allow(allowed))

    def take_keys(self, keys: tuple[ClipKey, ...]) -> None:
        """For the clips to come."""
        self._keys.add(keys)

    def change(self, settings: RecordSettings) -> None:
        """Other settings, from the next decision on."""
        self._ring.keep(max(settings.pre_roll_s, _KEPT_S))
        self._recorder.change(settings)

    def finished(self, finished: ClipFinished) -> None:
        """The finisher is through with a clip."""
        if finished.failure is not None:
            self._outbox.report(finished.failure)
            if finished.request_id is not None:
                # Whoever asked for the clip waits for it; one that is finished later is in the list all the same.
                problem = problem_of(finished.failure.fault)
                self._outbox.report(Answer(request_id=finished.request_id, problem=problem))
        if finished.clip is None:
            return
        self._keys.forget(finished.clip.clip_id)
        closed = ClipClosed(clip=finished.clip, part_name=finished.part_name, request_id=finished.request_id)
        self._outbox.report(closed)

    def close(self) -> None:
        """Close the open clip and wait until it is finished; nothing may be called afterwards."""
        self._pass_on(self._recorder.stop())
        self._finisher.close(_CLOSING_S)
        while not self._inbox.empty():
            delivery = self._inbox.get()
            if isinstance(delivery, ClipFinished):
                self.finished(delivery)
        self._syncer.close()

    def _open_clip(self, name: str, identity: ClipIdentity, formats: tuple[StreamFormat, ...]) -> GrowingFile:
        try:
            return open_clip(self._vault, name, identity, formats)
        except StorageError as err:
            if isinstance(err.__cause__, PermissionError) and folder_identity(self._folder) != self._folder_was:
                # A disk was mounted anew: this process may not write there (`worker_confinement`), its successor may.
                raise WorkerError("the storage folder is another one") from err
            raise

    def _pass_on(self, outputs: tuple[RecorderOutput, ...]) -> None:
        for output in outputs:
            match output:
                case GrowingClip():
                    self._finisher.order(self._order(output))
                case RecordingFailed() | Answer():
                    self._outbox.report(output)

    def _order(self, growing: GrowingClip) -> FinishOrder:
        """With the pictures of the strongest moment, or, without motion, with the last one."""
        if growing.strongest_at_s is None:
            picture = self._sight.picture
            return FinishOrder(growing=growing, draw_thumbnail=picture.to_jpeg if picture else bytes)
        peak = self._sight.peak_of(growing.strongest_at_s)
        if peak is None:
            return FinishOrder(growing=growing)
        return FinishOrder(growing=growing, draw_thumbnail=peak.picture.to_jpeg, draw_explanation=peak.explain)
