"""A CPU budget leaves analysis out step by step, and brings it back, by what the operating system says."""

from collections.abc import Callable
from itertools import pairwise

from hypothesis import given, strategies as st

from custom_components.localcam.engine.motion import Shedding
from custom_components.localcam.engine.worker_budget import LONGEST_PATIENCE_S, WINDOW_S, CpuBudget
from tests.engine.workers import FakeClock


class Account:
    """A worker that costs what a test says, at each step of what is left out."""

    def __init__(self, cost: Callable[[Shedding], float]) -> None:
        self.cost = cost
        self.clock = FakeClock()
        self.budget = CpuBudget(0.5, self, self.clock)

    def cpu_share(self) -> float:
        return self.cost(self.budget.shed)

    def after(self, seconds: float) -> Shedding:
        for _ in range(round(seconds / WINDOW_S)):
            self.clock.now_s += WINDOW_S
            self.budget.tick()
        return self.budget.shed


def test_nothing_is_left_out_within_the_budget() -> None:
    assert Account(lambda _: 0.5).after(600) is Shedding.NOTHING


def test_a_start_and_a_single_burst_are_no_reason() -> None:
    account = Account(lambda _: 3.0)
    account.after(8)
    account.cost = lambda _: 0.1
    account.after(20)
    account.cost = lambda _: 0.9
    account.after(2)
    account.cost = lambda _: 0.1

    assert account.after(2) is Shedding.NOTHING


def test_looks_go_first_and_decoding_only_if_that_was_not_enough() -> None:
    enough = {Shedding.NOTHING: 0.6, Shedding.LOOKS: 0.45, Shedding.DECODING: 0.1}
    assert Account(enough.__getitem__).after(60) is Shedding.LOOKS
    assert Account(lambda _: 0.9).after(60) is Shedding.DECODING


def test_it_comes_back_one_step_at_a_time_once_there_is_room() -> None:
    account = Account(lambda _: 0.9)
    account.after(60)
    account.cost = lambda _: 0.05
    seen = [account.after(2) for _ in range(40)]

    assert list(dict.fromkeys(seen)) == [Shedding.DECODING, Shedding.LOOKS, Shedding.NOTHING]


def test_what_proves_too_much_again_and_again_is_tried_ever_more_rarely() -> None:
    account = Account({Shedding.NOTHING: 0.9, Shedding.LOOKS: 0.1, Shedding.DECODING: 0.05}.__getitem__)
    steps = [account.after(2) for _ in range(2000)]
    tried = [number for number, (a, b) in enumerate(pairwise(steps)) if a is not b and b is Shedding.NOTHING]
    waits_s = [(b - a) * WINDOW_S for a, b in pairwise(tried)]

    assert waits_s == sorted(waits_s)
    assert waits_s[0] < 100 < LONGEST_PATIENCE_S <= waits_s[-1]


@given(st.lists(st.floats(0, 2), max_size=200))
def test_the_same_account_always_leads_to_the_same(shares: list[float]) -> None:
    def steps() -> list[Shedding]:
        costs = iter(shares)
        account = Account(lambda _: next(costs))
        return [account.after(WINDOW_S) for _ in shares]

    assert steps() == steps()
