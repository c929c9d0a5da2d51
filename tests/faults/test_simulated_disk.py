"""A power cut keeps what was synced and nothing that was not; by chance, any part of the rest."""

import random

from hypothesis import given, strategies as st
import pytest

from tests.faults.simulated_disk import PAGE_BYTES, SimulatedDisk


def cut(disk: SimulatedDisk, survives: float = 0.0, seed: int = 0) -> None:
    disk.cut_power(survives, random.Random(seed))


def test_a_file_is_there_once_its_bytes_and_its_name_were_synced() -> None:
    disk = SimulatedDisk()
    file = disk.make("/clip", is_folder=False, mode=0o600)
    file.write(0, b"picture")
    file.sync()
    disk.find("/").sync()
    cut(disk)
    assert disk.find("/clip").seen == b"picture"


def test_without_syncing_the_folder_its_name_is_lost() -> None:
    disk = SimulatedDisk()
    disk.make("/clip", is_folder=False, mode=0o600).sync()
    cut(disk)
    with pytest.raises(KeyError):
        disk.find("/clip")


def test_without_syncing_the_file_its_bytes_are_lost() -> None:
    disk = SimulatedDisk()
    disk.make("/clip", is_folder=False, mode=0o600).write(0, b"picture")
    disk.find("/").sync()
    cut(disk)
    assert disk.find("/clip").seen == b""


def test_a_renaming_that_was_not_synced_has_not_happened() -> None:
    disk = SimulatedDisk()
    disk.make("/clip.part", is_folder=False, mode=0o600)
    disk.find("/").sync()
    disk.rename("/clip.part", "/clip")
    cut(disk)
    assert disk.find("/clip.part")
    with pytest.raises(KeyError):
        disk.find("/clip")


@given(
    synced=st.binary(max_size=3 * PAGE_BYTES),
    more=st.binary(min_size=1, max_size=3 * PAGE_BYTES),
    seed=st.integers(0, 1000),
)
def test_by_chance_each_page_is_the_old_one_or_the_new_one(synced: bytes, more: bytes, seed: int) -> None:
    disk = SimulatedDisk()
    file = disk.make("/clip", is_folder=False, mode=0o600)
    file.write(0, synced)
    file.sync()
    disk.find("/").sync()
    file.write(0, more)
    seen = bytes(file.seen)
    cut(disk, survives=0.5, seed=seed)
    left = bytes(disk.find("/clip").seen)
    assert len(left) in range(len(synced), len(seen) + 1)
    for start in range(0, len(left), PAGE_BYTES):
        page = left[start : start + PAGE_BYTES]
        old = synced[start : start + PAGE_BYTES]
        assert page in (old, seen[start : start + len(page)], old.ljust(len(page), b"\0")[: len(page)])


def test_by_chance_something_survives_and_something_does_not() -> None:
    left = set()
    for seed in range(20):
        disk = SimulatedDisk()
        disk.make("/clip", is_folder=False, mode=0o600)
        cut(disk, survives=0.5, seed=seed)
        left.add(bool(disk.find("/").names))
    assert left == {True, False}
