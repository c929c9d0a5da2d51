"""How late fast and economy notice motion: the simulated room encoded as a camera does, seen in a worker's bursts.

Time is simulated, so the figures are the same on every machine: what decoding takes comes on top. A delay is from the
instant at which enough of somebody can be seen, 0 where they are told of before, while they come in over the edge.
"""

from collections.abc import Iterator
from fractions import Fraction
import itertools
from pathlib import Path
from statistics import median

import av

from benchmarks.films import FRAMES_PER_S, KEYFRAME_EVERY, SMALL, encoded
from benchmarks.latency import delay_s, onsets
from custom_components.localcam.engine.detect.event_machine import Started
from custom_components.localcam.engine.ingest.demo_room import DemoRoom
from custom_components.localcam.engine.settings import DetectSettings, Economising
from custom_components.localcam.engine.values import Medium, Packet, StreamFormat
from custom_components.localcam.engine.worker_sight import Sight

SEEDS = (1, 2)
SECONDS = 125


class SimulatedTime:
    """The clock of a worker that is nowhere late."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic_s(self) -> float:
        """Simulated."""
        return self.now_s

    def utc_s(self) -> float:
        """Simulated."""
        return self.now_s


def alert_delays(folder: Path) -> dict[str, dict[str, float | int | None]]:
    """For each choice: onsets noticed, and missed; median and longest delay in seconds."""
    found: dict[str, list[float | None]] = {"fast": [], "economy": []}
    for seed in SEEDS:
        room = DemoRoom(seed, *SMALL)
        frames = (room.picture(number / FRAMES_PER_S)[0] for number in itertools.count())
        film = encoded(folder / f"room{seed}.mp4", SMALL, frames, seconds=SECONDS)
        for choice, delays in found.items():
            starts = list(_starts(film, Economising(choice)))
            delays.extend(delay_s(starts, onset_s) for _, onset_s in onsets(seed, SECONDS))
    return {choice: _summary(delays) for choice, delays in found.items()}


def _summary(delays: list[float | None]) -> dict[str, float | int | None]:
    seen = [delay_s for delay_s in delays if delay_s is not None]
    return {
        "noticed": len(seen),
        "missed": len(delays) - len(seen),
        "median_s": median(seen) if seen else None,
        "longest_s": max(seen, default=None),
    }


def _starts(film: Path, choice: Economising) -> Iterator[float]:
    """When motion is told, in seconds of the film."""
    clock = SimulatedTime()
    names = (f"e{number}" for number in itertools.count())
    sight = Sight(DetectSettings(economy=choice, quiet_s=1), None, names.__next__, clock)
    video, packets = _packets(film)
    sight.formats_changed((video,), suits_economy=True)
    wake_at_s = 0.0
    waiting: list[Packet] = []
    for packet in packets:
        waiting.append(packet)
        if packet.received_at_s < wake_at_s:
            continue
        clock.now_s = packet.received_at_s
        for each in waiting:
            for look in sight.see(each):
                yield from (clock.now_s for told in look.transitions if isinstance(told, Started) and told.kind.alerts)
        waiting.clear()
        wake_at_s = clock.now_s + sight.wake_in_s()
        sight.tick()


def _packets(film: Path) -> tuple[StreamFormat, list[Packet]]:
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        time_base = Fraction(stream.time_base.numerator, stream.time_base.denominator)
        video = StreamFormat(
            medium=Medium.VIDEO,
            codec="h264",
            time_base=time_base,
            extradata=bytes(stream.codec_context.extradata or b""),
            width_px=SMALL[0],
            height_px=SMALL[1],
        )
        packets = [
            Packet(
                medium=Medium.VIDEO,
                payload=bytes(native),
                pts=native.dts,
                dts=native.dts,
                duration=native.duration or 0,
                time_base=time_base,
                is_keyframe=number % KEYFRAME_EVERY == 0,
                received_at_s=number / FRAMES_PER_S,
            )
            for number, native in enumerate(native for native in container.demux(stream) if native.size)
            if native.dts is not None
        ]
    return video, packets
