"""It starts a thread, which goes on between decisions."""

from threading import Thread
from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.records import BlockSealed


@attrs.define
class Threader:
    """Thinks in the background."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        Thread(target=len, args=((),)).start()
        return []
