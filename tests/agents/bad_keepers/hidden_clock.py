"""It reads the wall clock, and hides the import."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import WakeMe
from sim.records import BlockSealed


@attrs.define
class HiddenClock:
    """Waits by a clock that no import names."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        clock = __import__("ti" + "me")
        return [WakeMe(10**9)] if getattr(clock, "ti" + "me")() >= 0 else []
