"""A real RTSP camera for tests: GStreamer's server in a process of its own, which can die, freeze and come back."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
import json
import os
from pathlib import Path
import select
import signal
import subprocess
from types import TracebackType
from typing import Self

import pytest

SYSTEM_PYTHON = "/usr/bin/python3"
SCRIPT = Path(__file__).with_name("gst_rtsp_server.py")
START_TIMEOUT_S = 20.0

_SOUND = {
    None: "",
    "aac": "audiotestsrc is-live=true wave=ticks ! audioconvert ! audio/x-raw,rate=16000,channels=1"
    " ! avenc_aac ! aacparse ! rtpmp4gpay name=pay1 pt=97",
    "mp3": "audiotestsrc is-live=true wave=ticks ! audioconvert ! audio/x-raw,rate=16000,channels=1"
    " ! lamemp3enc ! mpegaudioparse ! rtpmpapay name=pay1 pt=14",
    "alaw": "audiotestsrc is-live=true wave=ticks ! audioconvert ! audio/x-raw,rate=8000,channels=1"
    " ! alawenc ! rtppcmapay name=pay1 pt=8",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TestPattern:
    """A live test picture, shared by all who watch; it starts with the first of them."""

    __test__ = False
    codec: str = "h264"
    """`h264`, `hevc` or `mjpeg`; `vp8` is one that no clip of ours can hold."""
    width_px: int = 640
    height_px: int = 360
    frames_per_s: int = 15
    keyframe_every_frames: int = 30
    sound: str | None = None
    """`aac`, `mp3`, `alaw` (G.711) or None."""
    pattern: str = "ball"
    """Of `videotestsrc`: `ball` moves, `smpte` stands still."""
    shared: bool = True
    """One for all who watch. Where many come, or come again while their old connection is not yet missed, each needs
    one of its own: the server ends itself (`gst_rtsp_media_get_rates`) where one begins to play what another ends."""

    def launch(self) -> str:
        """As gst-launch would be given it."""
        gop = self.keyframe_every_frames
        encode = {
            "h264": f"x264enc tune=zerolatency speed-preset=ultrafast bitrate=800 key-int-max={gop} threads=1"
            " ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1",
            "hevc": f"x265enc tune=zerolatency speed-preset=ultrafast bitrate=800 key-int-max={gop}"
            " option-string=pools=none:frame-threads=1:log-level=none"
            " ! h265parse ! rtph265pay name=pay0 pt=96 config-interval=-1",
            "vp8": f"vp8enc deadline=1 keyframe-max-dist={gop} ! rtpvp8pay name=pay0 pt=96",
            "mjpeg": "jpegenc quality=60 ! rtpjpegpay name=pay0 pt=26",
        }[self.codec]
        return (
            f"( videotestsrc is-live=true pattern={self.pattern}"
            f" ! video/x-raw,format=I420,width={self.width_px},height={self.height_px},framerate={self.frames_per_s}/1"
            f" ! {encode} {_SOUND[self.sound]} )"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFile:
    """A file played in real time, from its beginning for each who watches; then the stream ends.

    H.264 and H.265 in MP4, MOV, Matroska or raw Annex B (`.h264`, `.hevc`) are sent as they are; anything else is
    encoded to H.264. `plays` > 1 repeats an H.264 or H.265 file by remuxing it into one longer file beforehand.
    """

    path: Path
    plays: int = 1

    shared = False

    def launch(self) -> str:
        """As gst-launch would be given it."""
        path = self.path if self.plays == 1 else repeated(self.path, self.plays)
        codec = video_codec(path)
        demux = {".mp4": "qtdemux ! ", ".mov": "qtdemux ! ", ".mkv": "matroskademux ! "}.get(path.suffix, "")
        read = f'( filesrc location="{path}" ! {demux}'
        if codec == "h264":
            return f"{read}h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
        if codec == "hevc":
            return f"{read}h265parse ! rtph265pay name=pay0 pt=96 config-interval=-1 )"
        return (
            f'( filesrc location="{path}" ! decodebin ! videoconvert ! video/x-raw,format=I420'
            " ! x264enc tune=zerolatency speed-preset=veryfast key-int-max=30 ! h264parse"
            " ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
        )


type Mount = TestPattern | VideoFile


def video_codec(path: Path) -> str:
    """Name of a file's video codec, as libav calls it."""
    import av

    with av.open(str(path)) as container:
        return container.streams.video[0].codec_context.name


def repeated(path: Path, plays: int) -> Path:
    """A Matroska file beside pytest's other temporary files that plays `path` several times without a break."""
    import av

    longer = (
        Path(os.environ.get("TMPDIR", "/tmp")) / f"localcam-{os.getpid()}-{path.parent.name}-{path.stem}-x{plays}.mkv"
    )
    if longer.exists():
        return longer
    with av.open(str(longer), "w") as out:
        shift = 0
        stream = None
        for _ in range(plays):
            with av.open(str(path)) as source:
                video = source.streams.video[0]
                if stream is None:
                    stream = out.add_stream_from_template(video)
                end = shift
                for packet in source.demux(video):
                    if packet.dts is None or packet.pts is None:
                        continue
                    packet.dts += shift
                    packet.pts += shift
                    end = max(end, packet.pts + (packet.duration or 1))
                    packet.stream = stream
                    out.mux(packet)
                shift = end
    return longer


@cache
def missing_gstreamer() -> str | None:
    """What keeps the RTSP server from running here; None when nothing does."""
    check = (
        "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import Gst, GstRtspServer;"
        " Gst.init(None); missing = [n for n in 'x264enc x265enc jpegenc rtph264pay rtph265pay rtpjpegpay avenc_aac"
        " vp8enc rtpvp8pay lamemp3enc alawenc h264parse qtdemux matroskademux'.split()"
        " if not Gst.ElementFactory.find(n)];"
        " raise SystemExit('no GStreamer elements ' + ' '.join(missing) if missing else 0)"
    )
    try:
        done = subprocess.run([SYSTEM_PYTHON, "-c", check], capture_output=True, text=True, timeout=60, check=False)
    except OSError as err:
        return f"no {SYSTEM_PYTHON}: {err}"
    return None if done.returncode == 0 else (done.stderr.strip().splitlines() or ["unknown reason"])[-1]


def require_gstreamer() -> None:
    """Skip the test where GStreamer is missing, with the reason; fail it in CI, where nothing may be skipped."""
    missing = missing_gstreamer()
    if missing is None:
        return
    if os.environ.get("CI"):
        pytest.fail(f"CI must have GStreamer's RTSP server: {missing}")
    pytest.skip(f"GStreamer's RTSP server is not installed (scripts/setup does it): {missing}")


class RtspServer:
    """Serves `mounts` on one address, with a password where one is given; a context manager.

    Started again, it keeps its port. `scheme` is digest or basic.
    """

    def __init__(
        self,
        mounts: Mapping[str, Mount],
        *,
        username: str | None = None,
        password: str | None = None,
        scheme: str = "digest",
        port: int = 0,
        address: str = "127.0.0.1",
    ) -> None:
        self._mounts = mounts
        self._username = username or "camera"
        self._password = password
        self._scheme = scheme
        self._process: subprocess.Popen[str] | None = None
        self._address = address
        self.port = port
        """0 until the first start, which chooses a free one."""

    def url(self, path: str) -> str:
        """Address of a mount, without credentials."""
        return f"rtsp://{self._address}:{self.port}/{path.lstrip('/')}"

    def start(self) -> None:
        """Listen; raises where the server does not come up."""
        require_gstreamer()
        self._process = subprocess.Popen(
            [SYSTEM_PYTHON, str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        mounts = {
            f"/{path.lstrip('/')}": {"launch": mount.launch(), "shared": mount.shared}
            for path, mount in self._mounts.items()
        }
        wanted = {
            "address": self._address,
            "port": self.port,
            "username": self._username,
            "password": self._password,
            "scheme": self._scheme,
            "mounts": mounts,
        }
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        ready, _, _ = select.select([self._process.stdout], [], [], START_TIMEOUT_S)
        line = self._process.stdout.readline() if ready else ""
        if not line:
            self.kill()
            raise RuntimeError("the RTSP server did not start")
        self.port = int(line)

    def stop(self) -> None:
        """End the server in an orderly way; its connections close."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._wait()

    def kill(self) -> None:
        """End the server as a power cut of the camera would, except that the kernel still closes its connections."""
        if self._process is not None:
            self._process.kill()
            self._wait()

    def freeze(self) -> None:
        """Keep the connections, send nothing any more."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on after `freeze`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _wait(self) -> None:
        process, self._process = self._process, None
        assert process is not None
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self.kill()
