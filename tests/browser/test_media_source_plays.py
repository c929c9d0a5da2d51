"""A clip of a real Home Assistant, resolved by its media source, plays and seeks in a real Chromium."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
import json
from pathlib import Path
import threading
import time
from typing import Any

from playwright.sync_api import sync_playwright
import pytest

from scripts.home_assistant import HomeAssistant
from tests.chromium import QUIET, require_chromium

pytestmark = [pytest.mark.browser, pytest.mark.process, pytest.mark.timeout(240)]

PLAYS = """async (id) => {
  const hass = document.querySelector("home-assistant").hass;
  const media = await hass.callWS({type: "media_source/resolve_media", media_content_id: id});
  const video = document.createElement("video");
  video.muted = true;
  video.src = media.url;
  document.body.append(video);
  const happens = (name) => new Promise((resolve, reject) => {
    video.addEventListener(name, resolve, {once: true});
    video.addEventListener("error", () => reject(new Error(video.error.message)), {once: true});
  });
  await happens("loadedmetadata");
  const played = happens("timeupdate");
  await video.play();
  await played;
  const sought = happens("seeked");
  video.currentTime = video.duration / 2;
  await sought;
  const ended = happens("ended");
  video.playbackRate = 8;
  await video.play();
  await ended;
  return {duration_s: video.duration, width_px: video.videoWidth, height_px: video.videoHeight, type: media.mime_type};
}"""


@pytest.fixture
def clip(home: HomeAssistant, add_demo: Callable[[str], str]) -> tuple[str, dict[str, Any]]:
    """The media source's name for a clip that was asked for, and what the action says of it."""
    entry_id = add_demo("Demo room")
    called = {"entity_id": "camera.demo_room", "duration_s": 3}
    deadline = time.monotonic() + 60
    pause = threading.Event()
    while home.request("GET", "/api/states/camera.demo_room")["state"] == "unavailable":
        assert time.monotonic() < deadline
        pause.wait(0.2)
    home.request("POST", "/api/services/localcam/record", called)
    while not (clips := _clips(home)):
        assert time.monotonic() < deadline
        pause.wait(0.5)
    day = clips[-1]["start"][:10]
    return f"media-source://localcam/{entry_id}/{day}/{clips[-1]['clip_id']}", clips[-1]


def _clips(home: HomeAssistant) -> list[dict[str, Any]]:
    answer = home.request("POST", "/api/services/localcam/list_clips?return_response", {})
    found: list[dict[str, Any]] = answer["service_response"]["clips"]
    return found


def _watch(chromium: Path, home: HomeAssistant, name: str) -> dict[str, Any]:
    """What somebody who is logged in sees: the camera in the list, and the clip played to its end."""
    tokens = home.log_in() | {"hassUrl": home.url, "clientId": f"{home.url}/", "expires": 4_000_000_000_000}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=QUIET)
        try:
            page = browser.new_page()
            page.goto(f"{home.url}/robots.txt")
            page.evaluate("tokens => localStorage.setItem('hassTokens', tokens)", json.dumps(tokens))
            page.goto(f"{home.url}/config/integrations/integration/localcam")
            page.get_by_text("Demo room").first.wait_for(timeout=60_000)
            seen: dict[str, Any] = page.evaluate(PLAYS, name)
            return seen
        finally:
            browser.close()


def test_a_clip_of_the_media_source_plays_to_its_end(home: HomeAssistant, clip: tuple[str, dict[str, Any]]) -> None:
    chromium = require_chromium()
    name, listed = clip
    # Playwright runs a loop of its own, which Home Assistant's fixtures must not find in this thread.
    with ThreadPoolExecutor(1) as thread:
        seen = thread.submit(_watch, chromium, home, name).result()
    assert seen["type"] == "video/mp4"
    assert seen["duration_s"] == pytest.approx(listed["duration_s"], abs=0.1)
    assert (seen["width_px"], seen["height_px"]) > (0, 0)
