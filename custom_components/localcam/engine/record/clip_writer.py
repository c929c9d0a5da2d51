"""Writes the growing file of one clip: a fragmented MP4 of which any cut leaves whole fragments.

Each fragment is filled up to what the store writes at once and synced, so that at any bit rate a crash or a power cut
costs no more than what was not yet in a fragment.
"""

from collections.abc import Callable
from contextlib import suppress

import av
from av.container import OutputContainer
from av.stream import Stream

from ..errors import ClipFormatError
from ..values import Medium, Packet, StreamFormat
from .clip_identity import ClipIdentity, write_comment
from .clip_store import ClipSink, ClipStore
from .growing_track import GrowingTrack, open_track
from .libav_files import SinkFile, libav_faults
from .mp4_boxes import padding

_BATCH_S = 0.25
"""Packets are given to libav together: one at a time, each would find cold caches, and cost three times as much."""
_FRAGMENT_S = 0.7
"""With a batch that is still here, and with what waits for its reader for up to a second, a crash costs at most 2 s."""
_LONGEST_WAIT_S = 2.0
"""For the first packet of each stream."""
_OPTIONS = {
    # `delay_moov`: parameter sets and edit lists are taken from the first packets.
    "movflags": "delay_moov+default_base_moof+skip_trailer",
    "frag_duration": str(int(_FRAGMENT_S * 1_000_000)),
    "flush_packets": "1",
    # Sound that falls silent holds pictures back no longer than this.
    "max_interleave_delta": "1000000",
}


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
        self._formats = {each.medium: each for each in formats}
        self._waiting: list[Packet] = []
        """Packets that libav was not given yet: all, until it is known which streams the clip has."""
        self._tracks: dict[Medium, GrowingTrack] = {}
        self._file = SinkFile(sink)
        self._muxer: OutputContainer | None = None
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
        if packet.medium not in self._formats:
            return
        self._waiting.append(packet)
        waited_s = packet.dts_s - self._waiting[0].dts_s
        if self._tracks:
            if waited_s >= _BATCH_S:
                self._mux_waiting()
        # libav writes nothing before it has seen a packet of each stream, so none may be promised that stays away.
        elif len({each.medium for each in self._waiting}) == len(self._formats) or waited_s >= _LONGEST_WAIT_S:
            self._begin()

    def finish(self, end_dts_s: float | None = None) -> None:
        """Write what was held back. `end_dts_s`: media time of the video packet that came next, where one did."""
        if self._waiting and not self._tracks:
            self._begin()
        self._mux_waiting()
        before = self._file.size_bytes
        with libav_faults("writing a clip"):
            for medium, track in self._tracks.items():
                self._write(track.take_held(end_dts_s if medium is Medium.VIDEO else None))
            if self._muxer is not None:
                self._muxer.close()
        self._sink.seal()
        self._fragments += self._file.size_bytes > before

    def close(self) -> None:
        """End the file; may be called twice."""
        if self._is_open:
            self._is_open = False
            self._file.end()
            try:
                # After an error libav has nothing more to say than that there was one.
                with suppress(ClipFormatError), libav_faults("closing a clip"):
                    if self._muxer is not None:
                        self._muxer.close()
            finally:
                self._sink.close()

    def discard(self) -> None:
        """End the file and take it away: there is nothing whole in it."""
        self.close()
        self._remove()

    def _begin(self) -> None:
        """Open the tracks, as late as this because some streams only say in their packets how they are coded."""
        firsts: dict[Medium, Packet] = {}
        for packet in self._waiting:
            firsts.setdefault(packet.medium, packet)
        origin_s = min(first.dts * first.time_base for first in firsts.values())
        self._muxer = av.open(self._file, "w", format="mp4", options=_OPTIONS)
        self._muxer.metadata["comment"] = write_comment(self._identity)
        for medium, first in firsts.items():
            try:
                with libav_faults(f"a track of {self._formats[medium].codec}"):
                    self._tracks[medium] = open_track(self._muxer, self._formats[medium], first, origin_s)
            except ClipFormatError:
                if medium is Medium.VIDEO:
                    raise
                # A clip without its sound is better than none.
        self._mux_waiting()

    def _mux_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for packet in waiting:
            self._mux(packet)

    def _mux(self, packet: Packet) -> None:
        track = self._tracks.get(packet.medium)
        if track is not None:
            before = self._file.size_bytes
            with libav_faults("writing a clip"):
                self._write(track.take(packet))
            # Nothing but whole fragments leaves libav.
            if self._file.size_bytes > before:
                self._secure()
                self._fragments += 1

    def _secure(self) -> None:
        """See that the fragment that was just written outlives whatever happens now."""
        if filling := padding(self._sink.size_bytes, self._sink.chunk_bytes):
            self._sink.write(filling)
        self._sink.sync_soon()

    def _write(self, packets: list[av.Packet[Stream]]) -> None:
        assert self._muxer is not None
        for packet in packets:
            self._muxer.mux(packet)
