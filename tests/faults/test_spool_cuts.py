"""A move from the spool to the share is cut or refused at each of its steps: no clip is lost, each is there once."""

from collections.abc import Iterator
import errno
from pathlib import Path

import pytest

from custom_components.localcam.engine.clip import Clip
from tests.engine.spooled_house import SpooledHouse, names_of
from tests.faults.faulty_disk import FaultyDisk, faulty_disk

pytestmark = [pytest.mark.fault, pytest.mark.timeout(180)]

CALLS = ("create", "write", "fsync", "rename", "mkdir", "unlink")
STEPS = {"create": 3, "write": 3, "fsync": 20, "rename": 3, "mkdir": 2, "unlink": 3}
"""At least so many there are, in the move of a clip of three files."""
MOST = 2
"""Of each call, about so many are tried each time."""


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultyDisk]:
    with faulty_disk(tmp_path_factory.mktemp("disk")) as disk:
        yield disk


def recorded(tmp_path: Path, disk: FaultyDisk, number: int, call: str) -> tuple[SpooledHouse, list[Clip]]:
    """A house with a clip in its share, and two in its spool; both were announced."""
    at = disk.folder / f"{tmp_path.name}-{call}-{number}"
    home = tmp_path / f"{call}-{number}"
    home.mkdir()
    house = SpooledHouse(home, at)
    house.keeper.open(house.house)
    clips = [house.record(0, size_bytes=9000)]
    assert house.move()
    return house, [*clips, house.record(1, "attic", 9000)]


def assert_all_in_the_share(house: SpooledHouse, clips: list[Clip]) -> None:
    assert house.move()
    assert house.move(), "nothing is left to do"
    assert house.in_share() == names_of(*clips)
    assert house.in_spool() == set()
    assert house.violations() == []
    house.keeper.close()


def moves(tmp_path: Path, disk: FaultyDisk, call: str) -> int:
    """How often the call is made while nothing is refused."""
    house, clips = recorded(tmp_path, disk, 0, call)
    disk.counts()
    assert house.move()
    made = disk.counts()[call]
    assert_all_in_the_share(house, clips)
    assert made >= STEPS[call], "the disk does not see what is done"
    return made


@pytest.fixture(params=[pytest.param(False, id="some"), pytest.param(True, id="all", marks=pytest.mark.long)])
def steps(request: pytest.FixtureRequest, tmp_path: Path, disk: FaultyDisk, call: str) -> list[int]:
    """Which of the calls that a move makes: a few, spread evenly, or all."""
    made = moves(tmp_path, disk, call)
    return list(range(1, made + 1, 1 if request.param else max(1, made // MOST)))


@pytest.mark.parametrize("call", CALLS)
def test_a_power_cut_at_any_step_loses_nothing_and_leaves_one_copy(
    tmp_path: Path, disk: FaultyDisk, call: str, steps: list[int]
) -> None:
    for number in steps:
        house, clips = recorded(tmp_path, disk, number, call)
        disk.fail_from(call, number)
        house.move()
        house.keeper.close()
        disk.cut_power(survives=number % 2 / 2, seed=number)
        house.begin()
        house.keeper.open(house.house)
        assert_all_in_the_share(house, clips)


@pytest.mark.parametrize("call", CALLS)
def test_a_refusal_at_any_step_keeps_the_clip_in_the_spool_until_it_is_safe(
    tmp_path: Path, disk: FaultyDisk, call: str, steps: list[int]
) -> None:
    refused = 0
    for number in steps:
        house, clips = recorded(tmp_path, disk, number, call)
        disk.refuse(call, number, errno.ENOSPC if number % 2 else errno.EIO)
        refused += not house.move()
        disk.counts()
        for clip in clips:
            house.keeper.open_video(clip.clip_id).close()
        assert house.violations() == [], f"{call} {number}"
        assert_all_in_the_share(house, clips)
    assert refused


@pytest.mark.parametrize("call", ["fsync"])
def test_a_deletion_after_a_move_that_was_cut_leaves_nothing_of_the_clip(
    tmp_path: Path, disk: FaultyDisk, call: str, steps: list[int]
) -> None:
    for number in steps:
        house, clips = recorded(tmp_path, disk, number, call)
        disk.refuse(call, number, errno.EIO)
        house.move()
        disk.counts()
        house.keeper.delete([clips[1].clip_id])
        house.restart()
        assert_all_in_the_share(house, clips[:1])
