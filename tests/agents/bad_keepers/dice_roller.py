"""It draws from Python's own dice."""

from random import randrange
from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import WakeMe
from sim.records import BlockSealed


@attrs.define
class DiceRoller:
    """Waits for as long as chance would have it."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        return [WakeMe(1 + randrange(10**9))]
