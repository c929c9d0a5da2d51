"""A real worker before the demo room: it learns the empty room, and tells in which zone somebody walks."""

from pathlib import Path
from queue import SimpleQueue

import pytest

from custom_components.localcam.engine.commands import Calibrate, ChangeSettings, Watch
from custom_components.localcam.engine.executor import LocalExecutor
from custom_components.localcam.engine.motion import Calibration, CalibrationFault
from custom_components.localcam.engine.reports import (
    Answer,
    Calibrated,
    Health,
    MotionStarted,
    RecordingFailed,
    Report,
    SourceBack,
    SourceLost,
    ZonesMoving,
)
from custom_components.localcam.engine.settings import NOISE_FLOOR_BYTES, CameraSettings, DemoSource, DetectSettings
from custom_components.localcam.engine.zone_settings import Zone

pytestmark = pytest.mark.timeout(120)

LEFT = Zone(zone_id="left", name="Left", polygon=((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
RIGHT = Zone(zone_id="right", name="Right", polygon=((0.5, 0), (1, 0), (1, 1), (0.5, 1)))


def test_the_room_is_learned_while_it_is_empty_and_whoever_walks_is_in_a_zone(tmp_path: Path) -> None:
    told: SimpleQueue[Report | int | None] = SimpleQueue()
    passed: list[Report] = []

    def hear[R: Report](kind: type[R]) -> R:
        while not isinstance(report := told.get(timeout=40), kind):
            assert not isinstance(report, int | None), "the worker ended"
            passed.append(report)
        return report

    settings = CameraSettings(
        camera_id="hall", name="Hall", source=DemoSource(), detect=DetectSettings(quiet_s=1, zones=(LEFT, RIGHT))
    )
    first = Watch(settings=settings, epoch=1, storage_folder=str(tmp_path), may_record=False)
    worker = LocalExecutor().start(first, on_reported=lambda each: told.put(each.report), on_end=told.put)
    try:
        hear(SourceBack)
        # Nobody comes before the ninth second; the first second only teaches.
        worker.send(Calibrate(request_id=1, seconds=3))
        assert hear(Answer) == Answer(request_id=1)
        learned = hear(Calibrated).calibration
        assert learned.fault is None
        assert len(learned.noise_floor) == NOISE_FLOOR_BYTES

        # Somebody walks through: what was learned stays, and they are seen.
        worker.send(Calibrate(request_id=2, seconds=60))
        assert hear(Calibrated).calibration == Calibration(fault=CalibrationFault.MOTION)
        hear(MotionStarted)
        passed.clear()
        (where,) = hear(ZonesMoving).zone_ids
        assert all(isinstance(report, Health | RecordingFailed) for report in passed), "it is told with the motion"
        assert where in {"left", "right"}

        # A zone that goes takes nothing else with it: neither the camera nor the motion is interrupted.
        kept = LEFT if where == "right" else RIGHT
        worker.send(
            ChangeSettings(
                settings=CameraSettings(
                    camera_id="hall", name="Hall", source=DemoSource(), detect=DetectSettings(quiet_s=1, zones=(kept,))
                )
            )
        )
        while where in hear(ZonesMoving).zone_ids:
            pass
        assert not any(isinstance(report, SourceLost) for report in passed)
    finally:
        worker.stop(10)
