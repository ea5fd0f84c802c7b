"""The same keeper as ``plain_keeper``, written for Python."""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import Command, LiquidateCall, SendTx
from sim.records import BlockSealed
from sim.units import GWEI, UINT256_MAX, WeiPerGas


@attrs.define
class Sniper:
    """Liquidates every account it sees unhealthy, once."""

    tip: WeiPerGas = 2 * GWEI
    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)
    _called: list[int] = attrs.field(factory=list, init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        pool = desk.connections.pools[0]
        view = desk.pool(pool) if news.is_a(BlockSealed) else None
        found = [each for each in view.unhealthy if each.account not in self._called] if view else []
        self._called += [each.account for each in found]
        calls = [LiquidateCall(each.account, each.debts[0].asset, each.collaterals[0].asset, UINT256_MAX) for each in found]
        return [SendTx(pool, call, max_fee=100 * GWEI, tip=self.tip, gas_limit=500_000) for call in calls]
