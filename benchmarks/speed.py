"""How much work watching is: each stage beside decoding and plain differencing, a whole worker beside `motion`.

`scripts/bench speed [FILE...] [--json] [--seconds S]`. Without files it films rooms of its own (`films.py`): a busy one
and a quiet one at 640x360, and a quiet one at 1920x1080, all at 25 pictures per second. Files given are measured stage
by stage in their place; the streams are always the same three.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict
import json
import os
from pathlib import Path
import platform
import tempfile

from benchmarks.delays import alert_delays
from benchmarks.films import LARGE, SMALL, busy_film, large_quiet_film, quiet_film
from benchmarks.motion_daemon import missing_motion
from benchmarks.stages import Stages, measure
from benchmarks.streams import Outcome, Scene, run
from custom_components.localcam.engine.settings import DetectSettings, Economising
from tests.rtsp_server import missing_gstreamer

type Ratios = dict[str, float | None]


def scenes(busy: Path, quiet: Path, large: Path) -> tuple[Scene, ...]:
    """The streams, with default settings where nothing else is said."""
    economy = DetectSettings(economy=Economising.ECONOMY)
    return (
        Scene(name="busy", film=busy, size=SMALL, detect=DetectSettings(), beside=("motion", "decode")),
        Scene(name="quiet", film=quiet, size=SMALL, detect=economy, beside=("motion", "decode")),
        Scene(name="quiet 1080p", film=large, size=LARGE, detect=economy, beside=("decode",)),
    )


def ratios(small: Stages, outcomes: Sequence[Outcome]) -> Ratios:
    """Those that are promised; None where the other program is not here.

    A frame's is of a look and of plain differencing between decodings, as in a worker; `_warm` is of the same two with
    nothing between them.
    """
    by_name = {outcome.name: outcome for outcome in outcomes}

    def share(name: str, other: Callable[[Outcome], float | None]) -> float | None:
        outcome = by_name.get(name)
        other_s = other(outcome) if outcome else None
        return outcome.worker_cpu_s / other_s if outcome and other_s else None

    return {
        "frame_vs_absdiff": small.look_us / small.plain_us,
        "frame_vs_absdiff_warm": small.look_warm_us / small.plain_warm_us,
        "worker_vs_motion": share("busy", lambda outcome: outcome.motion_cpu_s),
        "economy_vs_motion": share("quiet", lambda outcome: outcome.motion_cpu_s),
        "economy_1080p_vs_decode": share("quiet 1080p", lambda outcome: outcome.decode_cpu_s),
    }


def machine() -> str:
    """The processor's kind and how many cores there are."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return f"{model or platform.processor() or platform.machine()}, {os.cpu_count()} cores"


def table(stages: Sequence[Stages], outcomes: Sequence[Outcome], found: Ratios) -> str:
    """All of it for people."""
    lines = [machine(), ""]
    lines.append(
        f"{'us of CPU':18}{'demux':>8}{'decode':>9}{'keyframe':>10}{'remember':>10}{'all':>8}{'all/decode':>12}"
    )
    lines += [
        f"{each.film:18}{each.demux_us:8.1f}{each.decode_us:9.0f}{each.decode_keyframe_us:10.0f}"
        f"{each.remember_us:10.1f}{each.decode_and_look_us:8.0f}{each.decode_and_look_us / each.decode_us:12.2f}"
        for each in stages
    ]
    lines += ["", f"{'':18}{'between decodings':>24}{'':15}{'warm':>14}"]
    lines.append(f"{'us of CPU':18}{'look':>24}{'plain':>8}{'ratio':>7}{'look':>14}{'plain':>8}{'ratio':>7}")
    lines += [
        f"{each.film:18}{each.look_us:24.0f}{each.plain_us:8.0f}{each.look_us / each.plain_us:7.1f}"
        f"{each.look_warm_us:14.0f}{each.plain_warm_us:8.0f}{each.look_warm_us / each.plain_warm_us:7.1f}"
        for each in stages
    ]
    lines += ["", f"{'share of a core':18}{'worker':>10}{'motion':>10}{'decode':>10}{'events':>8}{'recorded':>10}"]
    for outcome in outcomes:
        spent = (outcome.worker_cpu_s, outcome.motion_cpu_s, outcome.decode_cpu_s)
        shares = ("-" if cpu_s is None else f"{cpu_s / outcome.seconds:.2%}" for cpu_s in spent)
        cells = "".join(f"{share:>10}" for share in shares)
        lines.append(f"{outcome.name:18}{cells}{outcome.events:8}{outcome.recorded_s:8.0f} s")
    lines += ["", *(f"{name:26}{'-' if ratio is None else f'{ratio:.2f}'}" for name, ratio in found.items())]
    if (missing := missing_motion()) is not None:
        lines.append(f"No figures of motion: {missing}")
    if (missing := missing_gstreamer()) is not None:
        lines.append(f"No figures of streams: {missing}")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench speed", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="videos to measure stage by stage")
    parser.add_argument("--seconds", type=float, default=30, help="how long each stream is measured")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        films = (busy_film(folder), quiet_film(folder), large_quiet_film(folder))
        stages = [measure(film) for film in wanted.files or films]
        delays = alert_delays(folder)
        outcomes = [run(scene, wanted.seconds) for scene in scenes(*films)] if missing_gstreamer() is None else []
    small = next((each for each in stages if (each.width_px, each.height_px) == SMALL), stages[0])
    found = ratios(small, outcomes)
    if wanted.json:
        measured = {
            "machine": machine(),
            "ratios": found,
            "alert_delays": delays,
            "stages": [asdict(each) for each in stages],
            "streams": [asdict(each) for each in outcomes],
        }
        print(json.dumps(measured))
    else:
        print(table(stages, outcomes, found))
        for choice, delay in delays.items():
            print(
                f"alert delay, {choice:10}"
                + "  ".join(f"{key} {value:.3g}" for key, value in delay.items() if value is not None)
            )
    return 0
