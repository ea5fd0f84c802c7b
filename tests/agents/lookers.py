"""Minds that write down what their desk shows them of the chain, for tests to hold against the tape. Their diary is theirs alone."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import Command, LiquidateCall, SendTx
from sim.records import BlockSealed, TxDropped, TxPending, TxReplaced
from sim.units import GWEI, UINT256_MAX
from tests.worlds.minds import Listener


@attrs.define
class Looker:
    """Looks at every block and at every public tx; now and then sends a liquidation of its own, in private."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed), On(TxPending), On(TxReplaced), On(TxDropped), On(TxPending, own=True))
    sees: ClassVar[tuple[str, ...]] = ("mempool", "own_txs")
    diary: ClassVar[list[tuple[Any, ...]]] = []
    _called: list[int] = attrs.field(factory=list, init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        feed = desk.connections.feeds[0]
        own = tuple((each.tx, each.fate) for each in desk.own_txs())
        waiting = tuple((each.tx, each.at) for each in desk.mempool())
        tx = news.row[1] if len(news.row) > 1 else 0
        self.diary.append((desk.now, news.kind, tx, news.party == desk.me, waiting, desk.pending_price(feed), own))
        pool = desk.connections.pools[0]
        due = [each for each in desk.unhealthy(pool) if each.account not in self._called][:1]
        self._called += [each.account for each in due]
        calls = [LiquidateCall(each.account, each.debts[0].asset, each.collaterals[0].asset, UINT256_MAX) for each in due]
        fee = desk.base_fee() + 40 * GWEI
        return [SendTx(pool, call, fee, fee, 500_000, private=True) for call in calls]


@attrs.define
class WatchingListener(Listener):
    """Does what a listener does, and looks at everything besides."""

    sees: ClassVar[tuple[str, ...]] = ("mempool", "own_txs")

    def decide(self, news: News, desk: Desk) -> list[Command]:
        shown = desk.shown
        desk.mempool(), desk.own_txs(), desk.pending_price(desk.connections.feeds[0])
        desk.shown = shown
        return super().decide(news, desk)
