"""It keeps its state in its class, where a second life finds it."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import WakeMe
from sim.records import BlockSealed


@attrs.define
class Forgetful:
    """Counts what it has seen, outside of itself."""

    seen: ClassVar[list[int]] = []
    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        self.seen.append(news.seq)
        return [WakeMe(len(self.seen))]
