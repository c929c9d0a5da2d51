"""Pictures that carry a mark beside what they show, by which their bytes are known wherever they turn up."""

from base64 import b64encode
from fractions import Fraction
from pathlib import Path
from uuid import UUID

import av
import numpy as np

from tests.engine.ingest.demo_film import film_of_a_visit
from tests.engine.ingest.http_cameras import jpeg_of

TOKEN = b"LcKanari"
MARK = TOKEN * 8
"""Repeated, so that some of it stays whole wherever it is cut."""
SIGNS = (TOKEN, b64encode((TOKEN * 2)[:12]), TOKEN.hex().encode(), TOKEN.hex().upper().encode())
"""Any of these in bytes says that the mark went by: as it is, in base64 (in whatever phase), in hexadecimal."""

_WRITER = UUID("6a0a3f0e-6f5b-4f0e-9a55-0f3c1d9be5a1")
_SIZE_PX = (320, 192)


def marked_film(folder: Path, plays: int = 1) -> Path:
    """Somebody walks through a room, so many times, in H.264; each picture has the mark as unregistered user data.

    The format is ITU-T H.264, D.1.7 (payload type 5: a UUID, then bytes).
    """
    plain, _ = film_of_a_visit(folder)
    payload = _WRITER.bytes + MARK
    unit = bytes((6, 5, len(payload))) + payload + b"\x80"
    path = folder / "marked.mp4"
    with av.open(str(plain)) as source, av.open(str(path), "w") as out:
        video = source.streams.video[0]
        stream = out.add_stream_from_template(video)
        packets = [packet for packet in source.demux(video) if packet.size]
        span = sum(packet.duration or 0 for packet in packets)
        for play in range(plays):
            for packet in packets:
                marked = av.Packet(len(unit).to_bytes(4) + unit + bytes(packet))
                marked.pts, marked.dts = (packet.pts or 0) + play * span, (packet.dts or 0) + play * span
                marked.duration, marked.is_keyframe = packet.duration, packet.is_keyframe
                marked.time_base = packet.time_base or Fraction(1)
                marked.stream = stream
                out.mux(marked)
    return path


def marked_jpegs() -> list[bytes]:
    """A second of a grey room through which something walks; each has the mark as a comment (ITU-T T.81, B.2.4.5)."""
    return [with_comment(_scene(step / 10)) for step in range(10)]


def with_comment(picture: bytes) -> bytes:
    """A JPEG picture with the mark behind its first two bytes."""
    return picture[:2] + b"\xff\xfe" + (len(MARK) + 2).to_bytes(2) + MARK + picture[2:]


def _scene(share: float) -> bytes:
    """`share` says how far the walker has come, 0 to 1."""
    width, height = _SIZE_PX
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = np.add.outer(np.arange(height) // 4, np.arange(width) // 4).astype(np.uint8) + 60
    left = int(share * (width - 60))
    planes[40:180, left : left + 60] = 230
    return jpeg_of(planes)
