"""It changes what all desks are shown."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.records import BlockSealed


@attrs.define
class Vandal:
    """Makes every pool's unhealthy accounts its own secret."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        view = desk.pool(desk.connections.pools[0])
        if view is not None:
            object.__setattr__(view, "unhealthy", ())
        return []
