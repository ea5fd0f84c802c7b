"""It does not expect to have nothing."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.records import BlockSealed


@attrs.define
class Penniless:
    """Divides its gas money among blocks."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        if not desk.block().number:
            return []
        funds = max(desk.balance(desk.connections.chain_place, asset).free for asset in desk.connections.assets)
        return [] if 10**30 // funds else None
