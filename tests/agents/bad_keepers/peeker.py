"""It reads what is its desk's own."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.records import BlockSealed


@attrs.define
class Peeker:
    """Looks up when it will hear what."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        return [] if desk._looks else None
