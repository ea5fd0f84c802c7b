"""It loops in C code, where no line is counted."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.records import BlockSealed


@attrs.define
class Sleeper:
    """Adds a great many numbers."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        return [] if sum(range(10**12)) else None
