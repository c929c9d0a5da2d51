"""The demo camera: the simulated room, encoded as a camera would and delivered in real time."""

from collections.abc import Iterator
from fractions import Fraction

import av
from av.codec.context import Flags
import numpy as np

from ..clock import Clock, StopSignal
from ..errors import SourceError, SourceFault
from ..values import Medium, Packet, StreamFormat
from .demo_room import DemoRoom

WIDTH_PX = 640
HEIGHT_PX = 360
TICKS_PER_S = 90_000
KEYFRAME_INTERVAL_S = 2


class DemoMediaSource:
    """A camera that needs no hardware; `stop` ends its packets at once."""

    keeps_arrivals = False
    """See `MediaSource`."""

    def __init__(self, seed: int, clock: Clock, stop: StopSignal, frames_per_s: int = 15) -> None:
        self._seed = seed
        self._clock = clock
        self._stop = stop
        self._frames_per_s = frames_per_s
        self._room: DemoRoom | None = None
        self._encoder: av.VideoCodecContext | None = None
        self.formats: tuple[StreamFormat, ...] = ()
        """What `packets` yields; after `open`."""

    def hold(self, *, holding: bool) -> None:
        """See `MediaSource`."""

    def open(self) -> None:
        """Furnish the room; raises SourceError where this build of libav has no H.264 encoder."""
        try:
            encoder = av.CodecContext.create("libx264", "w")
            encoder.width, encoder.height, encoder.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
            encoder.time_base = Fraction(1, TICKS_PER_S)
            encoder.framerate = Fraction(self._frames_per_s)
            encoder.gop_size = KEYFRAME_INTERVAL_S * self._frames_per_s
            encoder.max_b_frames = 0
            encoder.thread_count = 1
            # Parameter sets apart from the pictures, as a camera's description gives them.
            encoder.flags |= Flags.global_header
            encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "qp": "26"}
            encoder.open()
        except (av.FFmpegError, ValueError) as err:
            raise SourceError(SourceFault.UNSUPPORTED_CODEC, f"no H.264 encoder: {err}") from err
        self._encoder = encoder
        self._room = DemoRoom(self._seed, WIDTH_PX, HEIGHT_PX)
        self.formats = (
            StreamFormat(
                medium=Medium.VIDEO,
                codec="h264",
                time_base=Fraction(1, TICKS_PER_S),
                extradata=encoder.extradata or b"",
                width_px=WIDTH_PX,
                height_px=HEIGHT_PX,
            ),
        )

    def packets(self) -> Iterator[Packet]:
        """The room from its start, a picture each 1/`frames_per_s` s, until `stop` is set; raises SourceError."""
        if self._room is None or self._encoder is None:
            raise SourceError(SourceFault.LOST, "the demo camera is not open")
        room, encoder = self._room, self._encoder
        began_at_s = self._clock.monotonic_s()
        index = 0
        while not self._stop.wait(max(0.0, began_at_s + index / self._frames_per_s - self._clock.monotonic_s())):
            try:
                yield from self._encode(encoder, room, index)
            except av.FFmpegError as err:
                raise SourceError(SourceFault.LOST, f"the demo camera's encoder failed: {err}") from err
            # A machine that cannot keep up leaves pictures out: its camera must not fall behind the clock.
            elapsed_s = self._clock.monotonic_s() - began_at_s
            index = max(index + 1, int(elapsed_s * self._frames_per_s))

    def close(self) -> None:
        """Give the room back; packets may not be asked for any more."""
        self._room = None
        self._encoder = None

    def _encode(self, encoder: av.VideoCodecContext, room: DemoRoom, index: int) -> Iterator[Packet]:
        picture = room.picture(index / self._frames_per_s)
        frame = av.VideoFrame(WIDTH_PX, HEIGHT_PX, "yuv420p")
        for plane, samples in zip(frame.planes, picture, strict=True):
            rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
            rows[: samples.shape[0], : samples.shape[1]] = samples
        ticks = TICKS_PER_S // self._frames_per_s
        frame.pts = index * ticks
        frame.time_base = Fraction(1, TICKS_PER_S)
        for packet in encoder.encode(frame):
            yield Packet(
                medium=Medium.VIDEO,
                payload=bytes(packet),
                pts=index * ticks,
                dts=index * ticks,  # without B frames each picture is decoded when it is shown
                duration=ticks,
                time_base=Fraction(1, TICKS_PER_S),
                is_keyframe=packet.is_keyframe,
                received_at_s=self._clock.monotonic_s(),
            )
