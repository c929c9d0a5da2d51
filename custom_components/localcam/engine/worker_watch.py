"""The work of a worker that watches a camera: joins ingest, detect and record, one delivery at a time.

Everything here belongs to the worker's main thread. Connections, the finisher and the reader of commands are other
threads; they put what they have into the inbox and touch nothing else.
"""

from collections.abc import Callable
from queue import Empty
from threading import Event

from ulid_transform import ulid_now

from .backoff import Backoff
from .clock import Clock
from .commands import (
    AllowRecording,
    Calibrate,
    ChangeSettings,
    EntityAddress,
    EntityPicture,
    KeepLast,
    NewKeys,
    RecordNow,
    Stop,
    WantPicture,
    Watch,
)
from .detect.event_machine import Ended, Grew, Named, Started, Transition
from .errors import SourceFault
from .ingest.reachability import Reachability
from .reports import Answer, MotionEnded, MotionStarted, Picture, SourceBack, SourceLost
from .settings import CameraSettings
from .values import CameraFacts, FormatChange, Medium, Packet, SourceItem, StreamFormat
from .worker_account import Account
from .worker_budget import CpuBudget
from .worker_connection import Connection
from .worker_entity import EntityDesk
from .worker_health import HealthReport
from .worker_inbox import (
    Arrived,
    ClipFinished,
    Commanded,
    Connected,
    Delivery,
    Disconnected,
    Inbox,
    Role,
    StationGone,
)
from .worker_keyframes import KeyframeWatch
from .worker_news import News
from .worker_outbox import Outbox
from .worker_recording import Recording
from .worker_sight import Sight
from .worker_sources import roles, source_maker

_TICK_S = 0.5
_BLIND_S = 5.0
"""A camera whose pictures cannot be decoded for this long is asked anew."""
_LATE_S = 1.0
"""Packets that waited this long are not decoded: recording goes on, and the next keyframe catches up."""
_SAMPLED_S = 4.0
"""What ends or closes sooner than this after the last motion needs every look at what moves."""
_SILENCE_S = 4.0
"""A connected camera that sends no picture for this long is lost, whatever its connection says."""


class CameraWatch:
    """One camera, for as long as the worker lives."""

    def __init__(self, first: Watch, outbox: Outbox, inbox: Inbox, clock: Clock, random: Callable[[], float]) -> None:
        self._settings = first.settings
        self._rules = first.address_rules
        self._outbox = outbox
        self._inbox = inbox
        self._clock = clock
        self._random = random
        self._desk = EntityDesk(outbox)
        self._sight = Sight(first.settings.detect, first.model, ulid_now, clock)
        self._news = News(first.settings.detect, outbox, self._sight)
        self._recording = Recording(first, outbox, inbox, clock, self._sight)
        self._connections: dict[Role, Connection] = {}
        self._formats: dict[Role, tuple[StreamFormat, ...]] = {}
        """Of the streams that are connected now."""
        self._keeps_arrivals: set[Role] = set()
        """Those that lose nothing on the way."""
        self._may_sample = _may_sample(first.settings)
        self._stop_sources = Event()
        self._online = False
        self._heard_at_s = 0.0
        self._keyframes = KeyframeWatch()
        self._ticked_at_s = 0.0
        self._ended = False
        self._health = HealthReport(clock)
        self._budget = CpuBudget(first.settings.detect.cpu_budget_share, Account(clock), clock)

    def run(self) -> None:
        """Until the station says so, or is gone; the open clip is closed then."""
        self._connect()
        while not self._ended:
            try:
                delivery = self._inbox.get(timeout=_TICK_S)
            except Empty:
                pass
            else:
                self._handle(delivery)
            self._tick()
        self._disconnect()
        self._tell(self._sight.lost())
        self._recording.close()

    def _connect(self) -> None:
        self._stop_sources = Event()
        for role in roles(self._settings):
            reachability = Reachability(self._rules)
            locate = reachability.locate
            make = source_maker(self._settings, role, self._desk, self._clock, self._stop_sources, locate)
            backoff = Backoff(self._random)
            connection = Connection(role, make, self._inbox, backoff, self._clock, reachability.listens)
            self._connections[role] = connection
            connection.start()

    def _disconnect(self) -> None:
        self._stop_sources.set()
        for connection in self._connections.values():
            connection.stop()
        self._connections.clear()

    def _handle(self, delivery: Delivery) -> None:
        match delivery:
            case Arrived(source=connection, role=role, items=items):
                connection.handled()
                if self._connections.get(role) is connection:
                    self._arrived(role, items)
            case Connected(source=connection, role=role, formats=formats):
                if self._connections.get(role) is connection:
                    self._keeps_arrivals.discard(role)
                    if delivery.keeps_arrivals:
                        self._keeps_arrivals.add(role)
                    self._format_changed(role, formats)
            case Disconnected(source=connection, role=role):
                if self._connections.get(role) is connection:
                    self._disconnected(delivery)
            case Commanded(command=command):
                self._obey(command)
            case ClipFinished():
                self._recording.finished(delivery)
            case StationGone():
                self._ended = True

    def _arrived(self, role: Role, items: tuple[SourceItem, ...]) -> None:
        watched = role is self._watched_role
        newest_at_s = next((item.received_at_s for item in reversed(items) if isinstance(item, Packet)), 0.0)
        late = self._clock.monotonic_s() - newest_at_s > _LATE_S
        for item in items:
            if isinstance(item, FormatChange):
                self._format_changed(role, item.formats)
                continue
            if role is Role.MAIN:
                if item.medium is Medium.VIDEO:
                    self._pictured(item)
                self._recording.packet(item)
            if watched and item.medium is Medium.VIDEO:
                # What is recorded may end with what is seen in the packets before: nothing of it waits.
                self._look(item, late=late)
        if watched:
            for connection in self._connections.values():
                connection.pace(self._sight.wake_in_s())

    def _pictured(self, packet: Packet) -> None:
        self._heard_at_s = packet.received_at_s
        self._keyframes.arrived(packet)
        if not self._online and packet.is_keyframe:
            self._online = True
            self._outbox.report(SourceBack(facts=self._facts()))

    @property
    def _watched_role(self) -> Role:
        """The smaller stream where it is there; the main one also looks after it while it is not."""
        return Role.DETECT if Role.DETECT in self._formats else Role.MAIN

    def _format_changed(self, role: Role, formats: tuple[StreamFormat, ...]) -> None:
        self._formats[role] = formats
        if role is Role.MAIN:
            self._keyframes = KeyframeWatch()
            self._recording.format_changed(formats)
        if role is self._watched_role:
            self._tell(self._see_formats(role, formats))

    def _see_formats(self, role: Role, formats: tuple[StreamFormat, ...]) -> tuple[Transition, ...]:
        # Where packets get lost, a keyframe may be among them; and a smaller stream costs little.
        suits = role in self._keeps_arrivals and len(roles(self._settings)) == 1
        return self._sight.formats_changed(formats, suits_economy=suits)

    def _disconnected(self, delivery: Disconnected) -> None:
        was_watched = delivery.role is self._watched_role
        self._formats.pop(delivery.role, None)
        if delivery.role is Role.MAIN:
            self._lost(delivery.fault, delivery.detail, delivery.retry_in_s)
        elif was_watched:
            self._tell(self._see_formats(Role.MAIN, self._formats.get(Role.MAIN, ())))

    def _lost(self, fault: SourceFault, detail: str, retry_in_s: float) -> None:
        if self._online:
            self._online = False
            self._recording.source_lost()
            if self._watched_role is Role.MAIN:
                # A stream that only fell silent may go on as it was; of one that was closed no formats are left.
                self._tell(self._see_formats(Role.MAIN, self._formats.get(Role.MAIN, ())))
        self._news.tell(self._clock.monotonic_s())
        self._outbox.report(SourceLost(fault=fault, detail=detail, retry_in_s=retry_in_s))

    def _look(self, packet: Packet, *, late: bool) -> None:
        # While a clip grows, everything is decoded: its end depends on what is seen meanwhile.
        may_rest = not self._recording.is_open
        for look in self._sight.see(packet, late=late, may_rest=may_rest, may_sample=self._may_sample):
            self._tell(look.transitions, look.decoded_at_s)
            self._news.looked(look)
            if look.goes_on:
                self._recording.motion_continues(look)

    def _tell(self, transitions: tuple[Transition, ...], decoded_at_s: float = 0.0) -> None:
        for transition in transitions:
            match transition:
                case Started(event_id=event_id, at_s=at_s, score=score, kind=kind):
                    self._outbox.report(
                        MotionStarted(
                            event_id=event_id, captured_at_s=at_s, decoded_at_s=decoded_at_s, kind=kind, score=score
                        )
                    )
                    self._recording.motion_started(transition)
                case Grew():
                    pass  # the look that it came with tells the recorder
                case Named():
                    self._recording.motion_named(transition)
                case Ended(event=event):
                    clip_id = self._recording.motion_ended(event)
                    self._outbox.report(MotionEnded(event=event, clip_id=clip_id))

    def _obey(self, command: object) -> None:
        match command:
            case ChangeSettings(settings=settings):
                self._change(settings)
            case AllowRecording(allowed=allowed):
                self._recording.allow(allowed)
            case NewKeys(keys=keys):
                self._recording.take_keys(keys)
            case RecordNow() | KeepLast() if not self._online:
                self._outbox.report(Answer(request_id=command.request_id, problem="offline"))
            case RecordNow():
                self._recording.record_now(command)
            case KeepLast():
                self._recording.keep_last(command)
            case Calibrate() if self._news.answer(command, online=self._online):
                self._tell(self._sight.calibrate(command.seconds))
            case WantPicture(request_id=request_id):
                picture = self._sight.picture if self._online else None
                self._outbox.report(Picture(request_id=request_id, jpeg=picture.to_jpeg() if picture else b""))
            case EntityAddress(address=address):
                self._desk.answer_address(address)
            case EntityPicture(jpeg=jpeg):
                self._desk.answer_picture(jpeg)
            case Stop():
                self._ended = True
            case _:
                pass

    def _change(self, settings: CameraSettings) -> None:
        sound_changed = settings.record.sound is not self._settings.record.sound
        self._settings = settings
        self._sight.change(settings.detect)
        self._news.change(settings.detect)
        self._budget.share = settings.detect.cpu_budget_share
        self._may_sample = _may_sample(settings)
        self._recording.change(settings.record)
        if sound_changed:
            self._connect_anew()

    def _connect_anew(self) -> None:
        self._disconnect()
        self._keyframes = KeyframeWatch()
        # The same formats may come back, and all the same by another clock.
        self._recording.format_changed(())
        self._connect()

    def _tick(self) -> None:
        now_s = self._clock.monotonic_s()
        if now_s - self._ticked_at_s < _TICK_S / 2:
            return
        self._ticked_at_s = now_s
        if self._online and now_s - self._heard_at_s > _SILENCE_S:
            self._lost(SourceFault.LOST, f"no picture came for {_SILENCE_S:g} s", 0.0)
        elif self._sight.blind_since_s is not None and now_s - self._sight.blind_since_s > _BLIND_S:
            self._formats.clear()
            self._lost(SourceFault.LOST, f"no picture could be decoded for {_BLIND_S:g} s", 0.0)
            self._tell(self._see_formats(Role.MAIN, ()))
            self._connect_anew()
        elif self._keyframes.missing and not self._online:
            self._lost(SourceFault.NO_KEYFRAME, "only packets that nothing can begin with", 0.0)
            self._connect_anew()
        self._tell(self._sight.tick())
        self._news.tell(now_s)
        self._budget.tick()
        self._sight.shed = self._budget.shed
        lacks_keyframes = self._keyframes.missing
        if (health := self._health.due(self._online, self._sight, lacks_keyframes=lacks_keyframes)) is not None:
            self._outbox.report(health)

    def _facts(self) -> CameraFacts:
        video = next(each for each in self._formats[Role.MAIN] if each.medium is Medium.VIDEO)
        audio = next((each for each in self._formats[Role.MAIN] if each.medium is Medium.AUDIO), None)
        detect = next(iter(self._formats.get(Role.DETECT, ())), None)
        return CameraFacts(
            codec=video.codec,
            width_px=video.width_px,
            height_px=video.height_px,
            frames_per_s=0.0,
            keyframe_interval_s=None,
            keyframe_interval_at_least_s=0.0,
            audio_codec=audio.codec if audio else None,
            detect_width_px=detect.width_px if detect else None,
            detect_height_px=detect.height_px if detect else None,
        )


def _may_sample(settings: CameraSettings) -> bool:
    return min(settings.detect.quiet_s, settings.record.post_roll_s) >= _SAMPLED_S
