"""Writes the growing file of one clip: a fragmented MP4 of which any cut leaves whole fragments."""

from collections.abc import Callable
from fractions import Fraction

from ..errors import ClipFormatError
from ..values import Medium, Packet, StreamFormat
from .clip_identity import ClipIdentity, write_comment
from .clip_store import ClipSink, ClipStore
from .mp4_fragments import Sample, TrackRun, fragment_head
from .mp4_movie import Track, growing_movie
from .nal_units import has_start_code, to_length_prefixed
from .sample_entry import video_entry
from .sound_entry import sound_entry, without_adts

_LONGEST_FRAGMENT_S = 2
"""What a crash can cost at most."""
_FINEST_TIMESCALE = 1_000_000
"""A 32-bit duration then lasts for more than an hour."""
_USUAL_TIMESCALE = 90_000
_LARGEST = (1 << 31) - 1
"""Of what a table of samples holds."""


def open_clip(store: ClipStore, name: str, identity: ClipIdentity, formats: tuple[StreamFormat, ...]) -> ClipWriter:
    """Create the growing file of a clip; raises StorageError, StorageFullError."""
    return ClipWriter(store.create(name), identity, formats, lambda: store.remove(name))


class ClipWriter:
    """Takes packets in order of arrival, the first of them a video keyframe, and appends fragments to its sink.

    The last packet of each stream is held back until the next one tells how long it lasts. After an error nothing but
    `close` may be called; what was written until then stays good.
    """

    def __init__(
        self,
        sink: ClipSink,
        identity: ClipIdentity,
        formats: tuple[StreamFormat, ...],
        remove: Callable[[], None],
    ) -> None:
        """`remove` takes the sink's file away."""
        self._sink = sink
        self._remove = remove
        self._identity = identity
        self._pending: dict[Medium, list[Packet]] = {each.medium: [] for each in formats}
        self._formats = {each.medium: each for each in formats}
        self._streams: dict[Medium, _Stream] = {}
        self._fragments = 0
        self._is_open = True

    @property
    def fragments(self) -> int:
        """How many were written whole; a clip without any cannot be finished."""
        return self._fragments

    def add(self, packet: Packet) -> None:
        """Take a packet; sound of a stream without sound is passed over.

        Raises StorageError, StorageFullError, and ClipFormatError where the stream cannot be put into an MP4.
        """
        pending = self._pending.get(packet.medium)
        if pending is None:
            return
        pending.append(packet)
        if packet.medium is Medium.VIDEO and packet.dts_s - pending[0].dts_s >= _LONGEST_FRAGMENT_S:
            self._write_fragment({medium: packets[:-1] for medium, packets in self._pending.items()})

    def finish(self, end_dts_s: float | None = None) -> None:
        """Write what was held back. `end_dts_s`: media time of the video packet that came next, where one did."""
        if any(self._pending.values()):
            self._write_fragment(dict(self._pending), end_dts_s)

    def close(self) -> None:
        """End the file; may be called twice."""
        if self._is_open:
            self._is_open = False
            self._sink.close()

    def discard(self) -> None:
        """End the file and take it away: there is nothing whole in it."""
        self.close()
        self._remove()

    def _write_fragment(self, packets: dict[Medium, list[Packet]], end_dts_s: float | None = None) -> None:
        if not self._streams:
            self._begin()
        runs: list[TrackRun] = []
        for medium, stream in self._streams.items():
            following = self._pending[medium][len(packets[medium]) :]
            end: int | None = None
            if following:
                end = stream.ticks(following[0].dts)
            elif medium is Medium.VIDEO and end_dts_s is not None:
                end = stream.ticks_at(end_dts_s)
            if packets[medium]:
                runs.append(stream.run(packets[medium], end))
            self._pending[medium] = following
        self._append(runs)

    def _append(self, runs: list[TrackRun]) -> None:
        self._sink.write(fragment_head(self._fragments + 1, runs))
        for run in runs:
            for sample in run.samples:
                self._sink.write(sample.payload)
        self._fragments += 1

    def _begin(self) -> None:
        """Write the head, as late as this because some streams only say in their packets how they are coded."""
        firsts = {medium: packets[0] for medium, packets in self._pending.items() if packets}
        origin = min(first.dts * first.time_base for first in firsts.values())
        for medium, stream_format in self._formats.items():
            first = firsts.get(medium)
            try:
                self._streams[medium] = _Stream(len(self._streams) + 1, stream_format, first, origin)
            except ClipFormatError:
                if medium is Medium.VIDEO:
                    self._streams.clear()
                    raise
                # A clip without its sound is better than none.
                del self._pending[medium]
        self._sink.write(growing_movie([each.track for each in self._streams.values()], write_comment(self._identity)))


class _Stream:
    """One track: how its packets become samples."""

    def __init__(self, track_id: int, stream: StreamFormat, first: Packet | None, origin: Fraction) -> None:
        base = stream.time_base
        timescale = base.denominator if base.denominator <= _FINEST_TIMESCALE else _USUAL_TIMESCALE
        self._ticks = base * timescale
        self._origin_ticks = round(origin * timescale)
        self._timescale = timescale
        self._last_duration = timescale // 25
        self._is_annex_b = False
        self._has_adts = False
        payload = first.payload if first else b""
        if stream.medium is Medium.VIDEO:
            video = video_entry(stream, payload)
            self._is_annex_b = video.is_annex_b
            entry, width_px, height_px = video.entry, video.width_px, video.height_px
        else:
            sound = sound_entry(stream, payload)
            self._has_adts = sound.has_adts
            entry, width_px, height_px = sound.entry, 0, 0
        self.track = Track(
            track_id=track_id,
            medium=stream.medium,
            timescale=timescale,
            entry=entry,
            width_px=width_px,
            height_px=height_px,
        )

    def ticks(self, dts: int) -> int:
        """A packet's time as the track counts it, from the clip's origin on."""
        return max(0, round(dts * self._ticks) - self._origin_ticks)

    def ticks_at(self, dts_s: float) -> int:
        """The same for seconds of media time."""
        return max(0, round(dts_s * self._timescale) - self._origin_ticks)

    def run(self, packets: list[Packet], end: int | None) -> TrackRun:
        """The packets as samples; `end` is when the last of them ends, where that is known."""
        times = [self.ticks(packet.dts) for packet in packets]
        ends = [*times[1:], end if end is not None else times[-1] + self._duration(packets[-1], times)]
        samples = [
            Sample(
                payload=self._payload(packet.payload),
                duration=max(0, min(following - time, _LARGEST)),
                composition_offset=max(-_LARGEST, min(round((packet.pts - packet.dts) * self._ticks), _LARGEST)),
                is_keyframe=packet.is_keyframe,
            )
            for packet, time, following in zip(packets, times, ends, strict=True)
        ]
        self._last_duration = samples[-1].duration or self._last_duration
        return TrackRun(track_id=self.track.track_id, start=times[0], samples=samples)

    def _duration(self, packet: Packet, times: list[int]) -> int:
        """Of a packet that none followed: its own word, else as long as the one before."""
        if packet.duration > 0:
            return round(packet.duration * self._ticks)
        return times[-1] - times[-2] if len(times) > 1 else self._last_duration

    def _payload(self, payload: bytes) -> bytes:
        if self._is_annex_b and has_start_code(payload):
            return to_length_prefixed(payload)
        return without_adts(payload) if self._has_adts else payload
