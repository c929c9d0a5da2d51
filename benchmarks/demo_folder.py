"""Labelled sequences made of the simulated room, encoded as a camera would: nuisances by lot, and the room's own acts.

`nuis_NAME_SEED`  the nuisance over an empty room
`mix_NAME_SEED`   the same while somebody walks through twice
`act_NAME_SEED`   one act of the room's script; `kinds.csv` says of which kinds its events may be, and has a line
                  `none` where no event is right, too
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from benchmarks.nuisances import Nuisance, drawn, steady, swaying
from benchmarks.sequences import NONE
from custom_components.localcam.engine.ingest.demo_room import DemoRoom
from custom_components.localcam.engine.ingest.demo_script import EDGES, KINDS, Act, DemoAct, DemoScript
from custom_components.localcam.engine.motion import Kind

FPS = 15
SECONDS = 20.0
VISITS = ((7.5, 11.5), (14.0, 18.5))
"""When somebody walks through, seconds from the beginning."""
AT_EDGE_S = 0.35
"""Somebody who comes or goes is hardly in the picture for as long: not scored."""
ACT_FROM_S = 5.0
ACTS: Mapping[Act, float] = {
    Act.PERSON: 7.0,
    Act.PET: 5.0,
    Act.LAMP: 10.0,
    Act.CLOUD: 6.0,
    Act.SUN: 12.0,
    Act.FLICKER: 8.0,
    Act.NIGHT: 12.0,
    Act.SHADOW: 3.5,
    Act.TV: 16.0,
    Act.CURTAIN: 16.0,
    Act.FAN: 16.0,
    Act.SNOW: 10.0,
    Act.KNOCKED: 20.0,
}
"""How long each goes on, in seconds."""
UNNOTICED = frozenset({Act.SUN, Act.SNOW})
"""Acts that are best not noticed at all."""
NOBODY_ALERTS = frozenset(Act) - {Act.PERSON, Act.PET, Act.SHADOW, Act.KNOCKED}
"""Acts in which nothing moves that should alert."""


def write_demo_folder(folder: Path, seeds: Iterable[int], *, sways: bool = False) -> None:
    """One sequence of each kind for each seed; where `sways`, of what begins to sway in a draught, and no others."""
    for seed in seeds:
        rng = np.random.default_rng(seed)
        visits = tuple(
            DemoAct(act=Act.PERSON, from_s=begin, until_s=end, leftwards=bool(rng.integers(2)), depth=int(depth))
            for (begin, end), depth in zip(VISITS, rng.integers(0, 3, len(VISITS)), strict=True)
        )
        for name, nuisance in (swaying(rng) if sways else drawn(rng)).items():
            for group, acts in (("nuis", ()), ("mix", visits)):
                room = DemoRoom(seed, script=DemoScript(acts))
                write_sequence(folder / f"{group}_{name}_{seed}", room, nuisance, labels(acts, SECONDS))
        for what, lasting_s in {} if sways else ACTS.items():
            act = DemoAct(
                act=what, from_s=ACT_FROM_S, until_s=ACT_FROM_S + lasting_s, leftwards=bool(seed % 2), depth=seed % 3
            )
            home = folder / f"act_{what.value}_{seed}"
            room = DemoRoom(seed, script=DemoScript((act,)))
            write_sequence(home, room, steady, labels((act,), ACT_FROM_S + lasting_s + 5))
            (home / "kinds.csv").write_text("\n".join(["kind", *sorted(right_kinds(what))]) + "\n")


def right_kinds(what: Act) -> frozenset[str]:
    """Of the act's events: people and pets are other things until they have been learned."""
    kind = EDGES[what][0] if what in EDGES else KINDS[what]
    right = {Kind.OTHER.value if kind in {Kind.PERSON, Kind.PET} else kind.value}
    return frozenset(right | {NONE} if what in UNNOTICED else right)


def labels(acts: tuple[DemoAct, ...], seconds: float) -> list[int]:
    """1 while somebody walks, -1 around the picture's edge and while something else happens that may alert."""
    marked = [0] * round(seconds * FPS)
    for index in range(len(marked)):
        at_s = index / FPS
        for act in acts:
            if act.act in NOBODY_ALERTS or not act.goes_on(at_s):
                continue
            well_inside = act.from_s + AT_EDGE_S <= at_s < act.until_s - AT_EDGE_S
            marked[index] = 1 if act.act in {Act.PERSON, Act.PET} and well_inside else -1
    return marked


def write_sequence(home: Path, room: DemoRoom, nuisance: Nuisance, marked: list[int]) -> None:
    """`video.mp4` and `labels.csv` in a new folder."""
    home.mkdir(parents=True)
    rows = [f"{index},{label}" for index, label in enumerate(marked)]
    (home / "labels.csv").write_text("\n".join(["frame,motion", *rows]) + "\n")
    with av.open(str(home / "video.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(FPS))
        stream.width, stream.height, stream.pix_fmt = room.width_px, room.height_px, "yuv420p"
        stream.codec_context.gop_size = 2 * FPS
        stream.codec_context.thread_count = 1
        stream.options = {"preset": "ultrafast", "tune": "zerolatency", "crf": "25"}
        for index in range(len(marked)):
            luma, cb, cr = room.picture(index / FPS)
            frame = av.VideoFrame(room.width_px, room.height_px, "yuv420p")
            for plane, samples in zip(frame.planes, (nuisance(luma, index / FPS), cb, cr), strict=True):
                seen = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
                seen[: samples.shape[0], : samples.shape[1]] = samples
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
