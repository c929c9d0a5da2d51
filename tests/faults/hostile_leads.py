"""Cameras that would lead a viewer elsewhere: by redirect, playlist, another host's address, or a name that changes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
import sys
from threading import Event

import av

from custom_components.localcam.engine.clock import SystemClock
from custom_components.localcam.engine.errors import SourceError
from custom_components.localcam.engine.ingest.address import locate
from custom_components.localcam.engine.ingest.connect import source_for
from custom_components.localcam.engine.live_views import LiveViews
from custom_components.localcam.engine.settings import AddressSource, RtspTransport

from .hostile_servers import (
    VICTIM_HOST,
    Answer,
    Asked,
    Victim,
    described,
    http,
    rtsp,
    talking_server,
    transport,
    victim,
    well_meaning,
)

_STATUSES = (
    "300 Multiple Choices",
    "301 Moved Permanently",
    "302 Found",
    "303 See Other",
    "305 Use Proxy",
    "307 Temporary",
)
_STEPS = ("OPTIONS", "DESCRIBE", "SETUP", "PLAY")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """One way to lead somebody elsewhere."""

    name: str
    scheme: str
    answer: Callable[[Victim], Answer]
    transport: RtspTransport = RtspTransport.TCP


def _after_greeting(method: str, say: Callable[[Victim, Asked], bytes | None]) -> Callable[[Victim], Answer]:
    """Means well on the first connection, which is ours, and turns on the second, which is libav's."""

    def of(target: Victim) -> Answer:
        def answer(asked: Asked) -> bytes | None:
            if asked.connection > 1 and asked.method == method:
                return say(target, asked)
            return well_meaning(asked)

        return answer

    return of


def _redirects() -> Iterator[Lead]:
    for status in _STATUSES:
        for step in _STEPS:
            for scheme in ("rtsp", "http"):

                def say(target: Victim, asked: Asked, status: str = status, scheme: str = scheme) -> bytes:
                    return rtsp(asked, status, f"Location: {scheme}://{VICTIM_HOST}:{target.port}/x")

                yield Lead(name=f"{step} {status} to {scheme}", scheme="rtsp", answer=_after_greeting(step, say))


def _elsewhere_in_rtsp() -> Iterator[Lead]:
    def at(target: Victim) -> str:
        return f"rtsp://{VICTIM_HOST}:{target.port}/x"

    def base(target: Victim, asked: Asked) -> bytes:
        return described(asked, f"Content-Base: {at(target)}/", host=VICTIM_HOST)

    def control(target: Victim, asked: Asked) -> bytes:
        return described(asked, control=at(target), host=VICTIM_HOST)

    def real(target: Victim, asked: Asked) -> bytes:
        return rtsp(asked, "200 OK", "Server: WMServer/9.0", f"RealChallenge1: {'a' * 32}", f"Location: {at(target)}")

    for name, method, say in (
        ("Content-Base", "DESCRIBE", base),
        ("control address", "DESCRIBE", control),
        ("another dialect", "OPTIONS", real),
    ):
        yield Lead(name=name, scheme="rtsp", answer=_after_greeting(method, say))

    for field in ("source={host}", "destination={host}", "source={host};destination={host}", "SOURCE = {host}"):
        for kind in RtspTransport:

            def ports(target: Victim, asked: Asked, field: str = field) -> bytes:
                where = field.format(host=VICTIM_HOST)
                granted = transport(asked, f"server_port={target.port}-{target.port}", where)
                return rtsp(asked, "200 OK", "Session: 1", granted)

            yield Lead(name=f"{kind} {field}", scheme="rtsp", answer=_after_greeting("SETUP", ports), transport=kind)

    def multicast(target: Victim, asked: Asked) -> bytes:
        return rtsp(asked, "200 OK", "Session: 1", f"Transport: RTP/AVP;multicast;destination={VICTIM_HOST};port=1-2")

    yield Lead(name="multicast", scheme="rtsp", answer=_after_greeting("SETUP", multicast), transport=RtspTransport.UDP)

    def asks(target: Victim, asked: Asked) -> bytes:
        order = f"REDIRECT {at(target)} RTSP/1.0\r\nCSeq: 9\r\nLocation: {at(target)}\r\n\r\n"
        return rtsp(asked, "200 OK", "Session: 1") + order.encode()

    yield Lead(name="a REDIRECT of its own", scheme="rtsp", answer=_after_greeting("PLAY", asks))


_PLAYLISTS = {
    "m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{url}\n",
    "mpd": '<?xml version="1.0"?><MPD><BaseURL>{url}</BaseURL></MPD>',
    "ffconcat": "ffconcat version 1.0\nfile '{url}'\n",
    "sdp": "v=0\r\nc=IN IP4 {host}\r\nm=video {port} RTP/AVP 96\r\n",
    "asx": '<asx version="3.0"><entry><ref href="{url}"/></entry></asx>',
    "smil": '<smil><body><video src="{url}"/></body></smil>',
    "html": '<meta http-equiv="refresh" content="0;url={url}"><img src="{url}">',
    "svg": '<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}"/></svg>',
}
_TYPES = ("image/jpeg", "application/vnd.apple.mpegurl", "video/mp4", "multipart/x-mixed-replace; boundary=b", "")


def _in_http() -> Iterator[Lead]:
    for status in _STATUSES:

        def moved(target: Victim, status: str = status) -> Answer:
            return lambda _: http(status, f"Location: http://{VICTIM_HOST}:{target.port}/x", "Connection: close")

        yield Lead(name=f"HTTP {status}", scheme="http", answer=moved)
    for name, text in _PLAYLISTS.items():
        for kind in _TYPES:

            def playlist(target: Victim, text: str = text, kind: str = kind) -> Answer:
                url = f"http://{VICTIM_HOST}:{target.port}/x"
                body = text.format(url=url, host=VICTIM_HOST, port=target.port).encode()
                headers = [f"Content-Type: {kind}"] if kind else []
                return lambda _: http("200 OK", *headers, f"Refresh: 0;url={url}", f"Link: <{url}>", body=body)

            yield Lead(name=f"{name} as {kind or 'nothing'}", scheme="http", answer=playlist)


def leads() -> tuple[Lead, ...]:
    """All of them."""
    return (*_redirects(), *_elsewhere_in_rtsp(), *_in_http())


@contextmanager
def connections() -> Iterator[list[tuple[str, int]]]:
    """Where Python's own sockets connect to meanwhile."""
    seen: list[tuple[str, int]] = []
    watching = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "socket.connect" and isinstance(arguments[1], tuple):
            seen.append((str(arguments[1][0]), int(arguments[1][1])))

    sys.addaudithook(hook)  # for ever: hooks cannot be taken away
    try:
        yield seen
    finally:
        watching = False


def follow(lead: Lead) -> list[str]:
    """What the victim saw while a worker's source and then a live view opened the camera."""
    with victim() as target, talking_server(_ending(lead.answer(target))) as port:
        source = AddressSource(
            url=f"{lead.scheme}://127.0.0.1:{port}/x", username="u", password="p", rtsp_transport=lead.transport
        )
        stop = Event()
        opened = source_for(source, with_sound=True, clock=SystemClock(), stop=stop)
        with suppress(SourceError):
            opened.open()
        stop.set()
        opened.close()
    if lead.scheme == "rtsp":
        with victim() as other, talking_server(_ending(_from_first(lead.answer(other)))) as port:
            views = LiveViews(locate, SystemClock())
            try:
                watch_as_home_assistant(
                    views.address("x", AddressSource(url=f"rtsp://127.0.0.1:{port}/x")), lead.transport
                )
            finally:
                views.end_all()
        return target.hits + other.hits
    return target.hits


def _from_first(answer: Answer) -> Answer:
    """A live view is not greeted: its first connection is libav's."""
    return lambda asked: answer(
        Asked(connection=asked.connection + 1, method=asked.method, sequence=asked.sequence, text=asked.text)
    )


def _ending(answer: Answer) -> Answer:
    """The same, but it hangs up a moment after PLAY, so that nobody waits for pictures."""

    def ending(asked: Asked) -> bytes | None:
        if asked.method == "TEARDOWN":
            return None
        return answer(asked)

    return ending


def watch_as_home_assistant(url: str, kind: RtspTransport) -> None:
    """Libav as Home Assistant's stream uses it: with nothing forbidden."""
    with suppress(av.FFmpegError):
        av.open(url, options={"rtsp_transport": kind.value, "timeout": "1000000"}, timeout=(1.5, 1.5)).close()


def control() -> int:
    """How often the victim is hit where nothing protects it: the proof that a hit would be seen."""
    hits = 0
    for lead in leads():
        if lead.name in {"DESCRIBE 302 Found to rtsp", "udp source={host}"}:
            with victim() as target, talking_server(_from_first(lead.answer(target))) as port:
                watch_as_home_assistant(f"rtsp://127.0.0.1:{port}/x", lead.transport)
            hits += bool(target.hits)
    return hits


def rebinding() -> tuple[int, list[str]]:
    """Names that change between two looks: how many were tried, and each connection to what was not checked."""
    wrong: list[str] = []
    tried = 0
    for scheme in ("rtsp", "http"):
        for outside in ("203.0.113.7", "169.254.169.254", "::ffff:203.0.113.7", "172.30.32.2"):
            for first in (True, False):
                tried += 1
                wrong += _flip(scheme, outside, first_inside=first)
    return tried, wrong


def _flip(scheme: str, outside: str, *, first_inside: bool) -> list[str]:
    looks = 0

    def resolve(_: str) -> list[str]:
        nonlocal looks
        looks += 1
        return ["127.0.0.1"] if (looks % 2 == 1) is first_inside else [outside]

    with talking_server(lambda asked: rtsp(asked, "404 Not Found")) as port, connections() as seen:
        for _ in range(4):
            before = looks
            source = AddressSource(url=f"{scheme}://flip.example:{port}/")
            opened = source_for(
                source,
                with_sound=False,
                clock=SystemClock(),
                stop=Event(),
                locate=partial(locate, resolve=resolve),
            )
            with suppress(SourceError):
                opened.open()
            opened.close()
            if looks - before > 1:
                seen.append(("resolved twice", looks))
    return [f"{scheme} {outside}: {place}" for place in seen if place[0] != "127.0.0.1"]
