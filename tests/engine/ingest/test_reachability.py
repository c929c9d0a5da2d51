"""A knock tells whether anything listens where a camera was looked for, and goes nowhere else."""

import socket

import pytest

from custom_components.localcam.engine.errors import SourceError
from custom_components.localcam.engine.ingest.reachability import Reachability
from custom_components.localcam.engine.settings import NO_MORE_RULES


def test_what_was_never_looked_for_is_not_there() -> None:
    assert not Reachability(NO_MORE_RULES).listens()


def test_a_port_is_heard_as_soon_as_somebody_listens_on_it() -> None:
    camera = Reachability(NO_MORE_RULES)
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        camera.locate(f"rtsp://127.0.0.1:{bound.getsockname()[1]}/x")
        before = camera.listens()
        bound.listen()

        assert (before, camera.listens()) == (False, True)


def test_an_address_that_is_refused_is_not_knocked_at_nor_the_one_before_it() -> None:
    camera = Reachability(NO_MORE_RULES)
    with socket.create_server(("127.0.0.1", 0)) as server:
        camera.locate(f"rtsp://127.0.0.1:{server.getsockname()[1]}/x")
        with pytest.raises(SourceError):
            camera.locate("rtsp://203.0.113.7/x")

        assert not camera.listens()
