"""A connection delivers all that arrives, in order: in bursts what waits for its reader, at once what does not."""

from collections.abc import Iterator
from fractions import Fraction
from queue import SimpleQueue
from threading import Event

import pytest

from custom_components.localcam.engine.backoff import Backoff
from custom_components.localcam.engine.clock import SystemClock
from custom_components.localcam.engine.errors import SourceError, SourceFault
from custom_components.localcam.engine.values import Medium, Packet, SourceItem, StreamFormat
from custom_components.localcam.engine.worker_connection import Connection, as_arrived
from custom_components.localcam.engine.worker_inbox import Arrived, Connected, Delivery, Disconnected, Inbox, Role
from tests.engine.workers import FakeClock

PICTURE_S = 0.04


def packet(number: int, received_at_s: float) -> Packet:
    return Packet(
        medium=Medium.VIDEO,
        payload=b"",
        pts=number,
        dts=number,
        duration=1,
        time_base=Fraction(1, 25),
        is_keyframe=number == 0,
        received_at_s=received_at_s,
    )


class SimulatedCamera:
    """25 pictures per second; reading takes no time where a picture is there, and as long as it takes where not."""

    formats: tuple[StreamFormat, ...] = ()

    def __init__(self, clock: FakeClock, pictures: int, *, keeps_arrivals: bool) -> None:
        self._clock = clock
        self._pictures = pictures
        self._began_at_s = clock.now_s
        self.keeps_arrivals = keeps_arrivals

    def hold(self, *, holding: bool) -> None:
        """It has nothing to fetch."""

    def open(self) -> None:
        pass

    def packets(self) -> Iterator[SourceItem]:
        for number in range(self._pictures):
            self._clock.now_s = max(self._clock.now_s, self._began_at_s + number * PICTURE_S)
            yield packet(number, self._clock.now_s)
        raise SourceError(SourceFault.LOST, "gone")

    def close(self) -> None:
        pass


class EndlessCamera:
    """A picture each time that somebody has waited for it."""

    formats: tuple[StreamFormat, ...] = ()
    keeps_arrivals = True

    def hold(self, *, holding: bool) -> None:
        """It has nothing to fetch."""

    def open(self) -> None:
        pass

    def packets(self) -> Iterator[SourceItem]:
        for number in range(1000):
            Event().wait(0.01)
            yield packet(number, SystemClock().monotonic_s())

    def close(self) -> None:
        pass


class SimulatedConnection(Connection):
    """Waits on the simulated clock, and is stopped by its first loss."""

    def __init__(self, clock: FakeClock, camera: SimulatedCamera, inbox: Inbox) -> None:
        super().__init__(Role.MAIN, lambda: camera, inbox, Backoff(lambda: 0.5), clock, lambda: False)
        self._stop = SimulatedStop(clock)  # type: ignore[assignment]
        self._hurry = SimulatedHurry(clock)  # type: ignore[assignment]


class SimulatedHurry:
    """Nobody hurries: a wait lasts as long as it was to."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock

    def wait(self, seconds: float) -> bool:
        self._clock.now_s += seconds
        return False

    def set(self) -> None:
        pass


class SimulatedStop:
    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._is_set = False

    def wait(self, seconds: float) -> bool:
        self._is_set = seconds > 0.5  # only a back-off is that long
        self._clock.now_s += seconds
        return self._is_set

    def is_set(self) -> bool:
        return self._is_set


def deliveries(pictures: int, *, keeps_arrivals: bool, interval_s: float = 0.2) -> list[Delivery]:
    clock = FakeClock()
    inbox: Inbox = SimpleQueue[Delivery]()
    camera = SimulatedCamera(clock, pictures, keeps_arrivals=keeps_arrivals)
    connection = SimulatedConnection(clock, camera, inbox)
    connection.pace(interval_s)
    connection._run()
    return [inbox.get() for _ in range(inbox.qsize())]


def bursts(delivered: list[Delivery]) -> list[list[int]]:
    arrived = [each for each in delivered if isinstance(each, Arrived)]
    return [[item.pts for item in each.items if isinstance(item, Packet)] for each in arrived]


@pytest.mark.parametrize("keeps_arrivals", [True, False])
def test_nothing_is_lost_or_reordered_and_the_loss_comes_last(keeps_arrivals: bool) -> None:
    delivered = deliveries(52, keeps_arrivals=keeps_arrivals)

    assert [number for burst in bursts(delivered) for number in burst] == list(range(52))
    assert isinstance(delivered[0], Connected)
    assert isinstance(delivered[-1], Disconnected)


def test_what_waits_for_its_reader_comes_as_often_as_it_is_looked_at() -> None:
    numbers = bursts(deliveries(50, keeps_arrivals=True))

    assert {len(burst) for burst in numbers[1:-1]} == {5}


def test_it_comes_more_often_while_something_is_suspected() -> None:
    numbers = bursts(deliveries(50, keeps_arrivals=True, interval_s=0.1))

    assert {len(burst) for burst in numbers[1:-1]} == {2}


def test_a_burst_ends_with_the_picture_that_arrives_now() -> None:
    clock = FakeClock()
    began_at_s = clock.now_s
    arrived = [each for each in deliveries(50, keeps_arrivals=True) if isinstance(each, Arrived)]

    for each in arrived[:-1]:
        newest = each.items[-1]
        assert isinstance(newest, Packet)
        assert newest.received_at_s == pytest.approx(began_at_s + newest.pts * PICTURE_S)


def test_a_burst_says_of_each_picture_when_it_came_not_when_it_was_taken() -> None:
    began_at_s = FakeClock().now_s
    arrived = [each for each in deliveries(100, keeps_arrivals=True, interval_s=1.0) if isinstance(each, Arrived)]
    for burst in arrived[:-1]:  # with the last one the camera was lost
        for item in burst.items:
            assert isinstance(item, Packet)
            assert item.received_at_s == pytest.approx(began_at_s + item.pts * PICTURE_S)


def test_what_nobody_waited_for_is_not_from_before_the_burst_began() -> None:
    # A clock of the camera that leaps by ten seconds in mid-burst.
    leaping = [packet(0, 5.0), packet(250, 5.0)]

    assert [item.received_at_s for item in as_arrived([*leaping], 4.5) if isinstance(item, Packet)] == [4.5, 5.0]


def test_another_pace_ends_a_pause_that_has_begun() -> None:
    inbox: Inbox = SimpleQueue[Delivery]()
    clock = SystemClock()
    camera = EndlessCamera()
    connection = Connection(Role.MAIN, lambda: camera, inbox, Backoff(lambda: 0.5), clock, lambda: False)
    connection.pace(30.0)
    connection.start()
    while not isinstance(inbox.get(timeout=10), Arrived):
        pass
    connection.pace(0.1)

    assert isinstance(inbox.get(timeout=10), Arrived)  # and not after half a minute
    connection.stop()


def test_what_would_be_dropped_is_delivered_at_once() -> None:
    assert {len(burst) for burst in bursts(deliveries(20, keeps_arrivals=False))} == {1}


class Gone:
    """A camera that is off: nothing takes the connection, or something does and says nothing useful."""

    formats: tuple[StreamFormat, ...] = ()
    keeps_arrivals = True

    def __init__(self, fault: SourceFault) -> None:
        self._fault = fault

    def hold(self, *, holding: bool) -> None:
        """It has nothing to fetch."""

    def open(self) -> None:
        raise SourceError(self._fault, "")

    def packets(self) -> Iterator[SourceItem]:
        yield from ()

    def close(self) -> None:
        pass


class StopAfter:
    """A stop signal that is set at a moment of the simulated clock."""

    def __init__(self, clock: FakeClock, seconds: float) -> None:
        self._clock = clock
        self._ends_at_s = clock.now_s + seconds

    def wait(self, seconds: float) -> bool:
        self._clock.now_s += seconds
        return self.is_set()

    def is_set(self) -> bool:
        return self._clock.now_s >= self._ends_at_s


def attempts(fault: SourceFault, listens_from_s: float, seconds: float = 100.0) -> list[float]:
    """When a camera was tried that is away from the start."""
    clock = FakeClock()
    began_at_s = clock.now_s
    tried: list[float] = []

    def make() -> Gone:
        tried.append(clock.now_s - began_at_s)
        return Gone(fault)

    inbox: Inbox = SimpleQueue[Delivery]()
    backoff = Backoff(lambda: 0.5)
    connection = Connection(Role.MAIN, make, inbox, backoff, clock, lambda: clock.now_s - began_at_s >= listens_from_s)
    connection._stop = StopAfter(clock, seconds)  # type: ignore[assignment]
    connection._run()
    return tried


def test_a_camera_that_is_back_after_a_long_time_is_tried_within_seconds() -> None:
    tried = attempts(SourceFault.REFUSED, listens_from_s=61)

    assert [at_s for at_s in tried if at_s < 61] == [0, 1, 3, 7, 15, 30, 45, 60]
    assert 61 <= next(at_s for at_s in tried if at_s > 60) <= 64


@pytest.mark.parametrize("fault", [SourceFault.REFUSED, SourceFault.UNAUTHORIZED])
def test_one_that_listens_and_gives_nothing_is_tried_no_oftener_for_it(fault: SourceFault) -> None:
    assert attempts(fault, listens_from_s=0, seconds=60) == [0, 1, 3, 7, 15, 30, 45]
