"""Reads every packet on one interface, and looks in it for the marks of pictures."""

from collections.abc import Sequence
from contextlib import suppress
import socket
import struct
import threading
from typing import override

_ALL_PROTOCOLS = 0x0003
_SO_RCVBUFFORCE = 33
_SOL_PACKET, _PACKET_STATISTICS = 263, 6
_LARGEST_PACKET_BYTES = 1 << 17
"""Within one machine segments are handed over before they are cut for the wire."""


class WireTap(threading.Thread):
    """On an interface of the network of the thread that makes it; ends with the process (packet(7))."""

    def __init__(self, interface: str, signs: Sequence[bytes]) -> None:
        super().__init__(name=f"tap_{interface}", daemon=True)
        self.interface = interface
        self._signs = signs
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL_PROTOCOLS))
        with suppress(PermissionError):
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 1 << 24)
        self._socket.bind((interface, _ALL_PROTOCOLS))
        self.packets = 0
        self.marked = 0
        """Packets in which a sign was."""
        self._missed = 0

    @override
    def run(self) -> None:
        """Read for ever."""
        packet = bytearray(_LARGEST_PACKET_BYTES)
        view = memoryview(packet)
        while True:
            length = self._socket.recv_into(packet)
            self.packets += 1
            seen = view[:length].tobytes()
            if any(sign in seen for sign in self._signs):
                self.marked += 1

    @property
    def missed(self) -> int:
        """Packets that came too fast for us so far: what was not read proves nothing."""
        # The kernel counts from the last time that it was asked.
        counts = self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8)
        self._missed += struct.unpack("II", counts)[1]
        return self._missed
