"""A camera's settings -> what a connection opens, anew at each attempt."""

from collections.abc import Callable
from dataclasses import replace
from threading import Event

from .clock import Clock
from .ingest.address import split_credentials
from .ingest.connect import snapshots_from, source_for
from .ingest.source import MediaSource
from .settings import AddressSource, CameraSettings, EntitySource
from .worker_entity import EntityDesk
from .worker_inbox import Role


def source_maker(
    settings: CameraSettings, role: Role, desk: EntityDesk, clock: Clock, stop: Event
) -> Callable[[], MediaSource]:
    """What opens the camera's stream of that role; called before each attempt, it may raise SourceError."""
    source = settings.source
    with_sound = settings.record.sound and role is Role.MAIN
    if isinstance(source, EntitySource):

        def from_entity() -> MediaSource:
            address = desk.address()
            if not address.url:
                return snapshots_from(desk.picture, clock=clock, stop=stop)
            url, username, password = split_credentials(address.url)
            found = AddressSource(url=url, username=username, password=password)
            return source_for(found, with_sound=with_sound, clock=clock, stop=stop)

        return from_entity
    if isinstance(source, AddressSource):
        url = source.detect_url if role is Role.DETECT else source.url
        source = replace(source, url=url, detect_url="")
    return lambda: source_for(source, with_sound=with_sound, clock=clock, stop=stop)


def roles(settings: CameraSettings) -> tuple[Role, ...]:
    """The streams that a camera has."""
    has_second = isinstance(settings.source, AddressSource) and settings.source.detect_url
    return (Role.MAIN, Role.DETECT) if has_second else (Role.MAIN,)
