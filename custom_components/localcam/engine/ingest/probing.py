"""Tries a camera before it is saved: a first picture, and what its stream is like."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

from ..clock import Clock
from ..errors import DetectStreamError, SourceError, SourceFault
from ..values import CameraFacts, FormatChange, Medium, Packet, StreamFormat
from .decoder import Decoder, Picture
from .encoder import EncodedSource
from .source import MediaSource

WATCHED_S = 12.0
"""How long to wait for a second keyframe."""
SHORTEST_LOOK_S = 1.0
"""Of media time: fewer pictures say nothing of the frame rate."""


def try_source(
    source: MediaSource, detect: MediaSource | None, *, timeout_s: float, clock: Clock
) -> tuple[CameraFacts, bytes]:
    """What the camera is like, and its picture as JPEG; both sources are opened and closed.

    Raises SourceError: NO_PICTURE where none came within `timeout_s`, and whatever opening raises; DetectStreamError
    where it is `detect` that does.
    """
    with closing(_Opened(source)) as opened:
        look = _looked(opened.open(), timeout_s, clock)
    detect_picture = None
    if detect is not None:
        try:
            with closing(_Opened(detect)) as opened:
                detect_picture = _first_picture(opened.open(), timeout_s, clock)
        except SourceError as err:
            raise DetectStreamError(err.fault, err.detail) from err
    return look.facts(source, detect_picture), look.jpeg


class _Opened:
    """A source that is closed in any case, also where opening it fails."""

    def __init__(self, source: MediaSource) -> None:
        self._source = source

    def open(self) -> MediaSource:
        self._source.open()
        return self._source

    def close(self) -> None:
        self._source.close()


@dataclass(slots=True, kw_only=True)
class _Look:
    """What was seen so far, by the video's media time."""

    picture: Picture | None = None
    jpeg: bytes = b""
    frames: int = 0
    first_s: float | None = None
    last_s: float = 0.0
    keyframes_s: list[float] = field(default_factory=list)

    def add(self, packet: Packet) -> None:
        self.frames += 1
        self.first_s = packet.pts_s if self.first_s is None else min(self.first_s, packet.pts_s)
        self.last_s = max(self.last_s, packet.pts_s)
        if packet.is_keyframe:
            self.keyframes_s.append(packet.pts_s)

    @property
    def seen_s(self) -> float:
        return self.last_s - self.first_s if self.first_s is not None else 0.0

    @property
    def is_complete(self) -> bool:
        return self.picture is not None and len(self.keyframes_s) > 1 and self.seen_s >= SHORTEST_LOOK_S

    def facts(self, source: MediaSource, detect: Picture | None) -> CameraFacts:
        picture = self.picture
        assert picture is not None
        video, *sound = source.formats
        encoded = source if isinstance(source, EncodedSource) else None
        keyframes = self.keyframes_s
        interval_s = (keyframes[-1] - keyframes[0]) / (len(keyframes) - 1) if len(keyframes) > 1 else None
        return CameraFacts(
            codec=encoded.camera_codec if encoded else video.codec,
            width_px=picture.width_px,
            height_px=picture.height_px,
            frames_per_s=round((self.frames - 1) / self.seen_s, 1) if self.seen_s else 0.0,
            keyframe_interval_s=round(interval_s, 2) if interval_s is not None else None,
            keyframe_interval_at_least_s=round(
                interval_s if interval_s is not None else self.last_s - (keyframes or [self.last_s])[0], 2
            ),
            audio_codec=encoded.camera_sound if encoded else next((each.codec for each in sound), None),
            detect_width_px=detect.width_px if detect else None,
            detect_height_px=detect.height_px if detect else None,
        )


def _looked(source: MediaSource, timeout_s: float, clock: Clock) -> _Look:
    look = _Look()
    began_at_s = clock.monotonic_s()
    decoder = _VideoDecoder(source.formats)
    for packet in _video(source, decoder, look):
        look.add(packet)
        if look.picture is None:
            look.picture = decoder.decode(packet)
            look.jpeg = look.picture.to_jpeg() if look.picture else b""
        watched_s = clock.monotonic_s() - began_at_s
        if look.picture is None and watched_s > timeout_s:
            raise SourceError(SourceFault.NO_PICTURE, f"{look.frames} packets, and no picture")
        if look.is_complete or watched_s > WATCHED_S:
            break
    if look.picture is None:
        raise SourceError(SourceFault.NO_PICTURE, "the stream ended before its first picture")
    return look


def _first_picture(source: MediaSource, timeout_s: float, clock: Clock) -> Picture:
    began_at_s = clock.monotonic_s()
    decoder = _VideoDecoder(source.formats)
    for packet in _video(source, decoder, None):
        if (picture := decoder.decode(packet)) is not None:
            return picture
        if clock.monotonic_s() - began_at_s > timeout_s:
            break
    raise SourceError(SourceFault.NO_PICTURE, "no picture in the second stream")


class _VideoDecoder:
    """A decoder that follows changes of the stream's format."""

    def __init__(self, formats: tuple[StreamFormat, ...]) -> None:
        self._decoder = Decoder(formats[0])

    def follow(self, change: FormatChange) -> None:
        self._decoder = Decoder(change.formats[0])

    def decode(self, packet: Packet) -> Picture | None:
        return self._decoder.decode(packet)


def _video(source: MediaSource, decoder: _VideoDecoder, look: _Look | None) -> Iterator[Packet]:
    """The video packets until the camera stops; a camera that stops before its first picture gives none."""
    try:
        for item in source.packets():
            if isinstance(item, FormatChange):
                decoder.follow(item)
            elif item.medium is Medium.VIDEO:
                yield item
    except SourceError as err:
        if err.fault is not SourceFault.LOST:
            raise
        if look is None or look.picture is None:
            raise SourceError(SourceFault.NO_PICTURE, err.detail) from err
