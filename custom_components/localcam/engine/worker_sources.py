"""A camera's settings -> what a connection opens, anew at each attempt."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from threading import Event

from .clock import Clock
from .ingest.address import Locate, split_credentials
from .ingest.connect import snapshots_from, source_for
from .ingest.source import MediaSource
from .settings import AddressSource, CameraSettings, EntitySource
from .worker_entity import EntityDesk
from .worker_inbox import Role


def source_maker(
    settings: CameraSettings, role: Role, desk: EntityDesk, clock: Clock, stop: Event, locate: Locate
) -> Callable[[], MediaSource]:
    """What opens the camera's stream of that role; called before each attempt, it may raise SourceError."""
    source = settings.source
    open_source = partial(source_for, clock=clock, stop=stop, locate=locate)
    with_sound = settings.record.sound and role is Role.MAIN
    if isinstance(source, EntitySource):

        def from_entity() -> MediaSource:
            address = desk.address()
            if not address.url:
                return snapshots_from(desk.picture, clock=clock, stop=stop)
            url, username, password = split_credentials(address.url)
            found = AddressSource(url=url, username=username, password=password)
            return open_source(found, with_sound=with_sound)

        return from_entity
    if isinstance(source, AddressSource):
        url = source.detect_url if role is Role.DETECT else source.url
        source = replace(source, url=url, detect_url="")
    return lambda: open_source(source, with_sound=with_sound)


def roles(settings: CameraSettings) -> tuple[Role, ...]:
    """The streams that a camera has."""
    has_second = isinstance(settings.source, AddressSource) and settings.source.detect_url
    return (Role.MAIN, Role.DETECT) if has_second else (Role.MAIN,)
