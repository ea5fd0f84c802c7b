"""It does not expect an empty book."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.records import BlockSealed


@attrs.define
class Divider:
    """Divides by the best price there is."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        quote = desk.quote(desk.connections.venues[0])
        if not quote.seq:
            return []
        return [] if 10**9 // max(quote.bid, quote.ask) else None
