"""One keeper written twice, as a callback and as a generator. It liquidates, waits now and then, draws, and looks at what waits."""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.generator import Life
from sim.agents.strategy import START, TIMER, News, On
from sim.commands import Command, LiquidateCall, Note, SendTx, WakeMe
from sim.records import BlockSealed, PricePosted, TxReverted
from sim.units import GWEI, SECOND, UINT256_MAX, Nanos, WeiPerGas
from sim.vocabulary import Refusal

WAKES_ON = (On(PricePosted), On(BlockSealed), On(TxReverted, own=True))
SEES = ("mempool", "own_txs")


def calls_at(desk: Desk, tip: WeiPerGas, called: list[int]) -> list[Command]:
    """Return a liquidation for everybody who can be liquidated and was not yet called."""
    pool, feed = desk.connections.pools[0], desk.connections.feeds[0]
    coming = desk.pending_price(feed)
    tip = tip + desk.dice.integer(5) * GWEI + len(desk.mempool()) + (coming.tip if coming else 0)
    due = [each for each in desk.unhealthy(pool) if each.account not in called]
    called += [each.account for each in due]
    calls = [LiquidateCall(each.account, each.debts[0].asset, each.collaterals[0].asset, UINT256_MAX) for each in due]
    return [SendTx(pool, call, tip, tip, 500_000) for call in calls]


@attrs.define
class Called:
    """The callback."""

    tip: WeiPerGas = 30 * GWEI
    pause: Nanos = 2 * SECOND
    wakes_on: ClassVar[tuple[On, ...]] = WAKES_ON
    sees: ClassVar[tuple[str, ...]] = SEES
    _called: list[int] = attrs.field(factory=list, init=False)
    _due: Nanos = 0
    _is_paused: bool = False

    def decide(self, news: News, desk: Desk) -> list[Command]:
        if news.kind == START.kind:
            return []
        if news.kind == TIMER.kind:
            self._is_paused = False
            return [*calls_at(desk, self.tip, self._called), Note(desk.me, desk.connections.pools[0], Refusal.NONE, len(desk.own_txs()))]
        if news.is_a(PricePosted) and not self._is_paused:
            self._is_paused = True
            return [WakeMe(self.pause)]
        return []


@attrs.define
class Yielding:
    """The generator."""

    tip: WeiPerGas = 30 * GWEI
    pause: Nanos = 2 * SECOND
    wakes_on: ClassVar[tuple[On, ...]] = WAKES_ON
    sees: ClassVar[tuple[str, ...]] = SEES

    def run(self, desk: Desk) -> Life:
        called: list[int] = []
        while True:
            yield desk.news(PricePosted)
            yield desk.sleep(self.pause)
            yield from calls_at(desk, self.tip, called)
            yield Note(desk.me, desk.connections.pools[0], Refusal.NONE, len(desk.own_txs()))
