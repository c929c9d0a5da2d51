"""Secrets that must be nowhere: cameras' passwords outside of their entries, a passphrase, a recovery code.

`scripts/fault canary` watches cameras with the right password, a wrong one, a redirect, a crash and a change of
password, at debug level, chooses a passphrase and writes a recovery code down, and then looks everywhere: log, states,
diagnostics, storage, processes, reports, and clips, which it opens as only their owner can.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
import os
from pathlib import Path
from queue import Empty, SimpleQueue
import secrets
import signal
import socket
from tempfile import TemporaryDirectory
from threading import Event, Thread
import time
import traceback
from typing import Any
from urllib.parse import quote

from custom_components.localcam.engine.clip_key_desk import ClipKeyDesk
from custom_components.localcam.engine.commands import Watch
from custom_components.localcam.engine.errors import EngineError
from custom_components.localcam.engine.executor import LocalExecutor
from custom_components.localcam.engine.probe import probe
from custom_components.localcam.engine.reports import Reported
from custom_components.localcam.engine.settings import KEYS_FOLDER, AddressSource, CameraSettings
from custom_components.localcam.engine.vault.keyring import Keyring
from custom_components.localcam.engine.vault.vault import Vault
from custom_components.localcam.engine.wire import encode
from scripts.config_flow import FLOW, FlowRefusedError, add_entry
from scripts.home_assistant import HomeAssistant, HomeError
from scripts.processes import descendants
from tests.engine.ingest.http_cameras import jpeg
from tests.engine.keys import clip_keys
from tests.rtsp_server import RtspServer, TestPattern

from .hostile_servers import Answer, Asked, http, rtsp, talking_server
from .outcome import Outcome

USERNAME = "visitor"
OPTIONS = "/api/config/config_entries/options/flow"
REPAIRS = "/api/repairs/issues/fix"
_RIGHT = "Kanarie" + secrets.token_hex(6)
_WRONG = "Wrongkanarie" + secrets.token_hex(6)
_LATER = "Laterkanarie" + secrets.token_hex(6)
_PASSPHRASE = "Passkanarie " + secrets.token_hex(6)
_MISTAKEN = "Irrkanarie " + secrets.token_hex(6)
_CODES: dict[str, str] = {}
"""Recovery codes that the house drew, by what they are called."""
_KEPT_IN = "core.config_entries"
_LIVE = "live.mp4"
_WORKER_S = 4.0


def forms() -> dict[str, bytes]:
    """How a password may be written: as it is, as addresses and headers hold it, and backwards in bytes of two."""
    found = {}
    for name, word in (("right", _RIGHT), ("wrong", _WRONG), ("later", _LATER)):
        found[name] = word.encode()
        found[f"{name} in UTF-16"] = word.encode("utf-16-le")
        found[f"{name} in a header"] = b64encode(f"{USERNAME}:{word}".encode()).rstrip(b"=")[2:-2]
        found[f"{name} in an address"] = quote(f"{USERNAME}:{word}").encode()
    for name, word in (("passphrase", _PASSPHRASE), ("mistaken passphrase", _MISTAKEN), *_CODES.items()):
        found[name] = word.encode()
        found[f"{name} in UTF-16"] = word.encode("utf-16-le")
        found[f"{name} in base 64"] = b64encode(word.encode()).rstrip(b"=")[:-1]
        found[f"{name} without lines"] = word.replace("-", "").encode()
    return found


def seen_in(where: str, content: bytes) -> list[str]:
    """The violations in some bytes."""
    return [f"{where}: the {name} secret" for name, form in forms().items() if form in content]


def run(long: bool) -> Outcome:
    """Once, or for minutes: the long form crashes and loses the cameras again and again."""
    tried: dict[str, int] = {}
    violated: list[str] = []
    with _cameras() as (rtsp_camera, http_port, redirect_port), TemporaryDirectory() as folder:
        thread = ThreadPoolExecutor(1)
        said = thread.submit(_said_by_workers, tried, rtsp_camera, http_port, redirect_port)  # while the house starts
        with _home(Path(folder)) as home, _watched_processes(home) as processes:
            violated += said.result()
            thread.shutdown()
            for _ in range(10 if long else 1):
                _live(home, tried, rtsp_camera, http_port, redirect_port)
            violated += _shown(home, tried)
        violated += processes
        violated += _sealed(home, tried)
        violated += _kept(Path(folder), tried)
    return Outcome(tried=tried, violated=tuple(dict.fromkeys(violated)))


@contextmanager
def _cameras() -> Iterator[tuple[RtspServer, int, int]]:
    with (
        RtspServer({"hall": TestPattern()}, username=USERNAME, password=_RIGHT) as rtsp_camera,
        talking_server(_http_camera()) as http_port,
        talking_server(_redirecting) as redirect_port,
    ):
        yield rtsp_camera, http_port, redirect_port


def _http_camera() -> Answer:
    allowed = {b64encode(f"{USERNAME}:{word}".encode()).decode() for word in (_RIGHT, _LATER)}
    picture = jpeg()

    def answer(asked: Asked) -> bytes | None:
        if not any(each in asked.text for each in allowed):
            return http("401 Unauthorized", 'WWW-Authenticate: Basic realm="cam"')
        return http("200 OK", "Content-Type: image/jpeg", body=picture)

    return answer


def _redirecting(asked: Asked) -> bytes | None:
    """Asks for the password, and then sends it elsewhere, in the address itself."""
    if "Authorization" not in asked.text:
        return rtsp(asked, "401 Unauthorized", 'WWW-Authenticate: Basic realm="cam"')
    return rtsp(asked, "302 Found", f"Location: rtsp://{USERNAME}:{_RIGHT}@127.0.0.1:1/x")


# What workers say


def _said_by_workers(tried: dict[str, int], camera: RtspServer, http_port: int, redirect_port: int) -> list[str]:
    """Reports as bytes, and what a trial raises, with everything that hangs on it."""
    violated: list[str] = []
    places = (
        camera.url("hall"),
        camera.url("nowhere"),
        f"http://127.0.0.1:{http_port}/",
        f"rtsp://127.0.0.1:{redirect_port}/",
    )
    sources = [AddressSource(url=url, username=USERNAME, password=word) for url in places for word in (_RIGHT, _WRONG)]
    with ThreadPoolExecutor(len(sources)) as threads:
        for said in threads.map(_trial, sources):
            violated += seen_in("a trial", said)
    reports: SimpleQueue[Reported] = SimpleQueue()
    with TemporaryDirectory() as folder:
        workers = [
            LocalExecutor().start(
                Watch(settings=_camera(source), epoch=1, storage_folder=folder, may_record=True, keys=clip_keys(9)),
                reports.put,
                lambda _: None,
            )
            for source in sources
        ]
        Event().wait(_WORKER_S)
        for worker in workers:
            worker.stop(5)
    count = 0
    with suppress(Empty):
        while True:
            reported = reports.get_nowait()
            violated += seen_in("a report", encode(reported) + repr(reported).encode())
            count += 1
    tried |= {"trials": len(sources), "reports": count}
    return violated


def _trial(source: AddressSource) -> bytes:
    try:
        return repr(probe(_camera(source))).encode()
    except EngineError as err:
        return "".join(traceback.format_exception(err)).encode()


def _camera(source: AddressSource) -> CameraSettings:
    return CameraSettings(camera_id="canary", name="Canary", source=source)


# A real Home Assistant


@contextmanager
def _home(folder: Path) -> Iterator[HomeAssistant]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "output.log").open("wb") as output:
        home = HomeAssistant(folder / "home", port, output=output)
        home.start()
        try:
            home.request("POST", "/api/services/logger/set_default_level", {"level": "debug"})
            home.request(
                "POST",
                "/api/services/logger/set_level",
                {"custom_components.localcam": "debug", "homeassistant.components.stream": "debug", "libav": "debug"},
            )
            yield home
        finally:
            home.stop()


@contextmanager
def _watched_processes(home: HomeAssistant) -> Iterator[list[str]]:
    """What arguments and environments of Home Assistant and all that it starts hold, looked at again and again."""
    violated: list[str] = []
    ended = Event()

    def look() -> None:
        while not ended.wait(0.1):
            for pid in (home.pid, *(each.pid for each in descendants(home.pid))):
                for what in ("cmdline", "environ"):
                    with suppress(OSError):
                        violated.extend(seen_in(what, Path(f"/proc/{pid}/{what}").read_bytes()))

    thread = Thread(target=look)
    thread.start()
    try:
        yield violated
    finally:
        ended.set()
        thread.join()


def _live(home: HomeAssistant, tried: dict[str, int], camera: RtspServer, http_port: int, redirect_port: int) -> None:
    """All that can happen to cameras with a password."""
    number = tried.get("lives", 0)
    pasted = camera.url("hall").replace("://", f"://{USERNAME}:{_RIGHT}@")
    hall = _add(home, f"Hall {number}", pasted + f"?n={number}", "", "")
    attic = _add(home, f"Attic {number}", f"http://127.0.0.1:{http_port}/{number}", USERNAME, _RIGHT)
    places = (camera.url("hall"), f"http://127.0.0.1:{http_port}/wrong", f"rtsp://127.0.0.1:{redirect_port}/x")
    refused = ((places[0], _WRONG), (places[1], _WRONG), (places[2], _WRONG), (places[2], _RIGHT))
    with ThreadPoolExecutor(len(refused)) as threads:
        list(threads.map(lambda each: _try_to_add(home, *each), refused))
    entity = f"camera.hall_{number}"
    if not _CODES:
        _choose_secrets(home, hall)
    _until(lambda: _state(home, entity) not in ("unavailable", None), 30)
    home.request("POST", "/api/services/localcam/record", {"entity_id": entity, "duration_s": 2})
    _look_live(home, entity)
    for each in descendants(home.pid):
        with suppress(ProcessLookupError):
            os.kill(each.pid, signal.SIGKILL)  # a crash of every worker
    _reconfigure(home, attic, f"http://127.0.0.1:{http_port}/{number}")
    camera.kill()
    _until(lambda: _state(home, entity) == "unavailable", 15)
    camera.start()
    for entry_id in (hall, attic):
        tried["diagnostics"] = tried.get("diagnostics", 0) + bool(_diagnostics(home, entry_id))
    tried["lives"] = number + 1


def _choose_secrets(home: HomeAssistant, entry_id: str) -> None:
    """A recovery code is written down, then a passphrase is set, then the house is locked, and unlocked in a repair."""
    shown = _options(home, entry_id, "lock_by_passphrase")
    _CODES["recovery code"] = code = str(shown["description_placeholders"]["code"])
    asked = home.request("POST", f"{OPTIONS}/{shown['flow_id']}", {})
    form = home.request("POST", f"{OPTIONS}/{asked['flow_id']}", {"recovery_code": code})
    answers = {"passphrase": _PASSPHRASE, "passphrase_again": _PASSPHRASE}
    _must_end(home.request("POST", f"{OPTIONS}/{form['flow_id']}", answers))
    form = _options(home, entry_id, "lock_now")
    _must_end(home.request("POST", f"{OPTIONS}/{form['flow_id']}", {}))
    form = home.request("POST", REPAIRS, {"handler": "localcam", "issue_id": "clips_locked"})
    form = home.request("POST", f"{REPAIRS}/{form['flow_id']}", {"secret": _MISTAKEN})
    assert form["errors"] == {"base": "wrong_secret"}, form
    _must_end(home.request("POST", f"{REPAIRS}/{form['flow_id']}", {"secret": _PASSPHRASE}))


def _options(home: HomeAssistant, entry_id: str, step: str) -> Any:
    flow = home.request("POST", OPTIONS, {"handler": entry_id})
    for choice in ("encryption", step):
        flow = home.request("POST", f"{OPTIONS}/{flow['flow_id']}", {"next_step_id": choice})
    return flow


def _must_end(flow: Any) -> None:
    assert flow["type"] == "create_entry", flow.get("errors", flow["type"])


def _add(home: HomeAssistant, name: str, url: str, username: str, password: str) -> str:
    answers = {"name": name, "url": url, "username": username, "password": password, "rtsp_transport": "tcp"}
    return add_entry(home, {"user": {"next_step_id": "address"}, "address": answers})


def _try_to_add(home: HomeAssistant, url: str, password: str) -> None:
    with suppress(FlowRefusedError):
        _add(home, "Refused", url, USERNAME, password)


def _reconfigure(home: HomeAssistant, entry_id: str, url: str) -> None:
    flow = home.request("POST", FLOW, {"handler": "localcam", "entry_id": entry_id})
    answers = {"name": "Attic anew", "url": url, "username": USERNAME, "password": _LATER, "rtsp_transport": "tcp"}
    home.request("POST", f"{FLOW}/{flow['flow_id']}", answers)


def _look_live(home: HomeAssistant, entity: str) -> None:
    """Home Assistant's own stream opens the camera and writes what it saw."""
    with suppress(HomeError):
        home.request(
            "POST",
            "/api/services/camera/record",
            {"entity_id": entity, "filename": str(home.media / _LIVE), "duration": 1, "lookback": 0},
        )
    _until((home.media / _LIVE).exists, 15)


def _state(home: HomeAssistant, entity: str) -> str | None:
    with suppress(HomeError):
        return str(home.request("GET", f"/api/states/{entity}")["state"])
    return None


def _until(condition: Callable[[], bool], timeout_s: float) -> None:
    ends_at_s = time.monotonic() + timeout_s
    pause = Event()
    while not condition() and time.monotonic() < ends_at_s:
        pause.wait(0.2)


def _diagnostics(home: HomeAssistant, entry_id: str) -> bytes:
    answer = home.fetch("GET", f"/api/diagnostics/config_entry/{entry_id}")
    return answer.body if answer.status == 200 else b""


def _shown(home: HomeAssistant, tried: dict[str, int]) -> list[str]:
    """What Home Assistant tells whoever asks."""
    paths = ["/api/states", "/api/config", "/api/events", "/api/services", "/api/error_log"]
    entries: list[dict[str, Any]] = home.request("GET", "/api/config/config_entries/entry?domain=localcam")
    paths += [f"/api/diagnostics/config_entry/{each['entry_id']}" for each in entries]
    paths.append("/api/config/config_entries/entry")
    violated = []
    for path in paths:
        answer = home.fetch("GET", path)
        tried["answers"] = tried.get("answers", 0) + (answer.status == 200)
        violated += seen_in(path.partition("?")[0], answer.body)
    return violated


def _sealed(home: HomeAssistant, tried: dict[str, int]) -> list[str]:
    """What clips and their pictures hold, once they are opened; that they open is the control."""
    violated: list[str] = []
    config = home.config / "localcam"
    keyring = Keyring(config / KEYS_FOLDER)
    keyring.open(may_create=False)
    if not keyring.state().is_locked:
        violated.append("the house's key lies in the clear, although a passphrase was chosen")
    keyring.unlock(_PASSPHRASE)
    vault = Vault(home.media / "localcam", ClipKeyDesk(config / KEYS_FOLDER, keyring, lambda _: None))
    opened = 0
    for name in vault.names():
        if name.endswith((".lcv", ".lct", ".lce")):
            with vault.open(name) as source:
                content = source.read_at(0, source.size_bytes)
            opened += content[4:8] == b"ftyp" or content.startswith(b"\xff\xd8\xff")
            violated += seen_in(name, content)
    if not opened:
        violated.append("no clip was opened: this harness shows nothing of what clips hold")
    tried["opened"] = opened
    return violated


def _kept(folder: Path, tried: dict[str, int]) -> list[str]:
    """Every file: log, storage, catalogue, clips, what the live view wrote; the entries' own file is the control."""
    violated: list[str] = []
    clips = files = 0
    known = watched = False
    for path in folder.rglob("*"):
        if not path.is_file() or path.is_symlink():
            continue
        content = path.read_bytes()
        files += 1
        clips += path.suffix == ".lcv"
        watched |= path.name == _LIVE
        if path.name == _KEPT_IN:
            known = _RIGHT.encode() in content and _LATER.encode() in content
            content = content.replace(_RIGHT.encode(), b"").replace(_LATER.encode(), b"")
        violated += seen_in(str(path.relative_to(folder)), content)
    log = (folder / "output.log").read_bytes()
    if not known:
        violated.append("the passwords are not even in their entries: this harness shows nothing")
    if b"DEBUG" not in log or b"localcam" not in log:
        violated.append("nothing was logged at debug level: this harness shows nothing")
    if not watched:
        violated.append("Home Assistant's own stream never watched: its part was not tried")
    if not clips:
        violated.append("there was no clip to look into")
    tried |= {"files": files, "clips": clips, "log_bytes": len(log)}
    return violated
