"""It expects the oracle never to stop."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.records import BlockSealed


@attrs.define
class Trusting:
    """Refuses to live with an old price."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        posted = desk.posted(desk.connections.feeds[0])
        if posted.seq and desk.block().timestamp - posted.updated_at > 20:
            raise ValueError("the oracle cannot be as late as that")
        return []
