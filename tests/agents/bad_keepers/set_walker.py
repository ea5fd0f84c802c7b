"""It goes through a set of words, whose sequence is another in every process."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import CancelOrder
from sim.records import BlockSealed


@attrs.define
class SetWalker:
    """Sends one command a word, in the sequence of a set."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        words = {"alpha", "beta", "gamma", "delta", "epsilon"}
        return [CancelOrder(desk.connections.venues[0], ord(word[0])) for word in words]
