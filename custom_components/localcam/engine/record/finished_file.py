"""A growing file's packets as one ordinary MP4: movie box first, then the media, appended from beginning to end.

libav writes the movie box last, once it knows all packets. So it writes twice: first for the movie box, of which only
the media's places have to be put right, and then for the media.
"""

from dataclasses import dataclass
from fractions import Fraction
import io
from typing import override

import av
from av.container import InputContainer

from ..errors import ClipFormatError
from .clip_store import ClipSink, ClipSource
from .libav_files import SinkFile, SourceFile, libav_faults, open_mp4
from .mp4_boxes import Box, box_at, file_boxes, with_shifted_offsets

_HEAD_BYTES = 256
"""The boxes before the media are far shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedFile:
    """What a finished file says of itself."""

    codec: str
    """libav's name."""
    width_px: int
    height_px: int
    has_audio: bool
    duration_s: float
    comment: str


def read_finished(source: ClipSource) -> FinishedFile:
    """Read a finished file's head; raises ClipFormatError where a box of the file is missing or cut, StorageError."""
    boxes = list(file_boxes(source))
    if not {b"moov", b"mdat"} <= {box.kind for box in boxes} or boxes[-1].end != source.size_bytes:
        raise ClipFormatError("the file is no finished clip")
    with libav_faults("reading a clip"), open_mp4(SourceFile(source)) as container:
        video = _video_of(container).codec_context
        if not container.duration:
            raise ClipFormatError("the clip has no pictures")
        return FinishedFile(
            codec=video.name,
            width_px=video.width,
            height_px=video.height,
            has_audio=bool(container.streams.audio),
            duration_s=container.duration / av.time_base,
            comment=container.metadata.get("comment", ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GrownFile:
    """What finishing has to know of a growing file."""

    comment: str
    begins_s: Fraction
    """Time in the file at which the first picture is shown."""


def read_grown(source: ClipSource) -> GrownFile:
    """Read where a growing file begins; raises ClipFormatError where no whole fragment is in it, StorageError."""
    with libav_faults("reading a growing clip"), open_mp4(whole_fragments(source)) as container:
        first = next(container.demux(_video_of(container)), None)
        if first is None or first.pts is None:
            raise ClipFormatError("the clip has no pictures")
        return GrownFile(comment=container.metadata.get("comment", ""), begins_s=first.pts * first.time_base)


def whole_fragments(source: ClipSource) -> SourceFile:
    """A growing file up to the last whole fragment, wherever it was cut; raises ClipFormatError, StorageError."""
    ends = [box.end for box in file_boxes(source) if box.kind == b"mdat"]
    if not ends:
        raise ClipFormatError("the clip ends before its first fragment")
    return SourceFile(source, ends[-1])


def write_finished(source: ClipSource, sink: ClipSink, begins_s: Fraction, comment: str) -> None:
    """Append the whole MP4 of a growing file; raises StorageError, StorageFullError, ClipFormatError."""
    outline = _Outline()
    _remux(source, outline, begins_s, comment)
    media = outline.media()
    head = outline.head
    file_type, media_head = head[: int.from_bytes(head[:4])], head[media.at : media.contents_at]
    before = len(file_type) + len(outline.movie) + len(media_head)
    movie = with_shifted_offsets(outline.movie, before - media.contents_at)
    # Only a clip that reaches 4 GiB by its movie box alone has no room: there the box stays behind.
    for part in (file_type, movie, media_head) if movie else (head[: media.contents_at],):
        sink.write(part)
    copy = _MediaOnly(sink, media)
    _remux(source, copy, begins_s, comment)
    if copy.copied_bytes != media.end - media.contents_at:
        raise ClipFormatError("the growing file is not what it was")
    if not movie:
        sink.write(outline.movie)


def _video_of(container: InputContainer) -> av.VideoStream:
    # PyAV has no codec context for a stream of which libav does not know the codec.
    if not container.streams.video or getattr(container.streams.video[0], "name", None) not in ("h264", "hevc"):
        raise ClipFormatError("the clip has no video that is one of ours")
    return container.streams.video[0]


def _remux(source: ClipSource, target: _SeekableFile, begins_s: Fraction, comment: str) -> None:
    """The first picture comes to lie at 0, and sound where it was heard."""
    with (
        libav_faults("finishing a clip"),
        open_mp4(whole_fragments(source)) as grown,
        av.open(target, "w", format="mp4", options=_options(grown)) as made,
    ):
        made.metadata["comment"] = comment
        streams = [made.add_stream_from_template(stream, opaque=True) for stream in grown.streams]
        for stream in streams:
            if stream.codec_context.name == "hevc":
                # Some players show nothing of an `hev1`, which is what libav would write.
                stream.codec_context.codec_tag = "hvc1"
        for packet in grown.demux():
            if packet.dts is None or packet.pts is None:
                continue
            delay = round(begins_s / packet.time_base)
            packet.pts, packet.dts = packet.pts - delay, packet.dts - delay
            packet.stream = streams[packet.stream_index]
            made.mux(packet)


def _options(grown: InputContainer) -> dict[str, str]:
    """Pictures out of decoding order need no edit list, so that no player begins late; sound may."""
    return {"movflags": "negative_cts_offsets", "use_editlist": str(len(grown.streams.audio))}


class _SeekableFile:
    """A file as libav writes it that goes back in it; once it does, all media are written."""

    def __init__(self) -> None:
        self._at = 0
        self._end = 0

    def write(self, data: bytes) -> int:
        """Called by libav."""
        self._take(self._at, data)
        self._at += len(data)
        self._end = max(self._end, self._at)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Called by libav."""
        self._at = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._end}[whence] + offset
        return self._at

    def tell(self) -> int:
        """Called by libav."""
        return self._at

    def _take(self, at: int, data: bytes) -> None:
        """`data` were written at this offset."""
        raise NotImplementedError


class _Outline(_SeekableFile):
    """Keeps all of a file but the media."""

    def __init__(self) -> None:
        super().__init__()
        self.head = bytearray(_HEAD_BYTES)
        self.movie = bytearray()
        self._has_media = False

    def media(self) -> Box:
        """Where the media lie; raises ClipFormatError."""
        at = 0
        while (box := box_at(self.head[at : at + 16], at)) is not None:
            if box.kind == b"mdat":
                return box
            at = box.end
        raise ClipFormatError("the clip has no media")

    @override
    def _take(self, at: int, data: bytes) -> None:
        if at < self._end:
            self._has_media = True
        elif self._has_media:
            self.movie += data
        if at < _HEAD_BYTES:
            part = data[: _HEAD_BYTES - at]
            self.head[at : at + len(part)] = part


class _MediaOnly(_SeekableFile):
    """Passes on nothing but the media, in order."""

    def __init__(self, sink: ClipSink, media: Box) -> None:
        super().__init__()
        self._sink = SinkFile(sink)
        self._media = media

    @property
    def copied_bytes(self) -> int:
        """Of media passed on."""
        return self._sink.size_bytes

    @override
    def _take(self, at: int, data: bytes) -> None:
        self._sink.write(data[max(0, self._media.contents_at - at) : max(0, self._media.end - at)])
