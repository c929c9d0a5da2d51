"""A camera's HTTP address: asked with the right authorization, never followed elsewhere, never waited for too long."""

from collections.abc import Iterator

from ..clock import Clock
from ..errors import SourceError, SourceFault
from .address import Locate, Place
from .authorization import Authorizer
from .conversation import Answer, Conversation
from .jpeg import LARGEST_BYTES

ANSWER_TIMEOUT_S = 5.0
"""For a whole picture, from the first byte sent to the last one received."""
_USER_AGENT = "LocalCam"


class HttpAnswer:
    """An answer of which the body is still to be read; `close` it."""

    def __init__(self, conversation: Conversation, head: Answer) -> None:
        self._conversation = conversation
        self._head = head

    @property
    def content_type(self) -> str:
        """In lower case, without parameters."""
        return self._head.header("content-type").partition(";")[0].strip().lower()

    def body(self, deadline_s: float, clock: Clock) -> Iterator[bytes]:
        """The body as it arrives, each piece within `deadline_s` of being asked for; raises SourceError."""
        if "chunked" in self._head.header("transfer-encoding").lower():
            return self._chunks(deadline_s, clock)
        length = self._head.header("content-length")
        return self._plain(int(length) if length.isdecimal() and len(length) < 16 else None, deadline_s, clock)

    def close(self) -> None:
        """Let go of the connection."""
        self._conversation.close()

    def _plain(self, length: int | None, deadline_s: float, clock: Clock) -> Iterator[bytes]:
        left = length
        while left is None or left > 0:
            piece = self._conversation.read_some(clock.monotonic_s() + deadline_s)
            if not piece:
                return
            yield piece
            left = None if left is None else left - len(piece)

    def _chunks(self, deadline_s: float, clock: Clock) -> Iterator[bytes]:
        while True:
            deadline_at_s = clock.monotonic_s() + deadline_s
            line = self._conversation.read_line(deadline_at_s) or self._conversation.read_line(deadline_at_s)
            try:
                left = int(line.partition(b";")[0], 16)
            except ValueError:
                raise SourceError(SourceFault.NOT_VIDEO, "not a chunk") from None
            if left <= 0:
                return
            while left > 0:
                piece = self._conversation.read_some(clock.monotonic_s() + deadline_s, min(left, 1 << 16))
                if not piece:
                    return
                left -= len(piece)
                yield piece


class HttpCamera:
    """One address with its credentials; remembers how the camera wants to be asked."""

    def __init__(self, url: str, username: str, password: str, clock: Clock, locate: Locate) -> None:
        self._url = url
        self._authorizer = Authorizer(username, password)
        self._clock = clock
        self._locate = locate

    def ask(self) -> HttpAnswer:
        """GET the address, which is checked anew; raises SourceError unless the answer is a success."""
        place = self._locate(self._url)
        deadline_at_s = self._clock.monotonic_s() + ANSWER_TIMEOUT_S
        answer, conversation = self._get(place, deadline_at_s)
        if answer.status == 401 and self._authorizer.learn(answer.headers.get("www-authenticate", ())):
            conversation.close()
            answer, conversation = self._get(place, deadline_at_s)
        if (fault := answer.fault) is not None:
            conversation.close()
            raise SourceError(fault, f"the camera answered {answer.status}")
        return HttpAnswer(conversation, answer)

    def picture(self) -> bytes:
        """The body of one answer, a picture as far as the camera says; raises SourceError."""
        began_at_s = self._clock.monotonic_s()
        answer = self.ask()
        picture = bytearray()
        try:
            if answer.content_type.startswith("text/"):
                raise SourceError(SourceFault.NOT_VIDEO, f"the camera sent {answer.content_type}")
            for piece in answer.body(ANSWER_TIMEOUT_S, self._clock):
                picture += piece
                if len(picture) > LARGEST_BYTES:
                    raise SourceError(SourceFault.NOT_VIDEO, "a picture without end")
                if self._clock.monotonic_s() - began_at_s > ANSWER_TIMEOUT_S:
                    raise SourceError(SourceFault.UNREACHABLE, "no whole picture in time")
        finally:
            answer.close()
        return bytes(picture)

    def _get(self, place: Place, deadline_at_s: float) -> tuple[Answer, Conversation]:
        conversation = Conversation(place, self._clock)
        headers = {
            "Host": place.authority,
            "User-Agent": _USER_AGENT,
            "Accept": "image/jpeg, multipart/x-mixed-replace, */*;q=0.1",
            "Connection": "close",
            **self._authorizer.headers("GET", place.target),
        }
        try:
            conversation.open(deadline_at_s)
            return conversation.ask("GET", place.target, "HTTP/1.1", headers, deadline_at_s), conversation
        except BaseException:
            conversation.close()
            raise
