"""A recorder in a simulated house: packets without content, clips that remember them, a disk that may be full."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from custom_components.localcam.engine.errors import StorageError, StorageFullError
from custom_components.localcam.engine.motion import Features, Kind, MotionEvent
from custom_components.localcam.engine.record.clip_identity import ClipIdentity
from custom_components.localcam.engine.record.clip_in_progress import RecorderTools
from custom_components.localcam.engine.record.clip_recorder import ClipRecorder
from custom_components.localcam.engine.record.growing_clip import GrowingClip, RecorderOutput
from custom_components.localcam.engine.record.ring_buffer import RingBuffer
from custom_components.localcam.engine.reports import Answer, RecordingFailed
from custom_components.localcam.engine.settings import RecordSettings
from custom_components.localcam.engine.values import Medium, Packet, StreamFormat

MS = Fraction(1, 1000)
VIDEO = StreamFormat(medium=Medium.VIDEO, codec="h264", time_base=MS, width_px=640, height_px=360)
LARGER = StreamFormat(medium=Medium.VIDEO, codec="h264", time_base=MS, width_px=1280, height_px=720)
ARRIVAL_S = 7_000.0
"""How far times of arrival are ahead of media times."""
WALL_S = 1_800_000_000.0


@dataclass
class Disk:
    """What growing files need of it."""

    is_full: bool = False
    is_broken: bool = False
    files: dict[str, File] = field(default_factory=dict)

    def check(self) -> None:
        if self.is_full:
            raise StorageFullError("no space left")
        if self.is_broken:
            raise StorageError("input/output error")

    def open(self, name: str, identity: ClipIdentity, formats: tuple[StreamFormat, ...]) -> File:
        self.check()
        assert name not in self.files
        self.files[name] = File(self, identity, formats)
        return self.files[name]


@dataclass
class File:
    """A growing file that keeps its packets in memory."""

    disk: Disk
    identity: ClipIdentity
    formats: tuple[StreamFormat, ...]
    packets: list[Packet] = field(default_factory=list)
    end_dts_s: float | None = None
    is_closed: bool = False

    @property
    def fragments(self) -> int:
        return len(self.packets)

    def add(self, packet: Packet) -> None:
        assert not self.is_closed
        self.disk.check()
        self.packets.append(packet)

    def finish(self, end_dts_s: float | None = None) -> None:
        self.disk.check()
        self.end_dts_s = end_dts_s

    def close(self) -> None:
        self.is_closed = True

    def discard(self) -> None:
        self.close()
        self.disk.files = {name: file for name, file in self.disk.files.items() if file is not self}


class House:
    """One camera and its recorder. Times are seconds of media time; arrival is `ARRIVAL_S` later."""

    def __init__(self, settings: RecordSettings | None = None, *, keep_s: float = 10.0) -> None:
        self.disk = Disk()
        self.sent: list[Packet] = []
        self.outputs: list[RecorderOutput] = []
        self.events = 0
        self.event: MotionEvent | None = None
        """The one that goes on."""
        self.frames_per_s = 10
        self.keyframe_interval_s = 1.0
        ids = iter(range(10_000))
        self.recorder = ClipRecorder(
            settings or RecordSettings(),
            RingBuffer(keep_s, 1 << 20),
            RecorderTools(
                camera_id="camera-1",
                open_clip=self.disk.open,
                new_id=lambda: f"CLIP{next(ids)}",
                to_utc_s=lambda at_s: at_s - ARRIVAL_S + WALL_S,
                open_event=lambda: self.event,
            ),
        )
        self.tell(self.recorder.format_changed((VIDEO,)))

    @property
    def clips(self) -> list[GrowingClip]:
        return [each for each in self.outputs if isinstance(each, GrowingClip)]

    @property
    def failures(self) -> list[RecordingFailed]:
        return [each for each in self.outputs if isinstance(each, RecordingFailed)]

    @property
    def answers(self) -> list[Answer]:
        return [each for each in self.outputs if isinstance(each, Answer)]

    def tell(self, outputs: tuple[RecorderOutput, ...]) -> None:
        self.outputs += outputs

    def send(self, at_ms: int, *, key: bool, medium: Medium = Medium.VIDEO) -> None:
        packet = Packet(
            medium=medium,
            payload=b"x",
            pts=at_ms,
            dts=at_ms,
            duration=0,
            time_base=MS,
            is_keyframe=key,
            received_at_s=ARRIVAL_S + at_ms / 1000,
        )
        self.sent.append(packet)
        self.tell(self.recorder.packet(packet))

    def run(self, from_s: float, to_s: float, each: Callable[[float], None] | None = None) -> None:
        """Send the camera's packets; `each` is called after every one of them with its time."""
        frame_ms = 1000 // self.frames_per_s
        for at_ms in range(round(from_s * 1000), round(to_s * 1000), frame_ms):
            self.send(at_ms, key=at_ms % round(self.keyframe_interval_s * 1000) == 0)
            if each:
                each(at_ms / 1000)

    def move(self, at_s: float, score: float = 0.5, kind: Kind = Kind.PERSON) -> None:
        """Motion begins."""
        self.events += 1
        self.tell(self.recorder.motion_started(ARRIVAL_S + at_s, f"EVENT{self.events}", kind, score))

    def still_moves(self, at_s: float, score: float = 0.5, kind: Kind = Kind.PERSON) -> None:
        self.tell(self.recorder.motion_continues(ARRIVAL_S + at_s, score, kind))

    def still_flickers(self, at_s: float) -> None:
        """An event that does not alert goes on."""
        self.tell(self.recorder.demoted_continues(ARRIVAL_S + at_s, 0.9, Kind.LIGHT))

    def calm(self, last_motion_s: float) -> MotionEvent:
        """The quiet time has passed."""
        event = self.event_until(last_motion_s)
        self.tell(self.recorder.motion_ended(event))
        return event

    def event_until(self, last_motion_s: float) -> MotionEvent:
        """The newest event, as it is when it moved last then."""
        return MotionEvent(
            event_id=f"EVENT{self.events}",
            started_at_s=ARRIVAL_S + last_motion_s - 1,
            last_motion_at_s=ARRIVAL_S + last_motion_s,
            peak_score=0.5,
            peak_at_s=ARRIVAL_S + last_motion_s,
            kind=Kind.PERSON,
            model_version=0,
            features=Features(version=1, values={}),
        )

    def packets_of(self, clip: GrowingClip) -> list[Packet]:
        return self.disk.files[clip.name].packets

    def span_of(self, clip: GrowingClip) -> tuple[float, float]:
        """Media times of the first and the last packet."""
        packets = self.packets_of(clip)
        return packets[0].dts_s, packets[-1].dts_s
