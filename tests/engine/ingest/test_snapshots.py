"""Still pictures are asked for at a steady pace, and a camera that fails now and then is forgiven."""

from collections.abc import Callable
from itertools import pairwise
from threading import Event
from typing import override

import pytest

from custom_components.localcam.engine.errors import SourceError, SourceFault
from custom_components.localcam.engine.ingest.snapshots import SnapshotSource
from custom_components.localcam.engine.values import FormatChange, Packet, SourceItem
from tests.engine.workers import FakeClock

from .http_cameras import jpeg


class FakeStop(Event):
    """Waiting moves the clock instead of taking time; it is set after `waits`."""

    def __init__(self, clock: FakeClock, waits: int) -> None:
        super().__init__()
        self.clock, self.left = clock, waits

    @override
    def wait(self, timeout: float | None = None) -> bool:
        self.left -= 1
        self.clock.now_s += timeout or 0.0
        return self.left < 0


def play(fetch: Callable[[FakeClock], bytes], waits: int = 9, interval_s: float = 0.5) -> list[SourceItem]:
    clock = FakeClock()
    source = SnapshotSource(lambda: fetch(clock), interval_s, clock, FakeStop(clock, waits))
    source.open()
    return list(source.packets())


def test_pictures_are_packets_at_the_pace_that_was_asked_for() -> None:
    items = play(lambda _: jpeg())
    assert [item.pts_s for item in items if isinstance(item, Packet)] == pytest.approx(
        [1000 + n / 2 for n in range(10)]
    )
    assert all(isinstance(item, Packet) and item.is_keyframe for item in items)


def test_a_slow_camera_is_not_asked_twice_at_once() -> None:
    def fetch(clock: FakeClock) -> bytes:
        clock.now_s += 3
        return jpeg()

    times = [item.pts_s for item in play(fetch, waits=3) if isinstance(item, Packet)]
    assert [later - earlier for earlier, later in pairwise(times)] == pytest.approx([3.5, 3, 3])


def test_another_size_is_a_change_of_format() -> None:
    sizes = iter([(160, 96), (160, 96), (320, 180)])
    items = play(lambda _: jpeg(*next(sizes)), waits=2)
    assert [type(item) for item in items] == [Packet, Packet, FormatChange, Packet]


def test_one_failure_is_forgiven() -> None:
    answers = iter([jpeg(), b"", jpeg()])
    assert len(play(lambda _: next(answers), waits=2)) == 2


def test_a_camera_that_stays_silent_is_lost_within_five_seconds() -> None:
    clock = FakeClock()
    pictures = iter([jpeg()])
    source = SnapshotSource(lambda: next(pictures, b""), 0.5, clock, FakeStop(clock, 100))
    source.open()
    with pytest.raises(SourceError) as caught:
        list(source.packets())
    assert caught.value.fault is SourceFault.LOST
    assert clock.now_s - 1000 <= 5


@pytest.mark.parametrize("fault", [SourceFault.UNAUTHORIZED, SourceFault.PUBLIC_ADDRESS])
def test_a_refusal_is_not_forgiven(fault: SourceFault) -> None:
    pictures = iter([jpeg()])

    def fetch(_: FakeClock) -> bytes:
        for picture in pictures:
            return picture
        raise SourceError(fault)

    with pytest.raises(SourceError) as caught:
        play(fetch)
    assert caught.value.fault is fault


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (b"", SourceFault.NO_IMAGE),
        (b"<html>", SourceFault.NOT_VIDEO),
        (b"\xff\xd8\xff" + bytes(9 << 20), SourceFault.NOT_VIDEO),
    ],
)
def test_what_is_no_picture_is_no_camera(answer: bytes, fault: SourceFault) -> None:
    with pytest.raises(SourceError) as caught:
        play(lambda _: answer)
    assert caught.value.fault is fault
