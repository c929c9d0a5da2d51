"""Each harness of scripts/fault holds in its short form, in a process of its own, as a person would run it."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from tests.faults.as_program import outcome_of
from tests.faults.namespaces import missing_namespaces
from tests.rtsp_server import require_gstreamer

AT_ONCE = 2
"""They wait more than they compute: for pictures, clips, and ends of time. More at once would hold each other up."""
AT_LEAST = {"hostile": {"addresses": 300, "leads_elsewhere": 100}}
TRIES_EVERYTHING = {"egress", "canary", "hostile"}
"""The others count what chance brings about, too, which may be nothing of a kind."""
REAL_HOME = (pytest.mark.fault, pytest.mark.process, pytest.mark.rtsp)
VERBS = (
    pytest.param("kill", marks=pytest.mark.fault),
    pytest.param("egress", marks=REAL_HOME),
    pytest.param("canary", marks=REAL_HOME),
    pytest.param("power", marks=pytest.mark.fault),
    pytest.param("hostile", marks=pytest.mark.fault),
    pytest.param("io", marks=pytest.mark.fault),
    pytest.param("clock", marks=pytest.mark.fault),
    pytest.param("disk", marks=pytest.mark.fault),
)


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest) -> Iterator[dict[str, Future[dict[str, Any]]]]:
    """Of the harnesses that are asked for in this session, in that order."""
    asked = [
        str(item.callspec.params["verb"])
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.function is test_nothing_is_lost_and_nothing_leaks
    ]
    threads = ThreadPoolExecutor(AT_ONCE)
    yield {verb: threads.submit(outcome_of, verb) for verb in asked}
    threads.shutdown(cancel_futures=True)


@pytest.mark.timeout(420)
@pytest.mark.parametrize("verb", VERBS)
def test_nothing_is_lost_and_nothing_leaks(verb: str, outcomes: dict[str, Future[dict[str, Any]]]) -> None:
    if verb == "egress":
        require_gstreamer()
        if missing := missing_namespaces():
            pytest.skip(f"whether something leaves is not tested on this machine: {missing}")
    outcome = outcomes[verb].result()
    assert outcome["violated"] == []
    assert outcome["holds"]
    tried: dict[str, int] = outcome["tried"]
    assert [what for what, times in tried.items() if not times and verb in TRIES_EVERYTHING] == []
    assert [what for what, times in AT_LEAST.get(verb, {}).items() if tried[what] < times] == []


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("verb", ["canary", "hostile"])
def test_nor_does_it_after_ten_lives_and_a_million_packets(verb: str) -> None:
    assert outcome_of(verb, long=True)["violated"] == []
