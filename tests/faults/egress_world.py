"""Two homes side by side, one with LocalCam and one without: what leaves the one and not the other.

Started by `egress.py` in a process that is alone: `python -m tests.faults.egress_world SECONDS`; prints one JSON
object, the outcome's fields.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
import json
from pathlib import Path
import sys
import tempfile
import time
from typing import Any

from tests.engine.ingest.http_cameras import CameraHandler, http_camera
from tests.faults.egress_findings import Findings
from tests.faults.home_network import CAMERA_ADDRESS, NAME_SERVER
from tests.faults.home_socket import ask_by_websocket
from tests.faults.house_visit import HouseVisit
from tests.faults.marked_pictures import marked_film, marked_jpegs, with_comment
from tests.faults.namespaces import own_the_machine
from tests.faults.watched_house import PUBLIC_NAME, WatchedHouse
from tests.rtsp_server import RtspServer, VideoFile

_BEGAN_S = time.monotonic()
_PLAYS, _FILM_S = 20, 30
_CONTROL_EVENT = "egress_control"


def main(seconds: float) -> dict[str, Any]:
    """The fields of an outcome after evenings in a house, at least one, for so long."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own_the_machine(NAME_SERVER, folder)
        _say("making a film")
        # A camera whose stream ends would be away when somebody looks.
        film = marked_film(folder, _PLAYS + int(seconds / _FILM_S))
        _say("starting Home Assistant twice")
        with (
            WatchedHouse("bare", folder / "bare", with_localcam=False) as bare,
            WatchedHouse("full", folder / "full", with_localcam=True) as full,
        ):
            with ThreadPoolExecutor(2) as starters:
                list(starters.map(WatchedHouse.start, (bare, full)))
            _say("adding cameras")
            ports_before = full.seen().open_ports
            places = _set_up_cameras(full, film)
            with _in(full):
                visit = _spend_evenings(full, places, seconds)
                notifications = _notifications(full)
            # Home Assistant itself looks up the name of whoever fails to log in.
            bare.turn_guest_away("/api/config")
            _say("counting, and sending what must be noticed")
            seen_bare, seen_full = bare.seen(), full.seen()
            heard_control = _control_all(bare, full)
            controlled = bare.seen(), full.seen()
        _say("both ended")
        findings = Findings(
            bare=seen_bare,
            full=seen_full,
            bare_after_control=controlled[0],
            full_after_control=controlled[1],
            ports_before=ports_before,
            endpoints=frozenset(f"{CAMERA_ADDRESS} tcp {port}" for port in places.ports),
            notifications=notifications,
            heard_control=heard_control,
        )
        return {
            "tried": asdict(visit.done) | findings.controls(),
            "violated": findings.violated(),
            "figures": findings.figures(),
        }


class _Places:
    """Where the cameras of the house are."""

    def __init__(self, film_url: str, still_url: str) -> None:
        self.film_port = int(film_url.rpartition(":")[2].partition("/")[0])
        self.still_port = int(still_url.rpartition(":")[2])
        self.ports = (self.film_port, self.still_port)


def _say(text: str) -> None:
    """What a person who waits wants to know; the outcome is on standard output."""
    print(f"{time.monotonic() - _BEGAN_S:5.1f} s  {text}", file=sys.stderr, flush=True)


def _set_up_cameras(full: WatchedHouse, film: Path) -> _Places:
    server = full.enter_among_cameras(_named_film(film))
    url, _, _ = full.enter_among_cameras(
        http_camera(
            {"/stream.mjpeg": _stream, "/still.jpg": _still, "/moved.jpg": _moved},
            address=CAMERA_ADDRESS,
        )
    )
    return _Places(server.url("hall"), url)


@contextmanager
def _named_film(film: Path) -> Iterator[RtspServer]:
    with RtspServer({"hall": VideoFile(path=film)}, address=CAMERA_ADDRESS) as server:
        yield server


@contextmanager
def _in(full: WatchedHouse) -> Iterator[None]:
    with full.network.client.inside():
        yield


def _spend_evenings(full: WatchedHouse, places: _Places, seconds: float) -> HouseVisit:
    visit = HouseVisit(full)
    full.home.request("POST", "/api/services/logger/set_level", {"custom_components.localcam": "debug"})
    visit.add_camera("Hall", f"rtsp://hall.home.arpa:{places.film_port}/hall")
    visit.add_camera("Kitchen", f"http://kitchen.home.arpa:{places.still_port}/stream.mjpeg")
    visit.add_camera("Porch", f"http://porch.home.arpa:{places.still_port}/still.jpg")
    visit.try_to_add("Moved", f"http://hall.home.arpa:{places.still_port}/moved.jpg")
    visit.try_to_add("Elsewhere", f"http://{PUBLIC_NAME}/still.jpg")
    visit.try_to_add("Public", "rtsp://203.0.113.9/live")
    _say("spending an evening")
    ends_at_s = time.monotonic() + seconds
    while not visit.done.clips or time.monotonic() < ends_at_s:
        # An access token is valid for half an hour.
        full.home.token = full.home.log_in()["access_token"]
        visit.spend_an_evening(("hall", "kitchen", "porch"))
    return visit


def _notifications(full: WatchedHouse) -> bytes:
    shown = ask_by_websocket(full.home, {"type": "persistent_notification/get"})
    states = full.home.request("GET", "/api/states")
    return json.dumps([shown, states]).encode()


def _control_all(bare: WatchedHouse, full: WatchedHouse) -> bool:
    """Send what must be noticed; whether Home Assistant's own event of it was heard."""
    for house in (bare, full):
        house.send_controls()
    picture = with_comment(marked_jpegs()[0])
    with full.network.client.inside():
        full.home.request("POST", f"/api/events/{_CONTROL_EVENT}", {"picture": picture.hex()})
    return full.hears(_CONTROL_EVENT.encode())


def _stream(handler: CameraHandler) -> None:
    handler.begin_stream()
    pictures = marked_jpegs()
    number = 0
    while not handler.gone.wait(0.2):
        picture = pictures[number % len(pictures)]
        number += 1
        head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
        try:
            handler.wfile.write(head.encode() + picture + b"\r\n")
        except OSError:
            return


def _still(handler: CameraHandler) -> None:
    handler.send(marked_jpegs()[0])


def _moved(handler: CameraHandler) -> None:
    handler.send(b"", status=302, Location="http://203.0.113.9/still.jpg")


if __name__ == "__main__":
    print(json.dumps(main(float(sys.argv[1]))))
