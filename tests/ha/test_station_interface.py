"""The fake station offers what the real one does, so that tests with it mean something."""

import inspect

import pytest

from custom_components.localcam.engine.station import Station

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
    "entity_address",
    "entity_picture",
    "check_address",
    "live_address",
    "clip",
    "clips",
    "clips_since",
    "clip_days",
    "flag",
    "delete",
    "open_video",
    "open_thumbnail",
    "open_explanation",
    "check_storage",
    "begin_copying",
    "end_copying",
    "enforce_bounds",
)


@pytest.mark.parametrize("name", CALLED)
def test_same_parameters(name: str) -> None:
    real, fake = (inspect.signature(getattr(of, name)).parameters for of in (Station, FakeStation))
    assert list(real) == list(fake)
    assert [parameter.kind for parameter in real.values()] == [parameter.kind for parameter in fake.values()]
