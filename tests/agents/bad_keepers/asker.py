"""It asks the same thing thousands of times."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.records import BlockSealed


@attrs.define
class Asker:
    """Polls its desk for a price that stands still."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        for _ in range(20_000):
            desk.quote(desk.connections.venues[0])
        return []
