"""The work of a worker that tries a camera once: opens its streams, looks, reports, ends."""

from dataclasses import replace
from functools import partial
from threading import Event, Thread
from typing import BinaryIO

from .clock import Clock
from .commands import EntityAddress, EntityPicture, Probe
from .errors import DetectStreamError, SourceError, SourceFault
from .ingest.address import locate
from .ingest.probing import try_source
from .ingest.source import MediaSource
from .reports import Probed, ProbeFailed
from .settings import AddressRules, CameraSettings
from .wire import decode_command, read_message
from .worker_entity import EntityDesk
from .worker_inbox import Role
from .worker_outbox import Outbox
from .worker_sources import roles, source_maker

_WHOLE_S = 15.0
"""On top of the time for the first picture: for the second keyframe, and for opening both streams."""


def try_camera(probe: Probe, outbox: Outbox, commands: BinaryIO, clock: Clock) -> None:
    """Report `Probed` or `ProbeFailed`, whatever happens."""
    desk = EntityDesk(outbox)
    stop = Event()
    Thread(target=_read_answers, args=(commands, desk, stop), name="answers", daemon=True).start()
    attempt = Thread(target=_attempt, args=(probe, desk, outbox, clock, stop), name="attempt", daemon=True)
    attempt.start()
    # libav can be kept waiting by a host that answers a byte at a time: the whole has an end of its own.
    attempt.join(probe.timeout_s + _WHOLE_S)
    if attempt.is_alive():
        outbox.report(ProbeFailed(fault=SourceFault.NO_PICTURE, detail="the camera took too long"))


def _attempt(probe: Probe, desk: EntityDesk, outbox: Outbox, clock: Clock, stop: Event) -> None:
    # A stream is only asked for its sound where sound is wanted; here it is, so that the owner is told of it.
    settings = replace(probe.settings, record=replace(probe.settings.record, sound=True))
    try:
        sources = {role: _source(settings, role, desk, clock, stop, probe.address_rules) for role in roles(settings)}
        facts, jpeg = try_source(sources[Role.MAIN], sources.get(Role.DETECT), timeout_s=probe.timeout_s, clock=clock)
    except SourceError as err:
        of_detect_stream = isinstance(err, DetectStreamError)
        outbox.report(ProbeFailed(fault=err.fault, detail=err.detail, of_detect_stream=of_detect_stream))
    else:
        outbox.report(Probed(facts=facts, jpeg=jpeg))


def _source(
    settings: CameraSettings, role: Role, desk: EntityDesk, clock: Clock, stop: Event, rules: AddressRules
) -> MediaSource:
    try:
        return source_maker(settings, role, desk, clock, stop, partial(locate, rules=rules))()
    except SourceError as err:
        raise (DetectStreamError if role is Role.DETECT else SourceError)(err.fault, err.detail) from err


def _read_answers(commands: BinaryIO, desk: EntityDesk, stop: Event) -> None:
    while (data := read_message(commands)) is not None:
        match decode_command(data):
            case EntityAddress(address=address):
                desk.answer_address(address)
            case EntityPicture(jpeg=jpeg):
                desk.answer_picture(jpeg)
            case _:
                pass
    stop.set()
