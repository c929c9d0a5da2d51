"""Footage as files that a camera for tests can play."""

from pathlib import Path
from typing import IO

import av

from custom_components.localcam.engine.ingest.parameter_sets import parameter_sets
from tests.engine.packets import Footage


def write_raw(path: Path, *parts: Footage) -> Path:
    """The parts' pictures one after another, in Annex B: decoding order, no timestamps."""
    path.write_bytes(b"".join(packet.payload for part in parts for packet in part.video))
    return path


def write_mp4(file: Path | IO[bytes], footage: Footage) -> None:
    """The footage's pictures as MP4, with their timestamps."""
    video = footage.formats[0]
    with av.open(str(file) if isinstance(file, Path) else file, "w", format="mp4") as out:
        stream = out.add_mux_stream(video.codec, width=video.width_px, height=video.height_px)
        assert isinstance(stream, av.VideoStream)
        stream.extradata = parameter_sets(video.codec, footage.video[0].payload)  # type: ignore[attr-defined]
        stream.time_base = video.time_base
        for packet in footage.video:
            native = av.Packet(packet.payload)
            native.pts, native.dts, native.time_base = packet.pts, packet.dts, packet.time_base
            native.is_keyframe, native.stream = packet.is_keyframe, stream
            out.mux(native)
