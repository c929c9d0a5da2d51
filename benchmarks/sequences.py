"""A folder of labelled sequences -> frames, played after 20 s of the empty room so that a detector can settle."""

from collections.abc import Callable, Iterator, Sequence
import csv
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

PRE_ROLL_S = 20.0
EMPTY_S = 1.5
"""At most this much of the sequence's empty beginning is played back and forth before it."""
MEDIAN_OF = 60
PICTURES_FPS = 25.0
"""Of a folder of pictures, which does not say."""

NONE = "none"
"""In `kinds.csv`: no event at all is right, too."""

type Picture = npt.NDArray[np.uint8]
type Reader = Callable[[av.VideoFrame], Picture]
"""What of a decoded frame a detector is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSequence:
    """One folder: `labels.csv` (columns frame, motion) beside `video.*` or `frames/`."""

    name: str
    media: tuple[Path, ...]
    """One video, or pictures in order."""
    labels: tuple[int, ...]
    """1 moving, 0 nothing moves, -1 not scored; one per frame."""
    fps: float
    kinds: frozenset[str] = frozenset()
    """The kinds of which an event may be, where `kinds.csv` (column kind) beside the labels says so."""


def sequences(folder: Path) -> Iterator[LabelledSequence]:
    """Every labelled sequence of a folder, by name."""
    for labels_path in sorted(folder.glob("*/labels.csv")):
        home = labels_path.parent
        with labels_path.open(newline="") as lines:
            labels = tuple(int(row["motion"]) for row in csv.DictReader(lines))
        media = tuple(sorted(home.glob("video.*"))[:1]) or tuple(sorted((home / "frames").glob("*")))
        if media:
            yield LabelledSequence(
                name=home.name, media=media, labels=labels, fps=_fps(media), kinds=_kinds(home / "kinds.csv")
            )


def _kinds(path: Path) -> frozenset[str]:
    if not path.exists():
        return frozenset()
    with path.open(newline="") as lines:
        return frozenset(row["kind"] for row in csv.DictReader(lines))


def _fps(media: tuple[Path, ...]) -> float:
    if len(media) > 1:
        return PICTURES_FPS
    with av.open(str(media[0])) as container:
        return float(container.streams.video[0].average_rate or PICTURES_FPS)


def luma(frame: av.VideoFrame) -> Picture:
    """The luma plane of shape (height, width), in place."""
    if not frame.format.name.startswith(("yuv", "gray", "nv12")):
        frame = frame.reformat(format="gray", threads=1)
    plane = frame.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width]


def colour(frame: av.VideoFrame) -> Picture:
    """BGR of shape (height, width, 3)."""
    return np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def pictures(sequence: LabelledSequence, read: Reader = luma) -> Iterator[Picture]:
    """Each labelled frame, valid until the next is asked for."""
    number = 0
    for path in sequence.media:
        with av.open(str(path)) as container:
            container.streams.video[0].thread_count = 1
            for frame in container.decode(video=0):
                if number == len(sequence.labels):
                    return
                number += 1
                yield read(frame)


def pre_roll(sequence: LabelledSequence, read: Reader = luma) -> Iterator[Picture]:
    """20 s of the empty room: the sequence's own empty beginning back and forth, or else its median and noise."""
    wanted = round(PRE_ROLL_S * sequence.fps)
    empty = next((index for index, label in enumerate(sequence.labels) if label), len(sequence.labels))
    if empty >= max(4, 0.3 * sequence.fps):
        last = max(2, min(empty, int(EMPTY_S * sequence.fps)))
        first_ones = [picture.copy() for _, picture in zip(range(last), pictures(sequence, read), strict=False)]
        yield from _back_and_forth(first_ones, wanted)
        return
    rng = np.random.default_rng(1)
    step = max(1, len(sequence.labels) // MEDIAN_OF)
    samples = [picture.copy() for index, picture in enumerate(pictures(sequence, read)) if index % step == 0]
    median = np.median(np.stack(samples), axis=0)
    noisy = [np.clip(np.rint(median + rng.normal(0, 1.5, median.shape)), 0, 255).astype(np.uint8) for _ in range(8)]
    for index in range(wanted):
        yield noisy[index % len(noisy)]


def _back_and_forth(first_ones: Sequence[Picture], wanted: int) -> Iterator[Picture]:
    """So that the sequence's first frame is the natural next one: ..., 1, 2, 1 and then 0."""
    period = 2 * (len(first_ones) - 1)
    for before in range(wanted, 0, -1):
        at = before % period
        yield first_ones[min(at, period - at)]
