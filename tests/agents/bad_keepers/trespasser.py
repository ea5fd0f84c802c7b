"""It sends to where it is not connected."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import CancelOrder
from sim.records import BlockSealed


@attrs.define
class Trespasser:
    """Knows a place that nobody gave it."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        return [CancelOrder(999_999, 1)]
