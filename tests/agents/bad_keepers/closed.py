"""It holds what cannot be copied."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import WakeMe
from sim.records import BlockSealed


@attrs.define
class Closed:
    """Draws its waiting times from a generator."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)
    _numbers: Any = attrs.field(factory=lambda: (number for number in range(10**6)), init=False, eq=False)

    def decide(self, news: News, desk: Desk) -> Any:
        return [WakeMe(1 + next(self._numbers))]
