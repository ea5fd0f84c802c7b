"""It reads the wall clock, as an import says."""

import time
from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import WakeMe
from sim.records import BlockSealed


@attrs.define
class ClockReader:
    """Waits by a clock that is not the world's."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        started = time.monotonic()
        return [WakeMe(10**9)] if started >= 0 else []
