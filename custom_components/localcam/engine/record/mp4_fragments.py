"""Fragments of a growing clip: each a `moof` that says what samples follow, and an `mdat` that holds them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
import struct

from ..errors import ClipFormatError
from .clip_store import ClipSource
from .mp4_boxes import box, boxes, child, file_boxes, full_box, unpack
from .mp4_movie import SampleTable, Track, read_movie

_BASE_IS_MOOF = 0x020000
_RUN_FLAGS = 0x1 | 0x100 | 0x200 | 0x400 | 0x800
"""Data offset; and of each sample duration, size, flags and composition offset."""
_KEYFRAME = 0x02000000
_NO_KEYFRAME = 0x01010000
_MAX_HEAD_BYTES = 1 << 24
"""No `moov` or `moof` of ours comes near this; larger ones are not read into memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One packet as MP4 holds it."""

    payload: bytes
    duration: int
    composition_offset: int
    is_keyframe: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRun:
    """A track's samples in one fragment."""

    track_id: int
    start: int
    """Decoding time of the first one, in the track's ticks."""
    samples: Sequence[Sample]


def fragment_head(sequence: int, runs: Iterable[TrackRun]) -> bytes:
    """All of a fragment but the payloads, which must follow in the order of the runs and of their samples."""
    kept = [run for run in runs if run.samples]
    sizes = [sum(len(sample.payload) for sample in run.samples) for run in kept]
    data_at = len(_moof(sequence, kept, [0] * len(kept))) + 8
    offsets = [data_at + sum(sizes[:index]) for index in range(len(kept))]
    return _moof(sequence, kept, offsets) + struct.pack(">I4s", 8 + sum(sizes), b"mdat")


def _moof(sequence: int, runs: Sequence[TrackRun], offsets: Sequence[int]) -> bytes:
    parts = [full_box(b"mfhd", 0, 0, struct.pack(">I", sequence))]
    for run, offset in zip(runs, offsets, strict=True):
        lines = [
            struct.pack(
                ">IIIi",
                sample.duration,
                len(sample.payload),
                _KEYFRAME if sample.is_keyframe else _NO_KEYFRAME,
                sample.composition_offset,
            )
            for sample in run.samples
        ]
        head = full_box(b"tfhd", 0, _BASE_IS_MOOF, struct.pack(">I", run.track_id))
        time = full_box(b"tfdt", 1, 0, struct.pack(">Q", run.start))
        trun = full_box(b"trun", 1, _RUN_FLAGS, struct.pack(">Ii", len(lines), offset), *lines)
        parts.append(box(b"traf", head, time, trun))
    return box(b"moof", *parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrownFile:
    """What a growing file holds in whole fragments."""

    tracks: Sequence[Track]
    comment: str
    samples: dict[int, SampleTable]
    """By track; chunk offsets are those in the growing file."""


def read_grown(source: ClipSource) -> GrownFile:
    """Read a growing file up to the last whole fragment, wherever it was cut; raises ClipFormatError, StorageError."""
    tracks: list[Track] = []
    comment = ""
    samples: dict[int, SampleTable] = {}
    moof, moof_at = b"", 0
    for each in file_boxes(source):
        if each.kind in (b"moov", b"moof") and each.size_bytes > _MAX_HEAD_BYTES:
            raise ClipFormatError("a head of the clip is too large")
        if each.kind == b"moov":
            tracks, comment = read_movie(source.read_at(each.contents_at, each.size_bytes))
            samples = {track.track_id: SampleTable() for track in tracks}
        elif each.kind == b"moof":
            moof, moof_at = source.read_at(each.contents_at, each.size_bytes), each.contents_at - 8
        elif each.kind == b"mdat" and moof:
            _take(moof, moof_at, samples, (each.contents_at, each.contents_at + each.size_bytes))
            moof = b""
    if not tracks:
        raise ClipFormatError("the clip ends before its first fragment")
    return GrownFile(tracks=tracks, comment=comment, samples=samples)


def _take(moof: bytes, moof_at: int, samples: dict[int, SampleTable], data: tuple[int, int]) -> None:
    for kind, traf in boxes(moof):
        if kind != b"traf":
            continue
        table = samples.get(unpack(">I", child(traf, b"tfhd"), 4)[0])
        if table is None:
            raise ClipFormatError("a fragment names a track that the clip has not")
        (start,) = unpack(">Q", child(traf, b"tfdt"), 4)
        _take_run(child(traf, b"trun"), moof_at, table, data)
        if len(table.chunk_offsets) == 1:
            table.start = start


def _take_run(trun: bytes, moof_at: int, table: SampleTable, data: tuple[int, int]) -> None:
    head, count, offset = unpack(">IIi", trun)
    if head & 0xFFFFFF != _RUN_FLAGS or len(trun) != 12 + 16 * count:
        raise ClipFormatError("a fragment is not one of ours")
    at = moof_at + offset
    lines = list(struct.iter_unpack(">IIIi", memoryview(trun)[12:]))
    if not (data[0] <= at and at + sum(line[1] for line in lines) <= data[1]):
        raise ClipFormatError("a fragment names bytes outside of it")
    table.chunk_offsets.append(at)
    table.chunk_counts.append(count)
    for duration, size, flags, composition_offset in lines:
        table.durations.append(duration)
        table.sizes.append(size)
        table.composition_offsets.append(composition_offset)
        if flags == _KEYFRAME:
            table.keyframes.append(len(table.sizes))
