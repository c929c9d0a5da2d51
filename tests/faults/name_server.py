"""A name server that knows a few names and remembers every name that it was asked for."""

from collections.abc import Mapping
import socket
import threading
from typing import override

_A, _NO_SUCH_NAME = 1, 3


class NameServer(threading.Thread):
    """Listens on UDP port 53 of `address`, in the network of the thread that makes it; ends with the process."""

    def __init__(self, address: str, addresses: Mapping[str, str]) -> None:
        super().__init__(name="name_server", daemon=True)
        self._addresses = addresses
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 53))
        self.asked: list[str] = []
        """Names without the last dot, in lower case, in order."""

    @override
    def run(self) -> None:
        """Answer for ever."""
        while True:
            question, asker = self._socket.recvfrom(2048)
            name, kind, end = _asked(question)
            self.asked.append(name)
            self._socket.sendto(self._answer(question[:end], name, kind), asker)

    def _answer(self, question: bytes, name: str, kind: int) -> bytes:
        """See RFC 1035, part 4: the question again, and one address where there is one."""
        address = self._addresses.get(name)
        code = 0 if address else _NO_SUCH_NAME
        answers = b""
        if address and kind == _A:
            answers = b"\xc0\x0c\x00\x01\x00\x01" + (1).to_bytes(4) + b"\x00\x04" + socket.inet_aton(address)
        head = question[:2] + (0x8180 | code).to_bytes(2) + b"\x00\x01" + bool(answers).to_bytes(2) + bytes(4)
        return head + question[12:] + answers


def _asked(question: bytes) -> tuple[str, int, int]:
    """Name, kind of record, and where the question ends."""
    labels, at = [], 12
    while length := question[at]:
        labels.append(question[at + 1 : at + 1 + length].decode("ascii", "replace").lower())
        at += 1 + length
    return ".".join(labels), int.from_bytes(question[at + 1 : at + 3]), at + 5
