"""A finished clip plays in a real Chromium, over HTTP with ranges: true duration, seeking, sound or none."""

from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
import re
from typing import override

from playwright.sync_api import sync_playwright
import pytest

from custom_components.localcam.engine.clip import Clip
from tests.chromium import QUIET, require_chromium
from tests.engine.packets import Camera, film
from tests.engine.record.growing import finished

# Home Assistant's fixtures forbid sockets; this test's server is on this machine only.
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("socket_enabled")]

PLAY_FROM_THE_MIDDLE = """async () => {
    const video = document.querySelector("video");
    const happened = (name) => new Promise((resolve, reject) => {
        video.addEventListener(name, resolve, { once: true });
        video.addEventListener("error", () => reject(new Error(video.error.message)), { once: true });
    });
    if (video.readyState < 1) await happened("loadedmetadata");
    const seen = { duration: video.duration, width: video.videoWidth, height: video.videoHeight };
    const sought = happened("seeked");
    video.currentTime = video.duration / 2;
    await sought;
    seen.soughtTo = video.currentTime;
    const ended = happened("ended");
    await video.play();
    await ended;
    seen.endedAt = video.currentTime;
    seen.pictures = video.getVideoPlaybackQuality().totalVideoFrames;
    return seen;
}"""


class ClipServer(ThreadingHTTPServer):
    """Serves one file, whole or by range, and remembers what was asked for."""

    def __init__(self, clip: bytes) -> None:
        super().__init__(("127.0.0.1", 0), ClipRequest)
        self.clip = clip
        self.ranges: list[str] = []


class ClipRequest(BaseHTTPRequestHandler):
    """GET / is a page with the clip, GET /clip the clip."""

    protocol_version = "HTTP/1.1"
    server: ClipServer

    def do_GET(self) -> None:
        if self.path != "/clip":
            self._answer(200, "text/html", b'<video src="/clip" muted preload="auto"></video>')
            return
        data = self.server.clip
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if asked is None:
            self._answer(200, "video/mp4", data)
            return
        self.server.ranges.append(asked[0])
        start, end = int(asked[1]), min(int(asked[2] or len(data) - 1), len(data) - 1)
        self._answer(206, "video/mp4", data[start : end + 1], ("Content-Range", f"bytes {start}-{end}/{len(data)}"))

    def _answer(self, status: int, kind: str, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), *headers):
            self.send_header(name, value)
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True

    @override
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def chromium() -> Path:
    return require_chromium()


def play(chromium: Path, path: Path) -> tuple[dict[str, float], list[str]]:
    """What Chromium saw of the clip, and the ranges it asked for."""
    server = ClipServer(path.read_bytes())
    # Playwright runs a loop of its own, which Home Assistant's fixtures must not find in this thread.
    with ThreadPoolExecutor(2) as threads:
        threads.submit(server.serve_forever)
        try:
            return threads.submit(_play, chromium, server.server_port).result(), server.ranges
        finally:
            server.shutdown()
            server.server_close()


def _play(chromium: Path, port: int) -> dict[str, float]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=QUIET)
        try:
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{port}/")
            return page.evaluate(PLAY_FROM_THE_MIDDLE)
        finally:
            browser.close()


@pytest.mark.parametrize(
    "camera",
    [
        Camera(width_px=320, height_px=180),
        Camera(width_px=320, height_px=180, sound=True),
        Camera(width_px=322, height_px=182, b_frames=2, keyframe_interval_s=2.0),
    ],
    ids=["picture only", "with sound", "B-frames and cropping"],
)
def test_chromium_plays_a_clip_from_its_middle_to_its_true_end(chromium: Path, camera: Camera, tmp_path: Path) -> None:
    clip: Clip
    clip, path = finished(tmp_path, film(camera, 4))
    seen, ranges = play(chromium, path)
    assert clip.duration_s == pytest.approx(4.0, abs=0.1)
    assert seen["duration"] == pytest.approx(clip.duration_s, abs=0.001)
    assert (seen["width"], seen["height"]) == (camera.width_px, camera.height_px)
    assert seen["soughtTo"] == pytest.approx(clip.duration_s / 2, abs=0.01)
    assert seen["endedAt"] == pytest.approx(clip.duration_s, abs=0.11)
    assert seen["pictures"] >= 10
    assert ranges
