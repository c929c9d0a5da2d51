"""A link begins a playback for a minute, for each who uses it in time, and nobody else."""

import jwt

from custom_components.localcam.playback_links import PlaybackLinks

from ..engine.workers import FakeClock

PHONE, STRANGER = "192.168.1.5", "192.168.1.66"


def link(clock: FakeClock, lives_s: float = 660) -> str:
    now_s = int(clock.utc_s())
    return jwt.encode({"iat": now_s, "exp": now_s + lives_s}, "a key of thirty-two bytes or more", algorithm="HS256")


def test_whoever_comes_later_from_elsewhere_is_too_late_while_a_playback_goes_on() -> None:
    clock = FakeClock()
    links = PlaybackLinks(clock)
    signature = link(clock)
    assert links.admits(signature, PHONE, begins=True)
    clock.now_s += 120
    assert links.admits(signature, PHONE, begins=True)
    assert not links.admits(signature, STRANGER, begins=True)
    assert not links.admits(link(FakeClock(), 700), PHONE, begins=True), "one playback opens no other link"


def test_a_clock_that_is_set_back_makes_no_link_young_again() -> None:
    clock = FakeClock()
    links = PlaybackLinks(clock)
    signature = link(clock)
    clock.now_s -= 3600
    assert not links.admits(signature, PHONE, begins=True)


def test_what_is_remembered_of_links_is_bounded_and_ends_with_them() -> None:
    clock = FakeClock()
    links = PlaybackLinks(clock)
    first = link(clock, 100)
    assert links.admits(first, PHONE, begins=True)
    for number in range(1001):
        assert links.admits(link(clock, 200 + number), PHONE, begins=True)
    assert len(links._begun) == 1000
    clock.now_s += 5000
    links.admits(link(clock), PHONE, begins=True)
    assert len(links._begun) == 1
