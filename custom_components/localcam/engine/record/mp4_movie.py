"""The movie box: what a clip's tracks are, and where each sample lies (ISO/IEC 14496-12, clauses 8.2 to 8.10)."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
import struct
import sys

from ..errors import ClipFormatError
from ..values import Medium
from .mp4_boxes import UNITY_MATRIX, box, boxes, child, full_box, unpack

MOVIE_TIMESCALE = 90_000
"""Ticks per second of durations and edit lists; 32 bits of them are 13 hours."""
_HANDLERS = {Medium.VIDEO: b"vide", Medium.AUDIO: b"soun"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One stream of a clip."""

    track_id: int
    medium: Medium
    timescale: int
    """Ticks per second of its samples."""
    entry: bytes
    """Its sample entry, a whole box."""
    width_px: int = 0
    height_px: int = 0


@dataclass(slots=True, kw_only=True)
class SampleTable:
    """A track's samples in decoding order; one array per property keeps a long clip's table small."""

    sizes: array[int] = field(default_factory=lambda: array("I"))
    durations: array[int] = field(default_factory=lambda: array("I"))
    composition_offsets: array[int] = field(default_factory=lambda: array("i"))
    keyframes: array[int] = field(default_factory=lambda: array("I"))
    """Numbers of the samples that are keyframes, counted from 1."""
    chunk_offsets: array[int] = field(default_factory=lambda: array("Q"))
    """Where in its file each chunk of samples begins."""
    chunk_counts: array[int] = field(default_factory=lambda: array("I"))
    """How many samples each chunk holds."""
    start: int = 0
    """Decoding time of the first sample, in ticks."""

    @property
    def duration(self) -> int:
        """Of all samples, in ticks."""
        return sum(self.durations)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackSamples:
    """A finished clip's track."""

    track: Track
    samples: SampleTable
    delay: int = 0
    """Ticks from the clip's beginning to the first sample; negative where it is to be heard from within."""
    has_wide_offsets: bool = False
    """Whether chunk offsets take 64 bits."""


def growing_movie(tracks: Sequence[Track], comment: str) -> bytes:
    """`ftyp` and a `moov` without samples, for fragments to follow."""
    extends = [full_box(b"trex", 0, 0, struct.pack(">5I", track.track_id, 1, 0, 0, 0)) for track in tracks]
    traks = [_trak(TrackSamples(track=track, samples=SampleTable()), 0) for track in tracks]
    movie = box(b"moov", _movie_header(0, len(tracks)), *traks, box(b"mvex", *extends), _user_data(comment))
    return box(b"ftyp", b"iso5", struct.pack(">I", 512), b"iso5iso6mp41") + movie


def finished_movie(tracks: Sequence[TrackSamples], comment: str) -> bytes:
    """A `moov` with all samples, their chunks at the offsets that the tables name."""
    duration = max(_movie_ticks(each) for each in tracks)
    traks = [_trak(each, _movie_ticks(each)) for each in tracks]
    return box(b"moov", _movie_header(duration, len(tracks)), *traks, _user_data(comment))


def read_movie(contents: bytes) -> tuple[list[Track], str]:
    """Tracks and comment of a `moov` of either sort; raises ClipFormatError."""
    tracks = [_read_track(trak) for kind, trak in boxes(contents) if kind == b"trak"]
    data = child(child(child(contents, b"udta"), b"meta")[4:], b"ilst", b"\xa9cmt", b"data")
    if sum(track.medium is Medium.VIDEO for track in tracks) != 1:
        raise ClipFormatError("the clip has no video track")
    return tracks, data[8:].decode("utf-8", "replace")


def movie_duration_s(tracks: Sequence[TrackSamples]) -> float:
    """From the first picture to the end of what lasts longest, as the finished file will say it."""
    return max(_movie_ticks(each) for each in tracks) / MOVIE_TIMESCALE


def read_duration_s(contents: bytes) -> float:
    """Of a finished `moov`; raises ClipFormatError."""
    timescale, duration = unpack(">II", child(contents, b"mvhd"), 12)
    if not timescale or not duration:
        raise ClipFormatError("the clip is empty")
    return duration / timescale


def _movie_ticks(each: TrackSamples) -> int:
    ticks = max(0, each.samples.duration + each.delay)
    return round(ticks * MOVIE_TIMESCALE / each.track.timescale)


def _movie_header(duration: int, tracks: int) -> bytes:
    fields = struct.pack(">4IIH10x", 0, 0, MOVIE_TIMESCALE, duration, 1 << 16, 1 << 8)
    return full_box(b"mvhd", 0, 0, fields, UNITY_MATRIX, bytes(24), struct.pack(">I", tracks + 1))


def _trak(each: TrackSamples, movie_ticks: int) -> bytes:
    track = each.track
    is_video = track.medium is Medium.VIDEO
    fields = struct.pack(">5I8xhhhH", 0, 0, track.track_id, 0, movie_ticks, 0, 0, 0 if is_video else 256, 0)
    size = struct.pack(">II", track.width_px << 16, track.height_px << 16)
    head = full_box(b"tkhd", 0, 3, fields, UNITY_MATRIX, size)
    # Language: "und", 5 bits a letter.
    times = full_box(b"mdhd", 0, 0, struct.pack(">4IHH", 0, 0, track.timescale, each.samples.duration, 0x55C4, 0))
    handler = full_box(b"hdlr", 0, 0, struct.pack(">I4s12x", 0, _HANDLERS[track.medium]), b"LocalCam\0")
    media_head = full_box(b"vmhd", 0, 1, bytes(8)) if is_video else full_box(b"smhd", 0, 0, bytes(4))
    data = box(b"dinf", full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1)))
    media = box(b"mdia", times, handler, box(b"minf", media_head, data, _sample_boxes(each)))
    return box(b"trak", head, *_edits(each, movie_ticks), media)


def _edits(each: TrackSamples, movie_ticks: int) -> Iterator[bytes]:
    """An edit list, only where sound does not begin exactly with the picture."""
    if each.delay > 0:
        pause = each.delay * MOVIE_TIMESCALE // each.track.timescale
        entries = [(pause, -1), (movie_ticks - pause, 0)]
    elif each.delay < 0:
        entries = [(movie_ticks, -each.delay)]
    else:
        return
    lines = [struct.pack(">Iihh", duration, media_time, 1, 0) for duration, media_time in entries]
    yield box(b"edts", full_box(b"elst", 0, 0, struct.pack(">I", len(lines)), *lines))


def _sample_boxes(each: TrackSamples) -> bytes:
    samples = each.samples
    parts = [
        full_box(b"stsd", 0, 0, struct.pack(">I", 1), each.track.entry),
        _runs(b"stts", 0, samples.durations),
        full_box(b"stsc", 0, 0, _chunks(samples.chunk_counts)),
        full_box(b"stsz", 0, 0, struct.pack(">II", 0, len(samples.sizes)), _big_endian(samples.sizes)),
        _offsets(samples.chunk_offsets, each.has_wide_offsets),
    ]
    if each.track.medium is Medium.VIDEO and samples.sizes:
        count = struct.pack(">I", len(samples.keyframes))
        parts.append(full_box(b"stss", 0, 0, count, _big_endian(samples.keyframes)))
    if any(samples.composition_offsets):
        is_signed = min(samples.composition_offsets) < 0
        parts.append(_runs(b"ctts", int(is_signed), samples.composition_offsets))
    return box(b"stbl", *parts)


def _runs(kind: bytes, version: int, values: array[int]) -> bytes:
    pairs = array("i" if values.typecode == "i" else "I")
    for value, run in groupby(values):
        pairs.extend((sum(1 for _ in run), value))
    return full_box(kind, version, 0, struct.pack(">I", len(pairs) // 2), _big_endian(pairs))


def _chunks(counts: array[int]) -> bytes:
    entries = array("I")
    previous = 0
    for number, count in enumerate(counts, 1):
        if count != previous:
            entries.extend((number, count, 1))
            previous = count
    return struct.pack(">I", len(entries) // 3) + _big_endian(entries)


def _offsets(offsets: array[int], is_wide: bool) -> bytes:
    count = struct.pack(">I", len(offsets))
    if is_wide:
        return full_box(b"co64", 0, 0, count, _big_endian(offsets))
    return full_box(b"stco", 0, 0, count, _big_endian(array("I", offsets)))


def _big_endian(values: array[int]) -> bytes:
    if sys.byteorder == "little":
        values = values[:]
        values.byteswap()
    return values.tobytes()


def _user_data(comment: str) -> bytes:
    data = box(b"data", struct.pack(">II", 1, 0), comment.encode())
    handler = full_box(b"hdlr", 0, 0, struct.pack(">I4s4s9x", 0, b"mdir", b"appl"))
    return box(b"udta", full_box(b"meta", 0, 0, handler, box(b"ilst", box(b"\xa9cmt", data))))


def _read_track(trak: bytes) -> Track:
    head, mdia = child(trak, b"tkhd"), child(trak, b"mdia")
    handler = child(mdia, b"hdlr")[8:12]
    medium = next((each for each, kind in _HANDLERS.items() if kind == handler), None)
    timescale = unpack(">I", child(mdia, b"mdhd"), 12)[0]
    if medium is None or not timescale:
        raise ClipFormatError("the clip has a track that is not one of ours")
    width, height = unpack(">II", head, 76)
    return Track(
        track_id=unpack(">I", head, 12)[0],
        medium=medium,
        timescale=timescale,
        entry=child(mdia, b"minf", b"stbl", b"stsd")[8:],
        width_px=width >> 16,
        height_px=height >> 16,
    )
