"""Goes on with a camera's stream where libav leaves off: H.264 or H.265 alone, over the RTSP connection.

libav takes three reads and three polls for each RTP packet, and a gate of ours in between copies all of them: a worker
of a quiet room spent half its time on that. So libav only opens. What the camera said meanwhile is read once more here;
if nothing in it is odd, the camera's own connection is read from then on, all that waits there at once. What goes
either way passes the gate's rules as before (`RelayedExchange`).
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from enum import Enum
from fractions import Fraction
from select import POLLIN, poll
from typing import Final

from ..clock import Clock
from ..errors import SourceError, SourceFault
from ..values import FormatChange, Medium, Packet, SourceItem, StreamFormat
from .format_watch import FormatWatch
from .handed import Handed
from .rtp_video import AccessUnit, VideoUnits
from .rtsp_messages import Message, Splitter
from .rtsp_session import RtspSession
from .timestamps import TimestampRepair

CODECS: Final = frozenset({"h264", "hevc"})
_CLOCK: Final = Fraction(1, 90_000)
"""RTP's, of all video."""
_SILENCE_S: Final = 4.5
"""A camera is lost within 5 s: some of them are for noticing."""
_GATHER_S: Final = 0.01
_READ_BYTES: Final = 64 * 1024
_FRAME_HEAD_BYTES: Final = 4


class Suits(Enum):
    """Whether a stream that began so can be read here, to the same effect."""

    YES = "yes"
    NO = "no"
    NOT_YET = "not_yet"
    """Nothing is odd, but no keyframe has come: libav knows more signs of one."""


def suits(formats: tuple[StreamFormat, ...], heard: bytes) -> Suits:
    """By what libav found and the camera said; empty where that was too much."""
    video, *others = formats
    if others or video.codec not in CODECS or video.time_base != _CLOCK:
        return Suits.NO
    reading = _Reading(video, "")
    try:
        units = reading.read(Splitter(whole_frames=True).feed(heard))
    except SourceError:
        return Suits.NO
    if reading.is_odd:
        return Suits.NO
    return Suits.YES if any(unit.is_keyframe for unit in units) else Suits.NOT_YET


class DirectStream:
    """Belongs to the thread that reads it."""

    def __init__(self, handed: Handed, video: StreamFormat, clock: Clock) -> None:
        self._handed = handed
        self.formats: tuple[StreamFormat, ...] = (video,)
        """Of what is read next."""
        self._clock = clock
        self._reading = _Reading(video, handed.url)
        self._repair = TimestampRepair(video.time_base)
        self._watch = FormatWatch(video)
        self._camera = handed.camera
        self._waiting = poll()
        self._pause = poll()
        """Of nothing: what its timeout is, it waits."""
        self._asked_at_s = clock.monotonic_s()
        self._arrived_at_s = 0.0

    def packets(self) -> Iterator[SourceItem]:
        """See `MediaSource`."""
        self._waiting.register(self._camera, POLLIN)
        heard_at_s = self._clock.monotonic_s()
        self._handed.exchange.begin_anew()
        units = self._reading.read(self._passed(self._handed.heard))
        yield from self._packed(units, heard_at_s)
        while True:
            units = self._reading.read(self._passed(self._received(heard_at_s + _SILENCE_S)))
            now_s = self._clock.monotonic_s()
            if now_s - self._asked_at_s > self._reading.session.keep_alive_s:
                self._asked_at_s = now_s
                self._ask(self._reading.session.keep_alive())
            if units:
                heard_at_s = now_s
                yield from self._packed(units, now_s)
            elif now_s - heard_at_s > _SILENCE_S:
                raise SourceError(SourceFault.LOST, "no picture arrived in time")

    def close(self) -> None:
        """Say goodbye, and let go of the camera."""
        with suppress(SourceError):
            self._ask(self._reading.session.teardown())
        self._camera.close()

    def _received(self, until_s: float) -> bytes:
        """What waits, or else what comes next and what comes right after it."""
        try:
            if not self._waiting.poll(0):
                if not self._waiting.poll(max(0.0, until_s - self._clock.monotonic_s()) * 1000):
                    raise SourceError(SourceFault.LOST, "nothing arrived in time")
                # The rest of a picture comes in many packets a moment later: taken together they cost a fraction.
                self._pause.poll(_GATHER_S * 1000)
            data = self._camera.recv(_READ_BYTES)
            # What TLS has decrypted already is not seen by the poll.
            while left := getattr(self._camera, "pending", int)():
                data += self._camera.recv(left)
        except OSError as err:
            raise SourceError(SourceFault.LOST, "the connection broke") from err
        if not data:
            raise SourceError(SourceFault.LOST, "the stream ended")
        return data

    def _passed(self, data: bytes) -> list[bytes | Message]:
        """What a player may hear of it."""
        to_camera, heard = self._handed.exchange.heard(data)
        self._say(to_camera)
        return heard

    def _ask(self, request: bytes) -> None:
        to_camera, _ = self._handed.exchange.asked(request)
        self._say(to_camera)

    def _say(self, to_camera: bytes) -> None:
        try:
            if to_camera:
                self._camera.sendall(to_camera)
        except OSError as err:
            raise SourceError(SourceFault.LOST, "the connection broke") from err

    def _packed(self, units: list[AccessUnit], now_s: float) -> Iterator[SourceItem]:
        """The newest has just arrived; those before it as much earlier as they were sent, but in order."""
        for unit in units:
            sent_at_s = now_s - (units[-1].ticks - unit.ticks) / _CLOCK.denominator
            self._arrived_at_s = max(min(sent_at_s, now_s), self._arrived_at_s)
            pts, dts = self._repair.repair(unit.ticks, unit.ticks, 0, self._arrived_at_s)
            packet = Packet(
                medium=Medium.VIDEO,
                payload=unit.payload,
                pts=pts,
                dts=dts,
                duration=0,
                time_base=_CLOCK,
                is_keyframe=unit.is_keyframe,
                received_at_s=self._arrived_at_s,
            )
            if unit.is_keyframe and (changed := self._watch.changed(packet)) is not None:
                self.formats = (changed,)
                yield FormatChange(formats=self.formats)
            yield packet


class _Reading:
    """What a camera says -> access units."""

    def __init__(self, video: StreamFormat, url: str) -> None:
        self.session = RtspSession(url)
        self._codec = video.codec
        self._channel = -1
        self._units: VideoUnits | None = None

    @property
    def is_odd(self) -> bool:
        """Whether it is better to leave this to libav."""
        if self._units is None:
            return self.session.channel is None or self.session.payload_type is None
        return self._units.oddities > 0

    def read(self, heard: Iterable[bytes | Message]) -> list[AccessUnit]:
        """The access units that are complete with these frames."""
        found: list[AccessUnit] = []
        for each in heard:
            if isinstance(each, bytes):
                if self._units is None:
                    self._begin()
                if self._units is not None and each[1] == self._channel:
                    found += self._units.feed(each[_FRAME_HEAD_BYTES:])
            elif self._units is None:
                # Afterwards there is nothing to learn, and a camera may say what it likes for as long as it likes.
                self.session.learn(each)
        return found

    def _begin(self) -> None:
        channel, payload_type = self.session.channel, self.session.payload_type
        if channel is not None and payload_type is not None:
            self._channel = channel
            self._units = VideoUnits(self._codec, payload_type)
