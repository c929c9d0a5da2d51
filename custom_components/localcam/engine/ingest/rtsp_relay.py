"""A gate on loopback between a player and one RTSP camera: the player never connects anywhere itself.

libav follows an RTSP redirect to any host, sends packets wherever an answer's `source=` points, reserves whatever an
answer's length claims, and puts passwords into its errors. So it is given the gate's address instead of the camera's:
the gate connects to the address that was checked, at each connection anew, says the password itself, passes requests on
under the camera's own name, and answers on with what a player needs and nothing that leads elsewhere.
"""

from collections.abc import Callable
from contextlib import suppress
import os
import socket
from threading import Event, Lock, Semaphore, Thread
from typing import Final

from ..clock import Clock
from ..errors import SourceError
from .address import Place
from .authorization import Authorizer
from .conversation import connected
from .handed import Handed
from .relayed_exchange import RelayedExchange

_CONNECT_S: Final = 5.0
_SEND_S: Final = 10.0
_READ_BYTES: Final = 64 * 1024
_GATHER_S: Final = 0.01
_LONGEST_SILENCE_S: Final = 60.0
"""Of both sides: players and cameras say a word more often than that."""
_MOST_PLAYERS: Final = 8
_HEARD_BYTES: Final = 4 << 20
"""What a player may hear before another takes its place; beyond it, none does."""
_HAND_OVER_S: Final = 2.0

type Target = Callable[[], tuple[Place, Authorizer]]
"""Where to connect now, and who says the password; may raise SourceError, and then the player is turned away."""


class RtspRelay:
    """Listens from `start` to `close`; methods may be called from any thread."""

    def __init__(self, target: Target, clock: Clock, *, once: bool = False) -> None:
        """`once`: for one player, whose connection outlives `close`, and may be handed over."""
        self._target = target
        self._clock = clock
        self._once = once
        self._token = os.urandom(16).hex()
        self._listening: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        """Guards `_open`; nothing that waits is called while it is held."""
        self._places = Semaphore(_MOST_PLAYERS)
        self._flows = Event()
        self._flows.set()
        self._hearing: bytearray | None = bytearray() if once else None
        self._heard_more = Event()
        self._player: socket.socket | None = None
        self._wanted = Event()
        self._ended = Event()
        self._handed: Handed | None = None

    @property
    def url(self) -> str:
        """For the player; whoever does not know it is not let through."""
        assert self._listening is not None
        return f"rtsp://127.0.0.1:{self._listening.getsockname()[1]}/{self._token}"

    def start(self) -> None:
        """Listen on loopback; raises OSError where the machine has no port left."""
        self._listening = socket.create_server(("127.0.0.1", 0))
        Thread(target=self._accept, name="relay", daemon=True).start()

    def hold(self, holding: bool) -> None:
        """Whether what streams stays with the camera's connection: a player that does not read need not be served."""
        if holding:
            self._flows.clear()
        else:
            self._flows.set()

    @property
    def heard(self) -> bytes:
        """All that the camera said to the one player; empty where that is too much to be heard again."""
        with self._lock:
            return bytes(self._hearing or b"")

    def hear_more(self, timeout_s: float) -> None:
        """Wait until the camera says more, or for so long."""
        self._heard_more.wait(timeout_s)
        self._heard_more.clear()

    def hand_over(self) -> Handed | None:
        """Put the one player out and let the camera's connection be read in its place; None where it is gone."""
        self._wanted.set()
        if self._player is not None:
            _shut(self._player)
        self._ended.wait(_HAND_OVER_S)
        return self._handed

    def forget_heard(self) -> None:
        """Nobody is going to take the player's place."""
        with self._lock:
            self._hearing = None

    def close(self) -> None:
        """Let nobody in any more; unless it is for `once`, those who are in are put out."""
        if self._listening is not None:
            _shut(self._listening)
        if not self._once:
            with self._lock:
                open_sockets = list(self._open)
            for each in open_sockets:
                _shut(each)

    def _accept(self) -> None:
        assert self._listening is not None
        with self._listening:
            while True:
                try:
                    player, _ = self._listening.accept()
                except OSError:
                    return
                if self._once:
                    self._serve(player)
                    return
                if self._places.acquire(blocking=False):
                    Thread(target=self._serve_one_of_many, args=(player,), name="relay", daemon=True).start()
                else:
                    player.close()

    def _serve_one_of_many(self, player: socket.socket) -> None:
        try:
            self._serve(player)
        finally:
            self._places.release()

    def _serve(self, player: socket.socket) -> None:
        if self._once:
            self._player = player
            self.close()
        self._keep(player)
        camera: socket.socket | None = None
        try:
            place, authorizer = self._target()
            camera = connected(place, _CONNECT_S)
            self._keep(camera)
            exchange = RelayedExchange(self.url_of(player), place, authorizer)
            if self._pass_on(player, camera, exchange):
                with self._lock:
                    self._open.discard(camera)
                self._handed = Handed(camera=camera, exchange=exchange, url=self.url_of(player), heard=self.heard)
                camera = None
        except OSError, SourceError, ValueError:
            pass  # the player sees its connection end, and whoever runs it asks why in its own way
        finally:
            self._drop(player)
            if camera is not None:
                self._drop(camera)
            self._ended.set()

    def url_of(self, player: socket.socket) -> str:
        """The gate's address as this player knows it."""
        return f"rtsp://127.0.0.1:{player.getsockname()[1]}/{self._token}"

    def _pass_on(self, player: socket.socket, camera: socket.socket, exchange: RelayedExchange) -> bool:
        """Until either side closes, or another is to take the player's place: whether that is so."""
        # Loaded where it is used: Home Assistant's process holds a relay only while somebody watches.
        from select import POLLIN, poll

        camera.settimeout(_SEND_S)
        waiting, for_player = poll(), poll()
        waiting.register(player, POLLIN)
        waiting.register(camera, POLLIN)
        for_player.register(player, POLLIN)
        streams = False
        while ready := waiting.poll(_LONGEST_SILENCE_S * 1000):
            if streams:
                self._flows.wait(_LONGEST_SILENCE_S)
                # The rest of a picture comes in many packets a moment later: passed on together they cost a fraction.
                ready += for_player.poll(_GATHER_S * 1000)
            for number in dict(ready):
                if self._wanted.is_set():
                    return True
                asks = number == player.fileno()
                data = (player if asks else camera).recv(_READ_BYTES)
                # What TLS has decrypted already is not seen by the poll.
                while not asks and (left := getattr(camera, "pending", int)()):
                    data += camera.recv(left)
                if not data:
                    return self._wanted.is_set() and asks
                if not asks:
                    self._hear(data)
                to_camera, to_player = exchange.asked(data) if asks else exchange.answered(data)
                if to_camera:
                    camera.sendall(to_camera)
                if to_player:
                    streams = streams or to_player.startswith(b"$")
                    self._tell(player, to_player)
        return False

    def _hear(self, data: bytes) -> None:
        with self._lock:
            if self._hearing is not None:
                self._hearing += data
                if len(self._hearing) > _HEARD_BYTES:
                    self._hearing = None
        self._heard_more.set()

    def _tell(self, player: socket.socket, to_player: bytes) -> None:
        try:
            player.sendall(to_player)
        except OSError:
            if not self._wanted.is_set():  # who takes its place hears it again
                raise

    def _keep(self, each: socket.socket) -> None:
        with self._lock:
            self._open.add(each)

    def _drop(self, each: socket.socket) -> None:
        with self._lock:
            self._open.discard(each)
        each.close()


def _shut(each: socket.socket) -> None:
    """Wakes whoever waits for it."""
    with suppress(OSError):  # it was closed from the other side
        each.shutdown(socket.SHUT_RDWR)
