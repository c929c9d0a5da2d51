"""Hostile cameras (`scripts/fault hostile`): addresses, servers that lead elsewhere, bytes, a house full of them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .hostile_addresses import refuse_all
from .hostile_bytes import KINDS, feed
from .hostile_house import live_together
from .hostile_leads import control, follow, leads, rebinding
from .outcome import Outcome

_SHORT_INPUTS, _SHORT_S = 20_000, 3.0
_LONG_INPUTS = {"packets": 1_000_000}
_LONG_OTHERS, _LONG_S = 100_000, 3600.0
_AT_ONCE = 24


def run(long: bool) -> Outcome:
    """Everything; the long form feeds 10^6 packets and 10^5 of each other input."""
    tried: dict[str, int] = {}
    violated: list[str] = []
    tried["addresses"], wrong = refuse_all()
    violated += [f"address let in: {each}" for each in wrong]
    tried["names_that_change"], wrong = rebinding()
    violated += [f"connected to what was not checked: {each}" for each in wrong]
    with ThreadPoolExecutor(1) as thread:
        # Both wait most of the time: for a worker that hangs, and for pictures that never come.
        living = thread.submit(live_together, 300.0 if long else 0.0, seed=1)
        violated += _lead(tried)
        together, wrong, more = living.result()
    violated += wrong
    figures = _feed(long, tried, violated)
    return Outcome(tried=tried | together, violated=tuple(violated), figures=figures | more)


def _lead(tried: dict[str, int]) -> list[str]:
    every = leads()
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        hits = list(threads.map(follow, every))
    tried["leads_elsewhere"] = len(every)
    tried["controls"] = control()
    violated = [f"followed {lead.name}: {hit}" for lead, hit in zip(every, hits, strict=True) if hit]
    if tried["controls"] != 2:
        violated.append("a victim that is hit is not seen: this harness shows nothing")
    return violated


def _feed(long: bool, tried: dict[str, int], violated: list[str]) -> dict[str, Any]:
    figures: dict[str, Any] = {}

    def one(kind: str) -> tuple[dict[str, float], list[str]]:
        number = _LONG_INPUTS.get(kind, _LONG_OTHERS) if long else _SHORT_INPUTS
        return feed(kind, seed=1, number=number, seconds=_LONG_S if long else _SHORT_S)

    with ThreadPoolExecutor(2) as threads:
        for kind, (told, wrong) in zip(KINDS, threads.map(one, KINDS), strict=True):
            tried[kind] = int(told["inputs"])
            violated += wrong
            figures[f"{kind}_crashes"] = told["crashes"]
            figures["peak_rss_mb"] = max(figures.get("peak_rss_mb", 0.0), told["peak_rss_mb"])
    return figures
