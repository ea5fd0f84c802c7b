"""It asks the garbage collector for everything there is."""

import gc
from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.records import BlockSealed


@attrs.define
class Collector:
    """Looks for the world among all objects."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        found = getattr(gc, "get_" + "referrers")(desk)
        return [] if found else None
