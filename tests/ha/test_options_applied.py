"""Options on a camera that runs: its worker gets them, and goes on."""

from dataclasses import replace
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .living_camera import LivingCamera

CAMERA = {
    "sensitivity": 8.0,
    "pre_roll_s": 6.0,
    "post_roll_s": 9.0,
    "longest_clip_s": 90.0,
    "quiet_s": 12.0,
    "sound": True,
    "economy": "auto",
    "cpu_budget_percent": 50,
}


async def submit(hass: HomeAssistant, camera: LivingCamera, step: str, answers: dict[str, object]) -> FlowResultType:
    menu = await hass.config_entries.options.async_init(camera.id)
    form = await hass.config_entries.options.async_configure(menu["flow_id"], {"next_step_id": step})
    done = await hass.config_entries.options.async_configure(form["flow_id"], answers)
    await hass.async_block_till_done()
    return done["type"]


async def test_camera_options_reach_the_worker_without_a_restart(hass: HomeAssistant, camera: LivingCamera) -> None:
    before = camera.station.watched[camera.id]

    assert await submit(hass, camera, "camera", dict(CAMERA)) is FlowResultType.CREATE_ENTRY

    changed = replace(
        before,
        detect=replace(before.detect, sensitivity=8, quiet_s=12.0),
        record=replace(before.record, pre_roll_s=6.0, post_roll_s=9.0, longest_clip_s=90.0, sound=True),
    )
    assert camera.station.calls == [("change", changed)]
    assert len(camera.world.stations) == 1
    assert camera.state("number", "sensitivity").state == "8"


async def test_house_settings_reach_the_station_without_a_restart(
    hass: HomeAssistant, camera: LivingCamera, tmp_path: Path
) -> None:
    folder = str(tmp_path / "media" / "clips")
    answers = {"storage_folder": folder, "quota_gb": 1.0, "free_floor_percent": 0.0, "free_floor_gb": 0.0}

    assert await submit(hass, camera, "house", answers) is FlowResultType.CREATE_ENTRY

    assert camera.station.house is not None
    assert (camera.station.house.storage_folder, camera.station.house.quota_bytes) == (folder, 1 << 30)
    assert len(camera.world.stations) == 1
