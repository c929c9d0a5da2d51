"""RTP packets as cameras make them of H.264 and H.265, and an RTSP connection's words around them."""

from collections.abc import Iterable, Sequence
import struct

PAYLOAD_TYPE = 96
START = b"\x00\x00\x00\x01"


def rtp(payload: bytes, sequence: int, time: int, *, marker: bool = False) -> bytes:
    """RFC 3550, 5.1."""
    second = PAYLOAD_TYPE | (0x80 if marker else 0)
    return struct.pack(">BBHII", 0x80, second, sequence & 0xFFFF, time & 0xFFFFFFFF, 7) + payload


def fragments(codec: str, unit: bytes, size: int) -> list[bytes]:
    """FU-A of RFC 6184, FU of RFC 7798."""
    head_bytes = 1 if codec == "h264" else 2
    kind = unit[0] & 0x1F if codec == "h264" else unit[0] >> 1 & 0x3F
    body = unit[head_bytes:]
    head = bytes((unit[0] & 0xE0 | 28,)) if codec == "h264" else bytes((unit[0] & 0x81 | 49 << 1, unit[1]))
    cuts = range(0, len(body), size)
    return [
        head + bytes((kind | (0x80 if at == 0 else 0) | (0x40 if at == cuts[-1] else 0),)) + body[at : at + size]
        for at in cuts
    ]


def aggregate(codec: str, units: Sequence[bytes]) -> bytes:
    """STAP-A of RFC 6184, AP of RFC 7798."""
    head = bytes((24,)) if codec == "h264" else bytes((48 << 1, 1))
    return head + b"".join(len(unit).to_bytes(2) + unit for unit in units)


def packets(
    codec: str, pictures: Iterable[Sequence[bytes]], *, size: int = 1000, step: int = 3600, first: int = 0
) -> list[bytes]:
    """One after another: each picture's units singly where they fit, else in fragments; the last one is marked."""
    made: list[bytes] = []
    for number, units in enumerate(pictures):
        payloads = [part for unit in units for part in (fragments(codec, unit, size) if len(unit) > size else [unit])]
        for place, payload in enumerate(payloads):
            marker = place == len(payloads) - 1
            made.append(rtp(payload, first + len(made), first + number * step, marker=marker))
    return made


def interleaved(packet: bytes, channel: int = 0) -> bytes:
    """RFC 2326, 10.12."""
    return b"$" + bytes((channel,)) + len(packet).to_bytes(2) + packet


def answers(videos: int = 1, setups: int = 1) -> bytes:
    """What a camera says until it plays."""
    description = "v=0\r\n" + f"m=video 0 RTP/AVP {PAYLOAD_TYPE}\r\na=control:track1\r\n" * videos
    said = [
        "RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS, PLAY, GET_PARAMETER\r\n\r\n",
        f"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: {len(description)}\r\n\r\n{description}",
        *(
            f"RTSP/1.0 200 OK\r\nCSeq: {3 + number}\r\nSession: abc;timeout=20\r\n"
            f"Transport: RTP/AVP/TCP;unicast;interleaved={2 * number}-{2 * number + 1}\r\n\r\n"
            for number in range(setups)
        ),
        "RTSP/1.0 200 OK\r\nCSeq: 9\r\nSession: abc\r\n\r\n",
    ]
    return "".join(said).encode()
