"""Finishing on a disk that refuses: told once, tried again until the clip is there."""

from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import override

import pytest

from custom_components.localcam.engine.errors import StorageError, StorageFullError
from custom_components.localcam.engine.record.growing_clip import GrowingClip
from custom_components.localcam.engine.reports import RecordingFault
from custom_components.localcam.engine.vault.sealed_file import SealedWriter
from custom_components.localcam.engine.vault.vault import Vault
from custom_components.localcam.engine.worker_finisher import Finisher, FinishOrder
from custom_components.localcam.engine.worker_inbox import ClipFinished, Delivery, Inbox
from tests.engine.keys import KnownKeys, vault_in
from tests.engine.packets import Camera, film
from tests.engine.record.growing import JPEG, grow

DRAWN = b"\xff\xd8 what moved \xff\xd9"
FOOTAGE = film(Camera(), 2)


class RefusingVault(Vault):
    """Makes no file while `refusal` is set."""

    refusal: StorageError | None = None

    @override
    def create(self, name: str) -> SealedWriter:
        if self.refusal is not None:
            raise self.refusal
        return super().create(name)


@pytest.fixture
def vault(tmp_path: Path) -> RefusingVault:
    return RefusingVault(tmp_path, KnownKeys())


@pytest.fixture
def inbox() -> Inbox:
    return SimpleQueue()


@pytest.fixture
def finisher(vault: RefusingVault, inbox: Inbox) -> Iterator[Finisher]:
    finisher = Finisher(vault, inbox, retry_s=0.05)
    finisher.start()
    yield finisher
    finisher.close(10)


def order_of(growing: GrowingClip) -> FinishOrder:
    return FinishOrder(growing=growing, draw_thumbnail=lambda: JPEG, draw_explanation=lambda: DRAWN)


def told(inbox: Inbox) -> ClipFinished:
    delivery: Delivery = inbox.get(timeout=10)
    assert isinstance(delivery, ClipFinished)
    return delivery


@pytest.mark.parametrize(
    ("refusal", "fault"),
    [(StorageFullError("full"), RecordingFault.DISK_FULL), (StorageError("broken"), RecordingFault.DISK_ERROR)],
)
def test_what_the_disk_refuses_is_told_once_and_finished_when_it_takes_it(
    vault: RefusingVault, inbox: Inbox, finisher: Finisher, refusal: StorageError, fault: RecordingFault
) -> None:
    growing = grow(vault, FOOTAGE)
    vault.refusal = refusal
    finisher.order(order_of(growing))
    refused = told(inbox)
    assert refused.clip is None
    assert refused.failure is not None
    assert refused.failure.fault is fault
    with pytest.raises(Empty):
        inbox.get(timeout=0.2)
    vault.refusal = None
    finished = told(inbox)
    assert finished.failure is None
    assert finished.clip is not None
    assert finished.clip.clip_id == growing.identity.clip_id
    assert finished.part_name == growing.name
    assert finished.clip.thumbnail is not None
    # Unlike the thumbnail it cannot be had from the file.
    assert finished.clip.explanation is not None
    with vault.open(finished.clip.explanation.name) as explanation:
        assert explanation.read_at(0, 1000) == DRAWN


def test_a_clip_that_finds_room_brings_the_ones_before_it_along(
    vault: RefusingVault, inbox: Inbox, tmp_path: Path
) -> None:
    finisher = Finisher(vault, inbox, retry_s=3600)
    finisher.start()
    vault.refusal = StorageFullError("full")
    finisher.order(order_of(grow_unhindered(tmp_path, "CLIP1")))
    assert told(inbox).clip is None
    vault.refusal = None
    finisher.order(order_of(grow_unhindered(tmp_path, "CLIP2")))
    finished = [told(inbox).clip, told(inbox).clip]
    assert [clip.clip_id for clip in finished if clip] == ["CLIP2", "CLIP1"]
    finisher.close(10)


def test_a_file_without_a_whole_picture_is_not_tried_again(
    vault: RefusingVault, inbox: Inbox, finisher: Finisher, tmp_path: Path
) -> None:
    growing = grow(vault, FOOTAGE)
    (tmp_path / growing.name).write_bytes(b"")
    finisher.order(order_of(growing))
    failure = told(inbox).failure
    assert failure is not None
    assert failure.fault is RecordingFault.UNRECORDABLE
    with pytest.raises(Empty):
        inbox.get(timeout=0.2)


def grow_unhindered(folder: Path, clip_id: str) -> GrowingClip:
    """A growing file that was written while there was room."""
    return grow(vault_in(folder), FOOTAGE, clip_id)
