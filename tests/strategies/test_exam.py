"""Every built-in strategy sits the exam that is published for everybody's; and the exam fails those who should fail."""

import gc
from collections.abc import Callable
from decimal import Decimal
from time import perf_counter
from typing import Any, ClassVar, get_args

import attrs
import pytest

from sim.agents.desk import Desk
from sim.agents.registry import find_strategy, registered
from sim.agents.strategy import START, News, On
from sim.commands import Command, PlaceOrder, WakeMe
from sim.errors import StrategyError
from sim.records import QuoteChanged
from sim.scenario.values import Amount
from sim.testing import check_strategy
from sim.testing.watch import Watch
from sim.units import SECOND, WAD, Units
from sim.vocabulary import Side
from strategies.borrowers.acts import Act, Deed

REQUIRED: dict[str, dict[str, Any]] = {
    "whale": {"side": Side.SELL, "total": 10_000, "duration": 100 * SECOND},
    "still_ladder": {"best_bid": 19_990, "best_ask": 20_010, "step": 10, "lots": 1_000},
}
"""Parameters that have no default."""


@pytest.mark.parametrize("name", sorted(registered()))
def test_a_built_in_strategy_passes(name):
    cls = find_strategy(name)

    check_strategy(lambda: cls(**REQUIRED.get(name, {})))


PLAN = tuple(
    Act(number * 10 * SECOND, deed, Amount(Decimal(number + 1), "ETH"), Amount(Decimal(100), "USDC"))
    for number, deed in enumerate(get_args(Deed))
)
VARIANTS: list[tuple[str, dict[str, Any]]] = [
    ("liquidator", {"tip_policy": "fixed", "disposal": "sliced", "slice_interval": 2 * SECOND}),
    ("liquidator", {"tip_policy": "share", "refill_batch": 1}),
    ("liquidator", {"tip_policy": "escalating", "disposal": "held", "patience_blocks": 1}),
    ("defender", {"reaction_time": SECOND, "look_interval": 3 * SECOND, "target_health": 2 * WAD}),
    ("looper", {"look_interval": 2 * SECOND, "unwind_health": 11 * WAD // 10}),
    ("borrower", {"target_health": WAD, "look_interval": 2 * SECOND, "plan": PLAN}),
]


@pytest.mark.parametrize(("name", "parameters"), VARIANTS)
def test_a_busy_mind_passes(name, parameters):
    cls = find_strategy(name)

    check_strategy(lambda: cls(**parameters))


@attrs.define
class Forgetful:
    """Keeps its state outside of itself."""

    seen: ClassVar[list[int]] = []
    wakes_on: ClassVar[tuple[On, ...]] = (On(QuoteChanged),)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        self.seen.append(news.seq)
        return [WakeMe(len(self.seen))]


@attrs.define
class Jumpy:
    """Does not expect an empty book."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(QuoteChanged),)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        return [PlaceOrder(3, Side.BUY, 10**6 // desk.quote(3).bid)]


@attrs.define
class Babbling:
    """Answers with words."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(QuoteChanged),)

    def decide(self, news: News, desk: Desk) -> Any:
        return ["buy!"]


@attrs.define
class Literal:
    """Knows its start by identity, which a fork does not keep."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(QuoteChanged),)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        return [WakeMe(SECOND)] if news is START else []


@attrs.define
class Closed:
    """Holds something that cannot be copied."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(QuoteChanged),)
    _numbers: Any = attrs.field(factory=lambda: (number for number in range(10**6)), init=False, eq=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        return [WakeMe(1 + next(self._numbers))]


@attrs.define
class Rounding:
    """Changes a parameter it was given."""

    clip: Units = attrs.field(default=5, converter=lambda units: units + 1)
    wakes_on: ClassVar[tuple[On, ...]] = ()

    def decide(self, news: News, desk: Desk) -> list[Command]:
        return []


@pytest.mark.parametrize(
    ("make", "claim"),
    [
        (Forgetful, "the same news and dice give other commands in an ordinary life"),
        (Jumpy, "it raises ZeroDivisionError"),
        (Babbling, "it answers with str in an ordinary life; commands are those of sim.commands"),
        (Literal, "the same news and dice give other commands in an ordinary life: 1 commands, then 0"),
        (Closed, "it cannot be copied on the way"),
        (Rounding, "clip reads back as 7, not 6"),
        (dict, "dict is no strategy"),
    ],
)
def test_who_should_fail_fails(make: Callable[[], Any], claim: str):
    with pytest.raises(StrategyError, match=claim):
        check_strategy(make)


def test_a_clock_in_its_file_is_noticed(tmp_path, monkeypatch):
    text = "import random, time\nfrom typing import ClassVar\nimport attrs\n\n@attrs.define\nclass Late:\n    wakes_on: ClassVar = ()\n"
    text += "    def decide(self, news, desk):\n        return []\n"
    (tmp_path / "late_mind.py").write_text(text, encoding="utf-8")

    with pytest.raises(StrategyError, match=r"its file imports time in line 1.*\n.*its file imports random in line 1"):
        check_strategy(find_strategy(f"{tmp_path}/late_mind.py:Late"))


def test_a_clock_that_the_collector_looks_at_is_not_the_strategys_doing():
    gc.callbacks.append(lambda phase, info: perf_counter())
    watch = Watch(__file__)

    try:
        with watch.watching():
            kept: list[list[int]] = [[] for _ in range(5_000)]
    finally:
        del gc.callbacks[-1]

    assert (len(kept), watch.seen) == (5_000, {})
