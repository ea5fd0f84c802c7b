"""It knows its start by identity, which a fork does not keep."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, News, On
from sim.commands import WakeMe
from sim.records import BlockSealed


@attrs.define
class Literal:
    """Starts only at the very START."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        return [WakeMe(10**9)] if news is START else []
