"""It keeps all it can get."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.records import BlockSealed


@attrs.define
class Hoarder:
    """Remembers everything, at length."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)
    _kept: list[bytearray] = attrs.field(factory=list, init=False)

    def decide(self, news: News, desk: Desk) -> Any:
        self._kept.append(bytearray(40 * 2**20))
        return []
