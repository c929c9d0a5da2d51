"""The fake station offers what the real one does, so that tests with it mean something."""

import inspect

import pytest

from custom_components.localcam.engine.audit_keeper import AuditKeeper
from custom_components.localcam.engine.station import Station

from .fake_audit import FakeAudit
from .fake_station import FakeStation

CALLED = (
    "start",
    "choose_folder",
    "stop",
    "change_house",
    "watch",
    "change",
    "rest",
    "picture",
    "record_now",
    "keep_last",
    "calibrate",
    "entity_address",
    "entity_picture",
    "live_address",
    "clip",
    "clips",
    "clips_since",
    "camera_ids",
    "clip_days",
    "flag",
    "delete",
    "open_video",
    "open_thumbnail",
    "open_explanation",
    "finish_waiting",
    "lost_clips",
    "key_digest",
    "check_storage",
    "begin_copying",
    "end_copying",
    "enforce_bounds",
)


AUDIT_CALLED = ("record", "mind", "entries", "looks", "verify", "verify_at_leisure")


@pytest.mark.parametrize("name", CALLED)
def test_same_parameters(name: str) -> None:
    real, fake = (inspect.signature(getattr(of, name)).parameters for of in (Station, FakeStation))
    assert list(real) == list(fake)
    assert [parameter.kind for parameter in real.values()] == [parameter.kind for parameter in fake.values()]


@pytest.mark.parametrize("name", AUDIT_CALLED)
def test_same_parameters_of_the_audit_log(name: str) -> None:
    real, fake = (inspect.signature(getattr(of, name)).parameters for of in (AuditKeeper, FakeAudit))
    assert list(real) == list(fake)
