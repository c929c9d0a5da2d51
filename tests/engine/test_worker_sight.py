"""A worker that rests between keyframes sees, once it has to, what one that decodes everything sees."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
import itertools
from typing import override

import pytest

from custom_components.localcam.engine import worker_sight
from custom_components.localcam.engine.detect.event_machine import Ended, Started
from custom_components.localcam.engine.ingest.decoder import Decoder, Picture
from custom_components.localcam.engine.motion import Shedding
from custom_components.localcam.engine.settings import DetectSettings, Economising
from custom_components.localcam.engine.values import Packet
from custom_components.localcam.engine.worker_economy import LONGEST_GOP_S
from custom_components.localcam.engine.worker_sight import Look, Sight
from tests.engine.packets import Camera, Footage, film
from tests.engine.workers import FakeClock

MOVES_FROM_S = 13.5
MOVES_UNTIL_S = 15.5
ROOM = Camera(keyframe_interval_s=2, moves_from_s=MOVES_FROM_S, moves_until_s=MOVES_UNTIL_S)
FOOTAGE = film(ROOM, 24)
STILL = film(Camera(keyframe_interval_s=2, moves_from_s=1e6), 24)


class LoggingDecoder(Decoder):
    """Remembers what it decoded one after another; a new list begins where it forgets."""

    runs: list[list[Packet]]

    @override
    def decode(self, packet: Packet) -> Picture | None:
        self.runs[-1].append(packet)
        return super().decode(packet)

    @override
    def decode_alone(self, keyframe: Packet) -> Picture | None:
        self.runs.append([keyframe])
        picture = super().decode_alone(keyframe)
        self.runs.append([])
        return picture

    @override
    def forget(self) -> None:
        self.runs.append([])
        super().forget()


@dataclass
class Seen:
    """What came of a footage."""

    looks: list[Look] = field(default_factory=list)
    runs: list[list[Packet]] = field(default_factory=list)
    rested: list[bool] = field(default_factory=list)
    """After each packet, whether it waits for a keyframe."""

    @property
    def decoded(self) -> int:
        return sum(map(len, self.runs))

    @property
    def started_at_s(self) -> list[float]:
        """Of what alerts: where the bar came to rest the camera sees another view, which is told in its own time."""
        told = [each for look in self.looks for each in look.transitions]
        return [each.at_s for each in told if isinstance(each, Started) and each.kind.alerts]


@pytest.fixture(autouse=True)
def logging_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    LoggingDecoder.runs = [[]]
    monkeypatch.setattr(worker_sight, "Decoder", LoggingDecoder)


def see(
    footage: Footage,
    choice: Economising,
    *,
    packets: Sequence[Packet] | None = None,
    suits: bool = True,
    shed: Shedding = Shedding.NOTHING,
    recording: Iterable[bool] = itertools.repeat(False),
    quiet_s: float = 1,
) -> Seen:
    LoggingDecoder.runs = [[]]
    clock = FakeClock()
    names = (f"e{number}" for number in itertools.count())
    sight = Sight(DetectSettings(economy=choice, quiet_s=quiet_s), None, names.__next__, clock)
    sight.formats_changed(footage.formats, suits_economy=suits)
    sight.shed = shed
    seen = Seen(runs=LoggingDecoder.runs)
    for packet, records in zip(footage.video if packets is None else packets, recording, strict=False):
        clock.now_s = packet.received_at_s
        seen.looks += sight.see(packet, may_rest=not records, may_sample=quiet_s > 4)
        seen.rested.append(sight.wake_in_s() > 0.3)
        sight.tick()
    return seen


def keyframes(packets: Sequence[Packet]) -> list[Packet]:
    return [packet for packet in packets if packet.is_keyframe]


def test_a_quiet_room_costs_its_keyframes_alone() -> None:
    seen = see(STILL, Economising.ECONOMY)
    settled = [packet for run in seen.runs for packet in run if packet.received_at_s > 107]

    assert settled == [packet for packet in keyframes(STILL.video) if packet.received_at_s > 107]
    assert [look.at_s for look in seen.looks if look.at_s > 107] == [packet.received_at_s for packet in settled]


@pytest.mark.parametrize("moves_from_s", [13.5, 14.3, 15.7])
def test_motion_begins_in_the_same_picture_as_where_everything_is_decoded(moves_from_s: float) -> None:
    camera = Camera(keyframe_interval_s=2, moves_from_s=moves_from_s, moves_until_s=moves_from_s + 2)
    footage = film(camera, 22)
    fast, economy = see(footage, Economising.FAST), see(footage, Economising.ECONOMY)

    assert economy.started_at_s == pytest.approx(fast.started_at_s, abs=0.21)
    assert economy.started_at_s[0] - 100 == pytest.approx(moves_from_s, abs=0.3)
    assert economy.decoded < fast.decoded


def test_after_a_suspicion_everything_since_the_last_keyframe_is_decoded_once_and_in_order() -> None:
    seen = see(FOOTAGE, Economising.ECONOMY)
    began_at_s = 100 + MOVES_FROM_S
    (run,) = [run for run in seen.runs if any(packet.received_at_s == pytest.approx(began_at_s) for packet in run)]
    first = FOOTAGE.video.index(run[0])

    assert run[0].is_keyframe
    assert began_at_s - run[0].received_at_s < 2
    assert run == FOOTAGE.video[first : first + len(run)]


@pytest.mark.parametrize("choice", list(Economising))
def test_no_frame_is_looked_at_twice_and_all_come_in_order(choice: Economising) -> None:
    times = [look.at_s for look in see(FOOTAGE, choice).looks]

    assert times == sorted(set(times))


def test_it_rests_again_when_the_event_is_over() -> None:
    # It is still being told of when it ends; what was learned of the bar's place meanwhile may be told of, too.
    seen = see(film(ROOM, 60), Economising.ECONOMY)

    assert [packet.is_keyframe for run in seen.runs for packet in run][-5:] == [True] * 5


def test_automatic_is_economy_for_regular_keyframes_of_a_stream_that_loses_nothing() -> None:
    rare = film(Camera(keyframe_interval_s=3, moves_from_s=1e6), 24)

    assert see(STILL, Economising.AUTO).decoded == see(STILL, Economising.ECONOMY).decoded
    assert see(STILL, Economising.AUTO, suits=False).decoded == len(STILL.video)
    assert see(rare, Economising.AUTO).decoded == len(rare.video)
    assert see(rare, Economising.ECONOMY).decoded < len(rare.video)


def test_no_choice_makes_an_alert_wait_for_a_keyframe_that_hardly_ever_comes() -> None:
    camera = Camera(keyframe_interval_s=12, moves_from_s=19, moves_until_s=21)
    seen = see(film(camera, 26), Economising.ECONOMY)
    longest_s = max(b.at_s - a.at_s for a, b in itertools.pairwise(seen.looks))

    assert seen.started_at_s[0] == pytest.approx(119, abs=0.5)
    assert longest_s < LONGEST_GOP_S


def test_pictures_that_come_in_pieces_are_all_decoded() -> None:
    halves = [half for packet in STILL.video for half in ([packet, packet] if packet.is_keyframe else [packet])]

    assert see(STILL, Economising.ECONOMY, packets=halves).decoded == len(halves)


def test_while_a_clip_grows_everything_is_decoded() -> None:
    seen = see(STILL, Economising.ECONOMY, recording=itertools.repeat(True))

    assert seen.decoded == len(STILL.video)


def test_reordered_pictures_are_no_obstacle() -> None:
    camera = Camera(keyframe_interval_s=2, b_frames=2, moves_from_s=13.5, moves_until_s=15.5)
    seen = see(film(camera, 24), Economising.ECONOMY)

    assert seen.started_at_s[0] == pytest.approx(113.5, abs=0.5)
    assert seen.decoded < 240


def test_a_budget_leaves_out_looks_then_all_but_keyframes_and_still_sees() -> None:
    everything, looks, decoding = (see(FOOTAGE, Economising.FAST, shed=shed) for shed in Shedding)

    assert len(looks.looks) < 0.7 * len(everything.looks)
    assert looks.started_at_s[0] == pytest.approx(113.5, abs=0.7)
    assert decoding.decoded == len(keyframes(FOOTAGE.video)) == len(decoding.looks)


def test_of_a_long_event_the_beginning_of_each_gop_is_enough_to_see_that_it_goes_on() -> None:
    camera = Camera(keyframe_interval_s=2, moves_from_s=13.5, moves_until_s=41.5)
    footage = film(camera, 60)
    fast = see(footage, Economising.FAST, quiet_s=5)
    economy = see(footage, Economising.ECONOMY, quiet_s=5)
    between = [
        sum(120 <= packet.received_at_s < 140 for run in seen.runs for packet in run) for seen in (fast, economy)
    ]

    assert economy.started_at_s == pytest.approx(fast.started_at_s, abs=0.21)
    assert between[0] == 200
    assert between[1] == pytest.approx(200 * 0.6 / 2, rel=0.1)
    # It ends within a GOP of when the motion did.
    (fast_end,), (economy_end,) = (
        [told.event.last_motion_at_s for look in seen.looks for told in look.transitions if isinstance(told, Ended)]
        for seen in (fast, economy)
    )
    assert economy_end == pytest.approx(fast_end, abs=2.21)
