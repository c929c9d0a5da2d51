"""A real Home Assistant in a simulated home, with everything watched that it sends."""

from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
import socket
import threading
from types import TracebackType
from typing import Self

from scripts.home_assistant import HomeAssistant
from tests.faults.home_network import CAMERA_ADDRESS, HOME_ADDRESS, LINKS, NAME_SERVER, Counted, HomeNetwork
from tests.faults.house_ear import HouseEar
from tests.faults.marked_pictures import MARK, SIGNS
from tests.faults.name_server import NameServer
from tests.faults.open_ports import open_ports
from tests.faults.wire_tap import WireTap

PORT = 8123
_STARTS_WITHIN_S = 240.0
"""Two start at the same time, on whatever machine this is."""
PUBLIC_NAME = "elsewhere.home.arpa"
"""A name of the house that leads out of it."""
NAMES = {
    "hall.home.arpa": CAMERA_ADDRESS,
    "kitchen.home.arpa": CAMERA_ADDRESS,
    "porch.home.arpa": CAMERA_ADDRESS,
    PUBLIC_NAME: "203.0.113.7",
}
CONTROL_NAME = "control.example"
CONTROLS = ("8.8.8.8 tcp 443", "8.8.8.8 udp 53", "224.0.0.251 udp 5353")
"""Where `send_controls` sends, as the counters call it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was watched until now."""

    counted: Counted
    asked: frozenset[str]
    """Names that were looked up."""
    marked: dict[str, int]
    """Packets with a picture's mark, by interface."""
    missed: int
    """Packets that came too fast to be read."""
    open_ports: frozenset[str]
    heard: bytes
    """Every event, one after the other."""
    log: bytes


class WatchedHouse:
    """A context manager; the process must be alone (namespaces.py), and Home Assistant is started by `start`."""

    def __init__(self, name: str, folder: Path, *, with_localcam: bool) -> None:
        self.network = HomeNetwork(name)
        self._log = folder / "home-assistant.log"
        self._folder = folder
        self._with_localcam = with_localcam
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._folder.mkdir()
        self.network.make()
        output = self._stack.enter_context(self._log.open("wb"))
        self.home = HomeAssistant(
            self._folder, PORT, address=HOME_ADDRESS, output=output, with_localcam=self._with_localcam
        )
        with self.network.internet.inside():
            self._names = NameServer(NAME_SERVER, NAMES)
            self._names.start()
        with self.network.home.inside():
            self._taps = [WireTap(interface, SIGNS) for interface in (*LINKS, "lo")]
            for tap in self._taps:
                tap.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.home.stop()
        self._stack.close()

    def start(self) -> None:
        """Start Home Assistant, and listen to it."""
        with self.network.home.inside():
            self.home.start(_STARTS_WITHIN_S)
        with self.network.client.inside():
            self._ear = HouseEar(self.home)
            self._ear.start()

    def enter_among_cameras[T](self, camera: AbstractContextManager[T]) -> T:
        """A camera of this house, as long as the house stands."""
        with self.network.cameras.inside():
            return self._stack.enter_context(camera)

    def turn_guest_away(self, path: str) -> None:
        """Somebody on the guests' cable asks for `path`, without credentials and with wrong ones."""
        with self.network.guest.inside():
            for claimed in ("", "Bearer nonsense"):
                answer = self.home.fetch("GET", path, headers={"Authorization": claimed})
                assert answer.status in (401, 403), f"a guest was answered {answer.status}"

    def hears(self, what: bytes) -> bool:
        """Whether Home Assistant says an event with these bytes in it, soon."""
        return self._ear.hears(what, 10)

    def seen(self) -> Seen:
        """All that was watched until now."""
        return Seen(
            counted=self.network.counted(),
            asked=frozenset(self._names.asked),
            marked={tap.interface: tap.marked for tap in self._taps},
            missed=sum(tap.missed for tap in self._taps),
            open_ports=frozenset(open_ports(self.home.pid)),
            heard=b"".join(self._ear.heard()),
            log=self._log.read_bytes(),
        )

    def send_controls(self) -> None:
        """What must be noticed: a connection, a look-up, a multicast that leave, a name, and a mark among them."""
        with self.network.home.inside():
            with socket.socket() as connection:
                connection.setblocking(False)
                connection.connect_ex(("8.8.8.8", 443))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
                datagrams.sendto(MARK, ("8.8.8.8", 53))
                datagrams.sendto(bytes(12), ("224.0.0.251", 5353))
            _look_up(CONTROL_NAME)
            # Taps and name server run in threads of their own.
            threading.Event().wait(0.5)


def _look_up(name: str) -> None:
    """As the C library would."""
    labels = b"".join(bytes((len(label),)) + label.encode() for label in name.split("."))
    question = b"\x00\x01\x01\x00\x00\x01" + bytes(6) + labels + b"\x00\x00\x01\x00\x01"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as resolver:
        resolver.sendto(question, (NAME_SERVER, 53))
