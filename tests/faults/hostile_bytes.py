"""Random bytes for everything that reads what a camera sends, in a process confined as a worker is.

Run as a program it feeds one kind of input and prints what happened: `kind seed count`. Whoever starts it sees what
Home Assistant would: a process that ends. Only our own errors may come out of what reads, and in bounded memory.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import count
import json
from pathlib import Path
import random
import resource
import subprocess
import sys
import time
from typing import Any

PROJECT = Path(__file__).parents[2]
KINDS = ("packets", "descriptions", "rtsp", "rtp", "multipart", "jpegs", "messages")
LONGEST_S = 5.0
"""For one input."""
MOST_RSS_BYTES = 512 << 20


def feed(kind: str, seed: int, number: int, seconds: float) -> tuple[dict[str, Any], list[str]]:
    """What was tried and violated; a crash costs the rest of its process, and another one goes on."""
    told: dict[str, float] = {"inputs": 0, "crashes": 0, "peak_rss_mb": 0.0, "slowest_s": 0.0}
    violated: list[str] = []
    deadline_at_s = time.monotonic() + seconds
    for run in count():
        left = number - int(told["inputs"])
        if left <= 0 or time.monotonic() > deadline_at_s or told["crashes"] > 20:
            break
        arguments = [kind, str(seed + run), str(left), str(deadline_at_s - time.monotonic())]
        done = subprocess.run(
            [sys.executable, __file__, *arguments],
            capture_output=True,
            text=True,
            timeout=seconds + 60,
            check=False,
            env={"PYTHONPATH": str(PROJECT), "OPENBLAS_NUM_THREADS": "1", "LOCALCAM_WITHOUT_HOME_ASSISTANT": "1"},
        )
        lines: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        last: dict[str, Any] = (
            lines[-1] if lines else {"inputs": 0, "peak_rss_mb": 0.0, "slowest_s": 0.0, "foreign": []}
        )
        told["inputs"] += last["inputs"]
        told["peak_rss_mb"] = max(told["peak_rss_mb"], last["peak_rss_mb"])
        told["slowest_s"] = max(told["slowest_s"], last["slowest_s"])
        violated += [f"{kind}: {each}" for each in last["foreign"]]
        if done.returncode < 0:
            told["crashes"] += 1
        elif done.returncode > 0:
            violated.append(f"{kind}: {done.stderr.strip().splitlines()[-1:]}")
            break
    if told["peak_rss_mb"] > MOST_RSS_BYTES / (1 << 20):
        violated.append(f"{kind}: {told['peak_rss_mb']:.0f} MB")
    if told["slowest_s"] > LONGEST_S:
        violated.append(f"{kind}: one input took {told['slowest_s']:.1f} s")
    if not told["inputs"]:
        violated.append(f"{kind}: nothing was tried")
    return told, violated


def mutated(data: bytes, luck: random.Random) -> bytes:
    """Bits flipped, bytes replaced, pieces dropped, doubled or moved."""
    mutant = bytearray(data)
    for _ in range(luck.choice((1, 1, 2, 4, 16, 64))):
        if not mutant:
            break
        at = luck.randrange(len(mutant))
        match luck.randrange(6):
            case 0:
                mutant[at] ^= 1 << luck.randrange(8)
            case 1:
                mutant[at] = luck.choice((0, 1, 0x7F, 0x80, 0xFF, luck.randrange(256)))
            case 2:
                del mutant[at : at + luck.randrange(1, 64)]
            case 3:
                mutant[at:at] = mutant[at : at + luck.randrange(1, 64)]
            case 4:
                mutant[at:at] = luck.randbytes(luck.randrange(1, 16))
            case _:
                del mutant[at:]
    return bytes(mutant)


type Feeder = Callable[[random.Random], Iterator[None]]


def _packets(luck: random.Random) -> Iterator[None]:
    from custom_components.localcam.engine.ingest.decoder import Decoder, picture_size
    from custom_components.localcam.engine.ingest.parameter_sets import contains, parameter_sets
    from tests.engine.packets import Camera, film

    footages = [film(Camera(codec=codec), 2) for codec in ("h264", "hevc")]
    while True:
        footage = luck.choice(footages)
        video = footage.formats[0]
        decoder = Decoder(video)
        for packet in footage.video:
            mutant = replace(packet, payload=mutated(packet.payload, luck)) if luck.random() < 0.7 else packet
            picture = decoder.decode(mutant)
            if picture is not None:
                picture.to_frame(0.0).luma.sum()
            if packet.is_keyframe:
                sets = parameter_sets(video.codec, mutant.payload)
                contains(sets, sets)
                picture_size(video, mutant)
            yield


def _descriptions(luck: random.Random) -> Iterator[None]:
    from tests.faults.hostile_servers import SDP

    whole = SDP.format(host="127.0.0.1", control="track1").encode()
    yield from _exchange(
        luck,
        lambda: (
            b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n" % len(whole)
            + mutated(whole, luck)
        ),
    )


def _rtsp(luck: random.Random) -> Iterator[None]:
    answers = (
        b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nTransport: RTP/AVP;unicast;client_port=1-2;source=127.0.0.2\r\n\r\n",
        b"RTSP/1.0 302 Found\r\nCSeq: 2\r\nLocation: rtsp://127.0.0.2/\r\n\r\n",
        b'RTSP/1.0 401 No\r\nCSeq: 2\r\nWWW-Authenticate: Digest realm="r", nonce="n", qop="auth"\r\n\r\n',
        b"$\x00\x00\x10" + bytes(16) + b"RTSP/1.0 200 OK\r\nCSeq: 5\r\nContent-Length: 3\r\n\r\nabc$\x01\x00\x00",
        b"REDIRECT rtsp://127.0.0.2/ RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    )
    yield from _exchange(luck, lambda: b"".join(mutated(luck.choice(answers), luck) for _ in range(3)))


def _exchange(luck: random.Random, says: Callable[[], bytes]) -> Iterator[None]:
    from custom_components.localcam.engine.errors import SourceError
    from custom_components.localcam.engine.ingest.address import locate
    from custom_components.localcam.engine.ingest.authorization import Authorizer
    from custom_components.localcam.engine.ingest.relayed_exchange import RelayedExchange

    place = locate("rtsp://127.0.0.1/x")
    gate = "rtsp://127.0.0.1:1/t"
    while True:
        exchange = RelayedExchange(gate, place, Authorizer("u", "p"))
        try:
            exchange.asked(f"DESCRIBE {gate} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
            said = says()
            cut = luck.randrange(len(said) + 1)
            to_player = exchange.answered(said[:cut])[1] + exchange.answered(said[cut:])[1]
            exchange.asked(mutated(f"SETUP {gate}/track1 RTSP/1.0\r\nCSeq: 2\r\n\r\n".encode(), luck))
        except SourceError:
            to_player = b""
        for line in to_player.partition(b"$")[0].lower().split(b"\n"):
            elsewhere = line.startswith(b"location") or (line.startswith(b"transport") and b"127.0.0.2" in line)
            assert not elsewhere, to_player
        yield


def _rtp(luck: random.Random) -> Iterator[None]:
    from custom_components.localcam.engine.ingest.rtp_video import LARGEST_UNIT_BYTES, VideoUnits
    from custom_components.localcam.engine.ingest.rtsp_messages import Splitter
    from tests.engine.ingest.rtp_packets import PAYLOAD_TYPE, aggregate, interleaved, packets, rtp

    heads = {"h264": (b"\x67", b"\x65", b"\x41"), "hevc": (b"\x42\x01", b"\x26\x01", b"\x02\x01")}
    while True:
        codec = luck.choice(("h264", "hevc"))
        pictures = [[head + luck.randbytes(luck.randrange(1, 3000))] for head in heads[codec]]
        sent = [rtp(aggregate(codec, [heads[codec][0] + b"set"] * 2), 0, 0), *packets(codec, pictures, first=1)]
        said = b"".join(interleaved(mutated(packet, luck)) for packet in sent)
        splitter, units = Splitter(whole_frames=True), VideoUnits(codec, PAYLOAD_TYPE)
        for frame in splitter.feed(mutated(said, luck) if luck.random() < 0.5 else said):
            if isinstance(frame, bytes):
                for unit in units.feed(frame[4:]):
                    assert 0 < len(unit.payload) <= LARGEST_UNIT_BYTES
        yield


def _multipart(luck: random.Random) -> Iterator[None]:
    from custom_components.localcam.engine.errors import SourceError
    from custom_components.localcam.engine.ingest.jpeg import JpegStream, jpeg_size
    from tests.engine.ingest.http_cameras import jpeg

    picture = jpeg()
    part = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(picture), picture)
    while True:
        stream = JpegStream()
        said = mutated(part * 3, luck)
        while said:
            size = luck.choice((1, 7, 100, 1460, 65536))
            for found in stream.feed(said[:size]):
                with suppress(SourceError):
                    jpeg_size(found)
            said = said[size:]
        yield


def _jpegs(luck: random.Random) -> Iterator[None]:
    from custom_components.localcam.engine.errors import SourceError
    from custom_components.localcam.engine.ingest.decoder import Decoder
    from custom_components.localcam.engine.ingest.still_packets import StillPackets
    from tests.engine.ingest.http_cameras import jpeg, with_claimed_size

    picture = jpeg()
    sides = (1, 16, 4096, 4097, 8192, 13000, 30000, 65535)
    while True:
        bomb = with_claimed_size(picture, luck.choice(sides), luck.choice(sides))
        mutant = bomb if luck.random() < 0.3 else mutated(bomb, luck)
        try:
            stills = StillPackets()
            for item in stills.items(mutant, 1.0):
                found = Decoder(stills.describe(mutant)).decode(item)  # type: ignore[arg-type]
                if found is not None:
                    found.to_jpeg()
        except SourceError:
            pass
        yield


def _messages(luck: random.Random) -> Iterator[None]:
    """A worker that a camera has taken over speaks to the station."""
    from custom_components.localcam.engine.errors import WireError
    from custom_components.localcam.engine.reports import Picture, Reported
    from custom_components.localcam.engine.wire import decode_reported, encode

    whole = encode(Reported(camera_id="c", epoch=1, sequence=1, report=Picture(request_id=1, jpeg=b"jpeg")))[4:]
    while True:
        with suppress(WireError):
            decode_reported(mutated(whole, luck))
        yield


_FEEDERS: dict[str, Feeder] = {
    "packets": _packets,
    "descriptions": _descriptions,
    "rtsp": _rtsp,
    "rtp": _rtp,
    "multipart": _multipart,
    "jpegs": _jpegs,
    "messages": _messages,
}


def main(kind: str, seed: int, number: int, seconds: float) -> None:
    """Feed until the number or the time is used up; print what happened now and then."""
    import conftest  # noqa: F401 - lets the engine be imported without Home Assistant
    from custom_components.localcam.engine.worker_confinement import confine, limit_process

    feeder = _FEEDERS[kind](random.Random(seed))
    next(feeder)
    limit_process()
    confine()
    told: dict[str, Any] = {"inputs": 0, "peak_rss_mb": 0.0, "slowest_s": 0.0, "foreign": []}
    began_at_s = time.monotonic()
    for number_so_far in range(1, number + 1):
        at_s = time.monotonic()
        try:
            next(feeder)
        except MemoryError:
            feeder = _FEEDERS[kind](random.Random(seed + number_so_far))
        except Exception as err:  # noqa: BLE001 - that is what is looked for
            told["foreign"].append(repr(err)[:300])
            if len(told["foreign"]) > 5:
                break
            feeder = _FEEDERS[kind](random.Random(seed + number_so_far))
        now_s = time.monotonic()
        told["slowest_s"] = max(told["slowest_s"], now_s - at_s)
        told["inputs"] = number_so_far
        if number_so_far % 500 == 0:
            _tell(told)
        if now_s - began_at_s > seconds:
            break
    _tell(told)


def _tell(told: dict[str, Any]) -> None:
    told["peak_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
