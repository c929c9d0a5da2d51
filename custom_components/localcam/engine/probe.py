"""Try a camera before it is saved, in a worker process of its own."""

from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue

from .commands import EntityAddress, EntityPicture, Probe, StreamAddress
from .errors import DetectStreamError, SourceError, SourceFault, WorkerError
from .executor import CameraExecutor, LocalExecutor, Worker
from .reports import AddressWanted, PictureWanted, Probed, ProbeFailed, Reported
from .settings import NO_MORE_RULES, AddressRules, CameraSettings

_ENDING_S = 3.0


def probe(
    settings: CameraSettings,
    *,
    entity_address: Callable[[], StreamAddress | None] | None = None,
    entity_picture: Callable[[], bytes] | None = None,
    executor: CameraExecutor | None = None,
    address_rules: AddressRules = NO_MORE_RULES,
) -> Probed:
    """What the camera shows; blocks for up to about 25 s.

    Raises SourceError, DetectStreamError where it is the second stream alone, or WorkerError where none can run.
    `entity_address` and `entity_picture` answer for a camera entity; they are called from this thread.
    """
    inbox: SimpleQueue[Reported | None] = SimpleQueue()
    worker = (executor or LocalExecutor()).start(
        Probe(settings=settings, address_rules=address_rules), on_reported=inbox.put, on_end=lambda _: inbox.put(None)
    )
    try:
        while (reported := inbox.get()) is not None:
            match reported.report:
                case Probed() as probed:
                    return probed
                case ProbeFailed(fault=fault, detail=detail, of_detect_stream=of_detect_stream):
                    raise (DetectStreamError if of_detect_stream else SourceError)(fault, detail)
                case AddressWanted():
                    address = entity_address() if entity_address else None
                    _answer(worker, EntityAddress(address=address))
                case PictureWanted():
                    _answer(worker, EntityPicture(jpeg=entity_picture() if entity_picture else b""))
                case _:
                    pass
        raise SourceError(SourceFault.NO_PICTURE, "the worker that tried the camera ended without a result")
    finally:
        worker.stop(_ENDING_S)


def _answer(worker: Worker, command: EntityAddress | EntityPicture) -> None:
    with suppress(WorkerError):  # its end is already in the inbox
        worker.send(command)
