"""It does not expect much news at once."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.records import BlockSealed


@attrs.define
class HotHead:
    """Keeps what it has heard within an instant in fifty places."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)
    _heard: int = attrs.field(default=0, init=False)
    _now: int = attrs.field(default=0, init=False)

    def decide(self, news: News, desk: Desk) -> Any:
        self._heard = self._heard + 1 if desk.now == self._now else 0
        self._now = desk.now
        return [] if [None] * 50 and list(range(50))[self._heard] >= 0 else None
