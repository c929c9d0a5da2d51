"""What a player and an RTSP camera say to each other, as each may hear it; no sockets here.

Towards the camera: requests under its own address, with the password said. Towards the player: no redirect, no other
host, no header but those that a player needs, and no message longer than a description is.
"""

from dataclasses import replace
import re
from typing import Final

from ..errors import SourceError, SourceFault
from .address import Place
from .authorization import Authorizer
from .rtsp_messages import Message, Splitter

_METHODS: Final = frozenset(
    {"OPTIONS", "DESCRIBE", "SETUP", "PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER", "SET_PARAMETER"}
)
_PASSED: Final = frozenset(
    {
        "content-base",
        "content-length",
        "content-type",
        "cseq",
        "public",
        "range",
        "rtp-info",
        "session",
        "transport",
        "unsupported",
        "x-accept-dynamic-rate",
    }
)
"""Headers of answers. Left out on purpose: Location; Server and RealChallenge1, by which libav takes up dialects that
nobody here speaks; and the challenges, which are answered here."""
_PROTOCOL: Final = re.compile(r"RTP/\w+(?:/(?:TCP|UDP))?", re.IGNORECASE)
_GRANTED: Final = re.compile(
    r'unicast|interleaved=\d{1,3}(-\d{1,3})?|(client|server)_port=\d{1,5}(-\d{1,5})?|ssrc=[0-9a-f]{1,8}|mode="?\w+"?',
    re.IGNORECASE,
)
"""What may be granted of a transport. Left out on purpose: source and destination."""
_REDIRECTED: Final = "RTSP/1.0 404 Not Found"


class RelayedExchange:
    """One connection, both directions; methods raise SourceError where it must end."""

    def __init__(self, gate_url: str, place: Place, authorizer: Authorizer) -> None:
        self._gate_url = gate_url
        self._place = place
        self._authorizer = authorizer
        self._from_player, self._from_camera = Splitter(), Splitter()
        self._let_in = False
        self._unanswered: Message | None = None
        """The last request, as long as it may be said again with the password."""

    def asked(self, data: bytes) -> tuple[bytes, bytes]:
        """What to send to the camera and to the player for this of the player's."""
        to_camera = [each if isinstance(each, bytes) else self._request(each) for each in self._from_player.feed(data)]
        return b"".join(to_camera), b""

    def answered(self, data: bytes) -> tuple[bytes, bytes]:
        """What to send to the camera and to the player for this of the camera's."""
        to_camera, to_player = self.heard(data)
        return to_camera, b"".join(each if isinstance(each, bytes) else each.encoded() for each in to_player)

    def begin_anew(self) -> None:
        """What the camera says is heard from its first word on, once more, and from now on its media frame by frame."""
        self._from_camera = Splitter(whole_frames=True)

    def heard(self, data: bytes) -> tuple[bytes, list[bytes | Message]]:
        """The same as `answered`, but media and messages each by itself."""
        to_camera: list[bytes] = []
        to_player: list[bytes | Message] = []
        for each in self._from_camera.feed(data):
            if isinstance(each, bytes):
                to_player.append(each)
            elif not each.first.startswith("RTSP/"):
                pass  # a camera that asks something of its player gets no answer, and needs none
            elif (again := self._said_again(each)) is not None:
                to_camera.append(again)
            else:
                to_player.append(self._answer(each))
        return b"".join(to_camera), to_player

    def _request(self, message: Message) -> bytes:
        method, _, rest = message.first.partition(" ")
        uri, _, protocol = rest.rpartition(" ")
        if not self._let_in and not uri.startswith(self._gate_url):
            raise SourceError(SourceFault.REFUSED, "somebody who does not know the way in")
        self._let_in = True
        if method not in _METHODS:
            raise SourceError(SourceFault.REFUSED, "nothing that a player asks")
        if uri.startswith(self._gate_url):
            uri = self._place.url + uri[len(self._gate_url) :]
        message = replace(message.without("authorization", "user-agent"), first=f"{method} {uri} {protocol}")
        self._unanswered = message
        return self._with_password(message)

    def _with_password(self, message: Message) -> bytes:
        method, uri, _ = message.first.split(" ", 2)
        said = tuple(self._authorizer.headers(method, uri).items())
        return replace(message, headers=(*message.headers, *said)).encoded()

    def _said_again(self, answer: Message) -> bytes | None:
        """The request with the password, where that is what the camera wants."""
        asked, self._unanswered = self._unanswered, None
        if asked is None or _status(answer) != 401 or not self._authorizer.learn(answer.every("www-authenticate")):
            return None
        return self._with_password(asked)

    def _answer(self, answer: Message) -> Message:
        sequence = tuple(each for each in answer.headers if each[0].lower() == "cseq")
        if 300 <= _status(answer) < 400:
            return Message(first=_REDIRECTED, headers=sequence)
        headers = tuple(
            (name, self._at_home(value) if name.lower() == "transport" else value)
            for name, value in answer.headers
            if name.lower() in _PASSED
        )
        return replace(answer, headers=headers)

    def _at_home(self, transport: str) -> str:
        """Media over UDP come from the camera, and what is sent back goes there: nowhere else, whatever it says."""
        protocol, *parts = (each.strip() for each in transport.partition(",")[0].split(";"))
        if not _PROTOCOL.fullmatch(protocol) or "multicast" in map(str.lower, parts):
            raise SourceError(SourceFault.NOT_VIDEO, "no way to send that was asked for")
        kept = [protocol, *filter(_GRANTED.fullmatch, parts)]
        return ";".join(kept if protocol.upper().endswith("/TCP") else [*kept, f"source={self._place.ip}"])


def _status(answer: Message) -> int:
    status = answer.first.partition(" ")[2][:3]
    if not (status.isascii() and status.isdecimal()):
        raise SourceError(SourceFault.NOT_VIDEO, "not the answer of a camera")
    return int(status)
