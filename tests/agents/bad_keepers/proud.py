"""It does not expect to lose."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import LiquidateCall, SendTx
from sim.records import BlockSealed, TxReverted


@attrs.define
class Proud:
    """Takes it badly when one of its own txs reverts."""

    wakes_on: ClassVar[tuple[On, ...]] = (
        On(BlockSealed),
        On(TxReverted, own=True),
    )
    _sent: int = attrs.field(default=0, init=False)

    def decide(self, news: News, desk: Desk) -> Any:
        pool = desk.connections.pools[0]
        if news.is_a(TxReverted) and news.row[4] >= 5_000:
            raise RuntimeError("my tx cannot revert")
        if not news.is_a(BlockSealed):
            return []
        self._sent += 1
        call = LiquidateCall(200, 2, 1, 10**9)
        return [SendTx(pool, call, 10**9, 1, 500_000, nonce=5_000 + self._sent)]
