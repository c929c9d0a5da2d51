"""What a player knows of its session after PLAY, learned from the camera's answers, and what it says to keep it."""

import re
from typing import Final

from .rtsp_messages import Message

_USUAL_TIMEOUT_S: Final = 60
"""RFC 2326, 12.37."""
_SOONEST_S: Final = 5.0
_VIDEO: Final = re.compile(rb"^m=video \d+ \S+ (\d{1,3})\b", re.MULTILINE)
_CHANNEL: Final = re.compile(r"\binterleaved=(\d{1,3})\b", re.IGNORECASE)
_TIMEOUT: Final = re.compile(r";\s*timeout\s*=\s*(\d{1,5})\b", re.IGNORECASE)


class RtspSession:
    """Of a player that set up one stream; fed with every answer, in order."""

    def __init__(self, url: str) -> None:
        """`url`: what the player asked for."""
        self._url = url
        self._videos: list[int] = []
        self._channels: list[int] = []
        self._id = ""
        self._timeout_s = _USUAL_TIMEOUT_S
        self._method = "OPTIONS"
        self._sequence = 0

    def learn(self, answer: Message) -> None:
        """The camera said this."""
        if (sequence := answer.header("cseq").strip()).isdecimal() and len(sequence) < 10:
            self._sequence = max(self._sequence, int(sequence))
        self._videos += map(int, _VIDEO.findall(answer.body))
        self._channels += map(int, _CHANNEL.findall(answer.header("transport")))
        self._url = answer.header("content-base") or self._url
        if "GET_PARAMETER" in answer.header("public"):
            self._method = "GET_PARAMETER"
        if session := answer.header("session"):
            self._id = session.partition(";")[0].strip()
            if (found := _TIMEOUT.search(session)) is not None:
                self._timeout_s = int(found[1])

    @property
    def payload_type(self) -> int | None:
        """RTP's, of the video; None unless there is one."""
        return self._videos[0] if len(self._videos) == 1 else None

    @property
    def channel(self) -> int | None:
        """Of the stream over the RTSP connection; None unless exactly one was set up that way."""
        return self._channels[0] if len(self._channels) == 1 else None

    @property
    def keep_alive_s(self) -> float:
        """So often the camera wants to hear something."""
        return max(_SOONEST_S, self._timeout_s / 2)

    def keep_alive(self) -> bytes:
        """A request that changes nothing."""
        return self._request(self._method)

    def teardown(self) -> bytes:
        """The last request."""
        return self._request("TEARDOWN")

    def _request(self, method: str) -> bytes:
        self._sequence += 1
        headers = (("CSeq", str(self._sequence)), *((("Session", self._id),) if self._id else ()))
        return Message(first=f"{method} {self._url} RTSP/1.0", headers=headers).encoded()
