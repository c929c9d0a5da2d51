"""Asks an RTSP camera what it has, before libav is let near it.

libav follows an RTSP redirect to any host, reserves whatever an answer's length claims, and calls most failures
"invalid data". So the first words are ours: they are bounded, follow nothing, and tell what exactly is wrong.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from ..clock import Clock
from ..errors import SourceError, SourceFault
from .address import Place
from .authorization import Authorizer
from .conversation import Answer, Conversation

DESCRIPTION_LIMIT_BYTES = 64 * 1024
_USER_AGENT = "LocalCam"


@contextmanager
def greeted(place: Place, authorizer: Authorizer, clock: Clock, timeout_s: float) -> Iterator[None]:
    """Hold a connection on which the camera described a video; raises SourceError with the right fault elsewhere.

    libav connects while it is held: a camera that prepares its stream when it is asked need not do so twice, and one
    that tears it down when nobody is left is not asked in the middle of that.
    """
    deadline_at_s = clock.monotonic_s() + timeout_s
    conversation = Conversation(place, clock)
    try:
        conversation.open(deadline_at_s)
        answer = _describe(conversation, place, authorizer, deadline_at_s, sequence=1)
        if answer.status == 401 and authorizer.learn(answer.headers.get("www-authenticate", ())):
            _read_body(conversation, answer, deadline_at_s)
            if answer.header("connection").lower() == "close":
                conversation.close()
                conversation.open(deadline_at_s)
            answer = _describe(conversation, place, authorizer, deadline_at_s, sequence=2)
        if (fault := answer.fault) is not None:
            raise SourceError(fault, f"the camera answered {answer.status}")
        if b"m=video" not in _read_body(conversation, answer, deadline_at_s):
            raise SourceError(SourceFault.NOT_VIDEO, "the camera describes no video")
        yield
    finally:
        conversation.close()


def _describe(
    conversation: Conversation, place: Place, authorizer: Authorizer, deadline_at_s: float, *, sequence: int
) -> Answer:
    uri = place.url
    headers = {
        "CSeq": str(sequence),
        "Accept": "application/sdp",
        "User-Agent": _USER_AGENT,
        **authorizer.headers("DESCRIBE", uri),
    }
    return conversation.ask("DESCRIBE", uri, "RTSP/1.0", headers, deadline_at_s)


def _read_body(conversation: Conversation, answer: Answer, deadline_at_s: float) -> bytes:
    text = answer.header("content-length")
    length = int(text) if text.isdecimal() and len(text) < 10 else 0
    if length > DESCRIPTION_LIMIT_BYTES or len(text) >= 10:
        raise SourceError(SourceFault.NOT_VIDEO, "a description without end")
    body = b""
    while len(body) < length:
        if not (more := conversation.read_some(deadline_at_s, length - len(body))):
            raise SourceError(SourceFault.NOT_VIDEO, "the connection was closed in the middle of an answer")
        body += more
    return body
