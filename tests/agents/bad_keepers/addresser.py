"""It decides by an address in memory."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import WakeMe
from sim.records import BlockSealed


@attrs.define
class Addresser:
    """Waits by where it happens to lie."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        return [WakeMe(10**9)] if id(self) else []
