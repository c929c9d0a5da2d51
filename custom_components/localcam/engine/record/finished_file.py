"""A growing file's samples as one ordinary MP4: movie box first, then the media, appended from beginning to end."""

from dataclasses import dataclass, replace
import struct

from ..errors import ClipFormatError
from ..values import Medium
from .clip_store import ClipSink, ClipSource
from .mp4_boxes import box, file_boxes
from .mp4_fragments import GrownFile
from .mp4_movie import SampleTable, Track, TrackSamples, finished_movie, read_duration_s, read_movie

_PIECE_BYTES = 1 << 16
"""Of media held in memory at a time."""
_LARGEST_MOVIE_BYTES = 1 << 26
"""No `moov` of ours comes near this."""
_HUGE_BYTES = 0xF0000000
"""Media larger than this gets 64 bits for its size and offsets, which leaves room for the largest movie box below."""


def timed_tracks(grown: GrownFile) -> list[TrackSamples]:
    """The tracks with the first picture at 0 and the sound where it was heard; raises ClipFormatError.

    Pictures out of decoding order (B-frames) are moved by negative composition offsets, not by an edit list, so that no
    player begins late. Tracks without samples are left out.
    """
    video = next(track for track in grown.tracks if track.medium is Medium.VIDEO)
    pictures = grown.samples[video.track_id]
    if not pictures.sizes or pictures.keyframes[:1].tolist() != [1]:
        raise ClipFormatError("the clip does not begin with a keyframe")
    lead = _first_picture(pictures)
    begins_s = (pictures.start + lead) / video.timescale
    tracks = [TrackSamples(track=video, samples=_moved(pictures, lead))]
    for track in grown.tracks:
        samples = grown.samples[track.track_id]
        if track is not video and samples.sizes:
            delay = samples.start - round(begins_s * track.timescale)
            tracks.append(TrackSamples(track=track, samples=samples, delay=delay))
    return tracks


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedFile:
    """What a finished file says of itself."""

    video: Track
    has_audio: bool
    duration_s: float
    comment: str


def read_finished(source: ClipSource) -> FinishedFile:
    """Read a finished file's head; raises ClipFormatError where a box of the file is missing or cut, StorageError."""
    contents = {each.kind: each for each in file_boxes(source)}
    movie = contents.get(b"moov")
    if movie is None or b"mdat" not in contents or movie.size_bytes > _LARGEST_MOVIE_BYTES:
        raise ClipFormatError("the file is no finished clip")
    data = source.read_at(movie.contents_at, movie.size_bytes)
    tracks, comment = read_movie(data)
    return FinishedFile(
        video=next(track for track in tracks if track.medium is Medium.VIDEO),
        has_audio=any(track.medium is Medium.AUDIO for track in tracks),
        duration_s=read_duration_s(data),
        comment=comment,
    )


def write_finished(source: ClipSource, sink: ClipSink, tracks: list[TrackSamples], comment: str) -> None:
    """Append the whole MP4; raises StorageError, StorageFullError, ClipFormatError."""
    head = box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomiso4avc1mp41")
    chunks = sorted(chunk for each in tracks for chunk in _chunks(each.samples))
    media_bytes = sum(size for _, size in chunks)
    media_head = _media_head(media_bytes)
    tracks = [replace(each, has_wide_offsets=media_bytes > _HUGE_BYTES) for each in tracks]
    # How large the movie box is does not depend on the offsets in it.
    movie_bytes = len(finished_movie(_placed(tracks, chunks, 0), comment))
    movie = finished_movie(_placed(tracks, chunks, len(head) + movie_bytes + len(media_head)), comment)
    for part in (head, movie, media_head):
        sink.write(part)
    for at, size in chunks:
        _copy(source, sink, at, size)


def _first_picture(pictures: SampleTable) -> int:
    """Ticks from the first picture decoded to the first one shown."""
    time, first = 0, pictures.composition_offsets[0]
    for duration, offset in zip(pictures.durations, pictures.composition_offsets, strict=True):
        first = min(first, time + offset)
        time += duration
    return first


def _moved(samples: SampleTable, ticks: int) -> SampleTable:
    if not ticks:
        return samples
    offsets = samples.composition_offsets[:]
    for index, offset in enumerate(offsets):
        offsets[index] = offset - ticks
    return replace(samples, composition_offsets=offsets)


def _chunks(samples: SampleTable) -> list[tuple[int, int]]:
    """Offset in the growing file and size of each chunk."""
    chunks: list[tuple[int, int]] = []
    sample = 0
    for at, count in zip(samples.chunk_offsets, samples.chunk_counts, strict=True):
        chunks.append((at, sum(samples.sizes[sample : sample + count])))
        sample += count
    return chunks


def _placed(tracks: list[TrackSamples], chunks: list[tuple[int, int]], media_at: int) -> list[TrackSamples]:
    """The tracks with each chunk at its offset in the finished file, where chunks follow one another without gaps."""
    places: dict[int, int] = {}
    for at, size in chunks:
        places[at] = media_at
        media_at += size
    placed: list[TrackSamples] = []
    for each in tracks:
        offsets = each.samples.chunk_offsets[:]
        for index, at in enumerate(offsets):
            offsets[index] = places[at]
        placed.append(replace(each, samples=replace(each.samples, chunk_offsets=offsets)))
    return placed


def _media_head(media_bytes: int) -> bytes:
    if media_bytes > _HUGE_BYTES:
        return struct.pack(">I4sQ", 1, b"mdat", 16 + media_bytes)
    return struct.pack(">I4s", 8 + media_bytes, b"mdat")


def _copy(source: ClipSource, sink: ClipSink, at: int, size: int) -> None:
    while size:
        piece = source.read_at(at, min(size, _PIECE_BYTES))
        if not piece:
            raise ClipFormatError("the growing file is shorter than it was")
        sink.write(piece)
        at += len(piece)
        size -= len(piece)
